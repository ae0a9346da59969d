"""Characters as people see them: the list, a card, a proposal, a mix, and the board of portraits."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.character_forms import follows
from bot.ui.character_items import CharacterButton, CharacterPage, CharacterSelect, MixButton, ProposalButton
from bot.ui.layout import card, row
from bot.ui.sheet import Sheet as Message
from bot.ui.text import count, escape_within
from storycore.characters.model import Character, Sheet
from storycore.names.model import Mix
from storycore.store.characters import ProposalState
from storycore.store.models import StoryState
from storycore.studio import characters, portraits
from storycore.studio.characters import CharacterView
from storycore.studio.proposals import ProposalView
from storycore.studio.views import StoryView
from storycore.work.jobs.recasting import Concerned

_ACCENT = discord.Colour(0xB5588A)
_GREY = discord.Colour(0x8A8A8A)
_PAGE = 12
_PROPOSED = 4


def _view(*items: discord.ui.Item[Any], colour: discord.Colour = _ACCENT) -> discord.ui.LayoutView:
    return card(*items, colour=colour)


def sheet_text(sheet: Sheet) -> str:
    """A character in lines: names, look, outfits, and by what else it is kept recognisable."""
    also = f" *{escape_within(', '.join(sheet.aliases), 160)}*" if sheet.aliases else ""
    pronouns = f" · {sheet.pronouns}" if sheet.pronouns else ""
    lines = [f"### 🧍 {escape_within(sheet.name, 120)}{also}{pronouns}"]
    lines.append(escape_within(sheet.look, 600) if sheet.look else "-# Nobody has described the look yet.")
    if sheet.outfits:
        worn = [
            f"-# 👘 **{escape_within(name, 60)}**: {escape_within(text, 160)}" for name, text in sheet.outfits.items()
        ]
        lines += [*worn[:6], *([f"-# and {len(worn) - 6} more outfits"] if len(worn) > 6 else [])]
    facts = [
        f"face mixed of **{escape_within(sheet.mix[0], 60)}** and **{escape_within(sheet.mix[1], 60)}**"
        if sheet.mix
        else "",
        f"LoRA {escape_within(sheet.lora, 80)} at {sheet.lora_weight:g}" if sheet.lora else "",
        _embeddings("embedding", sheet.embeddings),
        _embeddings("never", sheet.negative_embeddings),
        f"never: {escape_within(sheet.negative, 160)}" if sheet.negative else "",
        f"voice {escape_within(sheet.voice, 60)}" if sheet.voice else "",
        "same seed in every scene" if sheet.same_seed else "",
    ]
    lines += [f"-# {fact}" for fact in facts if fact]
    return "\n".join(lines)


def _embeddings(what: str, names: Sequence[str]) -> str:
    return f"{what} {escape_within(', '.join(names), 160)}" if names else ""


def character_card(view: CharacterView, *, manages: bool, portrait: str = "") -> discord.ui.LayoutView:
    """One character; ``portrait`` is the name of a file that comes with the message."""
    used = f"In {count(view.stories, 'story', 'stories')}" if view.stories else "In no story yet"
    by = f" · by {escape_within(view.made_by_name, 60)}" if view.made_by_name else ""
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(sheet_text(view.character.sheet))]
    if portrait:
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        gallery.add_item(media=f"attachment://{portrait}", description="The reference portrait")
        items.append(gallery)
    items.append(discord.ui.TextDisplay(f"-# {used}{by}"))
    if manages:
        items.append(row(CharacterButton(view.character.id, "edit")))
    return _view(*items)


async def show_character(interaction: Asked, character_id: int) -> None:
    """A character's card, for the person who asked."""
    workshop, person = workshop_of(interaction), person_of(interaction)
    view = await characters.show(workshop, person, character_id)
    manages = await characters.may_manage(workshop, person)
    file = await portraits.portrait_file(workshop, view.character)
    card = character_card(view, manages=manages, portrait=file[0] if file else "")
    files = [discord.File(io.BytesIO(file[1]), filename=file[0])] if file else []
    none = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(view=card, files=files, ephemeral=True, allowed_mentions=none)
    else:
        await interaction.response.send_message(view=card, files=files, ephemeral=True, allowed_mentions=none)


def list_page(found: Sequence[Character], proposed: Sequence[ProposalView], page: int) -> discord.ui.LayoutView:
    """A page of a server's characters, ``page`` from 0; what is proposed stands on the first."""
    pages = max(1, -(-len(found) // _PAGE))
    page = min(max(page, 0), pages - 1)
    shown = found[page * _PAGE : (page + 1) * _PAGE]
    lines = [f"## 🧍 Characters · {len(found)}"]
    lines += [_line(character) for character in shown] or [
        "None yet. `/character add` describes one once; every scene that they are in gets the look."
    ]
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay("\n".join(lines))]
    if shown:
        items.append(row(CharacterSelect(page, shown)))
    if pages > 1:
        back = CharacterPage(max(0, page - 1), "Back", disabled=page == 0)
        items.append(row(back, CharacterPage(page + 1, "On", disabled=page == pages - 1)))
    for proposal in proposed[:_PROPOSED] if page == 0 else ():
        by = f"{escape_within(proposal.made_by_name, 60)} proposes **{escape_within(proposal.sheet.name, 80)}**"
        items += [
            discord.ui.Separator(),
            discord.ui.TextDisplay(f"💡 {by}\n-# {escape_within(proposal.sheet.look, 200)}"),
        ]
        items.append(row(ProposalButton(proposal.id, "accept"), ProposalButton(proposal.id, "decline")))
    if page == 0 and len(proposed) > _PROPOSED:
        items.append(discord.ui.TextDisplay(f"-# and {len(proposed) - _PROPOSED} more proposals after these"))
    return _view(*items)


def _line(character: Character) -> str:
    sheet = character.sheet
    also = f" *{escape_within(', '.join(sheet.aliases), 60)}*" if sheet.aliases else ""
    loads = bool(sheet.lora or sheet.embeddings or sheet.negative_embeddings)
    marks = ("🖼️" if character.portrait else "") + ("🎭" if sheet.mix else "") + ("🧩" if loads else "")
    look = escape_within(sheet.look, 110) if sheet.look else "not described yet"
    return f"**{escape_within(sheet.name, 60)}**{also} {marks}\n-# {look}"


def proposal_card(view: ProposalView, concerned: tuple[Concerned, ...] = ()) -> discord.ui.LayoutView:
    """What somebody proposes, and what became of it; the message stays where it was proposed."""
    who = escape_within(view.made_by_name, 80)
    said = (
        f"💡 **{who}** proposes {'a change of' if view.character_id and not view.decided_by_name else 'a character'}:"
    )
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(f"{said}\n{sheet_text(view.sheet)}")]
    if view.state is ProposalState.WAITING:
        items.append(row(ProposalButton(view.id, "accept"), ProposalButton(view.id, "decline")))
        items.append(discord.ui.TextDisplay("-# Whoever manages this server's characters decides."))
        return _view(*items)
    by = escape_within(view.decided_by_name, 80)
    done = f"✅ Accepted by **{by}**." if view.state is ProposalState.ACCEPTED else f"✖️ Declined by **{by}**."
    items.append(discord.ui.TextDisplay(f"{done}\n{follows(concerned)}".strip()))
    return _view(*items, colour=_ACCENT if view.state is ProposalState.ACCEPTED else _GREY)


def mix_card(character: Character, mix: Mix) -> discord.ui.LayoutView:
    """Two names, proposed for a character's face."""
    one, other = escape_within(mix.first, 60), escape_within(mix.second, 60)
    word = "a woman" if mix.sex.value == "female" else "a man"
    text = (
        f"### 🎭 A face for {escape_within(character.sheet.name, 80)}\n**{one}** and **{other}**, alternating at every "
        f"step of the painting, while the look says {word}: a face that is new, and stays the same.\n"
        "-# Always the same two for this character, and nobody else's here. With the same checkpoint and sampler it is "
        "the same face in every scene."
    )
    return _view(discord.ui.TextDisplay(text), row(MixButton(character.id, mix.sex)))


def preview_board(story: StoryView, mark: int | None = None) -> Message:
    """The message from which the thread of a character's portraits is made."""
    over = story.state is not StoryState.OPEN
    scene = story.scenes[0] if story.scenes else None
    picked = scene is not None and scene.pick is not None
    if over:
        said = "🛑 Cancelled."
    elif scene is None or scene.shown is None:
        said = "🎨 Three poses in two lights are being painted…"
    elif picked:
        said = f"🖼️ Portrait **{scene.pick}** is the reference now: painters that can follow it in every scene."
    else:
        said = "🗳️ **Vote** in the thread. Whoever manages the characters picks the reference."
    by = f"-# asked for by {escape_within(story.author_name, 80)}"
    items: list[discord.ui.Item[Any]] = [
        discord.ui.TextDisplay(f"## 🧑‍🎨 {escape_within(story.title, 120)}\n{by}"),
        discord.ui.TextDisplay(said),
        row(CharacterButton(story.preview_of or 0, "show", mark=mark)),
    ]
    return Message(_view(*items, colour=_GREY if over else _ACCENT))
