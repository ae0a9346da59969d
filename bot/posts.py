"""The rows of the chat's messages: which message shows what, and what it showed last."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from storycore.store.database import Database
from storycore.store.models import (
    STORYBOARD,
    UNFINISHED,
    PostRow,
    ReactionRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    now,
)

__all__ = [
    "CAST",
    "STORYBOARD",
    "Post",
    "Posts",
    "ScenePost",
    "batch_subject",
    "case_subject",
    "film_subject",
    "in_channel",
    "is_case",
    "is_film_file",
    "is_scene",
    "scene_subject",
]

#: The subject of the message that shows a story's cast and what the bot asks about it.
CAST = "cast"

#: Random bytes of a nonce: Discord takes at most 25 characters.
_NONCE_BYTES = 15
#: Stories that nobody touched for this long are not compared with their reactions at start-up any more.
_RECONCILED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a story, as it was last recorded. ``fresh``: the row was made just now, nothing was sent yet.

    ``offered_round`` is the round whose pictures it shows and whose reactions count; 0 while the reactions to older
    pictures are being taken away.
    """

    id: int
    subject: str
    channel_id: int
    message_id: int | None
    nonce: str
    shown: str | None
    files: str | None
    offered_round: int
    offered_all: bool
    posted_at: datetime | None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ScenePost:
    """A scene's message, for its reactions."""

    story_id: int
    scene_id: int
    channel_id: int
    message_id: int
    offered_round: int


def scene_subject(scene_id: int) -> str:
    """The subject of a scene's message."""
    return f"scene:{scene_id}"


def batch_subject(batch_id: int, *, digest: bool) -> str:
    """The subject of a batch's notice, or of its digest in the morning."""
    return f"{'digest' if digest else 'batch'}:{batch_id}"


def in_channel(subject: str) -> bool:
    """Whether a message stands in the story's channel; all others stand in its thread."""
    return subject == STORYBOARD or subject.startswith(("batch:", "digest:"))


def is_scene(subject: str) -> bool:
    """Whether a message shows a scene."""
    return subject.startswith("scene:")


def case_subject(report_id: int) -> str:
    """The subject of a reported picture's card in the moderators' channel."""
    return f"case:{report_id}"


def is_case(subject: str) -> bool:
    """Whether a message stands in the moderators' channel."""
    return subject.startswith("case:")


def is_film_file(subject: str) -> bool:
    """Whether a message holds a film itself."""
    return re.fullmatch(r"film:\d+:file\d*", subject) is not None


def film_subject(film_id: int, *, file: bool, part: int = 1) -> str:
    """The subject of a film's progress message, or of the message that holds the film (or its ``part``, from 1)."""
    return f"film:{film_id}:{'file' if file else 'progress'}{part if part > 1 else ''}"


def _new_nonce() -> str:
    return secrets.token_urlsafe(_NONCE_BYTES)[:25]


def _post(row: PostRow, *, fresh: bool = False) -> Post:
    return Post(
        row.id,
        row.subject,
        row.channel_id,
        row.message_id,
        row.nonce,
        row.shown,
        row.files,
        row.offered_round,
        row.offered_all,
        row.posted_at,
        fresh,
    )


class Posts:
    """Reads and writes the post rows, each in a short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_story(self, story_id: int) -> dict[str, Post]:
        """A story's posts by subject."""
        async with self._database.read() as session:
            rows = await session.scalars(select(PostRow).where(PostRow.story_id == story_id))
            return {row.subject: _post(row) for row in rows}

    async def waiting(self) -> list[int]:
        """Stories that have pictures on their way."""
        async with self._database.read() as session:
            return list(
                await session.scalars(
                    select(SceneRow.story_id)
                    .join(RoundRow, RoundRow.scene_id == SceneRow.id)
                    .where(RoundRow.state.in_(UNFINISHED))
                    .distinct()
                )
            )

    async def begin(self, story_id: int, subject: str, channel_id: int) -> Post:
        """Note that a message is about to be posted: the row, and its nonce, come before the message."""
        async with self._database.write() as session:
            row = await session.scalar(select(PostRow).where(PostRow.story_id == story_id, PostRow.subject == subject))
            if row is not None:
                return _post(row)
            row = PostRow(story_id=story_id, subject=subject, channel_id=channel_id, nonce=_new_nonce())
            session.add(row)
            await session.flush()
            return _post(row, fresh=True)

    async def posted(
        self, post_id: int, channel_id: int, message_id: int, shown: str | None, files: str | None, offers: int
    ) -> Post:
        """Note what a message shows now (None: not known, since it was found rather than sent).

        ``offers`` is the round whose pictures it shows (0: none). It is noted in the same moment: people react as soon
        as they see a picture, and what they gave must not be taken for a reaction to older ones after a crash.
        """
        async with self._database.write() as session:
            row = await session.get_one(PostRow, post_id)
            row.channel_id, row.message_id, row.shown, row.files = channel_id, message_id, shown, files
            row.posted_at = row.posted_at or now()
            if row.offered_round != offers:
                row.offered_round, row.offered_all = offers, False
            return _post(row)

    async def lost(self, post_id: int, channel_id: int) -> Post:
        """The message is gone: it is posted anew in ``channel_id``, under a new nonce.

        The reactions that stood under it are gone too, but nobody took them away: they are forgotten in the same
        moment, and the ballots they cast stay.
        """
        async with self._database.write() as session:
            row = await session.get_one(PostRow, post_id)
            if row.subject.startswith("scene:"):
                scene_id = int(row.subject.removeprefix("scene:"))
                await session.execute(delete(ReactionRow).where(ReactionRow.scene_id == scene_id))
            row.message_id = row.shown = row.files = row.posted_at = None
            row.offered_round, row.offered_all = 0, False
            row.channel_id, row.nonce = channel_id, _new_nonce()
            return _post(row, fresh=True)

    async def forget(self, post_id: int) -> None:
        """What the message showed is not in the story any more, and the message is gone."""
        async with self._database.write() as session:
            await session.execute(delete(PostRow).where(PostRow.id == post_id))

    async def offered(self, post_id: int, round_number: int, *, complete: bool) -> None:
        """Note for which round the reactions under a message count, and whether the bot offered all of them."""
        async with self._database.write() as session:
            row = await session.get_one(PostRow, post_id)
            row.offered_round, row.offered_all = round_number, complete

    async def scene_of_message(self, message_id: int) -> ScenePost | None:
        """The scene a message shows and the round whose reactions stand on it; None for any other message."""
        async with self._database.read() as session:
            row = await session.scalar(select(PostRow).where(PostRow.message_id == message_id))
        if row is None or row.message_id is None or not row.subject.startswith("scene:"):
            return None
        scene_id = int(row.subject.removeprefix("scene:"))
        return ScenePost(row.story_id, scene_id, row.channel_id, row.message_id, row.offered_round)

    async def open_scenes(self) -> list[ScenePost]:
        """The messages of all scenes that can be voted on, of stories touched in the last thirty days."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(PostRow)
                .join(StoryRow, StoryRow.id == PostRow.story_id)
                .where(
                    StoryRow.state == StoryState.OPEN,
                    StoryRow.updated_at > now() - _RECONCILED,
                    PostRow.subject.startswith("scene:"),
                    PostRow.message_id.is_not(None),
                    PostRow.offered_round > 0,
                )
                .order_by(PostRow.id)
            )
            return [
                ScenePost(
                    row.story_id, int(row.subject.removeprefix("scene:")), row.channel_id, row.message_id or 0,
                    row.offered_round,
                )
                for row in rows
            ]  # fmt: skip

    async def set_thread(self, story_id: int, thread_id: int | None) -> None:
        """Note the story's thread, or that it is gone."""
        async with self._database.write() as session:
            await session.execute(update(StoryRow).where(StoryRow.id == story_id).values(thread_id=thread_id))

    async def set_place_problem(self, story_id: int, problem: str) -> bool:
        """Note why the story cannot be shown where it lives ("": it can); says whether that is news."""
        async with self._database.write() as session:
            row = await session.get_one(StoryRow, story_id)
            news = row.place_problem != problem
            row.place_problem = problem
            return news

    async def left_over(self, story_id: int) -> tuple[int | None, int | None, int | None] | None:
        """Server, channel and thread of a deleted story whose messages are still to go; None for any other."""
        async with self._database.read() as session:
            row = await session.get(StoryRow, story_id)
            deleted = row is not None and row.state is StoryState.DELETED
            return (row.server_id, row.channel_id, row.thread_id) if row is not None and deleted else None

    async def gone(self, story_id: int) -> None:
        """A deleted story's messages are gone: nothing is left of it."""
        async with self._database.write() as session:
            await session.execute(delete(StoryRow).where(StoryRow.id == story_id, StoryRow.state == StoryState.DELETED))

    async def settled(self, story_id: int, version: int) -> None:
        """Note up to which version of the story the chat shows everything."""
        async with self._database.write() as session:
            await session.execute(update(StoryRow).where(StoryRow.id == story_id).values(shown_version=version))

    async def unsettled(self) -> list[int]:
        """Stories that changed since the chat last showed all of them."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(StoryRow.id).where(StoryRow.version != StoryRow.shown_version, StoryRow.channel_id.is_not(None))
            )
            return list(rows)

    async def stories_in(self, place_id: int) -> list[int]:
        """Stories that live in a channel or thread."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(StoryRow.id).where((StoryRow.channel_id == place_id) | (StoryRow.thread_id == place_id))
            )
            return list(rows)

    async def paused(self) -> list[int]:
        """Stories that could not be shown where they live, when last tried."""
        async with self._database.read() as session:
            return list(await session.scalars(select(StoryRow.id).where(StoryRow.place_problem != "")))
