"""What can be pressed on the cast sheet and its cards. Names travel as keys: a custom_id has no room for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.cast_forms import RenameForm
from bot.ui.items import Answering, marked
from bot.ui.text import cut, escape_within, key_of
from storycore.errors import NotFoundError
from storycore.studio import cast, characters, stories
from storycore.studio.views import CastView, StoryView

_BUTTON = discord.ui.Button[Any]
_SELECT = discord.ui.Select[Any]
_STORY = r"(?P<story>\d{1,18})"
_KEY = r"(?P<key>[0-9a-f]{12})"
Choices = Sequence[tuple[str, str, str]]

_ANSWERS = {"yes": ("Yes", "✅"), "no": ("No", "✖️"), "unknown": ("I cannot tell", None)}
_FOLLOWS = "What changes is painted again by itself where nobody voted yet; the messages follow in a moment."


def options_of(choices: Choices) -> list[discord.SelectOption]:
    """Options of a select; Discord takes 25, with labels of 100 characters."""
    return [
        discord.SelectOption(label=cut(label, 100) or "…", value=key, description=cut(more, 100) or None)
        for label, key, more in {choice[1]: choice for choice in choices}.values()
    ][:25]


async def member_by_key(interaction: Asked, story_id: int, key: str) -> tuple[StoryView, CastView]:
    """The cast member whom a custom_id means. Raises ``NotFoundError``."""
    view = await stories.show(workshop_of(interaction), story_id, person_of(interaction))
    for member in view.cast:
        if key_of(member.name) == key:
            return view, member
    raise NotFoundError("That character is not in the cast any more.", "`/cast show` shows it as it is now.")


async def finish(interaction: Asked, words: str) -> None:
    """Say on the card what was done."""
    from bot.ui.cast import done_card

    await interaction.response.edit_message(view=done_card(f"✅ {words}\n-# {_FOLLOWS}"))


class AnswerButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:ask:(?P<question>\d{1,18}):(?P<answer>yes|no|unknown)"
):
    """Answers what the bot asks."""

    def __init__(self, question: int, answer: str) -> None:
        self.question, self.answer = question, answer
        label, emoji = _ANSWERS[answer]
        style = discord.ButtonStyle.success if answer == "yes" else discord.ButtonStyle.secondary
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, style=style, custom_id=f"fs:ask:{question}:{answer}")
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["question"]), match["answer"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then acknowledge; the sheet follows."""
        await cast.answer(workshop_of(interaction), self.question, person_of(interaction), self.answer)
        await interaction.response.defer()


class SpeakerAnswer(Answering, discord.ui.DynamicItem[_SELECT], template=r"fs:askwho:(?P<question>\d{1,18})"):
    """Answers who says a line."""

    def __init__(self, question: int, names: Choices = ()) -> None:
        self.question = question
        options = [
            *options_of(names),
            discord.SelectOption(label="The narrator", value=cast.NARRATOR, emoji="📖"),
            discord.SelectOption(label="I cannot tell", value=cast.UNKNOWN),
        ]
        super().__init__(
            discord.ui.Select(custom_id=f"fs:askwho:{question}", placeholder="Who says it?", options=options)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["question"]))

    async def act(self, interaction: Asked) -> None:
        """Commit, then acknowledge; the sheet follows."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        said = self.item.values[0] if self.item.values else cast.UNKNOWN
        if said not in (cast.NARRATOR, cast.UNKNOWN):
            view = await stories.show(workshop, await cast.story_asked(workshop, self.question), person)
            options = [name for q in view.questions if q.id == self.question for name in q.options]
            names = {key_of(name): name for name in options}
            said = names.get(said, "")
        await cast.answer(workshop, self.question, person, said)
        await interaction.response.defer()


class CastButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:cast:{_STORY}(@\d{{1,18}})?"):
    """Shows the whole cast to whoever presses."""

    def __init__(self, story: int, label: str = "Details", *, mark: int | None = None) -> None:
        self.story = story
        super().__init__(discord.ui.Button(label=label, emoji="🎭", custom_id=marked(f"fs:cast:{story}", mark)))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]))

    async def act(self, interaction: Asked) -> None:
        """The first page."""
        from bot.ui.cast import cast_page

        view = await stories.show(workshop_of(interaction), self.story, person_of(interaction))
        await interaction.response.send_message(view=cast_page(view, 0), ephemeral=True)


class PageButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:castpage:{_STORY}:(?P<page>-?\d{{1,6}})"):
    """Turns the pages of the whole cast."""

    def __init__(self, story: int, page: int, label: str = "On", *, disabled: bool = False) -> None:
        self.story, self.page = story, page
        super().__init__(discord.ui.Button(label=label, custom_id=f"fs:castpage:{story}:{page}", disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """Another page in the place of this one."""
        from bot.ui.cast import cast_page

        view = await stories.show(workshop_of(interaction), self.story, person_of(interaction))
        await interaction.response.edit_message(view=cast_page(view, self.page))


class CastSelect(Answering, discord.ui.DynamicItem[_SELECT], template=rf"fs:who:{_STORY}"):
    """Chooses a character to be corrected."""

    def __init__(self, story: int, choices: Choices = (("…", "0" * 12, ""),)) -> None:
        self.story = story
        super().__init__(
            discord.ui.Select(custom_id=f"fs:who:{story}", placeholder="Correct somebody…", options=options_of(choices))
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]))

    async def act(self, interaction: Asked) -> None:
        """Their card, for the person who chose; the shared sheet stays as it is."""
        from bot.ui.cast import member_card

        key = self.item.values[0] if self.item.values else ""
        view, member = await member_by_key(interaction, self.story, key)
        known = await characters.listing(workshop_of(interaction), interaction.guild_id)
        await interaction.response.send_message(view=member_card(view, member, known), ephemeral=True)


class MemberButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:member:{_STORY}:{_KEY}:(?P<what>rename|nobody)"
):
    """Renames a character, or says that it is none."""

    def __init__(self, story: int, key: str, what: str) -> None:
        self.story, self.key, self.what = story, key, what
        label, emoji = ("Rename", "✏️") if what == "rename" else ("Not a character", "🚫")
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=f"fs:member:{story}:{key}:{what}"))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), match["key"], match["what"])

    async def act(self, interaction: Asked) -> None:
        """The form for a new name; or commit, and say so."""
        _, member = await member_by_key(interaction, self.story, self.key)
        if self.what == "rename":
            await interaction.response.send_modal(RenameForm(self.story, self.key, member.name))
            return
        name = await cast.remove(workshop_of(interaction), self.story, person_of(interaction), member.name)
        await finish(interaction, f"**{escape_within(name, 80)}** is nobody.")


class SameSelect(Answering, discord.ui.DynamicItem[_SELECT], template=rf"fs:same:{_STORY}:{_KEY}"):
    """Two are one character."""

    def __init__(self, story: int, key: str, choices: Choices = (("…", "0" * 12, ""),)) -> None:
        self.story, self.key = story, key
        super().__init__(
            discord.ui.Select(
                custom_id=f"fs:same:{story}:{key}", placeholder="Is the same as…", options=options_of(choices)
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), match["key"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then say so."""
        _, member = await member_by_key(interaction, self.story, self.key)
        _, into = await member_by_key(interaction, self.story, self.item.values[0] if self.item.values else "")
        workshop, person = workshop_of(interaction), person_of(interaction)
        keep, gone = await cast.merge(workshop, self.story, person, member.name, into.name)
        await finish(interaction, f"**{escape_within(gone, 80)}** is **{escape_within(keep, 80)}**.")


class ApartSelect(Answering, discord.ui.DynamicItem[_SELECT], template=rf"fs:apart:{_STORY}:{_KEY}"):
    """One of a character's names is somebody else."""

    def __init__(self, story: int, key: str, choices: Choices = (("…", "0" * 12, ""),)) -> None:
        self.story, self.key = story, key
        super().__init__(
            discord.ui.Select(
                custom_id=f"fs:apart:{story}:{key}",
                placeholder="One of these names is somebody else…",
                options=options_of(choices),
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), match["key"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then say so."""
        _, member = await member_by_key(interaction, self.story, self.key)
        chosen = self.item.values[0] if self.item.values else ""
        name = next((own for own in (member.name, *member.aliases) if key_of(own) == chosen), "")
        workshop, person = workshop_of(interaction), person_of(interaction)
        stays, away = await cast.split(workshop, self.story, person, member.name, name)
        await finish(interaction, f"**{escape_within(away, 80)}** is not **{escape_within(stays, 80)}**.")


CAST_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    AnswerButton,
    SpeakerAnswer,
    CastButton,
    PageButton,
    CastSelect,
    MemberButton,
    SameSelect,
    ApartSelect,
)
