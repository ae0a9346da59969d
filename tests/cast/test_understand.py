"""Who is in a story, and who says what, by the rules."""

import pickle
from functools import partial

import pytest

from storycore.cast.base import register, understander
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import CastMember, Understanding
from storycore.cast.understand import understand as understand_with
from storycore.cast.understand import understanding_fingerprint
from storycore.errors import SettingsError
from storycore.script.model import LineKind
from tests.script.stories import SIEGFRIED, example

understand = partial(understand_with, name="rules")


def said(text: str) -> list[str | None]:
    """The speakers of a script's speech, one after another."""
    script = understand(text).script
    return [line.speaker for scene in script.scenes for line in scene.lines if line.kind is LineKind.SPEECH]


def names(text: str) -> list[str]:
    return [member.name for member in understand(text).cast]


def test_siegfried_comes_out_right() -> None:
    found = understand(SIEGFRIED)
    assert found.cast == (
        CastMember("Siegfried", (), (0, 1, 2, 3, 4, 5, 6, 7), 5),
        CastMember("Mime", ("the old smith",), (0, 1), 2),
        CastMember("Fafnir", ("the dragon",), (1, 2, 3, 4, 6), 1),
        CastMember("the bird", ("the small bird",), (4, 5, 7), 6),
        CastMember("Queen Kriemhild", ("the queen",), (6,), 1),
    )
    assert said(SIEGFRIED) == (
        ["Siegfried"] * 2
        + ["Mime"] * 2
        + ["Fafnir", "Siegfried"]
        + ["the bird"] * 4
        + ["Queen Kriemhild", "Siegfried", "Siegfried"]
        + ["the bird"] * 2
    )


def test_the_short_stories_come_out_right() -> None:
    assert names(example("the-lighthouse.txt")) == ["Marta", "Pepper", "Captain"]
    assert names(example("the-moon-cake.md")) == ["the owl", "the hedgehog", "Lina"]
    assert names(example("robot-in-the-garden.txt")) == ["Bolt", "the fox"]
    assert said(example("robot-in-the-garden.txt")) == ["Bolt", "Bolt", "the fox"]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("“Run!” cried Anna. “Now!” Tom ran.", ["Anna", "Anna"]),
        ("Then Anna met Tom. Tom looked up and said, “Who are you?”", ["Tom"]),
        ("We met Anna at last. “Come in,” she said softly.", ["Anna"]),
        ("So the wolf came. “Open the door,” it growled.", ["the wolf"]),
        ("Here came Tom. Tom laughed. “What a day!”", ["Tom"]),
        ("“Who is there?” roared the mountain.", ["the mountain"]),
        ("I met Tom. “Hello,” I said. “Hi,” said Tom.", [None, "Tom"]),
        ("“Nobody knows,” it was written.", [None]),
        (
            "Then Anna saw Tom.\n\n“Hi,” said Anna.\n\n“Hello,” said Tom.\n\n“Tea?”\n\n“Please.”\n\n“Sugar?”",
            ["Anna", "Tom", "Anna", "Tom", "Anna"],
        ),
        ("ANNA: Hi.\nTHE DRAGON: Hello.\nThe dragon sleeps.", ["Anna", "The Dragon"]),
        ("anna: hi\ntom: yo\nanna: bye\ntom: ok", ["Anna", "Tom", "Anna", "Tom"]),
    ],
)
def test_speakers(text: str, speakers: list[str | None]) -> None:
    assert said(text) == speakers


@pytest.mark.parametrize(
    ("text", "cast"),
    [
        ("On Monday we met Anna in London. London was grey in December.", ["Anna"]),
        ("He rode to Camelot. He lived in Camelot with Arthur.", ["Arthur"]),
        ("Suddenly rain fell. Bones lay there. Oh! Never mind.", []),
        ("They met King Arthur. Arthur laughed. The king sat down.", ["King Arthur"]),
        ("Here stood Rex, the dog. The dog barked.", ["Rex"]),
        ("A robot called Bolt came. The robot beeped.", ["Bolt"]),
        ("The dragon's cave was dark. The dragon slept.", ["the dragon"]),
        ("A statue of a king stood in the town.", ["the king"]),
        ("The sun shone on the sea.", []),
    ],
)
def test_cast(text: str, cast: list[str]) -> None:
    assert names(text) == cast


def test_labels_and_descriptions_are_one() -> None:
    (captain,) = understand("A captain steps ashore.\n\nCAPTAIN: Land!\n\nThe captain smiles.").cast
    assert (captain.name, captain.aliases, captain.lines) == ("Captain", ("the captain",), 1)


def test_an_understanding_travels_between_processes() -> None:
    found = understand(SIEGFRIED)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


def test_equal_texts_are_understood_equally() -> None:
    assert understand(SIEGFRIED) == understand(SIEGFRIED)


@pytest.mark.parametrize(
    "text", ["", "🎉", "a", "I", "'s", "the", "“", "He said.", "The the the.", "X: y", "A's B's C's"]
)
def test_scraps_do_no_harm(text: str) -> None:
    found = understand(text)
    assert found.script.text == text


def test_another_reader_can_take_the_rules_place() -> None:
    class Nobody:
        name = "nobody"

        def fingerprint(self) -> str:
            return "nobody-1"

        def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
            return Understanding(understander("rules").understand(text).script, ())

    register("nobody", Nobody)
    assert understand_with(SIEGFRIED, "nobody").cast == ()
    assert understanding_fingerprint("nobody") != understanding_fingerprint()
    with pytest.raises(SettingsError, match="called “somebody”"):
        understand_with(SIEGFRIED, "somebody")
