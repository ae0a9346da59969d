"""Overnight batches: several scripts handed in at once, painted behind everything else, shown when all is there.

Every story of a batch is a story like any other; the batch only says when its first pictures are painted, and keeps
its storyboard back until they are there. Two messages belong to the whole: a notice at once, and in the morning one
digest with a link to every story.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.script.unpack import MOST_SCRIPTS, Script
from storycore.store.models import BatchRow, StoryRow, StoryState, now
from storycore.studio import films, stories
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.studio.quotas import check_day
from storycore.studio.settings_model import ServerSettings
from storycore.studio.settings_typed import read_clock
from storycore.studio.stories import HAND_IN, NewStory
from storycore.work.workshop import Workshop

DEFAULT_START = "01:00"
_AT_ONCE = frozenset({"now", "at once", "immediately"})


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Scripts handed in together (1 … ``MOST_SCRIPTS``); ``start`` is a time of day of the server, or ``now``.

    The rest as in :class:`storycore.studio.stories.NewStory`.
    """

    scripts: Sequence[Script]
    left_out: Sequence[str]
    author: Person
    channel_id: int
    start: str = DEFAULT_START
    request_key: str | None = None
    candidates: int = 4
    max_scenes: int | None = None
    width: int = 1024
    height: int = 576


@dataclass(frozen=True, slots=True)
class BatchMade:
    """A batch that was taken: its stories, and when it begins."""

    id: int
    story_ids: tuple[int, ...]
    starts_at: datetime


def next_start(text: str, settings: ServerSettings, moment: datetime) -> datetime:
    """When a batch begins that is to start at ``text`` in the server's time zone. Raises ``StateError``."""
    if " ".join(text.lower().split()) in _AT_ONCE:
        return moment
    clock = read_clock(text or DEFAULT_START)
    here = moment.astimezone(settings.zone)
    start = datetime.combine(here.date(), clock, settings.zone)
    if start <= here:
        start = datetime.combine(here.date() + timedelta(days=1), clock, settings.zone)
    return start


async def create(workshop: Workshop, new: NewBatch) -> BatchMade:
    """Keep all scripts and ask for their understanding, in one transaction; the same request never makes two.

    Raises ``NotAllowedError``, or ``StateError`` for a time of day that is none, for too many stories, and when a quota
    is used up; nothing is kept then.
    """
    if not 1 <= len(new.scripts) <= MOST_SCRIPTS:
        raise StateError(f"A batch has 1 to {MOST_SCRIPTS} stories.", "Hand them in over several nights.")
    async with workshop.database.write() as session:
        if new.request_key is not None:
            same = await session.scalar(select(BatchRow).where(BatchRow.request_key == new.request_key))
            if same is not None:
                ids = await session.scalars(select(StoryRow.id).where(StoryRow.batch_id == same.id))
                return BatchMade(same.id, tuple(ids), same.starts_at)
        settings = await require(session, new.author, Act.CREATE, what=HAND_IN)
        await check_day(session, new.author, settings, 1)
        batch = BatchRow(
            request_key=new.request_key,
            server_id=new.author.server_id,
            author_id=new.author.id,
            author_name=new.author.name[:100],
            starts_at=next_start(new.start, settings, now()),
            left_out=list(new.left_out),
        )
        session.add(batch)
        await session.flush()
        story_ids = [
            await stories.add(workshop, session, _story(new, batch.id, script), script.text) for script in new.scripts
        ]
        batch.lead_id = story_ids[0]
    for story_id in story_ids:
        workshop.changes.publish(story_id)
    return BatchMade(batch.id, tuple(story_ids), batch.starts_at)


def _story(new: NewBatch, batch_id: int, script: Script) -> NewStory:
    return NewStory(
        title=script.title,
        script=script.text,
        author=new.author,
        channel_id=new.channel_id,
        candidates=new.candidates,
        max_scenes=new.max_scenes,
        width=new.width,
        height=new.height,
        batch_id=batch_id,
    )


async def _stories(session: AsyncSession, batch_id: int) -> list[StoryRow]:
    rows = list(await session.scalars(select(StoryRow).where(StoryRow.batch_id == batch_id).order_by(StoryRow.id)))
    if not rows:
        raise NotFoundError("That batch is not here any more.", "`/story list` shows the stories of this server.")
    return rows


async def cancel(workshop: Workshop, batch_id: int, person: Person) -> int:
    """Cancel all stories of a batch that are not over; gives how many. Their author and moderators may."""
    async with workshop.database.read() as session:
        rows = await _stories(session, batch_id)
        for row in rows:
            await require(session, person, Act.OWN, row, what="cancel it")
    alive = [row.id for row in rows if row.state in (StoryState.READING, StoryState.OPEN, StoryState.TOO_LONG)]
    if not alive:
        raise StateError("These stories are over already.")
    for story_id in alive:
        await stories.cancel(workshop, story_id, person)
    return len(alive)


async def make_films(workshop: Workshop, batch_id: int, person: Person, max_bytes: int | None) -> tuple[int, int]:
    """Ask for the film of every story of a batch; gives how many are on their way, and how many are not (yet).

    The author and moderators may.
    """
    async with workshop.database.read() as session:
        rows = await _stories(session, batch_id)
        for row in rows:
            await require(session, person, Act.STEER, row, what="ask for the films")
    asked = 0
    for row in rows:
        try:
            await films.request(workshop, row.id, person, max_bytes)
        except StateError:  # one that is being filmed already, or was cancelled: the others are made all the same
            continue
        asked += 1
    return asked, len(rows) - asked
