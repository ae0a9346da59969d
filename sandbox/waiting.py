"""Waiting for the world to become as wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sandbox.errors import SandboxError
from sandbox.world import World

T = TypeVar("T")


async def until(world: World, predicate: Callable[[], T], timeout: float, what: str = "") -> T:
    """Wait until `predicate()` is true, asked again at every change of the world; gives what it gave.

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
                await changed.wait()
    except TimeoutError:
        raise SandboxError(f"waited {timeout:g} s in vain" + (f" for {what}" if what else "")) from None
    finally:
        world.watchers.remove(changed.set)
