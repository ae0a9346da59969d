"""What can be pressed and written about reported pictures: by any member to report one, by moderators to decide."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.forms import Form
from bot.ui.items import Answering, marked
from bot.ui.layout import card, row
from bot.ui.text import escape_within
from storycore.errors import NotFoundError, StateError
from storycore.studio import ballots, moderation, stories
from storycore.studio.cases import CaseView
from storycore.studio.moderation import REASON_LENGTH

_BUTTON = discord.ui.Button[Any]
_RED = discord.Colour(0xC0392B)
THANKS = "Thank you. Moderators will look at it; nobody else sees who reported."


class ReportButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:report:(?P<scene>\d{1,18}):(?P<round>\d{1,9})"
):
    """Opens the form in which any member reports a picture."""

    def __init__(self, scene: int, round_: int) -> None:
        self.scene, self.round = scene, round_
        super().__init__(discord.ui.Button(label="Report", emoji="🚩", custom_id=f"fs:report:{scene}:{round_}"))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """Which picture, and why."""
        workshop = workshop_of(interaction)
        story_id = await ballots.story_id_of(workshop, self.scene)
        view = await stories.show(workshop, story_id, person_of(interaction))
        scene = next(scene for scene in view.scenes if scene.id == self.scene)
        if scene.shown is None or scene.shown.number != self.round or not scene.shown.candidates:
            raise StateError("These pictures were replaced by new ones.", "Look at those that are here now.")
        numbers = [candidate.number for candidate in scene.shown.candidates]
        await interaction.response.send_modal(ReportForm(self.scene, self.round, scene.number, numbers))


class ReportForm(Form):
    """Report one of a scene's pictures, with a reason."""

    def __init__(self, scene: int, round_: int, scene_number: int, numbers: list[int]) -> None:
        super().__init__(f"Report a picture of scene {scene_number}"[:45], f"fs:reporting:{scene}:{round_}")
        self.scene, self.round = scene, round_
        options = [discord.SelectOption(label=f"Picture {number}", value=str(number)) for number in numbers]
        self.which: discord.ui.Select[Any] = discord.ui.Select(custom_id="which", options=options)
        self.reason: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=REASON_LENGTH, required=False, custom_id="reason"
        )
        self.add_item(discord.ui.Label(text="Which picture?", component=self.which))
        self.add_item(
            discord.ui.Label(
                text="What is wrong with it?", description="Only moderators read this.", component=self.reason
            )
        )

    async def act(self, interaction: Asked) -> None:
        """Keep the report; moderators are shown it."""
        chosen = self.which.values[0] if self.which.values else ""
        number = int(chosen) if chosen.isdecimal() and len(chosen) < 3 else 0
        workshop, person = workshop_of(interaction), person_of(interaction)
        await moderation.report(workshop, person, self.scene, number, self.reason.value, self.round)
        await say(interaction, THANKS)


_WHAT = {
    "hide": ("Hide", "🙈", discord.ButtonStyle.primary),
    "show": ("Bring back", "👀", discord.ButtonStyle.secondary),
    "delete": ("Delete…", "🗑️", discord.ButtonStyle.danger),
    "really": ("Delete it for good", "🗑️", discord.ButtonStyle.danger),
    "warn": ("Warn…", "⚠️", discord.ButtonStyle.secondary),
    "block": ("Block", "🚫", discord.ButtonStyle.secondary),
    "unblock": ("Unblock", "🚫", discord.ButtonStyle.secondary),
    "keep": ("It may stay", "✅", discord.ButtonStyle.secondary),
}


class CaseButton(
    Answering,
    discord.ui.DynamicItem[_BUTTON],
    template=rf"fs:case:(?P<report>\d{{1,18}}):(?P<what>{'|'.join(_WHAT)})(@\d{{1,18}})?",
):
    """A moderator's decision about a reported picture, or about who made it."""

    def __init__(self, report: int, what: str, *, mark: int | None = None, disabled: bool = False) -> None:
        self.report, self.what = report, what
        label, emoji, style = _WHAT[what]
        custom_id = marked(f"fs:case:{report}:{what}", mark)
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, style=style, custom_id=custom_id, disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["report"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then say so; what cannot be taken back is asked about first."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        case = await moderation.case(workshop, person, self.report)
        match self.what:
            case "warn":
                await interaction.response.send_modal(WarnForm(case))
                return
            case "delete":
                await interaction.response.send_message(view=_really(case), ephemeral=True)
                return
            case "hide" | "show":
                hidden = self.what == "hide"
                await moderation.hide(workshop, person, self.report, hidden=hidden)
                done = "Hidden: it is in neither chat nor film." if hidden else "It is back, with its votes."
            case "really":
                await interaction.response.defer(ephemeral=True, thinking=True)
                await moderation.remove(workshop, person, self.report)
                done = "Deleted, with its file."
            case "keep":
                await moderation.keep(workshop, person, self.report)
                done = "It stays."
            case _:
                done = await self._block(interaction, case)
        await say(interaction, done)

    async def _block(self, interaction: Asked, case: CaseView) -> str:
        workshop, person = workshop_of(interaction), person_of(interaction)
        if case.maker_id is None:
            raise NotFoundError("Nobody here made that picture.")
        name = escape_within(case.maker_name or "They", 80)
        if self.what == "unblock":
            await moderation.unblock(workshop, person, case.maker_id)
            return f"**{name}** may take part again."
        admin = await is_admin(interaction, case.maker_id)
        await moderation.block(workshop, person, case.maker_id, case.maker_name, "a reported picture", admin=admin)
        return f"**{name}** is blocked here. `/moderation unblock` takes it back."


async def is_admin(interaction: Asked, member_id: int) -> bool:
    """Whether somebody is an admin of this server now; whoever left it is none."""
    if interaction.guild is None:
        return False
    try:
        member = await interaction.guild.fetch_member(member_id)
    except discord.NotFound:
        return False
    rights = member.guild_permissions
    return rights.administrator or rights.manage_guild


def _really(case: CaseView) -> discord.ui.LayoutView:
    words = (
        f"### Delete picture {case.number} of scene {case.scene_number}?\n"
        "Its file, its votes and the films that show it go for good. **Hide** can be taken back."
    )
    return card(discord.ui.TextDisplay(words), row(CaseButton(case.id, "really")), colour=_RED)


class WarnForm(Form):
    """What moderators have to say to whoever made a reported picture."""

    def __init__(self, case: CaseView) -> None:
        super().__init__("A word to who made it", f"fs:warning:{case.id}")
        self.report = case.id
        self.words: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=REASON_LENGTH, custom_id="words"
        )
        self.add_item(
            discord.ui.Label(
                text="Your warning",
                description="They read it, alone, the next time they use me. It is kept in the audit.",
                component=self.words,
            )
        )

    async def act(self, interaction: Asked) -> None:
        """Keep the warning; it is told at the next opportunity."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        name = await moderation.warn(workshop, person, self.report, self.words.value)
        await say(interaction, f"**{escape_within(name, 80)}** reads it the next time they use me.")


MODERATION_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (ReportButton, CaseButton)
