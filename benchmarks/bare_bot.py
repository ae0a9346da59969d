"""The reference of ``benchmarks.acknowledge``: a discord.py bot whose buttons acknowledge and do nothing else."""

from __future__ import annotations

import sys
from typing import Any

import discord
import yarl


class Plain(discord.ui.View):
    """Four buttons."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        for number in range(1, 5):
            self.add_item(PlainButton(number))


class PlainButton(discord.ui.Button[Plain]):
    """Acknowledges."""

    def __init__(self, number: int) -> None:
        super().__init__(label=str(number), custom_id=f"plain:{number}")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py."""
        await interaction.response.defer()


class Bare(discord.Client):
    """Posts one message with buttons."""

    def __init__(self, channel_id: int) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self._channel_id = channel_id

    async def on_ready(self) -> None:
        """Called by discord.py."""
        await self.get_partial_messageable(self._channel_id).send("Press one", view=Plain())


def main() -> None:
    """Arguments: the API's address, the gateway's, the token, the channel."""
    api, gateway, token, channel = sys.argv[1:5]
    discord.http.Route.BASE = api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    Bare(int(channel)).run(token, log_handler=None)


if __name__ == "__main__":
    main()
