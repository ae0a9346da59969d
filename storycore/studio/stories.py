"""Stories: hand one in, look at it, list them, make a long one in parts, cancel it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.script.reading import check_text
from storycore.script.scenes import parts
from storycore.store.models import (
    STORYBOARD,
    UNFINISHED,
    FilmRow,
    PostRow,
    ReactionRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
    now,
)
from storycore.store.together import CoAuthorRow
from storycore.studio import audit
from storycore.studio.people import Person, require_here
from storycore.studio.permissions import Act, require
from storycore.studio.quotas import check_day, check_room
from storycore.studio.settings_model import ServerSettings
from storycore.studio.styling import style_for
from storycore.studio.together_views import read_co_authors
from storycore.studio.views import StoryView, read_story
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

TITLE_LENGTH = 80
HAND_IN = "hand in stories here"
_UNTITLED = "Untitled story"


@dataclass(frozen=True, slots=True)
class NewStory:
    """A script handed in.

    ``request_key`` names the request (an interaction's id): the same request never makes two stories.
    ``candidates`` 1 … 9; ``max_scenes`` None means no limit; sizes in pixels, multiples of 8; ``checkpoint`` is what
    the pictures are painted with ("": whichever a host has). ``style`` is a style of the server's by its name; "" takes
    none, None the one that new stories take there. ``kept_style`` is one that another story took, and goes before it.
    """

    title: str
    script: str
    author: Person
    channel_id: int | None = None
    request_key: str | None = None
    candidates: int = 4
    max_scenes: int | None = None
    width: int = 1024
    height: int = 576
    checkpoint: str = ""
    batch_id: int | None = None
    style: str | None = None
    kept_style: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A story in a list."""

    id: int
    title: str
    author_name: str
    state: StoryState
    thread_id: int | None
    channel_id: int | None
    created_at: datetime


def tidy_title(title: str) -> str:
    """A title as it is kept: printable, one line, white space folded, at most 80 characters, never empty."""
    printable = "".join(character if character.isprintable() else " " for character in title)
    return " ".join(printable.split())[:TITLE_LENGTH].strip() or _UNTITLED


async def check_may_create(workshop: Workshop, person: Person, *, waiting: bool = True) -> ServerSettings:
    """Before anything is written: whether ``person`` may hand in a story now; gives the server's settings.

    ``waiting`` False leaves out what waits (an overnight batch keeps nobody waiting).

    Raises ``NotAllowedError``, or ``StateError`` when their quota is used up.
    """
    async with workshop.database.read() as session:
        settings = await require(session, person, Act.CREATE, what=HAND_IN)
        await (check_room(session, person, settings) if waiting else check_day(session, person, settings, 1))
    return settings


async def create(workshop: Workshop, new: NewStory) -> int:
    """Keep a script and ask for its understanding, in one transaction; gives the story's id.

    Raises ``ScriptError`` for a script that cannot be told; nothing is kept then.
    """
    script = await asyncio.to_thread(check_text, new.script)
    async with workshop.database.write() as session:
        if new.request_key is not None:
            same = await session.scalar(select(StoryRow.id).where(StoryRow.request_key == new.request_key))
            if same is not None:
                return same
        await check_room(session, new.author, await require(session, new.author, Act.CREATE, what=HAND_IN))
        story_id = await add(workshop, session, new, script)
    workshop.changes.publish(story_id)
    return story_id


async def add(workshop: Workshop, session: AsyncSession, new: NewStory, script: str) -> int:
    """Keep a story and ask for its understanding, in the caller's transaction; gives its id.

    Raises ``NotFoundError`` and ``NotAllowedError`` for a style that is not there, or beyond what members may take.
    """
    story = StoryRow(
        request_key=new.request_key,
        server_id=new.author.server_id,
        channel_id=new.channel_id,
        author_id=new.author.id,
        author_name=new.author.name[:100],
        title=tidy_title(new.title),
        script=script,
        candidates=new.candidates,
        max_scenes=new.max_scenes,
        width=new.width,
        height=new.height,
        checkpoint=new.checkpoint[:300],
        batch_id=new.batch_id,
        age_restricted=new.author.age_restricted,
        style=dict(new.kept_style) if new.kept_style is not None else await style_for(session, new.author, new.style),
    )
    session.add(story)
    await session.flush()
    await workshop.engine.enqueue(session, [asking.understanding(story)])
    return story.id


async def make_parts(workshop: Workshop, story_id: int, person: Person) -> list[int]:
    """Make a story that was too long in parts, each a story of its own; gives their ids.

    The author and moderators may. Raises ``StateError`` when it is not waiting for that.
    """
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
        if story is None:
            raise NotFoundError("That story is not here.")
        await require(session, person, Act.STEER, story, what="make it in parts")
    pieces = await workshop.reader.run(parts, story.script, story.max_scenes or 1)
    ids: list[int] = []
    async with workshop.changing(story_id) as (session, changed):
        await check_room(session, person, await require(session, person, Act.STEER, changed, what="make it in parts"))
        if changed.state is not StoryState.TOO_LONG:
            raise StateError("This story is not waiting to be made in parts.", "Look at it with `/story show`.")
        author = Person(
            changed.author_id,
            changed.author_name,
            server_id=changed.server_id,
            age_restricted=changed.age_restricted,
        )
        with_them = await read_co_authors(session, story_id)
        for number, piece in enumerate(pieces, start=1):
            suffix = f" ({number}/{len(pieces)})"
            title = changed.title[: TITLE_LENGTH - len(suffix)] + suffix
            new = NewStory(
                title,
                piece,
                author,
                changed.channel_id,
                f"part-{story_id}-{number}",
                changed.candidates,
                width=changed.width,
                height=changed.height,
                checkpoint=changed.checkpoint,
                kept_style=changed.style,
            )
            ids.append(await add(workshop, session, new, piece))
            session.add_all(CoAuthorRow(story_id=ids[-1], member_id=one.id, name=one.name) for one in with_them)
        audit.note_on_story(session, person, changed, "story.parts", f"{len(pieces)} parts")
        changed.state, changed.problem = StoryState.SPLIT, f"This story goes on in {len(pieces)} parts."
    for part_id in ids:
        workshop.changes.publish(part_id)
    return ids


async def show(workshop: Workshop, story_id: int, person: Person | None = None) -> StoryView:
    """A snapshot of a story; for a person only of their own server's. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        view = await read_story(session, workshop.folder, story_id)
        if person is not None:
            require_here(await session.get_one(StoryRow, story_id), person)
    return view


async def in_thread(workshop: Workshop, thread_id: int) -> int | None:
    """The id of the story that lives in a thread, or None.

    A thread made from the storyboard has that message's id, so it is known before the thread itself is noted.
    """
    board = select(PostRow.story_id).where(PostRow.subject == STORYBOARD, PostRow.message_id == thread_id)
    async with workshop.database.read() as session:
        return await session.scalar(
            select(StoryRow.id)
            .where(or_(StoryRow.thread_id == thread_id, StoryRow.id.in_(board)), StoryRow.state != StoryState.DELETED)
            .limit(1)
        )


async def listing(
    workshop: Workshop,
    server_id: int | None,
    *,
    containing: str = "",
    hidden: Collection[int] = (),
    limit: int = 25,
) -> list[StoryEntry]:
    """A server's stories, newest first, but for those in ``hidden`` channels.

    ``containing`` is looked for in titles and authors, as typed.
    """
    # Not the scripts: this runs at every key that somebody presses in an option.
    shown = [getattr(StoryRow, field.name) for field in fields(StoryEntry)]
    query = select(*shown).where(
        StoryRow.server_id == server_id, StoryRow.preview_of.is_(None), StoryRow.state != StoryState.DELETED
    )
    if containing:
        query = query.where(
            or_(
                StoryRow.title.icontains(containing, autoescape=True),
                StoryRow.author_name.icontains(containing, autoescape=True),
            )
        )
    if hidden:
        query = query.where(or_(StoryRow.channel_id.is_(None), StoryRow.channel_id.not_in(hidden)))
    async with workshop.database.read() as session:
        rows = await session.execute(query.order_by(StoryRow.id.desc()).limit(limit))
        return [StoryEntry(*row) for row in rows]


async def move(workshop: Workshop, story_id: int, person: Person, channel_id: int) -> None:
    """Let a story that cannot be shown where it lives live in another channel; its messages are made again there.

    The author and moderators may.
    """
    async with workshop.changing(story_id) as (session, story):
        await require(session, person, Act.STEER, story, what="move it here")
        audit.note_on_story(session, person, story, "story.move", f"<#{channel_id}>")
        story.channel_id, story.thread_id, story.place_problem = channel_id, None, ""
        story.age_restricted = person.age_restricted
        await session.execute(delete(PostRow).where(PostRow.story_id == story_id, PostRow.subject.not_like("case:%")))
        scenes = select(SceneRow.id).where(SceneRow.story_id == story_id)
        await session.execute(delete(ReactionRow).where(ReactionRow.scene_id.in_(scenes)))


async def cancel(workshop: Workshop, story_id: int, person: Person) -> None:
    """Cancel a story and all its work; pictures and films already made are kept. The author and moderators may.

    Raises ``StateError`` when it is over already.
    """
    workflows = [asking.understanding_id(story_id)]
    async with workshop.changing(story_id) as (session, story):
        await require(session, person, Act.OWN, story, what="cancel it")
        if story.state in (StoryState.CANCELLED, StoryState.SPLIT, StoryState.FAILED):
            raise StateError("This story is over already.", "Hand in a new one with `/story new`.")
        audit.note_on_story(session, person, story, "story.cancel", "cancelled")
        story.state, story.problem = StoryState.CANCELLED, f"Cancelled by {person.name}."
        rounds = await session.scalars(
            select(RoundRow).join(RoundRow.scene).where(SceneRow.story_id == story_id, RoundRow.state.in_(UNFINISHED))
        )
        for round_ in rounds:
            round_.state, round_.finished_at = WorkState.CANCELLED, now()
            workflows.append(asking.painting_id(round_))
        films = await session.scalars(
            select(FilmRow).where(FilmRow.story_id == story_id, FilmRow.state.in_(UNFINISHED))
        )
        for film in films:
            film.state, film.finished_at = WorkState.CANCELLED, now()
            workflows.extend(asking.film_ids(film))
    await workshop.engine.cancel(workflows)
