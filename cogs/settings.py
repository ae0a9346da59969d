"""``/settings``: what an admin can set for a server, shown on one page and changed by pop-up or by typing."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering
from bot.ui.settings import change, open_form, show_page
from storycore.studio.settings_model import BY_KEY, SETTINGS, Kind, setting_of

if TYPE_CHECKING:
    from bot.client import Fireside

_MOST_CHOICES = 25


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Settings(commands.GroupCog, group_name="settings", group_description="What Fireside does in this server"):
    """Settings, for admins."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="show", description="Everything that can be set here, and how it is")
    async def show(self, interaction: Asked) -> None:
        """The page of all settings."""
        async with answering(interaction):
            await show_page(interaction)

    @app_commands.command(name="set", description="Change one setting; without a value a pop-up opens")
    @app_commands.describe(key="Which one", value="The new value; `default` takes it back")
    async def set_(self, interaction: Asked, key: str, value: app_commands.Range[str, 1, 300] | None = None) -> None:
        """Change one setting."""
        async with answering(interaction):
            if value is None:
                await open_form(interaction, setting_of(key))
            else:
                await change(interaction, key, value)

    @set_.autocomplete("key")
    async def complete_key(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Keys that hold what was typed, in their name or their title."""
        part = typed.strip().lower()
        found = [s for s in SETTINGS if part in s.key or part in s.title.lower()]
        return [app_commands.Choice(name=f"{s.key} · {s.title}", value=s.key) for s in found[:_MOST_CHOICES]]

    @set_.autocomplete("value")
    async def complete_value(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """What fits the key chosen, where that can be listed."""
        setting = BY_KEY.get(str(getattr(interaction.namespace, "key", "")))
        part = typed.strip().lower()
        offered: list[str] = []
        if setting is not None and setting.kind is Kind.SWITCH:
            offered = ["on", "off"]
        elif setting is not None and setting.kind is Kind.ZONE:
            offered = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
        elif setting is not None and setting.kind is Kind.HOURS:
            offered = ["none", "18:00-23:00", "08:00-22:00"]
        elif setting is not None and setting.kind is Kind.CHOICE:
            offered = [key for key, _ in setting.choices]
        words = part.replace(" ", "_")
        return [app_commands.Choice(name=o, value=o) for o in offered if words in o.lower()][:_MOST_CHOICES]


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Settings(client))
