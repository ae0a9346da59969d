"""Pauses: an admin's, and quiet hours. The settings say what is wanted; a hold in the queue makes it so.

The hold is compared with the settings whenever they change, at start-up, and when quiet hours begin or end, so a
process that was killed in between heals by itself.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storycore.errors import FiresideError
from storycore.store.hosts import HoldRow
from storycore.store.models import SettingRow, now
from storycore.studio import queue
from storycore.studio.people import Person
from storycore.studio.permissions import Act
from storycore.studio.server import of_server
from storycore.studio.settings import show, store
from storycore.studio.settings_model import ServerSettings, setting_of
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)
#: Clocks are set and rows are changed by others: look again at least so often.
_LONGEST_S = 300.0
_SHORTEST_S = 0.2
_QUIET = "quiet hours"


async def pause(workshop: Workshop, person: Person, reason: str = "") -> int:
    """Begin nothing new in the person's server until :func:`resume`; gives how many jobs wait. Only admins may.

    Survives a restart. Raises ``NotAllowedError``.
    """
    async with workshop.pausing:
        await store(workshop, person, setting_of("queue.paused"), True, Act.QUEUE)
        return await queue.hold(workshop, person.server_id, reason=reason, by_name=person.name)


async def resume(workshop: Workshop, person: Person) -> str:
    """End a pause; gives the words for it. Only admins may. Raises ``NotAllowedError``."""
    changed = await store(workshop, person, setting_of("queue.paused"), None, Act.QUEUE)
    until = await settle(workshop, person.server_id, now())
    if until is not None and await _is_quiet(workshop, person.server_id):
        zone = (await show(workshop, person.server_id)).zone
        return (
            f"These are quiet hours: painting goes on at {until.astimezone(zone):%H:%M}. `/queue quiet` changes that."
        )
    return "Painting was not paused." if changed.before == changed.after else "▶️ Painting goes on."


async def settle(workshop: Workshop, server_id: int | None, moment: datetime) -> datetime | None:
    """Make a server's hold what its settings ask for at ``moment``; gives when that changes next (None: never)."""
    if server_id is None:
        return None
    async with workshop.pausing:
        return await _settle(workshop, server_id, moment)


async def _settle(workshop: Workshop, server_id: int, moment: datetime) -> datetime | None:
    async with workshop.database.read() as session:
        settings = await of_server(session, server_id)
        row = await session.get(HoldRow, server_id)
    quiet_until, change = _quiet(settings, moment)
    if settings.paused:
        if row is None or row.reason == _QUIET:
            await queue.hold(workshop, server_id)
    elif quiet_until is not None:
        if row is None or row.until != quiet_until:
            await queue.hold(workshop, server_id, reason=_QUIET, until=quiet_until)
    elif row is not None:
        await queue.release(workshop, server_id)
    return change


def _quiet(settings: ServerSettings, moment: datetime) -> tuple[datetime | None, datetime | None]:
    """When the quiet hours that are now end (None: they are not now), and when they begin or end next."""
    if settings.quiet_hours is None:
        return None, None
    here = moment.astimezone(settings.zone)
    end = settings.quiet_hours.ends_after(here)
    if end is not None:
        return end.astimezone(UTC), end.astimezone(UTC)
    begins = datetime.combine(here.date(), settings.quiet_hours.start, here.tzinfo)
    if begins <= here:
        begins = datetime.combine(here.date() + timedelta(days=1), settings.quiet_hours.start, here.tzinfo)
    return None, begins.astimezone(UTC)


async def _is_quiet(workshop: Workshop, server_id: int | None) -> bool:
    return _quiet(await show(workshop, server_id), now())[0] is not None


async def keep(workshop: Workshop) -> None:
    """Keep every server's pauses and quiet hours, for as long as it is not cancelled."""
    while True:
        workshop.settings_changed.clear()
        wait = _LONGEST_S
        for server_id in await _servers(workshop):
            try:
                change = await settle(workshop, server_id, now())
            except FiresideError as error:
                _log.warning("the pauses of server %d could not be kept: %s", server_id, error)
                continue
            if change is not None:
                wait = min(wait, max(_SHORTEST_S, (change - now()).total_seconds()))
        try:
            await asyncio.wait_for(workshop.settings_changed.wait(), wait)
        except TimeoutError:
            continue


async def _servers(workshop: Workshop) -> list[int]:
    """The servers that have a pause, or settings that may ask for one."""
    keys = ("queue.paused", "queue.quiet_hours")
    async with workshop.database.read() as session:
        asking = await session.scalars(select(SettingRow.server_id).where(SettingRow.key.in_(keys)))
        held = await session.scalars(select(HoldRow.server_id).where(HoldRow.server_id != 0))
        return sorted({*asking, *held})
