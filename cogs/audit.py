"""``/audit``: who did what, when, with before and after; for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of
from bot.ui.audit import audit_view
from storycore.errors import NotAllowedError, NotFoundError
from storycore.studio import audit

if TYPE_CHECKING:
    from bot.client import Fireside


class Audit(commands.Cog):
    """What was changed, for admins."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="audit", description="Who changed what, when, with before and after (admins)")
    @app_commands.describe(member="Only what they did", kind="Only this kind, such as settings or moderation")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def audit(
        self,
        interaction: Asked,
        member: discord.User | None = None,
        kind: app_commands.Range[str, 1, 20] | None = None,
    ) -> None:
        """A page of the audit."""
        async with answering(interaction):
            wanted = (kind or "").strip().lower()
            if wanted:
                known = (await audit.page(self.client.workshop, person_of(interaction), size=1)).kinds
                if wanted not in known:
                    raise NotFoundError(
                        "Nothing of that kind was done here.", f"There is: {', '.join(known) or 'nothing yet'}."
                    )
            view = await audit_view(interaction, 0, 0 if member is None else member.id, wanted)
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @audit.autocomplete("kind")
    async def complete_kind(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """The kinds there are, for admins."""
        try:
            found = await audit.page(self.client.workshop, person_of(interaction), size=1)
        except NotAllowedError:
            return []
        return [app_commands.Choice(name=kind, value=kind) for kind in found.kinds if typed.strip().lower() in kind][
            :25
        ]


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Audit(client))
