"""For any text: the cast and the speakers agree, and every scene gets a prompt that is no grammar."""

import re

from hypothesis import example, given, settings

from storycore.cast.understand import understand
from storycore.prompts.write import DEFAULT_STYLE, write_prompts
from storycore.script.model import LineKind
from tests.script.test_properties import TEXTS

GRAMMAR = re.compile(r"[()\[\]{}<>|:\\]|\b(?:AND|BREAK)\b|__")


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("-<b>")  # words, and nothing that is told
def test_cast_speakers_and_prompts_hold_for_any_text(text: str) -> None:
    found = understand(text)
    scenes = found.script.scenes
    names = [member.name for member in found.cast]
    assert len(set(names)) == len(names)
    for member in found.cast:
        assert member.name not in member.aliases
        assert all(0 <= n < len(scenes) for n in member.scenes)
        assert list(member.scenes) == sorted(set(member.scenes))
        assert member.lines == sum(line.speaker == member.name for scene in scenes for line in scene.lines)
    for scene in scenes:
        for line in scene.lines:
            assert line.speaker is None or (line.speaker in names and line.kind is LineKind.SPEECH)
    prompts = write_prompts(found.script, found.cast)
    assert len(prompts) == len(scenes)
    for prompt in prompts:
        assert prompt.endswith(DEFAULT_STYLE)
        assert not GRAMMAR.search(prompt)
        assert len(prompt.split()) <= 64
        assert len(prompt) <= 1000


def test_a_cast_of_thousands_is_no_burden() -> None:
    """Were prompts written in time cast x scenes x text, this would run into the test's time limit."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    text = " ".join(f"Then {a.upper()}{b}{c} met the dog." for a in letters for b in letters for c in letters[:5])
    found = understand(text, "rules")
    assert len(found.cast) > 3000
    assert len(write_prompts(found.script, found.cast)) == len(found.script.scenes)
