"""A film's messages: its progress, then the film itself as a message of its own (so that the thread lights up)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import discord

from bot.ui.items import FilmButton, StopButton
from bot.ui.sheet import Sheet, SheetFile
from bot.ui.text import bar, duration, escape_within, size
from storycore.store.models import WorkState
from storycore.studio.views import FilmView, StoryView

_ACCENT = discord.Colour(0x6A4C93)
_NOTES_SHOWN = 3


def progress_sheet(story: StoryView, film: FilmView, mark: int | None = None) -> Sheet:
    """The message that says how far a film is; ``mark`` is the id of its post row."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    container.add_item(discord.ui.TextDisplay(_progress(film)))
    # Every state has a button: its custom_id carries the row's id, by which the message is found again.
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    if film.unfinished:
        row.add_item(StopButton(film.id, mark=mark))
    else:
        label = "Film again" if film.state is WorkState.DONE else "Try again"
        row.add_item(FilmButton(story.id, label=label, mark=mark, main=film.state is WorkState.FAILED))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view)


def _progress(film: FilmView) -> str:
    asked = f" ({escape_within(film.asked_by_name, 80)} asked)" if film.asked_by_name else ""
    match film.state:
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
    return f"🎬 The film{asked} is being made.\n{bar(film.progress)}"


def film_name(title: str) -> str:
    """A file name from a title: plain letters, digits and hyphens, never empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return (re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:50] or "story") + ".mp4"


def film_sheet(story: StoryView, film: FilmView, path: Path, mark: int | None = None) -> Sheet:
    """The film itself, which lies at ``path``; ``mark`` is the id of its post row."""
    name = film_name(story.title)
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    by = f" by {escape_within(story.author_name, 120)}" if story.author_name else ""
    container.add_item(discord.ui.TextDisplay(f"## 🍿 {escape_within(story.title, 160)}\n-# A film{by}"))
    gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
    gallery.add_item(media=f"attachment://{name}", description=f"The film “{story.title}”"[:256])
    container.add_item(gallery)
    facts = [duration(film.seconds or 0), f"{film.width}×{film.height}", size(film.bytes or 0)]
    notes = [f"-# ⚠️ {escape_within(note, 300)}" for note in film.notes[:_NOTES_SHOWN]]
    container.add_item(discord.ui.TextDisplay("\n".join(["-# " + " · ".join(facts), *notes])))
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    row.add_item(FilmButton(story.id, label="Film again", mark=mark))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view, [SheetFile(name, path, f"The film “{story.title}”"[:256])])
