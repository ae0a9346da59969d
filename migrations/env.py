"""Alembic's environment: the address comes from the caller (``storycore.store.database.migrate``)."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from storycore.store.models import Base, UtcDateTime


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave the engine's tables alone: DBOS keeps its own in the same file."""
    return kind != "table" or name in Base.metadata.tables


def rendered(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must not depend on today's code: our type of moments is written as the plain type it is."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def _whole_on_sqlite(engine: sa.Engine) -> None:
    """SQLite can take back a CREATE TABLE, but its driver does not let it: it begins no transaction before one.

    Without this, a bot that is killed while it migrates leaves half a schema, and never starts again.
    """

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def main() -> None:
    """Run the migrations on the given address: all of them, or, if that is cut short, none."""
    url = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True)["url"]
    # A process that is just ending may still hold the lock for a moment: wait for it as everybody else does.
    waits = {"timeout": 30} if sa.make_url(url).get_backend_name() == "sqlite" else {}
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=waits)
    if engine.dialect.name == "sqlite":
        _whole_on_sqlite(engine)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=ours,
            render_item=rendered,
            render_as_batch=connection.dialect.name == "sqlite",
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


main()
