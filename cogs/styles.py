"""``/style``: how pictures are painted, under a name: written by those who manage, taken by stories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.finding import Choice, story_here
from bot.replies import Asked, answering, person_of, rights_in, say
from bot.ui.style_choices import matching, style_choices
from bot.ui.style_forms import StyleForm, scenes_of, tell_changed, warnings
from bot.ui.styles import list_page, show_style, story_card
from bot.ui.text import escape_within
from storycore.studio import styles
from storycore.styles.model import (
    ASSET_LENGTH,
    CFG,
    CLIP_SKIP,
    HIRES,
    MAX_STEPS,
    NAME_LENGTH,
    NEGATIVE_LENGTH,
    TEMPLATE_LENGTH,
    Style,
    with_words,
)

if TYPE_CHECKING:
    from bot.client import Fireside

Name = app_commands.Range[str, 1, NAME_LENGTH]
Asset = app_commands.Range[str, 1, ASSET_LENGTH]
Template = app_commands.Range[str, 1, TEMPLATE_LENGTH]
Negative = app_commands.Range[str, 1, NEGATIVE_LENGTH]
Steps = app_commands.Range[int, 1, MAX_STEPS]
Scale = app_commands.Range[float, CFG[0], CFG[1]]
Skip = app_commands.Range[int, CLIP_SKIP[0], CLIP_SKIP[1]]
Larger = app_commands.Range[float, HIRES[0], HIRES[1]]
Anew = app_commands.Range[float, 0.0, 1.0]
Words = Literal["auto", "tags", "prose"]
_DESCRIBED = {
    "template": "What stands around a prompt: {prompt}, ink drawing, cross-hatching",
    "checkpoint": "The checkpoint that paints; - leaves it to the painter",
    "sampler": "The sampler; - leaves it to the painter",
    "scheduler": "How the steps are spread; - leaves it to the painter",
    "steps": "How many steps",
    "size": "Width x height in pixels, such as 1216x832",
    "cfg": "CFG scale: how closely the prompt is followed",
    "clip_skip": "Clip skip; 1 skips nothing",
    "vae": "The VAE; - leaves it to the painter",
    "hires": "Hires fix: how many times larger it is painted again",
    "upscaler": "The hires fix's upscaler",
    "denoising": "How much of it the hires fix paints anew (0.4)",
    "hires_steps": "The hires fix's steps",
    "negative": "What painters shall leave out",
    "words": "How prompts are written (auto: as the checkpoint's family reads them)",
}


@app_commands.guild_only()
class Styles(commands.GroupCog, group_name="style", group_description="How the pictures are painted"):
    """Styles: everyone looks at them and takes them for their stories; those who manage characters write them."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="add", description="Write down a style; with its name alone a pop-up opens")
    @app_commands.describe(name="What it is chosen by", **_DESCRIBED)
    async def add(
        self,
        interaction: Asked,
        name: Name,
        template: Template | None = None,
        checkpoint: Asset | None = None,
        sampler: Asset | None = None,
        scheduler: Asset | None = None,
        steps: Steps | None = None,
        size: app_commands.Range[str, 1, 20] | None = None,
        cfg: Scale | None = None,
        clip_skip: Skip | None = None,
        vae: Asset | None = None,
        hires: Larger | None = None,
        upscaler: Asset | None = None,
        denoising: Anew | None = None,
        hires_steps: Steps | None = None,
        negative: Negative | None = None,
        words: Words | None = None,
    ) -> None:
        """Add one."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await styles.check_may_manage(workshop, person)
            said = _said(interaction)
            if not said:
                await interaction.response.send_modal(StyleForm(Style(name)))
                return
            done = await styles.add(workshop, person, with_words(Style(name), said))
            await tell_changed(interaction, done, "there now: `/style set` takes it in a story's thread")

    @app_commands.command(name="edit", description="Change a style; without options a pop-up opens")
    @app_commands.describe(style="Which one", name="Another name for it", **_DESCRIBED)
    async def edit(
        self,
        interaction: Asked,
        style: Name,
        name: Name | None = None,
        template: Template | None = None,
        checkpoint: Asset | None = None,
        sampler: Asset | None = None,
        scheduler: Asset | None = None,
        steps: Steps | None = None,
        size: app_commands.Range[str, 1, 20] | None = None,
        cfg: Scale | None = None,
        clip_skip: Skip | None = None,
        vae: Asset | None = None,
        hires: Larger | None = None,
        upscaler: Asset | None = None,
        denoising: Anew | None = None,
        hires_steps: Steps | None = None,
        negative: Negative | None = None,
        words: Words | None = None,
    ) -> None:
        """Change one."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await styles.check_may_manage(workshop, person)
            known = await styles.find(workshop, person, style)
            said = _said(interaction)
            if not said and name is None:
                await interaction.response.send_modal(StyleForm(known.style, known.id))
                return
            await tell_changed(interaction, await styles.edit(workshop, person, known.id, said, name or ""), "changed")

    @app_commands.command(name="show", description="One style; without its name this story's")
    @app_commands.describe(style="Which one (default: what this thread's story is painted in)")
    async def show(self, interaction: Asked, style: Name | None = None) -> None:
        """Its card."""
        async with answering(interaction):
            workshop = self.client.workshop
            if style is not None:
                await show_style(interaction, await styles.find(workshop, person_of(interaction), style))
                return
            story = await story_here(interaction)
            await interaction.response.send_message(
                view=story_card(await styles.of_story(workshop, story.id)),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )

    @app_commands.command(name="list", description="The styles of this server")
    async def list_(self, interaction: Asked) -> None:
        """The first page."""
        async with answering(interaction):
            found = await styles.listing(self.client.workshop, interaction.guild_id)
            await interaction.response.send_message(
                view=list_page(found, 0), ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @app_commands.command(name="set", description="Have this thread's story painted in a style")
    @app_commands.describe(
        style="Which one; none takes it away", default="For the server's new stories instead (admins)"
    )
    async def set_(self, interaction: Asked, style: Name, default: bool = False) -> None:
        """Take one."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            if default:
                taken = await styles.make_default(workshop, person, style)
                name = "without a style" if taken.style is None else f"in **{escape_within(taken.style.name, 80)}**"
                words = [f"✅ New stories of this server are painted {name}."]
                await say(interaction, "\n".join([*words, *warnings(taken.missing)]))
                return
            story = await story_here(interaction)
            person = person_of(interaction, rights_in(interaction, story.channel_id))
            await interaction.response.defer(ephemeral=True, thinking=True)
            taken = await styles.take(workshop, story.id, person, style)
            how = "without a style" if taken.style is None else f"in **{escape_within(taken.style.name, 80)}**"
            words = [f"✅ This story is painted {how}.", *warnings(taken.missing)]
            if taken.concerned:
                words.append(f"Painted again where nobody has voted:\n{scenes_of(taken.concerned)}")
            await say(interaction, "\n".join(words))

    @app_commands.command(name="remove", description="Remove a style; stories that took it keep it")
    @app_commands.describe(style="Which one")
    async def remove(self, interaction: Asked, style: Name) -> None:
        """Remove one."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await styles.check_may_manage(workshop, person)
            known = await styles.find(workshop, person, style)
            name = await styles.remove(workshop, person, known.id)
            await say(interaction, f"**{escape_within(name, 80)}** is removed. Stories that took it keep it.")

    @edit.autocomplete("style")
    @show.autocomplete("style")
    @set_.autocomplete("style")
    @remove.autocomplete("style")
    async def complete_style(self, interaction: Asked, typed: str) -> list[Choice]:
        """Styles whose name or template holds what was typed."""
        found = await styles.listing(self.client.workshop, interaction.guild_id)
        command = "" if interaction.command is None else interaction.command.name
        return style_choices(found, typed, none=command == "set")

    @add.autocomplete("checkpoint")
    @edit.autocomplete("checkpoint")
    async def complete_checkpoint(self, interaction: Asked, typed: str) -> list[Choice]:
        """Checkpoints of the hosts, as far as this person may use them."""
        return await self._listed(interaction, "checkpoint", typed)

    @add.autocomplete("sampler")
    @edit.autocomplete("sampler")
    async def complete_sampler(self, interaction: Asked, typed: str) -> list[Choice]:
        """Samplers of the hosts."""
        return await self._listed(interaction, "sampler", typed)

    @add.autocomplete("scheduler")
    @edit.autocomplete("scheduler")
    async def complete_scheduler(self, interaction: Asked, typed: str) -> list[Choice]:
        """Schedulers of the hosts."""
        return await self._listed(interaction, "scheduler", typed)

    @add.autocomplete("vae")
    @edit.autocomplete("vae")
    async def complete_vae(self, interaction: Asked, typed: str) -> list[Choice]:
        """VAEs of the hosts."""
        return await self._listed(interaction, "vae", typed)

    @add.autocomplete("upscaler")
    @edit.autocomplete("upscaler")
    async def complete_upscaler(self, interaction: Asked, typed: str) -> list[Choice]:
        """Upscalers of the hosts, those that work on the unfinished picture first."""
        return await self._listed(interaction, "upscaler", typed)

    async def _listed(self, interaction: Asked, key: str, typed: str) -> list[Choice]:
        workshop, person = self.client.workshop, person_of(interaction)
        if not await styles.may_manage(workshop, person):
            return []
        return matching([(name, name) for name in await styles.offered(workshop, person, key)], typed)


def _said(interaction: Asked) -> dict[str, str]:
    """What was filled in of a style's keys, as words."""
    filled = {key: getattr(interaction.namespace, key, None) for key in _DESCRIBED}
    return {key: str(value) for key, value in filled.items() if value is not None}


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Styles(client))
