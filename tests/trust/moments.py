"""Moments at which a bot is killed, chosen by seed and spread over a story's life.

A moment is counted in events, not in seconds, so that it is the same moment on a slow machine: the n-th request
(before it is carried out, or after, when only the answer is lost), the n-th commit to the database, or some
milliseconds after the n-th milestone of the story (which reaches what neither of the others sees: painting, filming).
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from sandbox.rest.router import Answer, Call
from tests.trust.life import Life, first_of, life
from tests.trust.seen import Seen, database, versions

_LOOK_S = 0.002


class Kind(StrEnum):
    """What is counted."""

    BEFORE_REQUEST = "request not carried out"
    AFTER_REQUEST = "request carried out, answer lost"
    COMMIT = "commit"
    MILESTONE = "milestone"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the undisturbed life counted: requests, commits, and its milestones with the seconds until the next."""

    requests: int
    commits: int
    milestones: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill, and for how many seconds to leave it dead. ``after_s``: seconds after a milestone."""

    kind: Kind
    count: int
    pause_s: float
    name: str = ""
    after_s: float = 0.0

    def __str__(self) -> str:
        if self.kind is Kind.MILESTONE:
            return f"{self.after_s:.2f} s after: {self.name}"
        return f"{self.kind} {self.count}"


@dataclass(slots=True)
class Kill:
    """A kill as it happened. Seconds: into the life; from the restart until connected and all of before shown."""

    moment: Moment
    at_s: float = 0.0
    during: str = ""
    came: bool = False
    back_s: float | None = None
    shown_s: float | None = None


def choose(seed: int, measured: Measured, count: int) -> list[Moment]:
    """``count`` moments, spread evenly over each kind's course and shaken by ``seed``."""
    dice = random.Random(seed)
    kinds = [Kind.MILESTONE, Kind.AFTER_REQUEST, Kind.COMMIT, Kind.MILESTONE, Kind.BEFORE_REQUEST, Kind.COMMIT]
    offset = dice.randrange(len(kinds))
    moments = []
    for index in range(count):
        place = (index + dice.random()) / count
        pause = dice.choice((0.0, 0.0, 1.0, 2.5))
        kind = kinds[(index + offset) % len(kinds)]
        if kind is Kind.MILESTONE:
            moments.append(_at_milestone(place, pause, measured))
        else:
            course = measured.commits if kind is Kind.COMMIT else measured.requests
            moments.append(Moment(kind, 1 + int(place * course), pause))
    return moments


def _at_milestone(place: float, pause_s: float, measured: Measured) -> Moment:
    """The moment at ``place`` (0 … 1) of the whole time, as a milestone and what is left after it."""
    left = place * sum(seconds for _, seconds in measured.milestones)
    for number, (name, seconds) in enumerate(measured.milestones):
        if left < seconds or number == len(measured.milestones) - 1:
            return Moment(Kind.MILESTONE, number, pause_s, name, left)
        left -= seconds
    raise ValueError("a life has milestones")


@dataclass(slots=True)
class Watch:
    """Counts a life's events, from all lives of its bot, and does something at one of them."""

    life: Life
    requests: int = 0
    commits: int = 0
    milestones: int = 0
    last_request: str = ""
    _at: dict[tuple[Kind, int], Callable[[], None]] = field(default_factory=dict)

    def start(self) -> asyncio.Task[None]:
        """Begin to count; the task counts commits, until it is cancelled."""
        self.life.sandbox.faults.append(self._request)
        self.life.people.arrived = self._milestone
        return asyncio.create_task(self._count_commits(self.life.folder))

    def at(self, moment: Moment) -> asyncio.Event:
        """An event that is set at that moment; what is killed then must be killed by who sets it, here."""
        came = asyncio.Event()

        def kill() -> None:
            if moment.kind is not Kind.MILESTONE:
                self.life.bot.kill()
            came.set()

        self._at[moment.kind, moment.count] = kill
        return came

    def _fire(self, kind: Kind, count: int) -> bool:
        for key in [key for key in self._at if key[0] is kind and key[1] <= count]:
            self._at.pop(key)()
            return True
        return False

    def _request(self, call: Call) -> Answer | None:
        self.requests += 1
        self.last_request = f"{call.method} {_plain(call.path)}"
        if self._fire(Kind.BEFORE_REQUEST, self.requests):
            return Answer(503)  # nobody is there to read it; nothing was done
        self._fire(Kind.AFTER_REQUEST, self.requests)
        return None

    def _milestone(self, _: str) -> None:
        self.milestones += 1
        self._fire(Kind.MILESTONE, self.milestones - 1)

    async def _count_commits(self, folder: Path) -> None:
        """SQLite tells every connection when another one has committed: looked at every two milliseconds."""
        while not (folder / "fireside.db").exists():
            await asyncio.sleep(_LOOK_S)
        connection = database(folder)
        last = None
        try:
            while True:
                with suppress(sqlite3.OperationalError):  # being made just now
                    version = connection.execute("PRAGMA data_version").fetchone()[0]
                    if version != last:
                        last = version
                        self.commits += 1
                        self._fire(Kind.COMMIT, self.commits)
                await asyncio.sleep(_LOOK_S)
        finally:
            connection.close()


def _plain(path: str) -> str:
    """A path without the long numbers and tokens."""
    parts = [part if len(part) < 17 else "…" for part in path.split("?")[0].strip("/").split("/")]
    return "/".join(parts)


async def kill_at(watch: Watch, kill: Kill) -> None:
    """Kill the bot at a moment, leave it dead for a while, start it again, and measure how it heals."""
    moment, bot, folder = kill.moment, watch.life.bot, watch.life.folder
    await watch.at(moment).wait()
    if moment.kind is Kind.MILESTONE:
        await asyncio.sleep(moment.after_s)
        bot.kill()
    kill.came, kill.at_s, kill.during = True, watch.life.seconds, _what(watch)
    await bot.ended()
    before, _ = await asyncio.to_thread(versions, folder)
    await asyncio.sleep(moment.pause_s)
    await bot.start()
    began = time.monotonic()
    await watch.life.people.until(lambda: bot.ready, "the bot to be back")
    kill.back_s = time.monotonic() - began

    def shown() -> bool:
        return versions(folder)[1] >= before

    await watch.life.people.until(shown, "what was there before to be shown")
    kill.shown_s = time.monotonic() - began


def _what(watch: Watch) -> str:
    """What was going on: the last milestone, and the last request."""
    people = watch.life.people
    since = people.milestones[-1][0] if people.milestones else "the start"
    return f"{since} · {watch.last_request}" if watch.last_request else since


async def undisturbed(folder: Path) -> tuple[Seen, Measured]:
    """The life that all others are compared with."""
    async with life(folder) as one:
        watch = Watch(one)
        counting = watch.start()
        try:
            seen = await one.lived()
        finally:
            counting.cancel()
        noted = [*one.people.milestones, ("", time.monotonic())]
        steps = tuple((name, after - at) for (name, at), (_, after) in pairwise(noted))
        return seen, Measured(watch.requests, watch.commits, steps)


async def killed(folder: Path, moments: Sequence[Moment]) -> tuple[Seen, list[Kill], list[str]]:
    """A life killed at ``moments``, one after the other: its end, its kills, and what is wrong about the processes.

    A moment that has gone by while the bot was dead comes with the next event of its kind.
    """
    kills = [Kill(moment) for moment in moments]
    async with life(folder) as one:
        watch = Watch(one)
        counting = watch.start()

        async def strike() -> None:
            for kill in kills:
                await kill_at(watch, kill)

        try:
            seen = await first_of(asyncio.create_task(one.lived()), asyncio.create_task(strike()))
        finally:
            counting.cancel()
        return seen, kills, await one.bot.wrongs()
