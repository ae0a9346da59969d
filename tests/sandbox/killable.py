"""A bot of its own process, to be killed: `python -m tests.sandbox.killable API GATEWAY TOKEN`.

It answers what people write ("draw 3", …) with a board, the same one for the same message however often it is asked,
and at its start what was written while it was away. A click on "Go" is acknowledged; one on "Wait" never.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Killable(discord.Client):
    async def on_ready(self) -> None:
        for channel in self.guilds[0].text_channels:
            found = [message async for message in channel.history(limit=100)]
            for message in reversed(found):
                await self.on_message(message)

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot or not isinstance(message.channel, discord.TextChannel):
            return
        wanted = f"go:{message.id}"
        async for other in message.channel.history(limit=100, after=message):
            rows = [item for item in other.components if isinstance(item, discord.ActionRow)]
            if any(getattr(child, "custom_id", None) == wanted for row in rows for child in row.children):
                return
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Go", custom_id=wanted))
        view.add_item(discord.ui.Button(label="Wait", custom_id=f"wait:{message.id}"))
        await message.channel.send("board", view=view, nonce=str(message.id)[-25:])

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        if data["custom_id"].startswith("go:"):
            await interaction.response.send_message("gone", ephemeral=True)


async def main(api: str, gateway: str, token: str) -> None:
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    async with Killable(intents=discord.Intents.default(), guild_ready_timeout=0.05) as bot:
        await bot.start(token)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
