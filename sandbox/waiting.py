"""Waiting for the world to become as wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from sandbox.errors import SandboxError
from sandbox.world import World

T = TypeVar("T")

LOOK_AGAIN = 0.1
"""Seconds."""


async def until(world: World, predicate: Callable[[], T | None], timeout: float, what: str = "") -> T:
    """Wait until `predicate()` is true, asked again at every change of the world and every 0.1 s; gives what it gave.

    Raises `SandboxError` after `timeout` seconds.
    """
    changed = asyncio.Event()
    world.watchers.append(changed.set)
    try:
        async with asyncio.timeout(timeout):
            while True:
                changed.clear()
                if value := predicate():
                    return value
                # A predicate may look at more than the world (the bot's own rows): look again now and then.
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), LOOK_AGAIN)
    except TimeoutError:
        raise SandboxError(f"waited {timeout:g} s in vain" + (f" for {what}" if what else "")) from None
    finally:
        world.watchers.remove(changed.set)
