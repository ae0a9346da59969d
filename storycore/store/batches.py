"""The rows of overnight batches."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import IDS_ONCE, Base, now


class BatchRow(Base):
    """Stories handed in together, painted from ``starts_at`` on behind everything else.

    ``lead_id`` is the first of them: the messages about the whole batch belong to it.
    """

    __tablename__ = "batch"
    __table_args__ = (IDS_ONCE,)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What asked for it (an interaction's id): the same request never makes two batches.
    request_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    server_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    author_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    author_name: Mapped[str] = mapped_column(sa.String(100), default="")
    lead_id: Mapped[int | None] = mapped_column()
    starts_at: Mapped[datetime] = mapped_column()
    #: A sentence for each file that was no script.
    left_out: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
