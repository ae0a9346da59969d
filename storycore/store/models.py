"""The rows: everything Fireside knows. What can be derived (a story's stage, a tally) is not stored.

Identifiers of people and places (members, servers, channels, messages, threads) are the chat's own 64-bit numbers;
the core only keeps them. Times are UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storycore.script.model import LineKind
from storycore.store import characters as _characters  # noqa: F401 - so that its tables are known wherever these are
from storycore.store import corrections as _corrections  # noqa: F401 - so that its tables are known wherever these are
from storycore.store import hosts as _hosts  # noqa: F401 - so that its tables are known wherever these are
from storycore.store import moderation as _moderation  # noqa: F401 - so that its tables are known wherever these are
from storycore.store import styles as _styles  # noqa: F401 - the same
from storycore.store import together as _together  # noqa: F401 - so that its tables are known wherever these are
from storycore.store import voices as _voices  # noqa: F401 - so that its table is known wherever these are
from storycore.store.base import IDS_ONCE, Base, UtcDateTime, enum_of, now, story_fk
from storycore.store.batches import BatchRow
from storycore.store.server_rows import AuditRow, SettingRow
from storycore.voting.rules import How

__all__ = [
    "STORYBOARD",
    "UNFINISHED",
    "AuditRow",
    "BallotRow",
    "BallotSource",
    "Base",
    "BatchRow",
    "CandidateRow",
    "CastRow",
    "FilmRow",
    "LineRow",
    "MadeRow",
    "MediaRow",
    "PostRow",
    "ReactionRow",
    "RoundReason",
    "RoundRow",
    "SceneRow",
    "SettingRow",
    "StoryRow",
    "StoryState",
    "UtcDateTime",
    "WorkState",
    "now",
]


class StoryState(StrEnum):
    """Where a story stands, as far as it cannot be read from its rounds and films."""

    READING = "reading"
    OPEN = "open"
    TOO_LONG = "too_long"  # more scenes than a story may have: offered in parts
    SPLIT = "split"  # taken up in parts, each a story of its own
    CANCELLED = "cancelled"
    FAILED = "failed"
    DELETED = "deleted"  # everything is gone but its messages, which go next


class WorkState(StrEnum):
    """Where a piece of work (a round of painting, a film) stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Work that will still change by itself.
UNFINISHED = (WorkState.WAITING, WorkState.WORKING)


class RoundReason(StrEnum):
    """Why a round was painted."""

    FIRST = "first"
    AGAIN = "again"
    EDITED = "edited"
    CORRECTED = "corrected"
    MORE = "more"


class BallotSource(StrEnum):
    """How a ballot was cast; only a ballot cast by reaction is withdrawn when that reaction goes."""

    BUTTON = "button"
    REACTION = "reaction"


class StoryRow(Base):
    """A story: a script somebody handed in, and where it lives."""

    __tablename__ = "story"
    __table_args__ = (sa.Index("ix_story_server_id_created_at", "server_id", "created_at"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What asked for it (an interaction's id): the same request never makes two stories.
    request_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    server_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    channel_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    thread_id: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    author_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    author_name: Mapped[str] = mapped_column(sa.String(100), default="")
    title: Mapped[str] = mapped_column(sa.String(100))
    script: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[StoryState] = mapped_column(enum_of(StoryState), default=StoryState.READING)
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    #: Why the story cannot be shown where it lives ("" while it can): no permission, a locked thread.
    place_problem: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    parts: Mapped[int] = mapped_column(default=0)
    max_scenes: Mapped[int | None] = mapped_column()
    candidates: Mapped[int] = mapped_column(default=4)
    width: Mapped[int] = mapped_column(default=1024)
    height: Mapped[int] = mapped_column(default=576)
    #: The checkpoint that its pictures are painted with ("": whichever the host has).
    checkpoint: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    #: The style that it took, as that was then (``storycore.styles.model``); what it says goes before size and
    #: checkpoint above. Empty: the house's own way.
    style: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: The overnight batch that it was handed in with. (No foreign key: SQLite could add one only by making the table
    #: anew, and would forget on the way that ids are given out once.)
    batch_id: Mapped[int | None] = mapped_column(index=True)
    #: Counted up by every change; the projector compares it with ``shown_version``.
    version: Mapped[int] = mapped_column(default=1)
    #: Whether its channel is age-restricted, as the chat last said.
    age_restricted: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    #: The language the reader took the script for, and what it has to say about it.
    language: Mapped[str] = mapped_column(sa.String(16), default="en", server_default="en")
    notes: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: How often it was corrected, up to which of these the reader has read it again, and why it could not ("").
    corrected: Mapped[int] = mapped_column(default=0, server_default="0")
    corrected_read: Mapped[int] = mapped_column(default=0, server_default="0")
    correction_problem: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    #: The character whose portraits these are: no story at all then, but shown, painted and voted on like one.
    preview_of: Mapped[int | None] = mapped_column(index=True)
    shown_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    scenes: Mapped[list[SceneRow]] = relationship(
        back_populates="story", order_by="SceneRow.number", cascade="all, delete-orphan", passive_deletes=True
    )
    cast: Mapped[list[CastRow]] = relationship(
        order_by="CastRow.number", cascade="all, delete-orphan", passive_deletes=True
    )
    #: What its next film shall be like (``storycore.film.options``, what differs from the defaults): as last asked for.
    film_options: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    films: Mapped[list[FilmRow]] = relationship(
        back_populates="story", order_by="FilmRow.id", cascade="all, delete-orphan", passive_deletes=True
    )


class SceneRow(Base):
    """A scene: a stretch of the script (code points; None for a scene added by hand), its prompt, its pick."""

    __tablename__ = "scene"
    __table_args__ = (sa.UniqueConstraint("story_id", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    number: Mapped[int] = mapped_column()
    start: Mapped[int | None] = mapped_column()
    end: Mapped[int | None] = mapped_column()
    title: Mapped[str] = mapped_column(sa.String(100))
    prompt: Mapped[str] = mapped_column(sa.Text)
    #: Who wrote the prompt: None for Fireside itself.
    prompt_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    #: The scene's words changed: its prompt is to be written anew, unless a person wrote it.
    prompt_due: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    #: What the prompt is written from (``storycore.prompts.write.Written``): who, where and what, without looks.
    written: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: What the prompt was put together from (``storycore.prompts.compose.Composed``), without its text.
    composed: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: What changed of the looks in a prompt that a person wrote, to be merged if somebody wants it.
    offer: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: The outfits that people chose for this scene, by the character's id.
    outfits: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: The round whose pictures are shown and voted on: the latest that was painted; 0 until there is one.
    round: Mapped[int] = mapped_column(default=0)
    #: The candidate of that round which the film uses, whatever the votes say.
    pick: Mapped[int | None] = mapped_column()
    #: The candidate that takes over from the pick half-way through the scene.
    second_pick: Mapped[int | None] = mapped_column()
    #: How the pick came about, and who picked; and the pick it had before it went back to the votes.
    pick_how: Mapped[How] = mapped_column(enum_of(How), default=How.PERSON, server_default=How.PERSON.value)
    pick_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    pick_by_name: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    earlier_pick: Mapped[int | None] = mapped_column()

    story: Mapped[StoryRow] = relationship(back_populates="scenes")
    lines: Mapped[list[LineRow]] = relationship(
        order_by="LineRow.number", cascade="all, delete-orphan", passive_deletes=True
    )
    rounds: Mapped[list[RoundRow]] = relationship(
        back_populates="scene", order_by="RoundRow.number", cascade="all, delete-orphan", passive_deletes=True
    )


class LineRow(Base):
    """A line of a scene, narration or speech; offsets as in the script, None where a person wrote the line.

    ``rewritten`` says that a person put other words in the place of the script's. ``confidence`` (0 … 1) and ``reason``
    say how sure the speaker is, and why.
    """

    __tablename__ = "line"
    __table_args__ = (sa.UniqueConstraint("scene_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scene_id: Mapped[int] = mapped_column(sa.ForeignKey("scene.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    start: Mapped[int | None] = mapped_column()
    end: Mapped[int | None] = mapped_column()
    kind: Mapped[LineKind] = mapped_column(enum_of(LineKind))
    text: Mapped[str] = mapped_column(sa.Text)
    rewritten: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    speaker: Mapped[str | None] = mapped_column(sa.String(100))
    confidence: Mapped[float] = mapped_column(default=1.0, server_default="1.0")
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")


class CastRow(Base):
    """A cast member: a character's part in one story. ``scenes`` are scene numbers, from 1."""

    __tablename__ = "cast_member"
    __table_args__ = (sa.UniqueConstraint("story_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    number: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(sa.String(100))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    scenes: Mapped[list[int]] = mapped_column(default=list)
    lines: Mapped[int] = mapped_column(default=0)
    pronouns: Mapped[str | None] = mapped_column(sa.String(16))
    #: The name of the server's character it was recognised as.
    known_as: Mapped[str | None] = mapped_column(sa.String(100))
    #: The server's character that it is, by its id.
    character_id: Mapped[int | None] = mapped_column(index=True)


class RoundRow(Base):
    """One asking for pictures of a scene: its prompt, its seed, and the candidates that came."""

    __tablename__ = "round"
    __table_args__ = (
        sa.UniqueConstraint("scene_id", "number"),
        sa.Index("ix_round_state", "state"),
        sa.Index("ix_round_created_at", "created_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scene_id: Mapped[int] = mapped_column(sa.ForeignKey("scene.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    prompt: Mapped[str] = mapped_column(sa.Text)
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    #: What else decides the pictures: negative prompt, portraits, regions, variants (``storycore.prompts.compose``).
    extras: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    count: Mapped[int] = mapped_column()
    reason: Mapped[RoundReason] = mapped_column(enum_of(RoundReason))
    asked_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    asked_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    state: Mapped[WorkState] = mapped_column(enum_of(WorkState), default=WorkState.WAITING)
    #: 0 … 1 while painting.
    progress: Mapped[float] = mapped_column(default=0.0)
    #: How often painting was tried; part of the workflow's id, so that each try is a workflow of its own.
    attempt: Mapped[int] = mapped_column(default=1)
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None] = mapped_column()
    #: How many of its candidates moderators deleted.
    taken: Mapped[int] = mapped_column(default=0, server_default="0")

    scene: Mapped[SceneRow] = relationship(back_populates="rounds")
    candidates: Mapped[list[CandidateRow]] = relationship(
        back_populates="round", order_by="CandidateRow.number", cascade="all, delete-orphan", passive_deletes=True
    )


class CandidateRow(Base):
    """One picture offered, numbered from 1 within its round; ``media`` is a key of the media table."""

    __tablename__ = "candidate"
    __table_args__ = (sa.UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    media: Mapped[str] = mapped_column(sa.ForeignKey("media.hash"))
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Moderators took it out of chat and film; they can bring it back.
    hidden: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    round: Mapped[RoundRow] = relationship(back_populates="candidates")


class BallotRow(Base):
    """One member's choice among the candidates of one round: UNIQUE makes a double vote impossible."""

    __tablename__ = "ballot"
    __table_args__ = (sa.UniqueConstraint("scene_id", "round", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scene_id: Mapped[int] = mapped_column(sa.ForeignKey("scene.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column()
    member_id: Mapped[int] = mapped_column(sa.BigInteger)
    choice: Mapped[int] = mapped_column()
    source: Mapped[BallotSource] = mapped_column(enum_of(BallotSource))
    cast_at: Mapped[datetime] = mapped_column(default=now)


class ReactionRow(Base):
    """A reaction that stands under a scene's pictures, as last seen: only differences to these rows count as votes.

    It belongs to the scene's message, not to a round: one left over from replaced pictures is not a new vote.
    """

    __tablename__ = "reaction"
    __table_args__ = (sa.UniqueConstraint("scene_id", "member_id", "choice"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scene_id: Mapped[int] = mapped_column(sa.ForeignKey("scene.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.BigInteger)
    choice: Mapped[int] = mapped_column()


class FilmRow(Base):
    """A film asked for: waiting for pictures, in the making, or made."""

    __tablename__ = "film"
    __table_args__ = (sa.Index("ix_film_state", "state"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    asked_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    asked_by_name: Mapped[str] = mapped_column(sa.String(100), default="")
    #: True while pictures are missing; the last picture sends the film on its way.
    waits_for_pictures: Mapped[bool] = mapped_column(default=False)
    #: How often it was made: again, smaller, when the place refused the file. Part of the workflows' ids.
    attempt: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[WorkState] = mapped_column(enum_of(WorkState), default=WorkState.WAITING)
    progress: Mapped[float] = mapped_column(default=0.0)
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    max_bytes: Mapped[int | None] = mapped_column(sa.BigInteger)
    media: Mapped[str | None] = mapped_column(sa.ForeignKey("media.hash"))
    seconds: Mapped[float | None] = mapped_column()
    width: Mapped[int | None] = mapped_column()
    height: Mapped[int | None] = mapped_column()
    fps: Mapped[int | None] = mapped_column()
    #: What its makers should know: a picture that was missing, letters that no font has.
    notes: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    made: Mapped[int | None] = mapped_column()
    reused: Mapped[int | None] = mapped_column()
    #: What it was asked to be like, as in the story's ``film_options``.
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: Seconds of work that are left, as far as that is known.
    left_s: Mapped[float | None] = mapped_column()
    #: The media of its further parts, where it comes in several files.
    more: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: The media of its subtitles (WebVTT), one for each of its files; empty where it has none.
    captions: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: The key of what it shows (``storycore.studio.views.shown_key``): another one, and it is out of date.
    shows: Mapped[str | None] = mapped_column(sa.String(64))
    #: The media of the pictures in it.
    pictures: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: The place takes no file of its size: it is given out by address.
    by_address: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None] = mapped_column()

    story: Mapped[StoryRow] = relationship(back_populates="films")


class MediaRow(Base):
    """A file in the media folder, named by the SHA-256 of its content."""

    __tablename__ = "media"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    suffix: Mapped[str] = mapped_column(sa.String(8))
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=now)


class MadeRow(Base):
    """What was made from a recipe (``storycore.keys.recipe_key``), so that it is not made twice."""

    __tablename__ = "made"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    media: Mapped[str] = mapped_column(sa.ForeignKey("media.hash"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


#: The subject of a story's first message, from which its thread is made.
STORYBOARD = "storyboard"


class PostRow(Base):
    """A message of the chat that shows a story: which, where, and what it last showed.

    ``subject`` is ``storyboard``, ``scene:<id>`` or ``film:<id>``. A row without ``message_id`` is one that was being
    posted; its nonce keeps a repeat from posting twice.
    """

    __tablename__ = "post"
    __table_args__ = (sa.UniqueConstraint("story_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = story_fk()
    subject: Mapped[str] = mapped_column(sa.String(40))
    channel_id: Mapped[int] = mapped_column(sa.BigInteger)
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    nonce: Mapped[str] = mapped_column(sa.String(25), unique=True)
    #: The digest of what the message shows, and the files it holds.
    shown: Mapped[str | None] = mapped_column(sa.String(64))
    files: Mapped[str | None] = mapped_column(sa.String(64))
    #: The round whose reactions the bot offered on it.
    offered_round: Mapped[int] = mapped_column(default=0)
    #: Whether all of them are there; the round counts from the first on.
    offered_all: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    posted_at: Mapped[datetime | None] = mapped_column()
