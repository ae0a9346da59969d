"""Media files, named by the SHA-256 of their content, written atomically: a temporary name, then a rename.

A file that is there is whole. What was made from which recipe stands in the ``made`` table
(:class:`MadeStore`, a ``storycore.film.model.MadeCache``).
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import StorageError
from storycore.film.model import Made
from storycore.store.database import Database
from storycore.store.models import Base, MadeRow, MediaRow, now

#: How the names of files begin that are still being written.
_UNFINISHED = ".new-"
_SUFFIX = re.compile(r"\.[a-z0-9]{1,7}")


def _storage_error(error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError("There is no room left on the disk.", "Free some space, then try again.")
    return StorageError(
        "A media file could not be written or read.",
        "Check the free space and the rights of the media folder, then try again.",
    )


async def insert_new(session: AsyncSession, table: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same unique key is there; says whether it did. One round trip, no race."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    primary_key = table.__table__.primary_key.columns.values()[0]  # type: ignore[attr-defined]
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(primary_key)
    return (await session.execute(statement)).first() is not None


class MediaFolder:
    """The folder of media files: ``ab/abcdef….png``. Methods that touch the disk run in threads."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, content_hash: str, suffix: str) -> Path:
        """Where a file lies. Both parts are of our own making; anything else is refused."""
        if not re.fullmatch(r"[0-9a-f]{64}", content_hash) or not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"not a media name: {content_hash!r}{suffix!r}")
        return self.root / content_hash[:2] / f"{content_hash}{suffix}"

    async def sweep(self, older_than_s: float = 3600.0) -> int:
        """Take away what writes that were killed left half done; gives how many files those were.

        Only files older than ``older_than_s`` seconds: another process may be writing right now.
        """
        return await asyncio.to_thread(self._sweep, older_than_s)

    def _sweep(self, older_than_s: float) -> int:
        swept, oldest = 0, time.time() - older_than_s
        for stray in self.root.glob(f"*/{_UNFINISHED}*"):
            try:
                if stray.stat().st_mtime < oldest:
                    stray.unlink()
                    swept += 1
            except FileNotFoundError:  # its writer took it away meanwhile
                continue
        return swept

    async def add_bytes(self, data: bytes, suffix: str) -> tuple[str, Path]:
        """Store ``data``; gives its hash and file. Storing the same again changes nothing. Raises ``StorageError``."""
        return await asyncio.to_thread(self._add_bytes, data, suffix)

    async def add_file(self, source: Path, suffix: str) -> tuple[str, Path]:
        """Move ``source`` into the folder; gives its hash and file. Raises ``StorageError``."""
        return await asyncio.to_thread(self._add_file, source, suffix)

    def _add_bytes(self, data: bytes, suffix: str) -> tuple[str, Path]:
        content_hash = hashlib.sha256(data).hexdigest()
        target = self.path(content_hash, suffix)
        if _touched(target):
            return content_hash, target
        temporary: Path | None = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED, delete=False) as file:
                temporary = Path(file.name)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise _storage_error(error) from error
        return content_hash, target

    def _add_file(self, source: Path, suffix: str) -> tuple[str, Path]:
        temporary: Path | None = None
        try:
            with source.open("rb") as file:
                content_hash = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            target = self.path(content_hash, suffix)
            if _touched(target):
                source.unlink()
                return content_hash, target
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.stat().st_dev == target.parent.stat().st_dev:
                source.replace(target)
            else:  # another file system: copy beside the target first, so that the last step is still a rename
                with NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED, delete=False) as copy:
                    temporary = Path(copy.name)
                shutil.copyfile(source, temporary)
                temporary.replace(target)
                source.unlink()
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise _storage_error(error) from error
        return content_hash, target


class MadeStore:
    """What was made, by the key of its recipe: a ``MadeCache`` on the database and the media folder."""

    def __init__(self, database: Database, folder: MediaFolder) -> None:
        self._database = database
        self.folder = folder

    async def find(self, key: str) -> Made | None:
        """What was kept under ``key``, or None if it is not there or its file is gone (it is then made again)."""
        async with self._database.read() as session:
            row = await session.get(MadeRow, key)
            media = None if row is None else await session.get(MediaRow, row.media)
        if row is None or media is None:
            return None
        path = self.folder.path(media.hash, media.suffix)
        size = await asyncio.to_thread(_size, path)
        return Made(path, row.details) if size == media.bytes else None

    async def find_all(self, keys: Iterable[str]) -> dict[str, Made]:
        """Those of ``keys`` under which something is kept, in one look."""
        query = select(MadeRow, MediaRow).join(MediaRow, MediaRow.hash == MadeRow.media)
        async with self._database.read() as session:
            rows = [(row[0], row[1]) for row in await session.execute(query.where(MadeRow.key.in_(list(keys))))]
        if not rows:
            return {}
        paths = [self.folder.path(media.hash, media.suffix) for _, media in rows]
        sizes = await asyncio.to_thread(lambda: [_size(path) for path in paths])
        return {
            row.key: Made(path, row.details)
            for (row, media), path, size in zip(rows, paths, sizes, strict=True)
            if size == media.bytes
        }

    async def keep(self, key: str, source: Path, suffix: str, details: Mapping[str, Any]) -> Made:
        """Move ``source`` into the folder under ``key``. Raises ``StorageError``."""
        content_hash, path = await self.folder.add_file(source, suffix)
        await self._record(key, content_hash, path, suffix, details)
        return Made(path, dict(details))

    async def keep_bytes(self, key: str, data: bytes, suffix: str, details: Mapping[str, Any]) -> Made:
        """Store ``data`` under ``key``. Raises ``StorageError``."""
        content_hash, path = await self.folder.add_bytes(data, suffix)
        await self._record(key, content_hash, path, suffix, details)
        return Made(path, dict(details))

    async def _record(self, key: str, content_hash: str, path: Path, suffix: str, details: Mapping[str, Any]) -> None:
        size = await asyncio.to_thread(_size, path)
        async with self._database.write() as session:
            await record_media(session, content_hash, suffix, size or 0)
            row = await session.get(MadeRow, key)
            if row is None:
                await insert_new(session, MadeRow, key=key, media=content_hash, details=dict(details), created_at=now())
            else:  # its file was gone or damaged: what was made now takes its place
                row.media, row.details = content_hash, dict(details)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something made that lies in the media folder, and is to be noted under the key of its recipe."""

    key: str
    content_hash: str
    suffix: str
    bytes: int
    details: Mapping[str, Any]


async def record_made(session: AsyncSession, kept: Sequence[Kept]) -> None:
    """Note what was made, in the caller's transaction. What stood under a key before is replaced: its file was gone."""
    if not kept:
        return
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    media = {
        one.content_hash: {"hash": one.content_hash, "suffix": one.suffix, "bytes": one.bytes, "created_at": now()}
        for one in kept
    }
    await session.execute(insert(MediaRow).values(list(media.values())).on_conflict_do_nothing())
    made = {
        one.key: {"key": one.key, "media": one.content_hash, "details": dict(one.details), "created_at": now()}
        for one in kept
    }
    statement = insert(MadeRow).values(list(made.values()))
    fresh = {"media": statement.excluded.media, "details": statement.excluded.details}
    await session.execute(statement.on_conflict_do_update(index_elements=[MadeRow.key], set_=fresh))


async def record_media(session: AsyncSession, content_hash: str, suffix: str, size: int) -> None:
    """Note a media file in the caller's transaction; the same file twice is one row. ``size`` in bytes."""
    await insert_new(session, MediaRow, hash=content_hash, suffix=suffix, bytes=size, created_at=now())


def _touched(path: Path) -> bool:
    """Whether a file is there; it is marked as just stored, so that one let go of a moment ago is not deleted."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
