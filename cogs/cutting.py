"""``/scene``: where scenes begin, and in which order they are told; in the story's own thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.finding import Choice, find_line, find_scene, line_choices, scene_choices, story_for_choices, story_here
from bot.replies import Asked, answering, person_of, say
from bot.ui.cast_forms import SceneForm, add_scene
from bot.ui.moderation_items import THANKS
from storycore.errors import NotFoundError
from storycore.prompts.check import MAX_PROMPT
from storycore.studio import cutting, moderation, variations
from storycore.studio.moderation import REASON_LENGTH
from storycore.studio.views import LineView, SceneView, StoryView

if TYPE_CHECKING:
    from bot.client import Fireside

_FOLLOWS = "The messages follow in a moment."


def _line_at_border(story: StoryView, scene: SceneView, typed: str) -> LineView:
    """A line of the scene, or, as it was chosen from the list, of the one before it."""
    before = [s for s in story.scenes if s.number == scene.number - 1]
    for line in (line for s in before for line in s.lines):
        if typed.strip() == f"line:{line.id}":
            return line
    return find_line(scene, typed)


class Cutting(commands.Cog):
    """The scenes of a story, for its author and moderators to cut anew."""

    scene = app_commands.Group(name="scene", description="Cut, order and report scenes", guild_only=True)

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @scene.command(name="split", description="Let a new scene begin with a line")
    @app_commands.describe(scene="Which scene", line="The line the new scene begins with")
    async def split(self, interaction: Asked, scene: str, line: str) -> None:
        """Cut a scene in two."""
        async with answering(interaction):
            found = find_line(find_scene(await story_here(interaction), scene), line)
            number = await cutting.split(self.client.workshop, found.id, person_of(interaction))
            await say(interaction, f"Scene {number} begins there; it appears at the end of the thread. {_FOLLOWS}")

    @scene.command(name="join", description="Make one scene of a scene and the next")
    @app_commands.describe(scene="The first of the two")
    async def join(self, interaction: Asked, scene: str) -> None:
        """Make one of two."""
        async with answering(interaction):
            found = find_scene(await story_here(interaction), scene)
            number = await cutting.join(self.client.workshop, found.id, person_of(interaction))
            await say(interaction, f"Scenes {number} and {number + 1} are one. {_FOLLOWS}")

    @scene.command(name="border", description="Let a scene begin earlier or later")
    @app_commands.describe(scene="Which scene", line="The line it begins with, of this scene or of the one before")
    async def border(self, interaction: Asked, scene: str, line: str) -> None:
        """Move the border between a scene and the one before it."""
        async with answering(interaction):
            story = await story_here(interaction)
            found = find_scene(story, scene)
            at = _line_at_border(story, found, line)
            number = await cutting.border(self.client.workshop, found.id, at.id, person_of(interaction))
            await say(interaction, f"Scene {number} begins there now. {_FOLLOWS}")

    @scene.command(name="move", description="Tell a scene earlier or later")
    @app_commands.describe(scene="Which scene", position="The number it shall have")
    async def move(self, interaction: Asked, scene: str, position: app_commands.Range[int, 1, 1000]) -> None:
        """Move a scene."""
        async with answering(interaction):
            found = find_scene(await story_here(interaction), scene)
            number = await cutting.move(self.client.workshop, found.id, position, person_of(interaction))
            await say(interaction, f"It is scene {number} now; nothing is painted again. {_FOLLOWS}")

    @scene.command(name="add", description="Add a scene of your own")
    @app_commands.describe(
        after="Behind which scene (default: the last)",
        words="What is told (default: a form)",
        prompt="What the pictures show",
    )
    async def add(
        self,
        interaction: Asked,
        after: str | None = None,
        words: app_commands.Range[str, 1, 1000] | None = None,
        prompt: app_commands.Range[str, 1, MAX_PROMPT] | None = None,
    ) -> None:
        """Add a scene."""
        async with answering(interaction):
            story = await story_here(interaction)
            if not story.scenes:
                raise NotFoundError("This story has no scenes yet.", "They will be here in a moment.")
            behind = story.scenes[-1] if after is None else find_scene(story, after)
            if words is None:
                await interaction.response.send_modal(SceneForm(behind.id, behind.number))
            else:
                await add_scene(interaction, behind.id, words, prompt or "")

    @scene.command(name="delete", description="Take a scene out of the story, with its pictures and votes")
    @app_commands.describe(scene="Which scene")
    async def delete(self, interaction: Asked, scene: str) -> None:
        """Take a scene out."""
        async with answering(interaction):
            found = find_scene(await story_here(interaction), scene)
            number = await cutting.remove(self.client.workshop, found.id, person_of(interaction))
            await say(interaction, f"Scene {number} is taken out. {_FOLLOWS}")

    @scene.command(name="more", description="More pictures like one of a scene's")
    @app_commands.describe(scene="Which scene", picture="Which picture of it")
    async def more(self, interaction: Asked, scene: str, picture: app_commands.Range[int, 1, 9]) -> None:
        """Ask for variations of a picture."""
        async with answering(interaction):
            found = find_scene(await story_here(interaction), scene)
            asked = await variations.more_like(self.client.workshop, found.id, person_of(interaction), picture)
            number = asked.scene_number
            await say(interaction, f"More pictures like picture {picture} of scene {number} are being painted.")

    @scene.command(name="report", description="Report a picture to the moderators; only they see who did")
    @app_commands.describe(scene="Which scene", picture="Which picture of it", reason="What is wrong with it")
    async def report(
        self,
        interaction: Asked,
        scene: str,
        picture: app_commands.Range[int, 1, 9],
        reason: app_commands.Range[str, 1, REASON_LENGTH] | None = None,
    ) -> None:
        """Report a picture."""
        async with answering(interaction):
            found = find_scene(await story_here(interaction), scene)
            person = person_of(interaction)
            await moderation.report(self.client.workshop, person, found.id, picture, reason or "")
            await say(interaction, THANKS)

    @split.autocomplete("scene")
    @more.autocomplete("scene")
    @report.autocomplete("scene")
    @join.autocomplete("scene")
    @border.autocomplete("scene")
    @move.autocomplete("scene")
    @add.autocomplete("after")
    @delete.autocomplete("scene")
    async def complete_scene(self, interaction: Asked, typed: str) -> list[Choice]:
        """The scenes of this story."""
        view = await story_for_choices(interaction)
        return [] if view is None else scene_choices(view, typed)

    @split.autocomplete("line")
    async def complete_line(self, interaction: Asked, typed: str) -> list[Choice]:
        """The lines of the chosen scene."""
        view = await story_for_choices(interaction)
        chosen = str(getattr(interaction.namespace, "scene", "") or "")
        return [] if view is None else line_choices(view, chosen, typed)

    @border.autocomplete("line")
    async def complete_border(self, interaction: Asked, typed: str) -> list[Choice]:
        """The lines of the chosen scene and of the one before it."""
        view = await story_for_choices(interaction)
        chosen = str(getattr(interaction.namespace, "scene", "") or "")
        return [] if view is None else line_choices(view, chosen, typed, before=True)


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Cutting(client))
