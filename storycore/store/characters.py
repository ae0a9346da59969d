"""The rows of a server's characters, of what members propose, and of the names that painters know."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.names.model import Sex
from storycore.store.base import IDS_ONCE, Base, enum_of, now

#: The ``server_id`` of characters that belong to no server: those of the command line.
NO_SERVER = 0


class CharacterRow(Base):
    """A character. One that was removed keeps its row: the stories that use it stay as they are.

    ``mix_pair`` is the pair of the name mix, whichever comes first: it is given once in a server, for ever.
    """

    __tablename__ = "character"
    __table_args__ = (
        sa.UniqueConstraint("server_id", "mix_pair"),
        sa.Index("ix_character_server_id_removed_at", "server_id", "removed_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(60))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    pronouns: Mapped[str | None] = mapped_column(sa.String(8))
    look: Mapped[str] = mapped_column(sa.Text, default="")
    outfits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    negative: Mapped[str] = mapped_column(sa.Text, default="")
    lora: Mapped[str] = mapped_column(sa.String(100), default="")
    lora_weight: Mapped[float] = mapped_column(default=0.8)
    embeddings: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    negative_embeddings: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    mix: Mapped[list[str]] = mapped_column(default=list)
    mix_pair: Mapped[str | None] = mapped_column(sa.String(130))
    voice: Mapped[str] = mapped_column(sa.String(100), default="")
    same_seed: Mapped[bool] = mapped_column(default=False)
    portrait: Mapped[str | None] = mapped_column(sa.ForeignKey("media.hash"))
    #: Counted up by every change of what is drawn; part of the id of the work that follows.
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    #: Who changed it last.
    changed_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    changed_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    removed_at: Mapped[datetime | None] = mapped_column()
    #: Whom it was merged into.
    merged_into: Mapped[int | None] = mapped_column()


class CharacterNameRow(Base):
    """A name or alias of a character that is there: UNIQUE makes it one character's alone."""

    __tablename__ = "character_name"
    __table_args__ = (sa.UniqueConstraint("server_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(sa.BigInteger)
    folded: Mapped[str] = mapped_column(sa.String(120))
    character_id: Mapped[int] = mapped_column(sa.ForeignKey("character.id", ondelete="CASCADE"), index=True)


class ProposalState(StrEnum):
    """What became of what somebody proposed."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ProposalRow(Base):
    """A character that a member proposes (or, with ``character_id``, a change of one); ``data`` as it is exported."""

    __tablename__ = "proposal"
    __table_args__ = (sa.Index("ix_proposal_server_id_state", "server_id", "state"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(sa.BigInteger)
    #: What asked for it (an interaction's id): the same request never makes two.
    request_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    character_id: Mapped[int | None] = mapped_column()
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ProposalState] = mapped_column(enum_of(ProposalState), default=ProposalState.WAITING)
    made_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    decided_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    decided_at: Mapped[datetime | None] = mapped_column()


class KnownNameRow(Base):
    """A name that image models know a face to (``storycore.names``)."""

    __tablename__ = "known_name"

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex))
    source: Mapped[str] = mapped_column(sa.String(16))
