"""Waiting for work: told by the workshop, looked at in the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from storycore.studio import stories
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop

_SELDOM_S = 5.0  # should a change ever go unheard
_BREATH_S = 0.1  # many changes, one look


async def settled(
    workshop: Workshop, story_id: int, done: Callable[[StoryView], bool], tell: Callable[[StoryView], None]
) -> StoryView:
    """The story's view once ``done`` holds; ``tell`` sees every view on the way."""
    changed = asyncio.Event()
    stop = workshop.changes.listen(lambda changed_id: changed.set() if changed_id == story_id else None)
    try:
        while True:
            changed.clear()
            view = await stories.show(workshop, story_id)
            tell(view)
            if done(view):
                return view
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), _SELDOM_S)
            await asyncio.sleep(_BREATH_S)
    finally:
        stop()
