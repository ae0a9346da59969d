"""A scene's message: its text, its candidates, the tally, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord

from bot.ui.character_items import CharacterButton
from bot.ui.desk import DeskButton
from bot.ui.items import AgainButton, EditButton, MergeButton, PickButton, VoteButton
from bot.ui.layout import row
from bot.ui.moderation_items import ReportButton
from bot.ui.more_items import MoreButton
from bot.ui.queue import CancelButton
from bot.ui.sheet import Sheet, SheetFile
from bot.ui.suggest_items import SuggestButton
from bot.ui.text import KEYCAPS, bar, count, cut, escape_within, moment, quote, roughly, without_heading
from bot.ui.voting import VotesButton
from storycore.hosts.previews import Preview
from storycore.prompts.compose import STORY, STYLE, style_name
from storycore.store.models import StoryState, WorkState
from storycore.studio.line import Standing
from storycore.studio.views import RoundView, SceneView, StoryView
from storycore.voting.rules import How, Mode

_ACCENT = discord.Colour(0xE8833A)
_EXCERPT = 420
_PROMPT = 300
_PART = 150
_ROW = 5
#: A scene without pictures gets its message when it is among so many that are next.
_NEAR = 3


def can_be_posted(scene: SceneView) -> bool:
    """Whether there is something to show: pictures, the reason why there are none, or how far a GPU host is with them.

    (Where this machine draws, pictures are there in a moment.)
    """
    if scene.coming is not None and scene.shown is None:
        standing = scene.coming.standing
        return standing is not None and standing.at_hosts and standing.place <= _NEAR
    return scene.shown is not None or scene.failed is not None


def scene_sheet(
    story: StoryView,
    scene: SceneView,
    mark: int | None = None,
    preview: Preview | None = None,
    *,
    suggests: bool = False,
) -> Sheet:
    """The message of one scene as it should be now; ``mark`` is the id of its post row, ``preview`` what its coming
    pictures look like so far. It is shown while there are no others: pictures that are voted on are not sent anew.
    ``suggests``: a service that suggests prompts is set up."""
    closed = story.state is not StoryState.OPEN
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_ACCENT)
    portraits = story.preview_of is not None
    heading = f"### Scene {scene.number} of {len(story.scenes)} · {escape_within(scene.title, 160)}"
    if portraits:
        heading = f"### Portraits of {escape_within(scene.title, 160)}"
    container.add_item(discord.ui.TextDisplay(f"{heading}\n{quote(without_heading(scene.text), _EXCERPT)}"))
    files: list[SheetFile] = []
    if scene.shown is not None and scene.shown.candidates:
        files = _files(scene, scene.shown, "portrait" if portraits else f"scene {scene.number}")
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        for file in files:
            gallery.add_item(media=f"attachment://{file.name}", description=file.description)
        container.add_item(gallery)
    elif preview is not None and scene.coming is not None and not closed:
        files = [_preview(scene, scene.coming, preview)]
        so_far: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        so_far.add_item(media=f"attachment://{files[0].name}", description=files[0].description)
        container.add_item(so_far)
    if status := _status(story, scene, closed):
        container.add_item(discord.ui.TextDisplay("\n".join(status)))
    if scene.shown is not None and scene.shown.candidates:
        _add_votes(container, scene, scene.shown, closed)
    if scene.shown is not None:
        container.add_item(discord.ui.Separator())
    container.add_item(discord.ui.TextDisplay("\n".join(_prompt(scene))))
    for buttons in _buttons(story, scene, mark, closed, suggests=suggests):
        container.add_item(buttons)
    if scene.offered and not closed:
        container.add_item(_offer(scene))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    offers = 0 if scene.shown is None else scene.shown.number
    return Sheet(view, files, offers, passing=scene.coming is not None and not closed)


def _buttons(
    story: StoryView, scene: SceneView, mark: int | None, closed: bool, *, suggests: bool
) -> Iterator[discord.ui.ActionRow[Any]]:
    """What can be done with the scene: first what is painted, then what becomes of it. A picture can be reported
    whatever became of its story."""
    pictures = scene.shown is not None and bool(scene.shown.candidates)
    number = scene.shown.number if scene.shown else 0
    first: list[discord.ui.Item[Any]] = [EditButton(scene.id, mark=mark, disabled=closed)]
    if story.preview_of is not None:
        first = [CharacterButton(story.preview_of, "show", mark=mark)]
    elif suggests:
        first.append(SuggestButton(scene.id, disabled=closed))
    if scene.coming is not None and not closed:
        first.append(CancelButton(scene.coming.id))
    else:
        first.append(AgainButton(scene.id, number, disabled=closed))
        if pictures:
            first.append(MoreButton(scene.id, number, disabled=closed))
    yield row(*first)
    second: list[discord.ui.Item[Any]] = []
    if scene.shown is not None:
        second.append(PickButton(scene.id, number, disabled=closed))
    if story.preview_of is None:
        second.append(DeskButton(scene.id, disabled=closed))
    if pictures:
        second.append(ReportButton(scene.id, number))
    if second:
        yield row(*second)


def _preview(scene: SceneView, coming: RoundView, preview: Preview) -> SheetFile:
    name = f"scene-{scene.id}-coming-{coming.id}-{preview.number}.jpg"
    description = cut(f"Scene {scene.number} in the making: {coming.prompt}", 256)
    return SheetFile(name, Path(name), description, data=preview.data)


def _prompt(scene: SceneView) -> list[str]:
    """The prompt and where its parts come from: the looks of the server's characters, the story, the style."""
    if not any(source not in (STORY, STYLE) for _, source in scene.parts):
        written = "Prompt, rewritten" if scene.edited else "Prompt, from the story"
        style = [f"-# **Style: {escape_within(scene.style, 50)}**"] if scene.style else []
        return [f"-# {written}: {escape_within(scene.prompt, _PROMPT)}", *style, *_dropped(scene), *_means(scene)]
    told = [f"-# **{_source(source)}**: {escape_within(text, _PART)}" for text, source in scene.parts]
    return [*told, *_dropped(scene), *_means(scene)]


def _source(source: str) -> str:
    if (name := style_name(source)) is not None:
        return f"Style: {escape_within(name, 50)}" if name else "Style"
    return "From the story" if source == STORY else f"{escape_within(source, 50)}'s look"


def _dropped(scene: SceneView) -> list[str]:
    """What this server's rules took out, for the author: the words, and that the story goes on without them."""
    if not scene.dropped:
        return []
    words = ", ".join(f"“{escape_within(word, 40)}”" for word in scene.dropped[:5])
    more = f" and {len(scene.dropped) - 5} more" if len(scene.dropped) > 5 else ""
    told = f"-# 🚫 Left out of the prompt, by the rules of this channel: {words}{more}."
    return [f"{told} **Edit prompt** says it otherwise."]


def _means(scene: SceneView) -> list[str]:
    return [f"-# 🧑‍🎨 {escape_within(scene.means, 200)}"] if scene.means else []


def _offer(scene: SceneView) -> discord.ui.Section[Any]:
    names = ", ".join(escape_within(name, 50) for name in scene.offered[:4])
    look = "look" if len(scene.offered) == 1 else "looks"
    return discord.ui.Section(
        discord.ui.TextDisplay(f"-# 🧍 This prompt was written by hand; the {look} of {names} changed since."),
        accessory=MergeButton(scene.id),
    )


def _files(scene: SceneView, shown: RoundView, of: str) -> list[SheetFile]:
    return [
        SheetFile(
            name=f"scene-{scene.id}-{candidate.number}-{candidate.media[:10]}.jpg",
            path=candidate.path,
            description=cut(f"Picture {candidate.number} of {of}: {shown.prompt}", 256),
            light=True,
        )
        for candidate in shown.candidates
    ]


def _status(story: StoryView, scene: SceneView, closed: bool) -> list[str]:
    lines: list[str] = []
    if scene.shown is not None and scene.shown.hidden:
        pictures = "a picture" if scene.shown.hidden == 1 else f"{scene.shown.hidden} pictures"
        again = "" if scene.shown.candidates else " Press **Again** for others."
        lines.append(f"🙈 Moderators took away {pictures}.{again}")
    if scene.shown is not None and scene.shown.candidates:
        told = _tally(story, scene, closed)
        lines.append(told.replace("goes into the film", "is the reference") if story.preview_of else told)
    if scene.coming is not None:
        lines.append(_coming(scene.coming, first=scene.shown is None))
    if scene.changed or scene.restyled:
        what = "Another style was chosen" if scene.restyled else "A correction changed the prompt"
        what = f"{what}, or another style" if scene.style and not scene.restyled else what
        lines.append(f"✏️ {what}. **Again** paints it; until then these pictures stand.")
    if scene.failed is not None and scene.coming is None:
        mark = "🛑" if scene.failed.state is WorkState.CANCELLED else "⚠️"
        lines.append(f"{mark} {escape_within(scene.failed.problem, 500)} Press **Again** or edit the prompt to retry.")
    return lines


def _tally(story: StoryView, scene: SceneView, closed: bool) -> str:
    total = sum(scene.votes.values())
    cast = " ".join(f"{KEYCAPS[number - 1]} **{votes}**" for number, votes in scene.votes.items())
    solo = story.voting.mode is Mode.SOLO
    if scene.pick is not None:
        then = f", then **{scene.second_pick}**" if scene.second is not None else ""
        return f"{cast} · {_picked(story, scene)} **{scene.pick}**{then}"
    if total == 0 and closed:
        return "Nobody has voted."
    if total == 0 and len(scene.votes) == 1:
        return "This picture goes into the film, unless you ask for others."
    if total == 0 and solo:
        return f"{_authors(story)} with **Pick**; a vote says which you would take."
    if total == 0:
        return f"Vote with a reaction or a button: which picture goes into the film?{_until(story, closed)}"
    if solo:
        return f"{cast} · {count(total, 'vote')}; {_authors(story).lower()}"
    return f"{cast} · {count(total, 'vote')}, picture **{scene.choice}** leads{_until(story, closed)}"


def _picked(story: StoryView, scene: SceneView) -> str:
    if story.preview_of is not None:
        return "picked:"
    if scene.decision.how is not How.PERSON:
        return "the vote chose" if scene.decision.how is How.VOTE else "I picked"
    return f"{escape_within(scene.decision.by, 60) or 'the author'} picked"


def _authors(story: StoryView) -> str:
    return "The authors pick" if story.co_authors else "The author picks"


def _until(story: StoryView, closed: bool) -> str:
    """What ends the vote, where something does."""
    voting = story.voting
    if closed or story.preview_of is not None:
        return ""
    at = f" · closes {moment(voting.closes_at)}" if voting.closes_at is not None else ""
    return at + (f" · closes at {count(voting.quorum, 'vote')} each" if voting.quorum is not None else "")


def _coming(coming: RoundView, *, first: bool) -> str:
    who = f" for {escape_within(coming.asked_by_name, 80)}" if coming.asked_by_name else ""
    pictures = f"{'The' if first else 'New'} pictures{who}"
    if coming.like is not None:
        pictures = f"More pictures like picture {coming.like}{who}"
    if coming.problem:
        return f"⏳ {escape_within(coming.problem, 500)}"
    standing = coming.standing
    if coming.state is WorkState.WAITING:
        return f"🎨 {pictures}: {waiting(standing)}." if standing else f"🎨 {pictures} wait."
    left = f" · {roughly(standing.seconds_left)} left" if standing and standing.seconds_left is not None else ""
    return f"🎨 {pictures} are being painted{painter(standing)}\n{bar(coming.progress)}{left}"


def waiting(standing: Standing) -> str:
    """What a round waits for, and how long."""
    if standing.held:
        return "painting is paused"
    if standing.not_before is not None:
        return f"they begin {moment(standing.not_before)}"
    place = "next in the queue" if standing.place == 1 else f"place {standing.place:,} in the queue"
    if standing.seconds_left is None:
        return f"{place}, waiting for a painter"
    return f"{place}, ready in about {roughly(standing.seconds_left)}"


def painter(standing: Standing | None) -> str:
    """Where it is painted, when a host has a name."""
    return f" on {escape_within(standing.host_name, 40)}" if standing is not None and standing.host_name else ""


def _add_votes(container: discord.ui.Container[Any], scene: SceneView, shown: RoundView, closed: bool) -> None:
    """A button for each picture, and behind them one that shows who voted for what."""
    over = closed or (scene.pick is not None and scene.decision.how is How.VOTE)
    buttons: list[discord.ui.Item[Any]] = [
        VoteButton(scene.id, shown.number, candidate.number, disabled=over) for candidate in shown.candidates
    ]
    buttons.append(VotesButton(scene.id))
    for begin in range(0, len(buttons), _ROW):
        container.add_item(row(*buttons[begin : begin + _ROW]))
