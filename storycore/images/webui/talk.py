"""Short questions to a host while it paints: how far it is, what it has loaded, and the order to stop."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from storycore.errors import PainterError
from storycore.images.webui.options import Address
from storycore.images.webui.problems import not_a_webui, problem_of, unreachable

_MOST_BYTES = 4 * 1024 * 1024
_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class TaskState:
    """What a host says about one task; ``fraction`` 0 … 1 and ``seconds_left`` are None where it does not say."""

    active: bool
    queued: bool
    completed: bool
    fraction: float | None
    seconds_left: float | None


def _number(value: object, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None


def _login(address: Address) -> dict[str, str]:
    """The header of basic authentication (RFC 7617), in UTF-8; none without user and password."""
    if not (address.user or address.password):
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{address.user}:{address.password}".encode()).decode()}


class HostTalk:
    """Questions to one host over aiohttp; every one is answered or given up within eight seconds."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._session: aiohttp.ClientSession | None = None
        self._knows_tasks = True

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=_login(self._address),
                timeout=aiohttp.ClientTimeout(total=_SECONDS, sock_connect=5.0),
            )
        return self._session

    async def _ask(self, method: str, path: str, body: object = None) -> object:
        """The JSON answer to a question (None for an empty one). Raises ``PainterError``."""
        try:
            async with self._open().request(
                method, f"{self._address.base}{path}", json=body, allow_redirects=False
            ) as response:
                data = await _at_most(response, _MOST_BYTES)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable("does not answer") from error
        if status not in {200, 204}:
            raise problem_of(status, data[:20_000].decode("utf-8", "replace"))
        if not data.strip():
            return None
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise not_a_webui() from None

    async def get(self, path: str) -> object:
        """The JSON answer to a plain question. Raises ``PainterError`` where it is refused or not understood."""
        return await self._ask("GET", path)

    async def options(self) -> dict[str, Any]:
        """The host's options (checkpoint, preview settings …)."""
        answer = await self._ask("GET", "/sdapi/v1/options")
        if not isinstance(answer, dict):
            raise not_a_webui()
        return answer

    async def task(self, id_task: str) -> TaskState | None:
        """How one task is, or None where this host's flavour cannot say."""
        if not self._knows_tasks:
            return None
        question = {"id_task": id_task, "id_live_preview": -1, "live_preview": False}
        try:
            answer = await self._ask("POST", "/internal/progress", question)
        except PainterError as error:
            if type(error) is PainterError:
                self._knows_tasks = False  # refused: this flavour has no such route
                return None
            raise
        if not isinstance(answer, dict):
            return None
        return TaskState(
            active=answer.get("active") is True,
            queued=answer.get("queued") is True,
            completed=answer.get("completed") is True,
            fraction=_number(answer.get("progress"), 1.0),
            seconds_left=_number(answer.get("eta"), 86_400.0),
        )

    async def progress(self) -> tuple[float | None, float | None]:
        """Fraction and seconds left of whatever the host is painting (somebody else's picture, it may be)."""
        answer = await self._ask("GET", "/sdapi/v1/progress?skip_current_image=true")
        if not isinstance(answer, dict):
            return None, None
        return _number(answer.get("progress"), 1.0), _number(answer.get("eta_relative"), 86_400.0)

    async def interrupt(self) -> None:
        """Stop whatever the host is painting now. Ask :meth:`task` first whose it is."""
        await self._ask("POST", "/sdapi/v1/interrupt")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    parts, size = [], 0
    async for chunk in response.content.iter_chunked(1 << 16):
        size += len(chunk)
        if size > limit:
            raise not_a_webui()
        parts.append(chunk)
        await asyncio.sleep(0)
    return b"".join(parts)
