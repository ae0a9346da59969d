"""Who did what, when, with before and after: written in the transaction that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import AuditRow
from storycore.studio.people import Person
from storycore.work.workshop import Workshop

_NAME_LENGTH = 100
_SUBJECT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing somebody changed."""

    actor_id: int | None
    actor_name: str
    act: str
    subject: str
    before: str
    after: str
    at: datetime


def note(session: AsyncSession, person: Person, act: str, subject: str, before: str, after: str) -> None:
    """Write down what ``person`` does, in the caller's transaction. Never hand in a secret."""
    session.add(
        AuditRow(
            server_id=person.server_id,
            actor_id=person.id,
            actor_name=person.name[:_NAME_LENGTH],
            act=act,
            subject=subject[:_SUBJECT_LENGTH],
            before=before,
            after=after,
        )
    )


async def entries(workshop: Workshop, server_id: int | None, limit: int = 50) -> list[AuditEntry]:
    """What was changed in a server, newest first."""
    async with workshop.database.read() as session:
        rows = await session.scalars(
            select(AuditRow).where(AuditRow.server_id == server_id).order_by(AuditRow.id.desc()).limit(limit)
        )
        return [
            AuditEntry(row.actor_id, row.actor_name, row.act, row.subject, row.before, row.after, row.at)
            for row in rows
        ]
