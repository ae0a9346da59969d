"""The rows of a server as a whole: its settings, and who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import Base, now


class SettingRow(Base):
    """A setting that a server changed; one that is not here has its default (``storycore.studio.settings``)."""

    __tablename__ = "setting"

    server_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column()


class AuditRow(Base):
    """Who changed what, when; ``before`` and ``after`` as a person reads them, never a secret."""

    __tablename__ = "audit"
    __table_args__ = (sa.Index("ix_audit_server_id_at", "server_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    actor_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    actor_name: Mapped[str] = mapped_column(sa.String(100), default="")
    #: What was done, such as ``settings.set``; and to what, such as ``roles.vote``.
    act: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(200), default="")
    before: Mapped[str] = mapped_column(sa.Text, default="")
    after: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)
