"""The bot as a process of its own that can be killed at any moment, started again, and told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
_PROC = Path("/proc")
#: How long what a killed bot had started may go on without it.
_OUTLIVING_S = 10.0


class BotProcess:
    """``python -m bot`` on one folder: its database, its media and its log stay between its lives."""

    def __init__(self, sandbox: Sandbox, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.settings = dict(settings or {})
        self.began_at = 0.0
        self.starts = 0
        self.sessions: list[int] = []
        self.exit_codes: list[int] = []
        self._process: asyncio.subprocess.Process | None = None
        self._connections = -1
        self._log: BinaryIO | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def ready(self) -> bool:
        """Whether this life of it is connected to the gateway."""
        return self.alive and self.sandbox.gateway.ready and self.sandbox.connections > self._connections

    @property
    def id(self) -> int:
        """Its process id."""
        if self._process is None:
            raise RuntimeError("the bot was never started")
        return self._process.pid

    async def start(self) -> None:
        """Start it; it is not connected yet."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FIRESIDE_")}
        environment |= {
            "FIRESIDE_DISCORD_TOKEN": self.sandbox.token,
            "FIRESIDE_DISCORD_API": self.sandbox.api_url,
            "FIRESIDE_DISCORD_GATEWAY": self.sandbox.gateway_url,
            "FIRESIDE_DATABASE_URL": f"sqlite+aiosqlite:///{self.folder / 'fireside.db'}",
            "FIRESIDE_MEDIA_DIR": str(self.folder / "media"),
            "FIRESIDE_IMAGE_BACKEND": "storyboard",
            "FIRESIDE_CANDIDATES": "2",
            "FIRESIDE_PICTURE_SIZE": "256x144",
            "FIRESIDE_FILM_QUALITY": "360",
            "PYTHONPATH": str(ROOT),
            **self.settings,
        }
        if self._log is None:
            self._log = await asyncio.to_thread((self.folder / "bot.log").open, "ab")
        self._connections = self.sandbox.connections
        self.began_at = time.monotonic()
        self.starts += 1
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # so that what it leaves behind can be told from everything else
        )
        self.sessions.append(self._process.pid)

    def kill(self) -> None:
        """SIGKILL, at once, to it alone: what it had started goes on without it."""
        with suppress(ProcessLookupError):
            os.kill(self.id, signal.SIGKILL)

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        if self._process is None:
            raise RuntimeError("the bot was never started")
        code = await self._process.wait()
        self.exit_codes.append(code)
        return code

    async def stop(self, patience_s: float = 30.0) -> float:
        """SIGTERM; gives the seconds until it had ended. Kills it, and raises ``TimeoutError``, after that."""
        began = time.monotonic()
        if self._process is None or not self.alive:
            return 0.0
        self._process.terminate()
        try:
            await asyncio.wait_for(self.ended(), patience_s)
        except TimeoutError:
            self.kill()
            await self.ended()
            raise
        return time.monotonic() - began

    def programs(self, name: str) -> list[int]:
        """The ids of the programs called ``name`` that it (or an earlier life of it) started and that still run."""
        return [pid for pid, command in self._children() if name in command]

    def left_behind(self) -> list[str]:
        """What earlier lives started and what still runs: nothing, a short while after a kill."""
        gone = set(self.sessions) - ({self.id} if self.alive else set())
        return [command for pid, command in self._children() if _session(pid) in gone]

    def _children(self) -> list[tuple[int, str]]:
        found = []
        for folder in _PROC.iterdir():
            if folder.name.isdecimal() and int(folder.name) not in self.sessions:
                pid = int(folder.name)
                if _session(pid) in self.sessions:
                    with suppress(OSError):
                        found.append((pid, (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()))
        return [(pid, command) for pid, command in found if command]

    async def wrongs(self) -> list[str]:
        """What is wrong about it, whatever became of the story: errors in its log, processes that outlive it."""
        found = [f"the log: {line}" for line in self.log().splitlines() if " ERROR " in line or "Traceback" in line]
        deadline = time.monotonic() + _OUTLIVING_S
        while (left := self.left_behind()) and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        return found + [f"still runs: {command}" for command in left]

    async def close(self) -> None:
        """End it and everything that it left behind."""
        if self.alive:
            await self.stop()
        for pid, _ in self._children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._log is not None:
            self._log.close()
            self._log = None

    def log(self) -> str:
        """Its log so far, of all its lives."""
        return (self.folder / "bot.log").read_text(encoding="utf-8", errors="replace")


def _session(pid: int) -> int | None:
    """The session of a process, by which its ancestor is known also after that ancestor died; None when it is gone."""
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None
