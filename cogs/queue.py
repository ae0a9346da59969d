"""``/queue``: what is painted and what waits, for everyone; pausing and quiet hours, for admins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of, say
from bot.ui.queue import page_for
from bot.ui.settings import change, open_form
from bot.ui.text import count, escape
from storycore.studio import notices, pauses
from storycore.studio.notices import Notice
from storycore.studio.settings_model import setting_of

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)
_SECONDS_BETWEEN_NOTICES = 10.0
_SECONDS_AFTER_A_FAULT = 5.0


@app_commands.guild_only()
class Queue(commands.GroupCog, group_name="queue", group_description="What is being painted, and what waits"):
    """The queue."""

    def __init__(self, client: Fireside) -> None:
        self.client = client
        self._tasks: list[asyncio.Task[None]] = []

    async def cog_load(self) -> None:
        """Keep quiet hours, and tell admins what they should know, from now on."""
        self._tasks = [
            asyncio.create_task(_lasting(lambda: pauses.keep(self.client.workshop)), name="quiet-hours"),
            asyncio.create_task(_lasting(self._tell), name="notices"),
        ]

    async def cog_unload(self) -> None:
        """And no longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self) -> None:
        await self.client.wait_until_ready()
        while True:
            for notice in await notices.due(self.client.workshop):
                await self._tell_one(notice)
            await asyncio.sleep(_SECONDS_BETWEEN_NOTICES)

    async def _tell_one(self, notice: Notice) -> None:
        """Tell a notice where it belongs, once: a repeat within minutes, after a kill, is recognised by its nonce."""
        if not notice.channels:
            _log.warning("no server names a channel for notices: %s", notice.words)
        for channel_id in notice.channels:
            try:
                await self.client.get_partial_messageable(channel_id).send(
                    f"⚠️ {escape(notice.words)}",
                    nonce=f"n{notice.id}c{channel_id % 10**12}",
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                _log.warning("a notice did not reach channel %d: %r", channel_id, error)
        await notices.told(self.client.workshop, notice.id)

    @app_commands.command(name="show", description="What is painted where, what waits, and for how long; yours first")
    async def show(self, interaction: Asked) -> None:
        """The queue, to the person who asks."""
        async with answering(interaction):
            view = await page_for(interaction, 0)
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @app_commands.command(name="pause", description="Begin no new pictures in this server (admins)")
    @app_commands.describe(reason="Why, for those who wait")
    async def pause(self, interaction: Asked, reason: app_commands.Range[str, 1, 200] | None = None) -> None:
        """Pause painting."""
        async with answering(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            held = await pauses.pause(self.client.workshop, person_of(interaction), reason or "")
            waits = f" {count(held, 'scene')} wait." if held else ""
            await say(interaction, f"⏸️ Painting is paused; what is being painted is finished.{waits} `/queue resume`")

    @app_commands.command(name="resume", description="Go on painting (admins)")
    async def resume(self, interaction: Asked) -> None:
        """Go on."""
        async with answering(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            await say(interaction, await pauses.resume(self.client.workshop, person_of(interaction)))

    @app_commands.command(name="quiet", description="Hours in which no new pictures are begun (admins)")
    @app_commands.describe(hours="Such as 18:00-23:00 in the server's time zone; `none` for no quiet hours")
    async def quiet(self, interaction: Asked, hours: app_commands.Range[str, 1, 40] | None = None) -> None:
        """Set the quiet hours."""
        async with answering(interaction):
            if hours is None:
                await open_form(interaction, setting_of("queue.quiet_hours"))
            else:
                await change(interaction, "queue.quiet_hours", hours)


async def _lasting(what: Callable[[], Awaitable[None]]) -> None:
    """Keep something going until it is cancelled: what nobody foresaw is logged, and it begins anew."""
    while True:
        try:
            await what()
        except Exception:  # noqa: BLE001 - one fault must not end quiet hours or notices until the next restart
            _log.exception("a task of the queue failed; it begins anew")
            await asyncio.sleep(_SECONDS_AFTER_A_FAULT)


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Queue(client))
