"""``/voice``: which voices there are, how one sounds, and who speaks with which."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.replies import Asked, answering, person_of, rights_in, say
from bot.ui.text import cut, escape
from storycore.errors import NotFoundError
from storycore.narration.voices import VoiceEntry
from storycore.studio import stories, voices
from storycore.studio.people import Person
from storycore.studio.views import StoryView

if TYPE_CHECKING:
    from bot.client import Fireside

_A_PAGE = 15
_CHOICES = 25


class Voices(commands.Cog):
    """Voices, for everyone; choosing them is for a story's author and moderators."""

    voice = app_commands.Group(name="voice", description="How the people of a story sound", guild_only=True)

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @voice.command(name="list", description="The voices there are; in a story's thread, also who has which")
    @app_commands.describe(containing="Only those whose name or description holds this", page="Which page")
    async def list_(
        self,
        interaction: Asked,
        containing: app_commands.Range[str, 1, 40] | None = None,
        page: app_commands.Range[int, 1, 100] = 1,
    ) -> None:
        """Show a page of the voices."""
        async with answering(interaction):
            found = voices.listing(self.client.workshop, containing or "")
            if not found:
                raise NotFoundError("No voice is like that.", "`/voice list` without words shows them all.")
            pages = math.ceil(len(found) / _A_PAGE)
            page = min(page, pages)
            lines = [
                f"`{entry.name}` — {escape(entry.label)}" for entry in found[(page - 1) * _A_PAGE : page * _A_PAGE]
            ]
            lines.append(
                f"-# Page {page} of {pages}. Hear one with `/voice try`, give it to somebody with `/voice set`."
            )
            here = await self._here(interaction)
            if here is not None and containing is None and page == 1:
                cast = await voices.parts(self.client.workshop, here.id, person_of(interaction))
                lines = [*(_part(part) for part in cast[:_A_PAGE]), "", *lines]
            await say(interaction, cut("\n".join(lines), 2000))

    @voice.command(name="try", description="Hear a voice")
    @app_commands.describe(voice="Which one", text="What it says (default: a line of a fairy tale)")
    async def try_(
        self,
        interaction: Asked,
        voice: app_commands.Range[str, 1, 100],
        text: app_commands.Range[str, 1, voices.SAMPLE_LENGTH] | None = None,
    ) -> None:
        """Send a sample to the person who asked, and to nobody else."""
        async with answering(interaction):
            entry = voices.find_voice(self.client.workshop, voice)
            await interaction.response.defer(ephemeral=True, thinking=True)
            path = await voices.sample(self.client.workshop, entry.name, text or "")
            name = "".join(char if char.isalnum() else "-" for char in entry.name)
            await interaction.followup.send(
                f"`{entry.name}` — {escape(entry.label)}",
                file=discord.File(path, filename=f"{name}.wav"),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )

    @voice.command(name="set", description="Give somebody in this thread's story a voice")
    @app_commands.describe(who="Who speaks", voice="Which voice; empty: the one that fits")
    async def set_(
        self,
        interaction: Asked,
        who: app_commands.Range[str, 1, 100],
        voice: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        """Choose a voice for a speaker."""
        async with answering(interaction):
            story = await self._here(interaction)
            if story is None:
                raise NotFoundError("This is not a story's thread.", "Ask again in the thread of the story.")
            person = self._person(interaction, story)
            speaker, chosen = await voices.choose(self.client.workshop, story.id, person, who, voice or "")
            sounds = f"speaks as `{chosen}`" if chosen else "speaks with the voice that fits"
            await say(interaction, f"**{escape(speaker)}** {sounds} from the next film on: `/story film`.")

    @try_.autocomplete("voice")
    @set_.autocomplete("voice")
    async def complete_voice(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Voices whose name or description holds what was typed."""
        found = voices.listing(self.client.workshop, typed)[:_CHOICES]
        return [app_commands.Choice(name=cut(_described(entry), 100), value=entry.name) for entry in found]

    @set_.autocomplete("who")
    async def complete_who(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Those who speak in this thread's story."""
        story = await self._here(interaction)
        if story is None:
            return []
        cast = await voices.parts(self.client.workshop, story.id, person_of(interaction))
        wanted = typed.casefold().strip()
        names = [part.speaker for part in cast if wanted in part.speaker.casefold()]
        return [app_commands.Choice(name=cut(name, 100), value=cut(name, 100)) for name in names[:_CHOICES]]

    async def _here(self, interaction: Asked) -> StoryView | None:
        workshop = self.client.workshop
        if interaction.channel_id is None:
            return None
        story_id = await stories.in_thread(workshop, interaction.channel_id)
        return None if story_id is None else await stories.show(workshop, story_id, person_of(interaction))

    def _person(self, interaction: Asked, story: StoryView) -> Person:
        return person_of(interaction, rights_in(interaction, story.channel_id))


def _described(entry: VoiceEntry) -> str:
    return f"{entry.name} — {entry.label}"


def _part(part: voices.Part) -> str:
    name = f"`{part.entry.name}`" if part.entry is not None else "a voice of their own"
    return f"**{escape(cut(part.speaker, 60))}**: {name}{' (chosen)' if part.chosen else ''}"


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Voices(client))
