"""Screenplays: Fountain's elements, and screenplays as people type and copy them."""

from pathlib import Path

import pytest

from storycore.project.story import title_of
from storycore.script.fountain import hidden, is_fountain, title_page
from storycore.script.scenes import split_script

SCRIPT = """Title: _**The Well**_
Credit: Written by
Author: Ada
    and Bo
Draft date: 1/1/2026

= A synopsis nobody hears.

INT. THRONE ROOM - NIGHT #1#

The king sleeps. [[Should he snore?
Ask Bo.]] A candle burns.

/* cut this

whole bit */

MARTA (V.O.)
(softly)
Who is there?
(beat)
Show yourself!

@McAvoy
Only me.

BRICK ^
Screw retirement.

!SCANNING THE AISLES

> CUT TO:

.THE OLD MILL - DAWN

> *The End of Part One* <

~Willy Wonka!

ÉLISE
Bonjour, king.

                    Tom
          I want to go home.

FADE OUT.
"""


def told(text: str) -> list[tuple[str | None, str]]:
    return [(line.speaker, line.text) for scene in split_script(text).scenes for line in scene.lines]


def test_every_element_is_told_as_it_is_meant() -> None:
    assert told(SCRIPT) == [
        (None, "The king sleeps."),
        (None, "A candle burns."),
        ("Marta", "Who is there?"),
        ("Marta", "Show yourself!"),
        ("McAvoy", "Only me."),
        ("Brick", "Screw retirement."),
        (None, "SCANNING THE AISLES"),
        (None, "The End of Part One"),
        (None, "Willy Wonka!"),
        ("Élise", "Bonjour, king."),
        ("Tom", "I want to go home."),
    ]


def test_headings_give_title_place_and_time() -> None:
    assert [(scene.title, scene.place, scene.time) for scene in split_script(SCRIPT).scenes] == [
        ("Throne room, night", "throne room", "night"),
        ("The old mill, dawn", "the old mill", "dawn"),
    ]


def test_offsets_are_those_of_the_script_as_it_was_handed_in() -> None:
    for scene in split_script(SCRIPT).scenes:
        assert scene.text == SCRIPT[scene.start : scene.end]
        assert all(SCRIPT[line.start : line.end].strip("*~!> \n") for line in scene.lines)
    bonjour = next(line for scene in split_script(SCRIPT).scenes for line in scene.lines if "Bonjour" in line.text)
    assert SCRIPT[bonjour.start : bonjour.end] == "Bonjour, king."


def test_the_title_page_names_the_story() -> None:
    assert title_of(Path("draft-3.fountain"), SCRIPT) == "The Well"
    assert title_page(SCRIPT.split("\n")) == {0: "_**The Well**_", 1: "", 2: "", 3: "", 4: ""}


@pytest.mark.parametrize(
    "text",
    [
        "A cat sat [[in prose]] and /* said */ = so.\n\n.dots and !bangs and ~waves",
        "Marta: hello\nTom: hi",
        "Note: this is no title page.\n\nIt is a note.",
        "est. 1990 by old friends\n\nint. error",
        "The interior. INTO the cave she went.",
    ],
)
def test_prose_is_no_screenplay(text: str) -> None:
    assert not is_fountain(text.split("\n"))


def test_prose_keeps_its_brackets() -> None:
    assert told("A cat [[of straw]] sat here.") == [(None, "A cat [[of straw]] sat here.")]


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("a [[b]] c /* d */", [(2, 7), (10, 17)]),
        ("[[a /* b]] c */", [(0, 10)]),
        ("[[never closed", []),
        ("]] */ [[", []),
        ("[[" * 30_000, []),
        ("/*" + "x" * 30_000 + "*/", []),
    ],
    ids=range(6),
)
def test_hidden_ranges(text: str, ranges: list[tuple[int, int]]) -> None:
    assert hidden(text) == ranges


def test_a_screenplay_of_nothing_but_notes_is_told_all_the_same() -> None:
    assert told("INT. CAVE - DAY\n\n[[Write this.]]")
    assert told("= Only a synopsis.\n\nINT. CAVE - DAY\n\n(beat)")


def test_small_letters_are_a_screenplay_too() -> None:
    (scene,) = split_script("int. old cave - night\n\na cat sleeps.").scenes
    assert (scene.title, scene.place, scene.time) == ("Old cave, night", "old cave", "night")
