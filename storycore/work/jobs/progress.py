"""Progress into rows, seldom: a painter may report ten times a second, the chat changes every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

_SECONDS_BETWEEN = 2.0


class Reporter:
    """Takes the latest fraction; whoever runs it writes that down now and then."""

    def __init__(self) -> None:
        self.latest: float | None = None

    def report(self, fraction: float) -> None:
        """Note how far the work is, 0 … 1."""
        self.latest = min(max(fraction, 0.0), 1.0)


@asynccontextmanager
async def reporting(write: Callable[[float], Awaitable[None]]) -> AsyncIterator[Reporter]:
    """While the body runs, hand its latest report to ``write`` every two seconds, if there was a new one."""
    reporter = Reporter()

    async def writing() -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN)
            if reporter.latest is not None:
                fraction, reporter.latest = reporter.latest, None
                await write(fraction)

    task = asyncio.create_task(writing())
    try:
        yield reporter
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
