"""Click to acknowledgement: Fireside's vote buttons beside a bare discord.py bot, in one run, side by side.

Both bots are processes of their own, each against a sandbox of its own in this process. A burst is 200 members
pressing a button at once. The bare bot acknowledges and does nothing else: it is the reference, what discord.py and
the stand-in cost by themselves. Fireside commits a ballot before it acknowledges. The bursts take turns, first idle,
then while Fireside renders a film (which takes the machine's cores from both).

    python -m benchmarks.acknowledge [--clicks 200] [--bursts 5]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.demo import SCRIPT, bot_process
from bot.invite import PERMISSIONS
from sandbox.actors import Actor
from sandbox.model import Message
from sandbox.server import Sandbox
from sandbox.world import File

PATIENCE_S = 240


@dataclass
class Measured:
    """Seconds from click to acknowledgement, and how many clicks failed."""

    seconds: list[float]
    failed: int = 0

    def quantile(self, share: float) -> float:
        """Milliseconds below which ``share`` of the clicks were acknowledged."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def burst(members: list[Actor], message: Message, into: Measured) -> None:
    """Everybody presses one of the first four buttons at once."""
    results = await asyncio.gather(
        *(member.click(message, label=str(index % 4 + 1)) for index, member in enumerate(members))
    )
    for result in results:
        if result.acknowledged_after is None:
            into.failed += 1
        else:
            into.seconds.append(result.acknowledged_after)


def crowd(sandbox: Sandbox, size: int) -> list[Actor]:
    """``size`` new members of the sandbox's server."""
    guild = sandbox.default_guild
    for number in range(size):
        sandbox.world.add_member(guild.guild, f"member-{number}")
    return [guild.member(f"member-{number}") for number in range(size)]


@asynccontextmanager
async def bare_process(sandbox: Sandbox) -> AsyncIterator[None]:
    """The reference: discord.py and nothing else."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.bare_bot",
        sandbox.api_url,
        sandbox.gateway_url,
        sandbox.token,
        str(sandbox.default_guild.channel("stories").id),
        env=dict(os.environ),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def painted_scene(sandbox: Sandbox) -> Message:
    """Hand in the example script and wait for its first scene."""
    guild = sandbox.default_guild
    channel = guild.channel("stories")
    await sandbox.wait_ready(PATIENCE_S)
    script = File(SCRIPT.name, SCRIPT.read_bytes())
    await guild.member("Ada").slash(channel, "story new", title="Benchmark", script=script)

    def all_painted() -> Message | None:
        board = next((message for message in channel.messages if message.is_v2), None)
        if board is None or board.thread is None or "Vote" not in board.text:
            return None
        return next((message for message in board.thread.messages if "### Scene" in message.text), None)

    found = await sandbox.wait_for(all_painted, PATIENCE_S, "a painted scene")
    assert found is not None
    return found


async def measure(clicks: int, bursts: int, folder: Path) -> dict[str, Measured]:
    """All bursts, taking turns."""
    named = ["bare, idle", "Fireside, idle", "bare, while filming", "Fireside, while filming"]
    figures = {name: Measured([]) for name in named}
    async with (
        Sandbox(bot_permissions=PERMISSIONS.value, check_answers=False) as ours,
        Sandbox(check_answers=False) as theirs,
        bot_process(ours, folder),
        bare_process(theirs),
    ):
        scene = await painted_scene(ours)
        bare_channel = theirs.default_guild.channel("stories")
        await theirs.wait_ready(PATIENCE_S, commands=False)
        await theirs.wait_for(lambda: bare_channel.messages, PATIENCE_S)
        plain = bare_channel.messages[0]
        us, them = crowd(ours, clicks), crowd(theirs, clicks)
        for _ in range(bursts):
            await burst(them, plain, figures[named[0]])
            await burst(us, scene, figures[named[1]])
        board = next(message for message in ours.default_guild.channel("stories").messages if message.is_v2)
        assert board.thread is not None
        await ours.default_guild.member("Ada").slash(board.thread, "story film")
        await ours.wait_for(lambda: "Filming" in board.text, PATIENCE_S, "the film's beginning")
        for _ in range(bursts):
            await burst(them, plain, figures[named[2]])
            await burst(us, scene, figures[named[3]])
        filming = "Filming" in board.text
    if not filming:
        Console(stderr=True).print("[yellow]The film was done before the last burst: take fewer bursts.[/]")
    return figures


def show(figures: dict[str, Measured], clicks: int) -> None:
    """One table; the ratio is to the bare bot under the same load."""
    table = Table(title=f"Click to acknowledgement, {clicks} clicks in flight")
    for column in ("", "clicks", "failed", "p50 ms", "p99 ms", "p50 ratio", "p99 ratio"):
        table.add_column(column, justify="right" if column else "left")
    for name, figure in figures.items():
        bare = figures[name.replace("Fireside", "bare")]
        table.add_row(
            name,
            str(len(figure.seconds)),
            str(figure.failed),
            f"{figure.quantile(0.5):.0f}",
            f"{figure.quantile(0.99):.0f}",
            f"{figure.quantile(0.5) / bare.quantile(0.5):.2f}",
            f"{figure.quantile(0.99) / bare.quantile(0.99):.2f}",
        )
    Console().print(table)
    mean = statistics.fmean(figures["bare, idle"].seconds)
    Console().print(f"The reference's mean, idle: {1000 * mean:.0f} ms. Times include the stand-in's own share.")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=200)
    parser.add_argument("--bursts", type=int, default=5)
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="fireside-benchmark-") as folder:
        figures = asyncio.run(measure(chosen.clicks, chosen.bursts, Path(folder)))
    show(figures, chosen.clicks)


if __name__ == "__main__":
    main()
