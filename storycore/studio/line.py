"""Where each round stands in the queue, for the messages of its story: few columns, read often.

The whole queue, with words for people, is in ``storycore.studio.queue``.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.hosts import HostHealth, HostRow, HostState, JobRow
from storycore.store.models import UNFINISHED, RoundRow, WorkState, now

_UNIT_S = 0.1
_GONE = (HostHealth.AWAY, HostHealth.REFUSING)


@dataclass(frozen=True, slots=True)
class Standing:
    """A round's place among all that wait (from 1; 0 while it is painted) and the seconds until it is done (None:
    nobody can say). ``held``: painting is paused. ``not_before``: when it may begin, if that is still to come.
    ``at_hosts``: GPU hosts paint it, not this machine."""

    place: int
    seconds_left: float | None
    host_name: str = ""
    held: bool = False
    not_before: datetime | None = None
    at_hosts: bool = False


async def standings(session: AsyncSession, server_id: int | None) -> dict[int, Standing]:
    """Every unfinished round's standing, by its id, with the hosts that paint for one server."""
    rows = await session.execute(
        select(
            RoundRow.id,
            RoundRow.state,
            RoundRow.progress,
            JobRow.cost,
            JobRow.host_name,
            JobRow.held,
            JobRow.not_before,
        )
        .join(JobRow, JobRow.round_id == RoundRow.id)
        .where(RoundRow.state.in_(UNFINISHED))
        .order_by(JobRow.rank, JobRow.tag, JobRow.id)
    )
    able = await _hosts(session, server_id)
    hosts, reachable = max(1, able or 0), able != 0
    found: dict[int, Standing] = {}
    waiting: list[tuple[int, float, str, bool, datetime | None]] = []
    busy: list[float] = []
    for id_, state, progress, cost, host_name, held, not_before in rows:
        if state is WorkState.WORKING:
            left = cost * _UNIT_S * (1 - progress)
            busy.append(left)
            found[id_] = Standing(0, left, host_name, at_hosts=able is not None)
        else:
            later = not_before if not_before is not None and not_before > now() else None
            waiting.append((id_, cost * _UNIT_S, host_name, held, later))
    free_at = (sorted(busy)[-hosts:] + [0.0] * hosts)[:hosts]
    heapq.heapify(free_at)
    for place, (id_, cost_s, host_name, held, later) in enumerate(waiting, start=1):
        left_s: float | None = None
        if reachable and not held and later is None:
            left_s = heapq.heappop(free_at) + cost_s
            heapq.heappush(free_at, left_s)
        found[id_] = Standing(place, left_s, host_name, held, later, able is not None)
    return found


async def _hosts(session: AsyncSession, server_id: int | None) -> int | None:
    """How many hosts that can be reached paint for a server; None where there are none and this machine paints."""
    own = HostRow.server_id.is_(None) | (HostRow.server_id == server_id)
    counted = await session.execute(
        select(HostRow.health, func.count(HostRow.id))
        .where(own, HostRow.state == HostState.ENABLED)
        .group_by(HostRow.health)
    )
    by_health = {row[0]: row[1] for row in counted}
    return sum(number for health, number in by_health.items() if health not in _GONE) if by_health else None
