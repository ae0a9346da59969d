"""``/cast`` and ``/line``: who is in the story, who is who, who says what; in the story's own thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.finding import (
    Choice,
    called_choices,
    find_line,
    find_scene,
    line_choices,
    name_choices,
    scene_choices,
    story_for_choices,
    story_here,
)
from bot.replies import Asked, answering, person_of, say
from bot.ui.cast import asked, cast_page, words_of
from bot.ui.cast_forms import WordsForm, reword, speak
from bot.ui.text import cut, escape_within
from storycore.cast.corrections import UNDOABLE
from storycore.cast.model import QuestionKind
from storycore.errors import NotFoundError
from storycore.studio import cast, characters
from storycore.studio.correcting import NAME_LENGTH
from storycore.studio.lines import LINE_LENGTH

if TYPE_CHECKING:
    from bot.client import Fireside

_FOLLOWS = "The messages follow in a moment."
_NARRATOR = "The narrator"
_WORDS = {"Yes": cast.YES, "No": cast.NO, "I cannot tell": cast.UNKNOWN}


def _bold(name: str) -> str:
    return f"**{escape_within(name, 80)}**"


def _chosen(interaction: Asked, option: str) -> str:
    """What another option of the command being typed holds so far."""
    return str(getattr(interaction.namespace, option, "") or "")


class Cast(commands.Cog):
    """The cast and the lines of a story, for everyone to see, and for its author and moderators to correct."""

    cast = app_commands.Group(name="cast", description="Who is in this story, and who is who", guild_only=True)
    line = app_commands.Group(name="line", description="Who says a line, and in which words", guild_only=True)

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @cast.command(name="show", description="Everybody in this story, and what can be corrected")
    async def show(self, interaction: Asked) -> None:
        """The cast, for the person who asked; its message in the thread is looked after."""
        async with answering(interaction):
            view = await story_here(interaction)
            self.client.projector.look_at(view.id, verify=True)
            await interaction.response.send_message(view=cast_page(view, 0), ephemeral=True)

    @cast.command(name="rename", description="Give a character another name")
    @app_commands.describe(character="Who", name="The name to be shown, painted and filmed")
    async def rename(self, interaction: Asked, character: str, name: app_commands.Range[str, 1, NAME_LENGTH]) -> None:
        """Rename a character."""
        async with answering(interaction):
            view = await story_here(interaction)
            kept = await cast.rename(self.client.workshop, view.id, person_of(interaction), character, name)
            await say(interaction, f"{_bold(character)} is called {_bold(kept)} now. {_FOLLOWS}")

    @cast.command(name="merge", description="Two are one character")
    @app_commands.describe(character="Who is really somebody else", into="Who they are")
    async def merge(self, interaction: Asked, character: str, into: str) -> None:
        """Take two for one."""
        async with answering(interaction):
            view = await story_here(interaction)
            keep, gone = await cast.merge(self.client.workshop, view.id, person_of(interaction), character, into)
            await say(interaction, f"{_bold(gone)} is {_bold(keep)}. {_FOLLOWS}")

    @cast.command(name="split", description="One of a character's names is somebody else")
    @app_commands.describe(character="Who", called="The name or description that is somebody else")
    async def split(self, interaction: Asked, character: str, called: str) -> None:
        """Tell two apart."""
        async with answering(interaction):
            view = await story_here(interaction)
            stays, away = await cast.split(self.client.workshop, view.id, person_of(interaction), character, called)
            await say(interaction, f"{_bold(away)} is not {_bold(stays)}. {_FOLLOWS}")

    @cast.command(name="remove", description="What was taken for a character is none")
    @app_commands.describe(character="Who is nobody")
    async def remove(self, interaction: Asked, character: str) -> None:
        """Take somebody out of the cast."""
        async with answering(interaction):
            view = await story_here(interaction)
            name = await cast.remove(self.client.workshop, view.id, person_of(interaction), character)
            await say(interaction, f"{_bold(name)} is nobody. {_FOLLOWS}")

    @cast.command(name="link", description="Say which of the server's characters somebody is")
    @app_commands.describe(character="Who, in this story", to="Which character (empty: none of them)")
    async def link(self, interaction: Asked, character: str, to: str | None = None) -> None:
        """Link somebody to the library."""
        async with answering(interaction):
            view = await story_here(interaction)
            workshop, person = self.client.workshop, person_of(interaction)
            known = None if to is None else await characters.find(workshop, person, to)
            called = await cast.link(workshop, view.id, person, character, None if known is None else known.id)
            who = _bold(called) if called else "none of the server's characters"
            await say(interaction, f"{_bold(character)} is {who}. {_FOLLOWS}")

    @cast.command(name="wear", description="Choose an outfit for a scene")
    @app_commands.describe(scene="In which scene", character="Who", outfit="Which (empty: as the scene says)")
    async def wear(self, interaction: Asked, scene: str, character: str, outfit: str | None = None) -> None:
        """Dress somebody for a scene."""
        async with answering(interaction):
            view = await story_here(interaction)
            found = find_scene(view, scene)
            worn = await cast.wear(self.client.workshop, found.id, person_of(interaction), character, outfit or "")
            what = f"wears {_bold(worn)}" if worn else "wears what the scene says"
            await say(interaction, f"{_bold(character)} {what} in scene {found.number}. {_FOLLOWS}")

    @cast.command(name="answer", description="Answer what the bot asks about the cast")
    @app_commands.describe(question="Which question", answer="Your answer")
    async def answer(self, interaction: Asked, question: str, answer: str) -> None:
        """Answer a question."""
        async with answering(interaction):
            view = await story_here(interaction)
            row = next((q for q in view.questions if str(q.id) == question.strip()), None)
            if row is None:
                raise NotFoundError("That question is not asked any more.", "Choose one from the list.")
            said = {_NARRATOR: cast.NARRATOR, **_WORDS}.get(answer.strip(), answer)
            await cast.answer(self.client.workshop, row.id, person_of(interaction), said)
            await say(interaction, f"Thank you! {_FOLLOWS}")

    @cast.command(name="undo", description="Take back a correction of who is who, or of who speaks")
    @app_commands.describe(correction="Which one")
    async def undo(self, interaction: Asked, correction: str) -> None:
        """Take a correction back."""
        async with answering(interaction):
            view = await story_here(interaction)
            number = int(correction) if correction.isdecimal() and len(correction) < 19 else 0
            await cast.take_back(self.client.workshop, view.id, person_of(interaction), number)
            await say(interaction, f"Taken back. {_FOLLOWS}")

    @line.command(name="speaker", description="Say who speaks a line")
    @app_commands.describe(scene="In which scene", line="Which line", speaker="Who says it; a new name is a new voice")
    async def speaker(self, interaction: Asked, scene: str, line: str, speaker: str) -> None:
        """Give a line to somebody."""
        async with answering(interaction):
            view = await story_here(interaction)
            found = find_line(find_scene(view, scene), line)
            narrator = speaker.strip().casefold() in ("narrator", _NARRATOR.casefold())
            await speak(interaction, found.id, None if narrator else speaker)

    @line.command(name="words", description="Change what a line says")
    @app_commands.describe(scene="In which scene", line="Which line", words="The new words (default: a form)")
    async def words(
        self,
        interaction: Asked,
        scene: str,
        line: str,
        words: app_commands.Range[str, 1, LINE_LENGTH] | None = None,
    ) -> None:
        """Reword a line."""
        async with answering(interaction):
            view = await story_here(interaction)
            found = find_line(find_scene(view, scene), line)
            if words is None:
                await interaction.response.send_modal(WordsForm(found.id, found.text))
            else:
                await reword(interaction, found.id, words)

    @rename.autocomplete("character")
    @merge.autocomplete("character")
    @merge.autocomplete("into")
    @split.autocomplete("character")
    @remove.autocomplete("character")
    @link.autocomplete("character")
    @wear.autocomplete("character")
    async def complete_name(self, interaction: Asked, typed: str) -> list[Choice]:
        """The cast of this story."""
        view = await story_for_choices(interaction)
        return [] if view is None else name_choices(view, typed)

    @split.autocomplete("called")
    async def complete_called(self, interaction: Asked, typed: str) -> list[Choice]:
        """What the chosen character is called."""
        view = await story_for_choices(interaction)
        return [] if view is None else called_choices(view, _chosen(interaction, "character"), typed)

    @speaker.autocomplete("speaker")
    async def complete_speaker(self, interaction: Asked, typed: str) -> list[Choice]:
        """The narrator and the cast."""
        view = await story_for_choices(interaction)
        narrator = [Choice(name=_NARRATOR, value=_NARRATOR)] if typed.casefold() in _NARRATOR.casefold() else []
        return [] if view is None else [*narrator, *name_choices(view, typed)][:25]

    @link.autocomplete("to")
    async def complete_known(self, interaction: Asked, typed: str) -> list[Choice]:
        """The server's characters."""
        found = await characters.listing(self.client.workshop, interaction.guild_id)
        named = [c.sheet.name for c in found if any(typed.casefold() in n.casefold() for n in c.sheet.names)]
        return [Choice(name=name, value=name) for name in named][:25]

    @wear.autocomplete("outfit")
    async def complete_outfit(self, interaction: Asked, typed: str) -> list[Choice]:
        """The outfits of the chosen character."""
        view = await story_for_choices(interaction)
        chosen = _chosen(interaction, "character")
        cast_ = () if view is None else view.cast
        ids = {member.character_id for member in cast_ if member.name == chosen}
        found = await characters.listing(self.client.workshop, interaction.guild_id)
        outfits = [name for c in found if c.id in ids for name in c.sheet.outfits]
        return [Choice(name=name, value=name) for name in outfits if typed.casefold() in name.casefold()][:25]

    @wear.autocomplete("scene")
    @speaker.autocomplete("scene")
    @words.autocomplete("scene")
    async def complete_scene(self, interaction: Asked, typed: str) -> list[Choice]:
        """The scenes of this story."""
        view = await story_for_choices(interaction)
        return [] if view is None else scene_choices(view, typed)

    @speaker.autocomplete("line")
    @words.autocomplete("line")
    async def complete_line(self, interaction: Asked, typed: str) -> list[Choice]:
        """The lines of the chosen scene."""
        view = await story_for_choices(interaction)
        return [] if view is None else line_choices(view, _chosen(interaction, "scene"), typed)

    @answer.autocomplete("question")
    async def complete_question(self, interaction: Asked, typed: str) -> list[Choice]:
        """What is asked."""
        view = await story_for_choices(interaction)
        questions = [] if view is None else [(_plain(asked(q)), str(q.id)) for q in view.questions]
        return [
            Choice(name=cut(name, 100), value=value) for name, value in questions if typed.casefold() in name.casefold()
        ][:25]

    @answer.autocomplete("answer")
    async def complete_answer(self, interaction: Asked, typed: str) -> list[Choice]:
        """The answers to the chosen question."""
        view = await story_for_choices(interaction)
        chosen = _chosen(interaction, "question")
        question = None if view is None else next((q for q in view.questions if str(q.id) == chosen), None)
        if question is None:
            return []
        names = [*question.options[:22], _NARRATOR] if question.kind is QuestionKind.SPEAKER else ["Yes", "No"]
        answers = [name for name in [*names, "I cannot tell"] if typed.casefold() in name.casefold()]
        return [Choice(name=name[:100], value=name[:100]) for name in answers]

    @undo.autocomplete("correction")
    async def complete_correction(self, interaction: Asked, typed: str) -> list[Choice]:
        """The latest corrections first."""
        view = await story_for_choices(interaction)
        made = [] if view is None else [c for c in reversed(view.corrections) if c.kind in UNDOABLE]
        named = [(cut(f"{words_of(c)} — {c.by_name}", 100), str(c.id)) for c in made]
        return [Choice(name=name, value=value) for name, value in named if typed.casefold() in name.casefold()][:25]


def _plain(text: str) -> str:
    return discord.utils.remove_markdown(text.replace("\\", ""))


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Cast(client))
