"""Migrations and models give the same schema, and leave the engine's tables alone."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storycore.store.database import migrate
from storycore.store.models import Base


def differences(url: str) -> list[object]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables,
            },
        )
        found = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    return found


def columns(url: str) -> dict[str, list[tuple[str, str, bool]]]:
    engine = sa.create_engine(url)
    inspector = sa.inspect(engine)
    found = {
        table: sorted((c["name"], str(c["type"]), bool(c["nullable"])) for c in inspector.get_columns(table))
        for table in inspector.get_table_names()
        if table in Base.metadata.tables
    }
    engine.dispose()
    return found


def test_migrations_build_what_the_models_say(tmp_path: Path) -> None:
    migrated, made = f"sqlite:///{tmp_path / 'migrated.db'}", f"sqlite:///{tmp_path / 'made.db'}"
    migrate(migrated)
    engine = sa.create_engine(made)
    Base.metadata.create_all(engine)
    engine.dispose()
    assert differences(migrated) == []
    assert columns(migrated) == columns(made)
    assert set(columns(migrated)) == set(Base.metadata.tables)


def test_a_forgotten_migration_would_be_seen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    migrate(url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE story DROP COLUMN problem"))
        connection.execute(sa.text("CREATE TABLE workflow_status (workflow_uuid TEXT)"))
    engine.dispose()
    found = differences(url)
    assert len(found) == 1
    assert "problem" in str(found[0])


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'twice.db'}"
    migrate(url)
    before = columns(url)
    migrate(url)
    assert columns(url) == before


def test_ids_that_are_given_out_once_stay_so(tmp_path: Path) -> None:
    """A migration that makes a table anew must not lose it: the engine takes a workflow's id it knows for done."""
    url = f"sqlite:///{tmp_path / 'ids.db'}"
    migrate(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        made = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    engine.dispose()
    once = {name for name, sql in made if "AUTOINCREMENT" in sql}
    wanted = {t.name for t in Base.metadata.sorted_tables if t.dialect_options["sqlite"].get("autoincrement")}
    assert {"story", "scene", "round", "film"} <= wanted <= once
