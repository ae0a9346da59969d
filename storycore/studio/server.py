"""The settings of one server, read in whatever transaction needs them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import SettingRow
from storycore.store.moderation import BlockRow
from storycore.studio.settings_model import BY_KEY, ServerSettings, from_stored


async def of_server(session: AsyncSession, server_id: int | None) -> ServerSettings:
    """A server's settings; at the command line (None) the defaults. A key of another version is left out."""
    if server_id is None:
        return ServerSettings(waiting_member=None, day_member=None, nsfw_words=(), nsfw_negative="")
    rows = await session.execute(select(SettingRow.key, SettingRow.value).where(SettingRow.server_id == server_id))
    values = {BY_KEY[key].field: from_stored(BY_KEY[key], value["is"]) for key, value in rows if key in BY_KEY}
    blocked = await session.scalars(select(BlockRow.member_id).where(BlockRow.server_id == server_id))
    return ServerSettings(**values, blocked_members=frozenset(blocked))
