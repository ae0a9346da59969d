"""The rows of what people corrected, and of what the reader asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.cast.corrections import CorrectionKind
from storycore.cast.model import QuestionKind
from storycore.store.base import IDS_ONCE, Base, enum_of, now, story_fk


class CorrectionRow(Base):
    """What somebody corrected, when, in the order it was done; ``fits`` is False once its words are not there."""

    __tablename__ = "correction"
    __table_args__ = (sa.Index("ix_correction_story_id", "story_id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    kind: Mapped[CorrectionKind] = mapped_column(enum_of(CorrectionKind))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    fits: Mapped[bool] = mapped_column(default=True, server_default=sa.true())


class QuestionRow(Base):
    """What the reader is unsure of; ``answer`` is None until somebody answered."""

    __tablename__ = "question"
    __table_args__ = (sa.Index("ix_question_story_id", "story_id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    number: Mapped[int] = mapped_column()
    kind: Mapped[QuestionKind] = mapped_column(enum_of(QuestionKind))
    about: Mapped[str] = mapped_column(sa.Text)
    other: Mapped[str | None] = mapped_column(sa.Text)
    options: Mapped[list[str]] = mapped_column(default=list)
    nth: Mapped[int] = mapped_column(default=0)
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[float] = mapped_column(default=0.0)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    answer: Mapped[str | None] = mapped_column(sa.Text)
    answered_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    answered_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    answered_at: Mapped[datetime | None] = mapped_column()
