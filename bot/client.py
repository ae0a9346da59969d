"""The client: discord.py's bot with our workshop, our cogs and our projector. No privileged intent, no mentions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands

from bot.addresses import Addresses, serving
from bot.limits import InvalidRequests
from bot.projector import Projector
from bot.replies import answer_error, is_age_restricted
from bot.settings import Settings
from bot.syncing import sync_commands
from bot.ui.audit import AuditButton
from bot.ui.batch import BATCH_ITEMS
from bot.ui.board_pages import BOARD_ITEMS
from bot.ui.cast_items import CAST_ITEMS
from bot.ui.character_items import CHARACTER_ITEMS
from bot.ui.desk import DESK_ITEMS
from bot.ui.items import ITEMS
from bot.ui.moderation_items import MODERATION_ITEMS
from bot.ui.more_items import MORE_ITEMS
from bot.ui.privacy import EraseButton
from bot.ui.queue import QUEUE_ITEMS
from bot.ui.settings import SettingSelect
from bot.ui.story_list import STORY_ITEMS
from bot.ui.style_items import STYLE_ITEMS
from bot.ui.suggest_items import SUGGEST_ITEMS
from bot.ui.voting import VOTING_ITEMS
from storycore.studio import places
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)
#: A request that Discord puts off for longer is given up, and asked again when its time has come.
_LONGEST_WAIT_S = 30.0
COGS = (
    "cogs.stories",
    "cogs.scenes",
    "cogs.cast",
    "cogs.cutting",
    "cogs.voices",
    "cogs.settings",
    "cogs.queue",
    "cogs.hosts",
    "cogs.characters",
    "cogs.styles",
    "cogs.moderation",
    "cogs.audit",
    "cogs.privacy",
    "cogs.help",
)


class Tree(app_commands.CommandTree["Fireside"]):
    """The commands; whatever fails in one is answered in one place."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        """Called by discord.py for every error of a command, an option or an autocomplete."""
        if interaction.type is discord.InteractionType.autocomplete:
            _log.error("autocomplete failed", exc_info=error)
            return
        await answer_error(interaction, error)


def point_at(settings: Settings) -> None:
    """Use a Discord-compatible server where the settings name one (discord.py keeps both addresses on classes)."""
    if settings.discord_api:
        discord.http.Route.BASE = settings.discord_api.rstrip("/")
    if settings.discord_gateway:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway)


class Fireside(commands.Bot):
    """The bot. Everything it needs is handed in; it owns nothing but the projector."""

    def __init__(self, workshop: Workshop, settings: Settings) -> None:
        self.invalid_requests = InvalidRequests()
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_reactions = True
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            http_trace=self.invalid_requests.trace,
            max_ratelimit_timeout=_LONGEST_WAIT_S,
        )
        self.workshop = workshop
        self.settings = settings
        self.projector = Projector(self)
        self.command_ids: dict[str, int] = {}
        #: Makes addresses of films; None while none are given out.
        self.addresses: Addresses | None = None

    async def setup_hook(self) -> None:
        """Items, cogs and commands, before the gateway is connected."""
        self.add_dynamic_items(
            *ITEMS,
            *CAST_ITEMS,
            *CHARACTER_ITEMS,
            *DESK_ITEMS,
            *QUEUE_ITEMS,
            *MORE_ITEMS,
            *SUGGEST_ITEMS,
            *BATCH_ITEMS,
            *VOTING_ITEMS,
            *BOARD_ITEMS,
            *STYLE_ITEMS,
            *MODERATION_ITEMS,
            SettingSelect,
            AuditButton,
            EraseButton,
            *STORY_ITEMS,
        )
        for cog in COGS:
            await self.load_extension(cog)
        guild = None if self.settings.sync_guild is None else discord.Object(self.settings.sync_guild)
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        self.command_ids = await sync_commands(self, guild)

    async def on_ready(self) -> None:
        """The gateway is there (again, perhaps): show what is not shown yet."""
        _log.info("ready as %s in %d servers", self.user, len(self.guilds))
        for guild in self.guilds:
            await self.note_channels(guild, guild.channels)
        await self.projector.start()

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A story's thread may be gone: it is made again."""
        await self.projector.look_into(payload.thread_id)

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """A thread was locked, unlocked, archived or opened."""
        await self.projector.look_into(payload.thread_id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is there (again)."""
        await self.note_channels(guild, guild.channels)

    async def note_channels(self, guild: discord.Guild, channels: Sequence[discord.abc.GuildChannel]) -> None:
        """What stories may hold depends on whether their channel is age-restricted."""
        restricted = {channel.id: is_age_restricted(channel) for channel in channels}
        await places.note_channels(self.workshop, guild.id, restricted)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """A channel's permissions may have changed, or whether it is age-restricted."""
        if is_age_restricted(before) != is_age_restricted(after):
            await self.note_channels(after.guild, [after])
        await self.projector.look_into(after.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A story's channel may be gone: that is said once."""
        await self.projector.look_into(channel.id)

    async def on_guild_role_update(self, _: discord.Role, __: discord.Role) -> None:
        """Permissions may have changed anywhere in the server."""
        await self.projector.look_at_paused()

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What an event handler let through: into the log, with the event's name."""
        _log.exception("event %s failed", event_method)

    async def close(self) -> None:
        """Stop showing, then leave."""
        await self.projector.close()
        await super().close()


async def run_bot(workshop: Workshop, settings: Settings, token: str, stop: asyncio.Event) -> None:
    """Run the bot until ``stop`` is set or the connection ends for good. Raises discord.py's login errors."""
    point_at(settings)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Fireside(workshop, settings))
        if settings.public_url:
            client.addresses = Addresses(settings.public_url, token)
            await stack.enter_async_context(serving(client.addresses, workshop.folder, *settings.public_place))
        running = asyncio.create_task(client.start(token), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            stopping.cancel()
            await client.close()
            await asyncio.gather(running, return_exceptions=True)
