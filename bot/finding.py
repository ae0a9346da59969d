"""What somebody means in a command: the story in whose thread they stand, and in it a character, a scene, a line."""

from __future__ import annotations

from discord import app_commands

from bot.replies import Asked, hidden_from, person_of, rights_in, workshop_of
from bot.ui.text import cut
from storycore.errors import NotFoundError
from storycore.script.model import LineKind
from storycore.studio import stories
from storycore.studio.people import Person
from storycore.studio.views import LineView, SceneView, StoryView

_MOST = 25
Choice = app_commands.Choice[str]


async def story_here(interaction: Asked) -> StoryView:
    """The story of this thread. Raises ``NotFoundError``."""
    workshop = workshop_of(interaction)
    here = None if interaction.channel_id is None else await stories.in_thread(workshop, interaction.channel_id)
    if here is None:
        raise NotFoundError("This is not a story's thread.", "Use this command in the thread of the story you mean.")
    return await stories.show(workshop, here, person_of(interaction))


async def find_story(interaction: Asked, typed: str | None) -> StoryView:
    """The story that is meant: the one chosen, one whose title was typed, or this thread's. Raises ``NotFoundError``.

    One that lives in a channel which the person cannot see does not exist for them.
    """
    person, workshop, hidden = person_of(interaction), workshop_of(interaction), hidden_from(interaction)
    if typed is None:
        here = None if interaction.channel_id is None else await stories.in_thread(workshop, interaction.channel_id)
        if here is None:
            raise NotFoundError("This is not a story's thread.", "Choose a story with the option `story`.")
        return await stories.show(workshop, here, person)
    if typed.isdecimal() and len(typed) < 19:
        view = await stories.show(workshop, int(typed), person)
        if view.channel_id in hidden:
            raise NotFoundError("That story is not here.", "`/story list` shows the stories of this server.")
        return view
    found = await stories.listing(workshop, interaction.guild_id, containing=typed.strip(), hidden=hidden, limit=2)
    if len(found) == 1:
        return await stories.show(workshop, found[0].id, person)
    what = "More than one story matches that." if found else "No story here matches that."
    raise NotFoundError(what, "Choose one from the list that appears while you type.")


async def story_meant(interaction: Asked, typed: str | None) -> tuple[StoryView, Person]:
    """As :func:`find_story`, and who asks, by their rights where that story lives."""
    view = await find_story(interaction, typed)
    return view, person_of(interaction, rights_in(interaction, view.channel_id))


async def story_choices(interaction: Asked, typed: str) -> list[Choice]:
    """Stories of this server whose title or author holds what was typed."""
    found = await stories.listing(
        workshop_of(interaction), interaction.guild_id, containing=typed.strip(), hidden=hidden_from(interaction)
    )
    return [Choice(name=cut(f"{entry.title} — {entry.author_name}", 100), value=str(entry.id)) for entry in found]


async def story_for_choices(interaction: Asked) -> StoryView | None:
    """The story of this thread, or None: while somebody types, nothing is said."""
    try:
        return await story_here(interaction)
    except NotFoundError:
        return None


def find_scene(story: StoryView, typed: str) -> SceneView:
    """A scene by its number, or as it was chosen from the list. Raises ``NotFoundError``."""
    wanted = typed.strip().removeprefix("#")
    for scene in story.scenes:
        if wanted == f"scene:{scene.id}" or wanted == str(scene.number):
            return scene
    raise NotFoundError(
        f"There is no scene “{cut(typed, 40)}” in this story.", f"Choose one from 1 to {len(story.scenes)}."
    )


def find_line(scene: SceneView, typed: str) -> LineView:
    """A line by its number, or as it was chosen from the list. Raises ``NotFoundError``."""
    wanted = typed.strip().removeprefix("#")
    for line in scene.lines:
        if wanted == f"line:{line.id}" or wanted == str(line.number):
            return line
    raise NotFoundError(
        f"There is no line “{cut(typed, 40)}” in scene {scene.number}.", f"Choose one from 1 to {len(scene.lines)}."
    )


def _matching(choices: list[tuple[str, str]], typed: str) -> list[Choice]:
    wanted = typed.casefold().strip()
    found = [(name, value) for name, value in choices if wanted in name.casefold() or wanted == value]
    return [Choice(name=cut(name, 100) or "…", value=value) for name, value in found if len(value) <= 100][:_MOST]


def name_choices(story: StoryView, typed: str) -> list[Choice]:
    """The cast, by names and descriptions."""
    choices = [
        (f"{member.name} ({', '.join(member.aliases)})" if member.aliases else member.name, member.name)
        for member in story.cast
    ]
    return _matching(choices, typed)


def called_choices(story: StoryView, name: str, typed: str) -> list[Choice]:
    """What one character is called."""
    for member in story.cast:
        if member.name == name and member.aliases:
            return _matching([(own, own) for own in (member.name, *member.aliases)], typed)
    return []


def scene_choices(story: StoryView, typed: str) -> list[Choice]:
    """Scenes by number and title."""
    return _matching([(f"{scene.number}. {scene.title}", f"scene:{scene.id}") for scene in story.scenes], typed)


def line_choices(story: StoryView, scene: str, typed: str, *, before: bool = False) -> list[Choice]:
    """The lines of a scene (``before``: those of the scene before it, too) by number, speaker and words."""
    try:
        chosen = find_scene(story, scene)
    except NotFoundError:
        return []
    shown = [s for s in story.scenes if s is chosen or (before and s.number == chosen.number - 1)]
    choices = [
        (f"{s.number}/{line.number} {_who(line)}{line.text}", f"line:{line.id}") for s in shown for line in s.lines
    ]
    return _matching(choices, typed)


def _who(line: LineView) -> str:
    return "" if line.kind is LineKind.NARRATION else f"{line.speaker or 'somebody'}: "
