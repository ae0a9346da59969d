"""Who gets which job next. The engine claims a few jobs ahead (the window); they wait here for a host.

A free host takes the best class; within it, a job whose checkpoint it has loaded, as long as that passes the first in
line over at most six times; then the lowest tag of the fair queue. A job that no host can do gives its place in the
window back, and says why; so does one whose hosts are all away or busy while others stand idle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from storycore.errors import PainterUnreachableError
from storycore.hosts.host import Host

#: So often a job may be passed over in favour of one whose checkpoint is loaded.
MOST_SKIPS = 6
_NOBODY_CAN_S = 60.0
_BUSY_ELSEWHERE_S = 3.0


def painting_key(round_id: int, attempt: int) -> str:
    """What a try at a round is called: its workflow's id, too."""
    return f"paint-{round_id}-{attempt}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job needs, and its place: ``key`` is its workflow's id, ``refused`` the hosts that failed with it."""

    key: str
    rank: int
    tag: int
    server_id: int | None = None
    checkpoint: str = ""
    loras: tuple[str, ...] = ()
    refused: frozenset[int] = frozenset()


class GiveBackError(PainterUnreachableError):
    """No host can take this job now: it goes back into the queue for ``wait_s`` seconds. ``told``: people hear why."""

    def __init__(self, words: str, wait_s: float, *, told: bool = True) -> None:
        super().__init__(words)
        self.wait_s = wait_s
        self.told = told


@dataclass(slots=True, eq=False)
class _Waiting:
    wanted: Wanted
    turn: asyncio.Future[Host]
    skips: int = 0


@dataclass(slots=True)
class Dispatcher:
    """The jobs that wait for a host, and the hosts. ``window`` is how many jobs the engine claims at once."""

    window: int = 2
    fair: bool = True  # False: a plain first-come line without regard to checkpoints, for comparison
    hosts: dict[int, Host] = field(default_factory=dict)
    _waiting: dict[str, _Waiting] = field(default_factory=dict)

    async def turn(self, wanted: Wanted) -> Host:
        """Wait for a host that can take this job; it counts as busy from now on (see :meth:`release`).

        Raises ``GiveBackError``.
        """
        entry = _Waiting(wanted, asyncio.get_running_loop().create_future())
        self._waiting[wanted.key] = entry
        self.look_again()
        try:
            return await entry.turn
        except asyncio.CancelledError:
            if entry.turn.done() and not entry.turn.cancelled() and entry.turn.exception() is None:
                self.release(entry.turn.result())
            raise
        finally:
            if self._waiting.get(wanted.key) is entry:
                del self._waiting[wanted.key]

    def release(self, host: Host) -> None:
        """The host can take another job."""
        host.running -= 1
        self.look_again()

    def look_again(self) -> None:
        """Something changed: a job came, a host is free, was added, lost or found."""
        while (pair := self._best()) is not None:
            host, entry = pair
            self._pass_over(host, entry)
            host.running += 1
            if not host.has_loaded(entry.wanted.checkpoint):
                host.switches += 1
            host.switched = host.switched or bool(entry.wanted.checkpoint)
            host.loaded = host.checkpoint_for(entry.wanted.checkpoint)
            del self._waiting[entry.wanted.key]
            entry.turn.set_result(host)
        self._give_back()

    @property
    def waiting(self) -> int:
        """How many claimed jobs wait for a host."""
        return len(self._waiting)

    def able(self, wanted: Wanted) -> list[Host]:
        """The hosts that could do this job if they were there and free."""
        return [host for host in self.serving(wanted.server_id) if _can(host, wanted)]

    def serving(self, server_id: int | None) -> list[Host]:
        """The hosts that paint for a server; this machine where there is none (if it may)."""
        found = [h for h in self.hosts.values() if not h.is_here and not h.removed and h.serves(server_id)]
        return found or [host for host in self.hosts.values() if host.is_here]

    def _best(self) -> tuple[Host, _Waiting] | None:
        """The free host and the job that belong together most; None when no free host can do any."""
        best: tuple[tuple[int, int, int, int], Host, _Waiting] | None = None
        for host in self.hosts.values():
            if not host.free:
                continue
            entry = self._choice(host)
            if entry is None:
                continue
            loaded = host.has_loaded(entry.wanted.checkpoint)
            key = (entry.wanted.rank, int(not loaded), entry.wanted.tag, host.running)
            if best is None or key < best[0]:
                best = (key, host, entry)
        return None if best is None else (best[1], best[2])

    def _choice(self, host: Host) -> _Waiting | None:
        """The job that this free host should take."""
        line = self._line(host)
        if not line or not self.fair:
            return line[0] if line else None
        first = line[0]
        if first.skips >= MOST_SKIPS:
            return first
        alike = (e for e in line if e.wanted.rank == first.wanted.rank and host.has_loaded(e.wanted.checkpoint))
        return next(alike, first)

    def _line(self, host: Host) -> list[_Waiting]:
        """The jobs that this host can do, first come first; one just taken back may still stand there."""
        mine = [e for e in self._waiting.values() if not e.turn.done() and self._may(host, e.wanted)]
        return sorted(mine, key=lambda entry: (entry.wanted.rank, entry.wanted.tag)) if self.fair else mine

    def _may(self, host: Host, wanted: Wanted) -> bool:
        if not _can(host, wanted):
            return False
        if host.is_here:
            return host in self.serving(wanted.server_id)
        return host.serves(wanted.server_id)

    def _pass_over(self, host: Host, taken: _Waiting) -> None:
        for entry in self._line(host):
            if entry is taken:
                return
            if entry.wanted.rank == taken.wanted.rank:
                entry.skips += 1

    def _give_back(self) -> None:
        """Jobs that hold a place in the window to no purpose."""
        anybody = any(host.reachable for host in self.hosts.values())
        for entry in list(self._waiting.values()):
            able = self.able(entry.wanted)
            if not able:
                self._return(entry, GiveBackError(self._why_nobody(entry.wanted), _NOBODY_CAN_S))
            elif anybody and not any(host.reachable for host in able):
                wait = min(host.breaker.seconds_left for host in able)
                self._return(entry, GiveBackError(_away(able), max(1.0, wait)))

    def idle_in_vain(self) -> list[Host]:
        """Hosts that stand idle while the window is full of jobs for others."""
        if len(self._waiting) + sum(h.running for h in self.hosts.values()) < self.window:
            return []
        return [host for host in self.hosts.values() if host.free and not host.running]

    def may(self, host: Host, wanted: Wanted) -> bool:
        """Whether this host paints such a job."""
        return wanted.key not in self._waiting and self._may(host, wanted)

    def make_room(self) -> None:
        """There is work for hosts that stand idle, and the window is full of jobs for busy ones: all but one for each
        busy host go back."""
        kept: dict[int, int] = {}
        for entry in sorted(self._waiting.values(), key=lambda e: (e.wanted.rank, e.wanted.tag)):
            able = [host for host in self.able(entry.wanted) if host.reachable]
            free = next((host for host in able if not kept.get(host.id)), None)
            if free is not None:
                kept[free.id] = 1
            elif able:
                self._return(entry, GiveBackError("Its host is busy.", _BUSY_ELSEWHERE_S, told=False))

    def _return(self, entry: _Waiting, error: GiveBackError) -> None:
        self._waiting.pop(entry.wanted.key, None)
        if not entry.turn.done():
            entry.turn.set_exception(error)

    def _why_nobody(self, wanted: Wanted) -> str:
        hosts = [host for host in self.serving(wanted.server_id) if not host.draining] or self.serving(wanted.server_id)
        if not hosts:
            return "There is no painter yet: an admin can add a GPU host with `/host add`."
        if all(host.draining for host in hosts):
            return "Every GPU host is being drained; an admin can take one back to work."
        if not any(host.abilities.has_checkpoint(wanted.checkpoint) for host in hosts):
            return f"No GPU host has the checkpoint “{wanted.checkpoint[:80]}”."
        for name in wanted.loras:
            if all(host.abilities.missing_loras([name]) for host in hosts):
                return f"No GPU host has the LoRA “{name[:80]}”."
        return "No GPU host has everything that this prompt needs."


def _can(host: Host, wanted: Wanted) -> bool:
    return (
        not host.draining
        and not host.removed
        and host.id not in wanted.refused
        and host.abilities.has_checkpoint(wanted.checkpoint)
        and not host.abilities.missing_loras(wanted.loras)
    )


def _away(hosts: Iterable[Host]) -> str:
    names = [host.name for host in hosts]
    if len(names) == 1:
        return f"The GPU host “{names[0]}” does not answer."
    return "No GPU host that can do this answers."
