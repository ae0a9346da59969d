"""What can be seen of a story's cast beside its members: what is asked, and what was corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import CorrectionKind
from storycore.cast.model import QuestionKind
from storycore.store.corrections import CorrectionRow, QuestionRow
from storycore.store.models import StoryRow

#: How much is shown around the place a question is about, on either side, in characters.
_AROUND = 60


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What the reader asks; ``excerpt`` is the place in the script, with what stands around it."""

    id: int
    kind: QuestionKind
    about: str
    other: str | None
    options: tuple[str, ...]
    excerpt: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """What somebody corrected; ``fits`` is False where its words are not in the story any more."""

    id: int
    kind: CorrectionKind
    data: Mapping[str, Any]
    by_name: str
    at: datetime
    fits: bool


async def read_questions(session: AsyncSession, story: StoryRow) -> tuple[QuestionView, ...]:
    """The questions that nobody has answered."""
    rows = await session.scalars(
        select(QuestionRow)
        .where(QuestionRow.story_id == story.id, QuestionRow.answer.is_(None))
        .order_by(QuestionRow.number, QuestionRow.id)
    )
    return tuple(_question(story.script, row) for row in rows)


async def read_corrections(session: AsyncSession, story_id: int) -> tuple[CorrectionView, ...]:
    """Everything people corrected, in order."""
    rows = await session.scalars(
        select(CorrectionRow).where(CorrectionRow.story_id == story_id).order_by(CorrectionRow.id)
    )
    return tuple(CorrectionView(row.id, row.kind, row.data, row.made_by_name, row.made_at, row.fits) for row in rows)


def _question(script: str, row: QuestionRow) -> QuestionView:
    """A question with the words around its place, as far as they stand in the same paragraph."""
    begin = max(script.rfind("\n\n", 0, row.start) + 1, row.start - _AROUND, 0)
    stop = script.find("\n\n", row.end)
    end = min(len(script) if stop < 0 else stop, row.end + _AROUND)
    before = "" if begin == 0 or script[begin - 1].isspace() else "…"
    after = "" if end >= len(script) or script[end].isspace() else "…"
    excerpt = f"{before}{script[begin:end].strip()}{after}" if row.end > row.start else ""
    return QuestionView(row.id, row.kind, row.about, row.other, tuple(row.options), excerpt, row.reason, row.confidence)
