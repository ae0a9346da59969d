"""Files that people hand in: bounded before they are fetched, sniffed after."""

from __future__ import annotations

import asyncio
import io

import aiohttp
import discord

from bot.replies import Asked, workshop_of
from bot.ui.film import film_name
from bot.ui.items import upload_limit
from bot.ui.text import size
from storycore.bundle.files import MOST_BYTES as BUNDLE_BYTES
from storycore.bundle.files import BundleError
from storycore.errors import FilmError, ScriptError, StateError
from storycore.script.reading import MAX_FILE_BYTES, is_archive, read_script
from storycore.studio import bundles
from storycore.studio.music import MOST_BYTES
from storycore.studio.people import Person
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


async def read_bundle(file: discord.Attachment) -> bytes:
    """An uploaded story's file, bounded before it is fetched. Raises ``BundleError``."""
    if file.size > BUNDLE_BYTES:
        raise BundleError(f"That file has {file.size >> 20} MiB.", f"A story may have {BUNDLE_BYTES >> 20}.")
    try:
        return await file.read()
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise BundleError("I could not fetch that file from Discord.", "Please upload it once more.") from error


async def give_out(interaction: Asked, story_id: int, person: Person, *, shown_only: bool) -> None:
    """A story's file, for whoever asked. Raises ``StateError`` where it is too large for this place."""
    title, data = await bundles.export(workshop_of(interaction), story_id, person, chosen_only=shown_only)
    limit = upload_limit(interaction)
    if len(data) > limit:
        hint = "Ask with `pictures: shown` for those of now alone."
        if shown_only:
            hint = "A server with more boosts takes larger files."
        raise StateError(f"The file has {size(len(data))}; here at most {size(limit)} can be sent.", hint)
    name = film_name(title).removesuffix(".mp4") + ".zip"
    await interaction.followup.send(
        "Here it is. `/story import` takes it back, on any server.",
        file=discord.File(io.BytesIO(data), name),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
