"""A full disk, or a program that somebody ended, is no reason to ask again: it is said, waited for, and gone on with.

Waiting happens inside the job, since with a full disk nothing else of its kind could be done meanwhile either. It
survives a restart as the job itself does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from storycore.errors import FilmStoppedError, StorageError

_log = logging.getLogger(__name__)
T = TypeVar("T")

_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 60.0
#: A program that is ended again and again has a reason (too little memory, mostly): then the film fails.
_MOST_STOPS = 3


async def patiently(make: Callable[[], Awaitable[T]], say: Callable[[str], Awaitable[None]], *, tries: int | None) -> T:
    """What ``make`` gives, tried again while the disk is full; ``say`` gets the words for people, each time.

    ``tries`` bounds how often (None: for as long as it takes). Raises ``StorageError`` and ``FilmStoppedError`` when
    that is over, and at once whatever else ``make`` raises.
    """
    full = stopped = 0
    while True:
        try:
            return await make()
        except FilmStoppedError as error:
            stopped += 1
            if stopped >= _MOST_STOPS:
                raise
            _log.warning("%s It goes on from what is there.", error.message)
        except StorageError as error:
            full += 1
            if tries is not None and full >= tries:
                raise
            wait = min(_FIRST_WAIT_S * 2 ** (full - 1), _LONGEST_WAIT_S)
            _log.warning("%s Next try in %.0f s.", error.message, wait)
            await _say(say, f"{error.message} Next try in {wait:.0f} s.")
            await asyncio.sleep(wait)


async def _say(say: Callable[[str], Awaitable[None]], words: str) -> None:
    try:
        await say(words)
    except StorageError:  # the database is on the full disk too: the log has it
        _log.warning("that could not even be noted in the database")
