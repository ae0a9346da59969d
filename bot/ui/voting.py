"""How a story's pictures are chosen: one private card, its form, and who voted for what."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.forms import Form
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.text import KEYCAPS, count, escape_within, moment
from storycore.errors import StateError
from storycore.studio import stories, voting
from storycore.studio.people import Person
from storycore.studio.views import SceneView, StoryView
from storycore.studio.voting import AS_SERVER, Votes
from storycore.studio.voting_views import VotingView
from storycore.voting.rules import How, Mode

_BUTTON = discord.ui.Button[Any]
_ACCENT = discord.Colour(0xF2B134)
_SCENES_SHOWN = 25
_NAMES_SHOWN = 40
_TIES = "ties go to the earlier pick, then to the author's vote, then to the lowest number"


def voting_card(story: StoryView, *, steers: bool) -> discord.ui.LayoutView:
    """How the pictures of a story are chosen and how far that is; with buttons for whoever may change it."""
    rules = story.voting
    lines = ["### 🗳️ How the pictures are chosen", *_rules(story, rules)]
    if rules.closed_why and rules.closed_at is not None:
        lines.append(f"The vote was closed {moment(rules.closed_at)}: {escape_within(rules.closed_why, 240)}.")
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay("\n".join(lines))]
    shown = [scene for scene in story.scenes if scene.shown is not None]
    if shown:
        listed = [_scene(scene) for scene in shown[:_SCENES_SHOWN]]
        more = [f"-# and {len(shown) - _SCENES_SHOWN} more"] if len(shown) > _SCENES_SHOWN else []
        items += [discord.ui.Separator(), discord.ui.TextDisplay("\n".join([*listed, *more]))]
    if steers:
        open_ = any(scene.pick is None for scene in shown)
        closed = any(scene.pick is not None and scene.decision.how is How.VOTE for scene in shown)
        buttons: list[discord.ui.Item[Any]] = [VotingAct(story.id, "change")]
        if rules.mode is Mode.VOTE:
            buttons.append(VotingAct(story.id, "open") if closed else VotingAct(story.id, "close", disabled=not open_))
        buttons.append(VotingAct(story.id, "bot", disabled=not open_))
        items.append(row(*buttons))
        items.append(discord.ui.TextDisplay("-# *Let me pick* takes what most voted for, else the first picture."))
    return card(*items, colour=_ACCENT)


def _rules(story: StoryView, rules: VotingView) -> list[str]:
    default = "" if rules.own else " (as this server does)"
    who = escape_within(story.by, 240) or "the author"
    if rules.mode is Mode.SOLO:
        return [f"**Solo**{default}: {who} picks. Other votes are shown, and decide nothing."]
    voters = "everyone who may vote here" if rules.role_id is None else f"members with <@&{rules.role_id}>"
    said = [f"**Vote**{default}: most votes of {voters}; {_TIES}. **Pick** decides a scene at once."]
    if rules.closes_at is not None:
        said.append(f"It closes {moment(rules.closes_at)}.")
    if rules.quorum is not None:
        said.append(f"It closes when every scene has {count(rules.quorum, 'vote')}.")
    return said


def _scene(scene: SceneView) -> str:
    total = sum(scene.votes.values())
    if scene.pick is not None:
        by = {How.VOTE: "the vote chose", How.BOT: "I picked"}.get(
            scene.decision.how, f"{escape_within(scene.decision.by, 40) or 'the author'} picked"
        )
        return f"**{scene.number}.** 📌 {by} **{scene.pick}** · {count(total, 'vote')}"
    if not total:
        return f"**{scene.number}.** no votes yet"
    return f"**{scene.number}.** **{scene.choice}** leads · {count(total, 'vote')}"


async def _shown(interaction: Asked, story_id: int, person: Person | None = None) -> discord.ui.LayoutView:
    workshop, asking = workshop_of(interaction), person or person_of(interaction)
    story = await stories.show(workshop, story_id, asking)
    return voting_card(story, steers=await voting.may_steer(workshop, story_id, asking))


async def show_card(interaction: Asked, story_id: int, person: Person | None = None) -> None:
    """The card of a story, for the eyes of whoever asks (with these rights)."""
    view = await _shown(interaction, story_id, person)
    nobody = discord.AllowedMentions.none()
    await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=nobody)


class VotingButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:voting:(?P<story>\d{1,18})"):
    """Shows the card to whoever presses."""

    def __init__(self, story: int, *, disabled: bool = False) -> None:
        self.story = story
        super().__init__(
            discord.ui.Button(label="Voting", emoji="🗳️", custom_id=f"fs:voting:{story}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]))

    async def act(self, interaction: Asked) -> None:
        """The card, for their eyes only."""
        await show_card(interaction, self.story)


_ACTS = {
    "change": ("Change", "✏️"),
    "close": ("Close the vote", "🔒"),
    "open": ("Open it again", "🔓"),
    "bot": ("Let me pick", "🎯"),
}


class VotingAct(
    Answering,
    discord.ui.DynamicItem[_BUTTON],
    template=rf"fs:votes:(?P<story>\d{{1,18}}):(?P<what>{'|'.join(_ACTS)})",
):
    """What the authors can do with the vote."""

    def __init__(self, story: int, what: str, *, disabled: bool = False) -> None:
        self.story, self.what = story, what
        label, emoji = _ACTS[what]
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, custom_id=f"fs:votes:{story}:{what}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then show the card as it is now; the form where something is to be chosen."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        match self.what:
            case "change":
                now = await voting.show(workshop, self.story, person)
                await interaction.response.send_modal(VotingForm(self.story, now))
                return
            case "close":
                await voting.close(workshop, self.story, person)
            case "open":
                await voting.reopen(workshop, self.story, person)
            case _:
                await voting.let_the_bot_pick(workshop, self.story, person)
        view = await _shown(interaction, self.story)
        await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())


class VotingForm(Form):
    """Everything about a story's vote; it holds what holds now."""

    def __init__(self, story_id: int, now: VotingView) -> None:
        super().__init__("How the pictures are chosen", f"fs:votingform:{story_id}")
        self.story_id = story_id
        chosen = now.mode.value if now.own else AS_SERVER
        modes = (("As this server does", AS_SERVER), ("Vote: most votes", "vote"), ("Solo: the authors pick", "solo"))
        self.mode: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(
            custom_id="mode",
            options=[discord.RadioGroupOption(label=said, value=key, default=key == chosen) for said, key in modes],
        )
        of_role = discord.SelectDefaultValueType.role
        role = [] if now.role_id is None else [discord.SelectDefaultValue(id=now.role_id, type=of_role)]
        self.role: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(
            custom_id="role", min_values=0, max_values=1, required=False, default_values=role
        )
        self.before = _left(now.closes_at)
        self.closes: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="closes", required=False, max_length=40, default=self.before, placeholder="2 h, 3 days, 20:00"
        )
        self.quorum: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="quorum", required=False, max_length=4, default=str(now.quorum or "")
        )
        for text, description, item in (
            ("Who decides", "", self.mode),
            ("Whose votes", "One role's members; empty: everyone who may vote here.", self.role),
            ("When it closes", "After a while, or at a time of day; empty: when the author says so.", self.closes),
            ("…or at how many votes", "Once every scene has so many; empty: it waits for nobody.", self.quorum),
        ):
            self.add_item(discord.ui.Label(text=text, description=description or None, component=item))

    async def act(self, interaction: Asked) -> None:
        """Keep what was chosen, and show the card."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        closes = str(self.closes.value or "").strip()
        mode = str(self.mode.value or AS_SERVER)
        role = next((chosen.id for chosen in self.role.values), 0)
        quorum = read_quorum(str(self.quorum.value or ""))
        await voting.change(
            workshop,
            self.story_id,
            person,
            mode=mode,
            role_id=role,
            quorum=quorum,
            closes=None if closes == self.before else closes,
        )
        await show_card(interaction, self.story_id)


def read_quorum(text: str) -> int:
    """How many votes were typed; 0 for none. Raises ``StateError``."""
    tidy = text.strip().lower()
    if tidy in ("", "none", "no", "-"):
        return 0
    if not re.fullmatch(r"\d{1,4}", tidy, re.ASCII):
        raise StateError("The number of votes is a whole number.", "Leave it empty for none.")
    return int(tidy)


def _left(closes_at: datetime | None) -> str:
    """The time that is left, as it could be typed."""
    if closes_at is None:
        return ""
    minutes = max(1, round((closes_at - datetime.now(UTC)).total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


class VotesButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:voters:(?P<scene>\d{1,18})"):
    """Shows who voted for what, where the server lets that be seen."""

    def __init__(self, scene: int) -> None:
        self.scene = scene
        super().__init__(discord.ui.Button(label="Votes", emoji="🗳️", custom_id=f"fs:voters:{scene}"))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]))

    async def act(self, interaction: Asked) -> None:
        """The votes, for their eyes only."""
        votes = await voting.votes_of(workshop_of(interaction), self.scene, person_of(interaction))
        await say(interaction, votes_told(votes))


def votes_told(votes: Votes) -> str:
    """A scene's votes in words; mentions are shown as names and call nobody."""
    if not any(votes.tally.values()):
        return f"Nobody has voted on scene {votes.scene_number} yet."
    room = max(3, _NAMES_SHOWN // max(1, len(votes.tally)))
    lines = [f"🗳️ The votes on scene {votes.scene_number}:"]
    for number, total in votes.tally.items():
        members = [] if votes.members is None else list(votes.members.get(number, ()))
        names = ", ".join(f"<@{member}>" for member in members[:room])
        more = f" and {len(members) - room} more" if len(members) > room else ""
        lines.append(f"{KEYCAPS[number - 1]} **{total}**{' · ' if names else ''}{names}{more}")
    if votes.members is None:
        lines.append("-# Votes are anonymous in this server.")
    if votes.own is not None:
        lines.append(f"-# You voted for picture {votes.own}.")
    if votes.mode is Mode.SOLO:
        lines.append("-# The authors pick; votes decide nothing here.")
    return "\n".join(lines)


VOTING_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (VotingButton, VotingAct, VotesButton)
