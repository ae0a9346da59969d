"""Requests to the sandbox by hand, for what discord.py would not send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox import Sandbox


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> int | None:
        return self.body.get("code") if isinstance(self.body, dict) else None

    def errors(self) -> list[tuple[str, str]]:
        """Every error of a form: dotted path and code."""
        return sorted(_errors((self.body or {}).get("errors", {}), ""))


def _errors(node: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    found = [(path, item["code"]) for item in node.get("_errors", [])]
    for key, child in node.items():
        if key != "_errors":
            found += _errors(child, f"{path}.{key}".lstrip("."))
    return found


class Raw:
    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox, self.session = sandbox, session

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        files: Mapping[str, bytes] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = {"Authorization": f"Bot {token or self.sandbox.token}", **(headers or {})}
        data: Any = None
        if files is not None:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("payload_json", json.dumps(body or {}), content_type="application/json")
            for index, (name, content) in enumerate(files.items()):
                data.add_field(f"files[{index}]", content, filename=name)
        elif body is not None:
            data = json.dumps(body)
            sent["Content-Type"] = "application/json"
        async with self.session.request(method, self.sandbox.api_url + path, data=data, headers=sent) as answer:
            text = await answer.text()
            return Reply(answer.status, json.loads(text) if text else None, dict(answer.headers))


@asynccontextmanager
async def raw(sandbox: Sandbox) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as session:
        yield Raw(sandbox, session)
