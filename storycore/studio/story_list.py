"""The stories of a server in pages: all of them, or those at one stage, or of one member."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from storycore.errors import NotFoundError
from storycore.store.models import UNFINISHED, FilmRow, StoryRow, StoryState, WorkState
from storycore.store.together import CoAuthorRow
from storycore.work.workshop import Workshop

#: What the list can be asked for.
FILTERS = ("open", "filming", "done", "over")
_OVER = (StoryState.CANCELLED, StoryState.FAILED, StoryState.SPLIT)


@dataclass(frozen=True, slots=True)
class ListedStory:
    """A story in the list; ``stage`` is one of :data:`FILTERS` or ``reading``."""

    id: int
    title: str
    author_name: str
    stage: str
    place_id: int | None


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of the list; ``page`` from 0 of ``pages``, ``total`` on all of them."""

    stories: tuple[ListedStory, ...]
    page: int
    pages: int
    total: int


def _filming() -> ColumnElement[bool]:
    film = aliased(FilmRow)
    making = and_(film.story_id == StoryRow.id, film.state.in_(UNFINISHED), film.waits_for_pictures.is_(False))
    return and_(StoryRow.state == StoryState.OPEN, exists(select(film.id).where(making)))


def _filmed() -> ColumnElement[bool]:
    film = aliased(FilmRow)
    return exists(select(film.id).where(film.story_id == StoryRow.id, film.state == WorkState.DONE))


def _stage(stage: str) -> ColumnElement[bool]:
    match stage:
        case "filming":
            return _filming()
        case "done":
            return and_(StoryRow.state == StoryState.OPEN, _filmed(), ~_filming())
        case "over":
            return StoryRow.state.in_(_OVER)
        case "open":
            making = (StoryState.READING, StoryState.OPEN, StoryState.TOO_LONG)
            return and_(StoryRow.state.in_(making), ~_filmed(), ~_filming())
    raise NotFoundError("There is no such filter.", f"There are: {', '.join(FILTERS)}.")


async def page(
    workshop: Workshop,
    server_id: int | None,
    page: int = 0,
    *,
    stage: str = "",
    member_id: int | None = None,
    hidden: Collection[int] = (),
    size: int = 10,
) -> StoryPage:
    """A page of a server's stories, newest first, but for those in ``hidden`` channels; one that is not there is the
    last. ``member_id``: only those that they wrote, alone or with others."""
    wanted = [StoryRow.server_id == server_id, StoryRow.preview_of.is_(None), StoryRow.state != StoryState.DELETED]
    if stage:
        wanted.append(_stage(stage))
    if member_id is not None:
        with_them = select(CoAuthorRow.story_id).where(CoAuthorRow.member_id == member_id)
        wanted.append(or_(StoryRow.author_id == member_id, StoryRow.id.in_(with_them)))
    if hidden:
        wanted.append(or_(StoryRow.channel_id.is_(None), StoryRow.channel_id.not_in(hidden)))
    shown = (StoryRow.id, StoryRow.title, StoryRow.author_name, StoryRow.state, StoryRow.thread_id, StoryRow.channel_id)
    async with workshop.database.read() as session:
        total = await session.scalar(select(func.count(StoryRow.id)).where(*wanted)) or 0
        pages = max(1, -(-total // size))
        page = min(max(page, 0), pages - 1)
        rows = await session.execute(
            select(*shown, _filming(), _filmed())
            .where(*wanted)
            .order_by(StoryRow.id.desc())
            .limit(size)
            .offset(page * size)
        )
        return StoryPage(tuple(_listed(*row) for row in rows), page, pages, total)


def _listed(
    story_id: int,
    title: str,
    author: str,
    state: StoryState,
    thread_id: int | None,
    channel_id: int | None,
    filming: bool,
    filmed: bool,
) -> ListedStory:
    stage = "over" if state in _OVER else "reading" if state is StoryState.READING else "open"
    if state is StoryState.OPEN and (filming or filmed):
        stage = "filming" if filming else "done"
    return ListedStory(story_id, title, author, stage, thread_id or channel_id)
