"""Cutting a connection as a failing network does."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import web


class CutError(Exception):
    """The connection ends without an answer. `reset`: with a TCP reset, else it is closed in silence."""

    def __init__(self, words: str, *, reset: bool) -> None:
        super().__init__(words)
        self.reset = reset


def cut(request: web.Request, *, reset: bool = False) -> web.Response:
    """End a request's TCP connection at once; what is still to be sent is lost. One gone already stays gone.

    Gives what a handler returns then: aiohttp takes an answer that cannot be written for a client that has left,
    and an exception for a defect of the server.
    """
    transport = request.transport
    if transport is not None:
        abort(transport, reset=reset)
    return web.Response(status=503)


def abort(transport: asyncio.BaseTransport, *, reset: bool = False) -> None:
    """The same for a transport."""
    if reset:
        found = transport.get_extra_info("socket")
        if found is not None:
            # Lingering for no time makes the kernel send RST instead of FIN.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
