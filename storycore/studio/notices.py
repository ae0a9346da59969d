"""What admins are told once, such as that no painter can be reached: which notices are due, and where.

A notice for one server goes to the channel that its settings name; one for everybody (``server_id`` None) to every
server that names one. Where none is named, the log has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from storycore.store.hosts import NoticeRow
from storycore.store.models import SettingRow, now
from storycore.studio.settings_model import setting_of
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that nobody was told of yet, and the channels to tell it in."""

    id: int
    words: str
    channels: tuple[int, ...]


async def due(workshop: Workshop) -> list[Notice]:
    """The notices that are not over and were not told, oldest first."""
    key = setting_of("notices.channel").key
    async with workshop.database.read() as session:
        rows = list(
            await session.scalars(
                select(NoticeRow).where(NoticeRow.told_at.is_(None), NoticeRow.over_at.is_(None)).order_by(NoticeRow.id)
            )
        )
        if not rows:
            return []
        named = await session.execute(select(SettingRow.server_id, SettingRow.value).where(SettingRow.key == key))
        channels = {server_id: int(value["is"]) for server_id, value in named}
    return [
        Notice(
            row.id,
            row.words,
            tuple(channel for server, channel in channels.items() if row.server_id in (None, server)),
        )
        for row in rows
    ]


async def told(workshop: Workshop, notice_id: int) -> None:
    """Note that a notice was told: it is not told again."""
    async with workshop.database.write() as session:
        row = await session.get(NoticeRow, notice_id)
        if row is not None:
            row.told_at = now()
