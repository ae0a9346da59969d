"""Suggestions in chat: a card for one person's eyes, and a pop-up that holds what was suggested, to be handed in."""

from __future__ import annotations

import io
import re
import textwrap
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.forms import PromptForm
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.text import escape_within
from storycore.errors import StateError
from storycore.studio import scenes, suggestions
from storycore.studio.people import Person
from storycore.studio.suggestions import Suggested

_BUTTON = discord.ui.Button[Any]
_ACCENT = discord.Colour(0x7A9E7E)
_FENCE = "```"
#: Lines are broken here, so that nobody has to scroll sideways; in the pop-up they are one again.
_LINE = 64
_SCENE = r"(?P<scene>\d{1,18})"


class SuggestButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:suggest:{_SCENE}"):
    """Asks for a suggestion of a scene's prompt."""

    def __init__(self, scene: int, label: str = "Suggest", *, disabled: bool = False) -> None:
        self.scene = scene
        super().__init__(discord.ui.Button(label=label, emoji="💡", custom_id=f"fs:suggest:{scene}", disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]))

    async def act(self, interaction: Asked) -> None:
        """Answer at once, ask the service, show what it says to whoever asked."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await suggestions.prompt_for(workshop_of(interaction), self.scene, person_of(interaction))
        view = suggestion_card(self.scene, found)
        await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


class TakeButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:suggested:{_SCENE}"):
    """Opens the prompt's pop-up with the suggestion of its card in it; handing that in is the person's to do."""

    def __init__(self, scene: int) -> None:
        self.scene = scene
        super().__init__(
            discord.ui.Button(
                label="Look it over",
                emoji="✏️",
                style=discord.ButtonStyle.primary,
                custom_id=f"fs:suggested:{scene}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]))

    async def act(self, interaction: Asked) -> None:
        """The pop-up; what is handed in is checked like anything that people write."""
        number, _ = await scenes.prompt_of(workshop_of(interaction), self.scene, person_of(interaction))
        text = suggested_on(interaction.message)
        if not text:
            raise StateError("There is no suggestion on this message any more.", "Ask for another one.")
        await interaction.response.send_modal(PromptForm(self.scene, number, text))


def suggestion_card(scene_id: int, found: Suggested) -> discord.ui.LayoutView:
    """A suggestion, and what can be done with it."""
    gone = ", ".join(f"“{escape_within(word, 40)}”" for word in found.dropped[:5])
    told = f"\n-# 🚫 Left out, by the rules of this channel: {gone}." if gone else ""
    plain = textwrap.fill(found.prompt.replace("`", "'"), _LINE, break_on_hyphens=False, break_long_words=False)
    return card(
        discord.ui.TextDisplay(f"### 💡 A prompt for scene {found.scene_number}\nNothing has changed yet."),
        discord.ui.TextDisplay(f"{_FENCE}\n{plain}\n{_FENCE}"),
        discord.ui.TextDisplay(f"-# By a service outside of Discord; it may be wrong.{told}"),
        row(TakeButton(scene_id), SuggestButton(scene_id, "Another")),
        colour=_ACCENT,
    )


def suggested_on(message: discord.Message | None) -> str:
    """The suggestion that stands on a card, "" where there is none."""
    if message is None:
        return ""
    for item in discord.ui.LayoutView.from_message(message).walk_children():
        if isinstance(item, discord.ui.TextDisplay) and item.content.startswith(_FENCE):
            return " ".join(item.content.removeprefix(_FENCE).removesuffix(_FENCE).split())
    return ""


async def send_continuation(interaction: Asked, story_id: int, person: Person) -> None:
    """How a story's script might go on, as a file for whoever asked."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    title, text = await suggestions.continuation(workshop_of(interaction), story_id, person)
    file = discord.File(io.BytesIO(text.encode()), filename="continuation.txt")
    words = f"💡 How **{escape_within(title, 100)}** might go on. Nothing has changed: take what you like of it."
    await interaction.followup.send(
        f"{words}\n-# By a service outside of Discord; it may be wrong.",
        file=file,
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )


SUGGEST_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (SuggestButton, TakeButton)
