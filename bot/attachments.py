"""Files that people hand in: bounded before they are fetched, sniffed after."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from storycore.errors import FilmError, ScriptError
from storycore.script.reading import MAX_FILE_BYTES, is_archive, read_script
from storycore.studio.music import MOST_BYTES
from storycore.work.workshop import Workshop


async def read_attachment(workshop: Workshop, file: discord.Attachment) -> str:
    """The text of an uploaded file: bounded before it is fetched, sniffed after; an archive (Word), which a stranger
    made, is unpacked in the reader's process. Raises ``ScriptError``.
    """
    if file.size > MAX_FILE_BYTES:
        raise ScriptError(
            f"That file is too large ({file.size / 2**20:.1f} MiB); at most {MAX_FILE_BYTES >> 20} MiB are possible.",
            "Hand it in as plain text, in parts if need be.",
        )
    try:
        data = await file.read()
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise ScriptError("I could not fetch that file from Discord.", "Please upload it once more.") from error
    if is_archive(data):
        return await workshop.reader.run(read_script, data, file.filename)
    return await asyncio.to_thread(read_script, data, file.filename)


async def read_music(file: discord.Attachment) -> bytes:
    """An uploaded file of music, bounded before it is fetched. Raises ``FilmError``."""
    if file.size > MOST_BYTES:
        raise FilmError(f"That music has {file.size / 2**20:.0f} MiB.", f"A file may have {MOST_BYTES >> 20}.")
    try:
        return await file.read()
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise FilmError("I could not fetch that file from Discord.", "Please upload it once more.") from error
