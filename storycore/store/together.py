"""The rows of who makes a story together, and of how its pictures are chosen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import Base, enum_of, now, story_fk
from storycore.voting.rules import Mode


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


class VotingRow(Base):
    """How the pictures of one story are chosen, where somebody said so; stories without a row do as their server.

    ``mode`` None is the server's. ``closes_at`` is when the vote that runs is closed, ``quorum`` at how many votes
    for every scene. ``asked`` counts the closing times that were set: each has a workflow of its own.
    """

    __tablename__ = "voting"

    story_id: Mapped[int] = mapped_column(sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True)
    mode: Mapped[Mode | None] = mapped_column(enum_of(Mode))
    role_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    quorum: Mapped[int | None] = mapped_column()
    closes_at: Mapped[datetime | None] = mapped_column()
    asked: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column()
    #: Who closed it, or why it closed by itself, in words.
    closed_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    closed_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    closed_why: Mapped[str] = mapped_column(sa.String(200), default="")
