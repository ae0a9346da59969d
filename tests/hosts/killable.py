"""A process that hands in a story and paints it, to be killed: ``python -m tests.hosts.killable FOLDER URL``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from storycore.studio import stories
from tests.hosts.house import options
from tests.support.studio import new
from tests.support.workshops import small_workshop


async def main(folder: Path, url: str) -> None:
    """Work until killed."""
    async with small_workshop(folder, options([url])) as workshop:
        await stories.create(workshop, new())
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
