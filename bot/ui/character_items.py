"""What can be pressed about characters: proposals, mixes, the list, and the cast sheet's links to the library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.cast_items import finish, member_by_key
from bot.ui.character_forms import CharacterForm, tell_changed
from bot.ui.items import Answering, marked
from bot.ui.text import cut, escape_within
from storycore.characters.model import Character, Sheet
from storycore.errors import NotFoundError
from storycore.names.model import Sex
from storycore.studio import cast, characters, names, proposals
from storycore.work.jobs.recasting import Concerned

_BUTTON = discord.ui.Button[Any]
_SELECT = discord.ui.Select[Any]
_STORY = r"(?P<story>\d{1,18})"
_KEY = r"(?P<key>[0-9a-f]{12})"
_NONE = "none"
_WORDS = {Sex.FEMALE: "woman", Sex.MALE: "man"}


class ProposalButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:proposal:(?P<id>\d{1,18}):(?P<what>accept|decline)"
):
    """Takes a proposal into the library, or declines it."""

    def __init__(self, proposal: int, what: str) -> None:
        self.proposal, self.what = proposal, what
        accepts = what == "accept"
        super().__init__(
            discord.ui.Button(
                label="Accept" if accepts else "Decline",
                emoji="✅" if accepts else "✖️",
                style=discord.ButtonStyle.success if accepts else discord.ButtonStyle.secondary,
                custom_id=f"fs:proposal:{proposal}:{what}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["id"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then say so on the card."""
        from bot.ui.characters import proposal_card

        workshop, person = workshop_of(interaction), person_of(interaction)
        concerned: tuple[Concerned, ...] = ()
        if self.what == "accept":
            view, changed = await proposals.accept(workshop, person, self.proposal)
            concerned = changed.concerned
        else:
            view = await proposals.decline(workshop, person, self.proposal)
        await interaction.response.edit_message(view=proposal_card(view, concerned))


class CharacterSelect(Answering, discord.ui.DynamicItem[_SELECT], template=r"fs:characters:(?P<page>\d{1,4})"):
    """Shows one of the characters on a page of the list."""

    def __init__(self, page: int, shown: Sequence[Character] = ()) -> None:
        self.page = page
        options = [
            discord.SelectOption(
                label=cut(character.sheet.name, 100),
                value=str(character.id),
                description=cut(character.sheet.look, 100) or None,
            )
            for character in shown[:25]
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            discord.ui.Select(custom_id=f"fs:characters:{page}", placeholder="Look at one…", options=options)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """The card of the one that was chosen."""
        from bot.ui.characters import show_character

        chosen = self.item.values[0] if self.item.values else ""
        await show_character(interaction, int(chosen) if chosen.isdecimal() else 0)


class CharacterPage(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:characterpage:(?P<page>\d{1,4})"):
    """Turns the pages of the list."""

    def __init__(self, page: int, label: str = "On", *, disabled: bool = False) -> None:
        self.page = page
        super().__init__(discord.ui.Button(label=label, custom_id=f"fs:characterpage:{page}", disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """Another page in the place of this one."""
        from bot.ui.characters import list_page

        workshop, server_id = workshop_of(interaction), interaction.guild_id
        page = list_page(
            await characters.listing(workshop, server_id), await proposals.waiting(workshop, server_id), self.page
        )
        await interaction.response.edit_message(view=page)


class CharacterButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:char:(?P<id>\d{1,18}):(?P<what>edit|show)(@\d{1,18})?"
):
    """Opens the pop-up in which a character is changed, or its card."""

    def __init__(self, character: int, what: str, *, mark: int | None = None) -> None:
        self.character, self.what = character, what
        label, emoji = ("Edit", "✏️") if what == "edit" else ("The character", "🧍")
        custom_id = marked(f"fs:char:{character}:{what}", mark)
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["id"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """Show it as it is now."""
        from bot.ui.characters import show_character

        workshop, person = workshop_of(interaction), person_of(interaction)
        if self.what == "show":
            await show_character(interaction, self.character)
            return
        await characters.check_may_manage(workshop, person)
        view = await characters.show(workshop, person, self.character)
        await interaction.response.send_modal(CharacterForm(view.character.sheet, self.character))


class MixButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:mix:(?P<id>\d{1,18}):(?P<sex>female|male)"):
    """Gives a character the face of the two names that were proposed."""

    def __init__(self, character: int, sex: Sex) -> None:
        self.character, self.sex = character, sex
        super().__init__(
            discord.ui.Button(
                label="Take this face",
                emoji="🎭",
                style=discord.ButtonStyle.success,
                custom_id=f"fs:mix:{character}:{sex.value}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["id"]), Sex(match["sex"]))

    async def act(self, interaction: Asked) -> None:
        """The same two are proposed again, and kept."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        await characters.check_may_manage(workshop, person)
        mix = await names.propose_mix(workshop, person, self.character, self.sex)

        def change(sheet: Sheet) -> Sheet:
            stated = (
                sheet if sheet.sex is self.sex else replace(sheet, look=f"{_WORDS[self.sex]}, {sheet.look}".strip(" ,"))
            )
            return replace(stated, mix=(mix.first, mix.second))

        await tell_changed(interaction, await characters.edit(workshop, person, self.character, change), "mixed")


class DescribeButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:describemember:{_STORY}:{_KEY}"):
    """Opens the pop-up in which somebody of a cast is described for the library."""

    def __init__(self, story: int, key: str) -> None:
        self.story, self.key = story, key
        super().__init__(discord.ui.Button(label="Describe", emoji="🎨", custom_id=f"fs:describemember:{story}:{key}"))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), match["key"])

    async def act(self, interaction: Asked) -> None:
        """The form holds the names that the story gives; descriptions are no aliases for other stories."""
        _, member = await member_by_key(interaction, self.story, self.key)
        aliases = tuple(name for name in member.aliases if not re.match(r"(?:the|a|an) ", name, re.IGNORECASE))
        name = re.sub(r"^the ", "", member.name, flags=re.IGNORECASE)
        sheet = Sheet(cut(name, 60), aliases[:5], member.pronouns)
        await interaction.response.send_modal(CharacterForm(sheet, None, (self.story, self.key)))


class LinkSelect(Answering, discord.ui.DynamicItem[_SELECT], template=rf"fs:link:{_STORY}:{_KEY}"):
    """Says which of the server's characters a member of a cast is."""

    def __init__(self, story: int, key: str, known: Sequence[Character] = (), now: int | None = None) -> None:
        self.story, self.key = story, key
        options = [
            discord.SelectOption(
                label=cut(c.sheet.name, 100),
                value=str(c.id),
                description=cut(c.sheet.look, 100) or None,
                default=c.id == now,
            )
            for c in known[:24]
        ]
        options.append(discord.SelectOption(label="None of them", value=_NONE, emoji="🚫"))
        super().__init__(
            discord.ui.Select(
                custom_id=f"fs:link:{story}:{key}", placeholder="Which of the server's characters?", options=options
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
        if chosen != _NONE and not chosen.isdecimal():
            raise NotFoundError("That character is not here.", "`/character list` shows those that there are.")
        number = None if chosen == _NONE else int(chosen)
        called = await cast.link(workshop_of(interaction), self.story, person_of(interaction), member.name, number)
        who = f"**{escape_within(called, 80)}**" if called else "none of the server's characters"
        await finish(interaction, f"**{escape_within(member.name, 80)}** is {who}.")


CHARACTER_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    ProposalButton,
    CharacterSelect,
    CharacterPage,
    CharacterButton,
    MixButton,
    DescribeButton,
    LinkSelect,
)
