"""Who speaks with which voice in a project: what ``voices:`` in ``story.yaml`` says, and the rows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import now
from storycore.store.voices import VoiceRow

#: A voice that is left to Fireside.
AUTO = "auto"
NARRATOR = "narrator"


@dataclass(frozen=True, slots=True)
class Speaks:
    """A speaker ("": the narrator, others in small letters) and the name of the voice that was chosen."""

    speaker: str
    voice: str


def speaks(name: str, voice: str) -> Speaks:
    """As the file names them."""
    key = " ".join(name.split()).casefold()
    return Speaks("" if key == NARRATOR else key, voice)


async def read_voices(session: AsyncSession, story_id: int) -> tuple[Speaks, ...]:
    """What the rows say, in the order of the names."""
    rows = await session.scalars(select(VoiceRow).where(VoiceRow.story_id == story_id).order_by(VoiceRow.speaker))
    return tuple(Speaks(row.speaker, row.voice) for row in rows)


async def write_voices(session: AsyncSession, story_id: int, wanted: Sequence[Speaks]) -> None:
    """The rows say what the file says."""
    if await read_voices(session, story_id) == tuple(wanted):
        return
    await session.execute(delete(VoiceRow).where(VoiceRow.story_id == story_id))
    session.add_all(VoiceRow(story_id=story_id, speaker=s.speaker, voice=s.voice, chosen_at=now()) for s in wanted)
    await session.flush()


def unheard(wanted: Sequence[Speaks], named: Mapping[str, str]) -> list[str]:
    """The speakers with a voice who are not among ``named`` (everybody's names in small letters), for a note."""
    return [one.speaker for one in wanted if one.speaker and one.speaker not in named]
