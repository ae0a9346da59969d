"""``/help``: what this person may do here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of, with_links
from bot.ui.help import help_card
from storycore.studio import stories
from storycore.studio.rights import rights_of

if TYPE_CHECKING:
    from bot.client import Fireside


class Help(commands.Cog):
    """What can be done, for whoever asks."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="help", description="What you may do here, and how")
    @app_commands.guild_only()
    async def help(self, interaction: Asked) -> None:
        """The page, for one person in one place."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            here = None if interaction.channel_id is None else await stories.in_thread(workshop, interaction.channel_id)
            rights = await rights_of(workshop, person, here)
            view = help_card(rights, person, lambda text: with_links(text, self.client.command_ids))
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Help(client))
