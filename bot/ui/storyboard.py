"""The storyboard: one message that is the story's home, from the first reading to the film."""

from __future__ import annotations

from typing import Any

import discord

from bot.ui.board_pages import BoardPage, contact_file
from bot.ui.film import out_of_date
from bot.ui.items import FilmButton, PartsButton
from bot.ui.scene import waiting
from bot.ui.sheet import Sheet, SheetFile
from bot.ui.text import bar, count, duration, escape_within, moment
from bot.ui.voting import VotingButton
from storycore.store.models import WorkState
from storycore.studio.contact import Contact
from storycore.studio.views import SceneView, Stage, StoryView
from storycore.voting.rules import Mode

_ACCENT = discord.Colour(0xF2B134)
_GREY = discord.Colour(0x8A8A8A)
_LIST_LENGTH = 2600
_CAST_SHOWN = 12
#: What stands before a scene's title: its number and its mark.
_MARK_LENGTH = 14


def storyboard_sheet(story: StoryView, note: str, mark: int | None = None, contact: Contact | None = None) -> Sheet:
    """The storyboard as it should be now.

    ``note`` is what the painter says of its pictures, ``mark`` the id of the message's post row, ``contact`` the
    picture of its scenes.
    """
    over = story.stage in (Stage.CANCELLED, Stage.FAILED, Stage.SPLIT)
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_GREY if over else _ACCENT)
    by = f"by {escape_within(story.by, 240)} · " if story.by else ""
    scenes = f" · {count(len(story.scenes), 'scene')}" if story.scenes else ""
    container.add_item(
        discord.ui.TextDisplay(f"## 🔥 {escape_within(story.title, 160)}\n-# {by}{count(story.words, 'word')}{scenes}")
    )
    container.add_item(discord.ui.TextDisplay(_stage(story)))
    if story.place_problem:
        container.add_item(discord.ui.TextDisplay(f"⏸️ {escape_within(story.place_problem, 300)}"))
    files: list[SheetFile] = []
    if contact is not None:
        files = [contact_file(story.id, contact)]
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        gallery.add_item(media=f"attachment://{files[0].name}", description=files[0].description)
        container.add_item(gallery)
    elif story.scenes:
        container.add_item(discord.ui.Separator())
    if story.scenes and (contact is None or not contact.titled):
        container.add_item(discord.ui.TextDisplay(_scene_list(story)))
    if story.cast:
        container.add_item(discord.ui.TextDisplay(_cast(story)))
    if note and story.scenes and not over:
        container.add_item(discord.ui.TextDisplay(f"-# {note}"))
    # The row below stands in every state: its custom_id carries the story's id, by which the message is found again.
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    if story.stage is Stage.TOO_LONG:
        row.add_item(PartsButton(story.id, story.parts, mark=mark))
    else:
        ready = story.stage in (Stage.PAINTING, Stage.VOTING, Stage.DONE)
        waiting = any(film.unfinished for film in story.films)
        label = "Make the film again" if story.stage is Stage.DONE else "Make the film"
        row.add_item(FilmButton(story.id, label=label, mark=mark, main=ready, disabled=not ready or waiting))
        row.add_item(VotingButton(story.id, disabled=over or story.stage is Stage.READING))
    if contact is not None and contact.pages > 1:
        row.add_item(BoardPage(story.id, 1, "More scenes"))
    container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return Sheet(view, files, passing=story.stage in (Stage.PAINTING, Stage.FILMING))


def _stage(story: StoryView) -> str:
    total = len(story.scenes)
    match story.stage:
        case Stage.READING:
            return "📖 Reading the script…"
        case Stage.TOO_LONG:
            return f"✂️ {story.problem}"
        case Stage.SPLIT:
            return f"✂️ {story.problem}"
        case Stage.CANCELLED:
            return f"🛑 {escape_within(story.problem, 500)}"
        case Stage.FAILED:
            return f"⚠️ {escape_within(story.problem, 500)}"
        case Stage.PAINTING:
            waits = " The film follows as soon as they are there." if _film_waits(story) else ""
            painted = f"{story.painted} of {count(total, 'scene')} have pictures"
            return f"🎨 Painting: {painted}.{waits}\n{_progress(story)}{_trouble(story)}{_place(story)}"
        case Stage.VOTING if story.painted < total:
            missing = total - story.painted
            lacking = f"{count(missing, 'scene')} of {total} {'has' if missing == 1 else 'have'} no pictures"
            return f"⚠️ {lacking}. Press **Again** there, in the thread, or rewrite the prompt."
        case Stage.VOTING:
            return _voting(story)
        case Stage.FILMING:
            film = next(film for film in story.films if film.unfinished)
            return f"🎬 Filming: {bar(film.progress)}"
        case Stage.DONE:
            film = next(film for film in reversed(story.films) if film.state is WorkState.DONE)
            if out_of_date(story, film):
                made = f"🍿 The film is in the thread ({duration(film.seconds or 0)}), as the story was."
                return f"{made}\n✏️ It has changed since: make the film again."
            return f"🍿 The film is in the thread ({duration(film.seconds or 0)}). Change a picture and film again."


def _voting(story: StoryView) -> str:
    """What to do while the pictures stand to be chosen."""
    rules, then = story.voting, "then the author makes the film."
    if rules.mode is Mode.SOLO:
        who = "the authors pick" if story.co_authors else "the author picks"
        return (
            f"🗳️ The pictures are here: {who} in the thread; rewrite prompts, ask again, vote for what you would take."
        )
    if rules.closed_at is not None and all(scene.pick is not None for scene in story.scenes):
        return f"🔒 The vote is closed: {escape_within(rules.closed_why, 240)}. Now the author makes the film."
    until = f" The vote closes {moment(rules.closes_at)}." if rules.closes_at is not None else ""
    if rules.quorum is not None:
        until += f" It closes when every scene has {count(rules.quorum, 'vote')}."
    only = f" (members with <@&{rules.role_id}>)" if rules.role_id is not None else ""
    return f"🗳️ The pictures are here. **Vote** in the thread{only}, rewrite prompts, ask again; {then}{until}"


def _film_waits(story: StoryView) -> bool:
    return any(film.unfinished and film.waits_for_pictures for film in story.films)


def _trouble(story: StoryView) -> str:
    """Why first pictures do not come: they have no message of their own yet that could say it."""
    problems = [s.coming.problem for s in story.scenes if s.shown is None and s.coming is not None and s.coming.problem]
    return f"\n⏳ {escape_within(problems[0], 300)}" if problems else ""


def _place(story: StoryView) -> str:
    """Where the first pictures stand, while none of them is being painted: they have no message of their own yet."""
    coming = [scene.coming for scene in story.scenes if scene.shown is None and scene.coming is not None]
    if any(c.state is WorkState.WORKING or c.problem for c in coming):
        return ""
    standing = min((c.standing for c in coming if c.standing is not None), key=lambda s: s.place, default=None)
    return f"\n-# The first pictures: {waiting(standing)}" if standing is not None else ""


def _progress(story: StoryView) -> str:
    parts = sum(1.0 if s.shown is not None else (s.coming.progress if s.coming else 0.0) for s in story.scenes)
    return bar(parts / max(1, len(story.scenes)))


def _scene_list(story: StoryView) -> str:
    width = min(80, max(8, _LIST_LENGTH // max(1, len(story.scenes)) - _MARK_LENGTH))
    return "\n".join(
        f"**{scene.number}.** {_mark(scene)} {escape_within(scene.title, width)}" for scene in story.scenes
    )


def _mark(scene: SceneView) -> str:
    if scene.shown is not None:
        return "✅" if scene.pick is not None else "🖼️"
    if scene.coming is not None:
        return "⏳" if scene.coming.problem or scene.coming.state is WorkState.WAITING else "🎨"
    return "⚠️"


def _cast(story: StoryView) -> str:
    names = [
        f"**{escape_within(member.name, 40)}**" + (f" ({count(member.lines, 'line')})" if member.lines else "")
        for member in story.cast[:_CAST_SHOWN]
    ]
    more = len(story.cast) - _CAST_SHOWN
    asked = f"\n❓ {count(len(story.questions), 'question')} about the cast in the thread." if story.questions else ""
    correcting = "\n-# ✏️ A correction is being taken in…" if story.correcting else ""
    return "🎭 " + ", ".join(names) + (f" and {more} more" if more > 0 else "") + asked + correcting
