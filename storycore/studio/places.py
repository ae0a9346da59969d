"""Where stories live: what the chat says of its channels, noted so that work without anybody asking knows it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update

from storycore.store.models import StoryRow
from storycore.work.workshop import Workshop


async def note_channels(workshop: Workshop, server_id: int, age_restricted: Mapping[int, bool]) -> None:
    """Note which of a server's channels are age-restricted, by their ids, for the stories in them.

    Their pictures stay as they are; what is asked for from now on follows.
    """
    async with workshop.database.write() as session:
        for restricted in (True, False):
            channels = [channel for channel, is_so in age_restricted.items() if is_so is restricted]
            if channels:
                await session.execute(
                    update(StoryRow)
                    .where(
                        StoryRow.server_id == server_id,
                        StoryRow.channel_id.in_(channels),
                        StoryRow.age_restricted.is_not(restricted),
                    )
                    .values(age_restricted=restricted)
                    .execution_options(synchronize_session=False)
                )
