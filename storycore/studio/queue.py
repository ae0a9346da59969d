"""The queue: what runs where, what waits, whose it is, and how long it will take; pauses, and cancelling a job.

A person sees the jobs of their own server; of other servers' only that they are there (they count in places and
times). Whoever runs Fireside (``Person.id`` None without a server) sees all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.store.hosts import HoldRow, HostHealth, HostRow, HostState, JobRow
from storycore.store.models import UNFINISHED, RoundReason, RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.studio import audit
from storycore.studio.people import Person, require_here
from storycore.studio.permissions import Act, require
from storycore.work.jobs import asking, queueing
from storycore.work.jobs.painting import send_waiting_films
from storycore.work.workshop import Workshop

#: Seconds of one unit of cost.
UNIT_S = 0.1


@dataclass(frozen=True, slots=True)
class JobView:
    """One job.

    ``rank``: 0 somebody waits for it (again, an edit), 1 a story's first pictures, 2 an overnight batch. ``place`` is
    its place among all that wait (from 1; 0 while it is painted). ``tag`` is its place in the fair queue within its
    rank; ``cost_s`` the host time that it is expected to take. ``seconds_left`` is until it is done (None: nobody can
    say, since it is paused, put off, or no host is there). ``host_name`` "" before a host has begun. ``mine``: the
    asking person's.
    """

    id: int
    round_id: int
    story_id: int
    story_title: str
    scene_id: int
    scene_number: int
    scene_title: str
    server_id: int | None
    member_id: int | None
    member_name: str
    rank: int
    reason: RoundReason
    running: bool
    place: int
    tag: int
    cost_s: float
    seconds_left: float | None
    progress: float
    host_name: str
    problem: str
    not_before: datetime | None
    held: bool
    mine: bool
    record: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class HoldView:
    """A pause of a server's painting (``everywhere``: of everybody's)."""

    everywhere: bool
    reason: str
    by_name: str
    until: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue as a person sees it: what is painted, what waits (own jobs first, then by place), and what holds it.

    ``waiting_total`` counts all that wait, other servers' included; ``hosts`` how many can paint for this server now
    (0: a machine without GPU hosts paints by itself, or none is reachable: see ``unreachable``).
    """

    running: tuple[JobView, ...]
    waiting: tuple[JobView, ...]
    waiting_total: int
    hosts: int
    unreachable: bool
    hold: HoldView | None


async def show(workshop: Workshop, person: Person) -> QueueView:
    """The queue now."""
    async with workshop.database.read() as session:
        return await read_queue(session, person)


async def read_queue(session: AsyncSession, person: Person) -> QueueView:
    """The queue, read in the caller's transaction."""
    rows = (await session.execute(_jobs())).all()
    hosts = await usable_hosts(session, person.server_id)
    able = sum(host.health is not HostHealth.AWAY and host.health is not HostHealth.REFUSING for host in hosts)
    views = _timed([_view(row, person) for row in rows], max(1, able), reachable=not hosts or able > 0)
    seen = [view for view in views if _sees(view, person)]
    waiting = sorted((v for v in seen if not v.running), key=lambda v: (not v.mine, v.place))
    return QueueView(
        running=tuple(sorted((v for v in seen if v.running), key=lambda v: not v.mine)),
        waiting=tuple(waiting),
        waiting_total=sum(not view.running for view in views),
        hosts=able,
        unreachable=bool(hosts) and able == 0,
        hold=await _hold(session, person.server_id),
    )


async def usable_hosts(session: AsyncSession, server_id: int | None) -> Sequence[HostRow]:
    """The hosts that may paint for a server, whether or not they answer now."""
    own = HostRow.server_id.is_(None) | (HostRow.server_id == server_id)
    return (await session.scalars(select(HostRow).where(own, HostRow.state == HostState.ENABLED))).all()


async def job(workshop: Workshop, job_id: int, person: Person) -> JobView:
    """One job that is not done yet. Raises ``NotFoundError``."""
    queue = await show(workshop, person)
    found = next((view for view in (*queue.running, *queue.waiting) if view.id == job_id), None)
    if found is None:
        raise NotFoundError("That job is not in the queue (any more).", "`/queue show` shows what is.")
    return found


async def cancel(workshop: Workshop, job_id: int, person: Person) -> JobView:
    """Take a job back: a waiting one never starts, a running one is stopped on its host, and no other.

    Who asked for it may, and whoever decides about its story (the author, moderators). Gives the job as it was.
    Raises ``NotFoundError``, ``NotAllowedError``, ``StateError`` when it is done meanwhile.
    """
    was = await job(workshop, job_id, person)
    async with workshop.changing(was.story_id) as (session, story):
        if not was.mine:
            await require(session, person, Act.STEER, story, what="cancel these pictures")
            audit.note_on_story(session, person, story, "queue.cancel", "pictures cancelled")
        require_here(story, person)
        found = await queueing.unfinished_job(session, job_id)
        if found is None:
            raise StateError("That was just done.", "Its pictures are there.")
        _, round_ = found
        round_.state, round_.finished_at = WorkState.CANCELLED, now()
        round_.problem = f"Cancelled by {person.name}." if person.name else "Cancelled."
        workflow_id = asking.painting_id(round_)
        await send_waiting_films(workshop, session, story.id)
    await workshop.stop([workflow_id])
    return was


async def cancel_round(workshop: Workshop, round_id: int, person: Person) -> JobView:
    """Take a round's job back; raises as :func:`cancel` does."""
    async with workshop.database.read() as session:
        job_id = await session.scalar(select(JobRow.id).where(JobRow.round_id == round_id))
    if job_id is None:
        raise NotFoundError("These pictures are not in the queue (any more).", "`/queue show` shows what is.")
    return await cancel(workshop, job_id, person)


async def hold(
    workshop: Workshop,
    server_id: int | None,
    *,
    reason: str = "",
    by_name: str = "",
    until: datetime | None = None,
) -> int:
    """Pause a server's painting (None: everybody's): what is painted now is finished, nothing else begins.

    Gives how many jobs were taken out of the queue; they keep their places. ``until`` is only told, not acted on:
    whoever pauses for a time calls :func:`release` when it is over. Pausing again changes the reason.
    """
    place = queueing.EVERYWHERE if server_id is None else server_id
    stopped: list[str] = []
    async with workshop.database.write() as session:
        row = await session.get(HoldRow, place)
        if row is None:
            row = HoldRow(server_id=place)
            session.add(row)
        row.reason, row.by_name, row.until = reason[:300], by_name[:100], until
        for job_, round_ in await queueing.waiting_jobs(session, server_id):
            if not job_.held:
                job_.held = True
                stopped.append(asking.painting_id(round_))
    await workshop.stop(stopped)
    await _tell(workshop, server_id)
    return len(stopped)


async def release(workshop: Workshop, server_id: int | None) -> int:
    """End a pause; gives how many jobs went back into the queue (0 when it was not paused)."""
    place = queueing.EVERYWHERE if server_id is None else server_id
    back = 0
    async with workshop.database.write() as session:
        await session.execute(delete(HoldRow).where(HoldRow.server_id == place))
        for job_, round_ in await queueing.waiting_jobs(session, server_id):
            if job_.held and not await queueing.is_held(session, job_.server_id):
                wait = max(0.0, (job_.not_before - now()).total_seconds()) if job_.not_before else 0.0
                await queueing.put_back(workshop, session, round_, job_, wait)
                back += 1
    await _tell(workshop, server_id)
    return back


async def counts(session: AsyncSession, server_id: int | None, member_id: int | None) -> tuple[int, int]:
    """How many jobs a member has in the queue, and the member's whole server (for quotas)."""
    unfinished = (
        select(func.count(JobRow.id))
        .join(RoundRow, RoundRow.id == JobRow.round_id)
        .where(RoundRow.state.in_(UNFINISHED), JobRow.server_id.is_not_distinct_from(server_id))
    )
    theirs = await session.scalar(unfinished.where(JobRow.member_id.is_not_distinct_from(member_id)))
    return theirs or 0, await session.scalar(unfinished) or 0


async def _tell(workshop: Workshop, server_id: int | None) -> None:
    """The stories concerned are shown anew."""
    async with workshop.database.write() as session:
        query = (
            select(StoryRow)
            .join(SceneRow, SceneRow.story_id == StoryRow.id)
            .join(RoundRow, RoundRow.scene_id == SceneRow.id)
            .where(RoundRow.state.in_(UNFINISHED))
            .distinct()
        )
        if server_id is not None:
            query = query.where(StoryRow.server_id == server_id)
        stories = list(await session.scalars(query))
        for story in stories:
            story.version += 1
    for story in stories:
        workshop.changes.publish(story.id)


async def _hold(session: AsyncSession, server_id: int | None) -> HoldView | None:
    for place in (queueing.EVERYWHERE, server_id):
        row = None if place is None else await session.get(HoldRow, place)
        if row is not None:
            return HoldView(place == queueing.EVERYWHERE, row.reason, row.by_name, row.until, row.since)
    return None


def _jobs() -> Select[JobRow, RoundRow, int, str, int, str]:
    return (
        select(JobRow, RoundRow, SceneRow.number, SceneRow.title, StoryRow.id, StoryRow.title)
        .join(RoundRow, RoundRow.id == JobRow.round_id)
        .join(SceneRow, SceneRow.id == RoundRow.scene_id)
        .join(StoryRow, StoryRow.id == SceneRow.story_id)
        .where(RoundRow.state.in_(UNFINISHED))
        .order_by(JobRow.rank, JobRow.tag, JobRow.id)
    )


def _sees(view: JobView, person: Person) -> bool:
    return (person.id is None and person.server_id is None) or view.server_id == person.server_id


def _view(row: Row[JobRow, RoundRow, int, str, int, str], person: Person) -> JobView:
    job_, round_, number, title, story_id, story_title = row
    return JobView(
        id=job_.id,
        round_id=round_.id,
        story_id=story_id,
        story_title=story_title,
        scene_id=round_.scene_id,
        scene_number=number,
        scene_title=title,
        server_id=job_.server_id,
        member_id=job_.member_id,
        member_name=job_.member_name,
        rank=job_.rank,
        reason=round_.reason,
        running=round_.state is WorkState.WORKING,
        place=0,
        tag=job_.tag,
        cost_s=job_.cost * UNIT_S,
        seconds_left=None,
        progress=round_.progress,
        host_name=job_.host_name,
        problem=round_.problem,
        not_before=job_.not_before if job_.not_before is not None and job_.not_before > now() else None,
        held=job_.held,
        mine=person.id is not None and job_.member_id == person.id,
        record=tuple(job_.record),
    )


def _timed(views: Sequence[JobView], hosts: int, *, reachable: bool) -> list[JobView]:
    """Places and times, ``views`` being in the order of the queue: each host takes the next job when it is free."""
    running = [replace(v, seconds_left=v.cost_s * (1 - v.progress)) for v in views if v.running]
    free_at = sorted([v.seconds_left or 0.0 for v in running])[-hosts:]
    free_at = [0.0] * (hosts - len(free_at)) + free_at
    timed: list[JobView] = running
    place = 0
    for view in views:
        if view.running:
            continue
        place += 1
        if view.held or view.not_before is not None or not reachable:
            timed.append(replace(view, place=place))
            continue
        free_at.sort()
        free_at[0] += view.cost_s
        timed.append(replace(view, place=place, seconds_left=free_at[0]))
    return timed
