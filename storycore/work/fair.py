"""Start-time fair queueing: the member with one picture beside the member with three hundred.

Every job gets a *tag*, its virtual start; jobs begin in the order of their tags. A member's next job starts where the
last one finished (``finish = tag + cost / weight``), and never before the tag that was last begun, so nobody saves up
turns by waiting. A member's weight is one over the number of members of the same server that have something waiting,
so that servers are treated alike too. (Goyal, Vin and Cheng, "Start-time Fair Queueing", 1996.)

Units are tenths of a second of host time. Tags begin anew (another epoch) whenever a class has nothing waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.hosts import FairClockRow, JobRow
from storycore.store.models import UNFINISHED, RoundRow, WorkState

#: Tags stay below the width of a class in the engine's priorities.
MOST = 690_000_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the fair queue: epoch, virtual start and virtual finish."""

    epoch: int
    tag: int
    finish: int


def turns_after(begun: int, last_finish: int, costs: Sequence[int], members: int) -> list[tuple[int, int]]:
    """Tags and finishes of jobs of ``costs`` that one member asks for, one after another.

    ``begun`` is the tag last begun, ``last_finish`` the member's last finish (0: none), ``members`` how many of the
    member's server have something waiting (at least 1). All of them are whole and not negative.
    """
    given: list[tuple[int, int]] = []
    start = min(max(begun, last_finish), MOST)
    for cost in costs:
        finish = min(start + max(1, cost) * max(1, members), MOST)
        given.append((start, finish))
        start = finish
    return given


async def take_turns(
    session: AsyncSession, rank: int, server_id: int | None, member_id: int | None, costs: Sequence[int]
) -> list[Turn]:
    """Places for a member's new jobs of one class, in the caller's transaction."""
    clock = await _clock(session, rank)
    waiting = select(JobRow.id).join(RoundRow, RoundRow.id == JobRow.round_id).where(RoundRow.state.in_(UNFINISHED))
    if (await session.execute(waiting.where(JobRow.rank == rank).limit(1))).first() is None:
        clock.epoch, clock.begun = clock.epoch + 1, 0
    mine = (JobRow.epoch == clock.epoch, JobRow.rank == rank, JobRow.server_id.is_not_distinct_from(server_id))
    last = await session.scalar(
        select(func.max(JobRow.finish))
        .join(RoundRow, RoundRow.id == JobRow.round_id)
        .where(*mine, JobRow.member_id.is_not_distinct_from(member_id))
        # What was taken back before it was begun cost nobody anything.
        .where((RoundRow.state != WorkState.CANCELLED) | JobRow.begun_at.is_not(None))
    )
    others = await session.scalar(
        select(func.count(JobRow.member_id.distinct()))
        .join(RoundRow, RoundRow.id == JobRow.round_id)
        .where(*mine, JobRow.member_id != member_id, RoundRow.state.in_(UNFINISHED))
    )
    await session.flush()
    return [
        Turn(clock.epoch, tag, finish) for tag, finish in turns_after(clock.begun, last or 0, costs, 1 + (others or 0))
    ]


async def begin_turn(session: AsyncSession, rank: int, epoch: int, tag: int) -> None:
    """A job of that class begins: the clock goes on to its tag."""
    await session.execute(
        update(FairClockRow)
        .where(FairClockRow.rank == rank, FairClockRow.epoch == epoch, FairClockRow.begun < tag)
        .values(begun=tag)
        .execution_options(synchronize_session=False)
    )


async def _clock(session: AsyncSession, rank: int) -> FairClockRow:
    clock = await session.get(FairClockRow, rank, with_for_update=True)
    if clock is None:
        clock = FairClockRow(rank=rank, epoch=0, begun=0)
        session.add(clock)
        await session.flush()
    return clock
