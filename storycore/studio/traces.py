"""Where a member is kept: every column that holds somebody's id, and the name beside it; told by privacy and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Table, false, select

from storycore.store.base import Base
from storycore.store.models import SceneRow, StoryRow

#: What a name is replaced by.
SOMEBODY = "somebody"
#: Never given out, whoever asks: they are no part of anybody's data.
SECRET = frozenset({("host", "login"), ("host", "password"), ("host", "url")})


@dataclass(frozen=True, slots=True)
class Trace:
    """A table and its column with members' ids; ``name`` is the column with the name ("": there is none)."""

    table: str
    id: str
    name: str = ""

    @property
    def of(self) -> Table:
        """The table itself."""
        return Base.metadata.tables[self.table]

    def here(self, server_id: int) -> ColumnElement[bool]:
        """Which of its rows belong to a server."""
        columns = self.of.c
        stories = select(StoryRow.id).where(StoryRow.server_id == server_id)
        if "server_id" in columns:
            return columns.server_id == server_id
        if "story_id" in columns:
            return columns.story_id.in_(stories)
        if "scene_id" in columns:
            return columns.scene_id.in_(select(SceneRow.id).where(SceneRow.story_id.in_(stories)))
        return false()


TRACES: tuple[Trace, ...] = (
    Trace("story", "author_id", "author_name"),
    Trace("co_author", "member_id", "name"),
    Trace("co_author", "invited_by"),
    Trace("scene", "prompt_by"),
    Trace("scene", "pick_by", "pick_by_name"),
    Trace("voting", "closed_by", "closed_by_name"),
    Trace("round", "asked_by", "asked_by_name"),
    Trace("ballot", "member_id"),
    Trace("reaction", "member_id"),
    Trace("film", "asked_by", "asked_by_name"),
    Trace("correction", "made_by", "made_by_name"),
    Trace("question", "answered_by", "answered_by_name"),
    Trace("voice", "chosen_by"),
    Trace("character", "made_by", "made_by_name"),
    Trace("character", "changed_by", "changed_by_name"),
    Trace("proposal", "made_by", "made_by_name"),
    Trace("proposal", "decided_by", "decided_by_name"),
    Trace("style", "made_by", "made_by_name"),
    Trace("host", "added_by", "added_by_name"),
    Trace("job", "member_id", "member_name"),
    Trace("batch", "author_id", "author_name"),
    Trace("report", "made_by", "made_by_name"),
    Trace("report", "decided_by", "decided_by_name"),
    Trace("block", "member_id", "member_name"),
    Trace("block", "made_by", "made_by_name"),
    Trace("warning", "member_id", "member_name"),
    Trace("warning", "made_by", "made_by_name"),
    Trace("audit", "actor_id", "actor_name"),
    Trace("erasure", "member_id"),
)


def told(trace: Trace, row: dict[str, Any], member_id: int) -> dict[str, Any]:
    """A row as it is given out: JSON values, nothing secret, and nobody else's id or name."""
    others = {
        column
        for other in TRACES
        if other.table == trace.table and row.get(other.id) != member_id
        for column in (other.id, other.name)
    }
    return {key: plain(value) for key, value in row.items() if key not in others and (trace.table, key) not in SECRET}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
