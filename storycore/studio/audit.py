"""Who did what, when, with before and after: written in the transaction that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import AuditRow, StoryRow
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
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


def note_on_story(session: AsyncSession, person: Person, story: StoryRow, act: str, after: str) -> None:
    """Write down what somebody does with a story that is not theirs: a moderator, an admin, a role that may."""
    if person.id is not None and person.id != story.author_id:
        note(session, person, act, story.title, "", after)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit, newest first; ``page`` from 0 of ``pages``, ``kinds`` are those there are in all."""

    entries: tuple[AuditEntry, ...]
    page: int
    pages: int
    total: int
    kinds: tuple[str, ...]


async def page(
    workshop: Workshop, person: Person, page: int = 0, *, member_id: int | None = None, kind: str = "", size: int = 10
) -> AuditPage:
    """A page of what was done in a server, by ``member_id`` and of ``kind`` (``settings``, ``moderation`` …) where
    they are given; a page that is not there is the last. Only admins may. Raises ``NotAllowedError``."""
    here = [AuditRow.server_id == person.server_id]
    wanted = [*here]
    if member_id is not None:
        wanted.append(AuditRow.actor_id == member_id)
    if kind:
        wanted.append(AuditRow.act.startswith(f"{kind}.", autoescape=True))
    async with workshop.database.read() as session:
        await require(session, person, Act.SETTINGS, what="read the audit")
        acts = await session.scalars(select(AuditRow.act).where(*here).distinct())
        kinds = tuple(sorted({act.partition(".")[0] for act in acts}))
        total = await session.scalar(select(func.count(AuditRow.id)).where(*wanted)) or 0
        pages = max(1, -(-total // size))
        page = min(max(page, 0), pages - 1)
        rows = await session.scalars(
            select(AuditRow).where(*wanted).order_by(AuditRow.id.desc()).limit(size).offset(page * size)
        )
        return AuditPage(tuple(_entry(row) for row in rows), page, pages, total, kinds)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.actor_id, row.actor_name, row.act, row.subject, row.before, row.after, row.at)


async def entries(workshop: Workshop, server_id: int | None, limit: int = 50) -> list[AuditEntry]:
    """What was changed in a server, newest first."""
    async with workshop.database.read() as session:
        rows = await session.scalars(
            select(AuditRow).where(AuditRow.server_id == server_id).order_by(AuditRow.id.desc()).limit(limit)
        )
        return [_entry(row) for row in rows]
