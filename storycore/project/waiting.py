"""Waiting for work: told by the workshop, looked at in the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import select

from storycore.store.models import UNFINISHED, FilmRow, RoundRow, SceneRow, StoryRow, StoryState
from storycore.work.workshop import Workshop

_SELDOM_S = 5.0  # should a change ever go unheard
_BREATH_S = 0.1  # many changes, one look

T = TypeVar("T")


async def settled(workshop: Workshop, story_id: int, look: Callable[[], Awaitable[T]], done: Callable[[T], bool]) -> T:
    """What ``look`` sees once ``done`` holds of it; it looks after every change of the story."""
    changed = asyncio.Event()
    stop = workshop.changes.listen(lambda changed_id: changed.set() if changed_id == story_id else None)
    try:
        while True:
            changed.clear()
            seen = await look()
            if done(seen):
                return seen
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), _SELDOM_S)
            await asyncio.sleep(_BREATH_S)
    finally:
        stop()


async def until_read(workshop: Workshop, story_id: int, tell: Callable[[], None]) -> StoryRow:
    """The story once it is understood, or is not to be; ``tell`` is called while it is not."""

    async def look() -> StoryRow:
        async with workshop.database.read() as session:
            story = await session.get_one(StoryRow, story_id)
        if story.state is StoryState.READING:
            tell()
        return story

    return await settled(workshop, story_id, look, lambda story: story.state is not StoryState.READING)


async def until_painted(workshop: Workshop, story_id: int, tell: Callable[[float, int], None]) -> None:
    """Until no round is being painted; ``tell`` hears of the scenes that are done, and of how many, if any is not."""
    told = False

    async def look() -> bool:
        nonlocal told
        async with workshop.database.read() as session:
            found = await session.execute(
                select(RoundRow.scene_id, RoundRow.progress)
                .join(SceneRow, SceneRow.id == RoundRow.scene_id)
                .where(SceneRow.story_id == story_id, RoundRow.state.in_(UNFINISHED))
            )
            coming = {row.scene_id: row.progress for row in found}
            scenes = list(await session.scalars(select(SceneRow.id).where(SceneRow.story_id == story_id)))
        if coming or told:
            told = True
            tell(len(scenes) - len(coming) + sum(coming.values()), len(scenes))
        return not coming

    await settled(workshop, story_id, look, bool)


async def until_filmed(
    workshop: Workshop, story_id: int, film_id: int, tell: Callable[[float, float | None], None]
) -> None:
    """Until a film is made, or is not to be; ``tell`` hears how far it is, 0 … 1, and the seconds of work left."""

    async def look() -> FilmRow:
        async with workshop.database.read() as session:
            film = await session.get_one(FilmRow, film_id)
        tell(film.progress, film.left_s)
        return film

    await settled(workshop, story_id, look, lambda film: film.state not in UNFINISHED)
