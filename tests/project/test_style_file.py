"""``style:`` in ``story.yaml``: said there or in a file beside the script; what it changes is painted, and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storycore.errors import ScriptError
from tests.project.house import Bench

BLOCK = """style:
  name: Ink
  template: "{prompt}, ink drawing"
  sampler: Euler a
  steps: 12
  size: 128x64
scenes:
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_style_is_in_every_prompt_and_taken_back_costs_nothing(bench: Bench) -> None:
    await bench.paint()
    plain, before = bench.pictures(), bench.asked()
    bench.edit("\nscenes:\n", "\n" + BLOCK)
    await bench.paint()
    asked = list(bench.painter.requests)
    assert len(asked) == 2 and all(request.prompt.endswith(", ink drawing") for request in asked)
    assert {(request.width, request.height, request.style["sampler"]) for request in asked} == {(128, 64, "Euler a")}
    text = bench.yaml.read_text("utf-8")
    assert "name: Ink" in text and " ".join(text.split()).count(", ink drawing") >= 3
    bench.asked()
    again = await bench.paint()
    assert bench.asked() == [] and not again.changed
    # Only how it is painted changes: new pictures of the same prompts, also of one that a person wrote.
    rewritten = re.sub(r"(\n    prompt:) [^\n]*(?:\n      [^\n]*)*", r"\1 A mill at night", text, count=1)
    bench.yaml.write_text(rewritten, "utf-8")
    await bench.paint()
    assert bench.asked() == ["A mill at night"]
    bench.edit("steps: 12", "steps: 20")
    await bench.paint()
    asked = list(bench.painter.requests)
    assert {request.style["steps"] for request in asked} == {20} and "A mill at night" in bench.asked()
    bench.edit("steps: 20", "steps: 12")
    await bench.paint()
    assert bench.asked() == []
    # More pictures are painted in the same style.
    await bench.paint(candidates=3)
    assert {request.style["steps"] for request in bench.painter.requests} == {12}
    bench.asked()
    bench.edit("prompt: A mill at night", "prompt:")
    await bench.paint()
    bench.asked()
    assert " ".join(bench.yaml.read_text("utf-8").split("scenes:")[-1].split()).count(", ink drawing") == 2
    bench.edit(BLOCK, "scenes:\n")
    await bench.paint()
    assert set(bench.asked()) <= set(before)
    assert all(bench.pictures()[name] == data for name, data in plain.items())


async def test_a_style_has_a_file_of_its_own(bench: Bench) -> None:
    await bench.paint()
    bench.asked()
    ink = bench.folder / "ink.yaml"
    ink.write_text("template: ink drawing, cross-hatching\nCFG scale: 5.5\n", "utf-8")
    bench.edit("\nscenes:\n", "\nstyle: ink\n\nscenes:\n")
    await bench.paint()
    asked = list(bench.painter.requests)
    assert asked and all(request.prompt.endswith(", ink drawing, cross-hatching") for request in asked)
    assert {request.style["cfg"] for request in asked} == {5.5}
    assert "style: ink\n" in bench.yaml.read_text("utf-8")
    bench.asked()
    ink.write_text("template: ink drawing, cross-hatching\nCFG scale: 7\n", "utf-8")
    await bench.paint()
    assert {request.style["cfg"] for request in bench.painter.requests} == {7.0}
    bench.asked()
    # The file written anew says it whole.
    bench.yaml.unlink()
    await bench.paint()
    assert bench.asked() == []
    assert "  name: ink\n" in bench.yaml.read_text("utf-8")
    await bench.paint()
    assert bench.asked() == []


async def test_mistakes_name_their_line(bench: Bench) -> None:
    await bench.paint()
    right = bench.yaml.read_text("utf-8")
    (bench.folder / "bad.yaml").write_text("sampler: Euler\nsteps: many\n", "utf-8")
    (bench.folder / "odd.yml").write_text("template: {prompt}, ink\n", "utf-8")
    (bench.folder / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    for block, said in (
        ("style:\n  steps: many\n", "a whole number from 1 to 150"),
        ("style:\n  colour: red\n", "nothing called “colour”"),
        ('style:\n  template: "({prompt}"\n', "never closed"),
        ("style:\n  hires:\n    scale: 2\n", "“hires” is a word or a number"),
        ("style: [ink]\n", "has its keys below it"),
        ("style: nowhere\n", "there is no style “nowhere”"),
        ("style: bad\n", "bad, line 2: “steps” is a whole number"),
        ("style: odd\n", "odd, line 1: this is not YAML"),
        ("style: bytes\n", "bytes.yaml is not UTF-8"),
    ):
        bench.yaml.write_text(right.replace("\nscenes:\n", f"\n{block}\nscenes:\n"), "utf-8")
        with pytest.raises(ScriptError) as caught:
            await bench.paint()
        assert said in str(caught.value), str(caught.value)
        assert "line" in str(caught.value) or "bytes" in block
    assert len(bench.asked()) == 2
