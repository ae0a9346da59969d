"""The pop-ups: hand in a script, rewrite a prompt."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, ClassVar

import discord

from bot.replies import Asked, answer_error, answering, person_of, say, workshop_of
from bot.ui.text import cut
from storycore.errors import ScriptError, StateError
from storycore.prompts.check import MAX_PROMPT as PROMPT_LENGTH
from storycore.studio import scenes
from storycore.studio.stories import TITLE_LENGTH

Taken = Callable[[Asked, str, str, discord.Attachment | None, str | None], Awaitable[None]]

PASTE_LENGTH = 4000
#: What handing in a form does that was opened before a restart, by the pattern of its custom_id.
AFTER_RESTART: dict[str, Callable[[Asked, re.Match[str], dict[str, str]], Awaitable[None]]] = {}
#: Forms that were closed without an answer are never told of; after this long nobody is still writing.
_FORGOTTEN_AFTER_S = 6 * 3600.0


class Form(discord.ui.Modal):
    """A pop-up that always answers: ``act`` does the work, whatever it raises becomes a reply.

    discord.py knows an open form by its custom_id alone. With an id of its own, two people's forms cannot take each
    other's place.
    """

    #: The custom_ids of the forms this process opened; any other form was opened before a restart.
    opened: ClassVar[set[str]] = set()

    def __init__(self, title: str, kind: str) -> None:
        custom_id = f"{kind}:{secrets.token_hex(8)}"
        super().__init__(title=title, custom_id=custom_id, timeout=_FORGOTTEN_AFTER_S)
        self.opened.add(custom_id)

    async def act(self, interaction: Asked) -> None:
        """What handing in the form does."""
        raise NotImplementedError

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py."""
        async with answering(interaction):
            await self.act(interaction)

    async def on_error(  # type: ignore[override]  # discord.py calls a modal's without an item
        self, interaction: discord.Interaction[Any], error: Exception
    ) -> None:
        """What discord.py itself could not read."""
        await answer_error(interaction, error)


class PromptForm(Form):
    """Rewrite one scene's prompt; it holds the prompt as it is now."""

    def __init__(self, scene_id: int, number: int, prompt: str) -> None:
        super().__init__(f"Scene {number}: the prompt", f"fs:prompt:{scene_id}")
        self.scene_id = scene_id
        self.prompt: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=prompt[:PROMPT_LENGTH],
            max_length=PROMPT_LENGTH,
            custom_id="prompt",
        )
        self.add_item(
            discord.ui.Label(
                text="What should the pictures show?",
                description="Say what is seen: who, where, when, in which light. New pictures are painted from it.",
                component=self.prompt,
            )
        )

    async def act(self, interaction: Asked) -> None:
        """What was written becomes the scene's prompt."""
        await rewrite(interaction, self.scene_id, self.prompt.value)


class StoryForm(Form):
    """Hand in a script: pasted, or a file. ``taken`` gets the title, the pasted text, the file and the style."""

    def __init__(
        self,
        taken: Taken,
        *,
        title: str = "",
        text: str = "",
        file: discord.Attachment | None = None,
        style: str | None = None,
    ) -> None:
        super().__init__("A new story", "fs:story" if style is None else f"fs:story:={style}")
        self._taken = taken
        self._file = file
        self._style = style
        self.story_title: discord.ui.TextInput[Any] = discord.ui.TextInput(
            default=cut(title, TITLE_LENGTH) or None, max_length=TITLE_LENGTH, required=False, custom_id="title"
        )
        self.text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=text[:PASTE_LENGTH] or None,
            max_length=PASTE_LENGTH,
            required=False,
            custom_id="text",
            placeholder="Once upon a time…",
        )
        self.upload: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
            required=False, min_values=0, max_values=1, custom_id="file"
        )
        self.add_item(discord.ui.Label(text="Title", component=self.story_title))
        if file is None:
            self.add_item(
                discord.ui.Label(
                    text="The script",
                    description=f"Paste up to {PASTE_LENGTH:,} characters, or add a file below.",
                    component=self.text,
                )
            )
            self.add_item(
                discord.ui.Label(
                    text="…or a file",
                    description="Plain text, Markdown, Fountain or Word (.docx).",
                    component=self.upload,
                )
            )

    async def act(self, interaction: Asked) -> None:
        """Hand on what was filled in."""
        files = [self._file] if self._file is not None else list(self.upload.values)
        await self._taken(
            interaction, self.story_title.value, self.text.value, files[0] if files else None, self._style
        )


async def take_up(interaction: Asked, taken: Taken) -> None:
    """A form that was open over a restart of the bot is handed in: discord.py knows nothing of it, it is read here.

    Forms of this process are left to discord.py. A file cannot be taken over; the person is asked for it again.
    """
    data: Any = interaction.data or {}
    custom_id = str(data.get("custom_id", ""))
    if interaction.type is not discord.InteractionType.modal_submit or custom_id in Form.opened:
        return
    async with answering(interaction):
        values = dict(_values(data.get("components", [])))
        if match := re.fullmatch(r"fs:prompt:(\d{1,18}):[0-9a-f]{16}", custom_id):
            await rewrite(interaction, int(match[1]), values.get("prompt", ""))
        elif kind := next((k for k in AFTER_RESTART if re.fullmatch(rf"{k}:[0-9a-f]{{16}}", custom_id)), None):
            match = re.match(kind, custom_id)
            if match is not None:
                await AFTER_RESTART[kind](interaction, match, values)
        elif custom_id.startswith("fs:story:"):
            if not values.get("text"):
                raise ScriptError("I was restarted while your form was open.", "Please hand the file in once more.")
            chosen = re.fullmatch(r"fs:story:=(.{1,60}):[0-9a-f]{16}", custom_id, re.DOTALL)
            await taken(interaction, values.get("title", ""), values["text"], None, chosen[1] if chosen else None)
        elif custom_id.startswith("fs:"):
            raise StateError("I was restarted while your form was open.", "Please open it and fill it in once more.")


def _values(components: Any) -> Iterator[tuple[str, str]]:
    """The text inputs of a form as it arrives: labels with a component each."""
    for component in components:
        inner = component.get("component", {})
        if isinstance(inner.get("value"), str):
            yield str(inner.get("custom_id", "")), inner["value"]


async def rewrite(interaction: Asked, scene_id: int, prompt: str) -> None:
    """Keep a prompt, ask for new pictures, say so; the message follows."""
    asked = await scenes.edit_prompt(workshop_of(interaction), scene_id, person_of(interaction), prompt)
    await say(interaction, f"New pictures for scene {asked.scene_number} are being painted from your prompt.")
