"""The workflows, as DBOS knows them: thin, deterministic, each one durable step around a job.

A step runs at least once: every job looks at its row first and leaves finished work alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from dbos import DBOS
from dbos._error import DBOSMaxStepRetriesExceeded

from storycore.work.jobs import closing, correcting, filming, giving_up, painting, recasting, speaking, understanding
from storycore.work.workshop import Workshop

_TRIES = 5  # for what no job foresees, such as a database that stays locked; jobs record their own failures

#: How long what runs may take to let go, in seconds: programs are ended and temporary files removed.
_LETTING_GO_S = 5.0

_log = logging.getLogger(__name__)

_workshop: Workshop | None = None
_running: set[asyncio.Task[Any]] = set()


def use(workshop: Workshop) -> None:
    """Give the workflows their workshop. DBOS's registry is global, so this is the one global of ours."""
    global _workshop
    _workshop = workshop


async def stop() -> None:
    """Interrupt what is running and let nothing begin any more. The engine records no outcome for it, so all of it is
    taken up again at the next launch; without this, jobs would find painters and database closed under them, and
    note that as their failure."""
    global _workshop
    _workshop = None
    for task in tuple(_running):
        task.cancel()
    if _running:
        await asyncio.wait(tuple(_running), timeout=_LETTING_GO_S)


def _begin() -> None:
    """At the beginning of every workflow: known as running, or, while everything is being closed, not begun."""
    task = asyncio.current_task()
    if _workshop is None or task is None:
        raise asyncio.CancelledError
    _running.add(task)
    task.add_done_callback(_running.discard)


def _here() -> Workshop:
    if _workshop is None:  # everything is being closed: no outcome, rather than a failure
        raise asyncio.CancelledError
    return _workshop


@DBOS.step(retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _understand(story_id: int) -> None:
    await understanding.understand(_here(), story_id)


@DBOS.step(retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _correct(story_id: int) -> None:
    await correcting.correct(_here(), story_id)


@DBOS.step(retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _recast(character_id: int) -> None:
    await recasting.recast(_here(), character_id)


@DBOS.step(preemptible=True, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _paint(round_id: int) -> None:
    await painting.paint(_here(), round_id)


@DBOS.step(preemptible=True, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _speak(film_id: int) -> None:
    await speaking.speak(_here(), film_id)


@DBOS.step(preemptible=True, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _film(film_id: int) -> None:
    await filming.film(_here(), film_id)


@DBOS.step(retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _close_vote(story_id: int) -> None:
    await closing.close_vote(_here(), story_id)


@DBOS.step(retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _give_up(kind: str, row_id: int, reference: str) -> None:
    await giving_up.give_up(_here(), giving_up.Kind(kind), row_id, reference)


async def _or_give_up(kind: giving_up.Kind, row_id: int, step: Callable[[int], Awaitable[None]]) -> None:
    """A workflow's one step; what no job foresaw, even after several tries, must not leave people waiting for ever.

    The row is marked as failed then, with a reference that finds the log line.
    """
    _begin()
    try:
        await step(row_id)
    except DBOSMaxStepRetriesExceeded as error:
        reference = f"{kind.value}-{row_id}"
        _log.error("unforeseen, reference %s", reference, exc_info=error.errors[-1] if error.errors else error)
        await _give_up(kind.value, row_id, reference)


@DBOS.workflow(name="understand")
async def understand(story_id: int) -> None:
    """A script becomes scenes, lines and a cast; their painting is enqueued."""
    await _or_give_up(giving_up.Kind.STORY, story_id, _understand)


@DBOS.workflow(name="correct")
async def correct(story_id: int) -> None:
    """A story is read again, believing what people corrected; what changed thereby is painted."""
    await _or_give_up(giving_up.Kind.CORRECTION, story_id, _correct)


@DBOS.workflow(name="recast")
async def recast(character_id: int) -> None:
    """A character changed: prompts that carry its look are put together anew; what changed thereby is painted."""
    await _or_give_up(giving_up.Kind.CHARACTER, character_id, _recast)


@DBOS.workflow(name="paint")
async def paint(round_id: int) -> None:
    """A round becomes candidates."""
    await _or_give_up(giving_up.Kind.ROUND, round_id, _paint)


@DBOS.workflow(name="speak")
async def speak(film_id: int) -> None:
    """The lines of a film become voice clips; the filming is enqueued."""
    await _or_give_up(giving_up.Kind.FILM, film_id, _speak)


@DBOS.workflow(name="film")
async def film(film_id: int) -> None:
    """Pictures and voice clips become a film."""
    await _or_give_up(giving_up.Kind.FILM, film_id, _film)


@DBOS.workflow(name="close_vote")
async def close_vote(story_id: int) -> None:
    """A vote's time is over: what leads is picked."""
    await _or_give_up(giving_up.Kind.VOTE, story_id, _close_vote)
