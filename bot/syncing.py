"""Slash commands are told to Discord only when they changed: it lets a bot do so two hundred times a day, and every
time members' clients load them anew."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

import discord

from storycore.studio import remembered

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)


async def sync_commands(client: Fireside, guild: discord.Object | None) -> dict[str, int]:
    """Bring Discord's commands up to date where they differ from what was last told; gives their ids by name.

    One look (a read, which is not counted) says whether they are still there: somebody may have taken them away.
    """
    tree, key = client.tree, f"{client.application_id}:{guild.id if guild else 0}"
    payload = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
    if await remembered.recall(client.workshop, key) == digest:
        there = await tree.fetch_commands(guild=guild)
        if {(command.name, command.type) for command in there} == {
            (command["name"], discord.AppCommandType(command.get("type", 1))) for command in payload
        }:
            _log.info("the commands are as they were told before")
            return {command.name: command.id for command in there}
    known = await tree.sync(guild=guild)
    await remembered.remember(client.workshop, key, digest)
    _log.info("told %d commands", len(known))
    return {command.name: command.id for command in known}
