"""The other disasters of a story's life: the gateway gone, ffmpeg ended, the disk full, the service told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from tests.trust.life import Life, first_of, life
from tests.trust.seen import Seen

PROGRAM = "ffmpeg-"
ENCODING = "libx264"
Disaster = Callable[[Life], Awaitable[None]]
_LOOK_S = 0.02


async def reached(one: Life, milestone: str) -> None:
    """Wait until the people note ``milestone``."""
    await one.people.until(lambda: any(name == milestone for name, _ in one.people.milestones), milestone)


async def programs(one: Life, name: str) -> list[int]:
    """The bot's programs with ``name`` in their commands, once there are any."""
    while not (found := await asyncio.to_thread(one.bot.programs, name)):
        await asyncio.sleep(_LOOK_S)
    return found


async def lived_through(folder: Path, disaster: Disaster, settings: dict[str, str] | None = None) -> tuple[Seen, str]:
    """A life with a disaster in it: its end, and the bot's log."""
    async with life(folder, settings) as one:
        seen = await first_of(asyncio.create_task(one.lived()), asyncio.create_task(_run(disaster, one)))
        seen.wrong += [f"still runs: {command}" for command in one.bot.left_behind()]
        return seen, one.bot.log()


async def _run(disaster: Disaster, one: Life) -> None:
    await disaster(one)


async def gateway_gone(one: Life) -> None:
    """The gateway is lost four times, in four ways; twice no session can be resumed."""
    trouble = one.sandbox.trouble
    await reached(one, "the thread is there")
    await trouble.drop_gateway()
    await reached(one, "scene 1 is there")
    await trouble.invalidate(resumable=False)
    await reached(one, "all votes are given")
    trouble.forget_sessions()
    await trouble.gateway_down("503")
    await asyncio.sleep(1.5)
    await trouble.gateway_up()
    await reached(one, "a picture is picked")
    await trouble.reconnect()
    await reached(one, "the film is asked for")
    await trouble.close_gateway(4000)


async def ffmpeg_killed(one: Life) -> None:
    """Twice: whatever it is at (its first run only looks whether it runs), and while it encodes."""
    await reached(one, "the film is asked for")
    for name in (PROGRAM, ENCODING):
        for pid in await programs(one, name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.3)


def told_to_stop_at(milestone: str, *, filming: bool, whole_group: bool, stopped: list[float]) -> Disaster:
    """SIGTERM at a milestone (``filming``: when ffmpeg runs), to the bot or, as service managers do, to all of it."""

    async def disaster(one: Life) -> None:
        await reached(one, milestone)
        if filming:
            await programs(one, ENCODING)
        began = time.monotonic()
        if whole_group:
            os.killpg(one.bot.id, signal.SIGTERM)
        stopped.append(await one.bot.stop() if not whole_group else await _ended(one, began))
        await one.bot.start()

    return disaster


async def _ended(one: Life, began: float) -> float:
    await asyncio.wait_for(one.bot.ended(), 30)
    return time.monotonic() - began
