"""The pictures a story lacks: rounds never asked for, rounds that failed or are too small, files that are gone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.hosts import JobRow
from storycore.store.models import UNFINISHED, RoundReason, RoundRow, SceneRow, StoryRow, WorkState
from storycore.work.jobs import queueing
from storycore.work.workshop import Workshop


async def outstanding(session: AsyncSession, scene_ids: Collection[int]) -> list[RoundRow]:
    """The rounds of these scenes that are still being painted."""
    rows = await session.scalars(
        select(RoundRow).where(RoundRow.scene_id.in_(scene_ids), RoundRow.state.in_(UNFINISHED))
    )
    return list(rows)


async def ask_missing(
    workshop: Workshop, session: AsyncSession, story: StoryRow, candidates: int | None, lost: Collection[int]
) -> None:
    """Ask for what each scene's latest round lacks, in the caller's transaction, in the scenes' order.

    A round that must be painted again gets a row of its own in the place of the old one, with the same number and
    seed: what was painted of it is found again, not painted again, and the scene's pick stays.
    """
    await session.flush()
    found = await session.execute(
        select(RoundRow, SceneRow.number)
        .join(RoundRow.scene)
        .where(SceneRow.story_id == story.id)
        .order_by(RoundRow.number)
    )
    latest = {round_.scene_id: (number, round_) for round_, number in found}
    wanted: list[RoundRow] = []
    for _, round_ in sorted(latest.values(), key=lambda pair: pair[0]):
        if _lacking(round_, candidates, lost):
            wanted.append(await _instead(session, round_, candidates))
        elif round_.state is WorkState.WAITING and not await _has_job(session, round_):
            wanted.append(round_)
    first = [round_ for round_ in wanted if round_.reason is RoundReason.FIRST]
    for rounds in (first, [round_ for round_ in wanted if round_.reason is not RoundReason.FIRST]):
        await queueing.ask_for_pictures(workshop, session, story, rounds)


async def _has_job(session: AsyncSession, round_: RoundRow) -> bool:
    return await session.scalar(select(JobRow.id).where(JobRow.round_id == round_.id)) is not None


def _lacking(round_: RoundRow, candidates: int | None, lost: Collection[int]) -> bool:
    if round_.state in UNFINISHED:
        return False
    return round_.state is not WorkState.DONE or round_.count < (candidates or 0) or round_.id in lost


async def _instead(session: AsyncSession, old: RoundRow, candidates: int | None) -> RoundRow:
    fresh = RoundRow(
        scene_id=old.scene_id,
        number=old.number,
        prompt=old.prompt,
        seed=old.seed,
        count=max(old.count, candidates or 0),
        reason=old.reason,
        extras=dict(old.extras),
    )
    await session.delete(old)
    await session.flush()
    session.add(fresh)
    await session.flush()
    return fresh
