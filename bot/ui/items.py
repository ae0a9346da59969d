"""Buttons and selects that outlive a restart: ids only in their custom_id, every callback answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.replies import Asked, answering, person_of, say, workshop_of
from bot.ui.forms import PromptForm
from storycore.errors import StateError
from storycore.film.options import FilmOptions
from storycore.store.models import BallotSource, now
from storycore.studio import ballots, films, scenes, stories
from storycore.studio.people import Person

_BUTTON = discord.ui.Button[Any]


def marked(custom_id: str, mark: int | None) -> str:
    """A custom_id that also carries the id of the message's post row, by which the message is found again."""
    return custom_id if mark is None else f"{custom_id}@{mark}"


class Answering:
    """Runs ``act`` so that whatever happens, the person gets an answer."""

    async def act(self, interaction: Asked) -> None:
        """What the item does."""
        raise NotImplementedError

    async def callback(self, interaction: Asked, /) -> None:
        """Called by discord.py."""
        async with answering(interaction):
            await self.act(interaction)


_VOTE = r"fs:vote:(?P<scene>\d{1,18}):(?P<round>\d{1,9}):(?P<choice>[1-9])"


def round_voted_on(custom_id: str) -> int:
    """The round that a vote button counts for; 0 for anything else."""
    found = re.fullmatch(_VOTE, custom_id)
    return 0 if found is None else int(found["round"])


class VoteButton(
    Answering,
    discord.ui.DynamicItem[_BUTTON],
    template=_VOTE,
):
    """Casts the ballot that the reaction of the same number casts."""

    def __init__(self, scene: int, round_: int, choice: int, *, disabled: bool = False) -> None:
        self.scene, self.round, self.choice = scene, round_, choice
        super().__init__(
            discord.ui.Button(
                label=str(choice),
                style=discord.ButtonStyle.secondary,
                custom_id=f"fs:vote:{scene}:{round_}:{choice}",
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]), int(match["choice"]))

    async def act(self, interaction: Asked) -> None:
        """Commit, then acknowledge; the tally on the message follows."""
        pressed = now()
        workshop = workshop_of(interaction)
        voted = await ballots.cast(
            workshop, self.scene, self.round, person_of(interaction), self.choice, BallotSource.BUTTON, pressed
        )
        before = f" (before: **{voted.before}**)" if voted.before not in (None, voted.choice) else ""
        await say(interaction, f"🗳️ You voted for picture **{voted.choice}** of scene {voted.scene_number}{before}.")


class EditButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:edit:(?P<scene>\d{1,18})(@\d{1,18})?"):
    """Opens the pop-up in which the prompt is rewritten."""

    def __init__(self, scene: int, *, mark: int | None = None, disabled: bool = False) -> None:
        self.scene = scene
        super().__init__(
            discord.ui.Button(
                label="Edit prompt", emoji="✏️", custom_id=marked(f"fs:edit:{scene}", mark), disabled=disabled
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]))

    async def act(self, interaction: Asked) -> None:
        """Show the prompt as it is now."""
        number, prompt = await scenes.prompt_of(workshop_of(interaction), self.scene, person_of(interaction))
        await interaction.response.send_modal(PromptForm(self.scene, number, prompt))


class MergeButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:looks:(?P<scene>\d{1,18})"):
    """Opens the pop-up with a hand-written prompt in which the looks are as they are now."""

    def __init__(self, scene: int) -> None:
        self.scene = scene
        super().__init__(discord.ui.Button(label="Merge", emoji="🧵", custom_id=f"fs:looks:{scene}"))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]))

    async def act(self, interaction: Asked) -> None:
        """Show what the prompt would be; nothing changes until the form is handed in."""
        number, prompt = await scenes.offered_merge(workshop_of(interaction), self.scene, person_of(interaction))
        await interaction.response.send_modal(PromptForm(self.scene, number, prompt))


class AgainButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:again:(?P<scene>\d{1,18}):(?P<round>\d{1,9})"
):
    """Asks for other pictures from the same prompt."""

    def __init__(self, scene: int, round_: int, *, disabled: bool = False) -> None:
        self.scene, self.round = scene, round_
        super().__init__(
            discord.ui.Button(label="Again", emoji="🎲", custom_id=f"fs:again:{scene}:{round_}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """Ask, and leave the rest to the message."""
        await scenes.paint_again(workshop_of(interaction), self.scene, person_of(interaction), self.round)
        await interaction.response.defer()


class PickButton(
    Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:choose:(?P<scene>\d{1,18}):(?P<round>\d{1,9})"
):
    """Offers the author, and nobody else, the choice for the film."""

    def __init__(self, scene: int, round_: int, *, disabled: bool = False) -> None:
        self.scene, self.round = scene, round_
        super().__init__(
            discord.ui.Button(label="Pick", emoji="📌", custom_id=f"fs:choose:{scene}:{round_}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """Show who may pick what there is, for their eyes only."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        found = await scenes.choices_of(workshop, self.scene, person, self.round)
        view = discord.ui.View(timeout=None)
        view.add_item(PickSelect(self.scene, self.round, found.candidates, found.pick, found.second))
        words = (
            f"Which picture of scene {found.scene_number} goes into the film? Your pick stands above all votes. "
            "Pick two, and the second takes over half-way."
        )
        await interaction.response.send_message(words, view=view, ephemeral=True)


class PickSelect(
    Answering,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"fs:pick:(?P<scene>\d{1,18}):(?P<round>\d{1,9})",
):
    """The author's choice for the film, above all votes."""

    def __init__(
        self,
        scene: int,
        round_: int,
        candidates: Sequence[int] = (1,),
        pick: int | None = None,
        second: int | None = None,
        *,
        disabled: bool = False,
    ) -> None:
        self.scene, self.round = scene, round_
        options = [
            discord.SelectOption(label="Let the votes decide", value="votes", emoji="🗳️", default=pick is None),
            *(
                discord.SelectOption(
                    label=f"Pick picture {number}", value=str(number), default=number in (pick, second)
                )
                for number in candidates
            ),
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=f"fs:pick:{scene}:{round_}",
                placeholder="Pick for the film (author)",
                options=options,
                max_values=min(2, len(options)),
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), int(match["round"]))

    async def act(self, interaction: Asked) -> None:
        """Keep the pick, or the two in the order in which they were chosen, and say so; who may not is told that."""
        chosen = [int(value) for value in self.item.values if value.isdecimal() and len(value) < 3]
        choice, second = (*chosen, None, None)[:2]
        workshop, person = workshop_of(interaction), person_of(interaction)
        number = await scenes.pick(workshop, self.scene, person, choice, self.round, second)
        if interaction.message is None or not interaction.message.flags.ephemeral:
            await interaction.response.defer()  # a scene's message of an earlier version: it shows the pick itself
            return
        words = "The votes decide" if choice is None else f"Picture **{choice}** is picked"
        words = f"Pictures **{choice}** and then **{second}** are picked" if second is not None else words
        await interaction.response.edit_message(content=f"📌 {words} for scene {number}.", view=None)


class FilmButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:film:(?P<story>\d{1,18})(@\d{1,18})?"):
    """Asks for the film, like ``/story film``."""

    def __init__(
        self,
        story: int,
        *,
        label: str = "Make the film",
        mark: int | None = None,
        main: bool = True,
        disabled: bool = False,
    ) -> None:
        self.story = story
        super().__init__(
            discord.ui.Button(
                label=label,
                emoji="🎬",
                style=discord.ButtonStyle.primary if main else discord.ButtonStyle.secondary,
                custom_id=marked(f"fs:film:{story}", mark),
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]))

    async def act(self, interaction: Asked) -> None:
        """Ask for it and say what happens next."""
        await ask_for_film(interaction, self.story, person_of(interaction))


class StopButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:stop:(?P<film>\d{1,18})(@\d{1,18})?"):
    """Stops a film that is being made."""

    def __init__(self, film: int, *, mark: int | None = None) -> None:
        self.film = film
        super().__init__(discord.ui.Button(label="Stop", custom_id=marked(f"fs:stop:{film}", mark)))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["film"]))

    async def act(self, interaction: Asked) -> None:
        """Stop it; the message says so."""
        await films.cancel(workshop_of(interaction), self.film, person_of(interaction))
        await interaction.response.defer()


class PartsButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:parts:(?P<story>\d{1,18})(@\d{1,18})?"):
    """Makes a story that is too long in parts."""

    def __init__(self, story: int, parts: int = 2, *, mark: int | None = None) -> None:
        self.story = story
        super().__init__(
            discord.ui.Button(
                label=f"Make it in {parts} parts",
                emoji="✂️",
                style=discord.ButtonStyle.primary,
                custom_id=marked(f"fs:parts:{story}", mark),
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["story"]))

    async def act(self, interaction: Asked) -> None:
        """Make the parts; each gets a storyboard of its own."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        made = await stories.make_parts(workshop_of(interaction), self.story, person_of(interaction))
        await say(interaction, f"Done: {len(made)} stories, each with a storyboard of its own in this channel.")


def upload_limit(interaction: Asked) -> int:
    """How large a file may be here, in bytes: it goes out as a message of the bot's own, and a member's larger limit
    does not hold for that."""
    return min([interaction.filesize_limit, *([interaction.guild.filesize_limit] if interaction.guild else [])])


class WatchButton(Answering, discord.ui.DynamicItem[_BUTTON], template=r"fs:watch:(?P<film>\d{1,18})(@\d{1,18})?"):
    """Gives out a fresh address of a film that is too large for the place, for the eyes of whoever asks."""

    def __init__(self, film: int, *, mark: int | None = None) -> None:
        self.film = film
        super().__init__(
            discord.ui.Button(
                label="Watch the film",
                emoji="▶️",
                style=discord.ButtonStyle.primary,
                custom_id=marked(f"fs:watch:{film}", mark),
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["film"]))

    async def act(self, interaction: Asked) -> None:
        """An address that holds for a day."""
        names = await films.files_of(workshop_of(interaction), self.film, person_of(interaction))
        addresses = interaction.client.addresses
        if addresses is None:
            raise StateError("Films are not given out by address any more.", "`/story film` makes a smaller one.")
        links = "\n".join(f"<{addresses.of(name)}>" for name in names)
        await say(interaction, f"{links}\n-# Holds for {addresses.hours} hours; press again for another.")


async def ask_for_film(interaction: Asked, story_id: int, person: Person, options: FilmOptions | None = None) -> None:
    """Ask for a film that fits this place, and say what happens next. ``options`` None: those of the last time."""
    asked = await films.request(workshop_of(interaction), story_id, person, upload_limit(interaction), options)
    if asked.waits_for:
        scenes_ = "one scene" if asked.waits_for == 1 else f"{asked.waits_for} scenes"
        await say(interaction, f"The film waits for the pictures of {scenes_}, then it is made. Watch the thread.")
    else:
        await say(interaction, "The film is on its way. It appears in the story's thread when it is done.")


ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    VoteButton,
    EditButton,
    MergeButton,
    AgainButton,
    PickButton,
    PickSelect,
    FilmButton,
    StopButton,
    PartsButton,
    WatchButton,
)
