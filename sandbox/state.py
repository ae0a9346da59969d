"""What the sandbox's rooms share."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.commands import Commands
from sandbox.interactions import Desk
from sandbox.model import Channel, Member
from sandbox.world import World


@dataclass
class State:
    """One running stand-in: its world, its interactions, and how it is reached."""

    world: World
    desk: Desk
    commands: Commands
    token: str
    upload_limit: int
    api_url: str = ""
    gateway_url: str = ""

    def bot_in(self, channel: Channel) -> Member:
        """The bot as a member of the channel's server."""
        return channel.guild.members[self.world.bot.id]
