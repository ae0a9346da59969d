"""The WebUI's client: webuiapi, given timeouts, a bound on answers, and a way to hang up.

Everything here blocks: use it in a thread.
"""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from webuiapi import WebUIApi, WebUIApiResult

from storycore.errors import PainterError
from storycore.images.webui.options import Address, WebuiOptions, is_public
from storycore.images.webui.problems import not_a_webui, odd_answer, problem_of, unreachable

#: The longest answer that is read: nine large PNGs in base64 are about half of it.
MOST_BYTES = 256 * 1024 * 1024
_CHUNK = 1 << 20


class _Lines:
    """The open connections of one client, so that another thread can cut them."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def add(self, line: object) -> None:
        if isinstance(line, socket.socket):
            with self._lock:
                self._open = {known for known in self._open if known.fileno() >= 0} | {line}

    def cut(self) -> None:
        with self._lock:
            lines, self._open = self._open, set()
        for line in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed or never connected: what was wanted
                continue


def _pools(lines: _Lines, public_only: bool) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools with connections that report their socket to ``lines``, and lead where they may."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            _check_place(self, public_only)
            lines.add(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            _check_place(self, public_only)
            lines.add(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _check_place(connection: HTTPConnection, public_only: bool) -> None:
    """A name may lead elsewhere than when it was looked at: look at where the connection really went."""
    line = connection.sock
    if public_only and isinstance(line, socket.socket) and not is_public(str(line.getpeername()[0])):
        connection.close()
        raise OSError("this address may not be asked")


class _Adapter(HTTPAdapter):
    """requests has no timeout unless each call brings one; webuiapi's calls do not."""

    def __init__(self, timeouts: tuple[float, float], lines: _Lines, public_only: bool) -> None:
        self._timeouts = timeouts
        super().__init__(pool_maxsize=2)
        self.poolmanager.pool_classes_by_scheme = _pools(lines, public_only)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeouts
        return super().send(request, *args, **kwargs)


class _Api(WebUIApi):  # type: ignore[misc]  # webuiapi has no types
    """webuiapi without the question its constructor asks, and without opening the pictures it is sent.

    Its own handling would decode pictures before anybody looked at their size, and drop a ``data:`` prefix's bytes.
    """

    def check_extensions(self) -> None:
        return

    def post_and_get_api_result(self, url: str, json: object, use_async: bool) -> WebUIApiResult:
        raise NotImplementedError("only custom_post is used here")

    def _to_api_result(self, response: requests.Response) -> WebUIApiResult:
        body = _body(response)
        if response.status_code != 200:
            raise problem_of(response.status_code, body[:20_000].decode("utf-8", "replace"))
        return WebUIApiResult([], {}, {}, body)


def _body(response: requests.Response) -> bytes:
    parts, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            response.close()
            raise odd_answer("it is far too long", "too_long")
        parts.append(chunk)
    return b"".join(parts)


def answer_of(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer. Slow for large ones (use a thread). Raises ``PainterError``."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise not_a_webui() from None
    if not isinstance(data, dict):
        raise not_a_webui()
    return data


def _was_refused(error: requests.exceptions.ConnectionError) -> bool:
    """Whether there never was a connection: nothing was asked then."""
    return any(isinstance(getattr(part, "reason", part), NewConnectionError) for part in error.args)


class HostClient:
    """One host's blocking client. Build it and call it in a thread; :meth:`hang_up` may be called from any."""

    def __init__(self, address: Address, options: WebuiOptions) -> None:
        self._lines = _Lines()
        self._api = _Api(baseurl=f"{address.base}/sdapi/v1")
        session = self._api.session
        session.trust_env = False  # a GPU host is reached directly, and no .netrc may add credentials
        session.stream = True
        if address.user or address.password:
            session.auth = (address.user.encode(), address.password.encode())
        adapter = _Adapter((options.connect_timeout, options.read_timeout), self._lines, address.public_only)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)

    def txt2img(self, payload: dict[str, Any]) -> bytes:
        """Ask for pictures and wait for them; the body of the answer as it came (see :func:`answer_of`).

        Raises ``PainterUnreachableError`` (no answer, or a broken one) or ``PainterError`` (a refusal).
        """
        try:
            answer: bytes = self._api.custom_post("txt2img", payload=payload, baseurl=True).json
        except PainterError:
            raise
        except requests.exceptions.ConnectTimeout as error:
            raise unreachable("does not answer") from error
        except requests.exceptions.Timeout as error:
            raise unreachable("took too long", "too_slow") from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise unreachable("broke off in the middle of its answer", "cut") from error
        except requests.exceptions.SSLError as error:
            raise PainterError(
                "The GPU host's certificate is not trusted.", "Use http://, or give the host a valid certificate."
            ).called("certificate") from error
        except requests.exceptions.ConnectionError as error:
            if _was_refused(error):
                raise unreachable("does not answer") from error
            raise unreachable("broke off", "reset") from error
        except requests.exceptions.TooManyRedirects as error:
            raise not_a_webui() from error
        except requests.exceptions.RequestException as error:
            raise unreachable("could not be asked") from error
        return answer

    def hang_up(self) -> None:
        """Cut every connection: a thread waiting for an answer gets an error at once."""
        self._lines.cut()

    def close(self) -> None:
        """Hang up and let go of everything."""
        self.hang_up()
        self._api.session.close()
