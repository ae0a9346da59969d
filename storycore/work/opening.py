"""Opening a workshop: the database migrated, painters and voices ready, the engine running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storycore.cast.pool import UnderstandingPool
from storycore.images.base import Painter
from storycore.narration.ensemble import open_voices
from storycore.store.database import Database
from storycore.store.forgetting import delete_doomed
from storycore.store.media import MediaFolder
from storycore.work.engine import Engine
from storycore.work.workshop import WorkOptions, Workshop


async def make_workshop(
    database_url: str, media: Path, painter: Painter, options: WorkOptions | None = None, *, poll_s: float = 0.25
) -> Workshop:
    """A workshop that is not at work yet (``engine.launch`` sets it to); the caller closes it, and the painter with it.

    ``poll_s`` is how often a queue is looked at, in seconds. Raises ``StorageError`` or ``SettingsError`` when the
    database cannot be opened or the voices are not set up right.
    """
    options = options or WorkOptions()
    narrator, voices = await asyncio.to_thread(open_voices, options.voices)
    database = await Database.open(database_url)
    folder = MediaFolder(media)
    await folder.sweep()
    await delete_doomed(database, folder)
    return Workshop(
        database=database,
        folder=folder,
        painter=painter,
        narrator=narrator,
        reader=UnderstandingPool(spacy_model=options.spacy_model),
        engine=Engine(database_url, poll_s=poll_s),
        options=options,
        voices=voices,
    )


@asynccontextmanager
async def open_workshop(
    database_url: str,
    media: Path,
    painter: Painter,
    options: WorkOptions | None = None,
    *,
    poll_s: float = 0.25,
    painting_window: int = 2,
) -> AsyncIterator[Workshop]:
    """A workshop at work, closed at the end with everything in it (the painter too).

    ``poll_s`` is how often a queue is looked at, in seconds; ``painting_window`` how many rounds are claimed at once.
    Raises ``StorageError`` or ``SettingsError`` when the database cannot be opened.
    """
    workshop = await make_workshop(database_url, media, painter, options, poll_s=poll_s)
    try:
        await workshop.engine.launch(workshop, painting_window=painting_window)
        yield workshop
    finally:
        await workshop.close()
