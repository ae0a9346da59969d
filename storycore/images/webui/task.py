"""One task of a painter's: waiting for its turn, at the host, or not wanted any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from storycore.errors import PainterError
from storycore.images.base import Painting, PaintRequest
from storycore.images.webui.line import Ticket
from storycore.images.webui.watch import TaskWatch

_log = logging.getLogger(__name__)

#: Told when the host has nothing of a request to do any more, with what went wrong there, if anything did.
IdleCallback = Callable[[PainterError | None], None]


class Once:
    """Calls a function the first time it is called itself."""

    def __init__(self, function: IdleCallback | None) -> None:
        self._function = function

    def __call__(self, error: PainterError | None = None) -> None:
        function, self._function = self._function, None
        if function is not None:
            function(error)

    def forget(self) -> None:
        """It will not be called."""
        self._function = None


class WithdrawnError(PainterError):
    """``withdraw`` took this task back before the host was asked: it may be asked for again, here or elsewhere."""

    def __init__(self) -> None:
        super().__init__("This painting goes back into the queue.", "There is nothing to do.")


@dataclass(slots=True, eq=False)
class Task:
    """One task: waiting for its turn, at the host, or not wanted any more."""

    request: PaintRequest
    on_idle: Once
    on_begun: Callable[[], None] = lambda: None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    work: asyncio.Task[list[Painting]] | None = None
    watch: TaskWatch | None = None
    #: The request of this task that is in the line or at the host.
    ticket: Ticket | None = None
    abandoned: bool = False
    withdrawn: bool = False


def once(function: Callable[[], None] | None) -> Callable[[], None]:
    """``function``, called at most once whatever calls it."""
    first = Once(None if function is None else lambda _: function())
    return lambda: first()


def drop(work: asyncio.Task[list[Painting]]) -> None:
    """Look at an abandoned task's end, so that asyncio does not report it as forgotten."""
    if not work.cancelled() and work.exception() is not None:
        _log.info("an abandoned painting ended with %s", type(work.exception()).__name__)
