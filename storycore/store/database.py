"""Sessions on the database: SQLite by default (WAL), PostgreSQL with the same code.

SQLite allows one writer. A transaction that begins by reading and then writes would fail at once when another wrote
in between, however long the busy timeout is; so every *write* transaction begins IMMEDIATE (it takes its turn at the
start), and reads are deferred and never wait.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from storycore.errors import SettingsError, StorageError

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_BUSY_TIMEOUT_MS = 30_000
_POSTGRESQL_DISK_FULL = "53100"


def sync_url(url: str) -> str:
    """The engine's address of the same database: the drivers without ``async`` (``sqlite``, ``postgresql+psycopg``).

    Raises ``SettingsError`` for what is no address, or another kind of database's.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:  # its text would show a password that stands in the address
        raise SettingsError(
            "FIRESIDE_DATABASE_URL is no database's address.",
            "Set it to sqlite+aiosqlite:///… or postgresql+psycopg://…, or leave it empty.",
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        parsed = parsed.set(drivername="sqlite")
    elif backend == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    else:
        raise SettingsError(
            f"Fireside cannot keep its data in {backend}.",
            "Set FIRESIDE_DATABASE_URL to sqlite+aiosqlite:///… or postgresql+psycopg://…",
        )
    return parsed.render_as_string(hide_password=False)


def _prepare_sqlite(engine: AsyncEngine) -> None:
    # Its lines for debugging quote every value that is written, hosts' passwords among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)

    @sa.event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begun(connection: sa.Connection) -> None:
        read_only = connection.get_execution_options().get("fireside_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def migrate(url: str) -> None:
    """Bring the database's schema up to date (Alembic). Blocking: call it in a thread.

    WAL is switched on first, since the engine that shares the file does not do it. Raises ``StorageError``.
    """
    address = sync_url(url)
    parsed = sa.make_url(address)
    try:
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            with sqlite3.connect(parsed.database, timeout=_BUSY_TIMEOUT_MS / 1000) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            connection.close()
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["url"] = address
        command.upgrade(config, "head")
    except (OSError, sqlite3.Error, sa.exc.OperationalError) as error:
        raise StorageError(
            "The database could not be opened.", "Check FIRESIDE_DATABASE_URL, the folder's rights and the free space."
        ) from error


def _is_full(error: sa.exc.OperationalError) -> bool:
    """Whether the disk was full: SQLITE_FULL, or SQLITE_IOERR, as which a full disk shows in its write-ahead log."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return (int(code) & 0xFF) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    return getattr(error.orig, "sqlstate", None) == _POSTGRESQL_DISK_FULL


class Database:
    """The sessions of one database. Open it with :meth:`open`, close it with :meth:`close`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_async_engine(url)
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
        self._write = async_sessionmaker(self._engine, expire_on_commit=False)
        self._read = async_sessionmaker(
            self._engine.execution_options(fireside_read_only=True), expire_on_commit=False, autoflush=False
        )

    @classmethod
    async def open(cls, url: str) -> Database:
        """Migrate and open. Raises ``StorageError`` or ``SettingsError``."""
        await asyncio.to_thread(migrate, url)
        return cls(url)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that may write: committed at the end, rolled back when anything is raised. Keep it short.

        Raises ``StorageError`` when the disk is full.
        """
        try:
            async with self._write() as session, session.begin():
                yield session
        except sa.exc.OperationalError as error:
            if not _is_full(error):
                raise
            raise StorageError("There is no room left on the disk.", "Free some space, then try again.") from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads, all of it from one moment."""
        async with self._read() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()
