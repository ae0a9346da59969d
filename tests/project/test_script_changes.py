"""A script that changed: what stayed the same keeps its pictures, picks and edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.house import Bench
from tests.support.workshops import STORY

NEW_SCENE = """
# The stork

A stork flew over the meadow and saw the crown shining far below between the reeds.
It landed beside the old miller and asked him politely for the way to the southern sea.
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_new_scene_is_painted_and_the_others_stay(bench: Bench) -> None:
    await bench.paint()
    bench.asked()
    before = bench.pictures()
    bench.edit("pick: 1", "pick: 2")
    bench.edit("text: he asked.", "text: he asked, and his voice shook.")
    bench.edit("scenes:\n", "scenes:\n  # my favourite\n")
    await bench.paint()
    bench.script.write_text(STORY + NEW_SCENE, encoding="utf-8")
    outcome = await bench.paint()
    assert outcome.scenes == 3 and outcome.painted == 2
    assert any("2 scenes stayed as they were, 1 new, 0 gone" in note for note in outcome.notes)
    prompts = bench.asked()
    assert len(prompts) == 1 and "stork" in prompts[0].casefold()
    assert {name: data for name, data in bench.pictures().items() if name[:2] != "03"} == before
    text = bench.yaml.read_text(encoding="utf-8")
    assert "# my favourite" in text and "his voice shook" in text and "pick: 2" in text and "id: 3" in text
    assert (await bench.paint()).changed is False


async def test_a_scene_that_is_gone_goes_and_comes_back_from_what_was_kept(bench: Bench) -> None:
    bench.script.write_text(STORY + NEW_SCENE, encoding="utf-8")
    await bench.paint()
    before = bench.pictures()
    bench.asked()
    bench.script.write_text(STORY, encoding="utf-8")
    outcome = await bench.paint()
    assert outcome.scenes == 2 and any("1 gone" in note for note in outcome.notes)
    assert sorted({name[:2] for name in bench.pictures()}) == ["01", "02"]
    bench.script.write_text(STORY + NEW_SCENE, encoding="utf-8")
    await bench.paint()
    assert bench.asked() == [], "the same prompt and seed: the pictures are there already"
    assert bench.pictures() == before


async def test_what_a_person_took_out_stays_out_and_what_they_added_stays(bench: Bench) -> None:
    await bench.paint()
    bench.asked()
    text = bench.yaml.read_text(encoding="utf-8")
    begin, end = text.index("  - id: 1"), text.index("  - id: 2")
    text = text[:begin] + text[end:] + "\n  - prompt: the end\n    lines: [That was all.]\n"
    bench.yaml.write_text(text, encoding="utf-8")
    await bench.paint()
    assert bench.asked() == ["the end"]
    bench.script.write_text(STORY + NEW_SCENE, encoding="utf-8")
    outcome = await bench.paint()
    text = bench.yaml.read_text(encoding="utf-8")
    titles = [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("    title:")]
    assert outcome.scenes == 3
    assert titles == ["The crown", "That was all.", "The stork"], "added scenes stay behind the scene before them"
    assert len(bench.asked()) == 1


async def test_a_script_that_became_nonsense_leaves_the_project_as_it_was(bench: Bench) -> None:
    await bench.paint()
    before = bench.pictures(), bench.yaml.read_bytes()
    bench.script.write_bytes(b"%PDF-1.7\n%\xe2\xe3\n")
    with pytest.raises(Exception, match="PDF"):
        await bench.paint()
    assert (bench.pictures(), bench.yaml.read_bytes()) == before
    bench.script.write_text(STORY, encoding="utf-8")
    assert (await bench.paint()).changed is False
