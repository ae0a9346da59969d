"""The HTTP side of the REST routes: reading requests, checking and logging them, writing answers."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, ClientError, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from sandbox.checks.openapi import OpenApi
from sandbox.cut import CutError, cut
from sandbox.errors import ApiError
from sandbox.gateway import Gateway
from sandbox.rest import Answer, Call, find
from sandbox.rest.threads import sleepy_threads
from sandbox.state import State
from sandbox.trouble.answers import limited
from sandbox.trouble.rules import Book
from sandbox.world import File

_log = logging.getLogger(__name__)

PREFIX = "/api/v10"
MAX_FILES = 10
JSON_LIMIT = 2**20
REQUESTS_KEPT = 10_000
"""Lines of the log; when it is full its older half goes."""
VIOLATIONS_KEPT = 1_000
"""The first ones: what comes after has often the same cause."""
BUCKETS_KEPT = 1_000


@dataclass(frozen=True)
class Violation:
    """Something a bot (or the sandbox) did that Discord's contract does not allow."""

    kind: str
    """`route`, `openapi`, `response`, `event` or `gateway`."""
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.problem}"


@dataclass
class Request:
    """One line of the log of REST traffic."""

    method: str
    path: str
    route: str | None
    status: int
    body: Any = field(repr=False, default=None)
    files: tuple[str, ...] = ()
    code: int | None = None
    problems: tuple[str, ...] = ()
    answer_problems: tuple[str, ...] = ()
    at: float = 0.0
    answer: Any = field(repr=False, default=None)
    number: int = 0

    @property
    def verdict(self) -> str:
        """`ok`, or what was wrong with it (status 0: it got no answer)."""
        refused = (f"{self.status} {self.code or 0}",) if self.code is not None or self.status >= 400 else ()
        return "; ".join((*refused, *self.problems)) or "ok"


Fault = Callable[[Call], Answer | Awaitable[Answer | None] | None]
"""Consulted before a route is handled; an `Answer` is given instead, None lets the request through."""


class Rest:
    """Answers `/api/v10/…`. `document` None: requests are not checked against OpenAPI."""

    def __init__(
        self, state: State, gateway: Gateway, document: OpenApi | None, book: Book, *, check_answers: bool
    ) -> None:
        self._state = state
        self._gateway = gateway
        self._document = document
        self._book = book
        self._check_answers = check_answers
        self._buckets: dict[str, tuple[float, int]] = {}
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        self.faults: list[Fault] = []
        self._count = 0

    @property
    def checks(self) -> bool:
        """Whether there is a document to check against."""
        return self._document is not None

    def complain(self, kind: str, where: str, problem: str) -> None:
        """Record a violation."""
        _log.error("%s: %s: %s", kind, where, problem)
        if len(self.violations) < VIOLATIONS_KEPT:
            self.violations.append(Violation(kind, where, problem))

    async def serve(self, request: web.Request) -> web.Response:
        """The handler of every REST request."""
        call = Call(
            state=self._state,
            method=request.method,
            path=request.rel_url.raw_path.removeprefix(PREFIX),
            query=dict(request.query),
            may_see_content=self._gateway.content_allowed,
        )
        entry = Request(call.method, call.path, None, 0, at=self._state.world.clock.time())
        try:
            answer = await self._answer(request, call, entry)
        except ApiError as error:
            answer = Answer(error.status, error.body(), headers=error.headers)
            entry.code = error.code
        except CutError as error:
            entry.problems += (str(error),)
            self._log(entry)
            return cut(request, reset=error.reset)
        entry.status, entry.answer = answer.status, answer.body
        self._log(entry)
        return self._written(call, answer)

    def _log(self, entry: Request) -> None:
        self._count += 1
        entry.number = self._count
        self.requests.append(entry)
        if len(self.requests) > REQUESTS_KEPT:
            del self.requests[: REQUESTS_KEPT // 2]
        self._book.note(entry.status)
        self._state.world.changed()

    async def _answer(self, request: web.Request, call: Call, entry: Request) -> Answer:
        found = find(call.method, call.path)
        try:
            await self._read(request, call)
        except (ConnectionError, ClientError, HttpProcessingError, ValueError) as error:
            if request.transport is not None:
                raise ApiError(400, 50109, "The request body contains invalid JSON.") from error
            raise CutError("the client went while it was sending", reset=False) from error
        entry.body, entry.files = call.body, tuple(file.filename for file in call.files.values())
        if found is None:
            self.complain("route", f"{call.method} {call.path}", "the sandbox does not know this route")
            entry.problems = ("unknown route",)
            raise ApiError(404, 0, "404: Not Found")
        route, call.args = found
        call.route = entry.route = f"{route.method} {route.template}"
        entry.problems = tuple(self._objections(call))
        if route.needs_token and request.headers.get("Authorization") != f"Bot {self._state.token}":
            raise ApiError(401, 0, "401: Unauthorized")
        if (refused := self._hasty(call)) is not None:
            return refused
        for fault in list(self.faults):
            given = fault(call)
            if isinstance(given, Awaitable):
                given = await given
            if given is not None:
                return given
        refused, met = await self._book.before(call)
        if refused is not None:
            entry.code = refused.body.get("code") if isinstance(refused.body, dict) else None
            return refused
        sleepy_threads(self._state.world)
        answer = route.handler(call)
        entry.answer_problems = tuple(self._answer_faults(call, answer))
        entry.status = answer.status
        for rule in met:
            await rule.after(call, answer)
        return answer

    def _objections(self, call: Call) -> list[str]:
        """What OpenAPI says against the request; each is recorded as a violation."""
        if self._document is None:
            return []
        operation = self._document.operation(call.method, call.path)
        if operation is None:
            found = ["no operation of Discord's OpenAPI document"]
        else:
            found = self._document.check_body(operation, call.body) + self._document.check_query(operation, call.query)
        for problem in found:
            self.complain("openapi", f"{call.method} {call.path[:120]}", problem)
        return found

    def _answer_faults(self, call: Call, answer: Answer) -> list[str]:
        """What OpenAPI says against the sandbox's own answer; each is recorded as a violation."""
        if self._document is None or not self._check_answers:
            return []
        operation = self._document.operation(call.method, call.path)
        found = self._document.check_response(operation, answer.status, answer.body) if operation else []
        for problem in found:
            self.complain("response", f"{call.method} {call.path[:120]}", problem)
        return found

    async def _read(self, request: web.Request, call: Call) -> None:
        """Take in JSON, or multipart with `payload_json` and `files[n]`; raises `ApiError`."""
        kind = request.content_type
        if not request.can_read_body:
            return
        if kind == "multipart/form-data":
            await self._read_multipart(request, call)
            return
        data = await _all(request.content.read, JSON_LIMIT)
        if data:
            call.body = _json(data)

    async def _read_multipart(self, request: web.Request, call: Call) -> None:
        files: dict[int, File] = {}
        reader: MultipartReader = await request.multipart()
        # A file past the limit is still taken in, so that it is refused with Discord's words and not a broken pipe.
        room = self._state.upload_limit * MAX_FILES + JSON_LIMIT
        async for part in reader:
            if not isinstance(part, BodyPartReader):
                raise ApiError(400, 50109, "The request body contains invalid JSON.")
            name = part.name or ""
            data = await _all(part.read_chunk, room)
            room -= len(data)
            if name == "payload_json":
                call.body = _json(data)
            elif name.startswith("files[") and name.endswith("]") and name[6:-1].isdigit():
                files[int(name[6:-1])] = File(part.filename or "unknown", data)
        call.files = dict(sorted(files.items()))

    def _written(self, call: Call, answer: Answer) -> web.Response:
        headers = (self._limit_headers(call) if answer.limits else {}) | dict(answer.headers)
        if answer.raw is not None:
            return web.Response(status=answer.status, body=answer.raw, headers=headers)
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        # Exactly this content type: discord.py takes anything else for plain text.
        headers["Content-Type"] = "application/json"
        return web.Response(status=answer.status, body=json.dumps(answer.body).encode(), headers=headers)

    def _hasty(self, call: Call) -> Answer | None:
        """Count the request into its bucket; the refusal of one too many, where that is refused."""
        now, limits = self._state.world.clock.time(), self._state.limits
        key = _bucket(call)
        reset, used = self._buckets.get(key, (0.0, 0))
        if reset <= now:
            reset, used = now + limits.bucket_seconds, 0
        if len(self._buckets) > BUCKETS_KEPT:
            self._buckets = {name: held for name, held in self._buckets.items() if held[0] > now}
        self._buckets[key] = (reset, used + 1)
        return limited(round(reset - now, 3)) if limits.strict and used >= limits.bucket else None

    def _limit_headers(self, call: Call) -> dict[str, str]:
        if call.route is None or (held := self._buckets.get(_bucket(call))) is None:
            return {}
        limits = self._state.limits
        reset, used = held
        left = max(0.0, reset - self._state.world.clock.time())
        return {
            "X-RateLimit-Limit": str(limits.bucket),
            "X-RateLimit-Remaining": str(max(0, limits.bucket - used)),
            "X-RateLimit-Reset": f"{reset:.3f}",
            "X-RateLimit-Reset-After": f"{math.ceil(left * 1000) / 1000:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(call.route.encode(), usedforsecurity=False).hexdigest(),
            "Via": "1.1 sandbox",
        }


def _bucket(call: Call) -> str:
    """What shares a rate limit: a route, and its major parameters."""
    major = "/".join(call.args.get(name, "") for name in ("channel_id", "guild_id", "webhook_id", "webhook_token"))
    return f"{call.route} {major}"


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from error


async def _all(read: Callable[[int], Awaitable[bytes]], most: int) -> bytes:
    """Everything there is to read, at most `most` bytes; raises `ApiError` 413."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await read(2**16):
        size += len(chunk)
        if size > most:
            raise ApiError(413, 40005, "Request entity too large")
        chunks.append(chunk)
    return b"".join(chunks)
