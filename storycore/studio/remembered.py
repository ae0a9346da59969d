"""Short texts that the front end keeps for itself over restarts, beside the servers' settings."""

from __future__ import annotations

from sqlalchemy import select

from storycore.store.models import SettingRow
from storycore.work.workshop import Workshop

#: The ``server_id`` under which they stand: no server has it.
_OURS = 0


async def recall(workshop: Workshop, key: str) -> str | None:
    """What was remembered under a key of at most 40 characters, or None."""
    async with workshop.database.read() as session:
        row = await session.get(SettingRow, (_OURS, key[:40]))
        return None if row is None else str(row.value.get("is", ""))


async def remember(workshop: Workshop, key: str, text: str) -> None:
    """Remember a text under a key, in the place of what was."""
    async with workshop.database.write() as session:
        where = select(SettingRow).where(SettingRow.server_id == _OURS, SettingRow.key == key[:40])
        row = await session.scalar(where)
        if row is None:
            session.add(SettingRow(server_id=_OURS, key=key[:40], value={"is": text}))
        else:
            row.value = {"is": text}
