"""The cast sheet: who is in the story, what the bot is unsure of, and the cards on which people correct it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.ui.cast_items import (
    AnswerButton,
    ApartSelect,
    CastButton,
    CastSelect,
    MemberButton,
    PageButton,
    SameSelect,
    SpeakerAnswer,
)
from bot.ui.character_items import DescribeButton, LinkSelect
from bot.ui.layout import row
from bot.ui.sheet import Sheet
from bot.ui.text import count, escape_within, key_of, quote
from storycore.cast.corrections import Correction, CorrectionKind
from storycore.cast.model import QuestionKind
from storycore.characters.model import Character
from storycore.store.models import StoryState
from storycore.studio.cast_views import CorrectionView, QuestionView
from storycore.studio.views import CastView, StoryView

_ACCENT = discord.Colour(0x2A9D8F)
_SHOWN = 10
_PAGE = 20
_QUESTIONS = 2
_EXCERPT = 170
_NOTES = 2
_UNKNOWN = 4
_LANGUAGES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
    "pl": "Polish", "ru": "Russian", "sv": "Swedish", "da": "Danish", "tr": "Turkish", "ja": "Japanese",
}  # fmt: skip


def has_cast_sheet(story: StoryView) -> bool:
    """Whether there is anything to show on it."""
    return bool(story.cast or story.questions or story.notes)


def cast_sheet(story: StoryView, mark: int | None = None) -> Sheet:
    """The message of the cast as it should be now; ``mark`` is the id of its post row."""
    closed = story.state is not StoryState.OPEN
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    container.add_item(discord.ui.TextDisplay("\n".join(_heading(story))))
    told = _told(story)
    if told:
        container.add_item(discord.ui.TextDisplay("\n".join(told)))
    if not closed:
        for question in story.questions[:_QUESTIONS]:
            _add_question(container, question)
        more = len(story.questions) - _QUESTIONS
        if more > 0:
            container.add_item(discord.ui.TextDisplay(f"-# {count(more, 'more question')} after these."))
        if story.cast:
            container.add_item(row(CastSelect(story.id, _options(story.cast[:25]))))
    label = f"All {len(story.cast)}" if len(story.cast) > _SHOWN else "Details"
    container.add_item(row(CastButton(story.id, label, mark=mark)))
    return Sheet(_view(container))


def cast_page(story: StoryView, page: int) -> discord.ui.LayoutView:
    """The whole cast, ``page`` from 0, for one person."""
    pages = max(1, -(-len(story.cast) // _PAGE))
    page = min(max(page, 0), pages - 1)
    members = story.cast[page * _PAGE : (page + 1) * _PAGE]
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    heading = f"### 🎭 The cast of {escape_within(story.title, 120)}"
    shown = [_member(member, 150) for member in members] or ["Nobody that I know of."]
    container.add_item(discord.ui.TextDisplay("\n".join([heading, *shown])))
    done = [_correction(correction) for correction in story.corrections[-3:]]
    if done and page == pages - 1:
        said = ["-# Corrected last (`/cast undo` takes back who is who and who speaks):", *done]
        container.add_item(discord.ui.TextDisplay("\n".join(said)))
    if members and story.state is StoryState.OPEN:
        container.add_item(row(CastSelect(story.id, _options(members))))
    if pages > 1:
        earlier = PageButton(story.id, page - 1, "Back", disabled=page == 0)
        container.add_item(row(earlier, PageButton(story.id, page + 1, "On", disabled=page == pages - 1)))
    return _view(container)


def member_card(story: StoryView, member: CastView, known: Sequence[Character] = ()) -> discord.ui.LayoutView:
    """One character, for one person: what is known, and what can be corrected; ``known`` are the server's."""
    key = key_of(member.name)
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    also = f"\nAlso: {escape_within(', '.join(member.aliases), 600)}" if member.aliases else ""
    scenes = ", ".join(map(str, member.scenes[:40])) + ("…" if len(member.scenes) > 40 else "")
    where = f"\n-# In scene {scenes}" if len(member.scenes) == 1 else f"\n-# In scenes {scenes}" if scenes else ""
    says = f" · {count(member.lines, 'line')}" if member.lines else ""
    is_ = f"\n-# 🎨 The server's **{escape_within(member.character, 80)}**" if member.character else ""
    container.add_item(discord.ui.TextDisplay(f"### {escape_within(member.name, 160)}{also}{where}{says}{is_}"))
    describe = [DescribeButton(story.id, key)] if member.character is None else []
    container.add_item(row(*describe, MemberButton(story.id, key, "rename"), MemberButton(story.id, key, "nobody")))
    if known:
        container.add_item(row(LinkSelect(story.id, key, known, member.character_id)))
    others = [other for other in story.cast if other.name != member.name]
    if others:
        container.add_item(row(SameSelect(story.id, key, _options(others[:25]))))
    if member.aliases:
        names = [CastView(name, (), (), 0) for name in (member.name, *member.aliases)][:25]
        container.add_item(row(ApartSelect(story.id, key, _options(names))))
    return _view(container)


def done_card(words: str) -> discord.ui.LayoutView:
    """What stands on a card once its work is done."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    container.add_item(discord.ui.TextDisplay(words))
    return _view(container)


def _view(container: discord.ui.Container[Any]) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def _options(members: Sequence[CastView]) -> list[tuple[str, str, str]]:
    """Names to choose from: label, key, and what else they are called."""
    return [(member.name, key_of(member.name), ", ".join(member.aliases)) for member in members]


def _heading(story: StoryView) -> list[str]:
    shown = [_member(member, 110) for member in story.cast[:_SHOWN]] or ["Nobody that I know of."]
    more = len(story.cast) - _SHOWN
    return ["### 🎭 The cast", *shown, *([f"-# and {more} more"] if more > 0 else [])]


def _member(member: CastView, length: int) -> str:
    also = f" *{escape_within(', '.join(member.aliases), length - 50)}*" if member.aliases else ""
    counts = [count(len(member.scenes), "scene")] + ([count(member.lines, "line")] if member.lines else [])
    look = f" · 🎨 {escape_within(member.character, 50)}" if member.character else ""
    return f"**{escape_within(member.name, 50)}**{also} · {', '.join(counts)}{look}"


def _told(story: StoryView) -> list[str]:
    """What else there is to say: the language, the reader's notes, corrections under way or in vain."""
    said: list[str] = []
    if story.language not in ("en", ""):
        language = _LANGUAGES.get(story.language, f"the language “{escape_within(story.language, 20)}”")
        said.append(f"-# 🌐 I read this as {language}: I find names, but few descriptions.")
    unknown = [member.name for member in story.cast if member.character is None]
    if unknown and len(unknown) < len(story.cast):
        shown = ", ".join(escape_within(name, 40) for name in unknown[:_UNKNOWN])
        more = f" and {len(unknown) - _UNKNOWN} more" if len(unknown) > _UNKNOWN else ""
        said.append(f"-# 🆕 Not in this server's library: {shown}{more}. Below: describe them, or say who they are.")
    elif unknown and story.state is StoryState.OPEN:
        said.append("-# 🎨 Choose somebody below and describe them once: every scene that they are in gets the look.")
    said += [f"-# ℹ️ {escape_within(note, 200)}" for note in story.notes[:_NOTES]]
    lost = [correction for correction in story.corrections if not correction.fits]
    if lost:
        others = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        said.append(f"-# ⚠️ No longer in the script, and kept: {_words(lost[-1])}{others}")
    if story.correcting:
        said.append("-# ✏️ I am reading it again with your corrections…")
    elif story.correction_problem:
        said.append(f"⚠️ Your corrections are kept, but not taken in: {escape_within(story.correction_problem, 300)}")
    return said


def _add_question(container: discord.ui.Container[Any], question: QuestionView) -> None:
    container.add_item(discord.ui.Separator())
    excerpt = f"\n{quote(question.excerpt, _EXCERPT)}" if question.excerpt else ""
    reason = f"\n-# {escape_within(question.reason, 120)}" if question.reason else ""
    container.add_item(discord.ui.TextDisplay(f"❓ {asked(question)}{excerpt}{reason}"))
    if question.kind is QuestionKind.SPEAKER:
        names = [(name, key_of(name), "") for name in dict.fromkeys(question.options)]
        container.add_item(row(SpeakerAnswer(question.id, names[:22])))
    else:
        container.add_item(row(*(AnswerButton(question.id, answer) for answer in ("yes", "no", "unknown"))))


def asked(question: QuestionView) -> str:
    """A question as it is put to people."""
    about = escape_within(question.about, 120)
    match question.kind:
        case QuestionKind.SAME:
            return f"Is *{about}* **{escape_within(question.other or '', 80)}**?"
        case QuestionKind.SPEAKER:
            return f"Who says “{about}”?"
        case QuestionKind.CHARACTER:
            return f"Is *{about}* somebody in this story?"


def _correction(correction: CorrectionView) -> str:
    by = f" ({escape_within(correction.by_name, 40)})" if correction.by_name else ""
    return f"-# • {_words(correction)}{by}"


def _words(correction: CorrectionView) -> str:
    return escape_within(words_of(correction), 160)


def words_of(correction: CorrectionView) -> str:
    """A correction in words, as they were written."""
    match correction.kind:
        case CorrectionKind.WORDS:
            return f"a line says “{correction.data['after']}”"
        case CorrectionKind.BORDER:
            return "a scene's border"
        case CorrectionKind.MOVED:
            return f"scene {correction.data['from']} is told as number {correction.data['to']}"
        case CorrectionKind.ADDED:
            return f"scene {correction.data['number']} was added"
        case CorrectionKind.DELETED:
            return f"scene “{correction.data['title']}” was taken out"
        case _:
            return Correction(correction.kind, correction.data).words()
