"""Time as the sandbox sees it: real, and set forward by hand in tests of what takes long."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime


class Clock:
    """Real time, which `advance` sets forward. Seconds everywhere.

    All the sandbox's deadlines follow it: interactions and their tokens, nonces, edits of old messages, sessions,
    heartbeats, rate limits, threads that fall asleep. The bot's own clock does not move with it.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self._moved = asyncio.Event()

    @property
    def ahead(self) -> float:
        """Seconds that it was set forward in all."""
        return self._ahead

    def time(self) -> float:
        """Seconds since 1970, what timestamps and snowflakes are made of."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Set time forward by `seconds` and wake who waits for it. Raises ValueError for less than 0."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self._ahead += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep_until(self, at: float) -> None:
        """Wait until `time()` is `at`, by itself or because it was set forward."""
        while (left := at - self.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), left)

    def iso(self, at: float | None = None) -> str:
        """`at` (default: now) as Discord writes timestamps."""
        return datetime.fromtimestamp(self.time() if at is None else at, UTC).isoformat(timespec="microseconds")


class ManualClock(Clock):
    """A clock that stands still until `advance` is called."""

    def __init__(self, start: float | None = None) -> None:
        super().__init__()
        self._start = time.time() if start is None else start

    def time(self) -> float:
        return self._start + self._ahead

    async def sleep_until(self, at: float) -> None:
        while self.time() < at:
            await self._moved.wait()
        await asyncio.sleep(0)
