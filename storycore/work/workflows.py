"""The workflows, as DBOS knows them: thin, deterministic, each one durable step around a job.

A step runs at least once: every job looks at its row first and leaves finished work alone.
"""

from __future__ import annotations

import asyncio
from typing import Any

from dbos import DBOS

from storycore.work.jobs import filming, painting, speaking, understanding
from storycore.work.workshop import Workshop

_TRIES = 5  # for what no job foresees, such as a database that stays locked; jobs record their own failures

#: How long what runs may take to let go, in seconds: programs are ended and temporary files removed.
_LETTING_GO_S = 5.0

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


@DBOS.step(preemptible=True, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _paint(round_id: int) -> None:
    await painting.paint(_here(), round_id)


@DBOS.step(preemptible=True, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _speak(film_id: int) -> None:
    await speaking.speak(_here(), film_id)


@DBOS.step(preemptible=True, retries_allowed=True, max_attempts=_TRIES, interval_seconds=0.5)
async def _film(film_id: int) -> None:
    await filming.film(_here(), film_id)


@DBOS.workflow(name="understand")
async def understand(story_id: int) -> None:
    """A script becomes scenes, lines and a cast; their painting is enqueued."""
    _begin()
    await _understand(story_id)


@DBOS.workflow(name="paint")
async def paint(round_id: int) -> None:
    """A round becomes candidates."""
    _begin()
    await _paint(round_id)


@DBOS.workflow(name="speak")
async def speak(film_id: int) -> None:
    """The lines of a film become voice clips; the filming is enqueued."""
    _begin()
    await _speak(film_id)


@DBOS.workflow(name="film")
async def film(film_id: int) -> None:
    """Pictures and voice clips become a film."""
    _begin()
    await _film(film_id)
