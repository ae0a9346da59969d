"""What holds for every text whatever: offsets are true, no word is lost, nothing crashes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storycore.script.markup import spoken
from storycore.script.model import LineKind
from storycore.script.scenes import parts, split_script
from storycore.script.words import has_words

PIECES = st.sampled_from(
    [
        "the fox", "Marta", "MARTA:", "bob:", "said", " ", " ", "\n", "\n\n", ". ", "! ", "? ", ", ", "…", '"', "“",
        "”", "„", "«", "»", "'", "‘", "’", "—", "— ", "-", "# ", "## A head", "---", "***", "* * *", "> ", "- ", "1. ",
        "`", "```", "**", "_", "~~", "||", "[a](b)", "[", "](", "<:x:12>", "<!--", "-->", "<b>", "\\", "(", ")",
        "\u202e", "\u200b", "\u00ad", "🦊", "é", "e\u0301", "漢字", "ไทย", "@everyone", "{\\an8}", "THE END",
        "INT. CAVE - DAY",
        "INT. HUT", "Title: x\n", "[[", "]]", "/*", "*/", "\n@Bo\n", "(beat)", "> X <", "\n= s\n",
        "Chapter 1", "===", "\t", "\x0b", "\x85", "\u2028", "\x1c", "x" * 250, "Mr. ", "word " * 40,
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200))


@settings(max_examples=250, deadline=None)
@given(TEXTS)
@example("“a\n\n”")
@example("# only\n# heads")
def test_scenes_and_lines_hold_for_any_text(text: str) -> None:
    script = split_script(text)
    assert script.text == text
    at = 0
    for scene in script.scenes:
        assert at <= scene.start < scene.end <= len(text)
        assert scene.text == text[scene.start : scene.end]
        assert scene.lines
        assert 0 < len(scene.title) <= 60
        assert not has_words(text[at : scene.start])
        inside = scene.start
        for line in scene.lines:
            assert inside <= line.start < line.end <= scene.end
            assert has_words(line.text)
            assert line.text == spoken(text[line.start : line.end])
            assert line.speaker is None or line.kind is LineKind.SPEECH
            assert not set(line.text) & set('\n\t\u202e\u200b“”"')
            inside = line.end
        at = scene.end
    assert script.scenes or not has_words(spoken(text))
    assert not script.scenes or not has_words(text[at:])


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 4))
def test_parts_make_the_whole_again(text: str, most: int) -> None:
    found = parts(text, most)
    assert "".join(found) == text
    assert all(len(split_script(part).scenes) <= most for part in found)


@pytest.mark.parametrize(
    "text",
    [
        "go\n" * 5_000,
        "go\n\n" * 5_000,
        "word " * 10_000,
        "x" * 100_000,
        "!" * 100_000,
        "! " * 30_000,
        '"' * 30_000,
        "“a ‘b “c " * 5_000,
        "'a " * 10_000,
        "— a " * 10_000,
        "*a " * 10_000,
        "[" * 30_000 + "a",
        "_" * 30_000 + "a",
        "<!-- a " * 5_000,
        "a (" * 10_000,
        "A: b\n" * 5_000,
        "INT. A\n\n" + "[[a ]" * 20_000,
        "INT. A\n\n" + "/*/* b */" * 5_000,
        "INT. A\n\nBO\n" + "(x)\nyes\n" * 5_000,
        "’‘" * 20_000 + "a",
        "in the old " * 10_000,
        "#" * 30_000 + " a\n",
        "> " * 30_000 + "a",
        " " * 100_000 + "a",
        "\u202e" * 10_000 + "a",
    ],
    ids=lambda text: repr(text[:8]),
)
def test_monsters_are_cut_like_anything_else(text: str) -> None:
    """Each takes well under a second; were one quadratic, this would run into the test's time limit."""
    script = split_script(text)
    assert bool(script.scenes) == has_words(text)
    assert all(len(line.text.split()) <= 30 or len(line.text) <= 200 for scene in script.scenes for line in scene.lines)
