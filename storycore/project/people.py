"""The cast in a project: who is in it, what people corrected of it, and what is asked, as ``story.yaml`` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import TOLD, Correction, CorrectionKind, facts_of, fits
from storycore.cast.facts import Facts, KnownCharacter, folded
from storycore.cast.model import CastMember, Question, QuestionKind, Understanding
from storycore.store.corrections import CorrectionRow, QuestionRow
from storycore.store.models import CastRow

YES, NO, UNKNOWN, NARRATOR = "yes", "no", "unknown", "narrator"


@dataclass(frozen=True, slots=True)
class Said:
    """One correction. ``names`` are as the kind has them; a speaker's line also has its words and the how-manieth."""

    kind: CorrectionKind
    names: tuple[str, ...]
    text: str = ""
    nth: int = 0

    def correction(self) -> Correction:
        """The same as the reader is told of it."""
        if self.kind is CorrectionKind.SPEAKER:
            speaker = None if self.names[0].casefold() == NARRATOR else self.names[0]
            return Correction(self.kind, {"text": self.text, "nth": self.nth, "speaker": speaker})
        return Correction(self.kind, {"names": list(self.names)})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asks, and the answer somebody wrote ("": none yet)."""

    ask: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The cast (names and what else they are called), the corrections, and the questions that are open."""

    cast: tuple[tuple[str, tuple[str, ...]], ...] = ()
    corrections: tuple[Said, ...] = ()
    questions: tuple[Asked, ...] = ()


NOBODY = People()


def facts_said(corrections: Sequence[Said], known: Sequence[KnownCharacter] = ()) -> Facts:
    """The facts that follow from what the file says; ``known`` are its characters."""
    return facts_of([said.correction() for said in corrections], known)


def cast_of(members: Sequence[CastMember]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The cast as the file has it."""
    return tuple((_plain(member.name)[:100], tuple(map(_plain, member.aliases))) for member in members)


def asked_of(questions: Sequence[Question], corrections: Sequence[Said]) -> tuple[Asked, ...]:
    """The questions as the file has them, but for those that were answered."""
    open_ = [Asked(_ask(question)) for question in questions if not _known(question, corrections)]
    return tuple(dict.fromkeys(open_))


def misfits(corrections: Sequence[Said], text: str, understood: Understanding) -> list[str]:
    """Corrections whose words are not in the script any more, in words."""
    return [said.correction().words() for said in corrections if not fits(said.correction(), text, understood)]


async def read_people(session: AsyncSession, story_id: int) -> tuple[People, tuple[Question, ...]]:
    """What the rows say, and the questions behind those that the file shows."""
    cast = await session.scalars(select(CastRow).where(CastRow.story_id == story_id).order_by(CastRow.number))
    made = await session.scalars(
        select(CorrectionRow)
        .where(CorrectionRow.story_id == story_id, CorrectionRow.kind.in_(TOLD))
        .order_by(CorrectionRow.id)
    )
    rows = await session.scalars(
        select(QuestionRow)
        .where(QuestionRow.story_id == story_id, QuestionRow.answer.is_(None))
        .order_by(QuestionRow.number, QuestionRow.id)
    )
    questions = tuple(
        Question(row.kind, row.about, row.other, tuple(row.options), row.nth, row.start, row.end) for row in rows
    )
    corrections = tuple(_said(row.kind, row.data) for row in made)
    members = [CastMember(row.name, tuple(row.aliases)) for row in cast]
    return People(cast_of(members), corrections, asked_of(questions, corrections)), questions


async def write_corrections(session: AsyncSession, story_id: int, corrections: Sequence[Said]) -> None:
    """The rows say what the file says."""
    told = delete(CorrectionRow).where(CorrectionRow.story_id == story_id, CorrectionRow.kind.in_(TOLD))
    await session.execute(told, execution_options={"synchronize_session": False})
    for said in corrections:
        correction = said.correction()
        session.add(CorrectionRow(story_id=story_id, kind=correction.kind, data=dict(correction.data)))
    await session.flush()


def answered(people: People, questions: Sequence[Question]) -> tuple[Said, ...]:
    """The corrections that follow from the answers in the file. Each question is one of ``questions``.

    Raises ``ValueError`` with the question whose answer is none to it.
    """
    by_words = {_ask(question): question for question in questions}
    found: list[Said] = []
    for asked in people.questions:
        question = by_words.get(asked.ask)
        if question is None or not asked.answer or asked.answer.casefold() == UNKNOWN:
            continue
        found.append(_answer(question, asked))
    return tuple(found)


def _answer(question: Question, asked: Asked) -> Said:
    said = asked.answer.casefold()
    match question.kind, said:
        case QuestionKind.SAME, "yes":
            return Said(CorrectionKind.SAME, (question.other or "", question.about))
        case QuestionKind.SAME, "no":
            return Said(CorrectionKind.APART, (question.other or "", question.about))
        case QuestionKind.CHARACTER, "yes":
            return Said(CorrectionKind.SOMEBODY, (question.about,))
        case QuestionKind.CHARACTER, "no":
            return Said(CorrectionKind.NOBODY, (question.about,))
        case QuestionKind.SPEAKER, _ if said not in (YES, NO):
            return Said(CorrectionKind.SPEAKER, (asked.answer,), question.about, question.nth)
    raise ValueError(asked.ask)


def _ask(question: Question) -> str:
    about = _plain(question.about)
    match question.kind:
        case QuestionKind.SAME:
            return f"Is “{about}” {_plain(question.other or '')}?"
        case QuestionKind.SPEAKER:
            which = f" (number {question.nth + 1} of these)" if question.nth else ""
            return f"Who says “{about}”{which}: {', '.join([*map(_plain, question.options), NARRATOR])}?"
        case QuestionKind.CHARACTER:
            return f"Is “{about}” somebody in this story?"


def _known(question: Question, corrections: Sequence[Said]) -> bool:
    about = {folded(question.about), folded(question.other or question.about)}
    for said in corrections:
        if question.kind is QuestionKind.SPEAKER:
            if (said.kind, said.text, said.nth) == (CorrectionKind.SPEAKER, question.about, question.nth):
                return True
        elif {folded(name) for name in said.names} == about and said.kind is not CorrectionKind.SPEAKER:
            return True
    return False


def _said(kind: CorrectionKind, data: Mapping[str, object]) -> Said:
    if kind is CorrectionKind.SPEAKER:
        return Said(kind, (str(data["speaker"] or NARRATOR),), str(data["text"]), int(str(data["nth"])))
    names = data.get("names")
    return Said(kind, tuple(map(str, names)) if isinstance(names, list) else ())


def _plain(text: str) -> str:
    return " ".join(text.split())
