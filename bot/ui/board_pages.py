"""The picture on a storyboard, and its further pages on a card for whoever asks."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.sheet import SheetFile
from bot.ui.text import escape_within
from storycore.errors import NotFoundError
from storycore.studio import stories
from storycore.studio.contact import Contact, contact_of
from storycore.studio.views import StoryView

_ACCENT = discord.Colour(0xF2B134)


def contact_file(story_id: int, contact: Contact) -> SheetFile:
    """The picture as a file of a message; its name changes with what it shows."""
    name = f"board-{story_id}-{contact.page + 1}-{contact.key[:12]}.jpg"
    return SheetFile(name, contact.path, contact.described, light=True)


def page_card(story: StoryView, contact: Contact) -> discord.ui.LayoutView:
    """One page of the scenes, with the way to the others."""
    file = contact_file(story.id, contact)
    gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
    gallery.add_item(media=f"attachment://{file.name}", description=file.description)
    heading = f"### {escape_within(story.title, 160)} · page {contact.page + 1} of {contact.pages}"
    return card(
        discord.ui.TextDisplay(heading),
        gallery,
        row(
            BoardPage(story.id, contact.page - 1, "Back", here=True, disabled=contact.page == 0),
            BoardPage(story.id, contact.page + 1, "On", here=True, disabled=contact.page + 1 == contact.pages),
        ),
        colour=_ACCENT,
    )


class BoardPage(
    Answering,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"fs:board:(?P<story>\d{1,18}):(?P<page>-?\d{1,4})(?P<here>:here)?",
):
    """Shows a page of the scenes, from 0: on a card of its own, or (``here``) in the place of the card it stands on."""

    def __init__(self, story: int, page: int, label: str = "", *, here: bool = False, disabled: bool = False) -> None:
        self.story, self.page, self.here = story, page, here
        custom_id = f"fs:board:{story}:{page}" + (":here" if here else "")
        emoji = None if here else "🎞️"
        super().__init__(
            discord.ui.Button(label=label or str(page + 1), emoji=emoji, custom_id=custom_id, disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), int(match["page"]), here=match["here"] is not None)

    async def act(self, interaction: Asked) -> None:
        """The page, for their eyes only. Drawing it may take a moment: that is said first."""
        if self.here:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        story = await stories.show(workshop_of(interaction), self.story, person_of(interaction))
        contact = await contact_of(workshop_of(interaction), story, self.page)
        if contact is None:
            raise NotFoundError("This story has no pictures any more.", "**Again** under a scene asks for some.")
        name = contact_file(story.id, contact).name
        file = await asyncio.to_thread(discord.File, contact.path, name, description=contact.described)
        await interaction.edit_original_response(view=page_card(story, contact), attachments=[file])


BOARD_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (BoardPage,)
