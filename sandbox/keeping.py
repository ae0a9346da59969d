"""The world in a file, so that a server and what was said in it outlast the sandbox."""

from __future__ import annotations

import asyncio
import io
import pickle
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError
from sandbox.model import Guild
from sandbox.server import Sandbox

VERSION = 1
_CLASSES = frozenset({("collections", "deque"), ("sandbox.permissions", "Permission")})


class _Reader(pickle.Unpickler):
    """Reads the sandbox's own things and nothing else: a file from elsewhere can run no code here."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "sandbox.model" or (module, name) in _CLASSES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a sandbox")


async def keep(sandbox: Sandbox, path: Path) -> None:
    """Write the world to `path`, whole or not at all. Raises OSError."""
    world = sandbox.world
    body = {
        "version": VERSION,
        "guilds": world.guilds,
        "users": world.users,
        "channels": world.channels,
        "attachments": world.attachments,
        "bot": world.bot.id,
        "last": world.ids.last,
        "default": sandbox.default_guild.id,
    }
    data = pickle.dumps(body)

    def write() -> None:
        fresh = path.with_suffix(".new")
        fresh.write_bytes(data)
        fresh.replace(path)

    await asyncio.to_thread(write)


async def restore(sandbox: Sandbox, path: Path) -> bool:
    """Take the world of `path` in place of the sandbox's own, before it starts; False when there is no such file.

    Raises `SandboxError` for a file that is none of ours.
    """
    if not await asyncio.to_thread(path.is_file):
        return False
    data = await asyncio.to_thread(path.read_bytes)
    try:
        body = _Reader(io.BytesIO(data)).load()
        if body["version"] != VERSION:
            raise SandboxError(f"{path.name} was kept by another version of the sandbox: move it away to start anew")
        guild: Guild = body["guilds"][body["default"]]
        world = sandbox.world
        world.guilds, world.users, world.channels = body["guilds"], body["users"], body["channels"]
        world.attachments, world.bot = body["attachments"], body["users"][body["bot"]]
        world.ids.last = body["last"]
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, AttributeError, ImportError, IndexError) as error:
        raise SandboxError(f"{path.name} cannot be read: move it away to start anew") from error
    sandbox.adopt(guild)
    return True
