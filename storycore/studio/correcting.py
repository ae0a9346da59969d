"""What all corrections share: who may, one at a time, noted with who and when, and the reading that follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import CorrectionKind
from storycore.errors import NotAllowedError, ScriptError
from storycore.store.corrections import CorrectionRow
from storycore.store.models import StoryRow
from storycore.studio import audit
from storycore.studio.people import Person, require_open
from storycore.studio.permissions import Act, require
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

#: The longest name of a character, in characters.
NAME_LENGTH = 60


@asynccontextmanager
async def correcting(workshop: Workshop, story_id: int, person: Person) -> AsyncIterator[tuple[AsyncSession, StoryRow]]:
    """A transaction in which one person corrects a story; others wait their turn. Afterwards it is read again.

    Raises ``NotFoundError``, ``NotAllowedError`` and ``StateError``; whatever is raised inside leaves everything as it
    was.
    """
    async with workshop.changing(story_id) as (session, story):
        await session.refresh(story, with_for_update=True)
        await _require(session, person, story)
        require_open(story)
        yield session, story
        audit.note_on_story(session, person, story, "story.correct", "corrected")
        story.corrected += 1
        await workshop.engine.enqueue(session, [asking.correcting(story)])


async def _require(session: AsyncSession, person: Person, story: StoryRow) -> None:
    """Who may steer a story may correct it; others are told what they can do."""
    try:
        await require(session, person, Act.STEER, story, what="correct it")
    except NotAllowedError as error:
        hint = "Thank you for looking closely: write in the story's thread what is wrong, and they can."
        raise NotAllowedError(error.message, hint) from None


def note(session: AsyncSession, story: StoryRow, person: Person, kind: CorrectionKind, data: dict[str, Any]) -> None:
    """Note a correction: what, by whom, and when."""
    row = CorrectionRow(story_id=story.id, kind=kind, data=data, made_by=person.id, made_by_name=person.name[:100])
    session.add(row)


def tidy_name(typed: str) -> str:
    """A name as it is kept: printable, one line, white space folded. Raises ``ScriptError``."""
    printable = "".join(character if character.isprintable() else " " for character in typed)
    name = " ".join(printable.split())
    if not any(character.isalnum() for character in name):
        raise ScriptError("That is no name.", "Write the name as it should be shown.")
    if len(name) > NAME_LENGTH:
        raise ScriptError(f"That name has {len(name)} characters.", f"At most {NAME_LENGTH} are possible.")
    return name
