"""Styles as people see them: a card, the list, and what follows a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.layout import card, row
from bot.ui.style_forms import scenes_of, warnings
from bot.ui.style_items import StyleButton, StylePage, StyleSelect
from bot.ui.text import count, escape_within
from storycore.prompts.write import DEFAULT_STYLE
from storycore.studio import styles
from storycore.studio.styles import Changed, StyleView
from storycore.styles.model import Style

_ACCENT = discord.Colour(0x7A6FB0)
_PAGE = 12


def style_text(style: Style, *, is_default: bool = False) -> str:
    """A style in lines: what is said around a prompt, what never, and how it is painted."""
    mark = " ⭐" if is_default else ""
    around = (
        escape_within(style.template, 700)
        if style.template
        else f"-# {{prompt}}. {DEFAULT_STYLE} (as Fireside does it by itself)"
    )
    lines = [f"### 🎨 {escape_within(style.name, 80)}{mark}", around]
    if style.negative:
        lines.append(f"-# never: {escape_within(style.negative, 300)}")
    if style.brief:
        lines.append(f"🖌️ {escape_within(style.brief, 400)}")
    if style.hires:
        hires = style.painting["hires"]
        steps = f" in {count(hires['steps'], 'step')}" if hires["steps"] else ""
        lines.append(f"-# hires fix: {round(100 * hires['denoising'])} % painted anew{steps}")
    if style.words:
        lines.append(f"-# prompts as {style.words}")
    return "\n".join(lines)


def style_card(view: StyleView, *, manages: bool) -> discord.ui.LayoutView:
    """One style, with what is known beside it."""
    facts = [
        "new stories take it" if view.is_default else "",
        f"in {count(view.stories, 'story', 'stories')} under way" if view.stories else "",
        f"by {escape_within(view.made_by_name, 60)}" if view.made_by_name else "",
    ]
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(style_text(view.style, is_default=view.is_default))]
    if view.missing:
        items.append(discord.ui.TextDisplay("\n".join(warnings(view.missing))))
    if told := " · ".join(fact for fact in facts if fact):
        items.append(discord.ui.TextDisplay(f"-# {told}"))
    if manages:
        items.append(row(StyleButton(view.id, "edit")))
    return card(*items, colour=_ACCENT)


def story_card(style: Style | None) -> discord.ui.LayoutView:
    """What a story paints with."""
    if style is None:
        text = "### 🎨 No style\nThis story is painted as Fireside does it by itself. `/style set` takes another."
    else:
        text = f"{style_text(style)}\n-# As this story took it; `/style set` takes another, or it anew."
    return card(discord.ui.TextDisplay(text), colour=_ACCENT)


def changed_card(done: Changed, text: str) -> discord.ui.LayoutView:
    """A style was changed, and stories under way have it as it was."""
    keeping = f"These took it before, and keep it as it was:\n{scenes_of(done.keeping)}"
    return card(
        discord.ui.TextDisplay(text),
        discord.ui.TextDisplay(keeping),
        row(StyleButton(done.id, "follow")),
        colour=_ACCENT,
    )


def list_page(found: Sequence[StyleView], page: int) -> discord.ui.LayoutView:
    """A page of a server's styles, ``page`` from 0."""
    pages = max(1, -(-len(found) // _PAGE))
    page = min(max(page, 0), pages - 1)
    shown = found[page * _PAGE : (page + 1) * _PAGE]
    lines = [f"## 🎨 Styles · {len(found)}"]
    lines += [_line(view) for view in shown] or [
        "None yet. `/style add` gives a checkpoint, a sampler and the words around a prompt a name."
    ]
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay("\n".join(lines))]
    if shown:
        items.append(row(StyleSelect(page, shown)))
    if pages > 1:
        back = StylePage(max(0, page - 1), "Back", disabled=page == 0)
        items.append(row(back, StylePage(page + 1, "On", disabled=page == pages - 1)))
    return card(*items, colour=_ACCENT)


def _line(view: StyleView) -> str:
    mark = " ⭐ new stories take it" if view.is_default else ""
    said = " · ".join(filter(None, (view.style.template, view.style.brief))) or "as by itself"
    return f"**{escape_within(view.style.name, 60)}**{mark}\n-# {escape_within(said, 160)}"


async def show_style(interaction: Asked, view: StyleView) -> None:
    """A style's card, for the person who asked."""
    manages = await styles.may_manage(workshop_of(interaction), person_of(interaction))
    await interaction.response.send_message(
        view=style_card(view, manages=manages), ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
    )
