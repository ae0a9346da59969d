"""The rows of moderation: what members reported, whom moderators warned and blocked; and files that are to go."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import IDS_ONCE, Base, now, story_fk


class ReportRow(Base):
    """A picture that a member reported, once each; ``decision`` is "" until a moderator said what becomes of it.

    The picture is named by its round and number, so that a report outlives the picture.
    """

    __tablename__ = "report"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "number", "made_by"),
        sa.Index("ix_report_story_id", "story_id"),
        sa.Index("ix_report_server_id_decision", "server_id", "decision"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(sa.BigInteger)
    story_id: Mapped[int] = story_fk()
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    decision: Mapped[str] = mapped_column(sa.String(16), default="")
    decided_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    decided_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    decided_at: Mapped[datetime | None] = mapped_column()


class BlockRow(Base):
    """A member who may do nothing here until somebody unblocks them."""

    __tablename__ = "block"

    server_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    member_name: Mapped[str] = mapped_column(sa.String(100), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)


class WarningRow(Base):
    """What moderators have to say to a member; told when the member next uses the bot (``told_at``)."""

    __tablename__ = "warning"
    __table_args__ = (sa.Index("ix_warning_server_id_member_id", "server_id", "member_id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(sa.BigInteger)
    member_id: Mapped[int] = mapped_column(sa.BigInteger)
    member_name: Mapped[str] = mapped_column(sa.String(100), default="")
    words: Mapped[str] = mapped_column(sa.Text)
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    told_at: Mapped[datetime | None] = mapped_column()


class DoomedRow(Base):
    """A media file that nothing refers to any more: written with what let go of it, gone once the file is."""

    __tablename__ = "doomed"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    suffix: Mapped[str] = mapped_column(sa.String(8))
    at: Mapped[datetime] = mapped_column(default=now)


class ErasureRow(Base):
    """A member whose traces were erased, until the reactions that they gave are taken off in the chat too."""

    __tablename__ = "erasure"

    server_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(default=now)
