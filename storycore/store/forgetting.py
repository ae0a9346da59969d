"""Media files that nothing needs any more: let go of in the transaction that stops needing them, deleted after it.

A file is content: the same picture may stand in two stories. So it goes only when nothing refers to it; what can be
made again (a light copy, a segment of film, a recipe's result) goes with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Text, cast, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.characters import CharacterRow
from storycore.store.database import Database
from storycore.store.media import MediaFolder, insert_new
from storycore.store.models import CandidateRow, FilmRow, MadeRow, MediaRow, RoundRow, StoryRow, now
from storycore.store.moderation import DoomedRow

#: A file that was just written anew is somebody's: its row may not be there yet.
_FRESH_S = 600.0


async def let_go(session: AsyncSession, hashes: Iterable[str]) -> list[str]:
    """Doom those of the media that nothing refers to, with what was made of them, in the caller's transaction.

    The caller has taken its own references away before. Gives the hashes that go.
    """
    await session.flush()
    gone: list[str] = []
    for content_hash in dict.fromkeys(hashes):
        if await _needed(session, content_hash):
            continue
        # What was made from it names it in its details (a light copy, a segment).
        of_it = select(MadeRow.media).where(cast(MadeRow.details, Text).contains(content_hash))
        derived = [one for one in await session.scalars(of_it) if one != content_hash]
        gone.extend(await _doom(session, [content_hash, *derived]))
    return gone


async def let_go_of_made(session: AsyncSession, keys: Iterable[str]) -> list[str]:
    """Doom what was made from these recipes. Who needs it again makes it again."""
    rows = list(await session.scalars(select(MadeRow).where(MadeRow.key.in_(list(keys)))))
    return await _doom(session, [row.media for row in rows if not await _needed(session, row.media)])


async def _needed(session: AsyncSession, content_hash: str) -> bool:
    """Whether any row but the recipes' refers to a file."""
    uses = (
        select(CandidateRow.id).where(CandidateRow.media == content_hash),
        select(CharacterRow.id).where(CharacterRow.portrait == content_hash),
        select(FilmRow.id).where(
            or_(
                FilmRow.media == content_hash,
                cast(FilmRow.more, Text).contains(content_hash),
                cast(FilmRow.captions, Text).contains(content_hash),
                cast(FilmRow.options, Text).contains(content_hash),
            )
        ),
        select(StoryRow.id).where(cast(StoryRow.film_options, Text).contains(content_hash)),
        select(RoundRow.id).where(cast(RoundRow.extras, Text).contains(content_hash)),
    )
    for use in uses:
        if (await session.execute(use.limit(1))).first() is not None:
            return True
    return False


async def _doom(session: AsyncSession, hashes: Iterable[str]) -> list[str]:
    doomed: list[str] = []
    for content_hash in dict.fromkeys(hashes):
        await session.execute(delete(MadeRow).where(MadeRow.media == content_hash))
        row = await session.get(MediaRow, content_hash)
        if row is not None:
            await insert_new(session, DoomedRow, hash=row.hash, suffix=row.suffix, at=now())
            await session.delete(row)
            await session.flush()
            doomed.append(content_hash)
    return doomed


async def delete_doomed(database: Database, folder: MediaFolder) -> int:
    """Delete the files that were let go of; gives how many. Done again after a crash, it finishes what was begun."""
    async with database.read() as session:
        rows = list(await session.scalars(select(DoomedRow)))
        needed = set(await session.scalars(select(MediaRow.hash).where(MediaRow.hash.in_([row.hash for row in rows]))))
    done: list[str] = []
    deleted = 0
    for row in rows:
        path = folder.path(row.hash, row.suffix)
        if row.hash in needed:  # made again meanwhile: it is somebody's
            done.append(row.hash)
        elif await asyncio.to_thread(_unlink, path, row.at):
            done.append(row.hash)
            deleted += 1
    if done:
        async with database.write() as session:
            await session.execute(delete(DoomedRow).where(DoomedRow.hash.in_(done)))
    return deleted


def _unlink(path: Path, doomed_at: datetime) -> bool:
    """Delete a file; False leaves one for later that was written anew a moment ago."""
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:
        return True
    if written > doomed_at.timestamp() and time.time() - written < _FRESH_S:
        return False
    path.unlink(missing_ok=True)
    return True
