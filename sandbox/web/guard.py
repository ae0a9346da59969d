"""Who may drive the page: only who has the printed link, from the page itself.

A page elsewhere can send requests here through a visitor's browser, and a name of its own can be pointed at this
address (DNS rebinding). So: the Host header has to name this server by its address, a request that changes anything
has to come from this origin, and every request has to carry the secret of this start, kept in a cookie that scripts
cannot read and other sites' requests do not carry.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFUSED = "Open the link that the sandbox printed when it started: it carries this start's secret."
SAFE = ("GET", "HEAD")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Checks every request. `host`: the address listened on."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.secret = secrets.token_urlsafe(24)

    def _is_own(self, netloc: str) -> bool:
        """Whether a Host header (or an origin's part of that kind) names this server."""
        try:
            name = urlsplit(f"//{netloc}").hostname or ""
        except ValueError:
            return False
        if name in ("localhost", self._host):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # An address cannot be pointed elsewhere; on loopback only loopback is meant.
        return address.is_loopback or self._host not in ("127.0.0.1", "::1", "localhost")

    @staticmethod
    def cookie(port: int) -> str:
        """The cookie's name: browsers share cookies among the ports of a host."""
        return f"sandbox_{port}"

    def url(self, port: int, name: str = "") -> str:
        """The link to be printed; `name`: whoever one is to be."""
        host = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host  # noqa: S104 - compared, not listened on
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}/?key={self.secret}" + (f"#as={name}" if name else "")

    def middleware(self, port: Callable[[], int]) -> Middleware:
        """For an aiohttp application that listens on `port()`."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            refused = self._refused(request, port())
            if refused is not None:
                refused.headers.update(HEADERS)
                return refused
            try:
                answer = await handler(request)
            except web.HTTPException as error:
                error.headers.update(HEADERS)
                raise
            if self._has_key(request):
                # The page then takes the secret out of the address bar. (A redirect would lose the cookie for who
                # comes from another site, a terminal in the browser perhaps.)
                answer.set_cookie(self.cookie(port()), self.secret, httponly=True, samesite="Strict", path="/")
            return answer

        return check

    def _refused(self, request: web.Request, port: int) -> web.Response | None:
        if not self._is_own(request.host):
            return web.Response(status=421, text="The sandbox does not answer to this name.")
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        if (request.method not in SAFE or upgrade) and request.headers.get("Origin") != f"http://{request.host}":
            return web.Response(status=403, text="This does not come from the sandbox's own page.")
        if not upgrade and self._has_key(request):
            return None
        if not self._knows(request.cookies.get(self.cookie(port), "")):
            return web.Response(status=403, text=REFUSED)
        return None

    def _knows(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.secret.encode())

    def _has_key(self, request: web.Request) -> bool:
        """Whether it is the printed link that is opened."""
        return request.method == "GET" and request.path == "/" and self._knows(request.query.get("key", ""))
