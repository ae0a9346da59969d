"""Overnight batches in chat: the pop-up that takes them, the notice that they wait, the digest in the morning."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

import aiohttp
import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.settings import Settings
from bot.ui.forms import Form
from bot.ui.items import Answering, marked, upload_limit
from bot.ui.sheet import Sheet
from bot.ui.text import count, escape_within, moment
from storycore.errors import ScriptError
from storycore.script.reading import MAX_BYTES
from storycore.script.unpack import MAX_ARCHIVE_BYTES, MOST_SCRIPTS, HandedIn, shown, unpack
from storycore.store.models import StoryState, now
from storycore.studio import batches, stories
from storycore.studio.batch_views import BatchEntry, BatchView
from storycore.studio.batches import DEFAULT_START, NewBatch

Taken = Callable[[Asked, Sequence[discord.Attachment], str], Awaitable[None]]

_NIGHT = discord.Colour(0x3B4A7A)
_MORNING = discord.Colour(0xF2B134)
_GREY = discord.Colour(0x8A8A8A)
_MOST_FILES = 10
_TITLE = 70
_LEFT_OUT_SHOWN = 5


class BatchForm(Form):
    """Several scripts at once, and when they are painted."""

    def __init__(self, taken: Taken, start: str = "") -> None:
        super().__init__("Stories for tonight", "fs:batch")
        self._taken = taken
        self.files: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
            custom_id="files", min_values=1, max_values=_MOST_FILES
        )
        self.start: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="start", default=start or DEFAULT_START, max_length=12, required=False
        )
        self.add_item(
            discord.ui.Label(
                text="The scripts", description=f"Text files, or a ZIP of up to {MOST_SCRIPTS}.", component=self.files
            )
        )
        self.add_item(
            discord.ui.Label(
                text="Start at", description="A time of day in this server's time zone, or: now", component=self.start
            )
        )

    async def act(self, interaction: Asked) -> None:
        """Hand on what was filled in."""
        await self._taken(interaction, self.files.values, self.start.value)


class BatchFilmsButton(
    Answering, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"fs:films:(?P<batch>\d{1,18})(@\d{1,18})?"
):
    """Asks for the films of all stories of a batch."""

    def __init__(self, batch: int, *, mark: int | None = None) -> None:
        self.batch = batch
        super().__init__(
            discord.ui.Button(
                label="Make all films",
                emoji="🎬",
                style=discord.ButtonStyle.primary,
                custom_id=marked(f"fs:films:{batch}", mark),
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["batch"]))

    async def act(self, interaction: Asked) -> None:
        """Ask for them and say how many there will be."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asked, not_ = await batches.make_films(
            workshop_of(interaction), self.batch, person_of(interaction), upload_limit(interaction)
        )
        rest = f" {count(not_, 'story', 'stories')} had one under way, or is over." if not_ else ""
        await say(interaction, f"{count(asked, 'film is', 'films are')} on the way, each in its story's thread.{rest}")


class BatchStopButton(
    Answering, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"fs:batchstop:(?P<batch>\d{1,18})(@\d{1,18})?"
):
    """Cancels all stories of a batch."""

    def __init__(self, batch: int, *, mark: int | None = None, disabled: bool = False) -> None:
        self.batch = batch
        super().__init__(
            discord.ui.Button(label="Cancel all", custom_id=marked(f"fs:batchstop:{batch}", mark), disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["batch"]))

    async def act(self, interaction: Asked) -> None:
        """Cancel them; the notice says so."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        over = await batches.cancel(workshop_of(interaction), self.batch, person_of(interaction))
        await say(interaction, f"{count(over, 'story is', 'stories are')} cancelled.")


BATCH_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (BatchFilmsButton, BatchStopButton)


async def take_batch(
    interaction: Asked, files: Sequence[discord.Attachment], start: str, channel_id: int, settings: Settings
) -> None:
    """Take scripts for the night: answer at once, read them, keep them all or none."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    workshop, person = workshop_of(interaction), person_of(interaction)
    chosen = await stories.check_may_create(workshop, person, waiting=False)
    fetched = [await _fetch(file) for file in files]
    found = await asyncio.to_thread(unpack, fetched)
    width, height = settings.picture
    made = await batches.create(
        workshop,
        NewBatch(
            scripts=found.scripts,
            left_out=found.left_out,
            author=person,
            channel_id=channel_id,
            start=start,
            request_key=f"interaction-{interaction.id}",
            candidates=chosen.candidates or settings.candidates,
            max_scenes=min(settings.max_scenes, chosen.max_scenes or settings.max_scenes),
            width=width,
            height=height,
        ),
    )
    left_out = [f"-# Left out: {escape_within(line, 150)}" for line in found.left_out[:_LEFT_OUT_SHOWN]]
    words = f"🌙 Taken: {count(len(made.story_ids), 'story', 'stories')}, painted from {moment(made.starts_at)}."
    await say(interaction, "\n".join([words, *left_out]))


async def _fetch(file: discord.Attachment) -> HandedIn:
    """An uploaded file: bounded before it is fetched. Raises ``ScriptError``."""
    if file.size > max(MAX_ARCHIVE_BYTES, MAX_BYTES):
        raise ScriptError(
            f"{shown(file.filename)} is too large; an archive may have {MAX_ARCHIVE_BYTES >> 20} MiB.",
            "Hand in fewer stories at once.",
        )
    try:
        return HandedIn(file.filename, await file.read())
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise ScriptError("I could not fetch that file from Discord.", "Please upload it once more.") from error


def notice_sheet(batch: BatchView, mark: int | None = None) -> Sheet:
    """The message that a batch waits, then how far it is; ``mark`` is the id of its post row."""
    over = batch.done
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_GREY if over else _NIGHT)
    by = f"-# handed in by {escape_within(batch.author_name, 80)}\n" if batch.author_name else ""
    heading = f"## 🌙 {count(len(batch.entries), 'story', 'stories')} for tonight\n{by}{_when(batch)}"
    container.add_item(discord.ui.TextDisplay(heading))
    container.add_item(discord.ui.Separator())
    container.add_item(discord.ui.TextDisplay("\n".join(_line(entry) for entry in batch.entries)))
    if batch.left_out:
        lines = [f"-# Left out: {escape_within(line, 150)}" for line in batch.left_out[:_LEFT_OUT_SHOWN]]
        container.add_item(discord.ui.TextDisplay("\n".join(lines)))
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    row.add_item(BatchStopButton(batch.id, mark=mark, disabled=over))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view)


def _when(batch: BatchView) -> str:
    painted = sum(entry.painted for entry in batch.entries)
    scenes = sum(entry.scenes for entry in batch.entries)
    if batch.done:
        return "All done: see below."
    if painted:
        return (
            f"Painting: {painted} of {count(scenes, 'scene')} have pictures. The storyboards come when they are done."
        )
    when = f"begins {moment(batch.starts_at)}" if batch.starts_at > now() else "is about to begin"
    return f"Painting {when}, behind what somebody waits for. The storyboards come when they are done."


def _line(entry: BatchEntry) -> str:
    title = f"**{escape_within(entry.title, _TITLE)}**"
    if entry.state is StoryState.READING:
        return f"📖 {title}"
    if entry.state is not StoryState.OPEN:
        mark = "🛑" if entry.state is StoryState.CANCELLED else "⚠️" if entry.state is StoryState.FAILED else "✂️"
        return f"{mark} {title} · {escape_within(entry.problem, 120)}"
    return f"{'✅' if entry.ready else '⏳'} {title} · {count(entry.scenes, 'scene')}"


def digest_sheet(batch: BatchView, mark: int | None = None) -> Sheet:
    """The message of the morning: a link to every story."""
    made = [entry for entry in batch.entries if entry.state is StoryState.OPEN]
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_MORNING)
    pictures = sum(entry.painted for entry in made)
    words = (
        f"## ☀️ {count(len(made), 'story is', 'stories are')} ready\n"
        f"-# {count(pictures, 'scene')} with pictures · vote in the threads, then make the films"
    )
    container.add_item(discord.ui.TextDisplay(words))
    container.add_item(discord.ui.TextDisplay("\n".join(_link(entry) for entry in batch.entries)))
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    row.add_item(BatchFilmsButton(batch.id, mark=mark))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view)


def _link(entry: BatchEntry) -> str:
    if entry.state is not StoryState.OPEN:
        return _line(entry)
    missing = entry.scenes - entry.painted
    gaps = f" · ⚠️ {count(missing, 'scene')} without" if missing else ""
    place = f" <#{entry.thread_id}>" if entry.thread_id else f" **{escape_within(entry.title, _TITLE)}**"
    return f"🎞️{place} · {count(entry.scenes, 'scene')}{gaps}"
