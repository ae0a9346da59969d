"""Hosts: add, look at, drain, test and remove the GPU hosts that paint a server's stories.

``Person.server_id`` says whose hosts are meant: a server sees its own and those that are everybody's; whoever runs
Fireside (``Person.id`` None, the command line) sees all. Hosts of ``FIRESIDE_WEBUI_HOSTS`` are shown, and changed only
there. User and password go in and never come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.hosts.model import Abilities, Flavour
from storycore.images.webui.options import address_of
from storycore.store.hosts import HostHealth, HostOrigin, HostRow, HostState, JobRow
from storycore.store.models import RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.studio import audit
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.work.workshop import Workshop

NAME_LENGTH = 60
_MOST_PER_SERVER = 25
_MANAGE = "manage this server's painters"


@dataclass(frozen=True, slots=True)
class NewHost:
    """A host to add: its address, user and password where it asks for them, a name ("": made from the address).

    ``everywhere`` makes it everybody's; only whoever runs Fireside may do that.
    """

    url: str
    user: str = ""
    password: str = ""
    name: str = ""
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class CurrentJob:
    """What a host is painting: whose and what, how far (0 … 1), and since when."""

    job_id: int
    story_id: int
    story_title: str
    scene_number: int
    member_name: str
    progress: float
    since: datetime | None


@dataclass(frozen=True, slots=True)
class HostView:
    """A host as it may be shown: no user, no password.

    ``changeable`` is False for those of the settings. ``pace`` is how many seconds a picture of a megapixel takes
    there, None before the first. ``current`` is None for a host that is free, and for another server's story.
    """

    id: int
    name: str
    url: str
    everywhere: bool
    changeable: bool
    draining: bool
    added_by_name: str
    health: HostHealth
    detail: str
    checked_at: datetime | None
    next_try_at: datetime | None
    flavour: Flavour | None
    checkpoint: str
    abilities: Abilities
    pace: float | None
    painted: int
    failed: int
    busy: bool
    current: CurrentJob | None = None


async def listing(workshop: Workshop, person: Person) -> list[HostView]:
    """The hosts that paint for the person's server, its own first, then by name."""
    async with workshop.database.read() as session:
        rows = list(await session.scalars(_visible(person).order_by(HostRow.server_id.is_(None), HostRow.name)))
        return [await _view(session, row, person) for row in rows]


async def show(workshop: Workshop, host_id: int, person: Person) -> HostView:
    """One host. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        return await _view(session, await _found(session, host_id, person), person)


async def add(workshop: Workshop, person: Person, new: NewHost) -> HostView:
    """Add a host, and ask it at once what it has; one that does not answer is added too, and says so.

    Raises ``SettingsError`` for what is no address (or one that may not be asked from here), ``NotAllowedError``,
    ``StateError`` when it is there already or there are too many.
    """
    await check_may_add(workshop, person)
    if new.everywhere and person.id is not None:
        raise NotAllowedError(
            "Only whoever runs Fireside adds hosts for every server.", "It goes into FIRESIDE_WEBUI_HOSTS."
        )
    server_id = None if new.everywhere else person.server_id
    address = await workshop.hosts.checked_address(address_of(new.url))
    async with workshop.database.write() as session:
        same = select(HostRow.id).where(HostRow.url == address.base, HostRow.server_id.is_not_distinct_from(server_id))
        if (await session.execute(same.limit(1))).first() is not None:
            raise StateError("That host is here already.", "`/host list` shows the hosts.")
        count = await session.scalar(
            select(func.count(HostRow.id)).where(HostRow.server_id.is_not_distinct_from(server_id))
        )
        if (count or 0) >= _MOST_PER_SERVER:
            raise StateError(f"A server has at most {_MOST_PER_SERVER} hosts.", "Remove one with `/host remove` first.")
        row = HostRow(
            name=await _free_name(session, new.name or address.label),
            url=address.base,
            login=new.user or address.user,
            password=new.password or address.password,
            server_id=server_id,
            private=workshop.options.hosts.private,
            added_by=person.id,
            added_by_name=person.name[:100],
            abilities={},
        )
        session.add(row)
        await session.flush()
        host_id = row.id
        audit.note(session, person, "host.add", row.name, "", "enabled")
    await workshop.hosts.reload()
    return await test(workshop, host_id, person)


async def remove(workshop: Workshop, host_id: int, person: Person) -> str:
    """Remove a host; gives its name. What it was painting goes to another. Raises as :func:`add` does."""
    async with workshop.database.write() as session:
        row = await _changeable(session, host_id, person)
        name = row.name
        audit.note(session, person, "host.remove", name, row.state.value, "")
        await session.delete(row)
    await workshop.hosts.reload()
    return name


async def drain(workshop: Workshop, host_id: int, person: Person, draining: bool = True) -> HostView:
    """Let a host finish what it has and give it nothing new; ``draining`` False takes it back to work."""
    async with workshop.database.write() as session:
        row = await _changeable(session, host_id, person)
        before, row.state = row.state, HostState.DRAINING if draining else HostState.ENABLED
        if before is not row.state:
            audit.note(session, person, "host.drain", row.name, before.value, row.state.value)
    await workshop.hosts.reload()
    return await show(workshop, host_id, person)


async def test(workshop: Workshop, host_id: int, person: Person) -> HostView:
    """Ask a host now how it is and what it has; the answer stands in the view's ``health`` and ``detail``."""
    async with workshop.database.read() as session:
        await require(session, person, Act.HOSTS, what=_MANAGE)
        await _found(session, host_id, person)
    await workshop.hosts.look(host_id, asked=True)
    return await show(workshop, host_id, person)


async def check_may_add(workshop: Workshop, person: Person) -> None:
    """Whether ``person`` may add hosts. Raises ``NotAllowedError`` with a sentence that says who may.

    A host is asked from where Fireside runs: whoever runs it may name the servers whose admins add hosts.
    """
    async with workshop.database.read() as session:
        await require(session, person, Act.HOSTS, what=_MANAGE)
    named = workshop.options.host_servers
    if person.id is not None and named and person.server_id not in named:
        raise NotAllowedError(
            "Hosts are not added from this server.", "Whoever runs me names the servers in FIRESIDE_HOST_SERVERS."
        )


async def managed(workshop: Workshop, person: Person) -> list[HostView]:
    """What :func:`listing` gives, for somebody who manages hosts. Raises ``NotAllowedError``."""
    async with workshop.database.read() as session:
        await require(session, person, Act.HOSTS, what=_MANAGE)
    return await listing(workshop, person)


def _visible(person: Person) -> Select[HostRow]:
    query = select(HostRow)
    if person.id is None and person.server_id is None:
        return query
    return query.where(HostRow.server_id.is_(None) | (HostRow.server_id == person.server_id))


async def _found(session: AsyncSession, host_id: int, person: Person) -> HostRow:
    row = await session.scalar(_visible(person).where(HostRow.id == host_id))
    if row is None:
        raise NotFoundError("That host is not here.", "`/host list` shows the hosts.")
    return row


async def _changeable(session: AsyncSession, host_id: int, person: Person) -> HostRow:
    await require(session, person, Act.HOSTS, what=_MANAGE)
    row = await _found(session, host_id, person)
    if row.origin is HostOrigin.SETTINGS:
        raise NotAllowedError("This host comes from FIRESIDE_WEBUI_HOSTS and is changed only there.")
    if row.server_id is None and person.id is not None:
        raise NotAllowedError("This host paints for every server; only whoever runs Fireside changes it.")
    return row


async def _free_name(session: AsyncSession, wanted: str) -> str:
    """A name that no other host has."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in wanted).split())[: NAME_LENGTH - 4] or "host"
    taken = set(await session.scalars(select(HostRow.name).where(HostRow.name.startswith(plain, autoescape=True))))
    return next(name for n in range(1, len(taken) + 2) if (name := plain if n == 1 else f"{plain} {n}") not in taken)


async def _view(session: AsyncSession, row: HostRow, person: Person) -> HostView:
    found = (
        await session.execute(
            select(JobRow, RoundRow, SceneRow, StoryRow)
            .join(RoundRow, RoundRow.id == JobRow.round_id)
            .join(SceneRow, SceneRow.id == RoundRow.scene_id)
            .join(StoryRow, StoryRow.id == SceneRow.story_id)
            .where(JobRow.host_id == row.id, RoundRow.state == WorkState.WORKING)
            .limit(1)
        )
    ).first()
    current = None
    if found is not None:
        job, round_, scene, story = found
        if person.id is None or story.server_id == person.server_id:
            current = CurrentJob(
                job.id, story.id, story.title, scene.number, job.member_name, round_.progress, job.begun_at
            )
    late = row.next_try_at is not None and row.next_try_at > now()
    return HostView(
        id=row.id,
        name=row.name,
        url=row.url,
        everywhere=row.server_id is None,
        changeable=row.origin is HostOrigin.CHAT and (row.server_id is not None or person.id is None),
        draining=row.state is HostState.DRAINING,
        added_by_name=row.added_by_name,
        health=row.health,
        detail=row.detail,
        checked_at=row.checked_at,
        next_try_at=row.next_try_at if late else None,
        flavour=Flavour(row.flavour) if row.flavour else None,
        checkpoint=row.checkpoint,
        abilities=Abilities.from_json(row.abilities),
        pace=row.pace,
        painted=row.painted,
        failed=row.failed,
        busy=found is not None,
        current=current,
    )
