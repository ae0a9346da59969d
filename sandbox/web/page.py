"""The page's own server: its files, uploads, pictures and films, and the WebSocket that carries everything else.

It has a port of its own, so that the page stays when the network between bot and Discord is switched off.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from pathlib import Path
from typing import Self

from aiohttp import WSMsgType, web

from sandbox.cdn import Cdn
from sandbox.errors import SandboxError
from sandbox.model import Channel
from sandbox.server import Sandbox
from sandbox.snowflake import parse
from sandbox.trouble.control import TroubleControl
from sandbox.web.guard import HEADERS, Guard
from sandbox.web.process import BotProcess
from sandbox.web.visit import Visit
from sandbox.world import File

STATIC = Path(__file__).with_name("static")
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
UPLOADS_KEPT = 2**28
"""Bytes of files that were handed up and not used yet; of more, the oldest go."""
MESSAGE_LIMIT = 2**20
SHUTDOWN = 1.0
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/", "audio/")


class Page:
    """A chat in the browser on `host`:`port` (0: a free one). `bot`: the process that the page can kill and restart."""

    def __init__(self, sandbox: Sandbox, port: int = 0, host: str = "127.0.0.1", bot: BotProcess | None = None) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.port = port
        self.host = host
        self.guard = Guard(host)
        self.uploads: OrderedDict[str, File] = OrderedDict()
        self.trouble = TroubleControl(sandbox, self.find)
        self._visits: set[Visit] = set()
        self._cdn = Cdn(sandbox.world)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The link that lets one in."""
        return self.guard.url(self.port)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        app = web.Application(
            middlewares=[self.guard.middleware(lambda: self.port)],
            client_max_size=self.sandbox.state.upload_limit + 1,
        )
        app.router.add_get("/", self._index)
        app.router.add_get("/static/{path:.+}", self._static)
        app.router.add_get("/live", self._live)
        app.router.add_post("/upload/{filename}", self._upload)
        for folder in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{channel_id}}/{{attachment_id}}/{{filename}}", self._attachment)
        self._runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]
        self.sandbox.world.watchers.append(self._changed)

    async def close(self) -> None:
        """Stop listening."""
        if self._changed in self.sandbox.world.watchers:
            self.sandbox.world.watchers.remove(self._changed)
        await asyncio.gather(*(visit.end() for visit in list(self._visits)))
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _changed(self) -> None:
        for visit in self._visits:
            visit.changed()

    async def _index(self, _: web.Request) -> web.Response:
        return await self._file("index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return await self._file(request.match_info["path"])

    async def _file(self, name: str) -> web.Response:
        path = (STATIC / name).resolve()
        kind = TYPES.get(path.suffix)
        if kind is None or not path.is_relative_to(STATIC.resolve()) or not path.is_file():
            raise web.HTTPNotFound(text="There is no such file.")
        body = await asyncio.to_thread(path.read_bytes)
        headers = HEADERS | {"Cache-Control": "no-store"}
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    async def _attachment(self, request: web.Request) -> web.Response:
        """An attachment, for an img or video of the page. Others are downloads: nothing of theirs runs here."""
        answer = await self._cdn.serve(request)
        answer.headers.update(HEADERS)
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Cache-Control"] = "private, max-age=3600"
        if not answer.content_type.startswith(SHOWN_INLINE):
            answer.headers["Content-Disposition"] = "attachment"
        return answer

    async def _upload(self, request: web.Request) -> web.Response:
        """Take a file in; it is used by the number that is answered."""
        limit = self.sandbox.state.upload_limit
        try:
            data = await request.read()
        except web.HTTPRequestEntityTooLarge:
            data = None
        if data is None or len(data) > limit:
            error = f"Your files are too powerful: at most {limit / 2**20:g} MiB each."
            return web.json_response({"error": error}, status=413, headers=HEADERS)
        number = secrets.token_urlsafe(9)
        self.uploads[number] = File(request.match_info["filename"], data)
        while sum(len(file.data) for file in self.uploads.values()) > UPLOADS_KEPT:
            self.uploads.popitem(last=False)
        return web.json_response({"upload": number}, headers=HEADERS)

    def upload(self, number: object) -> File:
        """A file that was handed up; raises `SandboxError` for one that is not there any more."""
        found = self.uploads.get(str(number))
        if found is None:
            raise SandboxError("the file is not here any more: choose it again")
        return found

    def find(self, named: object) -> Channel:
        """A channel or thread by id. Raises `SandboxError`."""
        found = self.sandbox.world.channels.get(parse(named) or 0)
        if found is None:
            raise SandboxError("this channel is gone")
        return found

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=MESSAGE_LIMIT, heartbeat=30)
        socket.headers.update(HEADERS)
        await socket.prepare(request)
        visit = Visit(self, socket)
        self._visits.add(visit)
        pushing = asyncio.create_task(visit.push())
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                visit.take(message.data)
        finally:
            self._visits.discard(visit)
            pushing.cancel()
            visit.leave()
        return socket
