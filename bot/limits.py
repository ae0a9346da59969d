"""Counts requests that Discord calls invalid (401, 403, 404, 429): 10,000 in ten minutes bring a ban.

Far below that, the projector slows down. Source: Discord's developer documentation, "Invalid Request Limit".
"""

from __future__ import annotations

import time
from collections import deque
from types import SimpleNamespace

import aiohttp

_INVALID = frozenset({401, 403, 404, 429})
_WINDOW_S = 600.0
_SLOW_FROM = 1_000


class InvalidRequests:
    """The invalid requests of the last ten minutes, counted where aiohttp sees the answers."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=_SLOW_FROM * 2)
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._ended)

    async def _ended(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        if ended.response.status in _INVALID:
            self._at.append(time.monotonic())

    @property
    def count(self) -> int:
        """How many there were in the last ten minutes (counted up to 2,000)."""
        while self._at and self._at[0] < time.monotonic() - _WINDOW_S:
            self._at.popleft()
        return len(self._at)

    @property
    def near_a_ban(self) -> bool:
        """Whether it is time to slow down: from a tenth of Discord's limit on."""
        return self.count >= _SLOW_FROM
