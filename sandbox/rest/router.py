"""The table of routes, and what a handler is given and gives back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import payloads
from sandbox.errors import ApiError, missing_access, missing_permissions, unknown
from sandbox.intents import blank
from sandbox.model import Channel, Guild, Member, Message
from sandbox.permissions import Permission, channel_permissions
from sandbox.snowflake import parse
from sandbox.state import State
from sandbox.world import File


@dataclass(frozen=True)
class Answer:
    """An HTTP status and the JSON that goes with it (None: no body).

    `raw` is a body that is no JSON; `headers` are added to, and win over, the usual ones; without `limits` the usual
    rate limit headers are left out.
    """

    status: int
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    limits: bool = True


NOTHING = Answer(204)


@dataclass
class Call:
    """One request. `body` is its JSON (of a multipart one: `payload_json`), `files` its uploads by number."""

    state: State
    method: str
    path: str
    route: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    files: Mapping[int, File] = field(default_factory=dict)
    may_see_content: bool = False

    @property
    def form(self) -> dict[str, Any]:
        """The body where it has to be an object; raises `ApiError`."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return self.body

    def snowflake(self, name: str) -> int:
        """An id out of the path; raises `ApiError` for what is none."""
        value = parse(self.args[name])
        if value is None:
            wrong = {
                "_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{self.args[name]}" is not snowflake.'}]
            }
            raise ApiError(400, 50035, "Invalid Form Body", {name: wrong})
        return value

    def limit(self, usual: int, most: int) -> int:
        """How many things a page shall have, from 1 to `most`; raises `ApiError`."""
        given = self.query.get("limit")
        value = usual if given is None else parse(given)
        if value is None or not 1 <= value <= most:
            wrong = {"_errors": [{"code": "NUMBER_TYPE_MAX", "message": f"int value should be between 1 and {most}."}]}
            raise ApiError(400, 50035, "Invalid Form Body", {"limit": wrong})
        return value

    def guild(self) -> Guild:
        """The server of the path."""
        guild = self.state.world.guilds.get(self.snowflake("guild_id"))
        if guild is None:
            raise unknown("Guild", 10004)
        return guild

    def channel(self, *needed: Permission) -> Channel:
        """The channel of the path, when the bot sees it and may do there what is needed."""
        channel = self.state.world.channels.get(self.snowflake("channel_id"))
        if channel is None:
            raise unknown("Channel", 10003)
        self.demand(channel, *needed)
        return channel

    def demand(self, channel: Channel, *needed: Permission) -> None:
        """Raise `ApiError` unless the bot sees the channel and has these permissions there."""
        allowed = channel_permissions(channel, self.state.bot_in(channel))
        if not allowed & Permission.VIEW_CHANNEL:
            raise missing_access()
        for permission in needed:
            if allowed & permission != permission:
                raise missing_permissions()

    def bot(self, channel: Channel) -> Member:
        """The bot as a member of the channel's server."""
        return self.state.bot_in(channel)

    def message(self, channel: Channel) -> Message:
        """The message of the path (ephemeral ones are unknown here, as in Discord)."""
        message = channel.by_id.get(self.snowflake("message_id"))
        if message is None:
            raise unknown("Message", 10008)
        return message

    def written(self, message: Message) -> dict[str, Any]:
        """A message as this bot may read it."""
        body = payloads.message(message, self.state.world.bot.id)
        if not self.may_see_content:
            blank(body, self.state.world.bot.id)
        return body


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """A method and a path template, as Discord's documents write it."""

    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    needs_token: bool


ROUTES: list[Route] = []


def route(method: str, template: str, *, needs_token: bool = True) -> Callable[[Handler], Handler]:
    """Register a handler. `needs_token`: whether the bot has to say who it is (interactions carry their own token)."""
    pattern = re.compile(
        re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.escape(template).replace(r"\{", "{").replace(r"\}", "}"))
    )

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, template, pattern, handler, needs_token))
        return handler

    return register


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request and what its path's parameters are (still percent-encoded), or None."""
    best: tuple[Route, dict[str, str]] | None = None
    for item in ROUTES:
        if item.method == method and (match := item.pattern.fullmatch(path)):
            found = (item, match.groupdict())
            if best is None or len(found[1]) < len(best[1]):
                best = found
    return best
