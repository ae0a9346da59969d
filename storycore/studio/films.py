"""Films: ask for one; it waits for pictures that are still being painted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from storycore.errors import NotFoundError, StateError
from storycore.film.options import FilmOptions, from_json
from storycore.store.models import UNFINISHED, FilmRow, RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.studio import audit
from storycore.studio.people import Person, require_here, require_open
from storycore.studio.permissions import Act, require
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

_MOST_ATTEMPTS = 3
_SMALLER = 0.7
#: A film refused at this attempt is given out by address.
_BEFORE_ADDRESS = 2


@dataclass(frozen=True, slots=True)
class FilmAsked:
    """A film is on its way; ``waits_for`` scenes still get pictures first."""

    film_id: int
    waits_for: int


async def remembered(workshop: Workshop, story_id: int, person: Person) -> FilmOptions:
    """What a story's next film shall be like, as last asked for, for somebody who may ask for it.

    Raises ``NotFoundError``, ``NotAllowedError``, ``StateError``.
    """
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
        if story is None:
            raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
        await require(session, person, Act.STEER, story, what="ask for the film")
        require_open(story)
    return from_json(story.film_options)


async def request(
    workshop: Workshop,
    story_id: int,
    person: Person,
    max_bytes: int | None,
    options: FilmOptions | None = None,
    *,
    remember: bool = True,
) -> FilmAsked:
    """Ask for a story's film, at most ``max_bytes`` large (None: as good as it gets). The author and moderators may.

    ``options`` None are those remembered from the last time; others are remembered for the next, if
    ``remember``. Raises ``StateError`` while one is being made already, or when the story is not open.
    """
    async with workshop.changing(story_id) as (session, story):
        await require(session, person, Act.STEER, story, what="ask for the film")
        require_open(story)
        if story.preview_of is not None:
            raise StateError("Portraits make no film.", "Hand in a story with `/story new`.")
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
        audit.note_on_story(session, person, story, "film.ask", "asked for")
        if options is not None and remember:
            story.film_options = options.to_json()
        film = FilmRow(
            story_id=story_id,
            options=story.film_options if options is None else options.to_json(),
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


async def make_smaller(workshop: Workshop, film_id: int, refused_bytes: int, *, by_address: bool = False) -> None:
    """The place refused a film of ``refused_bytes``: fit it again, smaller; what was drawn is drawn already.

    Refused a second time it is given out by address, where there is one (``by_address``); else, after three tries, it
    is left at that.
    """
    async with workshop.database.read() as session:
        film = await session.get(FilmRow, film_id)
    if film is None:
        raise NotFoundError("That film is not here any more.", "`/story film` makes a new one.")
    async with workshop.changing(film.story_id) as (session, _):
        row = await session.get_one(FilmRow, film_id)
        if row.state is not WorkState.DONE:
            return
        if by_address and row.attempt >= _BEFORE_ADDRESS:
            row.by_address = True
            return
        if row.attempt >= _MOST_ATTEMPTS:
            row.state = WorkState.FAILED
            row.problem = f"Discord refused the file ({refused_bytes / 2**20:.1f} MiB), three times."
            return
        row.state, row.progress, row.media, row.left_s = WorkState.WAITING, 0.0, None, None
        row.more, row.captions = [], []
        row.attempt += 1
        row.max_bytes = min(row.max_bytes or refused_bytes, int(refused_bytes * _SMALLER))
        await workshop.engine.enqueue(session, [asking.speaking(row)])


async def files_of(workshop: Workshop, film_id: int, person: Person) -> list[str]:
    """The names of a film's files among the media, for somebody of its server.

    Raises ``NotFoundError`` where there is no such film, ``StateError`` where it is not made.
    """
    async with workshop.database.read() as session:
        film = await session.get(FilmRow, film_id)
        story = None if film is None else await session.get(StoryRow, film.story_id)
        if film is None or story is None:
            raise NotFoundError("That film is not here any more.", "`/story film` makes a new one.")
        require_here(story, person)
        if film.state is not WorkState.DONE or film.media is None:
            raise StateError("This film is being made again.", "It appears in the story's thread when it is done.")
        return [f"{part}.mp4" for part in (film.media, *film.more)]


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
        audit.note_on_story(session, person, story, "film.stop", "stopped")
    await workshop.engine.cancel(asking.film_ids(row))
