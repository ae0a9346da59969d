"""Where scenes begin, and in which order they are told: split, join, border, move, add, delete.

The rows of the scenes say where they begin; no later reading of the script moves that. A scene keeps its id, and with
it its pictures, votes and pick, as long as it begins where it did.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.corrections import CorrectionKind
from storycore.cast.facts import folded
from storycore.errors import NotFoundError, ScriptError, StateError
from storycore.prompts.check import clean_prompt
from storycore.script.model import LineKind
from storycore.script.words import count_words, has_words
from storycore.store.models import UNFINISHED, CastRow, LineRow, RoundRow, SceneRow, StoryRow
from storycore.studio.ballots import story_id_of
from storycore.studio.correcting import correcting, note
from storycore.studio.lines import LINE_LENGTH, line_of_story, require_room_for, story_of_line
from storycore.studio.networks import check_networks
from storycore.studio.people import Person
from storycore.studio.rules import read_prompt, rules_of
from storycore.studio.server import of_server
from storycore.work.jobs import asking
from storycore.work.jobs.painting import send_waiting_films
from storycore.work.workshop import Workshop

#: The most scenes that people can cut a story into where nothing else bounds it.
MOST_SCENES = 200
_TITLE_LENGTH = 60
_PLACE_LENGTH = 80


async def split(workshop: Workshop, line_id: int, person: Person) -> int:
    """Let a new scene begin with a line; gives the new scene's number. It gets a prompt and pictures of its own.

    Raises ``StateError`` where the scene begins there already, or when there are as many scenes as there may be.
    """
    story_id = await story_of_line(workshop, line_id)
    async with correcting(workshop, story_id, person) as (session, story):
        _, scene = await line_of_story(session, story_id, line_id)
        lines = await _lines(session, scene.id)
        at = next(index for index, known in enumerate(lines) if known.id == line_id)
        if at == 0:
            raise StateError("That scene begins with this line already.", "Choose a later line of it.")
        scenes = await _scenes(session, story_id)
        _require_room(story, scenes)
        kept, moved = lines[:at], lines[at:]
        new = SceneRow(
            story_id=story_id, number=-1, title=title_of(moved), prompt="", prompt_due=True, start=None, end=None
        )
        begin = _first(moved)
        if scene.start is not None and begin is not None:
            new.end = scene.end
            scene.end, new.start = _between(story.script, kept, begin)
        scene.prompt_due = True
        session.add(new)
        await session.flush()
        await _put(session, new.id, moved, 1)
        scenes.insert(scenes.index(scene) + 1, new)
        await _number(session, scenes)
        note(session, story, person, CorrectionKind.BORDER, {"begins": _place(story, begin), "scene": scene.id})
        return scenes.index(new) + 1


async def join(workshop: Workshop, scene_id: int, person: Person) -> int:
    """Make one scene of a scene and the next; gives its number. It keeps the first one's pictures until new ones come.

    Raises ``StateError`` for the last scene, and where the two do not follow each other in the script.
    """
    stopped: list[str] = []
    async with correcting(workshop, await story_id_of(workshop, scene_id), person) as (session, story):
        scenes = await _scenes(session, story.id)
        at = _index(scenes, scene_id)
        if at + 1 >= len(scenes):
            raise StateError("That is the last scene; there is none to join it with.", "Choose the one before it.")
        first, second = scenes[at], scenes[at + 1]
        _require_neighbours(scenes, first, second)
        lines = await _lines(session, first.id)
        moved = await _lines(session, second.id)
        begin = _first(moved)
        if second.end is not None:
            first.start = second.start if first.start is None else first.start
            first.end = second.end
        first.prompt_due = True
        await _put(session, first.id, moved, len(lines) + 1)
        stopped += await _take_out(session, second)
        scenes.remove(second)
        await _number(session, scenes)
        note(session, story, person, CorrectionKind.BORDER, {"joined": _place(story, begin), "scene": first.id})
        await send_waiting_films(workshop, session, story.id)
    await workshop.engine.cancel(stopped)
    return at + 1


async def border(workshop: Workshop, scene_id: int, line_id: int, person: Person) -> int:
    """Let a scene begin with another line, of its own or of the scene before it; gives the scene's number.

    Raises ``StateError`` where one of the two would be left without lines.
    """
    async with correcting(workshop, await story_id_of(workshop, scene_id), person) as (session, story):
        scenes = await _scenes(session, story.id)
        at = _index(scenes, scene_id)
        _, holder = await line_of_story(session, story.id, line_id)
        if at == 0 or holder not in (scenes[at], scenes[at - 1]):
            raise StateError(
                "A scene's border moves only between it and the scene before.",
                "Choose a line of this scene or of the one before it.",
            )
        before, scene = scenes[at - 1], scenes[at]
        _require_neighbours(scenes, before, scene)
        front, back = await _lines(session, before.id), await _lines(session, scene.id)
        told = [*front, *back]
        cut = next(index for index, known in enumerate(told) if known.id == line_id)
        if cut == len(front):
            raise StateError("The scene begins with this line already.")
        if cut == 0:
            raise StateError("The scene before would be left without lines.", "Join the two instead.")
        old, begin = _first(back), _first(told[cut:])
        if begin is not None and before.start is not None and scene.start is not None:
            before.end, scene.start = _between(story.script, told[:cut], begin)
        await _put(session, before.id, told[:cut], 1)
        await _put(session, scene.id, told[cut:], 1)
        before.prompt_due = scene.prompt_due = True
        places = {"begins": _place(story, begin), "joined": _place(story, old), "scene": scene.id}
        note(session, story, person, CorrectionKind.BORDER, places)
    return at + 1


async def move(workshop: Workshop, scene_id: int, position: int, person: Person) -> int:
    """Tell a scene at another place, ``position`` from 1; gives it. Nothing is painted or spoken again.

    Raises ``StateError`` for a place that is not there.
    """
    async with correcting(workshop, await story_id_of(workshop, scene_id), person) as (session, story):
        scenes = await _scenes(session, story.id)
        at = _index(scenes, scene_id)
        if not 1 <= position <= len(scenes):
            raise StateError(f"There is no place {position}.", f"Choose one from 1 to {len(scenes)}.")
        if position == at + 1:
            raise StateError(f"That scene is number {position} already.")
        scenes.insert(position - 1, scenes.pop(at))
        await _number(session, scenes)
        note(session, story, person, CorrectionKind.MOVED, {"scene": scene_id, "from": at + 1, "to": position})
    return position


async def add(
    workshop: Workshop,
    story_id: int,
    person: Person,
    words: str,
    *,
    after: int | None = None,
    title: str = "",
    prompt: str = "",
) -> int:
    """Add a scene behind the one with the id ``after`` (None: at the end); gives its number.

    ``words`` has a line in each row: the narrator's, or, after a name of the cast and a colon, that character's. An
    empty ``prompt`` is written from them. Raises ``ScriptError`` for words that cannot be told.
    """
    written = clean_prompt(prompt) if prompt.strip() else ""
    read = await read_prompt(workshop, written)
    async with correcting(workshop, story_id, person) as (session, story):
        (await rules_of(session, story)).check(read)
        await check_networks(session, person, await of_server(session, person.server_id), written)
        scenes = await _scenes(session, story_id)
        _require_room(story, scenes)
        at = len(scenes) if after is None else _index(scenes, after) + 1
        cast = list(await session.scalars(select(CastRow.name).where(CastRow.story_id == story_id)))
        lines = _written(words, cast)
        await require_room_for(session, story, sum(count_words(line.text) for line in lines))
        shown = "".join(c if c.isprintable() else " " for c in title)
        new = SceneRow(
            story_id=story_id,
            number=-1,
            title=" ".join(shown.split())[:100] or title_of(lines),
            prompt=written,
            prompt_by=person.id if written else None,
            prompt_due=not written,
        )
        session.add(new)
        await session.flush()
        for number, line in enumerate(lines, start=1):
            line.scene_id, line.number = new.id, number
            session.add(line)
        scenes.insert(at, new)
        await _number(session, scenes)
        note(session, story, person, CorrectionKind.ADDED, {"scene": new.id, "number": at + 1})
    return at + 1


async def remove(workshop: Workshop, scene_id: int, person: Person) -> int:
    """Take a scene out of the story, with its pictures and votes; gives the number it had.

    Raises ``StateError`` for the last one that is left.
    """
    stopped: list[str] = []
    async with correcting(workshop, await story_id_of(workshop, scene_id), person) as (session, story):
        scenes = await _scenes(session, story.id)
        at = _index(scenes, scene_id)
        if len(scenes) == 1:
            raise StateError("A story has at least one scene.", "`/story cancel` stops the whole story.")
        scene = scenes.pop(at)
        lines = [[line.start, line.text] for line in await _lines(session, scene.id) if line.start is not None]
        data = {"number": at + 1, "title": scene.title, "start": scene.start, "end": scene.end, "lines": lines}
        note(session, story, person, CorrectionKind.DELETED, data)
        stopped += await _take_out(session, scene)
        await _number(session, scenes)
        await send_waiting_films(workshop, session, story.id)
    await workshop.engine.cancel(stopped)
    return at + 1


def title_of(lines: Sequence[LineRow]) -> str:
    """A scene's title from its words: the beginning of its first narration, or of what is said."""
    told = next((line for line in lines if line.kind is LineKind.NARRATION and len(line.text.split()) > 3), lines[0])
    text = told.text.rstrip(".")
    short = text if len(text) <= _TITLE_LENGTH else text[: _TITLE_LENGTH - 1].rsplit(None, 1)[0].rstrip(",;:—– ") + "…"
    return short[:1].upper() + short[1:]


async def _scenes(session: AsyncSession, story_id: int) -> list[SceneRow]:
    rows = await session.scalars(select(SceneRow).where(SceneRow.story_id == story_id).order_by(SceneRow.number))
    return list(rows)


async def _lines(session: AsyncSession, scene_id: int) -> list[LineRow]:
    rows = await session.scalars(select(LineRow).where(LineRow.scene_id == scene_id).order_by(LineRow.number))
    return list(rows)


def _index(scenes: Sequence[SceneRow], scene_id: int) -> int:
    for index, scene in enumerate(scenes):
        if scene.id == scene_id:
            return index
    raise NotFoundError("That scene is not here any more.", "`/story show` brings up the story as it is now.")


def _require_room(story: StoryRow, scenes: Sequence[SceneRow]) -> None:
    most = min(story.max_scenes or MOST_SCENES, MOST_SCENES)
    if len(scenes) >= most:
        raise StateError(f"A story here has at most {most} scenes.", "Join two, or take one out first.")


def _require_neighbours(scenes: Sequence[SceneRow], first: SceneRow, second: SceneRow) -> None:
    """Lines move only between scenes that follow each other in the script too; added scenes stand anywhere."""
    if first.end is None or second.start is None:
        return
    between = any(
        scene.start is not None and first.end <= scene.start < second.start
        for scene in scenes
        if scene not in (first, second)
    )
    if between or second.start < first.end:
        raise StateError(
            "These two scenes do not follow each other in the script.", "Move one of them back to its place first."
        )


async def _put(session: AsyncSession, scene_id: int, lines: Sequence[LineRow], first: int) -> None:
    """Give ``lines`` to a scene, numbered from ``first``; all step aside before each takes its place."""
    for step in (-1, 1):
        for number, line in enumerate(lines, start=first):
            place = step * number if step > 0 else -(1_000_000 + line.id)
            await session.execute(
                update(LineRow).where(LineRow.id == line.id).values(scene_id=scene_id, number=place),
                execution_options={"synchronize_session": False},
            )


async def _number(session: AsyncSession, scenes: Sequence[SceneRow]) -> None:
    """Number the scenes in this order; a number is one scene's alone, so all step aside before each takes its own."""
    await session.flush()
    for sign in (-1, 1):
        for number, scene in enumerate(scenes, start=1):
            place = number if sign > 0 else -(1_000_000 + scene.id)
            await session.execute(
                update(SceneRow).where(SceneRow.id == scene.id).values(number=place),
                execution_options={"synchronize_session": False},
            )


async def _take_out(session: AsyncSession, scene: SceneRow) -> list[str]:
    """Take a scene out; gives the workflows that were painting it."""
    rounds = await session.scalars(
        select(RoundRow).where(RoundRow.scene_id == scene.id, RoundRow.state.in_(UNFINISHED))
    )
    stopped = [asking.painting_id(round_) for round_ in rounds]
    await session.delete(scene)
    await session.flush()
    return stopped


def _between(script: str, before: Sequence[LineRow], begin: int) -> tuple[int, int]:
    """Where a scene that ends with the lines ``before`` ends, and where the next, whose first line begins at ``begin``,
    begins: quotation marks and the like stay with their words."""
    end = max((line.end for line in before if line.end is not None), default=begin)
    while begin > end and not script[begin - 1].isspace():
        begin -= 1
    while end < begin and not script[end].isspace():
        end += 1
    return end, begin


def _first(lines: Sequence[LineRow]) -> int | None:
    return next((line.start for line in lines if line.start is not None), None)


def _place(story: StoryRow, start: int | None) -> list[list[str | int]]:
    """A place of the script as the reader is told of it: the words there, and the how-manieth of equal ones."""
    if start is None:
        return []
    words = story.script[start : start + _PLACE_LENGTH].split("\n")[0].rstrip()
    nth, at = 0, story.script.find(words)
    while words and -1 < at < start:
        nth, at = nth + 1, story.script.find(words, at + 1)
    return [[words, nth]]


def _written(words: str, cast: Sequence[str]) -> list[LineRow]:
    names = {folded(name): name for name in cast}
    lines: list[LineRow] = []
    for row in words.splitlines():
        text = " ".join("".join(c if c.isprintable() else " " for c in row).split())
        name, colon, said = text.partition(":")
        speaker = names.get(folded(name)) if colon else None
        if speaker is not None:
            text = said.strip().strip('“”"')
        if not has_words(text):
            continue
        if len(text) > LINE_LENGTH:
            raise ScriptError(f"A line here has {len(text):,} characters.", f"At most {LINE_LENGTH:,} are possible.")
        kind = LineKind.NARRATION if speaker is None else LineKind.SPEECH
        lines.append(LineRow(kind=kind, text=text, speaker=speaker))
    if not lines:
        raise ScriptError("There are no words in this scene.", "Write at least one sentence to be told.")
    return lines
