"""``/host``: the GPU hosts that paint a server's stories, for those who manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of, say
from bot.ui.hosts import HostForm, show_hosts
from bot.ui.text import cut, escape
from storycore.errors import NotAllowedError, NotFoundError
from storycore.studio import hosts

if TYPE_CHECKING:
    from bot.client import Fireside

_MOST_CHOICES = 25


@app_commands.guild_only()
class Hosts(commands.GroupCog, group_name="host", group_description="The GPU hosts that paint (for admins)"):
    """GPU hosts."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="add", description="Add a GPU host; a pop-up asks for its address")
    async def add(self, interaction: Asked) -> None:
        """Open the pop-up: what is secret is never typed into the chat."""
        async with answering(interaction):
            await hosts.check_may_add(self.client.workshop, person_of(interaction))
            await interaction.response.send_modal(HostForm())

    @app_commands.command(name="list", description="The hosts that paint for this server, and how they are")
    async def list_(self, interaction: Asked) -> None:
        """All hosts."""
        async with answering(interaction):
            await show_hosts(interaction, await hosts.managed(self.client.workshop, person_of(interaction)))

    @app_commands.command(name="test", description="Ask a host now how it is and what it has")
    @app_commands.describe(host="Which one")
    async def test(self, interaction: Asked, host: app_commands.Range[str, 1, 100]) -> None:
        """Ask it now."""
        async with answering(interaction):
            await interaction.response.defer(ephemeral=True, thinking=True)
            host_id, person = await self._find(interaction, host), person_of(interaction)
            await show_hosts(interaction, [await hosts.test(self.client.workshop, host_id, person)])

    @app_commands.command(name="drain", description="Let a host finish what it has, and give it nothing new")
    @app_commands.describe(host="Which one", back="Take it back to work")
    async def drain(self, interaction: Asked, host: app_commands.Range[str, 1, 100], back: bool = False) -> None:
        """Drain it, or take it back."""
        async with answering(interaction):
            host_id, person = await self._find(interaction, host), person_of(interaction)
            view = await hosts.drain(self.client.workshop, host_id, person, draining=not back)
            await show_hosts(interaction, [view], "It works again." if back else "It gets nothing new.")

    @app_commands.command(name="remove", description="Remove a host; what it was painting goes to another")
    @app_commands.describe(host="Which one")
    async def remove(self, interaction: Asked, host: app_commands.Range[str, 1, 100]) -> None:
        """Remove it."""
        async with answering(interaction):
            host_id = await self._find(interaction, host)
            name = await hosts.remove(self.client.workshop, host_id, person_of(interaction))
            await say(interaction, f"**{escape(name)}** is removed; what it was painting goes to another host.")

    @test.autocomplete("host")
    @drain.autocomplete("host")
    @remove.autocomplete("host")
    async def complete(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Hosts whose name holds what was typed; nothing for those who do not manage them."""
        try:
            found = await hosts.managed(self.client.workshop, person_of(interaction))
        except NotAllowedError:
            return []
        part = typed.strip().lower()
        names = [(view.name, str(view.id)) for view in found if part in view.name.lower()]
        return [app_commands.Choice(name=cut(name, 100), value=value) for name, value in names[:_MOST_CHOICES]]

    async def _find(self, interaction: Asked, typed: str) -> int:
        """The host that is meant: chosen from the list, or its name typed. Raises ``NotFoundError``."""
        found = await hosts.managed(self.client.workshop, person_of(interaction))
        for view in found:
            if typed == str(view.id) or typed.strip().lower() == view.name.lower():
                return view.id
        raise NotFoundError("There is no host of that name.", "`/host list` shows the hosts.")


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Hosts(client))
