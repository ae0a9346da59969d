"""What the reader asks becomes rows: the same question keeps its row, what is not asked any more goes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.model import Question
from storycore.store.corrections import QuestionRow

#: More than anybody will answer.
_MOST = 100


async def ask_questions(session: AsyncSession, story_id: int, questions: Sequence[Question]) -> None:
    """Write the story's questions as they are now. What was answered stays as it was, and is not asked again."""
    rows = {
        (row.kind.value, row.about, row.other, row.nth): row
        for row in await session.scalars(select(QuestionRow).where(QuestionRow.story_id == story_id))
    }
    asked: set[tuple[str, str, str | None, int]] = set()
    for number, question in enumerate(questions[:_MOST], start=1):
        key = (question.kind.value, question.about, question.other, question.nth)
        if key in asked:
            continue
        asked.add(key)
        row = rows.get(key)
        if row is None:
            row = QuestionRow(
                story_id=story_id, kind=question.kind, about=question.about, other=question.other, nth=question.nth
            )
            session.add(row)
        elif row.answer is not None:
            continue
        row.number, row.options = number, list(question.options)
        row.start, row.end = question.start, question.end
        row.confidence, row.reason = question.confidence, question.reason
    for key, row in rows.items():
        if key not in asked and row.answer is None:
            await session.delete(row)
