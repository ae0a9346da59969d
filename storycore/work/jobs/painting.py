"""Painting: a round becomes candidates. What was painted before from the same request is not painted again."""

from __future__ import annotations

import logging

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import PainterError, PainterUnreachableError, StorageError
from storycore.hosts.dispatcher import GiveBackError
from storycore.store.hosts import JobRow
from storycore.store.media import record_made
from storycore.store.models import (
    UNFINISHED,
    CandidateRow,
    FilmRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
    now,
)
from storycore.voting.rules import How
from storycore.work.jobs import asking, queueing, trouble
from storycore.work.jobs.at_hosts import AtHostError, Order, Painted, paint_order
from storycore.work.jobs.patience import patiently
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)
_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 60.0
#: So many hosts failing with the same job, and it is the job.
_POISONED = 3


async def paint(workshop: Workshop, round_id: int) -> None:
    """Paint one round, or record why not. A round that is finished, or whose story was cancelled, is left alone."""
    order = await patiently(lambda: _begin(workshop, round_id), _into_log, tries=workshop.options.painting_tries)
    if order is None:
        return

    async def say(words: str) -> None:
        async with workshop.changing(order.story_id) as (session, _):
            row = await session.get_one(RoundRow, round_id)
            if row.state in UNFINISHED:
                row.problem = words

    async def once() -> None:
        try:
            painted = await paint_order(workshop, order)
        except GiveBackError as error:
            await _give_back(workshop, round_id, order, error)
        except AtHostError as error:
            await _elsewhere(workshop, round_id, order, error)
        except PainterUnreachableError as error:
            await _try_later(workshop, round_id, order, error)
        except PainterError as error:
            _log.warning("round %d was not painted: %s", round_id, error)
            await _fail(workshop, round_id, order, error)
        else:
            await _finish(workshop, round_id, order, painted)

    try:
        await patiently(once, say, tries=workshop.options.painting_tries)
    except StorageError as error:
        _log.warning("round %d was not painted: %s", round_id, error)
        await _fail(workshop, round_id, order, error)
    finally:
        workshop.previews.drop(round_id)


async def _into_log(words: str) -> None:
    """Before it is known whose work this is there is nobody else to tell."""
    _log.warning("a round waits: %s", words)


async def _begin(workshop: Workshop, round_id: int) -> Order | None:
    async with workshop.database.read() as session:
        found = (
            await session.execute(
                select(RoundRow, SceneRow, StoryRow, JobRow)
                .join(RoundRow.scene)
                .join(SceneRow.story)
                .outerjoin(JobRow, JobRow.round_id == RoundRow.id)
                .where(RoundRow.id == round_id)
            )
        ).first()
    if found is None:
        return None
    round_, scene, story = found[0], found[1], found[2]
    job: JobRow | None = found[3]  # outer-joined: it may be missing
    if round_.state not in UNFINISHED or story.state is not StoryState.OPEN:
        return None
    if job is None:
        async with workshop.database.write() as session:
            job = await queueing.job_of(session, await session.get_one(RoundRow, round_id))
    if round_.state is WorkState.WORKING and job.host_id is not None and job.task:
        # A process of ours ended in the middle of it; the host does not know, and may be at it still.
        await workshop.hosts.stop_leftover(job.host_id, job.task)
    width, height, _ = queueing.painted_as(story, round_.extras)
    return Order(
        story_id=story.id,
        scene_id=scene.id,
        round_id=round_id,
        prompt=round_.prompt,
        seed=round_.seed,
        count=round_.count,
        width=width,
        height=height,
        attempt=round_.attempt,
        server_id=story.server_id,
        rank=job.rank,
        epoch=job.epoch,
        tag=job.tag,
        checkpoint=job.checkpoint,
        loras=tuple(job.loras),
        embeddings=tuple(job.embeddings),
        refused=trouble.refused_by(job),
        extras=dict(round_.extras),
    )


async def _finish(workshop: Workshop, round_id: int, order: Order, painted: Painted) -> None:
    """Candidates, and everything that follows from them, in one transaction: it is all there, or painted again."""
    async with workshop.touching(order.story_id) as session:
        await record_made(session, painted.kept)
        number = await session.scalar(
            update(RoundRow)
            .where(RoundRow.id == round_id, RoundRow.state.in_(UNFINISHED))
            .values(state=WorkState.DONE, progress=1.0, problem="", finished_at=now())
            .returning(RoundRow.number)
            .execution_options(synchronize_session=False)
        )
        if number is None:  # cancelled, or another round took its place, while it was painted
            return
        candidates = [
            {
                "round_id": round_id,
                "number": place,
                "media": picture.path.stem,
                "seed": picture.details["seed"],
                "width": picture.details["width"],
                "height": picture.details["height"],
                "parameters": picture.details["parameters"],
            }
            for place, picture in enumerate(painted.made, start=1)
        ]
        await session.execute(insert(CandidateRow), candidates)
        await session.execute(
            update(SceneRow)
            .where(SceneRow.id == order.scene_id, SceneRow.round < number)
            .values(
                round=number,
                pick=None,
                second_pick=None,
                pick_how=How.PERSON,
                pick_by=None,
                pick_by_name="",
                earlier_pick=None,
            )
            .execution_options(synchronize_session=False)
        )
        await send_waiting_films(workshop, session, order.story_id)


async def _fail(workshop: Workshop, round_id: int, order: Order, error: PainterError | StorageError) -> None:
    async with workshop.changing(order.story_id) as (session, story):
        row = await session.get_one(RoundRow, round_id)
        if row.state not in UNFINISHED:
            return
        row.state, row.problem, row.finished_at = WorkState.FAILED, str(error), now()
        await send_waiting_films(workshop, session, story.id)


async def _try_later(workshop: Workshop, round_id: int, order: Order, error: PainterUnreachableError) -> None:
    """Ask again later by a workflow of its own: waiting inside a step would hold a place in the window."""
    tries = workshop.options.painting_tries
    if tries is not None and order.attempt >= tries:
        await _fail(workshop, round_id, order, error)
        return
    wait = _backed_off(order.attempt)
    await _put_back(workshop, round_id, order, wait, f"{error.message} Next try in {wait:.0f} s.")


async def _give_back(workshop: Workshop, round_id: int, order: Order, error: GiveBackError) -> None:
    """No host can take it now: others get its place in the window meanwhile."""
    tries = workshop.options.painting_tries
    if error.told and tries is not None and order.attempt >= tries:
        await _fail(workshop, round_id, order, error)
        return
    words = f"{error.message} Next try in {error.wait_s:.0f} s." if error.told else None
    await _put_back(workshop, round_id, order, error.wait_s, words)


async def _elsewhere(workshop: Workshop, round_id: int, order: Order, error: AtHostError) -> None:
    """A host failed with it: another tries, or this one later; what fails everywhere is the job's own fault."""
    host, cause = error.host, error.cause
    _log.warning("round %d on %s: %s (%s)", round_id, host.name, cause.message, cause.case)
    await workshop.hosts.note_failure(host, cause)
    left = [h for h in workshop.hosts.dispatcher.able(order.wanted) if h is not host]
    async with workshop.database.write() as session:
        job = await queueing.job_of(session, await session.get_one(RoundRow, round_id))
        trouble.note(job, host, cause, sick=error.sick)
        poisoned = len(job.failed_on) >= _POISONED
        tried_here = trouble.times_at(job, host)
    # A host that fails with everything says nothing about this job; but no job is its trial for ever.
    refused = trouble.is_refusal(cause) and (not error.sick or tried_here >= _POISONED)
    tries = workshop.options.painting_tries
    if poisoned or (refused and not left) or (tries is not None and order.attempt >= tries):
        await _fail(workshop, round_id, order, cause)
        return
    if any(h.reachable for h in left):
        await _put_back(workshop, round_id, order, 0.0, f"{cause.message} Another host goes on.")
        return
    wait = max(host.breaker.seconds_left, 1.0) if not host.removed else _backed_off(order.attempt)
    await _put_back(workshop, round_id, order, wait, f"{cause.message} Next try in {wait:.0f} s.")


async def _put_back(workshop: Workshop, round_id: int, order: Order, wait: float, words: str | None) -> None:
    async with workshop.changing(order.story_id) as (session, _):
        row = await session.get_one(RoundRow, round_id)
        if row.state not in UNFINISHED:
            return
        if words is not None:
            row.problem = words
        await queueing.put_back(workshop, session, row, await queueing.job_of(session, row), wait)


def _backed_off(attempt: int) -> float:
    return float(min(_FIRST_WAIT_S * 2 ** min(attempt - 1, 10), _LONGEST_WAIT_S))


async def send_waiting_films(workshop: Workshop, session: AsyncSession, story_id: int) -> None:
    """Once no picture is on its way any more, send off the films that waited for them (in this transaction)."""
    await session.flush()
    unfinished = (
        await session.execute(
            select(RoundRow.id)
            .join(RoundRow.scene)
            .where(SceneRow.story_id == story_id, RoundRow.state.in_(UNFINISHED))
            .limit(1)
        )
    ).first()
    if unfinished is not None:
        return
    waiting = await session.scalars(
        select(FilmRow).where(
            FilmRow.story_id == story_id, FilmRow.waits_for_pictures, FilmRow.state == WorkState.WAITING
        )
    )
    for film in waiting:
        film.waits_for_pictures = False
        await workshop.engine.enqueue(session, [asking.speaking(film)])
