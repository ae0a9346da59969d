"""The line before one host: one request there at a time, and the next one ready to follow without a pause.

When an answer is in, the thread that waited for it sends the next request itself, instead of asking the event loop what
comes now: a busy loop would leave the host idle for a few milliseconds after every picture. Until that moment the next
request can be taken back.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from time import monotonic
from typing import Any


@dataclass(slots=True, eq=False)
class Ticket:
    """A request in the line. Make it inside the event loop.

    ``begun`` is set when it was sent, ``answer`` gets the body or the error (``None``: taken back before it was sent).
    ``more``: another request of the same task follows, and nobody else's may come between.
    """

    payload: dict[str, Any]
    more: bool = False
    on_begun: Callable[[], None] = lambda: None
    on_answered: Callable[[], None] = lambda: None
    answer: asyncio.Future[bytes | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    #: Nobody wants its answer any more: whoever stops it says when the next may be sent.
    held: bool = False
    failed: bool = False
    seconds: float = 0.0


class HostLine:
    """Sends requests one after the other. ``ask`` blocks until the host has answered; it is called in ``threads``."""

    def __init__(self, ask: Callable[[dict[str, Any]], bytes], threads: Executor) -> None:
        self._ask = ask
        self._threads = threads
        self._lock = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._at_host: Ticket | None = None
        self._closed = False

    def enter(self, ticket: Ticket, *, first: bool = False) -> None:
        """Send this request when its turn comes: at once, if nothing is at the host. ``first``: before all others."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if first:
                self._waiting.appendleft(ticket)
            else:
                self._waiting.append(ticket)
        self._go_on(loop)

    def leave(self, ticket: Ticket) -> bool:
        """Take a request back that was not sent yet; says whether it could be."""
        with self._lock:
            if ticket not in self._waiting:
                return False
            self._waiting.remove(ticket)
        if not ticket.answer.done():
            ticket.answer.set_result(None)
        return True

    def hold(self, ticket: Ticket) -> None:
        """Send nothing after this request until :meth:`release`: it is being stopped, and an order to stop that comes
        late must not hit the next one."""
        with self._lock:
            ticket.held = True

    def release(self, ticket: Ticket) -> None:
        """The host is done with this request in every respect: the next one may be sent."""
        with self._lock:
            if self._at_host is not ticket:
                return
            self._at_host = None
        self._go_on(asyncio.get_running_loop())

    def close(self) -> None:
        """Send nothing more."""
        with self._lock:
            self._closed = True

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._at_host is not None or not self._waiting or self._closed:
                return
            ticket = self._at_host = self._waiting.popleft()
        self._send(loop, ticket)

    def _send(self, loop: asyncio.AbstractEventLoop, ticket: Ticket) -> None:
        asking = self._threads.submit(self._asked, loop, ticket)
        asking.add_done_callback(lambda done: self._answered(loop, ticket, done))

    def _asked(self, loop: asyncio.AbstractEventLoop, ticket: Ticket) -> bytes:
        """In a thread."""
        _tell(loop, ticket.on_begun)
        began = monotonic()
        try:
            return self._ask(ticket.payload)
        finally:
            ticket.seconds = monotonic() - began

    def _answered(self, loop: asyncio.AbstractEventLoop, ticket: Ticket, done: Future[bytes]) -> None:
        """In the same thread (or, when everything is closed, wherever the request was dropped): send what follows by
        itself, which is nothing after a failure, or where the task goes on or is being stopped; then tell."""
        error = None if done.cancelled() else done.exception()
        following: Ticket | None = None
        with self._lock:
            if error is None and not done.cancelled() and not ticket.more and not ticket.held:
                following = self._waiting.popleft() if self._waiting and not self._closed else None
                self._at_host = following
        if following is not None:
            self._send(loop, following)
        _tell(loop, lambda: _hand_over(ticket, done, error))


def _hand_over(ticket: Ticket, done: Future[bytes], error: BaseException | None) -> None:
    ticket.failed = error is not None or done.cancelled()
    if not ticket.answer.done():
        if error is not None:
            ticket.answer.set_exception(error)
            ticket.answer.exception()  # seen: whoever asked may have gone meanwhile
        else:
            ticket.answer.set_result(None if done.cancelled() else done.result())
    ticket.on_answered()


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # the loop is closed: nobody waits any more
        return
