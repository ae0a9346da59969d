"""``/moderation``: what members reported, who is blocked; for admins and the roles that moderate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of, say
from bot.ui.moderation import moderation_page
from bot.ui.moderation_items import is_admin
from bot.ui.text import cut, escape
from storycore.errors import NotAllowedError, NotFoundError
from storycore.studio import moderation
from storycore.studio.moderation import REASON_LENGTH

if TYPE_CHECKING:
    from bot.client import Fireside

_MOST_CHOICES = 25


@app_commands.guild_only()
class Moderation(commands.GroupCog, group_name="moderation", group_description="Reports and blocks (for moderators)"):
    """Reports and blocks."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="list", description="Reported and hidden pictures, and who is blocked")
    async def list_(self, interaction: Asked) -> None:
        """What moderators have to look at."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            page = moderation_page(await moderation.cases(workshop, person), await moderation.blocked(workshop, person))
            await interaction.response.send_message(
                view=page, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @app_commands.command(name="block", description="Let a member make, vote and rewrite no more")
    @app_commands.describe(member="Who", reason="Why, for other moderators")
    async def block(
        self,
        interaction: Asked,
        member: discord.User,
        reason: app_commands.Range[str, 1, REASON_LENGTH] | None = None,
    ) -> None:
        """Block somebody, also somebody who left."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await moderation.blocked(workshop, person)  # who may not is told so before anybody is looked up
            admin = await is_admin(interaction, member.id)
            await moderation.block(workshop, person, member.id, member.display_name, reason or "", admin=admin)
            await say(interaction, f"🚫 **{escape(member.display_name)}** is blocked here.")

    @app_commands.command(name="unblock", description="Let a blocked member take part again")
    @app_commands.describe(member="Who")
    async def unblock(self, interaction: Asked, member: app_commands.Range[str, 1, 100]) -> None:
        """Unblock somebody."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            typed = member.strip()
            found = [
                one
                for one in await moderation.blocked(workshop, person)
                if typed in (str(one.member_id), f"<@{one.member_id}>") or typed.casefold() == one.name.casefold()
            ]
            if len(found) != 1:
                raise NotFoundError("Nobody of that name is blocked here.", "Choose one from the list that appears.")
            await moderation.unblock(workshop, person, found[0].member_id)
            await say(interaction, f"**{escape(found[0].name)}** may take part again.")

    @unblock.autocomplete("member")
    async def complete_blocked(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Those who are blocked, for moderators."""
        try:
            found = await moderation.blocked(self.client.workshop, person_of(interaction))
        except NotAllowedError:
            return []
        part = typed.strip().casefold()
        return [
            app_commands.Choice(name=cut(one.name, 100) or str(one.member_id), value=str(one.member_id))
            for one in found
            if part in one.name.casefold()
        ][:_MOST_CHOICES]


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Moderation(client))
