"""Closing votes whose time has come."""

from __future__ import annotations

import asyncio

from storycore.store.models import StoryRow, StoryState, now
from storycore.store.together import VotingRow
from storycore.studio import closing
from storycore.studio.server import of_server
from storycore.studio.voting_views import mode_of
from storycore.voting.rules import Mode
from storycore.work.workshop import Workshop

#: The engine's clock and ours differ by so much at most; a time further off was set by somebody meanwhile, and has a
#: workflow of its own.
_NEAR_S = 30.0
WHY = "its time was over"


async def close_vote(workshop: Workshop, story_id: int) -> None:
    """Close a story's vote if its time has come; a vote that was closed, put off or made away with is left alone."""
    async with workshop.database.read() as session:
        row = await session.get(VotingRow, story_id)
    if row is None or row.closes_at is None:
        return
    left = (row.closes_at - now()).total_seconds()
    if left > _NEAR_S:
        return
    await asyncio.sleep(max(0.0, left))
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
    if story is None or story.state is not StoryState.OPEN:
        return
    async with workshop.changing(story_id) as (session, changed):
        due = await session.get_one(VotingRow, story_id)
        if due.closes_at is None or due.closes_at > now():
            return
        if mode_of(changed, due, await of_server(session, changed.server_id)) is Mode.VOTE:
            await closing.close(session, changed, due, WHY)
        else:
            due.closes_at = None
