"""A suggestion service as people run them, on loopback: it says what it is told to, and misbehaves on command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from storycore.suggesting.endpoint import SuggestOptions

KEY = "sk-very-secret"


def answer(text: object) -> web.Response:
    """An answer in the form of ``/v1/chat/completions``."""
    return web.json_response({"choices": [{"message": {"role": "assistant", "content": text}}]})


class ChatServer:
    """What was asked of it, and what it says."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.says: object = "A frog with a crown sits on a mossy well at dawn, wide shot"
        self.answers: Callable[[], web.Response] | None = None
        self.gate: asyncio.Event | None = None
        self.url = ""

    async def complete(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        if self.gate is not None:
            await self.gate.wait()
        return self.answers() if self.answers is not None else answer(self.says)

    def options(self, **changes: Any) -> SuggestOptions:
        return SuggestOptions(**{"url": self.url, "key": KEY, "model": "teller-1", **changes})


@asynccontextmanager
async def chat_server() -> AsyncIterator[ChatServer]:
    """A service on a free port of this machine."""
    server = ChatServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.complete)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        if server.gate is not None:
            server.gate.set()
        await runner.cleanup()
