"""What the sandbox's rooms share."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.commands import Commands
from sandbox.interactions import Desk
from sandbox.model import Channel, Member
from sandbox.world import World


@dataclass
class Limits:
    """How much is allowed. Discord publishes neither how often an old message may be edited nor how long a nonce lives.

    `old_edits`: edits in an hour, per channel, of messages older than an hour; `old_edit_retry_after`: the seconds that
    a refusal names (30046; waiting them does not help, as in Discord); `active_threads`: of a server; `nonce_lasts`:
    seconds for which a nonce with `enforce_nonce` gives the message again that it made; `thread_again`: whether a
    message whose thread was deleted can have a new one, or gets 160004 for ever. `bucket` requests in `bucket_seconds`
    are what the rate limit headers promise for each route and channel, generous by default so that nothing waits on a
    sandbox; with `strict` a client that does not keep to them gets 429.
    """

    old_edits: int = 30
    old_edit_retry_after: float = 0.3
    active_threads: int = 1000
    nonce_lasts: float = 300.0
    thread_again: bool = True
    bucket: int = 50
    bucket_seconds: float = 1.0
    strict: bool = False


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
    limits: Limits = field(default_factory=Limits)

    def bot_in(self, channel: Channel) -> Member:
        """The bot as a member of the channel's server."""
        return channel.guild.members[self.world.bot.id]
