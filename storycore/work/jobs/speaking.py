"""Speaking: every line of a story becomes a voice clip, once; then the filming is enqueued."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from storycore.errors import FiresideError, StorageError, VoiceError
from storycore.film.model import Made
from storycore.keys import recipe_key
from storycore.narration.base import Voice, WordTime
from storycore.narration.voices import voice_for, voices_for
from storycore.store.models import (
    UNFINISHED,
    CastRow,
    FilmRow,
    LineRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
    now,
)
from storycore.work.jobs import asking
from storycore.work.jobs.patience import patiently
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line's voice clip; ``clip`` is None where the voice failed and the caption must do."""

    line_id: int
    clip: Made | None

    @property
    def words(self) -> tuple[WordTime, ...]:
        """When each word is heard."""
        return () if self.clip is None else tuple(WordTime(**word) for word in self.clip.details["words"])


async def story_voices(workshop: Workshop, story_id: int, lines: Sequence[LineRow]) -> dict[str | None, Voice]:
    """A voice for every speaker: the cast in its order, then whoever else speaks; None is the narrator."""
    async with workshop.database.read() as session:
        cast = await session.scalars(select(CastRow.name).where(CastRow.story_id == story_id).order_by(CastRow.number))
        names = list(cast)
    names += sorted({line.speaker for line in lines if line.speaker} - set(names))
    voices: dict[str | None, Voice] = {None: voice_for(None)}
    voices.update(voices_for(names))
    return voices


async def story_lines(workshop: Workshop, story_id: int) -> list[LineRow]:
    """All lines of a story in the order they are told."""
    async with workshop.database.read() as session:
        rows = await session.scalars(
            select(LineRow)
            .join(SceneRow, SceneRow.id == LineRow.scene_id)
            .where(SceneRow.story_id == story_id)
            .order_by(SceneRow.number, LineRow.number)
        )
        return list(rows)


async def find_or_speak(workshop: Workshop, line: LineRow, voice: Voice) -> SpokenLine:
    """The clip of one line: the one that was kept, else a new one. A voice that fails does not fail the film."""
    key = recipe_key("speech", narrator=workshop.narrator.fingerprint(voice), text=line.text)
    kept = await workshop.made.find(key)
    if kept is not None:
        return SpokenLine(line.id, kept)
    try:
        speech = await workshop.narrator.speak(line.text, voice)
    except VoiceError as error:
        _log.warning("line %d has no voice: %s", line.id, error)
        return SpokenLine(line.id, None)
    details: dict[str, Any] = {
        "seconds": speech.seconds,
        "sample_rate": speech.sample_rate,
        "words": [asdict(word) for word in speech.words],
    }
    return SpokenLine(line.id, await workshop.made.keep_bytes(key, speech.wav, ".wav", details))


async def speak(workshop: Workshop, film_id: int) -> None:
    """Speak the lines of one film's story and enqueue its filming. A film that is finished is left alone."""
    async with workshop.database.read() as session:
        film = await session.get(FilmRow, film_id)
        story = None if film is None else await session.get(StoryRow, film.story_id)
    if film is None or story is None or film.state not in UNFINISHED or story.state is not StoryState.OPEN:
        return
    try:
        await patiently(
            lambda: _once(workshop, story.id, film_id),
            lambda words: note_problem(workshop, story.id, film_id, words),
            tries=workshop.options.painting_tries,
        )
    except StorageError as error:
        await fail(workshop, story.id, film_id, error)


async def _once(workshop: Workshop, story_id: int, film_id: int) -> None:
    lines = await story_lines(workshop, story_id)
    voices = await story_voices(workshop, story_id, lines)
    for line in lines:
        await find_or_speak(workshop, line, voices[line.speaker])
    async with workshop.changing(story_id) as (session, _):
        row = await session.get_one(FilmRow, film_id)
        if row.state in UNFINISHED:
            row.state, row.problem = WorkState.WORKING, ""
            await workshop.engine.enqueue(session, [asking.filming(row)])


async def note_problem(workshop: Workshop, story_id: int, film_id: int, words: str) -> None:
    """Say why a film waits."""
    async with workshop.changing(story_id) as (session, _):
        row = await session.get_one(FilmRow, film_id)
        if row.state in UNFINISHED:
            row.problem = words


async def fail(workshop: Workshop, story_id: int, film_id: int, error: FiresideError) -> None:
    """A film is not made, and that is final."""
    _log.warning("film %d was not made: %s", film_id, error)
    async with workshop.changing(story_id) as (session, _):
        row = await session.get_one(FilmRow, film_id)
        if row.state in UNFINISHED:
            row.state, row.problem, row.finished_at = WorkState.FAILED, str(error), now()
