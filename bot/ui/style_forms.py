"""The pop-up in which a style is written, and what is said after a change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.forms import AFTER_RESTART, Form
from bot.ui.text import count, cut, escape_within
from storycore.studio import styles
from storycore.studio.styles import Changed
from storycore.styles.model import (
    KEYS,
    NAME_LENGTH,
    NEGATIVE_LENGTH,
    PAINTING_KEYS,
    PLACE,
    TEMPLATE_LENGTH,
    Style,
    StyleError,
    in_words,
    key_of,
    label,
    with_words,
)
from storycore.work.jobs.recasting import Concerned

_LINES_LENGTH = 1500
_SHOWN = 4


class StyleForm(Form):
    """Everything that a style says; it holds what it says now. ``style_id`` 0 makes a new one."""

    def __init__(self, style: Style, style_id: int = 0) -> None:
        super().__init__(cut(f"Style: {style.name}" if style.name else "A style", 45), f"fs:style:{style_id}")
        self.style_id = style_id
        said = in_words(style)
        paragraph = discord.TextStyle.paragraph
        self.name: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="name", max_length=NAME_LENGTH, default=style.name, placeholder="Ink"
        )
        self.template: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="template",
            style=paragraph,
            required=False,
            max_length=TEMPLATE_LENGTH,
            default=style.template,
            placeholder=f"{PLACE}, ink drawing, cross-hatching",
        )
        self.negative: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="negative",
            required=False,
            max_length=NEGATIVE_LENGTH,
            default=style.negative,
            placeholder="photo, blurry, text",
        )
        self.lines: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="lines",
            style=paragraph,
            required=False,
            max_length=_LINES_LENGTH,
            default="\n".join(f"{label(key)}: {said[key]}" for key in PAINTING_KEYS if key in said)[:_LINES_LENGTH],
            placeholder="sampler: DPM++ 2M\nscheduler: Karras\nsteps: 28\nsize: 1216x832",
        )
        for text, description, item in (
            ("Name", "What it is chosen by.", self.name),
            (
                "Template",
                f"{PLACE} is where a scene's prompt goes. Empty: as Fireside does it by itself.",
                self.template,
            ),
            ("Never", "What painters shall leave out, instead of what Fireside says by itself.", self.negative),
            (
                "How it is painted",
                "A line each: checkpoint, sampler, scheduler, steps, size, CFG scale, clip skip, VAE, hires…",
                self.lines,
            ),
        ):
            self.add_item(discord.ui.Label(text=text, description=description[:100], component=item))

    async def act(self, interaction: Asked) -> None:
        """Keep it."""
        values = {
            "name": self.name.value,
            "template": self.template.value,
            "negative": self.negative.value,
            "lines": self.lines.value,
        }
        await handed_in(interaction, values, self.style_id)


def typed_lines(text: str) -> dict[str, str]:
    """A style's keys and what is typed for them, a line each. Raises ``StyleError`` for a line that says nothing."""
    said: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        typed, colon, value = line.partition(":")
        if not colon:
            raise StyleError(f"“{cut(line, 60)}” says nothing.", "Write `steps: 28`, a line each.", "lines")
        key = key_of(typed)
        if key not in PAINTING_KEYS:
            raise StyleError(f"“{label(key)}” has a field of its own here.", "Write it there.", "lines")
        if key in said:
            raise StyleError(f"“{label(key)}” stands there twice.", "Keep one of them.", "lines")
        said[key] = value.strip()
    return said


async def handed_in(interaction: Asked, values: dict[str, str], style_id: int) -> None:
    """What was written becomes the style; what was left out it does not say any more."""
    workshop, person = workshop_of(interaction), person_of(interaction)
    await styles.check_may_manage(workshop, person)
    said = dict.fromkeys(KEYS, "") | typed_lines(values.get("lines", ""))
    said |= {key: values.get(key, "") for key in ("template", "negative")}
    name = values.get("name", "")
    if style_id:
        await tell_changed(interaction, await styles.edit(workshop, person, style_id, said, name), "changed")
    else:
        done = await styles.add(workshop, person, with_words(Style(name), said))
        await tell_changed(interaction, done, "there now: `/style set` takes it in a story's thread")


async def tell_changed(interaction: Asked, done: Changed, what: str) -> None:
    """Say what was done to a style, what no host has of it, and which stories still have it as it was."""
    from bot.ui.styles import changed_card

    text = "\n".join([f"✅ **{escape_within(done.style.name, 80)}** is {what}.", *warnings(done.missing)])
    if not done.keeping:
        await say(interaction, text)
        return
    view, none = changed_card(done, text), discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=none)
    else:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=none)


def warnings(missing: Sequence[str]) -> list[str]:
    """What hosts lack, a line each."""
    return [f"⚠️ {escape_within(words, 300)}" for words in missing[:5]]


def scenes_of(concerned: Sequence[Concerned]) -> str:
    """Which scenes of which stories; those whose prompts people wrote are told apart."""
    lines = []
    for one in concerned[:_SHOWN]:
        by_hand = f"; {_numbers(one.by_hand)} by hand: those words stay" if one.by_hand else ""
        lines.append(f"• {_numbers(one.scenes)} of **{escape_within(one.title, 60)}**{by_hand}")
    more = len(concerned) - _SHOWN
    return "\n".join([*lines, *([f"-# and {count(more, 'story', 'stories')} more"] if more > 0 else [])])


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:12])) + ("…" if len(numbers) > 12 else "")
    return f"scene {shown}" if len(numbers) == 1 else f"scenes {shown}"


async def _style_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await handed_in(interaction, values, int(match[1]))


AFTER_RESTART.update({r"fs:style:(\d{1,18})": _style_again})
