"""One life of a story, from the script to the film, with or without a disaster in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.invite import PERMISSIONS
from sandbox.errors import SandboxError
from sandbox.server import Sandbox
from tests.trust.people import LostError, People
from tests.trust.process import BotProcess
from tests.trust.seen import Seen, look, unfinished_jobs, versions

_QUIET_WITHIN_S = 60.0


@dataclass(slots=True)
class Life:
    """A bot, its server and its people. ``seen`` once the story is over."""

    sandbox: Sandbox
    bot: BotProcess
    people: People
    folder: Path
    began_at: float = field(default_factory=time.monotonic)
    seen: Seen | None = None

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return time.monotonic() - self.began_at

    async def lived(self) -> Seen:
        """Let the people live their story, wait until all is quiet, and look at what is there.

        Raises ``LostError`` with what people waited for in vain, or when it does not become quiet.
        """
        await self.people.live()
        try:
            await self.sandbox.wait_for(self._quiet, _QUIET_WITHIN_S, "quiet")
        except SandboxError as error:
            left = f"{unfinished_jobs(self.folder)}, versions {versions(self.folder)}"
            raise LostError(f"it did not become quiet: {left}") from error
        self.seen = await look(self.people, self.folder)
        return self.seen

    def _quiet(self) -> bool:
        """Everything is shown, and nothing is on its way."""
        version, shown = versions(self.folder)
        return self.bot.ready and version == shown > 0 and not unfinished_jobs(self.folder)


@asynccontextmanager
async def life(folder: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[Life]:
    """A server, its people, and the bot just started in ``folder``. At the end nothing of it runs any more."""
    async with Sandbox(bot_permissions=PERMISSIONS.value, bot_name="Fireside") as sandbox:
        bot = BotProcess(sandbox, folder, settings)
        try:
            await bot.start()
            yield Life(sandbox, bot, People(sandbox, bot), folder)
        finally:
            await bot.close()


async def first_of(story: asyncio.Task[Seen], disaster: asyncio.Task[None]) -> Seen:
    """The story's end. A disaster that fails is the end of it all; one that has not come by then never will."""
    try:
        await asyncio.wait({story, disaster}, return_when=asyncio.FIRST_COMPLETED)
        if disaster.done():
            disaster.result()
        return await story
    finally:
        for task in (story, disaster):
            task.cancel()
        await asyncio.gather(story, disaster, return_exceptions=True)
