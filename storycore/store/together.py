"""The rows of who makes a story together: beside its author, those whom they invited."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import Base, now, story_fk


class CoAuthorRow(Base):
    """Somebody who may do in a story what its author may, but for ending it and for inviting others."""

    __tablename__ = "co_author"
    __table_args__ = (sa.UniqueConstraint("story_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    member_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(100), default="")
    invited_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    invited_at: Mapped[datetime] = mapped_column(default=now)
