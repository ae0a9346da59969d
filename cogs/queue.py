"""``/queue``: what is painted and what waits, for everyone; pausing and quiet hours, for admins."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of, say
from bot.ui.queue import page_for
from bot.ui.settings import change, open_form
from bot.ui.text import count
from storycore.studio import pauses
from storycore.studio.settings_model import setting_of

if TYPE_CHECKING:
    from bot.client import Fireside


@app_commands.guild_only()
class Queue(commands.GroupCog, group_name="queue", group_description="What is being painted, and what waits"):
    """The queue."""

    def __init__(self, client: Fireside) -> None:
        self.client = client
        self._quiet: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Keep quiet hours from now on."""
        self._quiet = asyncio.create_task(pauses.keep(self.client.workshop), name="quiet-hours")

    async def cog_unload(self) -> None:
        """And no longer."""
        if self._quiet is not None:
            self._quiet.cancel()
            await asyncio.gather(self._quiet, return_exceptions=True)

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


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Queue(client))
