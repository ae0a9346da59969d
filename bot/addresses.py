"""Films by address: an HTTP route for those that are too large for the chat, off unless FIRESIDE_PUBLIC_URL is set.

An address holds for a day and is signed (HMAC-SHA256) with a key made from the bot's token, so that nobody can guess
one, change one, or use it longer. Browsers ask for ranges, and get them.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from storycore.store.media import MediaFolder

_log = logging.getLogger(__name__)

_SECONDS = 24 * 3600
_NAME = re.compile(r"([0-9a-f]{64})(\.mp4)")
_SIGNED = 32


class Addresses:
    """Makes addresses and tells whether one holds. ``secret`` never leaves this process."""

    def __init__(self, public_url: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._base = public_url.rstrip("/")
        self._key = hmac.digest(secret.encode(), b"fireside: addresses of films", hashlib.sha256)
        self._clock = clock

    @property
    def hours(self) -> int:
        """How long an address holds."""
        return _SECONDS // 3600

    def of(self, name: str) -> str:
        """An address of the media file ``name`` that holds from now on."""
        until = int(self._clock()) + _SECONDS
        return f"{self._base}/films/{name}?until={until}&signed={self._signature(name, until)}"

    def holds(self, name: str, until: str, signed: str) -> bool:
        """Whether an address was made here, for this file, and has not run out."""
        if not re.fullmatch(r"[0-9]{1,12}", until) or not signed.isascii():
            return False
        made = hmac.compare_digest(self._signature(name, int(until)), signed)
        return made and int(until) >= self._clock()

    def _signature(self, name: str, until: int) -> str:
        return hmac.new(self._key, f"{name} {until}".encode(), hashlib.sha256).hexdigest()[:_SIGNED]


@asynccontextmanager
async def serving(addresses: Addresses, folder: MediaFolder, host: str, port: int) -> AsyncIterator[int]:
    """Give films out while the body runs; gives the port. Raises ``OSError`` where it is taken."""

    async def film(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        found = _NAME.fullmatch(name)
        query = request.query
        if found is None or not addresses.holds(name, query.get("until", ""), query.get("signed", "")):
            raise web.HTTPForbidden(text="This address does not hold any more. Press the button for another.")
        path = folder.path(found[1], found[2])
        if not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound(text="This film is not here any more.")
        return web.FileResponse(path, headers={"Cache-Control": "private", "X-Content-Type-Options": "nosniff"})

    app = web.Application()
    app.router.add_get("/films/{name}", film)
    runner = web.AppRunner(app, access_log=None)  # an address in a log would be one more place to take it from
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = int(runner.addresses[0][1])
        _log.info("films are given out by address on %s:%d", host, bound)
        yield bound
    finally:
        await runner.cleanup()
