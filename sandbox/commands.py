"""The application's commands as registered, global and per server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.checks.forms import CHAT_INPUT
from sandbox.errors import SandboxError
from sandbox.model import Member
from sandbox.permissions import Permission, guild_permissions
from sandbox.world import World

GLOBAL = 0


class Commands:
    """What the bot registered. Scope 0 (`GLOBAL`) is global, else a server's id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scopes: dict[int, dict[int, dict[str, Any]]] = {}
        self.synced = False

    def listed(self, scope: int) -> list[dict[str, Any]]:
        """The commands of a scope as Discord answers them."""
        return list(self._scopes.get(scope, {}).values())

    def get(self, scope: int, command_id: int) -> dict[str, Any] | None:
        """One command of a scope."""
        return self._scopes.get(scope, {}).get(command_id)

    def replace(self, scope: int, requested: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Register these instead of all before; a command of the same type and name keeps its id."""
        old = {(item["type"], item["name"]): int(item["id"]) for item in self.listed(scope)}
        fresh: dict[int, dict[str, Any]] = {}
        for item in requested:
            key = (item.get("type") or CHAT_INPUT, item["name"])
            command_id = old.get(key) or self._world.ids.next()
            fresh[command_id] = self._stored(scope, command_id, item)
        self._scopes[scope] = fresh
        self.synced = True
        self._world.changed()
        return self.listed(scope)

    def upsert(self, scope: int, item: Mapping[str, Any]) -> dict[str, Any]:
        """Register one command; one of the same type and name is replaced."""
        kept = [
            other
            for other in self.listed(scope)
            if (other["type"], other["name"]) != (item.get("type") or CHAT_INPUT, item["name"])
        ]
        same = [other for other in self.listed(scope) if other not in kept]
        command_id = int(same[0]["id"]) if same else self._world.ids.next()
        stored = self._stored(scope, command_id, item)
        self._scopes.setdefault(scope, {})[command_id] = stored
        self.synced = True
        self._world.changed()
        return stored

    def remove(self, scope: int, command_id: int) -> bool:
        """Unregister one command; False when there is none."""
        return self._scopes.get(scope, {}).pop(command_id, None) is not None

    def _stored(self, scope: int, command_id: int, item: Mapping[str, Any]) -> dict[str, Any]:
        permissions = item.get("default_member_permissions")
        stored: dict[str, Any] = {
            "id": str(command_id),
            "application_id": str(self._world.bot.id),
            "version": str(self._world.ids.next()),
            "type": item.get("type") or CHAT_INPUT,
            "name": item["name"],
            "name_localizations": item.get("name_localizations"),
            "description": item.get("description") or "",
            "description_localizations": item.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": item.get("dm_permission", True),
            "contexts": item.get("contexts"),
            "integration_types": item.get("integration_types") or [0],
            "nsfw": bool(item.get("nsfw")),
        }
        if item.get("options"):
            stored["options"] = list(item["options"])
        if scope != GLOBAL:
            stored["guild_id"] = str(scope)
        return stored

    def offered(self, member: Member) -> list[dict[str, Any]]:
        """The commands that the client offers this member, of the server first."""
        scopes = (member.guild.id, GLOBAL)
        return [item for scope in scopes for item in self.listed(scope) if _offered(item, member)]

    def find(self, member: Member, kind: int, name: str) -> dict[str, Any]:
        """The command that the member would pick; raises `SandboxError` when the client would not offer it."""
        offered = [item for item in self.offered(member) if item["type"] == kind]
        for item in offered:
            if item["name"] == name:
                return item
        names = ", ".join(sorted({item["name"] for item in offered})) or "none"
        raise SandboxError(f"{member.name} is offered no command {name!r} (there are: {names})")


def _offered(command: Mapping[str, Any], member: Member) -> bool:
    allowed = guild_permissions(member.guild, member)
    if allowed & Permission.ADMINISTRATOR:
        return True
    needed = command["default_member_permissions"]
    return bool(allowed & Permission.USE_APPLICATION_COMMANDS) and (
        needed is None or (needed != "0" and allowed & int(needed) == int(needed))
    )


def subcommand(command: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    """The command, or the subcommand under it that the words of `path` name; raises `SandboxError`."""
    node = command
    for word in path:
        found = [item for item in node.get("options") or [] if item["name"] == word and item["type"] in (1, 2)]
        if not found:
            raise SandboxError(f"/{command['name']} has no subcommand {' '.join(path)!r}")
        node = found[0]
    if any(item["type"] in (1, 2) for item in node.get("options") or []):
        raise SandboxError(f"/{' '.join([command['name'], *path])} needs a subcommand")
    return node
