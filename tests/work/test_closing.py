"""What runs while everything is closed is interrupted, not failed: the next launch takes it up."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from storycore.errors import PainterError
from storycore.images.base import Painting, PaintRequest, ProgressCallback
from storycore.store.models import WorkState
from storycore.studio import stories
from storycore.studio.people import Person
from storycore.studio.stories import NewStory
from storycore.work.jobs import painting
from storycore.work.jobs.at_hosts import Order
from storycore.work.workshop import Workshop
from tests.support.workshops import STORY, QuickPainter, small_workshop, until

ADA = Person(1, "Ada", server_id=10)


class ClosingPainter(QuickPainter):
    """Refuses what is under way when it is closed, as painters with workers of their own do."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = asyncio.Event()

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        self.requests.append(request)
        await self.closed.wait()
        raise PainterError("This painting was stopped.")

    async def close(self) -> None:
        self.closed.set()
        await asyncio.sleep(0.2)


async def test_closing_interrupts_painting_and_fails_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with small_workshop(tmp_path) as first:
        first.painter = ClosingPainter()
        story_id = await stories.create(first, NewStory("Again", STORY, ADA, candidates=1, width=64, height=64))
        await until(first, story_id, lambda v: any(s.coming and s.coming.state is WorkState.WORKING for s in v.scenes))
    async with small_workshop(tmp_path) as second:
        view = await until(second, story_id, lambda v: bool(v.scenes) and v.painted == 2)
    assert not any(scene.failed for scene in view.scenes)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_nothing_is_recorded_once_closing_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job interrupted by the closing must not reach the rows any more."""
    failed: list[int] = []
    fail = painting._fail

    async def noted(workshop: Workshop, round_id: int, order: Order, error: PainterError) -> None:
        failed.append(round_id)
        await fail(workshop, round_id, order, error)

    monkeypatch.setattr(painting, "_fail", noted)
    async with small_workshop(tmp_path) as first:
        first.painter = ClosingPainter()
        story_id = await stories.create(first, NewStory("Again", STORY, ADA, candidates=1, width=64, height=64))
        await until(first, story_id, lambda v: any(s.coming and s.coming.state is WorkState.WORKING for s in v.scenes))
    assert failed == []
