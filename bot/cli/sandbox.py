"""``fireside sandbox``: the stand-in for Discord with its page, and the bot in it, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.demo import SCRIPT, Play, TroubleError, act, bot_environment
from bot.invite import PERMISSIONS
from sandbox.errors import SandboxError
from sandbox.keeping import keep, restore
from sandbox.server import Sandbox
from sandbox.strangers import add_stranger
from sandbox.web import BotProcess, Page

KEPT = Path("sandbox-data")
WORLD = "world.pickle"
SAVE_EVERY = 5.0
"""Seconds between looks whether there is something to keep."""


@dataclass(frozen=True)
class Plan:
    """What was asked for. ``settings`` are further environment variables of our own bot."""

    port: int = 8008
    demo: bool = False
    keep: bool = False
    command: str = ""
    host: str = "127.0.0.1"
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Running:
    """A sandbox with its page and its bot."""

    sandbox: Sandbox
    page: Page
    bot: BotProcess


@asynccontextmanager
async def opened(plan: Plan, folder: Path, *, fresh: bool = False) -> AsyncIterator[Running]:
    """Everything, with its data in ``folder``. Raises ``OSError`` (a port, a command) or ``SandboxError``.

    ``fresh``: do not take up what was kept there.
    """
    name = "Bot" if plan.command else "Fireside"
    sandbox = Sandbox(bot_permissions=PERMISSIONS.value, bot_name=name)
    if fresh or not await restore(sandbox, folder / WORLD):
        add_stranger(sandbox.world, sandbox.default_guild.guild)
    async with sandbox:
        bot = _bot(plan, sandbox, folder)
        async with Page(sandbox, plan.port, plan.host, bot) as page:
            try:
                await bot.start()
                yield Running(sandbox, page, bot)
            finally:
                await bot.stop()


def _bot(plan: Plan, sandbox: Sandbox, folder: Path) -> BotProcess:
    if not plan.command:
        return BotProcess([sys.executable, "-m", "bot"], folder, bot_environment(sandbox, folder, plan.settings))
    where = {
        "DISCORD_API": sandbox.api_url,
        "DISCORD_GATEWAY": sandbox.gateway_url,
        "DISCORD_TOKEN": sandbox.token,
    }
    return BotProcess(shlex.split(plan.command), folder, os.environ | where, cwd=Path.cwd())


def _kept_folder() -> Path:
    KEPT.mkdir(exist_ok=True)
    return KEPT.resolve()


async def serve(plan: Plan, console: Console, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set. Raises ``OSError`` or ``SandboxError``."""
    with contextlib.ExitStack() as stack:
        if plan.keep:
            folder = await asyncio.to_thread(_kept_folder)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fireside-sandbox-")))
        if plan.demo and (folder / WORLD).is_file():
            raise SandboxError(f"--demo begins with an empty server, and {KEPT}/ is none: leave --keep out")
        async with opened(plan, folder) as running:
            _greet(console, plan, running)
            tasks = [asyncio.create_task(_watch(console, running.bot))]
            if plan.keep:
                tasks.append(asyncio.create_task(_save(running.sandbox, folder / WORLD)))
            if plan.demo:
                tasks.append(asyncio.create_task(_play(console, running.sandbox)))
            try:
                await stop.wait()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if plan.keep:
                await running.bot.stop()
                await keep(running.sandbox, folder / WORLD)


def _greet(console: Console, plan: Plan, running: Running) -> None:
    where = "on this machine alone" if plan.host == "127.0.0.1" else f"listening on {escape(plan.host)}"
    console.print(f"[bold yellow]The sandbox is open:[/] a server, its people and the bot, {where}.\n")
    console.print(f"  [bold]{escape(running.page.url)}[/]\n", soft_wrap=True)
    console.print(
        "Open the link (it holds this start's secret). Type [bold]/[/] for the bot's commands, drag in a script;"
    )
    console.print("be someone else at the bottom left, or in a tab of their own. Ctrl+C ends it.")
    if plan.host != "127.0.0.1":
        console.print(
            "[red]It listens on another address than loopback: whoever has the link can do everything here.[/]"
        )
    console.print(f"[dim]The bot's log: {escape(str(running.bot.log))}[/]", soft_wrap=True)


async def _watch(console: Console, bot: BotProcess) -> None:
    """Say when the bot has ended by itself."""
    told = 0
    while True:
        await asyncio.sleep(1)
        if bot.running or bot.killed or told == bot.starts:
            continue
        told = bot.starts
        console.print(f"[red]The bot has ended (code {bot.ended}).[/] The end of its log:", soft_wrap=True)
        console.print(escape("\n".join((await bot.tail()).splitlines()[-12:])), highlight=False, soft_wrap=True)


async def _save(sandbox: Sandbox, path: Path) -> None:
    """Keep the world whenever it has changed."""
    changed = asyncio.Event()
    sandbox.world.watchers.append(changed.set)
    while True:
        await changed.wait()
        changed.clear()
        await keep(sandbox, path)
        await asyncio.sleep(SAVE_EVERY)


async def _play(console: Console, sandbox: Sandbox) -> None:
    try:
        await act(Play(sandbox, console, SCRIPT))
        console.print("[bold green]The film is in the story's thread.[/] The page stays open.")
    except (TroubleError, SandboxError, LookupError) as error:
        console.print(f"[red]The story stopped:[/] {escape(str(error))}", soft_wrap=True)


def run(plan: Plan) -> int:
    """Run until interrupted; 0 then, 2 when it cannot start."""
    console = Console(highlight=False)
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
        await serve(plan, console, stop)

    try:
        asyncio.run(until_told())
    except OSError as error:
        words = f"{error.filename}: {error.strerror}" if error.filename else f"port {plan.port}: {error.strerror}"
        Console(stderr=True, highlight=False).print(f"The sandbox cannot start: {escape(words)}", soft_wrap=True)
        return 2
    except (SandboxError, ValueError) as error:
        Console(stderr=True, highlight=False).print(f"The sandbox cannot start: {escape(str(error))}", soft_wrap=True)
        return 2
    return 0
