"""Where attachments lie: their real bytes, whole or in ranges."""

from __future__ import annotations

import re

from aiohttp import web

from sandbox.snowflake import parse
from sandbox.world import World

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Cdn:
    """Serves the world's attachments."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, request: web.Request) -> web.Response:
        """The handler of `/attachments/CHANNEL/ID/NAME` (and `/ephemeral-attachments/…`)."""
        attachment = self._world.attachments.get(parse(request.match_info["attachment_id"]) or 0)
        if attachment is None or attachment.filename != request.match_info["filename"]:
            return web.Response(status=404, text="This content is no longer available.")
        kind = attachment.content_type or "application/octet-stream"
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes"}
        wanted = request.headers.get("Range")
        if wanted is None:
            return web.Response(body=attachment.data, headers=headers)
        span = _span(wanted, attachment.size)
        if span is None:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{attachment.size}"})
        first, last = span
        headers["Content-Range"] = f"bytes {first}-{last}/{attachment.size}"
        return web.Response(status=206, body=attachment.data[first : last + 1], headers=headers)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a Range header with one range, or None when it cannot be served."""
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    return (first, last) if first <= last else None
