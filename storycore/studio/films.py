"""Films: ask for one; it waits for pictures that are still being painted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from storycore.errors import NotFoundError, StateError
from storycore.store.models import UNFINISHED, FilmRow, RoundRow, SceneRow, WorkState, now
from storycore.studio.people import Person, require_open
from storycore.studio.permissions import Act, require
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

_MOST_ATTEMPTS = 3
_SMALLER = 0.7


@dataclass(frozen=True, slots=True)
class FilmAsked:
    """A film is on its way; ``waits_for`` scenes still get pictures first."""

    film_id: int
    waits_for: int


async def request(workshop: Workshop, story_id: int, person: Person, max_bytes: int | None) -> FilmAsked:
    """Ask for a story's film, at most ``max_bytes`` large (None: as good as it gets). The author and moderators may.

    Raises ``StateError`` while one is being made already, or when the story is not open.
    """
    async with workshop.changing(story_id) as (session, story):
        await require(session, person, Act.STEER, story, what="ask for the film")
        require_open(story)
        under_way = await session.scalar(
            select(FilmRow.id).where(FilmRow.story_id == story_id, FilmRow.state.in_(UNFINISHED))
        )
        if under_way is not None:
            raise StateError("The film is already being made.", "It appears in the story's thread when it is done.")
        waits_for = await session.scalar(
            select(func.count(RoundRow.scene_id.distinct()))
            .join(RoundRow.scene)
            .where(SceneRow.story_id == story_id, RoundRow.state.in_(UNFINISHED))
        )
        film = FilmRow(
            story_id=story_id,
            asked_by=person.id,
            asked_by_name=person.name[:100],
            waits_for_pictures=bool(waits_for),
            max_bytes=max_bytes,
        )
        session.add(film)
        await session.flush()
        if not waits_for:
            await workshop.engine.enqueue(session, [asking.speaking(film)])
    return FilmAsked(film.id, waits_for or 0)


async def make_smaller(workshop: Workshop, film_id: int, refused_bytes: int) -> None:
    """The place refused a film of ``refused_bytes``: make it again, smaller; after three tries leave it at that."""
    async with workshop.database.read() as session:
        film = await session.get(FilmRow, film_id)
    if film is None:
        raise NotFoundError("That film is not here any more.", "`/story film` makes a new one.")
    async with workshop.changing(film.story_id) as (session, _):
        row = await session.get_one(FilmRow, film_id)
        if row.state is not WorkState.DONE:
            return
        if row.attempt >= _MOST_ATTEMPTS:
            row.state = WorkState.FAILED
            row.problem = f"Discord refused the file ({refused_bytes / 2**20:.1f} MiB), three times."
            return
        row.state, row.progress, row.media = WorkState.WAITING, 0.0, None
        row.attempt += 1
        row.max_bytes = min(row.max_bytes or refused_bytes, int(refused_bytes * _SMALLER))
        await workshop.engine.enqueue(session, [asking.speaking(row)])


async def cancel(workshop: Workshop, film_id: int, person: Person) -> None:
    """Stop a film that is waiting or being made. The author and moderators may.

    Raises ``NotFoundError``, or ``StateError`` when it is over already.
    """
    async with workshop.database.read() as session:
        film = await session.get(FilmRow, film_id)
    if film is None:
        raise NotFoundError("That film is not here any more.", "`/story film` makes a new one.")
    async with workshop.changing(film.story_id) as (session, story):
        await require(session, person, Act.STEER, story, what="stop the film")
        row = await session.get_one(FilmRow, film_id)
        if row.state not in UNFINISHED:
            raise StateError("This film is not being made any more.", "`/story film` makes a new one.")
        row.state, row.finished_at = WorkState.CANCELLED, now()
    await workshop.engine.cancel(asking.film_ids(row))
