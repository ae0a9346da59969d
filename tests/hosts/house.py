"""A workshop whose pictures come from stand-in hosts, and looks at its rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storycore.hosts.crew import HostOptions
from storycore.images.webui import WebuiOptions
from storycore.store.hosts import HostRow, JobRow
from storycore.studio import stories
from storycore.studio.views import StoryView
from storycore.work.workshop import WorkOptions, Workshop
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.studio import new, painted
from tests.support.workshops import small_workshop, until

QUICK = WebuiOptions(poll_every=0.02, read_timeout=30.0, connect_timeout=5.0, preview_after=0.0)


def options(urls: Sequence[str], **changes: Any) -> WorkOptions:
    """Work options with hosts that are tried again soon."""
    values: dict[str, Any] = {"private": True, "webui": QUICK, "waits": (0.2,), "patrol_s": 0.05, **changes}
    return WorkOptions(film_quality=360, hosts=HostOptions(addresses=tuple(urls), **values))


@asynccontextmanager
async def house(folder: Path, *hosts: WebuiStandIn, **changes: Any) -> AsyncIterator[Workshop]:
    """The hosts running, and a workshop that paints with them."""
    async with AsyncExitStack() as stack:
        for host in hosts:
            await stack.enter_async_context(host.running())
        yield await stack.enter_async_context(small_workshop(folder, options([h.url for h in hosts], **changes)))


async def told(workshop: Workshop, **changes: Any) -> StoryView:
    """A story of two scenes, all painted."""
    story_id = await stories.create(workshop, new(**changes))
    return await until(workshop, story_id, painted, 120)


async def eventually(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Wait for something that no change of a story tells of."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def jobs(workshop: Workshop) -> list[JobRow]:
    """All jobs, in the order in which they were asked for."""
    async with workshop.database.read() as session:
        return list(await session.scalars(select(JobRow).order_by(JobRow.id)))


async def host_rows(workshop: Workshop) -> list[HostRow]:
    """All hosts, in the order in which they were named."""
    async with workshop.database.read() as session:
        return list(await session.scalars(select(HostRow).order_by(HostRow.id)))
