"""Short questions to a host while it paints: how far it is, what it has loaded, and the order to stop."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import socket
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult

from storycore.errors import PainterError
from storycore.images.webui.options import Address, is_public
from storycore.images.webui.problems import not_a_webui, problem_of, unreachable

_MOST_BYTES = 4 * 1024 * 1024
_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class TaskState:
    """What a host says about one task; ``fraction`` 0 … 1 and ``seconds_left`` are None where it does not say.

    ``preview`` is a new live preview (its bytes), ``preview_id`` what to ask with for the next.
    """

    active: bool
    queued: bool
    completed: bool
    fraction: float | None
    seconds_left: float | None
    preview: bytes | None = None
    preview_id: int = -1


def _number(value: object, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else default


def preview_of(value: object) -> bytes | None:
    """The bytes of a preview, which comes as base64 with or without a ``data:`` prefix; None for what is none."""
    if not isinstance(value, str) or len(value) > _MOST_BYTES:
        return None
    try:
        return base64.b64decode(value.rpartition(",")[2], validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _login(address: Address) -> dict[str, str]:
    """The header of basic authentication (RFC 7617), in UTF-8; none without user and password."""
    if not (address.user or address.password):
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{address.user}:{address.password}".encode()).decode()}


class _PublicPlaces(aiohttp.ThreadedResolver):
    """Finds only addresses outside this network: a stranger named the host."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of ``host``. Raises ``OSError`` where there is none."""
        found = [place for place in await super().resolve(host, port, family) if is_public(place["host"])]
        if not found:
            raise OSError("this address may not be asked")
        return found


class HostTalk:
    """Questions to one host over aiohttp; every one is answered or given up within eight seconds."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._session: aiohttp.ClientSession | None = None
        self._knows_tasks = True
        self._closed = False

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=_login(self._address),
                timeout=aiohttp.ClientTimeout(total=_SECONDS, sock_connect=5.0),
                connector=aiohttp.TCPConnector(resolver=_PublicPlaces()) if self._address.public_only else None,
            )
        return self._session

    async def _ask(self, method: str, path: str, body: object = None) -> object:
        """The JSON answer to a question (None for an empty one). Raises ``PainterError``."""
        if self._closed:
            raise unreachable("is not asked any more")
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

    @property
    def knows_tasks(self) -> bool:
        """Whether the host can say how one task is (as far as is known)."""
        return self._knows_tasks

    async def task(self, id_task: str, preview_after: int | None = None) -> TaskState | None:
        """How one task is, or None where this host's flavour cannot say.

        ``preview_after`` asks for a live preview newer than the one of that id (-1: any).
        """
        if not self._knows_tasks:
            return None
        live = preview_after is not None
        question = {"id_task": id_task, "id_live_preview": preview_after if live else -1, "live_preview": live}
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
            preview=preview_of(answer.get("live_preview")) if live else None,
            preview_id=_whole(answer.get("id_live_preview"), -1),
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
        """Nothing is asked any more."""
        self._closed = True
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
