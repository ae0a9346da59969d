"""The rows of a server's styles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import IDS_ONCE, Base, now


class StyleRow(Base):
    """A style (``storycore.styles.model``): ``data`` are its words. Stories keep a copy, so a row may go."""

    __tablename__ = "style"
    __table_args__ = (sa.UniqueConstraint("server_id", "folded"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 0: those of the command line.
    server_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(40))
    folded: Mapped[str] = mapped_column(sa.String(120))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: New stories of the server take it.
    is_default: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
