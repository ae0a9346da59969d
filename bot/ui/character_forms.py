"""The pop-up in which a character is described, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.forms import AFTER_RESTART, Form
from bot.ui.text import count, cut, escape_within, key_of
from storycore.characters.model import LOOK_LENGTH, NEGATIVE_LENGTH, PRONOUNS, CharacterError, Sheet
from storycore.errors import NotFoundError, StateError
from storycore.studio import cast, characters, proposals, stories
from storycore.studio.characters import Changed
from storycore.work.jobs.recasting import Concerned

_NAMES_LENGTH = 1400
_OUTFITS_LENGTH = 2500
_SHOWN = 4
#: The member of a story that a form describes: its id, and the key of the name; None for the library alone.
Described = tuple[int, str] | None


class CharacterForm(Form):
    """Everything that is drawn of a character; it holds what is known already."""

    def __init__(self, sheet: Sheet, character_id: int | None = None, described: Described = None) -> None:
        kind = f"fs:describe:{described[0]}:{described[1]}" if described else f"fs:character:{character_id or 0}"
        super().__init__(cut(f"{sheet.name}" if sheet.name else "A character", 45), kind)
        self.character_id, self.described, self.sheet = character_id, described, sheet
        paragraph = discord.TextStyle.paragraph
        self.names: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="names",
            max_length=_NAMES_LENGTH,
            default=", ".join(filter(None, (sheet.name, *sheet.aliases)))[:_NAMES_LENGTH],
        )
        self.look: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="look",
            style=paragraph,
            max_length=LOOK_LENGTH,
            required=False,
            default=sheet.look,
            placeholder="a young knight with a red beard, a scar over one eye, a green cloak",
        )
        self.outfits: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="outfits",
            style=paragraph,
            max_length=_OUTFITS_LENGTH,
            required=False,
            default="\n".join(f"{name}: {worn}" for name, worn in sheet.outfits.items())[:_OUTFITS_LENGTH],
            placeholder="armour: silver mail, a red plume\nfeast: a long blue robe",
        )
        self.negative: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="negative", max_length=NEGATIVE_LENGTH, required=False, default=sheet.negative
        )
        self.pronouns: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(
            custom_id="pronouns",
            required=False,
            options=[
                discord.RadioGroupOption(label=word, value=word, default=word == sheet.pronouns) for word in PRONOUNS
            ],
        )
        for text, description, item in (
            ("Names", "The name first, then other names and descriptions, with commas between.", self.names),
            ("Look", "What is drawn in every picture: what makes this one recognisable.", self.look),
            ("Pronouns", "Who “he”, “she”, “they” or “it” can be.", self.pronouns),
            ("Outfits", "A name, a colon, what is worn; a line each. Scenes choose among them.", self.outfits),
            ("Never", "What painters shall leave out.", self.negative),
        ):
            self.add_item(discord.ui.Label(text=text, description=description, component=item))

    async def act(self, interaction: Asked) -> None:
        """Keep it, or propose it."""
        values = {
            "names": self.names.value,
            "look": self.look.value,
            "outfits": self.outfits.value,
            "negative": self.negative.value,
            "pronouns": str(self.pronouns.value or ""),
        }
        await handed_in(interaction, values, self.character_id, self.described)


def typed_names(text: str) -> list[str]:
    """Names with commas between."""
    return [name.strip() for name in text.split(",") if name.strip()]


def typed_outfits(text: str) -> dict[str, str]:
    """Outfits, a line each. Raises ``CharacterError`` for a line without a colon."""
    outfits: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, worn = line.partition(":")
        if not colon or not worn.strip():
            raise CharacterError(
                f"“{cut(line, 60)}” does not say what is worn.", "Write `armour: silver mail`, a line each.", "outfits"
            )
        outfits[name.strip()] = worn.strip()
    return outfits


def with_values(sheet: Sheet, values: dict[str, str]) -> Sheet:
    """A sheet with what was filled in."""
    names = typed_names(values.get("names", ""))
    return replace(
        sheet,
        name=names[0] if names else "",
        aliases=tuple(names[1:]),
        look=values.get("look", ""),
        outfits=typed_outfits(values.get("outfits", "")),
        negative=values.get("negative", ""),
        pronouns=values.get("pronouns", "") or None,
    )


async def handed_in(
    interaction: Asked, values: dict[str, str], character_id: int | None, described: Described = None
) -> None:
    """A form is handed in: the character is kept, and linked to the member it describes; or it is proposed."""
    workshop, person = workshop_of(interaction), person_of(interaction)
    if character_id is not None:
        done = await characters.edit(workshop, person, character_id, lambda sheet: with_values(sheet, values))
        await tell_changed(interaction, done, "changed")
        return
    sheet = with_values(Sheet(""), values)
    member = None if described is None else await _member(interaction, described)
    if not await characters.may_manage(workshop, person):
        await propose(interaction, sheet)
        return
    done = await characters.add(workshop, person, sheet)
    if described is not None and member is not None and key_of(done.character.sheet.name) != described[1]:
        await cast.link(workshop, described[0], person, member, done.character.id)
    await tell_changed(interaction, done, "in the library now")


async def _member(interaction: Asked, described: tuple[int, str]) -> str:
    view = await stories.show(workshop_of(interaction), described[0], person_of(interaction))
    for member in view.cast:
        if key_of(member.name) == described[1]:
            return member.name
    raise NotFoundError("That character is not in the cast any more.", "`/cast show` shows it as it is now.")


async def propose(interaction: Asked, sheet: Sheet) -> None:
    """Propose a character where it is asked for, for whoever manages them to see."""
    from bot.ui.characters import proposal_card

    if interaction.channel_id is None:
        raise StateError("Characters are proposed in a server's channels.")
    key = f"character-{interaction.id}"
    view = await proposals.propose(workshop_of(interaction), person_of(interaction), sheet, request_key=key)
    card, none = proposal_card(view), discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(view=card, allowed_mentions=none)
    else:
        await interaction.response.send_message(view=card, allowed_mentions=none)


def follows(concerned: tuple[Concerned, ...]) -> str:
    """Which prompts follow a change, and which were written by hand; "" where none does."""
    if not concerned:
        return ""
    lines = []
    for one in concerned[:_SHOWN]:
        scenes = [number for number in one.scenes if number not in one.by_hand]
        said = f"{_numbers(scenes)} of **{escape_within(one.title, 60)}**" if scenes else ""
        by_hand = (
            f"{_numbers(list(one.by_hand))} of **{escape_within(one.title, 60)}** was written by hand: it stays, and "
            "offers to merge the new look"
            if one.by_hand
            else ""
        )
        lines += [f"• {part}" for part in (said, by_hand) if part]
    more = len(concerned) - _SHOWN
    rest = f"\n-# and {count(more, 'story', 'stories')} more" if more > 0 else ""
    return "Prompts that follow, and are painted again where nobody has voted:\n" + "\n".join(lines) + rest


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:12])) + ("…" if len(numbers) > 12 else "")
    return f"scene {shown}" if len(numbers) == 1 else f"scenes {shown}"


async def tell_changed(interaction: Asked, done: Changed, what: str) -> None:
    """Say what was done to a character, and which scenes follow."""
    name = escape_within(done.character.sheet.name, 80)
    await say(interaction, f"✅ **{name}** is {what}.\n{follows(done.concerned)}".strip())


async def _character_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await handed_in(interaction, values, int(match[1]) or None)


async def _describe_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await handed_in(interaction, values, None, (int(match[1]), match[2]))


AFTER_RESTART.update(
    {
        r"fs:character:(\d{1,18})": _character_again,
        r"fs:describe:(\d{1,18}):([0-9a-f]{12})": _describe_again,
    }
)
