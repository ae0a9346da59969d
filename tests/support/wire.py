"""The real bot against the sandbox, over real HTTP and a real WebSocket, in one event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest

from bot.client import Fireside, point_at
from bot.invite import PERMISSIONS
from bot.settings import Settings
from sandbox.actors import Actor, InteractionResult
from sandbox.model import Channel, Message
from sandbox.server import Sandbox, find_document
from sandbox.world import File
from storycore.work.workshop import WorkOptions, Workshop
from tests.support.workshops import STORY, QuickPainter, small_workshop


def needs_document() -> None:
    """Discord's OpenAPI document must be there under CI; elsewhere its checks are left out, with a word."""
    if find_document(None) is None and os.environ.get("CI") == "true":
        pytest.fail("../shared/discord-api/openapi.json is missing: the sandbox could not check the bot's requests")


@dataclass(slots=True)
class Wire:
    """A server, its people, and our bot in it."""

    sandbox: Sandbox
    client: Fireside
    workshop: Workshop

    @property
    def channel(self) -> Channel:
        """#stories."""
        return self.sandbox.default_guild.channel("stories")

    def member(self, name: str) -> Actor:
        """Ada, Bo, Cy, or Mo, who moderates."""
        return self.sandbox.default_guild.member(name)

    @property
    def painter(self) -> QuickPainter:
        """The painter, to be told to fail or to wait."""
        assert isinstance(self.workshop.painter, QuickPainter)
        return self.workshop.painter

    @property
    def board(self) -> Message:
        """The newest storyboard in #stories."""
        return next(m for m in reversed(self.channel.messages) if m.is_v2)

    @property
    def thread(self) -> Channel:
        """The newest story's thread."""
        assert self.board.thread is not None
        return self.board.thread

    def scenes(self) -> list[Message]:
        """The scene messages of the newest story, in their order in the thread."""
        if self.board.thread is None:
            return []
        return [m for m in self.thread.messages if "### Scene" in m.text]

    async def wait(self, condition: Callable[[], object], timeout: float = 30, what: str = "") -> None:
        """Until ``condition`` holds, looked at again after every change of the sandbox's world."""

        def holds() -> bool:
            try:
                return bool(condition())
            except (StopIteration, AssertionError, IndexError):
                return False

        await self.sandbox.wait_for(holds, timeout, what)

    async def new_story(self, title: str = "The well", script: str = STORY, who: str = "Ada") -> InteractionResult:
        """A member hands a script in as a file."""
        return await self.member(who).slash(
            self.channel, "story new", title=title, script=File("well.txt", script.encode())
        )

    async def painted(self, scenes: int = 2, reactions: int = 3) -> list[Message]:
        """The scene messages once all have pictures and the bot's reactions."""
        await self.wait(
            lambda: len(self.scenes()) == scenes and all(len(m.reactions) == reactions for m in self.scenes()),
            what="painted scenes",
        )
        return self.scenes()


def settings(**values: object) -> Settings:
    """Settings of a test, with none of the machine's own."""
    return Settings(**{"candidates": 3, "picture_size": "128x72", "film_quality": 360, **values})  # type: ignore[arg-type]


@asynccontextmanager
async def connected(workshop: Workshop, sandbox: Sandbox, chosen: Settings) -> AsyncIterator[Fireside]:
    """The bot, logged in and ready; gone at the end. Discord's own addresses are put back."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    point_at(chosen.model_copy(update={"discord_api": sandbox.api_url, "discord_gateway": sandbox.gateway_url}))
    client = Fireside(workshop, chosen)
    running = asyncio.create_task(client.start(sandbox.token))
    try:
        await sandbox.wait_ready()
        yield client
    finally:
        await client.close()
        await asyncio.gather(running, return_exceptions=True)
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def wire_to(
    folder: Path,
    upload_limit: int = 10 * 2**20,
    permissions: int | None = None,
    work: WorkOptions | None = None,
    **values: object,
) -> AsyncIterator[Wire]:
    """Everything, from an empty folder. At the end no request may have broken Discord's contract."""
    needs_document()
    async with (
        Sandbox(
            upload_limit=upload_limit, bot_permissions=PERMISSIONS.value if permissions is None else permissions
        ) as sandbox,
        small_workshop(folder, work) as workshop,
        connected(workshop, sandbox, settings(**values)) as client,
    ):
        yield Wire(sandbox, client, workshop)
        assert sandbox.violations == []
