"""What was cancelled while it was being made stays cancelled, whatever its work still reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding
from storycore.errors import ScriptError
from storycore.film.model import FilmPlan, FilmProgress, FilmReport
from storycore.store.models import StoryState, WorkState
from storycore.studio import films, stories
from storycore.work.jobs.understanding import understand
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, new, ready
from tests.support.workshops import ThreadReader


async def test_a_film_that_reports_progress_after_it_was_stopped_stays_stopped(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, ended = asyncio.Event(), asyncio.Event()

    async def slow_film(
        plan: FilmPlan, out: Path, *, on_progress: Callable[[FilmProgress], None], **_: Any
    ) -> FilmReport:
        try:
            while True:
                on_progress(FilmProgress(1.0, 4.0))
                running.set()
                await asyncio.sleep(0.005)
        finally:
            ended.set()

    monkeypatch.setattr("storycore.work.jobs.filming.make_film", slow_film)
    monkeypatch.setattr("storycore.work.jobs.progress._SECONDS_BETWEEN", 0.005)
    view = await ready(workshop)
    asked = await films.request(workshop, view.id, ADA, None)
    async with asyncio.timeout(30):
        await running.wait()
        await films.cancel(workshop, asked.film_id, ADA)
        await ended.wait()
    film = (await stories.show(workshop, view.id)).films[0]
    assert film.state is WorkState.CANCELLED
    assert (await films.request(workshop, view.id, ADA, None)).film_id != asked.film_id


class LateReader(ThreadReader):
    """Answers only once it is told to, with ``error`` if there is one."""

    def __init__(self, error: ScriptError | None) -> None:
        super().__init__()
        self.error = error
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        self.asked.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return await super().understand(text, facts)


@pytest.mark.parametrize("max_scenes", [None, 1])
async def test_a_story_cancelled_while_its_script_is_read_stays_cancelled(
    workshop: Workshop, max_scenes: int | None
) -> None:
    workshop.reader = reader = LateReader(
        ScriptError("This script was not understood.") if max_scenes is None else None
    )
    story_id = await stories.create(workshop, new(max_scenes=max_scenes))
    reading = asyncio.create_task(understand(workshop, story_id))
    async with asyncio.timeout(30):
        await reader.asked.wait()
        await stories.cancel(workshop, story_id, ADA)
        reader.may_answer.set()
        await reading
    view = await stories.show(workshop, story_id)
    assert view.state is StoryState.CANCELLED
    assert view.problem == "Cancelled by Ada."
