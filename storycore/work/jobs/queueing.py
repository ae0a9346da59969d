"""The queue of painting: rounds get their jobs, each its place, in the transaction that asks for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.hosts.ledger import words_for
from storycore.hosts.model import names_in, names_of
from storycore.store.hosts import HoldRow, HostRow, JobRow
from storycore.store.models import UNFINISHED, RoundReason, RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.studio.networks import known_embeddings
from storycore.work.engine import Job, Urgency
from storycore.work.fair import Turn, take_turns
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

#: How a prompt names a LoRA (AUTOMATIC1111, "Extra networks").
_LORA = re.compile(r"<lora:([^:<>]{1,300})[:>]", re.IGNORECASE)
#: Seconds for a picture of a megapixel where nobody has measured it yet: with a GPU host, and without.
_GUESS_GPU_S = 12.0
_GUESS_HERE_S = 1.0
_MOST_LORAS = 20
#: The hold of everybody's jobs.
EVERYWHERE = 0


def loras_of(prompt: str) -> list[str]:
    """The LoRAs that a prompt names, each once."""
    return list(names_of(_LORA.findall(prompt)))[:_MOST_LORAS]


def painted_as(story: StoryRow, extras: Mapping[str, Any]) -> tuple[int, int, str]:
    """Width and height in pixels and the checkpoint of a round's pictures: as its style says, else as its story."""
    style: Mapping[str, Any] = extras.get("style", {})
    width, height = int(style.get("width", story.width)), int(style.get("height", story.height))
    return width, height, str(style.get("checkpoint", story.checkpoint))


def embeddings_of(round_: RoundRow, known: Collection[str] = (), *, by_hand: bool = False) -> list[str]:
    """The embeddings that a round names: those of its characters, as far as they still stand in one of its prompts, and
    of those ``known`` to hosts the ones that people wrote (``by_hand``: the prompt, and a style's negative one)."""
    extras = round_.extras or {}
    unwanted = str(extras.get("style", {}).get("negative", ""))
    said = " , ".join([round_.prompt, str(extras.get("negative", "")), *map(str, extras.get("variants", ()))])
    named = names_in(said, {*names_of(extras.get("embeddings", ())), *(known if by_hand else ())})
    return sorted({*named, *names_in(unwanted, known)})[:_MOST_LORAS]


async def _by_hand(session: AsyncSession, rounds: Sequence[RoundRow]) -> set[int]:
    """The scenes whose prompts people wrote: out of a story a word is a word, also where an embedding is called so."""
    ids = [round_.scene_id for round_ in rounds]
    return set(await session.scalars(select(SceneRow.id).where(SceneRow.id.in_(ids), SceneRow.prompt_by.is_not(None))))


async def ask_for_pictures(
    workshop: Workshop,
    session: AsyncSession,
    story: StoryRow,
    rounds: Sequence[RoundRow],
    *,
    urgency: Urgency | None = None,
    not_before: datetime | None = None,
) -> None:
    """Give rounds (all asked for by the same person, in order) their jobs and enqueue them, in this transaction.

    ``urgency`` None: what somebody asked for goes ahead of a story's first pictures. ``not_before`` puts the beginning
    off. Where painting is paused the jobs are held instead, until :func:`release`.
    """
    if not rounds:
        return
    await session.flush()
    first = rounds[0]
    if urgency is None:
        asked = first.reason is not RoundReason.FIRST
        urgency = Urgency.WAITED_FOR if asked else workshop.options.painting_urgency
    member_id = first.asked_by if first.asked_by is not None else story.author_id
    name = first.asked_by_name if first.asked_by is not None else story.author_name
    pace = await _pace(session, story.server_id)
    costs = [_cost(round_, story, pace) for round_ in rounds]
    turns = await take_turns(session, urgency.rank, story.server_id, member_id, costs)
    held = await is_held(session, story.server_id)
    words = await words_for(session, story.server_id)
    for round_ in rounds:
        round_.problem = words
    by_hand = await _by_hand(session, rounds)
    known = await known_embeddings(session, story.server_id)
    jobs = [
        JobRow(
            round_id=round_.id,
            server_id=story.server_id,
            member_id=member_id,
            member_name=name[:100],
            rank=urgency.rank,
            epoch=turn.epoch,
            tag=turn.tag,
            finish=turn.finish,
            cost=cost,
            checkpoint=painted_as(story, round_.extras)[2],
            loras=loras_of(round_.prompt),
            embeddings=embeddings_of(round_, known, by_hand=round_.scene_id in by_hand),
            not_before=not_before,
            held=held,
            failed_on=[],
            record=[],
        )
        for round_, cost, turn in zip(rounds, costs, turns, strict=True)
    ]
    session.add_all(jobs)
    if not held:
        wait = max(0.0, (not_before - now()).total_seconds()) if not_before is not None else 0.0
        await workshop.engine.enqueue(
            session, [_work(round_, job, wait) for round_, job in zip(rounds, jobs, strict=True)]
        )


async def job_of(session: AsyncSession, round_: RoundRow) -> JobRow:
    """A round's job; one that was asked for before there were jobs gets its job now."""
    job = await session.scalar(select(JobRow).where(JobRow.round_id == round_.id))
    if job is not None:
        return job
    story = (
        await session.scalars(select(StoryRow).join(SceneRow).where(SceneRow.id == round_.scene_id).limit(1))
    ).one()
    urgency = Urgency.FIRST if round_.reason is RoundReason.FIRST else Urgency.WAITED_FOR
    turn: Turn = (await take_turns(session, urgency.rank, story.server_id, story.author_id, [1]))[0]
    job = JobRow(
        round_id=round_.id,
        server_id=story.server_id,
        member_id=round_.asked_by if round_.asked_by is not None else story.author_id,
        member_name=round_.asked_by_name or story.author_name,
        rank=urgency.rank,
        epoch=turn.epoch,
        tag=turn.tag,
        finish=turn.finish,
        checkpoint=painted_as(story, round_.extras)[2],
        loras=loras_of(round_.prompt),
        embeddings=embeddings_of(round_),
        failed_on=[],
        record=[],
    )
    session.add(job)
    await session.flush()
    return job


async def put_back(workshop: Workshop, session: AsyncSession, round_: RoundRow, job: JobRow, wait_s: float) -> None:
    """Enqueue a job anew, by a workflow of its own, in ``wait_s`` seconds: waiting would hold a place in the window."""
    round_.state, round_.attempt, round_.progress = WorkState.WAITING, round_.attempt + 1, 0.0
    job.task = ""
    job.held = await is_held(session, job.server_id)
    if not job.held:
        await workshop.engine.enqueue(session, [_work(round_, job, wait_s)])


async def is_held(session: AsyncSession, server_id: int | None) -> bool:
    """Whether a server's painting is paused."""
    places = [EVERYWHERE] if server_id is None else [EVERYWHERE, server_id]
    return await session.scalar(select(HoldRow.server_id).where(HoldRow.server_id.in_(places)).limit(1)) is not None


async def waiting_jobs(session: AsyncSession, server_id: int | None) -> list[tuple[JobRow, RoundRow]]:
    """A server's jobs (None: everybody's) that no host has begun with."""
    query = (
        select(JobRow, RoundRow)
        .join(RoundRow, RoundRow.id == JobRow.round_id)
        .where(RoundRow.state == WorkState.WAITING)
        .order_by(JobRow.rank, JobRow.tag, JobRow.id)
    )
    if server_id is not None:
        query = query.where(JobRow.server_id == server_id)
    return [(job, round_) for job, round_ in await session.execute(query)]


async def unfinished_job(session: AsyncSession, job_id: int) -> tuple[JobRow, RoundRow] | None:
    """A job that is waiting or being painted, with its round; None when there is none (any more)."""
    row = (
        await session.execute(
            select(JobRow, RoundRow)
            .join(RoundRow, RoundRow.id == JobRow.round_id)
            .where(JobRow.id == job_id, RoundRow.state.in_(UNFINISHED))
        )
    ).first()
    return None if row is None else (row[0], row[1])


def _work(round_: RoundRow, job: JobRow, wait_s: float) -> Job:
    urgency = list(Urgency)[job.rank]
    return asking.painting(round_, urgency.priority(job.tag), wait_s)


async def _pace(session: AsyncSession, server_id: int | None) -> float:
    """Seconds that a picture of a megapixel takes, on the average of the hosts that this server may use."""
    hosts = (
        await session.execute(
            select(func.count(HostRow.id), func.avg(HostRow.pace)).where(
                HostRow.server_id.is_(None) | (HostRow.server_id == server_id)
            )
        )
    ).one()
    if hosts[0] == 0:
        return _GUESS_HERE_S
    return float(hosts[1]) if hosts[1] is not None else _GUESS_GPU_S


def _cost(round_: RoundRow, story: StoryRow, pace: float) -> int:
    """Expected host time in tenths of a second, at least one."""
    width, height, _ = painted_as(story, round_.extras)
    return max(1, min(100_000, round(10 * round_.count * pace * width * height / 1_000_000)))
