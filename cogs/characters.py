"""``/character``: a server's characters, described once and drawn the same in every scene that they are in."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.finding import Choice
from bot.replies import Asked, answering, person_of, say
from bot.ui.character_forms import CharacterForm, propose, tell_changed, typed_names
from bot.ui.characters import list_page, mix_card, show_character
from bot.ui.text import count, cut, escape_within
from storycore.characters.files import MAX_BYTES
from storycore.characters.model import (
    DEFAULT_WEIGHT,
    LOOK_LENGTH,
    LORA_WEIGHTS,
    NAME_LENGTH,
    NETWORK_LENGTH,
    PRONOUNS,
    VOICE_LENGTH,
    CharacterError,
    Sheet,
)
from storycore.names.model import Sex
from storycore.studio import characters, exchange, names, portraits, proposals, voices

if TYPE_CHECKING:
    from bot.client import Fireside

_MOST = 25
_ALIASES_LENGTH = 400
_EMBEDDINGS_LENGTH = 400
Name = app_commands.Range[str, 1, 100]
Weight = app_commands.Range[float, LORA_WEIGHTS[0], LORA_WEIGHTS[1]]
_PRONOUN_CHOICES = [Choice(name=word, value=word) for word in PRONOUNS]
_SEXES = [Choice(name="a woman", value="female"), Choice(name="a man", value="male")]


@app_commands.guild_only()
class Characters(commands.GroupCog, group_name="character", group_description="Who looks how, in every scene"):
    """Characters: everyone looks at them and proposes; admins, and the roles they name, manage."""

    def __init__(self, client: Fireside) -> None:
        self.client = client

    @app_commands.command(name="add", description="Describe a character; without a look a pop-up asks for it")
    @app_commands.describe(
        name="The name",
        look="What is drawn in every picture",
        aliases="Other names and descriptions, with commas between",
        lora="A LoRA of the painters'",
        weight="How strongly the LoRA counts (0.8)",
        embeddings="Embeddings of the painters', with commas between",
        never="Embeddings for the negative prompt",
        voice="The voice in films",
    )
    @app_commands.choices(pronouns=_PRONOUN_CHOICES)
    async def add(
        self,
        interaction: Asked,
        name: app_commands.Range[str, 1, NAME_LENGTH],
        look: app_commands.Range[str, 1, LOOK_LENGTH] | None = None,
        aliases: app_commands.Range[str, 1, _ALIASES_LENGTH] | None = None,
        pronouns: str | None = None,
        lora: app_commands.Range[str, 1, NETWORK_LENGTH] | None = None,
        weight: Weight | None = None,
        voice: app_commands.Range[str, 1, VOICE_LENGTH] | None = None,
        embeddings: app_commands.Range[str, 1, _EMBEDDINGS_LENGTH] | None = None,
        never: app_commands.Range[str, 1, _EMBEDDINGS_LENGTH] | None = None,
    ) -> None:
        """Add one, or propose it."""
        async with answering(interaction):
            sheet = Sheet(name, tuple(typed_names(aliases or "")), pronouns)
            if (look, lora, voice, embeddings, never) == (None,) * 5:
                await interaction.response.send_modal(CharacterForm(sheet))
                return
            sheet = replace(
                sheet,
                look=look or "",
                lora=lora or "",
                lora_weight=weight or DEFAULT_WEIGHT,
                voice=voice or "",
                embeddings=tuple(typed_names(embeddings or "")),
                negative_embeddings=tuple(typed_names(never or "")),
            )
            if await characters.may_manage(self.client.workshop, person_of(interaction)):
                done = await characters.add(self.client.workshop, person_of(interaction), sheet)
                await tell_changed(interaction, done, "in the library now")
            else:
                await propose(interaction, sheet)

    @app_commands.command(name="edit", description="Change a character; without options a pop-up opens")
    @app_commands.describe(
        character="Who",
        lora="A LoRA of the painters'; - takes it away",
        weight="How strongly the LoRA counts",
        voice="The voice in films; - takes it away",
        same_seed="Begin a scene's pictures from the same noise whenever it is painted",
        face_mix="The two names of the face: Ada B|Cy D; - takes them away",
        embeddings="Embeddings of the painters', with commas between; - takes them away",
        never="Embeddings for the negative prompt; - takes them away",
    )
    async def edit(
        self,
        interaction: Asked,
        character: Name,
        lora: app_commands.Range[str, 1, NETWORK_LENGTH] | None = None,
        weight: Weight | None = None,
        voice: app_commands.Range[str, 1, VOICE_LENGTH] | None = None,
        same_seed: bool | None = None,
        face_mix: app_commands.Range[str, 1, 130] | None = None,
        embeddings: app_commands.Range[str, 1, _EMBEDDINGS_LENGTH] | None = None,
        never: app_commands.Range[str, 1, _EMBEDDINGS_LENGTH] | None = None,
    ) -> None:
        """Change one."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            known = await characters.find(workshop, person, character)
            if (lora, weight, voice, same_seed, face_mix, embeddings, never) == (None,) * 7:
                await interaction.response.send_modal(CharacterForm(known.sheet, known.id))
                return

            def change(sheet: Sheet) -> Sheet:
                return replace(
                    sheet,
                    lora=sheet.lora if lora is None else "" if lora == "-" else lora,
                    lora_weight=sheet.lora_weight if weight is None else weight,
                    voice=sheet.voice if voice is None else "" if voice == "-" else voice,
                    same_seed=sheet.same_seed if same_seed is None else same_seed,
                    mix=sheet.mix if face_mix is None else _mix(face_mix),
                    embeddings=sheet.embeddings if embeddings is None else _embeddings(embeddings),
                    negative_embeddings=sheet.negative_embeddings if never is None else _embeddings(never),
                )

            await tell_changed(interaction, await characters.edit(workshop, person, known.id, change), "changed")

    @app_commands.command(name="list", description="The characters of this server, and what members propose")
    async def list_(self, interaction: Asked) -> None:
        """The first page."""
        async with answering(interaction):
            workshop, server_id = self.client.workshop, interaction.guild_id
            found = await characters.listing(workshop, server_id)
            page = list_page(found, await proposals.waiting(workshop, server_id), 0)
            await interaction.response.send_message(
                view=page, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )

    @app_commands.command(name="show", description="One character, with everything that is drawn")
    @app_commands.describe(character="Who")
    async def show(self, interaction: Asked, character: Name) -> None:
        """Its card."""
        async with answering(interaction):
            known = await characters.find(self.client.workshop, person_of(interaction), character)
            await show_character(interaction, known.id)

    @app_commands.command(name="remove", description="Remove a character; stories that use it stay as they are")
    @app_commands.describe(character="Who")
    async def remove(self, interaction: Asked, character: Name) -> None:
        """Remove one."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            known = await characters.find(workshop, person, character)
            name = await characters.remove(workshop, person, known.id)
            await say(interaction, f"**{escape_within(name, 80)}** is removed. Stories that use it stay as they are.")

    @app_commands.command(name="merge", description="Two characters are one")
    @app_commands.describe(character="Who is really somebody else", into="Who they are; this one's look stays")
    async def merge(self, interaction: Asked, character: Name, into: Name) -> None:
        """Merge two."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            gone = await characters.find(workshop, person, character)
            kept = await characters.find(workshop, person, into)
            done = await characters.merge(workshop, person, gone.id, kept.id)
            await tell_changed(interaction, done, f"{escape_within(gone.sheet.name, 80)} as well")

    @app_commands.command(name="alias", description="Add other names of a character, or take one away")
    @app_commands.describe(
        character="Who", add="Other names and descriptions, with commas between", remove="One that it is not called"
    )
    async def alias(
        self,
        interaction: Asked,
        character: Name,
        add: app_commands.Range[str, 1, _ALIASES_LENGTH] | None = None,
        remove: app_commands.Range[str, 1, NAME_LENGTH] | None = None,
    ) -> None:
        """Change other names."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            known = await characters.find(workshop, person, character)
            if add is None and remove is None:
                raise CharacterError("There is nothing to add or to take away.", "Fill in `add` or `remove`.")
            done = await characters.set_aliases(
                workshop, person, known.id, typed_names(add or ""), [remove] if remove else []
            )
            called = ", ".join(done.character.sheet.aliases) or "nothing else"
            await tell_changed(interaction, done, f"also called {escape_within(called, 300)}")

    @app_commands.command(name="preview", description="Paint portraits to be voted on; the pick becomes the reference")
    @app_commands.describe(character="Who")
    async def preview(self, interaction: Asked, character: Name) -> None:
        """Have portraits painted; their board appears in this channel."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            known = await characters.find(workshop, person, character)
            channel = interaction.channel
            place = channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id
            await portraits.preview(workshop, person, known.id, place, f"preview-{interaction.id}")
            await say(interaction, f"Portraits of **{escape_within(known.sheet.name, 80)}** are being painted.")

    @app_commands.command(name="reference", description="Hand in a reference portrait, or take it away")
    @app_commands.describe(character="Who", image="PNG, JPEG or WebP, 512 × 512 or more", remove="Take it away")
    async def reference(
        self, interaction: Asked, character: Name, image: discord.Attachment | None = None, remove: bool = False
    ) -> None:
        """Set or show the reference portrait."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            known = await characters.find(workshop, person, character)
            if image is None and not remove:
                await show_character(interaction, known.id)
                return
            await characters.check_may_manage(workshop, person)
            await interaction.response.defer(ephemeral=True, thinking=True)
            data = None if image is None else await _read(image, portraits.MAX_BYTES, "portrait")
            done = await portraits.set_reference(workshop, person, known.id, data)
            await tell_changed(
                interaction, done, "without a portrait now" if data is None else "drawn after this portrait"
            )

    @app_commands.command(name="import", description="Take in characters from a file (JSON)")
    @app_commands.describe(file="As `/character export` gives it")
    async def import_(self, interaction: Asked, file: discord.Attachment) -> None:
        """Take in a file."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            await interaction.response.defer(ephemeral=True, thinking=True)
            done = await exchange.import_file(workshop, person, await _read(file, MAX_BYTES, "file"))
            said = [
                f"{count(len(found), 'character')} {what}"
                for found, what in ((done.added, "new"), (done.changed, "changed"), (done.same, "as before"))
                if found
            ]
            await say(interaction, f"✅ {', '.join(said) or 'There was nobody in this file'}.")

    @app_commands.command(name="export", description="All characters, or one, as a file (JSON)")
    @app_commands.describe(character="Who (default: everybody)")
    async def export(self, interaction: Asked, character: Name | None = None) -> None:
        """Send the file to the person who asked."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            known = None if character is None else await characters.find(workshop, person, character)
            data = await exchange.export_file(workshop, person, None if known is None else known.id)
            await interaction.response.send_message(
                file=discord.File(io.BytesIO(data), filename="characters.json"), ephemeral=True
            )

    @app_commands.command(name="mix", description="Propose a face for a character: a mix of two known ones")
    @app_commands.describe(character="Who", looks_like="What the look says; default: as the pronouns do")
    @app_commands.choices(looks_like=_SEXES)
    async def mix(self, interaction: Asked, character: Name, looks_like: str | None = None) -> None:
        """Propose a pair of names."""
        async with answering(interaction):
            workshop, person = self.client.workshop, person_of(interaction)
            await characters.check_may_manage(workshop, person)
            known = await characters.find(workshop, person, character)
            mix = await names.propose_mix(workshop, person, known.id, Sex(looks_like) if looks_like else None)
            await interaction.response.send_message(view=mix_card(known, mix), ephemeral=True)

    @edit.autocomplete("character")
    @show.autocomplete("character")
    @remove.autocomplete("character")
    @merge.autocomplete("character")
    @merge.autocomplete("into")
    @alias.autocomplete("character")
    @preview.autocomplete("character")
    @reference.autocomplete("character")
    @export.autocomplete("character")
    @mix.autocomplete("character")
    async def complete_character(self, interaction: Asked, typed: str) -> list[Choice]:
        """Characters whose name, or another name, holds what was typed."""
        wanted = typed.casefold().strip()
        found = await characters.listing(self.client.workshop, interaction.guild_id)
        matching = [c.sheet for c in found if any(wanted in name.casefold() for name in c.sheet.names)]
        return [Choice(name=cut(_labelled(sheet), 100), value=sheet.name) for sheet in matching[:_MOST]]

    @alias.autocomplete("remove")
    async def complete_alias(self, interaction: Asked, typed: str) -> list[Choice]:
        """The other names of the chosen character."""
        chosen = str(getattr(interaction.namespace, "character", "") or "").casefold()
        found = await characters.listing(self.client.workshop, interaction.guild_id)
        names_ = [alias for c in found if c.sheet.name.casefold() == chosen for alias in c.sheet.aliases]
        return [Choice(name=name, value=name) for name in names_ if typed.casefold() in name.casefold()][:_MOST]

    @add.autocomplete("lora")
    @edit.autocomplete("lora")
    async def complete_lora(self, interaction: Asked, typed: str) -> list[Choice]:
        """LoRAs that a painter has and that this person may use."""
        found = await characters.loras(self.client.workshop, person_of(interaction))
        return [Choice(name=n, value=n) for n in found if typed.casefold() in n.casefold() and len(n) <= 100][:_MOST]

    @add.autocomplete("embeddings")
    @add.autocomplete("never")
    @edit.autocomplete("embeddings")
    @edit.autocomplete("never")
    async def complete_embeddings(self, interaction: Asked, typed: str) -> list[Choice]:
        """Embeddings that a painter has and that this person may use, behind those that stand there already."""
        before, comma, part = typed.rpartition(",")
        there = f"{before}{comma} " if comma else ""
        taken = {name.casefold() for name in typed_names(before)}
        found = await characters.embeddings(self.client.workshop, person_of(interaction))
        wanted = part.strip().casefold()
        fitting = [there + n for n in found if wanted in n.casefold() and n.casefold() not in taken]
        return [Choice(name=whole, value=whole) for whole in fitting if len(whole) <= 100][:_MOST]

    @add.autocomplete("voice")
    @edit.autocomplete("voice")
    async def complete_voice(self, interaction: Asked, typed: str) -> list[Choice]:
        """Voices whose name or description holds what was typed."""
        found = voices.listing(self.client.workshop, typed)[:_MOST]
        return [Choice(name=cut(f"{entry.name} — {entry.label}", 100), value=entry.name) for entry in found]


def _embeddings(typed: str) -> tuple[str, ...]:
    return () if typed.strip() == "-" else tuple(typed_names(typed))


def _mix(typed: str) -> tuple[str, str] | None:
    if typed.strip() == "-":
        return None
    one, bar, other = typed.strip().strip("[]").partition("|")
    if not bar:
        raise CharacterError("A face is mixed of two names.", "Write `Ada B|Cy D`, or use `/character mix`.", "mix")
    return one, other


def _labelled(sheet: Sheet) -> str:
    return f"{sheet.name} ({', '.join(sheet.aliases)})" if sheet.aliases else sheet.name


async def _read(file: discord.Attachment, most: int, what: str) -> bytes:
    """An attachment's content; refused by what Discord says of its size before anything is fetched."""
    if file.size > most:
        raise CharacterError(f"This {what} has {file.size:,} bytes.", f"At most {most:,} are possible.")
    return await file.read()


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Characters(client))
