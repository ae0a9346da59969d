"""``/privacy``: what is kept about a member in this server, given out or erased."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.posts import scene_subject
from bot.replies import Asked, answering, person_of
from bot.ui.privacy import erase_card
from bot.ui.text import KEYCAPS
from storycore.studio import ballots, privacy

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)


@app_commands.guild_only()
class Privacy(commands.GroupCog, group_name="privacy", group_description="What I keep about you here"):
    """What is kept about a member."""

    def __init__(self, client: Fireside) -> None:
        self.client = client
        self._taking_off: asyncio.Task[None] | None = None
        self._due = asyncio.Event()

    async def cog_load(self) -> None:
        """Take the reactions of erased members off, now and whenever somebody is erased."""
        self._due.set()
        self._taking_off = asyncio.create_task(self._take_off(), name="erased-reactions")

    async def cog_unload(self) -> None:
        """And no longer; what is left is found again at the next start."""
        if self._taking_off is not None:
            self._taking_off.cancel()
            await asyncio.gather(self._taking_off, return_exceptions=True)

    @app_commands.command(name="export", description="A file with everything I keep about you in this server")
    @app_commands.describe(member="Somebody else (admins)")
    async def export(self, interaction: Asked, member: discord.User | None = None) -> None:
        """Give it out, privately."""
        async with answering(interaction):
            person, who = person_of(interaction), (member or interaction.user).id
            privacy.require_may(person, who)
            await interaction.response.defer(ephemeral=True, thinking=True)
            data = await privacy.export(self.client.workshop, person, who)
            await interaction.followup.send(
                "Everything that I keep here, without pictures: those are in `/story export`.",
                file=discord.File(io.BytesIO(data), f"fireside-{who}.zip"),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )

    @app_commands.command(name="erase", description="Erase what I keep about you in this server; asks first")
    @app_commands.describe(member="Somebody else (admins)")
    async def erase(self, interaction: Asked, member: discord.User | None = None) -> None:
        """Ask first."""
        async with answering(interaction):
            who = (member or interaction.user).id
            found = await privacy.kept(self.client.workshop, person_of(interaction), who)
            await interaction.response.send_message(
                view=erase_card(found), ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @commands.Cog.listener()
    async def on_erased(self) -> None:
        """Somebody's traces were erased just now."""
        self._due.set()

    async def _take_off(self) -> None:
        await self.client.wait_until_ready()
        while True:
            await self._due.wait()
            self._due.clear()
            workshop = self.client.workshop
            done = [left.reaction_id for left in await privacy.left_reactions(workshop) if await self._taken_off(left)]
            await privacy.reactions_taken_off(workshop, done)

    async def _taken_off(self, left: privacy.LeftReaction) -> bool:
        """Take one reaction off; False where that has to wait for a permission, or for Discord."""
        story_id = await ballots.story_id_of(self.client.workshop, left.scene_id)
        post = (await self.client.projector.posts.of_story(story_id)).get(scene_subject(left.scene_id))
        if post is None or post.message_id is None:
            return True
        message = self.client.get_partial_messageable(post.channel_id).get_partial_message(post.message_id)
        try:
            await message.remove_reaction(KEYCAPS[left.choice - 1], discord.Object(left.member_id))
        except discord.NotFound:
            return True
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.warning("a reaction of somebody who was erased stays for now: %r", error)
            return False
        return True


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Privacy(client))
