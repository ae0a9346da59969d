"""Corrections of what the model understood: every later reading believes them, and nothing is done twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storycore.store.models import WorkState
from storycore.studio import cast, cutting, films, lines
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, painter, ready
from tests.support.workshops import QuickNarrator, ThreadReader, small_workshop, until

SCRIPT = """# The well

Anna met Tom at the old well in the morning. "Are you thirsty?" asked Anna. The boy nodded and drank.

# The forest

A wolf ran out of the dark forest. "You smell of bread," said the wolf. "We have none," said Tom.

# The inn

That night the innkeeper lit a candle for Anna and Tom. "Eat," he said. "The wolf is gone."
"""


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        opened.reader = ThreadReader("model")
        yield opened


async def after(workshop: Workshop, story_id: int, holds: Callable[[StoryView], bool]) -> StoryView:
    def settled(view: StoryView) -> bool:
        quiet = all(scene.coming is None and scene.shown for scene in view.scenes)
        return not view.correcting and quiet and holds(view)

    return await until(workshop, story_id, settled, timeout=180)


def named(view: StoryView) -> list[str]:
    return [member.name for member in view.cast]


def said_by(view: StoryView, words: str) -> str | None:
    return next(line.speaker for scene in view.scenes for line in scene.lines if line.text.startswith(words))


def line_of(view: StoryView, words: str) -> int:
    return next(line.id for scene in view.scenes for line in scene.lines if line.text.startswith(words))


async def test_corrections_of_the_model_last_and_cost_only_what_they_change(workshop: Workshop) -> None:
    view = await ready(workshop, script=SCRIPT, title="The well")
    assert {"Anna", "Tom", "the wolf"} <= set(named(view)) and said_by(view, "You smell") == "the wolf"
    assert isinstance(workshop.narrator, QuickNarrator)
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: bool(v.films) and not v.films[0].unfinished, 180)
    assert view.films[0].state is WorkState.DONE, view.films[0].problem
    painter(workshop).requests.clear()
    workshop.narrator.spoken.clear()

    await cast.rename(workshop, view.id, ADA, "the wolf", "Grimalkin")
    view = await after(workshop, view.id, lambda v: "Grimalkin" in named(v))
    assert said_by(view, "You smell") == "Grimalkin"
    shown = [scene.number for scene in view.scenes if "Grimalkin" in scene.prompt]
    assert 2 in shown and len(painter(workshop).requests) == len(shown) < len(view.scenes)

    await lines.set_speaker(workshop, line_of(view, "The wolf is gone"), ADA, "Tom")
    view = await after(workshop, view.id, lambda v: said_by(v, "The wolf is gone") == "Tom")
    painter(workshop).requests.clear()
    assert await cutting.split(workshop, line_of(view, "Eat"), ADA) == 4
    view = await after(workshop, view.id, lambda v: len(v.scenes) == 4)
    await cutting.add(workshop, view.id, ADA, 'Tom went home.\nTom: "Good night, Grimalkin."')
    view = await after(workshop, view.id, lambda v: len(v.scenes) == 5)
    others = [name for name in named(view) if name not in ("Anna", "Tom", "Grimalkin")]
    for name in others:
        await cast.remove(workshop, view.id, ADA, name)
    view = await after(workshop, view.id, lambda v: not set(others) & set(named(v)))

    assert sorted(named(view)) == ["Anna", "Grimalkin", "Tom"], "all of it is believed by the last reading"
    assert said_by(view, "You smell") == "Grimalkin" and said_by(view, "The wolf is gone") == "Tom"
    assert said_by(view, "Good night") == "Tom" and len(view.scenes) == 5
    assert len([c for c in view.corrections if not c.fits]) == 0
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: len(v.films) == 2 and not v.films[1].unfinished, 180)
    assert view.films[1].state is WorkState.DONE, view.films[1].problem
    kept = {"Are you thirsty?", "We have none,"} & set(workshop.narrator.spoken)
    assert not kept, f"spoken before, and spoken again: {kept}"
