"""Painting: a round becomes candidates. What was painted before from the same request is not painted again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import PainterError, PainterUnreachableError, StorageError
from storycore.film.model import Made
from storycore.images.base import Painting, PaintProgress, PaintRequest
from storycore.keys import recipe_key
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
from storycore.work.fair import begin_turn
from storycore.work.jobs import asking, queueing
from storycore.work.jobs.patience import patiently
from storycore.work.jobs.progress import reporting
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class _Order:
    """What one round asks for, read once."""

    story_id: int
    scene_id: int
    scene_number: int
    prompt: str
    seed: int
    count: int
    width: int
    height: int
    attempt: int


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
            made = await _paint(workshop, round_id, order)
        except PainterUnreachableError as error:
            await _try_later(workshop, round_id, order, error)
        except PainterError as error:
            _log.warning("round %d was not painted: %s", round_id, error)
            await _fail(workshop, round_id, order, error)
        else:
            await _finish(workshop, round_id, order, made)

    try:
        await patiently(once, say, tries=workshop.options.painting_tries)
    except StorageError as error:
        _log.warning("round %d was not painted: %s", round_id, error)
        await _fail(workshop, round_id, order, error)


async def _into_log(words: str) -> None:
    """Before it is known whose work this is there is nobody else to tell."""
    _log.warning("a round waits: %s", words)


async def _begin(workshop: Workshop, round_id: int) -> _Order | None:
    async with workshop.database.read() as session:
        found = (
            await session.execute(
                select(RoundRow, SceneRow, StoryRow)
                .join(RoundRow.scene)
                .join(SceneRow.story)
                .where(RoundRow.id == round_id)
            )
        ).first()
    if found is None:
        return None
    round_, scene, story = found
    if round_.state not in UNFINISHED or story.state is not StoryState.OPEN:
        return None
    async with workshop.changing(story.id) as (session, _):
        row = await session.get_one(RoundRow, round_id)
        if row.state not in UNFINISHED:
            return None
        row.state, row.progress, row.problem = WorkState.WORKING, 0.0, ""
        job = await queueing.job_of(session, row)
        job.begun_at = now()
        await begin_turn(session, job)
    return _Order(
        story.id,
        scene.id,
        scene.number,
        round_.prompt,
        round_.seed,
        round_.count,
        story.width,
        story.height,
        round_.attempt,
    )


def _key(workshop: Workshop, order: _Order, seed: int) -> str:
    return recipe_key(
        "candidate",
        painter=workshop.painter.fingerprint(),
        prompt=order.prompt,
        seed=seed,
        width=order.width,
        height=order.height,
    )


async def _paint(workshop: Workshop, round_id: int, order: _Order) -> list[Made]:
    seeds = [(order.seed + index) % 2**32 for index in range(order.count)]
    store = workshop.made
    await workshop.know_painter()
    made: dict[int, Made] = {}
    for index, seed in enumerate(seeds):
        kept = await store.find(_key(workshop, order, seed))
        if kept is not None:
            made[index] = kept
    missing = [index for index in range(order.count) if index not in made]
    done = 0

    async def write(fraction: float) -> None:
        async with workshop.changing(order.story_id) as (session, _):
            row = await session.get_one(RoundRow, round_id)
            row.progress = fraction

    async with reporting(write) as reporter:
        # Seeds that follow each other are one request; what an earlier try painted is not asked for again.
        for _, group in groupby(enumerate(missing), key=lambda pair: pair[1] - pair[0]):
            indexes = [index for _, index in group]
            before = done

            def report(progress: PaintProgress, before: int = before, size: int = len(indexes)) -> None:
                reporter.report((before + progress.fraction * size) / len(missing))

            request = PaintRequest(
                task_id=f"{round_id}-{order.attempt}-{indexes[0]}",
                prompt=order.prompt,
                seed=seeds[indexes[0]],
                count=len(indexes),
                width=order.width,
                height=order.height,
            )
            for index, painting in zip(indexes, await workshop.painter.generate(request, report), strict=True):
                made[index] = await _keep(workshop, order, painting)
            done += len(indexes)
    return [made[index] for index in range(order.count)]


async def _keep(workshop: Workshop, order: _Order, painting: Painting) -> Made:
    details: dict[str, Any] = {
        "seed": painting.seed,
        "width": painting.width,
        "height": painting.height,
        "parameters": dict(painting.parameters),
    }
    suffix = _SUFFIXES[painting.media_type]
    return await workshop.made.keep_bytes(_key(workshop, order, painting.seed), painting.data, suffix, details)


async def _finish(workshop: Workshop, round_id: int, order: _Order, made: list[Made]) -> None:
    async with workshop.changing(order.story_id) as (session, story):
        row = await session.get_one(RoundRow, round_id)
        if row.state not in UNFINISHED:  # cancelled, or another round took its place, while it was painted
            return
        for number, picture in enumerate(made, start=1):
            details = picture.details
            session.add(
                CandidateRow(
                    round_id=round_id,
                    number=number,
                    media=picture.path.stem,
                    seed=details["seed"],
                    width=details["width"],
                    height=details["height"],
                    parameters=details["parameters"],
                )
            )
        row.state, row.progress, row.problem, row.finished_at = WorkState.DONE, 1.0, "", now()
        scene = await session.get_one(SceneRow, order.scene_id)
        if row.number > scene.round:
            scene.round, scene.pick, scene.second_pick = row.number, None, None
        await send_waiting_films(workshop, session, story.id)


async def _fail(workshop: Workshop, round_id: int, order: _Order, error: PainterError | StorageError) -> None:
    async with workshop.changing(order.story_id) as (session, story):
        row = await session.get_one(RoundRow, round_id)
        if row.state not in UNFINISHED:
            return
        row.state, row.problem, row.finished_at = WorkState.FAILED, str(error), now()
        await send_waiting_films(workshop, session, story.id)


async def _try_later(workshop: Workshop, round_id: int, order: _Order, error: PainterUnreachableError) -> None:
    """Ask again later by a workflow of its own: waiting inside a step would hold a place in the window."""
    tries = workshop.options.painting_tries
    if tries is not None and order.attempt >= tries:
        await _fail(workshop, round_id, order, error)
        return
    wait = min(_FIRST_WAIT_S * 2 ** (order.attempt - 1), _LONGEST_WAIT_S)
    async with workshop.changing(order.story_id) as (session, _):
        row = await session.get_one(RoundRow, round_id)
        if row.state not in UNFINISHED:
            return
        row.problem = f"{error.message} Next try in {wait:.0f} s."
        await queueing.put_back(workshop, session, row, await queueing.job_of(session, row), wait)


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
