"""One request of a round's at one host: handed over, begun, idle again, or taken back before it was sent."""

from __future__ import annotations

import asyncio
from typing import Protocol

from storycore.errors import PainterError, PainterUnreachableError
from storycore.hosts.crew import Hosts
from storycore.hosts.dispatcher import Dispatcher, Wanted
from storycore.hosts.host import Host
from storycore.images.base import Painting, PaintProgress, PaintRequest
from storycore.images.webui.task import WithdrawnError
from storycore.work.jobs.progress import Reporter


class Work(Protocol):
    """The round whose request it is."""

    @property
    def hosts(self) -> Hosts:
        """All hosts."""
        ...

    @property
    def dispatcher(self) -> Dispatcher:
        """The line before them."""
        ...

    @property
    def wanted(self) -> Wanted:
        """What the dispatcher must know of it."""
        ...

    def tell(self, progress: PaintProgress, pictures: int, reporter: Reporter) -> None:
        """How far a request for so many of the round's pictures is."""
        ...

    async def note_begun(self, host: Host, task_id: str) -> None:
        """A host began with it."""
        ...


async def _to_its_end(writing: asyncio.Task[None]) -> None:
    """Wait for a short transaction, also when cancelled meanwhile: one that is cut off may leave its lock behind."""
    try:
        await asyncio.wait({writing})
    except asyncio.CancelledError:
        await asyncio.wait({writing})
        raise


class Visit:
    """One request of a round's at one host."""

    def __init__(self, work: Work, host: Host, request: PaintRequest, reporter: Reporter) -> None:
        self._work = work
        self._host = host
        self._request = request
        self._reporter = reporter
        self._noting: asyncio.Task[None] | None = None
        self._begun_at = self._idle_at = 0.0

    @property
    def seconds(self) -> float:
        """For how long the host was at it."""
        return max(0.0, self._idle_at - self._begun_at)

    async def paint(self) -> list[Painting]:
        """The pictures; the host is free for others as soon as it is done, not when this is."""
        host, work, dispatcher = self._host, self._work, self._work.dispatcher
        begun = False

        async def paint() -> list[Painting]:
            nonlocal begun
            begun = True
            if not dispatcher.hand_over(host, work.wanted, lambda: host.withdraw(self._request.task_id)):
                raise WithdrawnError
            return await host.paint(self._request, self._tell, self._idle, self._begun)

        def ended(ended_work: asyncio.Task[list[Painting]]) -> None:
            host.works.discard(ended_work)
            if not begun:  # cancelled before its first step: nobody else will say that the host is free
                self._idle(None)

        painting = asyncio.create_task(paint())
        host.works.add(painting)
        painting.add_done_callback(ended)
        try:
            return await painting
        except asyncio.CancelledError:
            mine = asyncio.current_task()
            if host.removed and painting.done() and (mine is None or not mine.cancelling()):
                error = PainterUnreachableError("The GPU host was removed.", "Another one goes on.").called("removed")
                raise error from None
            raise

    def _tell(self, progress: PaintProgress) -> None:
        self._work.tell(progress, self._request.count, self._reporter)

    def _begun(self) -> None:
        self._begun_at = asyncio.get_running_loop().time()
        if self._noting is None:
            self._noting = asyncio.create_task(self._work.note_begun(self._host, self._request.task_id))

    def _idle(self, error: PainterError | None) -> None:
        """The host has nothing of this to do any more. One that failed is judged before it is given anything else."""
        self._idle_at = asyncio.get_running_loop().time()
        if error is not None:
            self._work.hosts.judge(self._host, error)
        self._work.dispatcher.release(self._host, self._work.wanted.key)

    async def note_first(self) -> None:
        """Note that it begins before it does."""
        self._begun()
        done = False
        try:
            await self.settled()
            self.check()
            done = True
        finally:
            if not done:
                self._work.dispatcher.release(self._host, self._work.wanted.key)

    async def settled(self) -> None:
        """Wait until the beginning is noted, if there was one."""
        if self._noting is not None:
            await _to_its_end(self._noting)

    def check(self) -> None:
        """Raise what went wrong with that."""
        if self._noting is not None:
            self._noting.result()
