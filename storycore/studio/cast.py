"""The cast: rename a character, take two for one, tell one from another, say who is nobody; answer what is asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import UNDOABLE, CorrectionKind
from storycore.cast.facts import folded
from storycore.cast.model import QuestionKind
from storycore.errors import NotFoundError, StateError
from storycore.store.characters import CharacterRow
from storycore.store.corrections import CorrectionRow, QuestionRow
from storycore.store.models import CastRow, SceneRow, StoryRow, now
from storycore.studio.ballots import story_id_of
from storycore.studio.correcting import correcting, note, tidy_name
from storycore.studio.library import row_here
from storycore.studio.people import Person, require_open
from storycore.studio.permissions import Act, require
from storycore.work.jobs.recasting import recast_in
from storycore.work.workshop import Workshop

#: Answers to a question, beside the names of those who may speak a line.
YES, NO, UNKNOWN, NARRATOR = "yes", "no", "unknown", "narrator"


async def _member(session: AsyncSession, story: StoryRow, name: str) -> CastRow:
    """The cast member of that name, or else of that description. Raises ``NotFoundError``."""
    rows = list(await session.scalars(select(CastRow).where(CastRow.story_id == story.id).order_by(CastRow.number)))
    wanted = folded(name)
    named = (row for row in rows if folded(row.name) == wanted)
    described = (row for row in rows if any(folded(alias) == wanted for alias in row.aliases))
    found = next(named, None) or next(described, None)
    if found is None:
        raise NotFoundError(
            f"There is no “{' '.join(name.split())[:60]}” in this story's cast.",
            "Choose somebody from the list that appears while you type.",
        )
    return found


async def rename(workshop: Workshop, story_id: int, person: Person, name: str, new_name: str) -> str:
    """Show a character under another name, in the cast, the prompts and the film; gives the name as it is kept.

    Raises ``NotFoundError`` for a name that is not in the cast, ``StateError`` for one that somebody else has.
    """
    kept = tidy_name(new_name)
    async with correcting(workshop, story_id, person) as (session, story):
        member = await _member(session, story, name)
        if member.name == kept:
            raise StateError(f"{kept} is called so already.")
        others = await session.scalars(
            select(CastRow.name).where(CastRow.story_id == story_id, CastRow.id != member.id)
        )
        if any(folded(other) == folded(kept) for other in others):
            raise StateError(
                f"There is another {kept} in this story.", "If the two are one character, merge them instead."
            )
        note(session, story, person, CorrectionKind.RENAMED, {"names": [member.name, kept]})
    return kept


async def merge(workshop: Workshop, story_id: int, person: Person, name: str, into: str) -> tuple[str, str]:
    """Two are one character: the names of ``name`` go to ``into``; gives both names.

    Raises ``NotFoundError``, and ``StateError`` where both are one already.
    """
    async with correcting(workshop, story_id, person) as (session, story):
        keep, gone = await _member(session, story, into), await _member(session, story, name)
        if keep.id == gone.id:
            raise StateError(f"{keep.name} is one character already.", "Choose two that are one and the same.")
        note(session, story, person, CorrectionKind.SAME, {"names": [keep.name, gone.name]})
    return keep.name, gone.name


async def split(workshop: Workshop, story_id: int, person: Person, name: str, other: str) -> tuple[str, str]:
    """``other``, one of a character's names or descriptions, is somebody else; gives both names.

    Raises ``NotFoundError`` for a description that the character does not have.
    """
    async with correcting(workshop, story_id, person) as (session, story):
        member = await _member(session, story, name)
        away = next((own for own in (member.name, *member.aliases) if folded(own) == folded(other)), None)
        if away is None or not member.aliases:
            raise NotFoundError(
                f"{member.name} is not called “{' '.join(other.split())[:60]}” here.",
                "Choose one of the names and descriptions that appear while you type.",
            )
        stays = member.name if away != member.name else member.aliases[0]
        note(session, story, person, CorrectionKind.APART, {"names": [stays, away]})
    return stays, away


async def remove(workshop: Workshop, story_id: int, person: Person, name: str) -> str:
    """What was taken for a character is nobody; gives the name."""
    async with correcting(workshop, story_id, person) as (session, story):
        member = await _member(session, story, name)
        note(session, story, person, CorrectionKind.NOBODY, {"names": [member.name]})
    return member.name


async def link(workshop: Workshop, story_id: int, person: Person, name: str, character_id: int | None) -> str:
    """Say which of the server's characters a cast member is (None: none of them); gives the character's name, or "".

    Its look is in the prompts from then on. Raises ``NotFoundError``.
    """
    async with correcting(workshop, story_id, person) as (session, story):
        member = await _member(session, story, name)
        row = None if character_id is None else await row_here(session, story.server_id, character_id)
        called = "" if row is None else row.name
        note(
            session, story, person, CorrectionKind.LINKED,
            {"names": [member.name], "character": character_id, "called": called},
        )  # fmt: skip
    return called


async def wear(workshop: Workshop, scene_id: int, person: Person, name: str, outfit: str) -> str:
    """Choose what a cast member wears in a scene ("": as the scene says); gives the outfit's name.

    Raises ``NotFoundError`` for somebody who is no character of the server's, and for an outfit it does not have.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, story):
        await session.refresh(story, with_for_update=True)
        await require(session, person, Act.STEER, story, what="dress the cast")
        require_open(story)
        member = await _member(session, story, name)
        row = None if member.character_id is None else await session.get(CharacterRow, member.character_id)
        if row is None:
            raise NotFoundError(
                f"{member.name} is none of the server's characters.", "Link them on the cast sheet first."
            )
        worn = next((own for own in row.outfits if folded(own) == folded(outfit)), "")
        if outfit.strip() and not worn:
            has = ", ".join(row.outfits) or "none"
            raise NotFoundError(f"{row.name} has no outfit “{outfit.strip()[:40]}”.", f"Its outfits: {has}.")
        scene = await session.get_one(SceneRow, scene_id)
        chosen = {number: own for number, own in scene.outfits.items() if number != str(row.id)}
        scene.outfits = {**chosen, str(row.id): worn} if worn else chosen
        await session.flush()
        stopped = await recast_in(workshop, session, story, (person.id, person.name[:100]))
    await workshop.engine.cancel(stopped)
    return worn


async def take_back(workshop: Workshop, story_id: int, person: Person, correction_id: int) -> None:
    """Undo a correction that the reader was told. Raises ``NotFoundError``."""
    async with correcting(workshop, story_id, person) as (session, story):
        row = await session.get(CorrectionRow, correction_id)
        if row is None or row.story_id != story.id or row.kind not in UNDOABLE:
            raise NotFoundError("That correction is not there any more.", "Choose one from the list.")
        question_id = row.data.get("question")
        if isinstance(question_id, int):
            asked = await session.get(QuestionRow, question_id)
            if asked is not None and asked.story_id == story.id:
                asked.answer = asked.answered_by = asked.answered_at = None
                asked.answered_by_name = ""
        await session.delete(row)


async def story_asked(workshop: Workshop, question_id: int) -> int:
    """The id of the story that a question is about. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        row = await session.get(QuestionRow, question_id)
    if row is None:
        raise NotFoundError("That question is not asked any more.", "`/cast show` shows the cast as it is now.")
    return row.story_id


async def answer(workshop: Workshop, question_id: int, person: Person, said: str) -> None:
    """Answer a question: ``YES``, ``NO`` or ``UNKNOWN``; for a speaker ``NARRATOR`` or a name.

    Raises ``NotFoundError`` for a question that is not asked any more, ``StateError`` for one that was answered.
    """
    story_id = await story_asked(workshop, question_id)
    async with correcting(workshop, story_id, person) as (session, story):
        row = await session.get(QuestionRow, question_id)
        if row is None:
            raise NotFoundError("That question is not asked any more.", "`/cast show` shows the cast as it is now.")
        if row.answer is not None:
            raise StateError(
                f"{row.answered_by_name or 'Somebody'} answered that already.",
                "`/cast undo` takes an answer back.",
            )
        names = await session.scalars(select(CastRow.name).where(CastRow.story_id == story_id))
        told = _correction(row, said, list(names))
        row.answer, row.answered_by, row.answered_by_name = said, person.id, person.name[:100]
        row.answered_at = now()
        if told is not None:
            kind, data = told
            note(session, story, person, kind, {**data, "question": row.id})


def _correction(row: QuestionRow, said: str, cast: Sequence[str]) -> tuple[CorrectionKind, dict[str, object]] | None:
    """What an answer tells the reader; None: nothing. Raises ``NotFoundError`` for what is no answer to it."""
    if said == UNKNOWN:
        return None
    match row.kind, said:
        case QuestionKind.SAME, "yes":
            return CorrectionKind.SAME, {"names": [row.other, row.about]}
        case QuestionKind.SAME, "no":
            return CorrectionKind.APART, {"names": [row.other, row.about]}
        case QuestionKind.CHARACTER, "yes":
            return CorrectionKind.SOMEBODY, {"names": [row.about]}
        case QuestionKind.CHARACTER, "no":
            return CorrectionKind.NOBODY, {"names": [row.about]}
    if row.kind is QuestionKind.SPEAKER:
        speaker = None if said == NARRATOR else next((n for n in (*row.options, *cast) if n == said), "")
        if speaker != "":
            return CorrectionKind.SPEAKER, {"text": row.about, "nth": row.nth, "speaker": speaker}
    raise NotFoundError("That is no answer to this question.", "Choose one of the answers that are offered.")
