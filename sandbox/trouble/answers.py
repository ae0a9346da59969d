"""What Discord, and what stands before it, answers on a bad day."""

from __future__ import annotations

import math
from typing import Any

from sandbox.errors import ApiError, SandboxError
from sandbox.rest.router import Answer

CODES: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10008: (404, "Unknown Message"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "This thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
}
"""HTTP status and words of Discord's codes (topics/opcodes-and-status-codes, "JSON Error Codes")."""

REASONS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Payload Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    524: "A Timeout Occurred",
}
VIA = {"Via": "1.1 sandbox"}
BODIES = ("json", "empty", "html")


def refusal(status: int | None, code: int, message: str | None, body: str) -> Answer:
    """An answer that refuses. `status` None: the one that goes with `code`. Raises `SandboxError`."""
    if body not in BODIES:
        raise SandboxError(f"a body is one of {', '.join(BODIES)}")
    if status is None:
        if code not in CODES:
            raise SandboxError(f"say which status goes with code {code}")
        status = CODES[code][0]
    if not 400 <= status <= 599:
        raise SandboxError("a refusal has a status from 400 to 599")
    if body == "empty":
        return Answer(status, headers=VIA, limits=False)
    if body == "html":
        return page(status, REASONS.get(status, "Error"))
    words = message or CODES.get(code, (0, f"{status}: {REASONS.get(status, 'Error')}"))[1]
    return Answer(status, {"message": words, "code": code}, headers=VIA)


def page(status: int, title: str) -> Answer:
    """What a proxy before Discord answers: an HTML page, and none of Discord's headers."""
    text = (
        f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1>"
        "</center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    )
    headers = {"Content-Type": "text/html", "Server": "cloudflare"}
    return Answer(status, raw=text.encode(), headers=headers, limits=False)


def limited(
    retry_after: float, *, is_global: bool = False, scope: str = "user", code: int = 0, message: str | None = None
) -> Answer:
    """429 as discord.py wants it: a `Via` header and a JSON body. `scope`: user, shared or global."""
    words = message or ("You are being rate limited." if scope != "shared" else "The resource is being rate limited.")
    body: dict[str, Any] = {"message": words, "retry_after": retry_after, "global": is_global, "code": code}
    headers = VIA | {
        "Retry-After": str(math.ceil(retry_after)),
        "X-RateLimit-Scope": "global" if is_global else scope,
        "X-RateLimit-Reset-After": f"{retry_after:.3f}",
        "X-RateLimit-Remaining": "0",
    }
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    return Answer(429, body, headers=headers, limits=not is_global)


def error(code: int) -> ApiError:
    """An error with the status and words that go with its code."""
    status, words = CODES[code]
    return ApiError(status, code, words)
