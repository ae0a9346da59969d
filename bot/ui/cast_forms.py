"""The pop-ups of corrections: a new name, other words, another speaker, a scene of one's own."""

from __future__ import annotations

import re
from typing import Any

import discord

from bot.replies import Asked, person_of, say, workshop_of
from bot.ui.forms import AFTER_RESTART, Form
from bot.ui.text import cut, escape_within, key_of
from storycore.errors import NotFoundError
from storycore.prompts.check import MAX_PROMPT
from storycore.studio import ballots, cast, cutting, lines, stories
from storycore.studio.correcting import NAME_LENGTH

_FOLLOWS = "The messages follow in a moment."
_WORDS_LENGTH = 4000


class RenameForm(Form):
    """A character's new name."""

    def __init__(self, story_id: int, key: str, name: str) -> None:
        super().__init__(cut(f"Rename {name}", 45), f"fs:rename:{story_id}:{key}")
        self.story_id, self.key = story_id, key
        self.name: discord.ui.TextInput[Any] = discord.ui.TextInput(
            default=name[:NAME_LENGTH], max_length=NAME_LENGTH, custom_id="name"
        )
        self.add_item(
            discord.ui.Label(
                text="The name", description="As it is shown, painted and filmed from now on.", component=self.name
            )
        )

    async def act(self, interaction: Asked) -> None:
        """The character gets the name."""
        await rename(interaction, self.story_id, self.key, self.name.value)


class WordsForm(Form):
    """Other words for a line; it holds the words as they are now."""

    def __init__(self, line_id: int, words: str) -> None:
        super().__init__("What is heard and read", f"fs:words:{line_id}")
        self.line_id = line_id
        self.words: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=words[: lines.LINE_LENGTH],
            max_length=lines.LINE_LENGTH,
            custom_id="words",
        )
        self.add_item(discord.ui.Label(text="The words of this line", component=self.words))

    async def act(self, interaction: Asked) -> None:
        """The line says this from now on."""
        await reword(interaction, self.line_id, self.words.value)


class SpeakerForm(Form):
    """Somebody who is not in the list says a line."""

    def __init__(self, line_id: int) -> None:
        super().__init__("Who says it?", f"fs:speaks:{line_id}")
        self.line_id = line_id
        self.name: discord.ui.TextInput[Any] = discord.ui.TextInput(max_length=NAME_LENGTH, custom_id="name")
        self.add_item(
            discord.ui.Label(
                text="The name", description="Somebody new joins the cast, with a voice.", component=self.name
            )
        )

    async def act(self, interaction: Asked) -> None:
        """They say it from now on."""
        await speak(interaction, self.line_id, self.name.value)


class SceneForm(Form):
    """A scene of one's own, behind another."""

    def __init__(self, scene_id: int, number: int) -> None:
        super().__init__(f"A new scene after scene {number}", f"fs:newscene:{scene_id}")
        self.scene_id = scene_id
        self.words: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            max_length=_WORDS_LENGTH,
            custom_id="words",
            placeholder="The sun came up.\nSiegfried: Good morning!",
        )
        self.prompt: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=MAX_PROMPT, required=False, custom_id="prompt"
        )
        self.add_item(
            discord.ui.Label(
                text="What is told",
                description="A line in each row; a name of the cast and a colon before what somebody says.",
                component=self.words,
            )
        )
        self.add_item(
            discord.ui.Label(
                text="What the pictures show", description="Empty: I write it from the words.", component=self.prompt
            )
        )

    async def act(self, interaction: Asked) -> None:
        """The scene is added."""
        await add_scene(interaction, self.scene_id, self.words.value, self.prompt.value)


async def rename(interaction: Asked, story_id: int, key: str, name: str) -> None:
    """Keep a name, and say so."""
    workshop, person = workshop_of(interaction), person_of(interaction)
    view = await stories.show(workshop, story_id, person)
    before = next((member.name for member in view.cast if key_of(member.name) == key), None)
    if before is None:
        raise NotFoundError("That character is not in the cast any more.", "`/cast show` shows it as it is now.")
    kept = await cast.rename(workshop, story_id, person, before, name)
    await say(interaction, f"**{escape_within(before, 80)}** is called **{escape_within(kept, 80)}** now. {_FOLLOWS}")


async def reword(interaction: Asked, line_id: int, words: str) -> None:
    """Keep a line's words, and say so."""
    await lines.set_words(workshop_of(interaction), line_id, person_of(interaction), words)
    await say(interaction, f"The line says so now; only it is spoken again. {_FOLLOWS}")


async def speak(interaction: Asked, line_id: int, name: str | None) -> None:
    """Keep who says a line (None: the narrator), and say so."""
    kept = await lines.set_speaker(workshop_of(interaction), line_id, person_of(interaction), name)
    who = "The narrator" if kept is None else f"**{escape_within(kept, 80)}**"
    await say(interaction, f"{who} says it now; only this line is spoken again. {_FOLLOWS}")


async def add_scene(interaction: Asked, after: int, words: str, prompt: str, title: str = "") -> None:
    """Keep a new scene behind the one with the id ``after``, and say so."""
    workshop = workshop_of(interaction)
    story_id = await ballots.story_id_of(workshop, after)
    number = await cutting.add(
        workshop, story_id, person_of(interaction), words, after=after, title=title, prompt=prompt
    )
    await say(interaction, f"Scene {number} is new. It appears at the end of the thread once it is painted.")


async def _rename_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await rename(interaction, int(match[1]), match[2], values.get("name", ""))


async def _reword_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await reword(interaction, int(match[1]), values.get("words", ""))


async def _speak_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await speak(interaction, int(match[1]), values.get("name", ""))


async def _add_again(interaction: Asked, match: re.Match[str], values: dict[str, str]) -> None:
    await add_scene(interaction, int(match[1]), values.get("words", ""), values.get("prompt", ""))


AFTER_RESTART.update(
    {
        r"fs:rename:(\d{1,18}):([0-9a-f]{12})": _rename_again,
        r"fs:words:(\d{1,18})": _reword_again,
        r"fs:speaks:(\d{1,18})": _speak_again,
        r"fs:newscene:(\d{1,18})": _add_again,
    }
)
