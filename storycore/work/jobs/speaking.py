"""Speaking: every line of a story becomes a voice clip, once; then the filming is enqueued."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import CorrectionKind
from storycore.cast.facts import folded
from storycore.errors import FiresideError, StorageError, VoiceError
from storycore.film.model import Made
from storycore.film.options import from_json
from storycore.keys import recipe_key
from storycore.narration.base import ESPEAK, PIPER, SPEECH, Voice, WordTime
from storycore.narration.casting import Chain, Role, cast_voices, one_for_all, with_choices
from storycore.store.corrections import CorrectionRow
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
from storycore.store.voices import VoiceRow
from storycore.work.jobs import asking
from storycore.work.jobs.patience import patiently
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)

_NAMES = {ESPEAK: "espeak-ng", PIPER: "Piper", SPEECH: "The speech service"}
#: Voices that a machine made are said to be that.
VOICE_CREDITS = {ESPEAK: "espeak-ng", PIPER: "Piper", SPEECH: "a speech service"}


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line's voice clip, and whose voice it is; both are None where every voice failed and the caption must do."""

    line_id: int
    clip: Made | None
    voice: Voice | None = None

    @property
    def words(self) -> tuple[WordTime, ...]:
        """When each word is heard."""
        return () if self.clip is None else tuple(WordTime(**word) for word in self.clip.details["words"])


async def story_voices(
    workshop: Workshop, story_id: int, lines: Sequence[LineRow], voice: str = ""
) -> dict[str | None, Chain]:
    """Voices for every speaker, the one to be tried first in front; None is the narrator.

    The cast chooses in its order, then whoever else speaks; what people chose goes before that. Whoever was given
    another name keeps the voice. ``voice`` names one for all of them, as it may be asked for a whole film.
    """
    async with workshop.database.read() as session:
        cast = list(await session.scalars(select(CastRow).where(CastRow.story_id == story_id).order_by(CastRow.number)))
        chosen = await session.scalars(select(VoiceRow).where(VoiceRow.story_id == story_id))
        choices: dict[str | None, str] = {row.speaker or None: row.voice for row in chosen}
        first = await _first_names(session, story_id)
    roles = [Role(row.name, tuple(row.aliases), row.pronouns, first.get(folded(row.name), "")) for row in cast]
    others = {line.speaker for line in lines if line.speaker} - {role.name for role in roles}
    more = [Role(name, first_name=first.get(folded(name), "")) for name in others]
    roles += sorted(more, key=lambda role: (role.voiced_by, role.name))
    for role in roles:  # chosen for the name before
        if role.name.casefold() not in choices and role.voiced_by.casefold() in choices:
            choices[role.name.casefold()] = choices[role.voiced_by.casefold()]
    chains = with_choices(cast_voices(roles, workshop.voices), choices, workshop.voices)
    return one_for_all(chains, voice, workshop.voices) if voice else chains


async def _first_names(session: AsyncSession, story_id: int) -> dict[str, str]:
    """What those who were given other names were called at first, by the (folded) names that they have now."""
    renamings = await session.scalars(
        select(CorrectionRow)
        .where(CorrectionRow.story_id == story_id, CorrectionRow.kind == CorrectionKind.RENAMED)
        .order_by(CorrectionRow.id)
    )
    first: dict[str, str] = {}
    for row in renamings:
        before, after = (str(name) for name in row.data["names"])
        first[folded(after)] = first.pop(folded(before), before)
    return first


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


async def speech_keys(workshop: Workshop, story_id: int) -> dict[str, int]:
    """The keys under which clips of a story's lines are kept, by any voice that could have read them; with the line."""
    lines = await story_lines(workshop, story_id)
    voices = await story_voices(workshop, story_id, lines)
    return {
        recipe_key("speech", narrator=workshop.narrator.fingerprint(voice), text=line.text): line.id
        for line in lines
        for voice in voices[line.speaker]
    }


async def find_or_speak(workshop: Workshop, line: LineRow, voices: Chain) -> SpokenLine:
    """The clip of one line, kept or new, by the first of ``voices`` that can: one that fails does not fail the film."""
    for voice in voices:
        key = recipe_key("speech", narrator=workshop.narrator.fingerprint(voice), text=line.text)
        kept = await workshop.made.find(key)
        if kept is None:
            try:
                speech = await workshop.narrator.speak(line.text, voice)
            except VoiceError as error:
                _log.warning("line %d is not read by %s: %s", line.id, voice.engine, error)
                continue
            details: dict[str, Any] = {
                "seconds": speech.seconds,
                "sample_rate": speech.sample_rate,
                "words": [asdict(word) for word in speech.words],
            }
            kept = await workshop.made.keep_bytes(key, speech.wav, ".wav", details)
        return SpokenLine(line.id, kept, voice)
    return SpokenLine(line.id, None)


def voice_notes(spoken: Sequence[tuple[SpokenLine, Chain]]) -> list[str]:
    """What was not read by the voice that it was meant for, a sentence for each kind."""
    others = Counter(
        (voices[0].engine, line.voice.engine)
        for line, voices in spoken
        if line.voice is not None and line.voice != voices[0]
    )
    return [
        f"{_NAMES[wanted]} did not read {count} line{'s' if count > 1 else ''}; {_NAMES[used]} did."
        if wanted != used
        else f"{count} line{'s' if count > 1 else ''} had to be read by another voice than was chosen."
        for (wanted, used), count in sorted(others.items())
    ]


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
    async with workshop.database.read() as session:
        options = from_json((await session.get_one(FilmRow, film_id)).options)
    voices = await story_voices(workshop, story_id, lines, options.voice)
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
