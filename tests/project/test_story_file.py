"""story.yaml says what the rows say, whatever the texts hold, and rewriting it leaves a person's hand alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storycore.errors import ScriptError
from storycore.project.read import Known, parse, read_wanted
from storycore.project.story import carried, recognised
from storycore.project.wanted import Wanted, WantedLine, WantedScene, folded, line_of
from storycore.project.write import rewritten, written
from storycore.script.model import LineKind

_ODD = [
    "yes",
    "1984",
    "null",
    "~",
    "- dash",
    "# heading",
    "a: b",
    "a #b",
    "'single'",
    '"double"',
    "{\\an8}x {\\p1}m 0 0",
    "C:\\new\\hope \\",
    "@everyone",
    "*bold* & [x]",
    "%{localtime}",
    "!!python/object:os.system",
    "---",
    "...",
    "? what",
    "| pipe",
    "> fold",
    "🤖 ☔ \u202e rtl",
    "bell \x07 \x1b[31m",
    "\ufeffbom",
    "word " * 60,
    "x" * 400,
]
_texts = (st.sampled_from(_ODD) | st.text(min_size=1, max_size=60)).map(folded).filter(bool)
_names = st.none() | _texts.map(lambda text: text[:40].strip() or "x")
_lines = st.builds(line_of, _texts, st.sampled_from(LineKind), _names, st.none(), st.none())


@st.composite
def _stories(draw: st.DrawFn) -> Wanted:
    scenes = [
        WantedScene(
            id=number,
            title=draw(_texts)[:90].strip() or "x",
            prompt=draw(_texts),
            pick=draw(st.integers(1, 4)),
            lines=tuple(draw(st.lists(_lines, min_size=1, max_size=3))),
        )
        for number in range(1, draw(st.integers(2, 4)))
    ]
    return Wanted("The story", tuple(scenes))


def _known(wanted: Wanted) -> Known:
    return Known(wanted, {scene.id: 4 for scene in wanted.scenes if scene.id is not None}, 4)


@settings(max_examples=40, deadline=None)
@given(_stories())
def test_what_is_written_is_read_again(wanted: Wanted) -> None:
    text = written(wanted)
    document = parse(text)
    said = read_wanted(document, _known(wanted))
    assert said == wanted
    assert rewritten(document, said, carried(recognised(said, wanted), wanted)) is None


@settings(max_examples=20, deadline=None)
@given(_stories(), _stories(), st.randoms(use_true_random=False))
def test_rewritten_says_what_is_wanted(first: Wanted, second: Wanted, random: object) -> None:
    """Scenes come, go and move: whatever the file said, it says the new thing afterwards."""
    document = parse(written(first))
    said = read_wanted(document, _known(first))
    fresh = [replace(scene, id=(scene.id or 0) + 10, place=None) for scene in second.scenes]
    wanted = Wanted(second.title, (*reversed(said.scenes[1:]), *fresh))
    text = rewritten(document, said, wanted)
    assert text is not None
    assert read_wanted(parse(text), _known(wanted)) == wanted


def test_comments_and_quotes_stay_where_they_are() -> None:
    base = Wanted(
        "T",
        tuple(WantedScene(n, f"S{n}", "a crown", 1, (WantedLine("It shone."), WantedLine("No."))) for n in (1, 2, 3)),
    )
    text = written(base).replace("  - id: 2", "  # about two\n  # more about two\n  - id: 2 # two")
    text = text.replace("text: No.", 'text: "No."   # firmly') + "# the end\n"
    document = parse(text)
    said = read_wanted(document, _known(base))
    new = WantedScene(9, "New", "a frog", 1, (WantedLine("It sat."),))
    changed = rewritten(document, said, Wanted("T", (said.scenes[1], new, said.scenes[0])))
    assert changed is not None
    two = changed.index("  # about two\n  # more about two\n  - id: 2 # two")
    nine = changed.index("- id: 9")
    one = changed.index("- id: 1")
    assert two < nine < one and "- id: 3" not in changed
    assert changed.count('"No."   # firmly') == 2 and changed.startswith("# The story as Fireside understood it")
    assert changed.endswith("# the end\n")


@pytest.mark.parametrize(
    "text",
    ["", "- a", "title: x", "title: x\nscenes: 3", "title: x\nscenes:\n  - 3", "a: &a [*a]", "[" * 1500, "\x01"],
)
def test_what_is_no_story_is_refused(text: str) -> None:
    with pytest.raises(ScriptError, match=r"^story\.yaml"):
        read_wanted(parse(text), Known(Wanted("x", ()), {}, 4))


def test_lines_may_be_written_plainly() -> None:
    spoken = "      - {speaker: Narrator, text: no}\n      - {speaker: '', text: Hm}\n"
    text = f"scenes:\n  - lines:\n      - It was 1984.\n{spoken}title: x\n"
    (scene,) = read_wanted(parse(text), Known(Wanted("x", ()), {}, 4)).scenes
    assert scene.lines == (
        WantedLine("It was 1984."),
        WantedLine("no"),
        WantedLine("Hm", LineKind.SPEECH, None),
    )
    with pytest.raises(ScriptError, match="goes into quotes"):
        read_wanted(parse("title: x\nscenes:\n  - lines:\n      - He said: go\n"), Known(Wanted("x", ()), {}, 4))
