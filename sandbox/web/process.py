"""The bot as a process beside the sandbox: started, killed without warning, started again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 15.0
"""Seconds that a bot has to stop when asked, before it is killed."""
TAIL = 20_000
"""Bytes of the log that `tail` reads."""


class BotProcess:
    """A command with its environment. What it prints goes to `folder`/bot.log, appended.

    `environment` is all that the process gets; by default this process's own. It runs in `cwd` (default: `folder`).
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        *,
        cwd: Path | None = None,
    ) -> None:
        self.command = list(command)
        self.folder = folder
        self.environment = dict(os.environ if environment is None else environment)
        self.cwd = cwd or folder
        self.log = folder / "bot.log"
        self._process: asyncio.subprocess.Process | None = None
        self._changing = asyncio.Lock()
        self.starts = 0
        self.killed = False

    @property
    def running(self) -> bool:
        """Whether it is there now."""
        return self._process is not None and self._process.returncode is None

    @property
    def ended(self) -> int | None:
        """The exit code of the last run (negative: a signal), None while it runs or when it never did."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start it, when it is not there. Raises OSError when the command cannot be run."""
        async with self._changing:
            await self._start()

    async def _start(self) -> None:
        if self.running:
            return
        log = await asyncio.to_thread(self.log.open, "ab")
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.cwd,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        finally:
            log.close()
        self.starts += 1
        self.killed = False

    async def kill(self) -> None:
        """End it at once, as a power cut does."""
        async with self._changing:
            await self._kill()

    async def _kill(self) -> None:
        if self._process is not None and self.running:
            self.killed = True
            self._process.kill()
            await self._process.wait()

    async def restart(self) -> None:
        """Kill it and start it again."""
        async with self._changing:
            await self._kill()
            await self._start()

    async def stop(self) -> None:
        """Ask it to end, and kill it when it does not in 15 seconds."""
        async with self._changing:
            if self._process is None or not self.running:
                return
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), PATIENCE)
            except TimeoutError:
                await self._kill()

    async def tail(self) -> str:
        """The end of its log."""
        return await asyncio.to_thread(self._tail)

    def _tail(self) -> str:
        if not self.log.is_file():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - TAIL))
            return log.read().decode("utf-8", "replace")
