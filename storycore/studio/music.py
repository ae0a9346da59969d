"""Music that people hand in for their films: kept among the media, and named by its content in a film's options."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from storycore.errors import FilmError, StorageError
from storycore.film.options import AUTO, OFF
from storycore.store.media import record_media
from storycore.work.workshop import Workshop

#: The largest file of music, in bytes.
MOST_BYTES = 25 << 20
_SUFFIXES = (".mp3", ".wav", ".flac", ".ogg", ".opus", ".m4a", ".aac")
_NAME = re.compile(r"([0-9a-f]{64})(\.[a-z0-9]{1,5})")


async def keep_music(workshop: Workshop, data: bytes, filename: str) -> str:
    """Keep a file of music; gives the name that a film's options know it by.

    What is in it is looked at when the film is made. Raises ``FilmError`` for a file that is too large or no music by
    its name, ``StorageError``.
    """
    suffix = Path(filename).suffix.lower()
    if suffix not in _SUFFIXES:
        raise FilmError("That file is no music.", "MP3, WAV, FLAC, OGG and M4A can be played.")
    if len(data) > MOST_BYTES:
        raise FilmError(f"The music has {len(data) >> 20} MiB.", f"A file may have {MOST_BYTES >> 20}.")
    content_hash, path = await workshop.folder.add_bytes(data, suffix)
    size = (await asyncio.to_thread(path.stat)).st_size
    async with workshop.database.write() as session:
        await record_media(session, content_hash, suffix, size)
    return f"{content_hash}{suffix}"


async def music_named(workshop: Workshop, name: str) -> Path | None:
    """The file of music that a film's options name; None for their "off" and "auto". Raises ``StorageError``."""
    if name in (OFF, AUTO):
        return None
    found = _NAME.fullmatch(name)
    path = None if found is None else workshop.folder.path(found[1], found[2])
    if path is None or not await asyncio.to_thread(path.is_file):
        raise StorageError("The music for the film is not here any more.", "Hand it in again, or choose auto or off.")
    return path
