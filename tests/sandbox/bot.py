"""A small real discord.py bot, driven over the real wire. Tests say what its commands do by filling `handlers`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox import Sandbox

Handler = Callable[[discord.Interaction, dict[str, Any]], Awaitable[None]]


class VoteButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"fs:vote:(?P<scene>\d+):(?P<n>\d+)"):
    """A button whose meaning is all in its custom id, as those that outlive a restart are."""

    def __init__(self, scene: int, n: int) -> None:
        super().__init__(discord.ui.Button(label=str(n), custom_id=f"fs:vote:{scene}:{n}"))
        self.scene, self.n = scene, n

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction, item: Any, match: Any) -> VoteButton:
        return cls(int(match["scene"]), int(match["n"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"{self.scene}:{self.n}", ephemeral=True)


class Story(app_commands.Group, name="story", description="Stories"):
    def __init__(self, bot: TestBot) -> None:
        super().__init__()
        self.bot = bot

    @app_commands.command(name="new", description="A new story")
    async def new(
        self,
        interaction: discord.Interaction,
        title: app_commands.Range[str, 1, 80],
        script: discord.Attachment | None = None,
    ) -> None:
        await self.bot.handlers["story new"](interaction, {"title": title, "script": script})

    @app_commands.command(name="show", description="Show a story")
    async def show(self, interaction: discord.Interaction, story: str) -> None:
        await self.bot.handlers["story show"](interaction, {"story": story})

    @show.autocomplete("story")
    async def stories(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = ["Siegfried", "Sigurd", "Ada's day"]
        return [app_commands.Choice(name=name, value=name.lower()) for name in names if current in name.lower()]


class TestBot(discord.Client):
    __test__ = False

    def __init__(self, intents: discord.Intents | None = None, sync_guild: int | None = None, **options: Any) -> None:
        super().__init__(intents=intents or discord.Intents.default(), guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.sync_guild = sync_guild
        self.handlers: dict[str, Handler] = {}
        self.seen: list[tuple[str, Any]] = []
        self.errors: list[BaseException] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Nothing: discord.py would wait five seconds before it identifies again."""

    async def setup_hook(self) -> None:
        tree = self.tree

        @tree.command(name="do", description="Do what a test says")
        async def do(
            interaction: discord.Interaction,
            what: str,
            who: discord.Member | None = None,
            number: app_commands.Range[int, 1, 9] | None = None,
        ) -> None:
            await self.handlers[what](interaction, {"who": who, "number": number})

        @tree.context_menu(name="Make a story")
        async def make(interaction: discord.Interaction, message: discord.Message) -> None:
            await self.handlers["Make a story"](interaction, {"message": message})

        @tree.error
        async def failed(interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
            self.errors.append(getattr(error, "original", error))

        tree.add_command(Story(self))
        self.add_dynamic_items(VoteButton)
        guild = discord.Object(self.sync_guild) if self.sync_guild else None
        if guild:
            tree.copy_global_to(guild=guild)
        await tree.sync(guild=guild)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self.seen.append(("reaction", payload))

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        self.seen.append(("unreaction", payload))

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(("message", message))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        self.seen.append(("edit", payload))

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.seen.append(("thread", thread))

    async def on_typing(self, channel: Any, user: Any, when: Any) -> None:
        self.seen.append(("typing", user))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        self.seen.append(("thread gone", payload.thread_id))

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        self.seen.append(("thread archived", payload.data["thread_metadata"]["archived"]))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.seen.append(("channel gone", channel.id))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.seen.append(("message gone", payload.message_id))

    async def on_resumed(self) -> None:
        self.seen.append(("resumed", None))

    def of(self, kind: str) -> list[Any]:
        return [value for name, value in self.seen if name == kind]

    def text(self, channel: Any) -> discord.TextChannel:
        return cast("discord.TextChannel", self.get_channel(channel.id))


@asynccontextmanager
async def pointed_at(sandbox: Sandbox) -> AsyncIterator[None]:
    """Point discord.py, whose addresses are global, at a sandbox."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = sandbox.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def running(sandbox: Sandbox, bot: TestBot) -> AsyncIterator[TestBot]:
    """The bot, connected and ready."""
    async with pointed_at(sandbox):
        task = asyncio.create_task(bot.start(sandbox.token))
        try:
            ready = asyncio.create_task(bot_ready(sandbox, bot))
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                ready.cancel()
                task.result()
            await ready
            yield bot
        finally:
            await bot.close()
            await asyncio.wait({task})


async def bot_ready(sandbox: Sandbox, bot: TestBot) -> None:
    await sandbox.wait_ready(10)
    await bot.wait_until_ready()
