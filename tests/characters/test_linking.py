"""Who of a cast is a character: by what people said, by names, and by a description that can mean nobody else."""

from __future__ import annotations

import pytest

from storycore.cast.model import CastMember
from storycore.characters.linking import link_cast
from storycore.characters.model import Character, Sheet

SIEGFRIED = Character(1, Sheet("Siegfried", ("Sigurd",), "he", "red beard, a dented helmet"))
HAGEN = Character(2, Sheet("Hagen", (), "he", "an old knight in black"))
GONE = Character(3, Sheet("Mime", (), "he", "bald"), removed=True)


def member(name: str, *scenes: int, pronouns: str | None = "he", aliases: tuple[str, ...] = ()) -> CastMember:
    return CastMember(name, aliases, scenes, pronouns=pronouns)


@pytest.mark.parametrize(
    ("cast", "text", "linked"),
    [
        ([member("Siegfried", 0), member("the knight", 1)], "The knight rode.", {"Siegfried": 1, "the knight": 1}),
        # It stands beside him, so it is somebody else.
        ([member("Siegfried", 0, 1), member("the knight", 1)], "", {"Siegfried": 1}),
        # A new knight, somebody else who could be meant, another sex, a rank that is mostly another's.
        ([member("Siegfried", 0), member("the knight", 1)], "Then a black knight came.", {"Siegfried": 1}),
        ([member("Siegfried", 0), member("the knight", 1), member("the smith", 2)], "", {"Siegfried": 1}),
        ([member("Siegfried", 0), member("the knight", 1, pronouns="she")], "", {"Siegfried": 1}),
        ([member("Siegfried", 0), member("the king", 1)], "", {"Siegfried": 1}),
        # Before he was named at all.
        ([member("Siegfried", 1), member("the knight", 0)], "", {"Siegfried": 1}),
        # Two could be meant; the look of one of them says knight.
        (
            [member("Siegfried", 0), member("Hagen", 0), member("the knight", 1), member("the smith", 1)],
            "",
            {"Siegfried": 1, "Hagen": 2, "the knight": 2},
        ),
        ([member("Gunther", 0, aliases=("Sigurd",)), member("Mime", 0)], "", {"Gunther": 1}),
    ],
)
def test_who_is_who(cast: list[CastMember], text: str, linked: dict[str, int]) -> None:
    assert link_cast(cast, (SIEGFRIED, HAGEN, GONE), text=text) == linked


def test_what_people_said_goes_first() -> None:
    cast = [member("Siegfried", 0), member("the stranger", 0), member("Mime", 1)]
    links = (("siegfried", None), ("The Stranger", 1), ("Mime", 3), ("mime", 3))
    assert link_cast(cast, (SIEGFRIED, GONE), links) == {"the stranger": 1, "Mime": 3}
    assert link_cast(cast, (SIEGFRIED,), (("Mime", 99),)) == {"Siegfried": 1}


def test_a_crowd_of_descriptions_costs_next_to_nothing() -> None:
    cast = [member("Siegfried", 0), *(member(f"the knight {number}", 1 + number) for number in range(5000))]
    assert link_cast(cast, (SIEGFRIED,), text="a word " * 20_000) == {"Siegfried": 1}  # within the test's time limit
