"""The rows of hosts and of the jobs that wait for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storycore.store.base import IDS_ONCE, Base, enum_of, now


class HostState(StrEnum):
    """Whether a host gets work. A draining one finishes what it has and gets nothing new."""

    ENABLED = "enabled"
    DRAINING = "draining"


class HostOrigin(StrEnum):
    """Where a host was named; one from the settings is changed only there."""

    SETTINGS = "settings"
    CHAT = "chat"


class HostHealth(StrEnum):
    """How a host was when it was last asked: not asked yet; it answers; no answer; it answers and refuses us."""

    UNKNOWN = "unknown"
    WELL = "well"
    AWAY = "away"
    REFUSING = "refusing"


class HostRow(Base):
    """A host: a WebUI's address, what it has, and how it was when it was last asked.

    ``url`` holds neither user nor password. ``login`` and ``password`` are empty for hosts from the settings: theirs
    stay in the settings. Neither is ever shown, in a reply, a log or a ``repr``.
    """

    __tablename__ = "host"
    __table_args__ = (sa.UniqueConstraint("name"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    url: Mapped[str] = mapped_column(sa.String(300))
    login: Mapped[str] = mapped_column(sa.String(200), default="")
    password: Mapped[str] = mapped_column(sa.String(200), default="")
    #: The server whose stories it paints; None: everybody's.
    server_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    origin: Mapped[HostOrigin] = mapped_column(enum_of(HostOrigin), default=HostOrigin.CHAT)
    state: Mapped[HostState] = mapped_column(enum_of(HostState), default=HostState.ENABLED)
    #: Its address may lead into a private network (the settings' hosts, and where the settings allow it).
    private: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    added_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    added_at: Mapped[datetime] = mapped_column(default=now)
    health: Mapped[HostHealth] = mapped_column(enum_of(HostHealth), default=HostHealth.UNKNOWN)
    #: One sentence on ``health``, for people.
    detail: Mapped[str] = mapped_column(sa.Text, default="")
    checked_at: Mapped[datetime | None] = mapped_column()
    #: When a host that failed is tried again.
    next_try_at: Mapped[datetime | None] = mapped_column()
    flavour: Mapped[str] = mapped_column(sa.String(20), default="")
    #: The checkpoint that is loaded, and the one that the host's owner chose (for jobs that want none in particular).
    checkpoint: Mapped[str] = mapped_column(sa.String(300), default="")
    own_checkpoint: Mapped[str] = mapped_column(sa.String(300), default="")
    #: ``storycore.hosts.model.Abilities`` as JSON.
    abilities: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Seconds that a picture of a megapixel takes, as measured; None before the first.
    pace: Mapped[float | None] = mapped_column()
    painted: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)


class JobRow(Base):
    """A job: one round's place in the queue, and its record. There is one for every round that was asked for.

    ``rank`` is the class (``Urgency.rank``: 0 somebody waits, 1 first pictures, 2 overnight); ``tag`` and ``finish``
    are the fair queue's (units of 0.1 s of host time, within ``epoch``); ``cost`` is the expected host time in the same
    unit. ``record`` lists what went wrong: ``{"at": ISO time, "host": name, "case": word, "words": sentence}``.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("round_id"),
        sa.Index("ix_job_epoch_rank_server_id_member_id", "epoch", "rank", "server_id", "member_id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id", ondelete="CASCADE"))
    server_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    member_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    member_name: Mapped[str] = mapped_column(sa.String(100), default="")
    rank: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column(default=0)
    tag: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    finish: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    cost: Mapped[int] = mapped_column(default=1)
    #: What a host must have: a checkpoint ("": any), LoRAs by name.
    checkpoint: Mapped[str] = mapped_column(sa.String(300), default="")
    loras: Mapped[list[str]] = mapped_column(default=list)
    embeddings: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: Not before this moment (an overnight batch).
    not_before: Mapped[datetime | None] = mapped_column()
    #: Taken out of the queue by a pause, until it is put back.
    held: Mapped[bool] = mapped_column(default=False)
    #: The host that paints it, or painted it last, and the task's name there.
    host_id: Mapped[int | None] = mapped_column(sa.ForeignKey("host.id", ondelete="SET NULL"))
    host_name: Mapped[str] = mapped_column(sa.String(60), default="")
    task: Mapped[str] = mapped_column(sa.String(140), default="")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    #: When a host last began with it; None before.
    begun_at: Mapped[datetime | None] = mapped_column()
    #: Hosts (by id) that failed with it.
    failed_on: Mapped[list[int]] = mapped_column(default=list)
    record: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)


class FairClockRow(Base):
    """The fair queue's clock of one class: the tag last begun, and which epoch counts (a new one when it is empty)."""

    __tablename__ = "fair_clock"

    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(default=0)
    begun: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class HoldRow(Base):
    """A pause: nobody's (``server_id`` 0: everybody's) jobs are begun until it is gone. Asked for ones wait, held."""

    __tablename__ = "hold"

    server_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    until: Mapped[datetime | None] = mapped_column()
    since: Mapped[datetime] = mapped_column(default=now)


class NoticeRow(Base):
    """Something that admins are told once: shown by the front end, which then sets ``told_at``.

    ``kind`` is a word (``no_painter``); of each kind a server (None: whoever runs Fireside) has one that is not over.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    words: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(default=now)
    told_at: Mapped[datetime | None] = mapped_column()
    over_at: Mapped[datetime | None] = mapped_column()
