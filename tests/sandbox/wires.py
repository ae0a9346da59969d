"""A gateway client by hand."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox import Sandbox
from sandbox.intents import GUILD_MESSAGES, GUILDS

ORDINARY = GUILDS | GUILD_MESSAGES


class Wire:
    """One connection."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, *, compressed: bool) -> None:
        self.ws = ws
        self._inflate = zlib.decompressobj() if compressed else None

    async def send(self, op: int, d: Any) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": d}))

    async def next(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.ws.receive(), 5)
        if message.type is aiohttp.WSMsgType.CLOSE:
            return {"closed": message.data}
        if message.type is not aiohttp.WSMsgType.TEXT and message.type is not aiohttp.WSMsgType.BINARY:
            return {"lost": True}
        if self._inflate is not None:
            assert message.data.endswith(b"\x00\x00\xff\xff")
            return json.loads(self._inflate.decompress(message.data))  # type: ignore[no-any-return]
        return json.loads(message.data)  # type: ignore[no-any-return]

    async def identify(self, sandbox: Sandbox, intents: int = ORDINARY, **more: Any) -> dict[str, Any]:
        assert (await self.next())["op"] == 10
        await self.send(2, {"token": sandbox.token, "intents": intents, "properties": {}, **more})
        return await self.next()

    async def resume(self, sandbox: Sandbox, session: str, sequence: int) -> dict[str, Any]:
        assert (await self.next())["op"] == 10
        await self.send(6, {"token": sandbox.token, "session_id": session, "seq": sequence})
        return await self.next()


@asynccontextmanager
async def wired(sandbox: Sandbox, *, compressed: bool = False) -> AsyncIterator[Wire]:
    url = sandbox.gateway_url + "?v=10&encoding=json" + ("&compress=zlib-stream" if compressed else "")
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        yield Wire(ws, compressed=compressed)
