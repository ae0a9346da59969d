"""``characters:`` in ``story.yaml``: looks in the prompts of a project, and mistakes told by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from storycore.errors import ScriptError
from tests.project.house import Bench

LOOK = "a man with a white beard and a red cap"
BLOCK = f"""characters:
  - name: The Miller
    aliases: [the miller, the old miller]
    pronouns: he
    look: {LOOK}
    outfits: {{crown: a golden crown}}
    negative: hat
    same_seed: true
scenes:
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_look_is_in_every_scene_and_only_what_changes_is_painted(bench: Bench) -> None:
    await bench.paint()
    assert not any(LOOK in prompt for prompt in bench.asked())
    bench.edit("\nscenes:\n", "\n" + BLOCK)
    await bench.paint()
    painted = list(bench.painter.requests)
    assert {request.prompt.count(LOOK) for request in painted} == {1} and len({r.prompt for r in painted}) == 2
    assert {request.negative_prompt for request in painted} == {"hat"}
    assert f"The Miller, {LOOK}, a golden crown" in " ".join(request.prompt for request in painted)
    assert LOOK in bench.yaml.read_text("utf-8")
    bench.asked()
    again = await bench.paint()
    assert bench.asked() == [] and not again.changed
    await bench.paint(candidates=3)
    more = list(bench.painter.requests)
    assert sum(request.count for request in more) == 2 and {request.negative_prompt for request in more} == {"hat"}
    bench.asked()
    bench.edit(LOOK, "a bald man")
    await bench.paint()
    prompts = bench.asked()
    assert prompts and all("a bald man" in prompt and LOOK not in prompt for prompt in prompts)
    # What a person wrote into a prompt stays; taken out, the look goes where it was not rewritten.
    text = bench.yaml.read_text("utf-8")
    first = next(line for line in text.splitlines() if "a bald man" in line and "prompt:" in line)
    bench.edit(first, first.split("prompt:")[0] + "prompt: A mill at night")
    await bench.paint()
    bench.asked()
    bench.edit("look: a bald man", "look: a tall man")
    await bench.paint()
    assert all("a tall man" in prompt for prompt in bench.asked())
    assert "prompt: A mill at night" in bench.yaml.read_text("utf-8")


async def test_mistakes_name_their_line(bench: Bench) -> None:
    await bench.paint()
    right = bench.yaml.read_text("utf-8")
    for old, new, said in (
        ("pronouns: he", "pronouns: xe", "Pronouns are she, he, they or it"),
        (f"look: {LOOK}", "look: (a man", "never closed"),
        ("negative: hat", "hair: red", "“hair” is nothing that a character has"),
        ("same_seed: true", "same_seed: perhaps", "neither true nor false"),
        ("negative: hat", "lora_weight: strong", "“lora_weight” is no number"),
        ("aliases: [the miller, the old miller]", "aliases: the miller", "“aliases” is no list"),
    ):
        bench.yaml.write_text(right.replace("\nscenes:\n", "\n" + BLOCK.replace(old, new)), "utf-8")
        with pytest.raises(ScriptError) as caught:
            await bench.paint()
        assert said in str(caught.value) and "line" in str(caught.value), str(caught.value)
