"""“More like this”, in chat: a button under a scene's pictures, and a menu of which one is meant."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.items import Answering
from storycore.studio import variations

_BUTTON = discord.ui.Button[Any]


class MoreButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:more:(?P<scene>\d{1,18}):(?P<round>\d{1,9})"
):
    """Asks which picture there shall be more of; where there is one only, asks for them."""

    def __init__(self, scene: int, round_: int, *, disabled: bool = False) -> None:
        self.scene, self.round = scene, round_
        super().__init__(
            discord.ui.Button(
                label="More like this", emoji="🌱", custom_id=f"fs:more:{scene}:{round_}", disabled=disabled
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """The menu, for whoever pressed."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        number, pictures = await variations.likes_of(workshop, self.scene, person, self.round)
        if len(pictures) == 1:
            await variations.more_like(workshop, self.scene, person, pictures[0], self.round)
            await interaction.response.defer()
            return
        view = discord.ui.View(timeout=None)
        view.add_item(MoreSelect(self.scene, self.round, pictures))
        words = f"Which picture of scene {number} shall there be more of? They keep its noise, and change a little."
        await interaction.response.send_message(words, view=view, ephemeral=True)


class MoreSelect(
    Answering,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"fs:like:(?P<scene>\d{1,18}):(?P<round>\d{1,9})",
):
    """The picture that there shall be more of."""

    def __init__(self, scene: int, round_: int, pictures: tuple[int, ...] = (1,)) -> None:
        self.scene, self.round = scene, round_
        options = [discord.SelectOption(label=f"Like picture {number}", value=str(number)) for number in pictures]
        super().__init__(
            discord.ui.Select(custom_id=f"fs:like:{scene}:{round_}", placeholder="More like…", options=options)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """Ask for them and say so."""
        chosen = self.item.values[0] if self.item.values else ""
        picture = int(chosen) if chosen.isdecimal() and len(chosen) < 3 else 0
        workshop, person = workshop_of(interaction), person_of(interaction)
        asked = await variations.more_like(workshop, self.scene, person, picture, self.round)
        words = f"🌱 More pictures like picture **{picture}** of scene {asked.scene_number} are being painted."
        if interaction.message is None or not interaction.message.flags.ephemeral:
            await say(interaction, words)
            return
        await interaction.response.edit_message(content=words, view=None)


MORE_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (MoreButton, MoreSelect)
