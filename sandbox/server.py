"""`Sandbox`: the stand-in as a whole, on one loopback port.

    async with Sandbox(token="sandbox-token") as sandbox:
        ...  # point a bot at sandbox.api_url and sandbox.gateway_url
        await sandbox.wait_ready()
        ada = sandbox.default_guild.member("Ada")
        result = await ada.slash(sandbox.default_guild.channel("stories"), "story new", title="Siegfried")

A discord.py bot is pointed at it with `discord.http.Route.BASE = sandbox.api_url` and
`discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Self, TypeVar

from aiohttp import web

from sandbox.actors import GuildView
from sandbox.cdn import Cdn
from sandbox.checks.openapi import OpenApi
from sandbox.clock import Clock
from sandbox.commands import Commands
from sandbox.control import Control
from sandbox.gateway import Gateway
from sandbox.http import PREFIX, Fault, Request, Rest, Violation
from sandbox.interactions import Desk
from sandbox.model import Channel, Guild, Message
from sandbox.network import Network
from sandbox.permissions import BOT
from sandbox.state import Limits, State
from sandbox.trouble import Trouble
from sandbox.trouble.rules import Book
from sandbox.waiting import until
from sandbox.world import Event, World, default_world

_log = logging.getLogger(__name__)
T = TypeVar("T")

HOST = "127.0.0.1"
UPLOAD_LIMIT = 10 * 2**20
DEFAULT_DOCUMENT = Path(__file__).resolve().parents[2] / "shared" / "discord-api" / "openapi.json"


def find_document(given: Path | None) -> Path | None:
    """Where the OpenAPI document lies: as given, or `SANDBOX_OPENAPI`, or beside the repository; None when nowhere."""
    if given is not None:
        return given
    if named := os.environ.get("SANDBOX_OPENAPI"):
        return Path(named)
    return DEFAULT_DOCUMENT if DEFAULT_DOCUMENT.is_file() else None


class Sandbox:
    """A Discord on loopback with one application and the server of `default_world`.

    `port` 0 takes a free one. `upload_limit`: most bytes of one uploaded file. `privileged`: the privileged intents
    that the application has been given ("members", "presences", "message_content"); identifying with another closes
    the gateway with 4014, as Discord does. `check_answers`: also check the sandbox's own answers
    against OpenAPI (False where every millisecond counts).
    """

    def __init__(
        self,
        port: int = 0,
        token: str = "sandbox-token",  # noqa: S107 - a made-up token of a made-up Discord
        openapi: Path | None = None,
        upload_limit: int = UPLOAD_LIMIT,
        *,
        bot_name: str = "Bot",
        bot_permissions: int = BOT,
        privileged: frozenset[str] = frozenset(),
        clock: Clock | None = None,
        check_answers: bool = True,
    ) -> None:
        self.world = World(clock, bot_name=bot_name, bot_permissions=bot_permissions)
        self.state = State(
            self.world, Desk(self.world, upload_limit), Commands(self.world), token=token, upload_limit=upload_limit
        )
        document = find_document(openapi)
        if document is None:
            _log.warning(
                "Discord's OpenAPI document is not there (SANDBOX_OPENAPI): requests are not checked against it"
            )
        self.gateway = Gateway(
            self.state, privileged, lambda kind, problem: self._rest.complain(kind, "gateway", problem)
        )
        book = Book(self.world)
        self._rest = Rest(
            self.state, self.gateway, OpenApi(document) if document else None, book, check_answers=check_answers
        )
        self.network = Network(HOST, port)
        self.trouble = Trouble(book, self.state, self.gateway, self.network)
        self._default: Guild = default_world(self.world)

    # What it is

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.network.port

    @property
    def url(self) -> str:
        """Where it is, without a trailing slash."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """For discord.py's `Route.BASE`."""
        return self.url + PREFIX

    @property
    def gateway_url(self) -> str:
        """For discord.py's `DEFAULT_GATEWAY`."""
        return f"ws://{HOST}:{self.port}/"

    @property
    def token(self) -> str:
        """The bot token that it takes."""
        return self.state.token

    @property
    def default_guild(self) -> GuildView:
        """The server "Campfire": channels "stories" and "general", members Ada, Bo, Cy and Mo, who moderates."""
        return GuildView(self.state, self._default)

    def adopt(self, guild: Guild) -> None:
        """Make a server of the world the one that `default_guild` gives."""
        self._default = guild

    @property
    def requests(self) -> list[Request]:
        """All REST traffic so far; of very much, the newer part."""
        return self._rest.requests

    @property
    def violations(self) -> list[Violation]:
        """What was not as Discord's contract wants it (the first thousand); a test asserts that it is empty."""
        return self._rest.violations

    @property
    def faults(self) -> list[Fault]:
        """Called before every route is handled; one that gives an `Answer` (or raises `ApiError`) decides."""
        return self._rest.faults

    @property
    def clock(self) -> Clock:
        """Its time: `sandbox.clock.advance(900)` sets it forward."""
        return self.world.clock

    @property
    def limits(self) -> Limits:
        """Limits that can be changed while it runs."""
        return self.state.limits

    @property
    def checks_requests(self) -> bool:
        """Whether requests are checked against Discord's OpenAPI document."""
        return self._rest.checks

    @property
    def connections(self) -> int:
        """How often a bot has come in so far: identified or resumed."""
        return self.gateway.identified + self.gateway.resumed

    # Running

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        app = web.Application(middlewares=[only_loopback])
        app.router.add_get("/", self.gateway.serve)
        cdn = Cdn(self.world)
        for folder in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{channel_id}}/{{attachment_id}}/{{filename}}", cdn.serve)
        Control(self).add_routes(app.router)
        app.router.add_route("*", "/api/{tail:.*}", self._rest.serve)
        await self.network.open(app)
        self.world.cdn = self.url
        self.state.api_url, self.state.gateway_url = self.api_url, self.gateway_url

    async def close(self) -> None:
        """Close every connection and stop listening."""
        self.trouble.drop_holds()
        await self.gateway.close()
        await self.network.close()

    # Waiting

    async def wait_for(self, predicate: Callable[[], T | None], timeout: float = 10.0, what: str = "") -> T:
        """Wait until `predicate()` is true, asked again at every change of the world; gives what it gave.

        Raises `SandboxError` after `timeout` seconds.
        """
        return await until(self.world, predicate, timeout, what)

    async def wait_ready(self, timeout: float = 30.0, *, commands: bool = True, after: int = -1) -> None:
        """Wait until the bot is connected and (unless `commands` is false) has registered its commands.

        `after`: a `connections` of before, for a bot that was killed and is started again.
        """
        await self.wait_for(
            lambda: self.gateway.ready and self.connections > after and (self.state.commands.synced or not commands),
            timeout,
            "the bot to be ready",
        )

    async def wait_gone(self, timeout: float = 30.0) -> None:
        """Wait until no bot is connected."""
        await self.wait_for(lambda: not self.gateway.ready, timeout, "the bot to be gone")

    def duplicates(
        self, channel: Channel | None = None, key: Callable[[Message], Hashable | None] | None = None
    ) -> list[list[Message]]:
        """Messages of the bot that stand twice, in one channel or in all: none should.

        Two are the same when they have the same custom ids (in any order, and at least one) or the same nonce; with
        `key`, when it gives the same for both (None: not to be compared). Ephemeral and deleted ones do not count.
        """
        keys = [_custom_ids, _nonce] if key is None else [key]
        found: list[list[Message]] = []
        for place in [channel] if channel is not None else list(self.world.channels.values()):
            own = [message for message in place.messages if message.author is self.world.bot]
            for same in keys:
                groups: dict[Hashable, list[Message]] = {}
                for message in own:
                    if (identity := same(message)) is not None:
                        groups.setdefault(identity, []).append(message)
                found += [group for group in groups.values() if len(group) > 1 and group not in found]
        return found

    def dispatch(self, event: str, payload: dict[str, Any]) -> None:
        """Send a gateway event made by hand; its keys are checked like any other's."""
        self.gateway.tell(Event(event, payload))


def _custom_ids(message: Message) -> Hashable | None:
    named = [item.custom_id for item in message.buttons] + [item.custom_id for item in message.selects]
    return tuple(sorted(custom_id for custom_id in named if custom_id)) or None


def _nonce(message: Message) -> Hashable | None:
    return None if message.nonce is None else str(message.nonce)


@web.middleware
async def only_loopback(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    """Refuse requests that name another host, so that no page elsewhere gets here through a visitor's browser."""
    host = request.host.rsplit(":", 1)[0]
    if host not in ("127.0.0.1", "localhost"):
        return web.Response(status=421, text="The sandbox answers on loopback only.")
    response: web.StreamResponse = await handler(request)
    return response
