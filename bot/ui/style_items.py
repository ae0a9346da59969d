"""What can be pressed about styles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.items import Answering
from bot.ui.style_forms import StyleForm, scenes_of
from bot.ui.text import cut
from storycore.studio import styles
from storycore.studio.styles import StyleView

_BUTTON = discord.ui.Button[Any]
_SELECT = discord.ui.Select[Any]
_WORDS = {"edit": ("Edit", "✏️"), "follow": ("Take it there, too", "🔁")}


class StyleButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:styled:(?P<id>\d{1,18}):(?P<what>edit|follow)"
):
    """Opens the pop-up in which a style is changed, or brings along the stories that took it as it was."""

    def __init__(self, style: int, what: str) -> None:
        self.style, self.what = style, what
        label, emoji = _WORDS[what]
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=f"fs:styled:{style}:{what}"))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["id"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """For whoever manages styles."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        await styles.check_may_manage(workshop, person)
        if self.what == "edit":
            view = await styles.show(workshop, person, self.style)
            await interaction.response.send_modal(StyleForm(view.style, view.id))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        concerned = await styles.follow(workshop, person, self.style)
        if not concerned:
            await say(interaction, "Every story under way that took this style has it as it is now.")
            return
        await say(interaction, f"🎨 Painted again where nobody has voted:\n{scenes_of(concerned)}")


class StyleSelect(Answering, discord.ui.DynamicItem[_SELECT], template=r"fs:styles:(?P<page>\d{1,4})"):
    """Shows one of the styles on a page of the list."""

    def __init__(self, page: int, shown: Sequence[StyleView] = ()) -> None:
        self.page = page
        options = [
            discord.SelectOption(
                label=cut(view.style.name, 100),
                value=str(view.id),
                description=cut(view.style.template or view.style.brief, 100) or None,
            )
            for view in shown[:25]
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(discord.ui.Select(custom_id=f"fs:styles:{page}", placeholder="Look at one…", options=options))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """The card of the one that was chosen."""
        from bot.ui.styles import show_style

        chosen = self.item.values[0] if self.item.values else ""
        view = await styles.show(
            workshop_of(interaction), person_of(interaction), int(chosen) if chosen.isdecimal() else 0
        )
        await show_style(interaction, view)


class StylePage(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:stylepage:(?P<page>\d{1,4})"):
    """Turns the pages of the list."""

    def __init__(self, page: int, label: str = "On", *, disabled: bool = False) -> None:
        self.page = page
        super().__init__(discord.ui.Button(label=label, custom_id=f"fs:stylepage:{page}", disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """Another page in the place of this one."""
        from bot.ui.styles import list_page

        found = await styles.listing(workshop_of(interaction), interaction.guild_id)
        await interaction.response.edit_message(view=list_page(found, self.page))


STYLE_ITEMS = (StyleButton, StyleSelect, StylePage)
