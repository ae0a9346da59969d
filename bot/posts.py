"""The rows of the chat's messages: which message shows what, and what it showed last."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select, update

from storycore.store.database import Database
from storycore.store.models import STORYBOARD, PostRow, StoryRow, now

__all__ = ["STORYBOARD", "Post", "Posts", "film_subject", "scene_subject"]

#: Random bytes of a nonce: Discord takes at most 25 characters.
_NONCE_BYTES = 15


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a story, as it was last recorded."""

    id: int
    subject: str
    channel_id: int
    message_id: int | None
    nonce: str
    shown: str | None
    files: str | None
    offered_round: int


def scene_subject(scene_id: int) -> str:
    """The subject of a scene's message."""
    return f"scene:{scene_id}"


def film_subject(film_id: int, *, file: bool) -> str:
    """The subject of a film's progress message, or of the message that holds the film."""
    return f"film:{film_id}:{'file' if file else 'progress'}"


def _post(row: PostRow) -> Post:
    return Post(row.id, row.subject, row.channel_id, row.message_id, row.nonce, row.shown, row.files, row.offered_round)


class Posts:
    """Reads and writes the post rows, each in a short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_story(self, story_id: int) -> dict[str, Post]:
        """A story's posts by subject."""
        async with self._database.read() as session:
            rows = await session.scalars(select(PostRow).where(PostRow.story_id == story_id))
            return {row.subject: _post(row) for row in rows}

    async def begin(self, story_id: int, subject: str, channel_id: int) -> Post:
        """Note that a message is about to be posted: the row, and its nonce, come before the message."""
        async with self._database.write() as session:
            row = await session.scalar(select(PostRow).where(PostRow.story_id == story_id, PostRow.subject == subject))
            if row is None:
                row = PostRow(
                    story_id=story_id,
                    subject=subject,
                    channel_id=channel_id,
                    nonce=secrets.token_urlsafe(_NONCE_BYTES)[:25],
                )
                session.add(row)
                await session.flush()
            return _post(row)

    async def posted(self, post_id: int, message_id: int, shown: str, files: str) -> None:
        """Note what a message shows now."""
        async with self._database.write() as session:
            await session.execute(
                update(PostRow)
                .where(PostRow.id == post_id)
                .values(message_id=message_id, shown=shown, files=files, posted_at=now())
            )

    async def lost(self, post_id: int) -> None:
        """The message is gone: it is posted anew, under a new nonce."""
        async with self._database.write() as session:
            await session.execute(
                update(PostRow)
                .where(PostRow.id == post_id)
                .values(
                    message_id=None,
                    shown=None,
                    files=None,
                    offered_round=0,
                    nonce=secrets.token_urlsafe(_NONCE_BYTES)[:25],
                )
            )

    async def offered(self, post_id: int, round_number: int) -> None:
        """Note for which round the bot offered its reactions."""
        async with self._database.write() as session:
            await session.execute(update(PostRow).where(PostRow.id == post_id).values(offered_round=round_number))

    async def scene_of_message(self, message_id: int) -> tuple[int, int] | None:
        """The scene a message shows and the round whose reactions stand on it; None for any other message."""
        async with self._database.read() as session:
            row = await session.scalar(select(PostRow).where(PostRow.message_id == message_id))
        if row is None or not row.subject.startswith("scene:"):
            return None
        return int(row.subject.removeprefix("scene:")), row.offered_round

    async def set_thread(self, story_id: int, thread_id: int) -> None:
        """Note the story's thread."""
        async with self._database.write() as session:
            await session.execute(update(StoryRow).where(StoryRow.id == story_id).values(thread_id=thread_id))

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
