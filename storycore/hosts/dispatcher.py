"""Who gets which job next. The engine claims a few jobs ahead (the window); they wait here for a host.

A free host takes the best class; within it, a job whose checkpoint it has loaded, as long as that passes the first in
line over at most six times; then the lowest tag of the fair queue. A job that no host can do gives its place in the
window back, and says why; so does one whose hosts are all away or busy while others stand idle.

A host that is at work has its next job stand ready, so that it need not wait for us in between. Until that is sent it
may be taken back: for a job of a better class, or by a host that is free earlier.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field

from storycore.errors import PainterUnreachableError
from storycore.hosts.host import Host, Standby

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
    embeddings: tuple[str, ...] = ()


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
    #: Jobs that stand ready somewhere, by key; and those that were taken back, with how often they were passed over.
    _ready: dict[str, Wanted] = field(default_factory=dict)
    _taken_back: dict[str, int] = field(default_factory=dict)

    async def turn(self, wanted: Wanted) -> Host:
        """Wait for a host that can take this job; it counts as busy from now on (see :meth:`release`), or the job
        stands ready there (see :meth:`hand_over`).

        Raises ``GiveBackError``.
        """
        entry = _Waiting(wanted, asyncio.get_running_loop().create_future(), self._taken_back.pop(wanted.key, 0))
        self._waiting[wanted.key] = entry
        self.look_again()
        try:
            return await entry.turn
        except asyncio.CancelledError:
            if entry.turn.done() and not entry.turn.cancelled() and entry.turn.exception() is None:
                self.release(entry.turn.result(), wanted.key)
            raise
        finally:
            if self._waiting.get(wanted.key) is entry:
                del self._waiting[wanted.key]

    def hand_over(self, host: Host, wanted: Wanted, withdraw: Callable[[], bool]) -> bool:
        """The painter has the job from now on, and ``withdraw`` takes it back. False: it was taken back before that,
        and must ask for its :meth:`turn` again."""
        if wanted.key in self._taken_back:
            return False
        if host.standby is not None and host.standby.key == wanted.key:
            host.standby.withdraw = withdraw
            if not self._may_stay(host, host.standby):
                self.look_again()
        return True

    def release(self, host: Host, key: str = "") -> None:
        """The host is done with this job: what stands ready there is at work now, or it can take another."""
        if key and self._taken_back.pop(key, None) is not None:
            return
        if host.standby is not None and host.standby.key == key:
            self._unready(host, host.standby)
        elif host.standby is not None:
            self._ready.pop(host.standby.key, None)
            host.standby = None
        else:
            host.running -= 1
        self.look_again()

    def look_again(self) -> None:
        """Something changed: a job came, a host is free, was added, lost or found."""
        for host in self.hosts.values():
            if host.standby is not None and not self._may_stay(host, host.standby):
                self._take_back(host, host.standby)
        expecting = {host.id for host in self.hosts.values() if self._fetch(host)}
        while (pair := self._best(expecting)) is not None:
            self._give(*pair)
        for host in self.hosts.values():
            if host.running and host.standby is None and host.may_follow and not host.free:
                entry = self._choice(host)
                if entry is not None and not self._better_elsewhere(host, entry.wanted.rank):
                    self._give(host, entry)
        self._give_back()

    def _give(self, host: Host, entry: _Waiting) -> None:
        """Give a job to a host: at once if it is free, to stand ready if not."""
        wanted = entry.wanted
        self._pass_over(host, entry)
        if host.free:
            host.running += 1
        else:
            host.standby = Standby(
                wanted.key, wanted.rank, host.loaded, host.switched, host.switches, skips=entry.skips
            )
            self._ready[wanted.key] = wanted
        if not host.has_loaded(wanted.checkpoint):
            host.switches += 1
        host.switched = host.switched or bool(wanted.checkpoint)
        host.loaded = host.checkpoint_for(wanted.checkpoint)
        del self._waiting[wanted.key]
        entry.turn.set_result(host)

    def _may_stay(self, host: Host, standby: Standby) -> bool:
        """Whether a job may go on standing ready here: not at a host that failed, nor while somebody is waited for."""
        waiting = (e.wanted for e in self._waiting.values() if not e.turn.done())
        better = any(w.rank < standby.rank and self._may(host, w) for w in waiting)
        return host.may_follow and not better and not self._better_elsewhere(host, standby.rank)

    def _better_elsewhere(self, host: Host, rank: int) -> bool:
        """Whether a job of a better class stands ready at another host: this one shall take it if it is free first."""
        return any(wanted.rank < rank and self._may(host, wanted) for wanted in self._ready.values())

    def _take_back(self, host: Host, standby: Standby) -> bool:
        """Have a job that stands ready ask for its turn again; False when it was sent meanwhile."""
        if standby.withdraw is not None and not standby.withdraw():
            return False
        self._unready(host, standby)
        self._taken_back[standby.key] = standby.skips
        return True

    def _unready(self, host: Host, standby: Standby) -> None:
        self._ready.pop(standby.key, None)
        host.standby = None
        host.loaded, host.switched, host.switches = standby.loaded, standby.switched, standby.switches

    def _fetch(self, host: Host) -> bool:
        """Whether a free host gets a job that stands ready elsewhere: there is nothing else for it, or nothing as
        urgent. The job asks for its turn again in a moment."""
        if not host.free or not host.may_follow:
            return False
        own = self._choice(host)
        for other in self.hosts.values():
            standby = other.standby
            if standby is None or not self._may(host, self._ready[standby.key]):
                continue
            if (own is None or standby.rank < own.wanted.rank) and self._take_back(other, standby):
                return True
        return False

    def forget(self, key: str) -> None:
        """This job will not ask for its turn again."""
        self._taken_back.pop(key, None)

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
        return [h for h in self.hosts.values() if h.is_here and (h.beside or not found)] + found

    def _best(self, expecting: Container[int]) -> tuple[Host, _Waiting] | None:
        """The free host and the job that belong together most; None when no free host can do any."""
        best: tuple[tuple[int, int, int, int], Host, _Waiting] | None = None
        for host in self.hosts.values():
            if not host.free or host.id in expecting:
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
        busy = sum(h.running for h in self.hosts.values())
        if len(self._waiting) + len(self._ready) + busy < self.window:
            return []
        return [host for host in self.hosts.values() if host.free and not host.running]

    def may(self, host: Host, wanted: Wanted) -> bool:
        """Whether this host paints such a job."""
        return wanted.key not in self._waiting and wanted.key not in self._ready and self._may(host, wanted)

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
        for name in wanted.embeddings:
            if all(host.abilities.missing_embeddings([name]) for host in hosts):
                return f"No GPU host has the embedding “{name[:80]}”."
        return "No GPU host has everything that this prompt needs."


def _can(host: Host, wanted: Wanted) -> bool:
    return (
        not host.draining
        and not host.removed
        and host.id not in wanted.refused
        and host.abilities.has_checkpoint(wanted.checkpoint)
        and not host.abilities.missing_loras(wanted.loras)
        and not host.abilities.missing_embeddings(wanted.embeddings)
    )


def _away(hosts: Iterable[Host]) -> str:
    names = [host.name for host in hosts]
    if len(names) == 1:
        return f"The GPU host “{names[0]}” does not answer."
    return "No GPU host that can do this answers."
