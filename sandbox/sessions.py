"""What the gateway keeps: sessions, which outlive their connections, and the connections."""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.cut import cut

KEPT_EVENTS = 5_000
"""Events of a session that can be replayed; one that has missed more starts anew."""

GIVE_UP_AFTER = 5.0
"""Seconds of the real clock for what is still to be sent before a close frame, and for the client's answer to it."""


@dataclass(frozen=True)
class Frame:
    """One frame of a gateway connection, for who looks on. `sent`: by the sandbox, else by the bot."""

    number: int
    at: float
    sent: bool
    body: dict[str, Any]


@dataclass(frozen=True)
class _Close:
    code: int
    words: str


@dataclass(eq=False)
class Session:
    """One identified bot; it outlives its socket. `lost_at`: when its last connection went."""

    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    sent: deque[tuple[int, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    socket: Socket | None = None
    lost_at: float = 0.0


class Socket:
    """One connection: frames in order, compressed as asked. `beat_at`: when the client's last heartbeat came."""

    def __init__(
        self,
        ws: web.WebSocketResponse,
        request: web.Request,
        *,
        compressed: bool,
        beat_at: float,
        note: Callable[[dict[str, Any]], None],
    ) -> None:
        self.ws = ws
        self._note = note
        self.beat_at = beat_at
        self.beats = 0
        self.frozen = False
        self.closed_here = False
        self._request = request
        self._deflate = zlib.compressobj() if compressed else None
        self._queue: asyncio.Queue[dict[str, Any] | _Close | None] = asyncio.Queue()
        self._done = asyncio.Event()

    def beat(self, at: float) -> None:
        """Note a heartbeat of the client."""
        self.beat_at = at
        self.beats += 1

    def put(self, frame: dict[str, Any]) -> None:
        """Send a frame after those before it; through a frozen connection nothing comes."""
        if not self.frozen:
            self._note(frame)
            self._queue.put_nowait(frame)

    def finish(self) -> None:
        """Stop `pump` once the frames before are sent."""
        self._queue.put_nowait(None)

    async def close(self, code: int, words: str = "") -> None:
        """Close with a code, after the frames that were put before."""
        self.closed_here = True
        self._queue.put_nowait(_Close(code, words))
        try:
            await asyncio.wait_for(self._done.wait(), GIVE_UP_AFTER)
        except TimeoutError:
            # A client that reads nothing (stopped, or gone without a trace) would be waited for without end.
            self.drop()

    def drop(self) -> None:
        """End the connection without a close frame."""
        self.closed_here = True
        cut(self._request)

    async def pump(self) -> None:
        """Send what is put, until finished, closed, or the other side is gone."""
        try:
            while (item := await self._queue.get()) is not None:
                if isinstance(item, _Close):
                    await self.ws.close(code=item.code, message=item.words.encode())
                    return
                await self._send(json.dumps(item, separators=(",", ":"), ensure_ascii=False))
        except ConnectionError:
            return
        finally:
            self._done.set()

    async def _send(self, text: str) -> None:
        if self._deflate is None:
            await self.ws.send_str(text)
        else:
            await self.ws.send_bytes(self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH))
