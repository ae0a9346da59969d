"""Deleting a story: its rows and media go at once, its messages as soon as the front end has taken them away."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.store.corrections import CorrectionRow, QuestionRow
from storycore.store.forgetting import delete_doomed, let_go, let_go_of_made
from storycore.store.models import (
    UNFINISHED,
    BatchRow,
    CandidateRow,
    CastRow,
    FilmRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
)
from storycore.store.moderation import ReportRow
from storycore.store.together import CoAuthorRow, VotingRow
from storycore.store.voices import VoiceRow
from storycore.studio import audit
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.work.jobs import asking
from storycore.work.jobs.speaking import speech_keys
from storycore.work.workshop import Workshop

WHAT = "delete it"


@dataclass(frozen=True, slots=True)
class Doomed:
    """What deleting a story would take away, to be asked about first."""

    story_id: int
    title: str
    scenes: int
    pictures: int
    films: int


async def asked(workshop: Workshop, story_id: int, person: Person) -> Doomed:
    """What :func:`delete_story` would take away. Raises as it does."""
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
        if story is None:
            raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
        await _require(session, person, story)
        scenes = list(await session.scalars(select(SceneRow.id).where(SceneRow.story_id == story_id)))
        films = list(await session.scalars(select(FilmRow.id).where(FilmRow.story_id == story_id)))
        return Doomed(story_id, story.title, len(scenes), len(await _pictures(session, story_id)), len(films))


async def delete_story(workshop: Workshop, story_id: int, person: Person) -> str:
    """Delete a story with its pictures, films and voices; gives its title. The author and moderators may.

    Media that another story shows too stay. Its messages go as soon as the chat can be reached. Raises
    ``NotFoundError``, ``NotAllowedError``, ``StateError`` for a character's portraits.
    """
    keys = await speech_keys(workshop, story_id)
    async with workshop.changing(story_id) as (session, story):
        await _require(session, person, story)
        title = story.title
        audit.note(session, person, "story.delete", title, f"by {story.author_name}" if story.author_name else "", "")
        stopped = await wipe(session, story)
        await let_go_of_made(session, keys)
    await workshop.engine.cancel(stopped)
    await delete_doomed(workshop.database, workshop.folder)
    return title


async def _require(session: AsyncSession, person: Person, story: StoryRow) -> None:
    await require(session, person, Act.OWN, story, what=WHAT)
    if story.preview_of is not None:
        raise StateError("Portraits belong to their character.", "`/character remove` takes the character away.")


async def _pictures(session: AsyncSession, story_id: int) -> list[str]:
    rows = await session.scalars(
        select(CandidateRow.media)
        .join(RoundRow, RoundRow.id == CandidateRow.round_id)
        .join(SceneRow, SceneRow.id == RoundRow.scene_id)
        .where(SceneRow.story_id == story_id)
    )
    return list(rows)


async def wipe(session: AsyncSession, story: StoryRow) -> list[str]:
    """Take everything of a story away but the row that says where its messages are, in the caller's transaction.

    Gives the workflows to stop.
    """
    stopped = [asking.understanding_id(story.id)]
    rounds = await session.scalars(
        select(RoundRow).join(RoundRow.scene).where(SceneRow.story_id == story.id, RoundRow.state.in_(UNFINISHED))
    )
    stopped += [asking.painting_id(round_) for round_ in rounds]
    media = await _pictures(session, story.id)
    for film in await session.scalars(select(FilmRow).where(FilmRow.story_id == story.id)):
        media += [part for part in (film.media, *film.more, *film.captions) if part]
        media += [music.partition(".")[0] for music in (str(film.options.get("music", "")),) if "." in music]
        stopped += asking.film_ids(film) if film.state in UNFINISHED else []
    media += [str(story.film_options.get("music", "")).partition(".")[0]]
    for table in (ReportRow, CorrectionRow, QuestionRow, VoiceRow, CoAuthorRow, VotingRow, FilmRow, CastRow, SceneRow):
        await session.execute(delete(table).where(table.story_id == story.id))
    await _leave_batch(session, story)
    story.state, story.title, story.script, story.problem = StoryState.DELETED, "", "", ""
    story.author_id, story.author_name, story.film_options, story.notes = None, "", {}, []
    session.expire(story, ["scenes", "films", "cast"])
    await let_go(session, [one for one in media if one])
    return stopped


async def _leave_batch(session: AsyncSession, story: StoryRow) -> None:
    """Another story leads the batch from now on, if this one did."""
    batch_id, story.batch_id = story.batch_id, None
    if batch_id is None:
        return
    await session.flush()
    heir = await session.scalar(select(StoryRow.id).where(StoryRow.batch_id == batch_id).order_by(StoryRow.id).limit(1))
    await session.execute(
        update(BatchRow).where(BatchRow.id == batch_id, BatchRow.lead_id == story.id).values(lead_id=heir)
    )
