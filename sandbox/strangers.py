"""A person who may look, and nothing else: to see that a bot refuses whom it should refuse."""

from __future__ import annotations

from sandbox.model import Guild, Member
from sandbox.permissions import Permission
from sandbox.world import World

_DENIED = (
    Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.ADD_REACTIONS
    | Permission.ATTACH_FILES
    | Permission.USE_APPLICATION_COMMANDS
)


def add_stranger(world: World, guild: Guild, name: str = "Zed") -> Member:
    """A member who reads every channel that there is now, and presses what is pressed, but may nothing more."""
    member = world.add_member(guild, name)
    for channel in guild.text_channels():
        world.set_overwrite(channel, member, deny=int(_DENIED))
    return member
