"""Lines: who says one, and in which words."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import CorrectionKind
from storycore.cast.facts import folded
from storycore.errors import NotFoundError, ScriptError
from storycore.script.markup import spoken
from storycore.script.model import LineKind
from storycore.script.reading import MAX_WORDS
from storycore.script.words import count_words, has_words
from storycore.store.corrections import CorrectionRow
from storycore.store.models import CastRow, LineRow, SceneRow, StoryRow
from storycore.studio.correcting import correcting, note, tidy_name
from storycore.studio.people import Person
from storycore.work.workshop import Workshop

#: The most characters of one line.
LINE_LENGTH = 1000
_GONE = ("That line has changed meanwhile.", "Look at the scene's lines again.")


async def story_of_line(workshop: Workshop, line_id: int) -> int:
    """The id of a line's story. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        found = await session.scalar(
            select(SceneRow.story_id).join(LineRow, LineRow.scene_id == SceneRow.id).where(LineRow.id == line_id)
        )
    if found is None:
        raise NotFoundError(*_GONE)
    return found


async def line_of_story(session: AsyncSession, story_id: int, line_id: int) -> tuple[LineRow, SceneRow]:
    """A line and its scene. Raises ``NotFoundError`` where the story has no such line."""
    found = (
        await session.execute(
            select(LineRow, SceneRow)
            .join(SceneRow, SceneRow.id == LineRow.scene_id)
            .where(LineRow.id == line_id, SceneRow.story_id == story_id)
        )
    ).first()
    if found is None:
        raise NotFoundError(*_GONE)
    return found[0], found[1]


def _as_written(story: StoryRow, line: LineRow) -> str:
    """A line's words as the script has them, whatever people made of them since."""
    if line.rewritten and line.start is not None and line.end is not None:
        return spoken(story.script[line.start : line.end])
    return line.text


async def _which(session: AsyncSession, story: StoryRow, line: LineRow) -> tuple[str, int]:
    """A line's words, and how many lines before it in the script have the same."""
    text = _as_written(story, line)
    rows = await session.scalars(
        select(LineRow)
        .join(SceneRow, SceneRow.id == LineRow.scene_id)
        .where(SceneRow.story_id == story.id, LineRow.start < line.start)
    )
    before = sum(_as_written(story, row) == text for row in rows)
    deleted = await session.scalars(
        select(CorrectionRow.data).where(
            CorrectionRow.story_id == story.id, CorrectionRow.kind == CorrectionKind.DELETED
        )
    )
    gone = [place for data in deleted for place in data.get("lines", ())]
    return text, before + sum(words == text and start < (line.start or 0) for start, words in gone)


async def set_speaker(workshop: Workshop, line_id: int, person: Person, speaker: str | None) -> str | None:
    """Say who speaks a line: a cast name, a new one, or None for the narrator; gives the name as it is kept."""
    name = None if speaker is None else tidy_name(speaker)
    async with correcting(workshop, await story_of_line(workshop, line_id), person) as (session, story):
        line, _ = await line_of_story(session, story.id, line_id)
        cast = await session.scalars(select(CastRow).where(CastRow.story_id == story.id).order_by(CastRow.number))
        if name is not None:
            own = (row.name for row in cast if folded(name) in map(folded, (row.name, *row.aliases)))
            name = next(own, name)
        if line.start is not None:
            text, nth = await _which(session, story, line)
            data = {"text": text, "nth": nth, "speaker": name}
            note(session, story, person, CorrectionKind.SPEAKER, data)
        line.speaker, line.confidence, line.reason = name, 1.0, ""
        if name is not None:
            line.kind = LineKind.SPEECH
    return name


async def set_words(workshop: Workshop, line_id: int, person: Person, words: str) -> None:
    """Put other words in the place of a line's; they are spoken and read instead, and shown in the pictures.

    Raises ``ScriptError`` for words that cannot be spoken.
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    if not has_words(text):
        raise ScriptError("There are no words in this.", "Write what is to be heard.")
    if len(text) > LINE_LENGTH:
        raise ScriptError(f"This has {len(text):,} characters.", f"A line has at most {LINE_LENGTH:,}.")
    async with correcting(workshop, await story_of_line(workshop, line_id), person) as (session, story):
        line, scene = await line_of_story(session, story.id, line_id)
        await require_room_for(session, story, count_words(text) - count_words(line.text))
        note(session, story, person, CorrectionKind.WORDS, {"before": line.text, "after": text})
        line.text, line.rewritten = text, line.start is not None
        scene.prompt_due = True


async def require_room_for(session: AsyncSession, story: StoryRow, words: int) -> None:
    """A story stays within what a script may have. Raises ``ScriptError``."""
    told = await session.scalar(
        select(func.sum(func.length(LineRow.text)))
        .join(SceneRow, SceneRow.id == LineRow.scene_id)
        .where(SceneRow.story_id == story.id)
    )
    # A word has two characters at least, with the space behind it: only then is it worth counting.
    if words <= 0 or (told or 0) // 2 + words <= MAX_WORDS:
        return
    texts = await session.scalars(
        select(LineRow.text).join(SceneRow, SceneRow.id == LineRow.scene_id).where(SceneRow.story_id == story.id)
    )
    if sum(map(count_words, texts)) + words > MAX_WORDS:
        raise ScriptError(f"The story would have more than {MAX_WORDS:,} words.", "Make it shorter elsewhere first.")
