"""The hosts of one process: read from their rows, asked how they are, and closed with everything they hold."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy import Select, select

from storycore.errors import PainterError, PainterUnreachableError, SettingsError
from storycore.hosts.model import Found
from storycore.hosts.probe import look_at
from storycore.images.webui.options import Address, address_of
from storycore.images.webui.talk import HostTalk
from storycore.store.database import Database
from storycore.store.hosts import HostHealth, HostOrigin, HostRow
from storycore.store.models import now

_log = logging.getLogger(__name__)


class Hosts:
    """All hosts. ``settings`` are the addresses of ``FIRESIDE_WEBUI_HOSTS``, users and passwords included."""

    def __init__(self, database: Database, settings: Sequence[str] = (), *, private: bool = False) -> None:
        self._database = database
        self._settings = {address.base: address for address in map(address_of, settings)}
        self._private = private

    async def start(self) -> None:
        """Bring the rows of the settings' hosts up to date: new ones are added, and those that are gone removed."""
        async with self._database.write() as session:
            rows = {row.url: row for row in await session.scalars(_of_settings())}
            for base in rows.keys() - self._settings.keys():
                await session.delete(rows[base])
            taken = set(await session.scalars(select(HostRow.name)))
            for base in self._settings.keys() - rows.keys():
                name = _free_name(self._settings[base].label, taken)
                session.add(HostRow(name=name, url=base, origin=HostOrigin.SETTINGS, private=True, abilities={}))
        await self.reload()

    async def reload(self) -> None:
        """The rows of hosts changed."""

    async def checked_address(self, address: Address) -> Address:
        """An address that may be asked from here. Raises ``SettingsError`` for one in a private network."""
        if self._private:
            return address
        parts = urlsplit(address.base)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise SettingsError("That address leads nowhere.", "Check how it is written.") from None
        if not all(ipaddress.ip_address(where[0]).is_global for *_, where in found):
            raise SettingsError(
                "That address is in a private network, where the chat may not send me.",
                "Whoever runs Fireside can put it into FIRESIDE_WEBUI_HOSTS.",
            )
        return replace(address, public_only=True)

    async def look(self, host_id: int) -> None:
        """Ask a host how it is and what it has, and note that in its row. Never raises for what the host does."""
        async with self._database.read() as session:
            row = await session.get(HostRow, host_id)
        if row is None:
            return
        talk = HostTalk(self.address(row))
        found: Found | None = None
        try:
            found = await look_at(talk)
            health, detail = HostHealth.WELL, ""
        except PainterUnreachableError as error:
            health, detail = HostHealth.AWAY, error.message
        except PainterError as error:
            health, detail = HostHealth.REFUSING, str(error)
        finally:
            await talk.close()
        async with self._database.write() as session:
            row = await session.get(HostRow, host_id)
            if row is None:
                return
            row.health, row.detail, row.checked_at = health, detail, now()
            if found is not None:
                row.flavour, row.checkpoint = found.flavour.value, found.checkpoint
                row.own_checkpoint = row.own_checkpoint or found.checkpoint
                row.abilities = found.abilities.to_json()

    def address(self, row: HostRow) -> Address:
        """A host's address with its user and password."""
        if row.origin is HostOrigin.SETTINGS:
            return self._settings.get(row.url) or Address(row.url)
        return Address(row.url, row.login, row.password, public_only=not row.private)

    async def close(self) -> None:
        """Let go of everything."""


def _of_settings() -> Select[HostRow]:
    return select(HostRow).where(HostRow.origin == HostOrigin.SETTINGS)


def _free_name(label: str, taken: set[str]) -> str:
    plain = label[:56]
    name = next(name for n in range(1, len(taken) + 2) if (name := plain if n == 1 else f"{plain} {n}") not in taken)
    taken.add(name)
    return name
