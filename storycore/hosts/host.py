"""A place where painting happens, in this process: a painter, how many jobs at once, and how it has been."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from storycore.hosts.breaker import Breaker, Breaking
from storycore.hosts.model import Abilities, plain_name
from storycore.images.base import Painter, PainterHealth, Painting, PaintRequest, ProgressCallback
from storycore.images.webui.painter import WebuiPainter
from storycore.images.webui.task import IdleCallback

#: The id of this machine, which is no row.
HERE = 0


class PainterHere:
    """Whoever paints on this machine now."""

    def __init__(self, now: Callable[[], Painter]) -> None:
        self._now = now

    @property
    def name(self) -> str:
        """As the painter's."""
        return self._now().name

    @property
    def note(self) -> str:
        """As the painter's."""
        return self._now().note

    def fingerprint(self, checkpoint: str = "") -> str:
        """As the painter's."""
        return self._now().fingerprint(checkpoint)

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        """As the painter's."""
        return await self._now().generate(request, on_progress)

    async def cancel(self, task_id: str) -> None:
        """As the painter's."""
        await self._now().cancel(task_id)

    async def health(self) -> PainterHealth:
        """As the painter's."""
        return await self._now().health()

    async def close(self) -> None:
        """Whoever made the painter closes it."""


@dataclass(slots=True, eq=False)
class Standby:
    """A job that follows at a host without a pause when the one before is done. ``loaded``, ``switched`` and
    ``switches`` are the host's as they were before it was given this job; ``withdraw`` takes it back from the painter
    (None: it was not handed over yet) and says whether it could."""

    key: str
    rank: int
    loaded: str
    switched: bool
    switches: int
    skips: int = 0
    withdraw: Callable[[], bool] | None = None


@dataclass(slots=True, eq=False)
class Host:
    """A host: ``id`` of its row (``HERE``: this machine), for one server or (None) for all, ``slots`` jobs at once.

    ``loaded`` and ``own`` are checkpoints: what is loaded now, and what its owner chose.
    """

    id: int
    name: str
    painter: Painter
    server_id: int | None = None
    slots: int = 1
    #: Of this machine: it paints beside GPU hosts, and not only where there are none.
    beside: bool = False
    abilities: Abilities = field(default_factory=Abilities)
    breaker: Breaker = field(default_factory=Breaker)
    draining: bool = False
    removed: bool = False
    #: It answers, and fails with whatever it is asked to paint: its own trouble, not the jobs'.
    sick: bool = False
    loaded: str = ""
    own: str = ""
    #: A job of ours asked for a checkpoint here, so what it has loaded is not its owner's choice any more.
    switched: bool = False
    running: int = 0
    #: Whether its painter can have the next job stand ready, and the one that does.
    follows: bool = False
    standby: Standby | None = None
    switches: int = 0
    busy_s: float = 0.0
    #: The tasks whose pictures are on their way from here, so that a removed host can give them back.
    works: set[asyncio.Task[list[Painting]]] = field(default_factory=set)

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, which needs no network and has no breaker."""
        return self.id == HERE

    @property
    def reachable(self) -> bool:
        """Whether it is worth asking now (a half-open one is)."""
        return not self.removed and self.breaker.state is not Breaking.OPEN

    @property
    def free(self) -> bool:
        """Whether it can take a job now."""
        if self.draining or not self.reachable:
            return False
        slots = 1 if self.breaker.state is Breaking.HALF_OPEN else self.slots
        return self.running < slots

    @property
    def may_follow(self) -> bool:
        """Whether a job may stand ready here: a host on trial, or one that is let go, has nothing beyond its one."""
        closed = self.breaker.state is Breaking.CLOSED
        return self.follows and closed and not self.draining and not self.removed

    def serves(self, server_id: int | None) -> bool:
        """Whether it paints for that server."""
        return self.server_id is None or self.server_id == server_id

    def fingerprint(self, wanted: str) -> str:
        """What, beside the request, decides a picture that wants this checkpoint."""
        return self.painter.fingerprint(self.checkpoint_for(wanted))

    def checkpoint_for(self, wanted: str) -> str:
        """The checkpoint that a job would be painted with here ("" while nobody knows)."""
        return wanted or self.own or self.loaded

    @property
    def checkpoint_to_restore(self) -> str:
        """What to ask for on behalf of a job that wants none in particular: "" unless ours was switched to."""
        if self.own and self.loaded and self.switched:
            return self.own
        return ""

    def has_loaded(self, wanted: str) -> bool:
        """Whether a job that wants this checkpoint ("": any) needs no switch."""
        meant = self.checkpoint_for(wanted)
        return not meant or not self.loaded or plain_name(meant) == plain_name(self.loaded)

    async def paint(
        self,
        request: PaintRequest,
        on_progress: ProgressCallback,
        on_idle: IdleCallback,
        on_begun: Callable[[], None],
    ) -> list[Painting]:
        """As the painter's ``generate``; ``on_idle`` is called when the host can take the next job."""
        if isinstance(self.painter, WebuiPainter):
            pictures = await self.painter.generate(request, on_progress, on_idle, on_begun)
            if not self.running:  # else it has another checkpoint by now, it may be
                self.loaded = self.painter.loaded or self.loaded
            return pictures
        on_begun()
        try:
            return await self.painter.generate(request, on_progress)
        finally:
            on_idle(None)

    def withdraw(self, task_id: str) -> bool:
        """Take a task back that was not begun yet; says whether that could be done."""
        return isinstance(self.painter, WebuiPainter) and self.painter.withdraw(task_id)
