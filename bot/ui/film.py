"""A film's messages: its progress, then the film itself as a message of its own (so that the thread lights up)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import discord

from bot.ui.items import FilmButton, StopButton, WatchButton
from bot.ui.sheet import Sheet, SheetFile
from bot.ui.text import bar, count, duration, escape_within, size
from storycore.store.models import WorkState
from storycore.studio.views import FilmView, StoryView, shown_key

_ACCENT = discord.Colour(0x6A4C93)
_NOTES_SHOWN = 3
#: A message has at most ten files.
_MOST_BESIDE = 10


def progress_sheet(story: StoryView, film: FilmView, mark: int | None = None) -> Sheet:
    """The message that says how far a film is; ``mark`` is the id of its post row."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    changed = "\nThe story has changed since; film it again to see that." if out_of_date(story, film) else ""
    container.add_item(discord.ui.TextDisplay(_progress(film) + changed))
    # Every state has a button: its custom_id carries the row's id, by which the message is found again.
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    if film.unfinished:
        row.add_item(StopButton(film.id, mark=mark))
    else:
        label = "Film again" if film.state is WorkState.DONE else "Try again"
        row.add_item(
            FilmButton(
                story.id, label=label, mark=mark, main=film.state is WorkState.FAILED or out_of_date(story, film)
            )
        )
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view)


def _progress(film: FilmView) -> str:
    asked = f" ({escape_within(film.asked_by_name, 80)} asked)" if film.asked_by_name else ""
    match film.state:
        case WorkState.DONE if film.withheld:
            return "🙈 Moderators hid a picture that the film shows, so it is not shown. Film again without it."
        case WorkState.DONE:
            return f"🎬 The film is done{asked}."
        case WorkState.FAILED:
            return f"⚠️ The film was not made: {escape_within(film.problem, 500)}"
        case WorkState.CANCELLED:
            return "🛑 The film was cancelled."
        case WorkState.WAITING | WorkState.WORKING if film.problem:
            return f"⏳ The film{asked} waits: {escape_within(film.problem, 500)}"
        case WorkState.WAITING if film.waits_for_pictures:
            return f"🎬 The film{asked} waits for the last pictures."
        case WorkState.WAITING:
            return f"🎬 The film{asked} is about to be made: first the voices."
    return f"🎬 The film{asked} is being made.\n{bar(film.progress)}{_left(film.left_s)}"


def _left(seconds: float | None) -> str:
    """The time that is left, coarse enough to stay true for a while."""
    if seconds is None:
        return ""
    if seconds < 50:
        return " · less than a minute left"
    minutes = round(seconds / 60) or 1
    return f" · about {count(minutes, 'minute')} left"


def out_of_date(story: StoryView, film: FilmView) -> bool:
    """Whether the latest film that is made shows something else than the story does now."""
    done = [other for other in story.films if other.state is WorkState.DONE]
    under_way = any(other.unfinished for other in story.films)
    latest = bool(done) and done[-1].id == film.id
    return latest and not under_way and film.shows is not None and film.shows != shown_key(story)


def film_name(title: str) -> str:
    """A file name from a title: plain letters, digits and hyphens, never empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return (re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:50] or "story") + ".mp4"


def film_sheet(story: StoryView, film: FilmView, path: Path, mark: int | None = None, part: int = 1) -> Sheet:
    """The film itself, or its ``part`` from 1, which lies at ``path``; ``mark`` is the id of its post row."""
    name = film_name(story.title)
    parts = 1 + len(film.more)
    if parts > 1:
        name = f"{name.removesuffix('.mp4')}-{part}.mp4"
    described = f"The film “{story.title}”"[:256]
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    by = f" by {escape_within(story.by, 240)}" if story.by else ""
    which = f", part {part} of {parts}" if parts > 1 and not film.by_address else ""
    container.add_item(discord.ui.TextDisplay(f"## 🍿 {escape_within(story.title, 160)}\n-# A film{by}{which}"))
    beside = _beside(story, film, name, part)
    if not film.by_address:
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        gallery.add_item(media=f"attachment://{name}", description=described)
        container.add_item(gallery)
    facts = [duration(film.seconds or 0), f"{film.width}×{film.height}", size(film.bytes or 0)]
    notes = [f"-# ⚠️ {escape_within(note, 300)}" for note in film.notes[:_NOTES_SHOWN]]
    container.add_item(discord.ui.TextDisplay("\n".join(["-# " + " · ".join(facts), *notes])))
    for file in beside:
        container.add_item(discord.ui.File(f"attachment://{file.name}"))
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    if film.by_address:
        row.add_item(WatchButton(film.id, mark=mark))
    row.add_item(FilmButton(story.id, label="Film again", mark=mark, main=not film.by_address))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view, [*([] if film.by_address else [SheetFile(name, path, described)]), *beside])


def _beside(story: StoryView, film: FilmView, name: str, part: int) -> list[SheetFile]:
    """The subtitles of what the message shows, as files to be kept beside it; of all parts where it gives addresses."""
    stem = name.removesuffix(".mp4")
    if not film.by_address:
        return [SheetFile(f"{stem}.vtt", path) for path in film.captions[part - 1 : part]]
    ends = [f"-{number}" for number in range(1, len(film.captions) + 1)] if film.more else [""]
    stem = film_name(story.title).removesuffix(".mp4")
    return [SheetFile(f"{stem}{end}.vtt", path) for end, path in zip(ends, film.captions, strict=False)][:_MOST_BESIDE]
