"""A server's settings: read them, set one. Every change is written down with who made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from storycore.errors import StateError
from storycore.store.models import SettingRow
from storycore.studio import audit
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings, Setting, setting_of, shown
from storycore.studio.settings_typed import read_typed
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to, in words: ``before`` and ``after`` are the same when it changed nothing."""

    setting: Setting
    before: str
    after: str


async def show(workshop: Workshop, server_id: int | None) -> ServerSettings:
    """A server's settings as they are now."""
    async with workshop.database.read() as session:
        return await of_server(session, server_id)


async def check(workshop: Workshop, person: Person) -> ServerSettings:
    """The settings, for somebody who may change them. Raises ``NotAllowedError``."""
    async with workshop.database.read() as session:
        return await require(session, person, Act.SETTINGS, what="change the settings")


async def put(workshop: Workshop, person: Person, key: str, text: str) -> Changed:
    """Set one key to what ``text`` says; ``default`` takes it back. Only admins may.

    Raises ``NotFoundError`` for a key that is not there, ``StateError`` for a value that does not fit.
    """
    setting = setting_of(key)
    async with workshop.database.read() as session:
        await require(session, person, Act.SETTINGS, what="change the settings")
    return await store(workshop, person, setting, read_typed(setting, text), Act.SETTINGS)


async def store(workshop: Workshop, person: Person, setting: Setting, value: Any, act: Act) -> Changed:
    """Keep a value as :func:`read_typed` gives it, in one transaction with its audit; ``act`` is what allows it."""
    if person.server_id is None:
        raise StateError("Settings belong to a server.", "Ask in one of its channels.")
    async with workshop.database.write() as session:
        before = shown(setting, await require(session, person, act, what="change the settings"))
        where = (SettingRow.server_id == person.server_id, SettingRow.key == setting.key)
        row = await session.scalar(select(SettingRow).where(*where))
        if value is None:
            await session.execute(delete(SettingRow).where(*where))
        elif row is None:
            session.add(SettingRow(server_id=person.server_id, key=setting.key, value={"is": value}))
        else:
            row.value = {"is": value}
        await session.flush()
        after = shown(setting, await of_server(session, person.server_id))
        if before != after:
            audit.note(session, person, "settings.set", setting.key, before, after)
    workshop.settings_changed.set()
    return Changed(setting, before, after)
