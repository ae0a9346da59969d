"""``/story``: hand a script in, look at stories, make the film, cancel. And the message menu "Make a story"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import give_out, read_attachment, read_bundle, read_music
from bot.finding import story_choices, story_meant
from bot.invite import NEEDED
from bot.replies import Asked, answering, person_of, say
from bot.ui.batch import BatchForm, take_batch
from bot.ui.forms import StoryForm, take_up
from bot.ui.items import ask_for_film
from bot.ui.story_list import delete_card, stories_page
from bot.ui.style_choices import style_choices
from bot.ui.suggest_items import send_continuation
from bot.ui.text import cut, escape
from bot.ui.voting import show_card
from storycore.errors import NotAllowedError, ScriptError, StateError
from storycore.film.options import with_words
from storycore.studio import bundles, deleting, films, stories, styles, together, voices, voting
from storycore.studio.batches import DEFAULT_START
from storycore.studio.bundles import Place
from storycore.studio.music import keep_music
from storycore.studio.stories import NewStory
from storycore.studio.views import StoryView
from storycore.studio.voting import MOST_QUORUM
from storycore.styles.model import NAME_LENGTH

if TYPE_CHECKING:
    from bot.client import Fireside

_SCRIPT_TYPES = (".txt", ".md", ".markdown", ".text", ".fountain", ".docx", ".docm")
_CHOICES = 25
_LISTED = 20


def check_place(interaction: Asked) -> int:
    """The channel a story can live in. Raises ``StateError`` or ``NotAllowedError`` with what to change."""
    if not isinstance(interaction.channel, discord.TextChannel):
        raise StateError(
            "A story needs an ordinary text channel.", "Ask again in one; it gets a thread of its own there."
        )
    missing = [name for right, name in NEEDED.items() if not getattr(interaction.app_permissions, right)]
    if missing:
        raise NotAllowedError(
            f"I lack permissions in this channel: {', '.join(missing)}.", "An admin can give them to my role."
        )
    return interaction.channel.id


class Stories(commands.Cog):
    """Stories, for everyone."""

    story = app_commands.Group(name="story", description="Turn a script into a film, together", guild_only=True)

    def __init__(self, client: Fireside) -> None:
        self.client = client
        self._menu = app_commands.ContextMenu(name="Make a story", callback=self.make_a_story)
        self._menu.guild_only = True

    async def cog_load(self) -> None:
        """Context menus cannot be declared in a cog: add it by hand."""
        self.client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """And take it away again."""
        self.client.tree.remove_command(self._menu.name, type=self._menu.type)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Asked) -> None:
        """Forms that were opened before a restart end here; everything else has its own way."""
        await take_up(interaction, self.take)

    @story.command(name="new", description="Hand in a script: a file, or paste it in the pop-up")
    @app_commands.describe(
        title="What the story is called",
        script="A text, Markdown, Fountain or Word file",
        style="How it is painted (default: as this server's new stories are)",
    )
    async def new(
        self,
        interaction: Asked,
        title: app_commands.Range[str, 1, 80] | None = None,
        script: discord.Attachment | None = None,
        style: app_commands.Range[str, 1, NAME_LENGTH] | None = None,
    ) -> None:
        """Hand in a script."""
        async with answering(interaction):
            check_place(interaction)
            person = person_of(interaction)
            await stories.check_may_create(self.client.workshop, person)
            if style is not None:
                await styles.check_may_take(self.client.workshop, person, style)
            if script is None:
                await interaction.response.send_modal(StoryForm(self.take, title=title or "", style=style))
            else:
                await self.take(interaction, title or "", "", script, style)

    @story.command(name="batch", description="Hand in several scripts to be painted overnight")
    @app_commands.describe(files="A ZIP of scripts (without it a pop-up takes files)", start="Such as 01:00, or now")
    async def batch(
        self,
        interaction: Asked,
        files: discord.Attachment | None = None,
        start: app_commands.Range[str, 1, 12] | None = None,
    ) -> None:
        """Hand in scripts for the night."""
        async with answering(interaction):
            check_place(interaction)
            await stories.check_may_create(self.client.workshop, person_of(interaction), waiting=False)
            if files is None:
                await interaction.response.send_modal(BatchForm(self.take_batch, start or ""))
            else:
                await self.take_batch(interaction, [files], start or DEFAULT_START)

    async def take_batch(self, interaction: Asked, files: Sequence[discord.Attachment], start: str) -> None:
        """Take scripts for the night, from wherever they came."""
        await take_batch(interaction, files, start, check_place(interaction), self.client.settings)

    async def make_a_story(self, interaction: Asked, message: discord.Message) -> None:
        """The message menu: a message's text, or the script file it holds, becomes a story."""
        async with answering(interaction):
            check_place(interaction)
            await stories.check_may_create(self.client.workshop, person_of(interaction))
            file = next((a for a in message.attachments if a.filename.lower().endswith(_SCRIPT_TYPES)), None)
            if file is None and not message.content.strip():
                raise ScriptError(
                    "There is no text in that message.", "Choose one with a story, or with a script's file."
                )
            first = next((line.strip("#*_ ") for line in message.content.splitlines() if line.strip("#*_ ")), "")
            title = PurePath(file.filename).stem if file is not None and not first else cut(first, 60)
            await interaction.response.send_modal(StoryForm(self.take, title=title, text=message.content, file=file))

    async def take(
        self, interaction: Asked, title: str, text: str, file: discord.Attachment | None, style: str | None = None
    ) -> None:
        """Take a script, from wherever it came: answer at once, read it, keep it."""
        channel_id = check_place(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen = await stories.check_may_create(self.client.workshop, person_of(interaction))
        if file is not None:
            text = await read_attachment(self.client.workshop, file)
            title = title or PurePath(file.filename).stem.replace("_", " ").replace("-", " ").capitalize()
        settings = self.client.settings
        width, height = settings.picture
        await stories.create(
            self.client.workshop,
            NewStory(
                title=title,
                script=text,
                author=person_of(interaction),
                channel_id=channel_id,
                request_key=f"interaction-{interaction.id}",
                candidates=chosen.candidates or settings.candidates,
                max_scenes=min(settings.max_scenes, chosen.max_scenes or settings.max_scenes),
                width=width,
                height=height,
                style=style,
            ),
        )
        await say(interaction, "Thank you! I am reading your script; the storyboard appears here in a moment.")

    @story.command(name="show", description="Where a story stands, and where it is")
    @app_commands.describe(story="Which one (default: this thread's)")
    async def show(self, interaction: Asked, story: str | None = None) -> None:
        """Show one story to the person who asked."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            if view.place_problem and (person.moderator or person.id == view.author_id):
                channel_id = check_place(interaction)
                await stories.move(self.client.workshop, view.id, person, channel_id)
                await say(interaction, f"{view.place_problem} So I bring the story here.")
                return
            self.client.projector.look_at(view.id, verify=True)
            await say(interaction, _summary(view))

    @story.command(name="film", description="Make the film of a story from the chosen pictures")
    @app_commands.describe(
        story="Which one (default: this thread's)",
        shape="The frame: wide, tall for phones, or square",
        motion="How the camera moves",
        transition="How one scene gives way to the next",
        subtitles="What is written below",
        voice="One voice for everybody; auto: one for each",
        music="Music beneath the voices",
        music_file="Your own music, at most 25 MiB",
        title="Begin with the title",
        credits="End with the credits",
        draft="A quick one, at 360 pixels",
    )
    async def film(
        self,
        interaction: Asked,
        story: str | None = None,
        shape: Literal["16:9", "9:16", "1:1"] | None = None,
        motion: Literal["auto", "still", "push", "pull", "pan"] | None = None,
        transition: Literal["auto", "cut", "fade", "dip"] | None = None,
        subtitles: Literal["words", "lines", "off"] | None = None,
        voice: app_commands.Range[str, 1, 100] | None = None,
        music: Literal["auto", "off"] | None = None,
        music_file: discord.Attachment | None = None,
        title: bool | None = None,
        credits: bool | None = None,  # noqa: A002 - what the option is called
        draft: bool | None = None,
    ) -> None:
        """Ask for the film. What is chosen here is remembered for the story's next."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            chosen = {
                "shape": shape, "motion": motion, "transition": transition, "subtitles": subtitles, "voice": voice,
                "music": music,
            }  # fmt: skip
            said = {name: value for name, value in chosen.items() if value is not None}
            flags = {"title": title, "credits": credits, "draft": draft}
            said |= {name: "on" if value else "off" for name, value in flags.items() if value is not None}
            workshop = self.client.workshop
            if voice is not None and voice.strip().casefold() != "auto":
                said["voice"] = voices.find_voice(workshop, voice).name
            options = with_words(await films.remembered(workshop, view.id, person), said)
            if music_file is not None:
                await interaction.response.defer(ephemeral=True, thinking=True)
                data = await read_music(music_file)
                options = replace(options, music=await keep_music(workshop, data, music_file.filename))
            await ask_for_film(interaction, view.id, person, options)

    @story.command(name="cancel", description="Stop a story; what was painted stays")
    @app_commands.describe(story="Which one (default: this thread's)")
    async def cancel(self, interaction: Asked, story: str | None = None) -> None:
        """Cancel a story."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            await stories.cancel(self.client.workshop, view.id, person)
            await say(interaction, f"**{escape(view.title)}** is cancelled. Its pictures stay where they are.")

    @story.command(name="suggest", description="Have a service suggest how the script might go on, for your eyes only")
    @app_commands.describe(story="Which one (default: this thread's)")
    async def suggest(self, interaction: Asked, story: str | None = None) -> None:
        """A continuation, as a file; nothing changes."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            await send_continuation(interaction, view.id, person)

    @story.command(name="invite", description="Let somebody make a story with you: they pick, film and correct, too")
    @app_commands.describe(member="Who", story="Which one (default: this thread's)")
    async def invite(self, interaction: Asked, member: discord.Member, story: str | None = None) -> None:
        """Make somebody a co-author."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            if member.bot:
                raise StateError("Bots write no stories with anybody.", "Invite a member.")
            await together.invite(self.client.workshop, view.id, person, member.id, member.display_name)
            await say(interaction, f"**{escape(member.display_name)}** makes **{escape(view.title)}** with you now.")

    @story.command(name="uninvite", description="Take a co-author out of a story; or leave one")
    @app_commands.describe(member="Who", story="Which one (default: this thread's)")
    async def uninvite(self, interaction: Asked, member: discord.User, story: str | None = None) -> None:
        """Take a co-author out, also one who left the server."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            name = await together.uninvite(self.client.workshop, view.id, person, member.id)
            await say(interaction, f"**{escape(name)}** is no co-author of **{escape(view.title)}** any more.")

    @story.command(name="vote", description="How the pictures are chosen: by vote or by the authors, until when")
    @app_commands.describe(
        story="Which one (default: this thread's)",
        mode="vote: most votes; solo: the authors pick; server: as this server does",
        role="Whose votes count; @everyone for all who may vote",
        closes="Such as 2 h, 3 days, 20:00 or never",
        quorum="Closes when every scene has so many votes; 0 for none",
    )
    async def vote(
        self,
        interaction: Asked,
        story: str | None = None,
        mode: Literal["vote", "solo", "server"] | None = None,
        role: discord.Role | None = None,
        closes: app_commands.Range[str, 1, 40] | None = None,
        quorum: app_commands.Range[int, 0, MOST_QUORUM] | None = None,
    ) -> None:
        """Say how pictures are chosen; without any option, show it."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            if (mode, role, closes, quorum) != (None, None, None, None):
                role_id = None if role is None else 0 if role.is_default() else role.id
                await voting.change(
                    self.client.workshop, view.id, person, mode=mode, role_id=role_id, quorum=quorum, closes=closes
                )
            await show_card(interaction, view.id, person)

    @story.command(name="list", description="The stories of this server, newest first")
    @app_commands.describe(show="Only those", mine="Only those that I make", member="Only those that they make")
    async def list_(
        self,
        interaction: Asked,
        show: Literal["open", "filming", "done", "over"] | None = None,
        mine: bool = False,
        member: discord.User | None = None,
    ) -> None:
        """List the server's stories."""
        async with answering(interaction):
            who = interaction.user.id if mine else 0 if member is None else member.id
            view = await stories_page(interaction, 0, show or "", who)
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @story.command(name="export", description="A story as one file: words, prompts, votes, pictures, voices")
    @app_commands.describe(story="Which one (default: this thread's)", pictures="All, or those that are shown")
    async def export(
        self, interaction: Asked, story: str | None = None, pictures: Literal["all", "shown"] = "all"
    ) -> None:
        """Give a story out."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await give_out(interaction, view.id, person, shown_only=pictures == "shown")

    @story.command(name="import", description="Take a story in from a file that /story export made")
    @app_commands.describe(file="The file")
    async def import_(self, interaction: Asked, file: discord.Attachment) -> None:
        """Take a story in."""
        async with answering(interaction):
            place = Place(check_place(interaction), f"interaction-{interaction.id}")
            await stories.check_may_create(self.client.workshop, person_of(interaction), waiting=False)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await bundles.take_in(self.client.workshop, person_of(interaction), await read_bundle(file), place)
            await say(interaction, "It is taken in; its storyboard appears here in a moment.")

    @story.command(name="duplicate", description="Make a story a second time here, with all that is in it")
    @app_commands.describe(story="Which one (default: this thread's)")
    async def duplicate(self, interaction: Asked, story: str | None = None) -> None:
        """Make it twice."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            channel = interaction.channel
            parent = channel.parent_id if isinstance(channel, discord.Thread) else check_place(interaction)
            place = Place(parent, f"interaction-{interaction.id}")
            await interaction.response.defer(ephemeral=True, thinking=True)
            await bundles.duplicate(self.client.workshop, view.id, person, place)
            await say(
                interaction, f"**{escape(view.title)}** is there twice; the copy's storyboard appears in a moment."
            )

    @story.command(name="delete", description="Delete a story with its pictures, films and votes; asks first")
    @app_commands.describe(story="Which one (default: this thread's)")
    async def delete(self, interaction: Asked, story: str | None = None) -> None:
        """Ask, then delete."""
        async with answering(interaction):
            view, person = await story_meant(interaction, story)
            found = await deleting.asked(self.client.workshop, view.id, person)
            await interaction.response.send_message(
                view=delete_card(found), ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @new.autocomplete("style")
    async def complete_style(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Styles of this server whose name or template holds what was typed."""
        found = await styles.listing(self.client.workshop, interaction.guild_id)
        return style_choices(found, typed, none=any(view.is_default for view in found))

    @film.autocomplete("voice")
    async def complete_voice(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Voices whose name or description holds what was typed."""
        found = voices.listing(self.client.workshop, typed)[:_CHOICES]
        return [app_commands.Choice(name=cut(f"{e.name} — {e.label}", 100), value=e.name) for e in found]

    @show.autocomplete("story")
    @film.autocomplete("story")
    @cancel.autocomplete("story")
    @delete.autocomplete("story")
    @export.autocomplete("story")
    @duplicate.autocomplete("story")
    @suggest.autocomplete("story")
    @invite.autocomplete("story")
    @vote.autocomplete("story")
    @uninvite.autocomplete("story")
    async def complete(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Stories of this server whose title or author holds what was typed."""
        return await story_choices(interaction, typed)


def _summary(view: StoryView) -> str:
    place = f"<#{view.thread_id}>" if view.thread_id else f"<#{view.channel_id}>"
    votes = sum(sum(scene.votes.values()) for scene in view.scenes)
    stage = view.stage.value.replace("_", " ")
    return (
        f"**{escape(view.title)}** by {escape(view.by)}: {stage}, "
        f"{view.painted} of {len(view.scenes)} scenes painted, {votes} votes. It lives in {place}."
    )


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Stories(client))
