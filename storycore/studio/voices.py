"""Voices: which there are, how one sounds, and who speaks with which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select

from storycore.errors import NotFoundError, ScriptError, StateError
from storycore.keys import recipe_key
from storycore.narration.base import Voice
from storycore.narration.voices import VoiceEntry
from storycore.store.models import StoryRow, now
from storycore.store.voices import VoiceRow
from storycore.studio import audit
from storycore.studio.people import Person, require_here, require_open
from storycore.studio.permissions import Act, require
from storycore.work.jobs.speaking import story_lines, story_voices
from storycore.work.workshop import Workshop

#: The longest text of a sample, in characters.
SAMPLE_LENGTH = 200
SAMPLE = "Once upon a time, when wishing still helped, there lived a king."
#: The narrator's name for people; in the rows it is "".
NARRATOR = "Narrator"


@dataclass(frozen=True, slots=True)
class Part:
    """A speaker of a story: the name ("Narrator" for who tells it), the voice, and whether somebody chose it.

    ``entry`` is None for a voice that varies one of the list's.
    """

    speaker: str
    voice: Voice
    entry: VoiceEntry | None
    chosen: bool


def listing(workshop: Workshop, typed: str = "") -> list[VoiceEntry]:
    """The voices whose name or description holds what was typed, the preferred engine's first."""
    return workshop.voices.matching(typed)


def find_voice(workshop: Workshop, name: str) -> VoiceEntry:
    """The voice of that name. Raises ``NotFoundError``."""
    entry = workshop.voices.find(name)
    if entry is None:
        near = [entry.name for entry in workshop.voices.matching(name)[:5]]
        hint = f"Perhaps {', '.join(near)}?" if near and name.strip() else "`/voice list` shows those that there are."
        raise NotFoundError("There is no such voice.", hint)
    return entry


async def sample(workshop: Workshop, name: str, text: str = "") -> Path:
    """A sample of a voice as a WAV file; the same one is spoken once. Raises ``NotFoundError``, ``ScriptError`` for a
    text that is too long or says nothing, and ``VoiceError``.
    """
    entry = find_voice(workshop, name)
    said = " ".join(text.split()) or SAMPLE
    if len(said) > SAMPLE_LENGTH:
        raise ScriptError(f"A sample has at most {SAMPLE_LENGTH} characters.", "Try a shorter text.")
    if not re.search(r"\w", said):
        raise ScriptError("There is nothing to say in that.", "Try a text with words in it.")
    key = recipe_key("speech", narrator=workshop.narrator.fingerprint(entry.voice), text=said)
    kept = await workshop.made.find(key)
    if kept is None:
        speech = await workshop.narrator.speak(said, entry.voice)
        words = [
            {"begin_s": word.begin_s, "end_s": word.end_s, "start": word.start, "end": word.end}
            for word in speech.words
        ]
        details = {"seconds": speech.seconds, "sample_rate": speech.sample_rate, "words": words}
        kept = await workshop.made.keep_bytes(key, speech.wav, ".wav", details)
    return kept.path


async def parts(workshop: Workshop, story_id: int, person: Person) -> list[Part]:
    """Who speaks in a story, the narrator first, with their voices. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
        if story is None:
            raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
        require_here(story, person)
        chosen = set(await session.scalars(select(VoiceRow.speaker).where(VoiceRow.story_id == story_id)))
    chains = await story_voices(workshop, story_id, await story_lines(workshop, story_id))
    by_voice = {entry.voice: entry for entry in workshop.voices.entries}
    return [
        Part(speaker or NARRATOR, chain[0], by_voice.get(chain[0]), _key(speaker) in chosen)
        for speaker, chain in chains.items()
    ]


async def choose(workshop: Workshop, story_id: int, person: Person, speaker: str, voice: str) -> tuple[str, str]:
    """Give a speaker of a story a voice ("" for the one that fits); the author and moderators may.

    Gives the speaker's and the voice's names. Films that are made from then on have it. Raises ``NotFoundError``,
    ``NotAllowedError``, or ``StateError`` where the story is not open.
    """
    entry = find_voice(workshop, voice) if voice.strip() else None
    known = {part.speaker.casefold(): part.speaker for part in await parts(workshop, story_id, person)}
    name = known.get(" ".join(speaker.split()).casefold())
    if name is None:
        raise NotFoundError("Nobody of that name speaks in this story.", "Choose one from the list as you type.")
    key = _key(None if name == NARRATOR else name)
    async with workshop.changing(story_id) as (session, story):
        await require(session, person, Act.STEER, story, what="choose voices")
        require_open(story)
        if len(key) > 100:
            raise StateError("That name is too long to be given a voice.", "Shorten it in the script.")
        await session.execute(delete(VoiceRow).where(VoiceRow.story_id == story_id, VoiceRow.speaker == key))
        if entry is not None:
            session.add(
                VoiceRow(story_id=story_id, speaker=key, voice=entry.name, chosen_by=person.id, chosen_at=now())
            )
        audit.note_on_story(session, person, story, "story.voice", f"{name}: {'' if entry is None else entry.name}")
    return name, "" if entry is None else entry.name


def _key(speaker: str | None) -> str:
    return (speaker or "").casefold()
