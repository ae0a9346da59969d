"""What is asked for exists if and only if its transaction commits; what was running is taken up after a restart."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import text

from storycore.store.models import StoryRow, WorkState
from storycore.studio import stories
from storycore.studio.people import Person
from storycore.studio.stories import NewStory
from storycore.work import sweeping
from storycore.work.engine import Urgency
from storycore.work.jobs import asking
from storycore.work.jobs.progress import reporting
from storycore.work.workshop import Workshop
from tests.support.workshops import STORY, QuickPainter, small_workshop, until

ADA = Person(1, "Ada", server_id=10)


async def test_a_rolled_back_request_is_never_done(workshop: Workshop) -> None:
    with pytest.raises(RuntimeError):
        async with workshop.database.write() as session:
            story = StoryRow(title="Never", script=STORY)
            session.add(story)
            await session.flush()
            await workshop.engine.enqueue(session, [asking.understanding(story)])
            raise RuntimeError
    story_id = await stories.create(workshop, NewStory("After", STORY, ADA, candidates=1, width=64, height=64))
    view = await until(workshop, story_id, lambda v: v.painted == 2)
    assert view.title == "After"
    assert [entry.title for entry in await stories.listing(workshop, 10)] == ["After"]


async def test_work_goes_on_after_a_restart(tmp_path: Path) -> None:
    """The process ends while a picture is being painted; the next one paints it, and nothing twice."""
    async with small_workshop(tmp_path) as first:
        assert isinstance(first.painter, QuickPainter)
        first.painter.gate = asyncio.Event()
        story_id = await stories.create(first, NewStory("Again", STORY, ADA, candidates=2, width=64, height=64))
        await until(first, story_id, lambda v: any(s.coming and s.coming.state is WorkState.WORKING for s in v.scenes))
    async with small_workshop(tmp_path) as second:
        view = await until(second, story_id, lambda v: bool(v.scenes) and v.painted == 2)
        assert all(scene.shown and len(scene.shown.candidates) == 2 for scene in view.scenes)
        assert isinstance(second.painter, QuickPainter)
        assert len(second.painter.requests) == 2


def test_priorities_are_classes_first() -> None:
    classes = [Urgency.WAITED_FOR, Urgency.FIRST, Urgency.OVERNIGHT]
    assert [c.priority(0) for c in classes] == sorted(c.priority(0) for c in classes)
    assert classes[0].priority(10**12) < classes[1].priority(0)
    assert classes[0].priority(0) >= 1
    assert classes[2].priority(10**12) < 2**31


async def test_progress_is_written_seldom_and_ends_with_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storycore.work.jobs.progress._SECONDS_BETWEEN", 0.05)
    written: list[float] = []

    async def write(fraction: float) -> None:
        written.append(fraction)

    async with reporting(write) as reporter:
        for step in range(20):
            reporter.report(step / 10)
            await asyncio.sleep(0.01)
    assert 1 <= len(written) < 20
    assert written == sorted(written)
    assert all(0 <= fraction <= 1 for fraction in written)


async def test_finished_work_is_forgotten_a_few_rows_at_a_time(workshop: Workshop) -> None:
    """The engine's rows go once they are old, and only those of work that is over."""
    painter = workshop.painter
    assert isinstance(painter, QuickPainter)
    first = await stories.create(workshop, NewStory("Done", STORY, ADA, candidates=1, width=64, height=64))
    await until(workshop, first, lambda v: v.painted == 2)
    painter.gate = asyncio.Event()
    second = await stories.create(workshop, NewStory("Waits", STORY, ADA, candidates=1, width=64, height=72))
    await until(workshop, second, lambda v: sum(s.coming is not None for s in v.scenes) == 2)
    while len(await DBOS.list_workflows_async(status="SUCCESS")) < 4:  # two readings, two pictures
        await asyncio.sleep(0.02)
    assert await sweeping.sweep() == 0, "nothing is a week old"
    assert await sweeping.sweep(timedelta(0), batch=2, pause_s=0.0, most=3) == 4, "in twos, until it is enough"
    left = await DBOS.list_workflows_async()
    assert len(left) == 2 and {w.status for w in left} <= {"PENDING", "ENQUEUED"}
    async with workshop.database.read() as session:
        for table in ("workflow_input", "operation_outputs", "workflow_output"):
            rows = await session.scalars(text(f"SELECT workflow_uuid FROM {table}"))  # noqa: S608
            assert set(rows) <= {w.workflow_id for w in left}
    painter.gate.set()
    await until(workshop, second, lambda v: v.painted == 2)
