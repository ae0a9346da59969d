"""``make demo``: a story from script to film, played by three members against the real bot, told in the terminal.

``make demo HOSTS=3`` has three stand-ins for GPU hosts (AUTOMATIC1111, Forge, SD.Next) paint it.

The sandbox stands in for Discord in this process; the bot is a process of its own (``python -m bot``), and the two
talk over real HTTP and a real WebSocket. Nothing here reaches into the bot: members only do what people can do.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.status import Status

from bot.invite import PERMISSIONS
from sandbox.actors import InteractionResult
from sandbox.errors import SandboxError
from sandbox.model import Channel, Message
from sandbox.server import Sandbox
from sandbox.world import File
from storycore.film.program import probe

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "examples" / "siegfried.txt"
FOLDER = ROOT / "demo"
TITLE = "Siegfried and the Dragon"
REWRITTEN = "a golden dragon asleep on a heap of treasure in a dark cave, a knight with a shining sword, moonlight"
KEYCAPS = ["1️⃣", "2️⃣", "3️⃣", "4️⃣"]
PATIENCE_S = 300
STAND_IN = "tests.images.webui_stand_in"
FLAVOURS = ("a1111", "forge", "sdnext")


T = TypeVar("T")


class TroubleError(Exception):
    """The demo cannot go on; the message says why."""


class Play:
    """The story as the people in the channel live it."""

    def __init__(self, sandbox: Sandbox, console: Console, script: Path) -> None:
        self.sandbox = sandbox
        self.console = console
        self.script = script
        self.began = time.monotonic()
        guild = sandbox.default_guild
        self.channel: Channel = guild.channel("stories")
        self.ada, self.bo, self.cy = (guild.member(name) for name in ("Ada", "Bo", "Cy"))

    def tell(self, who: str, what: str) -> None:
        """One line of the account: when, who, what."""
        seconds = time.monotonic() - self.began
        self.console.print(f"[dim]{seconds:5.1f} s[/]  [bold]{who:<9}[/] {what}", highlight=False, soft_wrap=True)

    @property
    def board(self) -> Message:
        """The storyboard. Raises ``LookupError`` until it is posted."""
        found = next((message for message in self.channel.messages if message.is_v2), None)
        if found is None:
            raise LookupError("no storyboard yet")
        return found

    def scenes(self) -> list[Message]:
        """The scenes' messages so far, in order."""
        try:
            thread = self.board.thread
        except LookupError:
            return []
        return [] if thread is None else [m for m in thread.messages if "### Scene" in m.text]

    def film(self) -> Message | None:
        """The message that holds the film, once it is there."""
        thread = self.board.thread
        messages = [] if thread is None else thread.messages
        return next((m for m in messages if m.gallery and m.text.startswith("## 🍿")), None)

    async def until(self, condition: Callable[[], T | None], what: str) -> T:
        """Wait for the bot. Raises ``TroubleError``."""

        def looked() -> T | None:
            try:
                return condition()
            except LookupError:  # not posted yet
                return None

        try:
            found = await self.sandbox.wait_for(looked, PATIENCE_S, what)
        except SandboxError as error:
            raise TroubleError(f"the bot did not show {what} in time ({error})") from error
        if found is None:
            raise TroubleError(f"the bot did not show {what}")
        return found

    def must(self, result: InteractionResult) -> InteractionResult:
        """An interaction that Discord would show as failed ends the demo."""
        if result.failed:
            raise TroubleError(result.failed)
        return result

    async def answer(self, result: InteractionResult) -> str:
        """What the bot answered, on one line."""
        return " ".join((await self.must(result).response()).text.split())

    async def hand_in(self) -> int:
        """Ada hands in the script; gives how many scenes it has."""
        script = File(self.script.name, self.script.read_bytes())
        self.tell("Ada", f"[cyan]/story new[/] title:[i]{TITLE}[/] script:[i]{self.script.name}[/]")
        answer = await self.answer(await self.ada.slash(self.channel, "story new", title=TITLE, script=script))
        self.tell("Fireside", f"[dim](only Ada sees this)[/] {escape(answer)}")
        await self.until(lambda: self.board.thread, "the storyboard's thread")
        self.tell("Fireside", "posts the storyboard and opens a thread from it")
        await self.until(lambda: "scenes" in self.board.text, "the scenes")
        scenes = int(next(word for word in self.board.text.split() if word.isdigit() and self._counts(word)))
        self.tell("Fireside", f"read {scenes} scenes; the cast: {escape(self._cast())}")
        return scenes

    def _counts(self, word: str) -> bool:
        return f"{word} scenes" in self.board.text

    def _cast(self) -> str:
        line = next((line for line in self.board.text.splitlines() if line.startswith("🎭")), "nobody")
        return line.removeprefix("🎭").replace("*", "").strip()

    async def watch_painting(self, scenes: int) -> None:
        """The candidates arrive, scene by scene."""
        for number in range(1, scenes + 1):
            await self.until(lambda number=number: self._has_pictures(number), f"scene {number}")  # type: ignore[misc]
            message = self.scenes()[number - 1]
            title = message.text.splitlines()[0].removeprefix("### ").replace("\\", "")
            self.tell("Fireside", f"{escape(title)}: {len(message.gallery)} candidates")
        await self.until(lambda: all(len(m.reactions) == len(m.gallery) for m in self.scenes()), "the reactions")

    def _has_pictures(self, number: int) -> bool:
        """Whether a scene offers pictures; its message may be there before, with a bar and a preview."""
        scenes = self.scenes()
        return len(scenes) >= number and any(button.label == "Pick" for button in scenes[number - 1].buttons)

    async def vote(self) -> None:
        """Three members vote, by reaction and by button; Ada changes her mind once."""
        for number, message in enumerate(self.scenes()):
            await self.ada.react(message, KEYCAPS[number % 4])
            self.must(await self.bo.click(message, label=str((number + 1) % 4 + 1)))
            await self.cy.react(message, KEYCAPS[(number + 1) % 4])
        self.tell("everyone", "votes on every scene: Ada and Cy by reaction, Bo by button")
        first = self.scenes()[0]
        await self.ada.unreact(first, KEYCAPS[0])
        self.must(await self.ada.click(first, label="4"))
        self.tell("Ada", "takes back her vote for picture 1 of scene 1 and presses [cyan]4[/]")
        await self.until(lambda: "4️⃣ **1**" in first.text and "3 votes" in first.text, "the tally of scene 1")
        self.tell("Fireside", f"tally of scene 1: {escape(self._tally(first))}")

    def _tally(self, message: Message) -> str:
        return next(line for line in message.text.splitlines() if "votes" in line).replace("*", "")

    async def rewrite(self, number: int) -> None:
        """Bo rewrites a scene's prompt in the pop-up and gets new pictures."""
        message = self.scenes()[number - 1]
        before = [item.url for item in message.gallery]
        form = self.must(await self.bo.click(message, label="Edit prompt")).modal
        if form is None:
            raise TroubleError("the pop-up did not open")
        self.tell("Bo", f"presses [cyan]Edit prompt[/] of scene {number} and writes: [i]{escape(REWRITTEN)}[/]")
        self.must(await self.bo.submit(form, {form.fields[0].custom_id: REWRITTEN}))
        await self.until(lambda: [i.url for i in message.gallery] != before, "the new candidates")
        self.tell("Fireside", f"new candidates for scene {number}, a new tally")
        await self.until(lambda: len(message.reactions) == 4, "the reactions")
        for member, choice in ((self.ada, 2), (self.bo, 2), (self.cy, 3)):
            await member.react(message, KEYCAPS[choice - 1])
        await self.until(lambda: "2️⃣ **2**" in message.text, "the new tally")
        self.tell("everyone", f"votes again: {escape(self._tally(message))}")

    async def ask_for_film(self) -> Message:
        """Ada asks for the film and waits for it; gives the message that holds it."""
        thread = self.board.thread
        if thread is None:
            raise TroubleError("the thread is gone")
        self.tell("Ada", "[cyan]/story film[/]")
        answer = await self.answer(await self.ada.slash(thread, "story film"))
        self.tell("Fireside", f"[dim](only Ada sees this)[/] {escape(answer)}")
        with Status("filming…", console=self.console) as status:

            def filmed() -> Message | None:
                line = next((text for text in self.board.text.splitlines() if "Filming" in text), None)
                if line is not None:
                    status.update(escape(line))
                failed = next((m for m in thread.messages if "The film was not made" in m.text), None)
                if failed is not None:
                    raise TroubleError(failed.text)
                return self.film()

            return await self.until(filmed, "the film")


def bot_environment(sandbox: Sandbox, folder: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a bot that lives in ``folder`` and talks to the sandbox, with further ``settings``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIRESIDE_")}
    return environment | {
        "FIRESIDE_DISCORD_TOKEN": sandbox.token,
        "FIRESIDE_DISCORD_API": sandbox.api_url,
        "FIRESIDE_DISCORD_GATEWAY": sandbox.gateway_url,
        "FIRESIDE_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'fireside.db'}",
        "FIRESIDE_MEDIA_DIR": str(folder / "media"),
        "FIRESIDE_IMAGE_BACKEND": "storyboard",
        "PYTHONPATH": str(ROOT),
        **(settings or {}),
    }


@asynccontextmanager
async def bot_process(
    sandbox: Sandbox, folder: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real bot, pointed at the sandbox, its log in a file; told to stop at the end.

    ``settings`` are further environment variables, such as ``FIRESIDE_PICTURE_SIZE``.
    """
    environment = bot_environment(sandbox, folder, settings)
    log = await asyncio.to_thread((folder / "bot.log").open, "wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()
        log.close()


async def play(
    console: Console, folder: Path, script: Path = SCRIPT, settings: Mapping[str, str] | None = None
) -> Path:
    """The whole demo; gives the film's path. Raises ``TroubleError``."""
    async with Sandbox(bot_permissions=PERMISSIONS.value, bot_name="Fireside") as sandbox:
        story = Play(sandbox, console, script)
        story.tell("sandbox", f"a stand-in for Discord listens on {sandbox.url}")
        async with bot_process(sandbox, folder, settings) as bot:
            ending = asyncio.create_task(bot.wait())
            acting = asyncio.create_task(act(story))
            done, _ = await asyncio.wait({ending, acting}, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            if acting not in done:
                acting.cancel()
                raise TroubleError(f"the bot ended by itself (exit code {bot.returncode}); its log says why")
            film = acting.result().gallery[0].attachment
        if film is None:
            raise TroubleError("the film's message holds no file")
        if sandbox.violations:
            raise TroubleError(f"the bot broke Discord's contract: {sandbox.violations[0]}")
        path = folder / f"{script.stem}.mp4"
        path.write_bytes(film.data)
        return path


async def act(story: Play) -> Message:
    """Everything that the people do, once the bot is there; gives the message that holds the film."""
    await story.sandbox.wait_ready(60)
    story.tell("Fireside", "the bot is online; its slash commands are there")
    scenes = await story.hand_in()
    await story.watch_painting(scenes)
    await story.vote()
    await story.rewrite(min(3, scenes))
    return await story.ask_for_film()


@asynccontextmanager
async def stand_in_hosts(console: Console, count: int) -> AsyncIterator[dict[str, str]]:
    """``count`` stand-ins for GPU hosts, processes of their own; gives the bot's settings for them."""
    processes: list[asyncio.subprocess.Process] = []
    urls: list[str] = []
    try:
        for number in range(count):
            flavour = FLAVOURS[number % len(FLAVOURS)]
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", STAND_IN, "--port", "0", "--flavour", flavour, "--seconds", "1",
                cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            processes.append(process)
            said = b"" if process.stdout is None else await process.stdout.readline()
            if not said:
                raise TroubleError("a stand-in for a GPU host did not start")
            urls.append(said.decode().split()[-1])
            console.print(f"[dim]{escape(said.decode().strip())}[/]", highlight=False, soft_wrap=True)
        yield {"FIRESIDE_WEBUI_HOSTS": ",".join(urls), "FIRESIDE_IMAGE_BACKEND": "webui"} if urls else {}
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def play_with(console: Console, hosts: int) -> Path:
    """The demo, painted by ``hosts`` stand-ins for GPU hosts (0: by this machine)."""
    async with stand_in_hosts(console, hosts) as settings:
        return await play(console, FOLDER, settings=settings)


def main() -> int:
    """Play the demo; 0 when the film is there, 1 when not."""
    parser = argparse.ArgumentParser(description="A story from script to film, played by three members.")
    parser.add_argument("--hosts", type=int, default=0, help="let so many stand-ins for GPU hosts paint, up to 9")
    hosts = max(0, min(9, parser.parse_args().hosts))
    console = Console()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    console.print(Panel("Fireside: a story becomes a film, in chat", expand=False, border_style="yellow"))
    began = time.monotonic()
    try:
        path = asyncio.run(play_with(console, hosts))
        found = asyncio.run(probe(path))
    except (TroubleError, SandboxError) as error:
        console.print(f"[red]The demo stopped:[/] {escape(str(error))}", soft_wrap=True)
        console.print(f"The bot's log: {FOLDER / 'bot.log'}", highlight=False, soft_wrap=True)
        return 1
    size = path.stat().st_size / 2**20
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    seconds = time.monotonic() - began
    console.print(
        f"\n[bold green]The film:[/] {shown}\n"
        f"{found.seconds:.1f} s, {found.width}x{found.height}, {size:.1f} MiB, made in {seconds:.0f} s",
        highlight=False,
        soft_wrap=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
