"""What all tables have in common: moments in UTC, enumerations by value, the names of constraints."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: SQLite keeps no zone, so the zone is taken off on the way in and put back on the way out."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Store naive UTC. Raises ``ValueError`` for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def enum_of(kind: type[StrEnum]) -> sa.Enum:
    """A column of ``kind``, stored by value as text."""
    return sa.Enum(kind, native_enum=False, length=16, values_callable=lambda k: [member.value for member in k])


class Base(DeclarativeBase):
    """Constraint names are fixed, so that migrations can name what they change."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: sa.JSON, list[str]: sa.JSON, list[int]: sa.JSON}  # noqa: RUF012 - SQLAlchemy's own hook


def story_fk() -> Mapped[int]:
    """The column that ties a row to its story, and goes with it."""
    return mapped_column(sa.ForeignKey("story.id", ondelete="CASCADE"))


#: Ids that name workflows or stand in buttons and files are never given out twice, also after a row is gone: SQLite
#: alone would reuse the last one, and the engine takes a workflow id it knows for work that is done.
IDS_ONCE = {"sqlite_autoincrement": True}
