"""Who speaks with which voice, in ``story.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from storycore.errors import ScriptError
from storycore.work.jobs import filming
from tests.machine.doubles import QuickStudio
from tests.project.house import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(filming, "make_film", QuickStudio().make_film)
    return Bench(tmp_path)


def say(bench: Bench, block: str) -> None:
    """Write this ``voices`` block into story.yaml."""
    bench.edit("\nscenes:", f"\n{block}\n\nscenes:")


async def test_a_voice_is_chosen_and_taken_back(bench: Bench) -> None:
    await bench.make_film()
    everything = bench.spoken()
    assert "I am the king of this well," in everything
    say(bench, "voices:  # as Ada wants it\n  the frog: Giant\n  Narrator: auto\n  the fog: woman")
    outcome = await bench.make_film()
    assert bench.spoken() == ["I am the king of this well,"], "only what the frog says is spoken again"
    assert "Nobody called “the fog” speaks in this story, so that voice is heard nowhere." in outcome.notes
    assert "# as Ada wants it" in bench.yaml.read_text(encoding="utf-8")
    assert (await bench.make_film()).changed is False
    bench.edit("  Narrator: auto\n  the fog: woman", "  narrator: woman-soft")
    await bench.make_film()
    assert sorted(bench.spoken()) == sorted(line for line in everything if "king" not in line and "there" not in line)
    bench.edit("voices:  # as Ada wants it\n  the frog: Giant\n  narrator: woman-soft\n", "")
    assert (await bench.make_film()).changed is True
    assert bench.spoken() == [], "those clips are kept"


@pytest.mark.parametrize(
    "block, words",
    [
        ("voices:\n  the frog: gian", "no voice “gian”.*Perhaps giant"),
        ("voices:\n  the frog: qqq", "no voice “qqq”.*fireside voices"),
        ("voices: loud", "has its speakers below it"),
        ("voices:\n  - the frog", "has its speakers below it"),
        ("voices:\n  the frog: giant\n  The Frog: man", "has a voice already"),
        (f"voices:\n  {'x' * 101}: giant", "nobody's name"),
        ("voices:\n  the frog: [giant]", "a voice's name is text"),
    ],
)
async def test_what_cannot_be_is_said_with_its_line(bench: Bench, block: str, words: str) -> None:
    await bench.paint()
    say(bench, block)
    with pytest.raises(ScriptError, match=rf"(?s)line \d+: .*{words}"):
        await bench.paint()
