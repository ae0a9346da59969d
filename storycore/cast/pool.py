"""Understanding off the event loop, in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import ParamSpec, TypeVar

from storycore.cast.base import DEFAULT_UNDERSTANDER
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding
from storycore.cast.pipeline import use_pipeline
from storycore.cast.understand import understand
from storycore.errors import ScriptError
from storycore.workers import settle_in

P = ParamSpec("P")
T = TypeVar("T")

#: Longest time for one script, in seconds: 20,000 words take about three, loading spaCy two.
TIMEOUT_S = 60.0


def _begin(spacy_model: str) -> None:
    settle_in()
    use_pipeline(spacy_model)


class UnderstandingPool:
    """One process that understands scripts, one after another.

    It starts with the first script, and again after it died or took longer than ``timeout_s`` seconds. It is spawned,
    not forked: a fork would take the event loop's threads and locks along.
    """

    def __init__(
        self, name: str = DEFAULT_UNDERSTANDER, timeout_s: float = TIMEOUT_S, *, spacy_model: str = ""
    ) -> None:
        """``spacy_model`` is the pipeline that supplies tags and parses there; "" is ours."""
        self._name = name
        self._spacy_model = spacy_model
        self.timeout_s = timeout_s
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    @property
    def process_id(self) -> int | None:
        """The id of the process that reads, or None while there is none."""
        return next(iter(self._pool._processes or ()), None) if self._pool else None

    async def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        """Understand ``text``; scripts handed in meanwhile wait their turn.

        Raises ``ScriptError`` when it takes too long, or when the process died of this script twice in a row.
        """
        return await self.run(understand, text, self._name, facts)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run another pure function on scripts there (``parts``, ``write_prompts``), under the same rules.

        ``function`` is a module's own, and what goes in and comes out can be pickled.
        """
        async with self._turn:
            for _attempt in range(2):
                try:
                    return await self._once(partial(function, *args, **kwargs))
                except BrokenProcessPool:
                    await self._drop()
        raise ScriptError(
            "This script could not be understood: the reader broke down over it twice.", "Try a shorter part of it."
        )

    async def _once(self, call: Callable[[], T]) -> T:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(self._spacy_model,))
        future = asyncio.get_running_loop().run_in_executor(self._pool, call)
        try:
            return await asyncio.wait_for(future, self.timeout_s)
        except TimeoutError:
            await self._drop()
            raise ScriptError(
                f"This script was not understood within {self.timeout_s:g} seconds.", "Hand it in as several parts."
            ) from None
        except asyncio.CancelledError:
            await self._drop()  # nobody waits for it any more; the next script must not either
            raise

    async def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                process.kill()
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def close(self) -> None:
        """End the process; what it was working on is given up. May be called twice."""
        await self._drop()
