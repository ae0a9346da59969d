"""A scene's lines and borders, on cards for one person: who says what, in which words, and where the scene begins."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.replies import Asked, person_of, workshop_of
from bot.ui.cast_forms import SceneForm, SpeakerForm, WordsForm
from bot.ui.cast_items import finish, options_of
from bot.ui.items import Answering
from bot.ui.layout import card, row
from bot.ui.text import count, cut, escape_within, key_of
from storycore.errors import NotFoundError
from storycore.script.model import LineKind
from storycore.store.models import StoryState
from storycore.studio import ballots, cutting, lines, stories
from storycore.studio.views import LineView, SceneView, StoryView

_BUTTON = discord.ui.Button[Any]
_SELECT = discord.ui.Select[Any]
_ACCENT = discord.Colour(0xE8833A)
_PAGE = 12
_SCENE = r"(?P<scene>\d{1,18})"
_LINE = r"(?P<line>\d{1,18})"
_NARRATOR, _NEW = "narrator", "new"
_UNSURE = 0.75


async def find_scene(interaction: Asked, scene_id: int) -> tuple[StoryView, SceneView]:
    """A scene as it is now. Raises ``NotFoundError``, also for people of other servers."""
    workshop = workshop_of(interaction)
    view = await stories.show(workshop, await ballots.story_id_of(workshop, scene_id), person_of(interaction))
    return view, next(scene for scene in view.scenes if scene.id == scene_id)


async def find_line(interaction: Asked, line_id: int) -> tuple[StoryView, SceneView, LineView]:
    """A line as it is now. Raises ``NotFoundError``, also for people of other servers."""
    workshop = workshop_of(interaction)
    view = await stories.show(workshop, await lines.story_of_line(workshop, line_id), person_of(interaction))
    for scene in view.scenes:
        for line in scene.lines:
            if line.id == line_id:
                return view, scene, line
    raise NotFoundError("That line has changed meanwhile.", "Look at the scene's lines again.")


def _card(*items: discord.ui.Item[Any]) -> discord.ui.LayoutView:
    return card(*items, colour=_ACCENT)


def scene_desk(story: StoryView, scene: SceneView, page: int = 0) -> discord.ui.LayoutView:
    """A scene's lines, ``page`` from 0, and what can be done with its borders."""
    pages = max(1, -(-len(scene.lines) // _PAGE))
    page = min(max(page, 0), pages - 1)
    shown = scene.lines[page * _PAGE : (page + 1) * _PAGE]
    heading = f"### Scene {scene.number} of {len(story.scenes)} · {escape_within(scene.title, 120)}"
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay("\n".join([heading, *(_line(line) for line in shown)]))]
    if story.state is not StoryState.OPEN:
        return _card(*items)
    if shown:
        items.append(row(LineSelect(scene.id, [(_label(line), str(line.id), "") for line in shown])))
    if pages > 1:
        items.append(
            row(
                DeskButton(scene.id, page - 1, "Back", disabled=page == 0),
                DeskButton(scene.id, page + 1, "On", disabled=page == pages - 1),
            )
        )
    last = scene.number == len(story.scenes)
    items.append(
        row(
            CutButton(scene.id, "earlier", disabled=scene.number == 1),
            CutButton(scene.id, "later", disabled=last),
            CutButton(scene.id, "join", disabled=last),
            CutButton(scene.id, "add"),
            CutButton(scene.id, "delete", disabled=len(story.scenes) == 1),
        )
    )
    return _card(*items)


def line_card(story: StoryView, scene: SceneView, line: LineView) -> discord.ui.LayoutView:
    """One line: its words, who says it and why I think so."""
    who = escape_within(line.speaker or "the narrator", 80)
    why = f"\n-# {escape_within(line.reason, 160)}" if line.reason else ""
    unsure = f" ({round(line.confidence * 100)} % sure)" if line.speaker and line.confidence < _UNSURE else ""
    unknown = ", until you say who" if line.kind is LineKind.SPEECH and not line.speaker else ""
    spoken = f"Spoken by **{who}**{unsure}{unknown}{why}"
    text = f"### Scene {scene.number}, line {line.number}\n> {escape_within(line.text, 1500)}\n{spoken}"
    names = [(member.name, key_of(member.name), ", ".join(member.aliases)) for member in story.cast[:22]]
    return _card(
        discord.ui.TextDisplay(text),
        row(SaysSelect(line.id, names)),
        row(
            LineButton(line.id, "words"),
            LineButton(line.id, "cut", disabled=line.number == 1),
            DeskButton(scene.id, (line.number - 1) // _PAGE, "Back"),
        ),
    )


def _line(line: LineView) -> str:
    text = escape_within(line.text, 150)
    if line.kind is LineKind.NARRATION:
        return f"-# {line.number} · {text}"
    doubt = "❓ " if line.speaker is None or line.confidence < _UNSURE else ""
    return f"{line.number} · {doubt}**{escape_within(line.speaker or 'somebody', 50)}** “{text}”"


def _label(line: LineView) -> str:
    who = "" if line.kind is LineKind.NARRATION else f"{line.speaker or 'somebody'}: "
    return cut(f"{line.number}. {who}{line.text}", 100)


class DeskButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:lines:{_SCENE}(:(?P<page>-?\d{{1,6}}))?"):
    """Shows a scene's lines: without a page from the scene's message, else in the place of the card it stands on."""

    def __init__(self, scene: int, page: int | None = None, label: str = "Lines", *, disabled: bool = False) -> None:
        self.scene, self.page = scene, page
        custom_id = f"fs:lines:{scene}" + ("" if page is None else f":{page}")
        emoji = "📝" if page is None else None
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), None if match["page"] is None else int(match["page"]))

    async def act(self, interaction: Asked) -> None:
        """The card, for whoever pressed."""
        view, scene = await find_scene(interaction, self.scene)
        if self.page is None:
            await interaction.response.send_message(view=scene_desk(view, scene), ephemeral=True)
        else:
            await interaction.response.edit_message(view=scene_desk(view, scene, self.page))


class LineSelect(Answering, discord.ui.DynamicItem[_SELECT], template=rf"fs:line:{_SCENE}"):
    """Chooses a line to be corrected."""

    def __init__(self, scene: int, choices: list[tuple[str, str, str]] | None = None) -> None:
        self.scene = scene
        options = options_of(choices or [("…", "0", "")])
        super().__init__(
            discord.ui.Select(custom_id=f"fs:line:{scene}", placeholder="Correct a line…", options=options)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]))

    async def act(self, interaction: Asked) -> None:
        """The line's card in the place of the scene's."""
        chosen = self.item.values[0] if self.item.values else ""
        view, scene, line = await find_line(interaction, int(chosen) if chosen.isdecimal() else 0)
        await interaction.response.edit_message(view=line_card(view, scene, line))


class SaysSelect(Answering, discord.ui.DynamicItem[_SELECT], template=rf"fs:says:{_LINE}"):
    """Says who speaks a line."""

    def __init__(self, line: int, choices: list[tuple[str, str, str]] | None = None) -> None:
        self.line = line
        options = [
            *options_of(choices or []),
            discord.SelectOption(label="The narrator", value=_NARRATOR, emoji="📖"),
            discord.SelectOption(label="Somebody else…", value=_NEW, emoji="➕"),
        ]
        super().__init__(discord.ui.Select(custom_id=f"fs:says:{line}", placeholder="Who says it…", options=options))

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["line"]))

    async def act(self, interaction: Asked) -> None:
        """Commit, then say so; for somebody who is not in the list, a form."""
        chosen = self.item.values[0] if self.item.values else ""
        if chosen == _NEW:
            await interaction.response.send_modal(SpeakerForm(self.line))
            return
        view, _, _ = await find_line(interaction, self.line)
        names = {key_of(member.name): member.name for member in view.cast}
        if chosen != _NARRATOR and chosen not in names:
            raise NotFoundError("They are not in the cast any more.", "Look at the scene's lines again.")
        kept = await lines.set_speaker(workshop_of(interaction), self.line, person_of(interaction), names.get(chosen))
        who = "The narrator" if kept is None else f"**{escape_within(kept, 80)}**"
        await finish(interaction, f"{who} says it now; only this line is spoken again.")


class LineButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:lined:{_LINE}:(?P<what>words|cut)"):
    """Other words for a line; or a new scene that begins with it."""

    def __init__(self, line: int, what: str, *, disabled: bool = False) -> None:
        self.line, self.what = line, what
        label, emoji = ("Change the words", "✏️") if what == "words" else ("A new scene from here", "✂️")
        super().__init__(
            discord.ui.Button(label=label, emoji=emoji, custom_id=f"fs:lined:{line}:{what}", disabled=disabled)
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["line"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """The form with the words; or commit, and say so."""
        if self.what == "words":
            _, _, line = await find_line(interaction, self.line)
            await interaction.response.send_modal(WordsForm(self.line, line.text))
            return
        number = await cutting.split(workshop_of(interaction), self.line, person_of(interaction))
        await finish(interaction, f"Scene {number} begins here.")


_CUTS = {
    "earlier": ("Earlier", "⬆️"),
    "later": ("Later", "⬇️"),
    "join": ("Join next", "🔗"),
    "add": ("Add", "➕"),
    "delete": ("Take out", "🗑️"),
    "really": ("Take it out", "🗑️"),
}


class CutButton(Answering, discord.ui.DynamicItem[_BUTTON], template=rf"fs:cut:{_SCENE}:(?P<what>{'|'.join(_CUTS)})"):
    """Moves, joins, adds, takes out."""

    def __init__(self, scene: int, what: str, *, disabled: bool = False) -> None:
        self.scene, self.what = scene, what
        label, emoji = _CUTS[what]
        style = discord.ButtonStyle.danger if what == "really" else discord.ButtonStyle.secondary
        super().__init__(
            discord.ui.Button(
                label=label, emoji=emoji, style=style, custom_id=f"fs:cut:{scene}:{what}", disabled=disabled
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Asked, item: discord.ui.Item[Any], match: re.Match[str]) -> Self:
        """Made anew from the id, after any restart."""
        return cls(int(match["scene"]), match["what"])

    async def act(self, interaction: Asked) -> None:
        """Commit, then say so; a form or a question where one is needed first."""
        workshop, person = workshop_of(interaction), person_of(interaction)
        view, scene = await find_scene(interaction, self.scene)
        match self.what:
            case "add":
                await interaction.response.send_modal(SceneForm(self.scene, scene.number))
            case "delete":
                await interaction.response.edit_message(view=_really(scene))
            case "really":
                number = await cutting.remove(workshop, self.scene, person)
                await finish(interaction, f"Scene {number} is taken out.")
            case "join":
                number = await cutting.join(workshop, self.scene, person)
                await finish(interaction, f"Scenes {number} and {number + 1} are one.")
            case _:
                step = -1 if self.what == "earlier" else 1
                number = await cutting.move(workshop, self.scene, scene.number + step, person)
                view, scene = await find_scene(interaction, self.scene)
                await interaction.response.edit_message(view=scene_desk(view, scene))


def _really(scene: SceneView) -> discord.ui.LayoutView:
    votes = sum(scene.votes.values())
    lost = f", with its pictures and {count(votes, 'vote')}" if votes else ", with its pictures" if scene.shown else ""
    words = f"Take scene {scene.number} out of the story{lost}? It cannot be brought back."
    buttons = row(CutButton(scene.id, "really"), DeskButton(scene.id, 0, "Keep it"))
    return _card(discord.ui.TextDisplay(words), buttons)


DESK_ITEMS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    DeskButton,
    LineSelect,
    SaysSelect,
    LineButton,
    CutButton,
)
