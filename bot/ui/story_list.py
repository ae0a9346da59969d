"""The list of a server's stories, and the question before one is deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

import discord

from bot.replies import Asked, hidden_from, person_of, rights_in, with_links, workshop_of
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.text import count, escape_within
from storycore.studio import deleting, stories, story_list
from storycore.studio.deleting import Doomed
from storycore.studio.story_list import FILTERS, ListedStory, StoryPage

_ACCENT = discord.Colour(0xF2B134)
_RED = discord.Colour(0xC0392B)
_BUTTON = discord.ui.Button[Any]
_MARKS = {"reading": "📖", "open": "🎨", "filming": "🎬", "done": "🍿", "over": "🛑"}


class StoriesButton(
    Answering,
    discord.ui.DynamicItem[_BUTTON],
    template=rf"fs:stories:(?P<page>\d{{1,6}}):(?P<stage>{'|'.join(FILTERS)}|):(?P<member>\d{{1,20}})",
):
    """Turns the pages of the list."""

    def __init__(self, page: int, stage: str, member: int, emoji: str = "🔄", *, disabled: bool = False) -> None:
        self.page, self.stage, self.member = page, stage, member
        custom_id = f"fs:stories:{page}:{stage}:{member}"
        super().__init__(discord.ui.Button(emoji=emoji, custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]), match["stage"], int(match["member"]))

    async def act(self, interaction: Asked) -> None:
        """Another page in the place of this one."""
        view = await stories_page(interaction, self.page, self.stage, self.member)
        await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())


async def stories_page(interaction: Asked, page: int, stage: str, member: int) -> discord.ui.LayoutView:
    """A page for whoever asks; ``stage`` "" is all of them, ``member`` 0 everybody."""
    found = await story_list.page(
        workshop_of(interaction),
        interaction.guild_id,
        page,
        stage=stage,
        member_id=member or None,
        hidden=hidden_from(interaction),
    )
    return list_card(found, stage, member, interaction.client.command_ids)


def list_card(
    found: StoryPage, stage: str = "", member: int = 0, command_ids: Mapping[str, int] | None = None
) -> discord.ui.LayoutView:
    """The card of a page."""
    which = " · ".join([*([stage] if stage else []), *([f"by <@{member}>"] if member else [])])
    heading = f"## 🔥 Stories\n-# {count(found.total, 'story', 'stories')}" + (f" · {which}" if which else "")
    nothing = "None like that." if which else "There are no stories here yet. Begin with `/story new`."
    lines = "\n".join(_line(story) for story in found.stories) or with_links(nothing, command_ids or {})
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(heading), discord.ui.TextDisplay(lines)]
    if found.pages > 1:
        items += [
            discord.ui.TextDisplay(f"-# Page {found.page + 1} of {found.pages}, newest first"),
            row(
                StoriesButton(max(0, found.page - 1), stage, member, "◀️", disabled=found.page == 0),
                StoriesButton(found.page + 1, stage, member, "▶️", disabled=found.page == found.pages - 1),
            ),
        ]
    return card(*items, colour=_ACCENT)


def _line(story: ListedStory) -> str:
    place = f" · <#{story.place_id}>" if story.place_id else ""
    by = f" by {escape_within(story.author_name, 60)}" if story.author_name else ""
    return f"{_MARKS[story.stage]} **{escape_within(story.title, 100)}**{by} · {story.stage}{place}"


class DeleteButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:delete:(?P<story>\d{1,18})"):
    """Deletes a story, for good."""

    def __init__(self, story: int) -> None:
        self.story = story
        super().__init__(
            discord.ui.Button(
                label="Delete it for good",
                emoji="🗑️",
                style=discord.ButtonStyle.danger,
                custom_id=f"fs:delete:{story}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]))

    async def act(self, interaction: Asked) -> None:
        """Delete it, then say so in the place of the question; its messages follow."""
        workshop = workshop_of(interaction)
        view = await stories.show(workshop, self.story, person_of(interaction))
        person = person_of(interaction, rights_in(interaction, view.channel_id))
        await deleting.asked(workshop, self.story, person)
        await interaction.response.defer()
        title = await deleting.delete_story(workshop, self.story, person)
        words = f"### 🗑️ {escape_within(title, 160)} is deleted\nIts messages go in a moment."
        await interaction.edit_original_response(view=card(discord.ui.TextDisplay(words), colour=_RED))


def delete_card(doomed: Doomed) -> discord.ui.LayoutView:
    """The question, with what would go."""
    what = [count(doomed.scenes, "scene"), count(doomed.pictures, "picture"), count(doomed.films, "film")]
    words = (
        f"### 🗑️ Delete {escape_within(doomed.title, 160)}?\n{', '.join(what)}, its voices, votes and messages go "
        "with it. **It cannot be brought back**; `/story export` keeps a copy."
    )
    return card(discord.ui.TextDisplay(words), row(DeleteButton(doomed.story_id)), colour=_RED)


STORY_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (StoriesButton, DeleteButton)
