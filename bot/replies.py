"""The one place that turns an error into a reply a person can act on, with an id that finds the log line.

discord.py swallows what is raised in a DynamicItem's callback and reads an exception in ``interaction_check`` as a
silent "no". So every callback of ours runs inside :func:`answering`.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands

from bot.ui.text import quote, sentence
from storycore.errors import FiresideError
from storycore.studio.moderation import untold_warnings
from storycore.studio.people import Person
from storycore.work.workshop import Workshop

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)
#: Unknown interaction (three seconds are over), answered already, its token has expired (fifteen minutes are over).
_TOO_LATE = (10062, 40060, 50027)
_COMMAND = re.compile(r"(?<!\\)`/([a-z]+(?: [a-z]+){0,2})`")

#: An interaction of our client. discord.py's own signatures are generic in the client, so overriding them needs Any.
Asked = discord.Interaction[Any]


def rights_in(interaction: Asked, channel_id: int | None) -> discord.Permissions:
    """What the person who asks may do in a channel (one that is gone, or None: in the whole server), as of now."""
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        return discord.Permissions.none()
    channel = None if channel_id is None else guild.get_channel(channel_id)
    return member.guild_permissions if channel is None else channel.permissions_for(member)


def hidden_from(interaction: Asked) -> set[int]:
    """The text channels that the person who asks may not see: what stands there is not for them."""
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        return set()
    return {channel.id for channel in guild.text_channels if not channel.permissions_for(member).view_channel}


def person_of(interaction: Asked, rights: discord.Permissions | None = None) -> Person:
    """Who asks. Moderators are those who may manage messages, by their ``rights`` (None: those where they ask)."""
    given = interaction.permissions if rights is None else rights
    return replace(
        _person(interaction.user, interaction.guild_id, given), age_restricted=is_age_restricted(interaction.channel)
    )


def is_age_restricted(channel: object) -> bool:
    """Whether a channel, or the one that a thread is in, is age-restricted, as of now."""
    place = channel.parent if isinstance(channel, discord.Thread) else channel
    return bool(getattr(place, "nsfw", False))


def person_of_member(member: discord.Member, place: discord.abc.GuildChannel | None = None) -> Person:
    """A member who did something without an interaction (a reaction), by their rights in ``place`` as of now."""
    rights = member.guild_permissions if place is None else place.permissions_for(member)
    return _person(member, member.guild.id, rights)


def _person(user: discord.User | discord.Member, server_id: int | None, rights: discord.Permissions) -> Person:
    admin = rights.manage_guild or rights.administrator
    return Person(
        id=user.id,
        name=user.display_name,
        moderator=rights.manage_messages or admin,
        server_id=server_id,
        admin=admin,
        roles=frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset(),
    )


def workshop_of(interaction: Asked) -> Workshop:
    """The workshop of the client that was asked."""
    client: Fireside = interaction.client
    return client.workshop


def with_links(text: str, command_ids: Mapping[str, int]) -> str:
    """Every "`/story new`" of ours as a mention that opens the command; what a person wrote holds no backtick of
    its own that is not escaped."""

    def link(found: re.Match[str]) -> str:
        number = command_ids.get(found[1].split()[0])
        return found[0] if number is None else f"</{found[1]}:{number}>"

    return _COMMAND.sub(link, text)


async def say(interaction: Asked, text: str) -> None:
    """Answer only the person who asked, whether or not they were answered before."""
    client: Fireside = interaction.client
    text = with_links(text, client.command_ids)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())
    else:
        await interaction.response.send_message(text, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


def words_for(error: Exception) -> str:
    """What to tell the person. What nobody foresaw gets an id, and the log the whole of it."""
    original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(original, FiresideError):
        return sentence(original)
    if isinstance(original, app_commands.NoPrivateMessage):
        return "Stories are made in a server's channels, not in private messages."
    if isinstance(original, app_commands.CheckFailure):
        return "You may not do that here."
    if isinstance(original, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return "That command has just changed. Restart Discord (Ctrl+R) and try again."
    reference = secrets.token_hex(4)
    _log.error("unforeseen error, reference %s", reference, exc_info=original)
    return f"Something went wrong on my side, and nothing was changed. Whoever runs me finds it as `{reference}`."


def came_too_late(error: Exception) -> bool:
    """Whether Discord refused an answer because the person was told "failed" already: what they asked for is done."""
    original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    return isinstance(original, discord.HTTPException) and original.code in _TOO_LATE


async def answer_error(interaction: Asked, error: Exception) -> None:
    """Answer an interaction that failed; an interaction that is gone by now is only logged."""
    if came_too_late(error):
        _log.warning("the answer to interaction %d came too late: %r", interaction.id, error)
        return
    text = words_for(error)
    try:
        await say(interaction, text)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as failure:
        _log.warning("an answer did not reach interaction %d: %r", interaction.id, failure)


@asynccontextmanager
async def answering(interaction: Asked) -> AsyncIterator[None]:
    """Run a callback: whatever is raised inside becomes an answer."""
    try:
        yield
        await _tell_warnings(interaction)
    except Exception as error:  # noqa: BLE001 - the one place where everything becomes an answer
        await answer_error(interaction, error)


async def _tell_warnings(interaction: Asked) -> None:
    """What moderators have to say to whoever just used the bot: privately, after the answer."""
    if interaction.guild_id is None or not interaction.response.is_done():
        return
    workshop = workshop_of(interaction)
    for words in await untold_warnings(workshop, interaction.guild_id, interaction.user.id):
        await say(interaction, f"⚠️ **A word from the moderators of this server**\n{quote(words, 1500)}")
