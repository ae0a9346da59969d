"""The hosts of one process: read from their rows, asked how they are, given work, and let go again."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import math
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from sqlalchemy import Select, select

from storycore.errors import PainterError, PainterUnreachableError, SettingsError
from storycore.hosts.breaker import Breaker, Breaking
from storycore.hosts.dispatcher import Dispatcher, Wanted, painting_key
from storycore.hosts.host import HERE, Host
from storycore.hosts.ledger import Ledger
from storycore.hosts.model import Abilities, Flavour, Found, plain_name
from storycore.images.base import Painter
from storycore.images.webui.options import Address, WebuiOptions, address_of
from storycore.images.webui.painter import WebuiPainter
from storycore.images.webui.problems import HOSTS_OWN
from storycore.store.database import Database
from storycore.store.hosts import HostHealth, HostOrigin, HostRow, HostState, JobRow
from storycore.store.models import RoundRow, WorkState, now

_log = logging.getLogger(__name__)
_HERE_SLOTS = 2
_SPARE = 6
_WIDEST = 64
_LOOK_AGAIN_S = 120.0
_LOOKED_THROUGH = 300
#: So many failures in a row, though it answers, and a host is left alone for a while.
_MOST_ODD = 3
#: A host that goes on failing with every trial is left alone for twice as long each time, up to so many seconds.
_LONGEST_REST_S = 1800.0


@dataclass(frozen=True, slots=True)
class Here:
    """This machine as a host: ``slots`` jobs at once (0: as many as the engine claims), ``beside`` GPU hosts or only in
    their stead, and what its painter can; ``own`` is the checkpoint that paints where none is asked for."""

    slots: int = 0
    beside: bool = False
    own: str = ""
    abilities: Abilities = field(default_factory=Abilities)


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How hosts are treated.

    ``addresses`` are the settings' (``http://user:password@host:7860``); ``private`` lets the chat name hosts in
    private networks; ``sketches`` has this machine paint (as ``here`` says). ``waits`` are how long a host that
    failed is left alone, each time; ``patrol_s`` how often it is looked whether that time is over.
    """

    addresses: tuple[str, ...] = field(default=(), repr=False)
    private: bool = False
    sketches: bool = True
    here: Here = field(default_factory=Here)
    webui: WebuiOptions = field(default_factory=WebuiOptions)
    waits: tuple[float, ...] = (20.0, 20.0, 40.0, 60.0, 120.0)
    patrol_s: float = 1.0
    fair: bool = True


class Hosts:
    """All hosts of this process, and the line before them (``dispatcher``)."""

    def __init__(self, database: Database, here: Painter, options: HostOptions, publish: Callable[[int], None]) -> None:
        self._database = database
        self._options = options
        self._settings = {address.base: address for address in map(address_of, options.addresses)}
        self._ledger = Ledger(database, publish)
        self._patrol: asyncio.Task[None] | None = None
        self._looked: dict[int, float] = {}
        self._odd: dict[int, int] = {}
        self._judged: dict[int, PainterError] = {}
        self._job_s = 5.0
        self._base_window = _HERE_SLOTS
        self._poll_s = 0.25
        self._widen: Callable[[int], Awaitable[None]] | None = None
        self.dispatcher = Dispatcher(fair=options.fair)
        if options.sketches:
            told = options.here
            mine = Host(HERE, "this machine", here, slots=told.slots or _HERE_SLOTS, beside=told.beside)
            mine.abilities, mine.own, mine.loaded = told.abilities, told.own, told.own
            self.dispatcher.hosts[HERE] = mine

    async def start(self) -> None:
        """Bring the rows of the settings' hosts up to date, and take all hosts to work."""
        async with self._database.write() as session:
            rows = {row.url: row for row in await session.scalars(_of_settings())}
            for base in rows.keys() - self._settings.keys():
                await session.delete(rows[base])
            await session.flush()
            taken = set(await session.scalars(select(HostRow.name)))
            for base in self._settings:
                if base not in rows:
                    name = _free_name(self._settings[base].label, taken)
                    session.add(HostRow(name=name, url=base, origin=HostOrigin.SETTINGS, private=True, abilities={}))
        await self.reload()
        self._patrol = asyncio.create_task(self._walk(), name="hosts-patrol")

    async def follow_window(self, base: int, poll_s: float, widen: Callable[[int], Awaitable[None]]) -> None:
        """``widen`` is called with how many jobs the engine should claim, now and whenever that changes."""
        self._base_window, self._poll_s, self._widen = base, poll_s, widen
        self.dispatcher.window = 0
        here = self.dispatcher.hosts.get(HERE)
        if here is not None and not self._options.here.slots:
            here.slots = max(here.slots, base)
        await self._fit_window()

    def has_hosts(self, server_id: int | None) -> bool:
        """Whether GPU hosts paint for a server (reachable or not)."""
        return any(not host.is_here for host in self.dispatcher.serving(server_id))

    async def stop_leftover(self, host_id: int, task_id: str) -> None:
        """Stop what an earlier process of ours began there, if it is still being painted. Never raises."""
        host = self.dispatcher.hosts.get(host_id)
        if host is None or not isinstance(host.painter, WebuiPainter):
            return
        try:
            if await host.painter.interrupt_leftover(task_id):
                _log.info("%s was still painting for an earlier process; it was told to stop", host.name)
        except PainterError as error:
            _log.info("%s could not be asked about an earlier painting: %s", host.name, error.message)

    async def reload(self) -> None:
        """The rows of hosts changed: take up new ones, let go of those that are gone, note who is being drained."""
        async with self._database.read() as session:
            rows = {row.id: row for row in await session.scalars(select(HostRow))}
        hosts = self.dispatcher.hosts
        for host_id in [host_id for host_id in hosts if host_id != HERE and host_id not in rows]:
            await self._let_go(hosts.pop(host_id))
        for row in rows.values():
            host = hosts.get(row.id)
            if host is None:
                host = hosts[row.id] = self._taken_up(row)
            host.draining = row.state is HostState.DRAINING
        await self._fit_window()
        self.dispatcher.look_again()

    def _taken_up(self, row: HostRow) -> Host:
        painter = WebuiPainter(self.address(row), self._options.webui, sdnext=row.flavour == Flavour.SDNEXT)
        host = Host(row.id, row.name, painter, row.server_id, breaker=Breaker(self._options.waits))
        host.follows = self._options.fair
        host.abilities, host.own, host.loaded = Abilities.from_json(row.abilities), row.own_checkpoint, row.checkpoint
        return host

    async def _let_go(self, host: Host) -> None:
        """A host is removed: its work goes elsewhere, and is stopped there."""
        host.removed = True
        for work in tuple(host.works):
            work.cancel()
        await asyncio.sleep(0)
        await host.painter.close()

    async def checked_address(self, address: Address) -> Address:
        """An address that may be asked from here. Raises ``SettingsError`` for one in a private network."""
        if self._options.private:
            return address
        parts = urlsplit(address.base)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise SettingsError("That address leads nowhere.", "Check how it is written.") from None
        if not all(ipaddress.ip_address(str(where[0]).partition("%")[0]).is_global for *_, where in found):
            raise SettingsError(
                "That address is in a private network, where the chat may not send me.",
                "Whoever runs Fireside can put it into FIRESIDE_WEBUI_HOSTS.",
            )
        return replace(address, public_only=True)

    def address(self, row: HostRow) -> Address:
        """A host's address with its user and password."""
        if row.origin is HostOrigin.SETTINGS:
            return self._settings.get(row.url) or Address(row.url)
        return Address(row.url, row.login, row.password, public_only=not row.private)

    # How they are

    async def look(self, host_id: int, *, asked: bool = False) -> None:
        """Ask a host how it is and what it has, and note that in its row. Never raises for what the host does.

        Only a picture shows that a host is well again that failed with every job. ``asked``: somebody looks after it,
        so it is tried at once.
        """
        host = self.dispatcher.hosts.get(host_id)
        if host is None or not isinstance(host.painter, WebuiPainter):
            return
        self._looked[host_id] = asyncio.get_running_loop().time()
        try:
            found = await host.painter.look()
        except PainterError as error:
            host.breaker.failed()
            away = isinstance(error, PainterUnreachableError)
            await self._ledger.ill(host, HostHealth.AWAY if away else HostHealth.REFUSING, str(error))
        else:
            self._learn(host, found)
            if host.sick:
                if asked:
                    host.breaker.try_now()
                await self._ledger.seen(host, found)
            else:
                if host.breaker.state is Breaking.OPEN or not self.dispatcher.waiting:
                    host.breaker.succeeded()
                await self._ledger.well(host, found)
        self.dispatcher.look_again()

    def _learn(self, host: Host, found: Found) -> None:
        host.abilities = found.abilities
        if not host.running and found.checkpoint:
            if not host.own or plain_name(host.loaded) == plain_name(host.own):
                host.own = found.checkpoint  # nobody of ours has switched it: what it has is what its owner wants
            host.loaded = found.checkpoint

    async def painted(self, host: Host, count: int, seconds: float, megapixels: float) -> None:
        """A host painted ``count`` pictures of ``megapixels`` in ``seconds``."""
        recovered = host.breaker.state is not Breaking.CLOSED
        host.breaker.succeeded()
        host.sick = False
        host.busy_s += seconds
        self._odd.pop(host.id, None)
        self._job_s = 0.8 * self._job_s + 0.2 * seconds
        if host.is_here:
            return
        self._ledger.count(host, count, seconds / max(0.001, count * megapixels))
        if recovered:
            await self._ledger.well(host, None)
            self.dispatcher.look_again()

    def judge(self, host: Host, error: PainterError) -> None:
        """A host failed with a job. What is its own trouble opens its breaker; odd answers do when they repeat. The
        same failure counts once."""
        if host.is_here or host.removed or self._judged.get(host.id) is error:
            return
        self._judged[host.id] = error
        if not isinstance(error, PainterUnreachableError) and error.case not in HOSTS_OWN:
            self._odd[host.id] = self._odd.get(host.id, 0) + 1
            if self._odd[host.id] < _MOST_ODD and host.breaker.state is Breaking.CLOSED:
                return
            host.sick = True
        host.breaker.failed(_LONGEST_REST_S if host.sick else 0.0)

    async def note_failure(self, host: Host, error: PainterError) -> None:
        """A failure was judged: where the host is left alone for it, that is told."""
        if host.is_here or host.removed or host.breaker.state is Breaking.CLOSED:
            return
        away = isinstance(error, PainterUnreachableError)
        await self._ledger.ill(host, HostHealth.AWAY if away else HostHealth.REFUSING, str(error))
        self.dispatcher.look_again()

    async def _walk(self) -> None:
        """Look after the hosts until closed: new ones, rested ones, and now and then the others."""
        loop = asyncio.get_running_loop()
        while True:
            looking = []
            for host in tuple(self.dispatcher.hosts.values()):
                if host.is_here or host.running or host.removed:
                    continue
                since = loop.time() - self._looked.get(host.id, -math.inf)
                rested = host.breaker.state is Breaking.HALF_OPEN and since > min(5.0, self._options.waits[0])
                if rested or (host.breaker.state is Breaking.CLOSED and since > _LOOK_AGAIN_S):
                    looking.append(self.look(host.id))
            for outcome in await asyncio.gather(*looking, return_exceptions=True):
                if isinstance(outcome, Exception):
                    _log.error("looking at a host failed", exc_info=outcome)
            await self._ledger.flush()
            await self._fit_window()
            self.dispatcher.look_again()
            idle = self.dispatcher.idle_in_vain()
            if idle and await self._is_work_for(idle):
                self.dispatcher.make_room()
            await asyncio.sleep(self._options.patrol_s)

    async def _is_work_for(self, idle: Sequence[Host]) -> bool:
        """Whether a job that nobody claimed yet could be painted by one of these hosts."""
        async with self._database.read() as session:
            found = await session.execute(
                select(JobRow, RoundRow.attempt)
                .join(RoundRow, RoundRow.id == JobRow.round_id)
                .where(RoundRow.state == WorkState.WAITING, JobRow.held.is_(False))
                .order_by(JobRow.rank, JobRow.tag)
                .limit(_LOOKED_THROUGH)
            )
            jobs = [
                Wanted(
                    painting_key(job.round_id, attempt),
                    job.rank,
                    job.tag,
                    job.server_id,
                    job.checkpoint,
                    tuple(job.loras),
                    embeddings=tuple(job.embeddings),
                )
                for job, attempt in found
                if job.not_before is None or job.not_before <= now()
            ]
        return any(self.dispatcher.may(host, job) for host in idle for job in jobs)

    async def _fit_window(self) -> None:
        """As many jobs claimed as keep the hosts busy between two looks at the queue, and some to choose from."""
        count = sum(1 for host in self.dispatcher.hosts.values() if not host.is_here and not host.draining)
        window = self._base_window
        if count:
            window = min(
                _WIDEST, max(window, count + math.ceil(count * self._poll_s / max(0.05, self._job_s)) + _SPARE)
            )
        if window != self.dispatcher.window and self._widen is not None:
            self.dispatcher.window = window
            await self._widen(window)

    async def close(self) -> None:
        """Let go of everything; what is being painted is stopped."""
        if self._patrol is not None:
            self._patrol.cancel()
            with suppress(asyncio.CancelledError):
                await self._patrol
            self._patrol = None
        await self._ledger.flush()
        for host in self.dispatcher.hosts.values():
            if not host.is_here:
                await host.painter.close()


def _of_settings() -> Select[HostRow]:
    return select(HostRow).where(HostRow.origin == HostOrigin.SETTINGS)


def _free_name(label: str, taken: set[str]) -> str:
    plain = label[:56]
    name = next(name for n in range(1, len(taken) + 2) if (name := plain if n == 1 else f"{plain} {n}") not in taken)
    taken.add(name)
    return name
