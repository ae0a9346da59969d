"""Giving up: what no job foresaw is written down as failed, so that nobody waits for it for ever."""

from __future__ import annotations

from enum import StrEnum

from storycore.store.models import (
    UNFINISHED,
    FilmRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
    now,
)
from storycore.work.jobs.painting import send_waiting_films
from storycore.work.workshop import Workshop


class Kind(StrEnum):
    """What is given up."""

    STORY = "story"
    CORRECTION = "correction"
    ROUND = "round"
    FILM = "film"
    CHARACTER = "character"
    VOTE = "vote"


async def give_up(workshop: Workshop, kind: Kind, row_id: int, reference: str) -> None:
    """Mark a story, a round or a film as failed; ``reference`` finds the log line. Finished ones are left alone."""
    words = f"Something went wrong on my side. Whoever runs me finds it in the log as {reference}."
    story_id = await _story_of(workshop, kind, row_id)
    if story_id is None:
        return
    async with workshop.changing(story_id) as (session, story):
        if kind is Kind.STORY:
            if story.state is StoryState.READING:
                story.state, story.problem = StoryState.FAILED, words
            return
        if kind is Kind.CORRECTION:
            story.corrected_read, story.correction_problem = story.corrected, words
            return
        row: RoundRow | FilmRow = (
            await session.get_one(RoundRow, row_id) if kind is Kind.ROUND else await session.get_one(FilmRow, row_id)
        )
        if row.state not in UNFINISHED:
            return
        row.state, row.problem, row.finished_at = WorkState.FAILED, words, now()
        if kind is Kind.ROUND:
            await send_waiting_films(workshop, session, story_id)


async def _story_of(workshop: Workshop, kind: Kind, row_id: int) -> int | None:
    async with workshop.database.read() as session:
        if kind in (Kind.STORY, Kind.CORRECTION):
            story = await session.get(StoryRow, row_id)
            return None if story is None else story.id
        if kind in (Kind.CHARACTER, Kind.VOTE):
            return None  # its stories are as they were: nobody waits (and a vote can be closed by hand)
        if kind is Kind.FILM:
            film = await session.get(FilmRow, row_id)
            return None if film is None else film.story_id
        round_ = await session.get(RoundRow, row_id)
        scene = None if round_ is None else await session.get(SceneRow, round_.scene_id)
        return None if scene is None else scene.story_id
