"""Sessions take turns at writing, and undo what failed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storycore.errors import SettingsError, StorageError
from storycore.store.database import Database, sync_url
from storycore.store.models import BallotRow, BallotSource, SceneRow, StoryRow


async def opened(folder: Path) -> Database:
    return await Database.open(f"sqlite+aiosqlite:///{folder / 'deep' / 'down' / 'fireside.db'}")


async def with_scene(database: Database) -> int:
    async with database.write() as session:
        story = StoryRow(title="A", script="b")
        story.scenes = [SceneRow(number=1, title="c", prompt="d", round=1)]
        session.add(story)
        await session.flush()
        return story.scenes[0].id


async def test_folders_are_made_and_wal_is_on(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    async with database.read() as session:
        assert await session.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert await session.scalar(sa.text("PRAGMA foreign_keys")) == 1
        assert await session.scalar(sa.text("PRAGMA busy_timeout")) >= 10_000
    await database.close()


async def test_a_double_vote_is_impossible(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    scene_id = await with_scene(database)
    ballots = [
        BallotRow(scene_id=scene_id, round=1, member_id=7, choice=choice, source=BallotSource.BUTTON)
        for choice in (1, 2)
    ]
    async with database.write() as session:
        session.add(ballots[0])
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(ballots[1])
    async with database.read() as session:
        assert [b.choice for b in await session.scalars(sa.select(BallotRow))] == [1]
    await database.close()


async def test_many_writers_read_then_write_and_none_is_lost(tmp_path: Path) -> None:
    """Read-modify-write from many tasks: with deferred transactions this fails with "database is locked" at once."""
    database = await opened(tmp_path)
    await with_scene(database)

    async def count_up() -> None:
        async with database.write() as session:
            story = (await session.scalars(sa.select(StoryRow))).one()
            await asyncio.sleep(0)
            story.version += 1

    await asyncio.gather(*(count_up() for _ in range(40)))
    async with database.read() as session:
        assert await session.scalar(sa.select(StoryRow.version)) == 41
    await database.close()


async def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            session.add(StoryRow(title="A", script="b"))
            await session.flush()
            raise RuntimeError
    async with database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(StoryRow)) == 0
    await database.close()


async def test_deleting_a_story_takes_its_rows(tmp_path: Path) -> None:
    database = await opened(tmp_path)
    await with_scene(database)
    async with database.write() as session:
        await session.execute(sa.delete(StoryRow))
    async with database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(SceneRow)) == 0
    await database.close()


async def test_a_folder_that_cannot_be_written_is_said_kindly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'fireside.db'}")
    assert "FIRESIDE_DATABASE_URL" in caught.value.hint


def test_the_engines_address_is_derived() -> None:
    assert sync_url("sqlite+aiosqlite:///data/fireside.db") == "sqlite:///data/fireside.db"
    assert sync_url("postgresql+psycopg://me:secret@host/db") == "postgresql+psycopg://me:secret@host/db"
    with pytest.raises(SettingsError):
        sync_url("mysql://host/db")
