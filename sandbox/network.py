"""The port that the sandbox listens on, which can be closed for a while as an outage closes it."""

from __future__ import annotations

from aiohttp import web

from sandbox.cut import abort

SHUTDOWN = 1.0
"""Seconds that requests in flight get at the end."""


class Network:
    """One listening port. `port` 0 takes a free one at the first `open` and keeps it."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self.port = port
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    @property
    def is_up(self) -> bool:
        """Whether connections are taken."""
        return self._site is not None

    async def open(self, app: web.Application) -> None:
        """Serve an application. Raises OSError when the port is taken."""
        self._runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN, access_log=None)
        await self._runner.setup()
        await self.up()

    async def up(self) -> None:
        """Listen; an open port stays as it is."""
        if self._runner is None or self._site is not None:
            return
        site = web.TCPSite(self._runner, self._host, self.port, reuse_address=True)
        await site.start()
        self._site = site
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Cut every connection and refuse new ones."""
        if self._runner is None or self._site is None:
            return
        site, self._site = self._site, None
        await site.stop()
        server = self._runner.server
        for connection in [] if server is None else list(server.connections):
            if connection.transport is not None:
                abort(connection.transport, reset=True)

    async def close(self) -> None:
        """Stop for good."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = self._site = None
