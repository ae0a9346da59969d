"""Time as the sandbox sees it: real by default, moved by hand in tests of deadlines."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """Real time. Seconds everywhere."""

    def time(self) -> float:
        """Seconds since 1970, what timestamps and snowflakes are made of."""
        return time.time()

    async def sleep_until(self, at: float) -> None:
        """Wait until `time()` is `at`; a clock moved by hand returns when it has been moved far enough."""
        await asyncio.sleep(max(0.0, at - self.time()))

    def iso(self, at: float | None = None) -> str:
        """`at` (default: now) as Discord writes timestamps."""
        return datetime.fromtimestamp(self.time() if at is None else at, UTC).isoformat(timespec="microseconds")


class ManualClock(Clock):
    """A clock that stands still until `advance` is called."""

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._moved = asyncio.Event()

    def time(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move time forward by `seconds` (0 or more) and wake who waits for it."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self._now += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep_until(self, at: float) -> None:
        while self._now < at:
            await self._moved.wait()
        await asyncio.sleep(0)
