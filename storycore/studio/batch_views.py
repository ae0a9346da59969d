"""What can be seen of an overnight batch: one line for each of its stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import UNFINISHED, BatchRow, RoundRow, SceneRow, StoryRow, StoryState


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A story of a batch; ``ready`` once no first picture is on its way any more, or it is over."""

    story_id: int
    title: str
    state: StoryState
    problem: str
    thread_id: int | None
    scenes: int
    painted: int
    ready: bool

    @property
    def shown(self) -> bool:
        """Whether it can be found in the chat: its thread is there, or it never gets one."""
        return self.thread_id is not None or self.state in (StoryState.CANCELLED, StoryState.FAILED, StoryState.SPLIT)


@dataclass(frozen=True, slots=True)
class BatchView:
    """A whole batch at one moment."""

    id: int
    author_name: str
    starts_at: datetime
    left_out: tuple[str, ...]
    entries: tuple[BatchEntry, ...]

    @property
    def done(self) -> bool:
        """Whether every story is ready, or over."""
        return all(entry.ready for entry in self.entries)

    @property
    def any_made(self) -> bool:
        """Whether there is something to show in the morning."""
        return any(entry.state is StoryState.OPEN for entry in self.entries)


async def read_batch(session: AsyncSession, batch_id: int) -> BatchView:
    """The snapshot of a batch that is there."""
    batch = await session.get_one(BatchRow, batch_id)
    unfinished = (
        select(func.count(RoundRow.id))
        .join(SceneRow, SceneRow.id == RoundRow.scene_id)
        .where(SceneRow.story_id == StoryRow.id, RoundRow.state.in_(UNFINISHED))
        .correlate(StoryRow)
        .scalar_subquery()
    )
    scenes = select(func.count(SceneRow.id)).where(SceneRow.story_id == StoryRow.id).correlate(StoryRow)
    painted = scenes.where(SceneRow.round > 0)
    rows = await session.execute(
        select(StoryRow, unfinished, scenes.scalar_subquery(), painted.scalar_subquery())
        .where(StoryRow.batch_id == batch_id)
        .order_by(StoryRow.id)
    )
    entries = tuple(
        BatchEntry(
            story_id=story.id,
            title=story.title,
            state=story.state,
            problem=story.problem,
            thread_id=story.thread_id,
            scenes=count,
            painted=with_pictures,
            # A storyboard that was shown stays: painting one scene again does not take it back.
            ready=story.state is not StoryState.READING and (not waiting or with_pictures == count),
        )
        for story, waiting, count, with_pictures in rows
    )
    return BatchView(batch.id, batch.author_name, batch.starts_at, tuple(batch.left_out), entries)
