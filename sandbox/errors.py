"""Errors in Discord's shape, and the sandbox's own."""

from __future__ import annotations

import math
from typing import Any


class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's code and message, and per-field errors.

    `retry_after` (seconds) is told with a 429.

    Source of codes: Discord developer documentation, topics/opcodes-and-status-codes ("JSON Error Codes").
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: dict[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """What is told beside the body."""
        return {} if self.retry_after is None else {"Retry-After": str(math.ceil(self.retry_after))}

    def body(self) -> dict[str, Any]:
        """What Discord would answer."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        if self.retry_after is not None:
            body |= {"retry_after": self.retry_after, "global": False}
        return body


class SandboxError(Exception):
    """Something a person could not do in Discord's client: no such button, a channel they cannot see, …"""


class FormErrors:
    """Collects what is wrong with a form, field by field, and raises it as Discord's 50035."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Say that the field at `path` (keys and list positions) is wrong."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def __bool__(self) -> bool:
        return bool(self._tree)

    def raised(self) -> ApiError:
        """400/50035 with what was added."""
        return ApiError(400, 50035, "Invalid Form Body", self._tree)

    def raise_if_any(self) -> None:
        """Raise `raised()` when at least one field is wrong."""
        if self._tree:
            raise self.raised()


def unknown(what: str, code: int) -> ApiError:
    """404 "Unknown Message" and its like."""
    return ApiError(404, code, f"Unknown {what}")


def missing_access() -> ApiError:
    """403: the bot cannot see the channel."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """403: the bot sees the channel but may not do this there."""
    return ApiError(403, 50013, "Missing Permissions")
