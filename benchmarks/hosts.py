"""Hosts: how busy, how fair, how quick, beside a plain first-come line of the same jobs, in one run.

Stand-in hosts run in a process of their own; each case is a fresh process with an empty database, the real engine,
dispatcher, client and checks. Two hundred jobs come from five very unequal members (150, 25, 15, 8, 2). The plain line
has the same jobs in the order in which they were asked for, and takes whatever comes first.

    python -m benchmarks.hosts [--jobs 200] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
import os
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from PIL import Image
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import bot_process
from bot.invite import PERMISSIONS
from sandbox.server import Sandbox
from storycore.hosts.crew import HostOptions
from storycore.images.webui import WebuiOptions
from storycore.store.models import UNFINISHED, RoundReason, RoundRow, SceneRow, StoryRow, StoryState
from storycore.studio import queue
from storycore.studio.people import Person
from storycore.work import fair
from storycore.work.engine import Urgency
from storycore.work.jobs import queueing
from storycore.work.opening import open_workshop
from storycore.work.workshop import WorkOptions, Workshop
from tests.images.webui_stand_in import CHECKPOINTS, WebuiStandIn, simple_picture
from tests.support.workshops import QuickPainter

USERS = (150, 25, 15, 8, 2)
PATIENCE_S = 400.0


@dataclass(frozen=True, slots=True)
class Case:
    """One run: ``hosts`` hosts at ``seconds`` a job, ``switch`` seconds a checkpoint; ``kind`` says what is asked."""

    kind: str
    line: str
    hosts: int = 2
    seconds: float = 0.2
    switch: float = 0.0
    jobs: int = 200


@dataclass(slots=True)
class Figures:
    """What a run measured."""

    busy: float = 0.0
    in_hand: float = 0.0
    cpu_ms: float = 0.0
    took_s: float = 0.0
    smallest_s: float = 0.0
    switches: int = 0
    waited_s: float = 0.0
    idle_cpu: float = 0.0
    lag_idle_p99_ms: float = 0.0
    lag_p99_ms: float = 0.0
    lag_own_p99_ms: float = 0.0


@dataclass(slots=True)
class Book:
    """What the hosts say of themselves."""

    accounts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def begun(self) -> dict[str, float]:
        """When each prompt was begun with, by the machine's clock."""
        return {prompt: at for account in self.accounts for prompt, at in account["begun"]}

    @property
    def ended(self) -> float:
        """When the last was done."""
        return float(max(account["ended"] for account in self.accounts))

    @property
    def busy_s(self) -> float:
        """Seconds at work, of all hosts together."""
        return float(sum(account["busy_seconds"] for account in self.accounts))

    @property
    def in_hand_s(self) -> float:
        """Seconds with a request of ours in hand, answering included, of all hosts together."""
        return float(sum(account["in_hand_seconds"] for account in self.accounts))


# The hosts' process


async def serve(case: Case) -> None:
    """Run the stand-ins, tell their addresses on standard output, and end with standard input."""
    large = _large_picture()
    async with AsyncExitStack() as stack:
        urls = []
        for number in range(case.hosts):
            host = WebuiStandIn(seconds=case.seconds, switch_seconds=case.switch)
            host.paint = (lambda _request, seed: large[seed % len(large)]) if case.kind == "lag" else simple_picture
            host.checkpoint = CHECKPOINTS[number % 2] if case.kind == "switches" else CHECKPOINTS[0]
            await stack.enter_async_context(host.running())
            urls.append(host.url)
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def _large_picture(side: int = 768) -> list[bytes]:
    """Noisy pictures, as large as painted ones are (about 1 MB)."""
    pictures = []
    for seed in range(4):
        noise = random.Random(seed).randbytes(side * side * 3 // 2) * 2
        out = io.BytesIO()
        Image.frombytes("RGB", (side, side), noise).save(out, "PNG", compress_level=1)
        pictures.append(out.getvalue())
    return pictures


@asynccontextmanager
async def hosts_of(case: Case) -> AsyncIterator[list[str]]:
    """The hosts' process, and its addresses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.hosts", "--serve", json.dumps(asdict(case)),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


# One case, in a process of its own


async def measure(case: Case) -> Figures:
    """Run a case from an empty database."""
    if case.line == "plain":
        queueing.take_turns = _plain_line()  # type: ignore[attr-defined,assignment]
    if case.kind == "idle":
        return await idle_bot(case)
    webui = WebuiOptions(poll_every=1.0, connect_timeout=10.0)
    async with hosts_of(case) as urls:
        with TemporaryDirectory() as folder:
            options = WorkOptions(
                hosts=HostOptions(tuple(urls), private=True, webui=webui, fair=case.line != "plain", sketches=False)
            )
            url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
            async with open_workshop(url, Path(folder) / "media", QuickPainter(), options) as workshop:
                await _known(workshop, case.hosts)
                return await _KINDS[case.kind](workshop, case, urls)


def _plain_line() -> Callable[..., Awaitable[list[fair.Turn]]]:
    """The plain line: tags in the order of asking, whoever asks."""
    count = 0

    async def turns(
        _: AsyncSession, __: int, ___: int | None, ____: int | None, costs: Sequence[int]
    ) -> list[fair.Turn]:
        nonlocal count
        made = [fair.Turn(0, count + n, count + n + 1) for n in range(len(costs))]
        count += len(costs)
        return made

    return turns


async def _known(workshop: Workshop, hosts: int) -> None:
    """Wait until every host was looked at."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        if sum(bool(host.abilities.checkpoints) for host in workshop.hosts.dispatcher.hosts.values()) >= hosts:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


async def ask(
    workshop: Workshop, member: int, count: int, *, urgency: Urgency, checkpoint: str = "", side: int = 64
) -> None:
    """A story of ``count`` scenes whose first pictures are wanted, one candidate each."""
    async with workshop.database.write() as session:
        story = StoryRow(
            title=f"Story of {member}", script="", state=StoryState.OPEN, server_id=1, author_id=member,
            author_name=f"member {member}", candidates=1, width=side, height=side, checkpoint=checkpoint,
        )  # fmt: skip
        session.add(story)
        await session.flush()
        rounds = []
        for number in range(1, count + 1):
            prompt = f"{member}:{checkpoint}:{number}"
            scene = SceneRow(story_id=story.id, number=number, title="A scene", prompt=prompt)
            round_ = RoundRow(number=1, prompt=prompt, seed=member * 1000 + number, count=1, reason=RoundReason.FIRST)
            scene.rounds = [round_]
            session.add(scene)
            rounds.append(round_)
        await session.flush()
        await queueing.ask_for_pictures(workshop, session, story, rounds, urgency=urgency)


async def done(workshop: Workshop) -> None:
    """Wait until no picture is on its way any more."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        async with workshop.database.read() as session:
            left = await session.scalar(select(func.count(RoundRow.id)).where(RoundRow.state.in_(UNFINISHED)))
        if not left:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError


async def accounts(urls: Sequence[str]) -> Book:
    """Ask the hosts what they did."""
    async with aiohttp.ClientSession() as session:
        found = []
        for url in urls:
            async with session.get(f"{url}/stand-in") as response:
                found.append(await response.json())
    return Book(found)


def _shares(jobs: int) -> list[int]:
    return [max(1, round(jobs * share / sum(USERS))) for share in USERS]


async def throughput(workshop: Workshop, case: Case, urls: Sequence[str]) -> Figures:
    """Five unequal members, all asking at once, the greediest first."""
    asked, cpu_s = time.monotonic(), _cpu_s()
    shares = _shares(case.jobs)
    for member, count in enumerate(shares, start=1):
        await ask(workshop, member, count, urgency=Urgency.FIRST)
    await done(workshop)
    book = await accounts(urls)
    first = min(book.begun.values())
    smallest = [at for prompt, at in book.begun.items() if prompt.startswith(f"{len(shares)}:")]
    took = book.ended - first
    return Figures(
        busy=book.busy_s / (took * case.hosts),
        in_hand=min(1.0, book.in_hand_s / (took * case.hosts)),
        cpu_ms=1000 * (_cpu_s() - cpu_s) / case.jobs,
        took_s=took,
        smallest_s=max(smallest) - asked,
    )


async def switches(workshop: Workshop, case: Case, urls: Sequence[str]) -> Figures:
    """Five members, each with a story in either checkpoint."""
    for member, count in enumerate(_shares(case.jobs), start=1):
        for checkpoint in CHECKPOINTS:
            await ask(workshop, member, max(1, count // 2), urgency=Urgency.FIRST, checkpoint=checkpoint)
    await done(workshop)
    book = await accounts(urls)
    took = book.ended - min(book.begun.values())
    return Figures(took_s=took, switches=sum(account["switches"] for account in book.accounts))


async def interactive(workshop: Workshop, case: Case, urls: Sequence[str]) -> Figures:
    """Ninety batch jobs, and a moment later somebody who waits."""
    plain = case.line == "plain"
    await ask(workshop, 1, case.jobs, urgency=Urgency.OVERNIGHT)
    await asyncio.sleep(2.0)
    asked = time.monotonic()
    await ask(workshop, 2, 1, urgency=Urgency.OVERNIGHT if plain else Urgency.WAITED_FOR)
    await done(workshop)
    return Figures(waited_s=(await accounts(urls)).begun["2::1"] - asked)


async def idle_bot(case: Case) -> Figures:
    """The whole bot, logged in, with hosts looked after and queues polled, and nothing to do: its CPU."""
    async with hosts_of(case) as urls, Sandbox(bot_permissions=PERMISSIONS.value, check_answers=False) as sandbox:
        with TemporaryDirectory() as folder:
            settings = {"FIRESIDE_WEBUI_HOSTS": ",".join(urls), "FIRESIDE_IMAGE_BACKEND": "webui"}
            async with bot_process(sandbox, Path(folder), settings) as process:
                await sandbox.wait_ready(PATIENCE_S)
                await asyncio.sleep(10.0)
                before, began = _cpu_of(process.pid), time.monotonic()
                await asyncio.sleep(20.0)
                return Figures(idle_cpu=(_cpu_of(process.pid) - before) / (time.monotonic() - began))


def _cpu_of(pid: int) -> float:
    """CPU seconds of a process so far (proc(5): fields 14 and 15 of ``stat``, counted behind its name)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def lag(workshop: Workshop, case: Case, _: Sequence[str]) -> Figures:
    """Four large pictures a second arrive: how late the loop is, beside the same loop with nothing to do just before.

    ``own``: late by no more than the CPU that this process used meanwhile. (The rest is the machine's, which others
    use as well.)
    """
    late: list[tuple[float, float]] = []

    async def watch() -> None:
        while True:
            at, cpu_s = time.monotonic(), _cpu_s()
            await asyncio.sleep(0.01)
            behind = max(0.0, time.monotonic() - at - 0.01)
            late.append((behind, min(behind, _cpu_s() - cpu_s)))

    watching = asyncio.create_task(watch())
    await asyncio.sleep(5.0)
    idle = [behind for behind, _ in late]
    await ask(workshop, 1, case.jobs, urgency=Urgency.FIRST, side=768)
    late.clear()  # asking for so many at once is no picture's arrival
    await done(workshop)
    watching.cancel()
    return Figures(
        lag_idle_p99_ms=_p99_ms(idle),
        lag_p99_ms=_p99_ms([behind for behind, _ in late]),
        lag_own_p99_ms=_p99_ms([own for _, own in late]),
    )


def _p99_ms(seconds: Sequence[float]) -> float:
    return 1000 * sorted(seconds)[math.floor(0.99 * len(seconds))]


async def cancel(workshop: Workshop, case: Case, urls: Sequence[str]) -> Figures:
    """Two pictures are being painted for an hour each; one is cancelled: when its host has let go of it."""
    for member in (1, 2):
        await ask(workshop, member, 1, urgency=Urgency.FIRST)
    somebody = Person(None, "", server_id=1)
    while True:
        view = await queue.show(workshop, somebody)
        if len(view.running) == 2 and len((await accounts(urls)).begun) == 2:
            break
        await asyncio.sleep(0.05)
    asked = time.monotonic()
    await queue.cancel(workshop, view.running[0].id, somebody)
    while True:
        book = await accounts(urls)
        if any(account["interrupted"] for account in book.accounts):
            return Figures(waited_s=time.monotonic() - asked)
        await asyncio.sleep(0.02)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


_KINDS = {
    "throughput": throughput,
    "switches": switches,
    "interactive": interactive,
    "lag": lag,
    "cancel": cancel,
}


# The table


async def run(case: Case) -> Figures:
    """A case in a process of its own (the engine is one a process)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.hosts", "--case", json.dumps(asdict(case)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"{case} failed")
    return Figures(**json.loads(out))


async def compare(jobs: int, quick: bool) -> Table:
    """All cases, the fair line and the plain one in turns."""
    table = Table(title=f"Hosts: our line beside a plain one (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    for name in ("", "ours", "plain line", "wanted"):
        table.add_column(name, justify="left" if not name else "right", overflow="fold")

    async def both(case: Case) -> tuple[Figures, Figures]:
        return await run(case), await run(Case(**{**asdict(case), "line": "plain"}))

    sizes = [(2, 0.2, "≥ 97 %")] if quick else [(2, 0.2, "≥ 97 %"), (8, 2.0, "≥ 97 %"), (8, 0.2, "reported")]
    for hosts, seconds, wanted in sizes:
        ours, plain = await both(Case("throughput", "ours", hosts, seconds, jobs=jobs))
        where = f"{jobs} jobs of {seconds:g} s on {hosts} hosts"
        table.add_row(f"hosts at work, {where}", f"{ours.busy:.1%}", f"{plain.busy:.1%}", wanted)
        table.add_row("… with a request in hand (answering included)", f"{ours.in_hand:.1%}", f"{plain.in_hand:.1%}")
        table.add_row("… CPU a job", f"{ours.cpu_ms:.0f} ms", f"{plain.cpu_ms:.0f} ms")
        table.add_row("… longest wait of the smallest member", f"{ours.smallest_s:.1f} s", f"{plain.smallest_s:.1f} s")
    ours, plain = await both(Case("switches", "ours", 2, 0.2, 0.25, jobs=jobs))
    table.add_row("checkpoint switches (0.25 s each), 2 hosts", str(ours.switches), str(plain.switches))
    table.add_row("… until all is painted", f"{ours.took_s:.1f} s", f"{plain.took_s:.1f} s")
    ours, plain = await both(Case("interactive", "ours", 2, 0.2, jobs=min(90, jobs)))
    table.add_row(
        f"wait of Again behind {min(90, jobs)} batch jobs", f"{ours.waited_s:.2f} s", f"{plain.waited_s:.2f} s"
    )
    figures = await run(Case("idle", "ours"))
    table.add_row("idle CPU of the bot, of a core", f"{figures.idle_cpu:.1%}", "", "< 5 %")
    figures = await run(Case("cancel", "ours", 2, 3600.0))
    table.add_row("from Cancel to the host's interrupt", f"{figures.waited_s:.2f} s", "", "< 2 s")
    figures = await run(Case("lag", "ours", 2, 0.5, jobs=40 if quick else 80))
    words = f"{figures.lag_p99_ms:.1f} ms (own {figures.lag_own_p99_ms:.1f})"
    wanted = "< 20 ms"
    table.add_row(
        "event-loop lag p99, four 768² pictures a second", words, f"idle loop: {figures.lag_idle_p99_ms:.1f} ms", wanted
    )
    table.caption = f"load at the end: {os.getloadavg()[0]:.1f}"
    return table


def main() -> None:
    """Print the table; with ``--case`` or ``--serve``, be one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="fewer cases")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(Case(**json.loads(arguments.serve))))
    elif arguments.case:
        figures = asyncio.run(measure(Case(**json.loads(arguments.case))))
        sys.stdout.write(json.dumps(asdict(figures)))
    else:
        Console().print(asyncio.run(compare(arguments.jobs, arguments.quick)))


if __name__ == "__main__":
    main()
