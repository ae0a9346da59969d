"""The story in a project: found or begun, then brought up to what the script and ``story.yaml`` say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import BinaryIO

from ruamel.yaml.comments import CommentedMap
from sqlalchemy import select, update

from storycore.cast.facts import Facts, KnownCharacter
from storycore.cast.model import Question
from storycore.errors import ScriptError
from storycore.film.options import from_json
from storycore.project.apply import Change, NewCast, apply, painting, scene_rows
from storycore.project.characters import looked_prompts, read_characters
from storycore.project.folder import ProjectFolder, disk, write_whole
from storycore.project.merge import Merged, NewScript, merge
from storycore.project.model import House, Order
from storycore.project.people import answered, facts_said, misfits, read_people
from storycore.project.read import MAX_CHARACTERS, STORY_FILE, Known, named_style, parse, read_wanted
from storycore.project.speakers import read_voices, unheard
from storycore.project.styles import read_style_file
from storycore.project.wanted import Wanted, WantedLine, WantedScene, folded, from_rows
from storycore.project.write import rewritten, written
from storycore.script.fountain import title_page
from storycore.script.reading import MAX_FILE_BYTES, read_script
from storycore.store.models import UNFINISHED, FilmRow, StoryRow, StoryState, WorkState
from storycore.studio import stories
from storycore.studio.people import Person
from storycore.studio.stories import NewStory, tidy_title
from storycore.studio.views import StoryView
from storycore.work.jobs.library import style_of
from storycore.work.jobs.rereading import names_after
from storycore.work.workshop import Workshop

#: The person at the command line.
AUTHOR = Person(None, "")
_MAX_FILE = 64 << 20
_TITLE = 60


def read_file(path: Path) -> str:
    """A script file's text. Raises ``ScriptError``, or ``StorageError`` for a file that cannot be read."""
    with disk(f"Reading {path.name}"):
        size = path.stat().st_size
        if size > _MAX_FILE:
            raise ScriptError(f"This file has {size:,} bytes; that is no script.", "Hand in the story as plain text.")
        data = path.read_bytes()
    return read_script(data, path.name)


def read_input(stream: BinaryIO) -> str:
    """The same from standard input. Raises ``ScriptError``."""
    data = stream.read(MAX_FILE_BYTES + 1)  # one too many is refused with the others
    return read_script(data)


def title_of(path: Path, text: str) -> str:
    """A story's title: the one heading of first rank that the script opens with, or that of a
    screenplay's title page, else the file's name.
    """
    headings = [line[2:].strip().strip("#*_ ") for line in text.splitlines() if line.startswith("# ")]
    if len(headings) == 1 and headings[0] and text.lstrip().startswith("# "):
        return tidy_title(headings[0])
    told = next((title for title in title_page(text.splitlines()[:20]).values() if title), "")
    if told:
        return tidy_title(told.strip("#*_ "))
    name = path.stem if " " in path.stem else path.stem.replace("-", " ").replace("_", " ")
    return tidy_title(name[:1].upper() + name[1:])


async def find_or_begin(
    workshop: Workshop, house: House, order: Order, text: str, at_work: Callable[[], Awaitable[None]]
) -> tuple[int, bool]:
    """The id of the project's story, and whether it was understood before; else it is being read now.

    Films left half made are given up: their segments are kept, and the film that is asked for now may be another.
    """
    async with workshop.database.write() as session:
        await session.execute(update(FilmRow).where(FilmRow.state.in_(UNFINISHED)).values(state=WorkState.CANCELLED))
        story = await session.scalar(
            select(StoryRow)
            .where(StoryRow.state.in_((StoryState.READING, StoryState.OPEN)))
            .order_by(StoryRow.id.desc())
            .limit(1)
        )
        if story is not None and story.state is StoryState.READING and story.script != text:
            story.state, story = StoryState.CANCELLED, None
    if story is not None and story.state is StoryState.OPEN:
        return story.id, True
    await at_work()
    if story is not None:
        return story.id, False
    new = NewStory(
        title=title_of(order.script, text),
        script=text,
        author=AUTHOR,
        candidates=order.candidates or house.candidates,
        width=house.width,
        height=house.height,
    )
    return await stories.create(workshop, new), False


@dataclass(slots=True)
class Bringing:
    """Brings a story up to date, once."""

    workshop: Workshop
    folder: ProjectFolder
    order: Order
    at_work: Callable[[], Awaitable[None]]
    notes: list[str] = field(default_factory=list)

    async def bring(self, story_id: int, text: str) -> bool:
        """Take up what changed in the script and in ``story.yaml``; says whether anything did.

        All of it is checked before any row changes. Raises ``ScriptError``.
        """
        async with self.workshop.database.read() as session:
            story = await session.get_one(StoryRow, story_id)
            people, questions = await read_people(session, story_id)
            rows = await scene_rows(session, story_id)
            voices = await read_voices(session, story_id)
            looks = await read_characters(session)
            options, style = from_json(story.film_options), style_of(story)
            base = from_rows(story.title, rows, options, people, voices, looks, style)
        view = await stories.show(self.workshop, story_id)
        file = await asyncio.to_thread(self._read)
        offered = {s.id: len(s.shown.candidates) if s.shown else 0 for s in view.scenes}
        document = None if file is None else parse(file)
        named = "" if document is None else named_style(document)
        style_file = await asyncio.to_thread(read_style_file, self.order.script.parent, named) if named else None
        known = Known(base, offered, story.candidates, self.workshop.voices, style_file)
        said = None if document is None else read_wanted(document, known)
        wanted = base if said is None else self._with_people(carried(recognised(said, base), base), base, questions)
        if file is None:
            self.notes += story.notes
        change = Change(wanted, candidates=self.order.candidates, lost=await asyncio.to_thread(_lost, view))
        asked = wanted.people.corrections, wanted.characters, wanted.style
        if story.script != text or asked != (people.corrections, base.characters, base.style):
            change = await self._merged(change, story, text, base)
        changed = change.wanted != base or change.script is not None
        if changed or _lacks(view, change):
            await self.at_work()
            self._told(change, base)
            self.notes += _unheard(change.wanted)
            change = replace(change, wanted=await apply(self.workshop, story_id, change))
            changed = True
        await asyncio.to_thread(self._write, file, document, said, change.wanted)
        return changed

    def _with_people(self, wanted: Wanted, base: Wanted, questions: Sequence[Question]) -> Wanted:
        """What the file says of the cast: its corrections, and those that follow from its answers."""
        said = wanted.people
        if said.cast and said.cast != base.people.cast:
            self.notes.append("The cast in story.yaml is written for you: corrections go under “corrections”.")
        try:
            more = tuple(fact for fact in answered(said, questions) if fact not in said.corrections)
        except ValueError as error:
            hint = "Answer yes, no or unknown; or, who says something, with a name."
            raise ScriptError(f"{STORY_FILE}: that is no answer to “{error}”", hint) from None
        return replace(wanted, people=replace(base.people, corrections=(*said.corrections, *more)))

    async def _merged(self, change: Change, story: StoryRow, text: str, base: Wanted) -> Change:
        corrections, looks, reader = change.wanted.people.corrections, change.wanted.characters, self.workshop.reader
        style = change.wanted.style
        before = await reader.understand(story.script, _facts(base))
        now = await reader.understand(text, _facts(change.wanted))
        prompted = await reader.run(looked_prompts, now.script, now.cast, now.mentions, looks, style)
        corrected = (corrections, looks, style) != (base.people.corrections, base.characters, base.style)
        old = (before.script, before.cast, before.mentions, base.characters, base.style)
        prompts_before = [prompt for prompt, _ in await reader.run(looked_prompts, *old)] if corrected else []
        prompts = [prompt for prompt, _ in prompted]
        self.notes += [f"This no longer fits the script, and is kept: {w}." for w in misfits(corrections, text, now)]
        title = title_of(self.order.script, text)
        retitled = change.wanted.title == title_of(self.order.script, story.script) != title
        names = names_after(before.cast, now.cast) if corrected else {}
        new = NewScript(now.script, prompts, before.script.scenes, title if retitled else None, prompts_before, names)
        merged = merge(change.wanted, story.script, new)
        if story.script != text:
            self.notes.append(_script_note(merged))
        starts = [scene.start for scene in now.script.scenes]
        cast = NewCast(now.cast, starts, now.questions, now.language, now.notes)
        extras = {folded(prompt): extras for prompt, extras in prompted if extras}
        return replace(change, wanted=merged.wanted, script=text, cast=cast, extras=extras)

    def _told(self, change: Change, base: Wanted) -> None:
        """Say where a pick starts again because the pictures it chose among go."""
        before = {scene.id: scene for scene in base.scenes}
        restyled = painting(change.wanted.style) != painting(base.style)
        for number, scene in enumerate(change.wanted.scenes, start=1):
            old = before.get(scene.id)
            if (scene.pick != 1 or scene.second) and (restyled or old is None or old.prompt != scene.prompt):
                self.notes.append(f"Scene {number} gets new pictures, so its pick starts again at 1.")

    def _read(self) -> str | None:
        with disk(f"Reading {STORY_FILE}"):
            if not self.folder.story.exists():
                return None
            if self.folder.story.stat().st_size > 4 * MAX_CHARACTERS:
                raise ScriptError(f"{STORY_FILE} is far too large.", "Delete it to have it written anew.")
            data = self.folder.story.read_bytes()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ScriptError(f"{STORY_FILE}, line {line}: this is not UTF-8.", "Save the file as UTF-8.") from None

    def _write(self, file: str | None, document: CommentedMap | None, said: Wanted | None, wanted: Wanted) -> None:
        if document is None or said is None:
            text: str | None = written(wanted)
        else:
            text = rewritten(document, said, wanted)
        if text is None:
            return
        if self._read() != file:  # somebody saved it in this very moment: theirs stands, and is read next time
            self.notes.append(f"{STORY_FILE} was changed meanwhile; run the command again to take that up.")
            return
        with disk(f"Writing {STORY_FILE}"):
            write_whole(self.folder.story, text.encode("utf-8"))


def _unheard(wanted: Wanted) -> list[str]:
    """Voices of people who say nothing: a name that is misspelt would otherwise be missed."""
    names = {line.speaker for scene in wanted.scenes for line in scene.lines if line.speaker}
    names |= {name for said in wanted.people.corrections for name in said.names}
    missing = unheard(wanted.voices, {name.casefold(): name for name in names})
    return [f"Nobody called “{name}” speaks in this story, so that voice is heard nowhere." for name in missing]


def _facts(wanted: Wanted) -> Facts:
    known = [KnownCharacter(sheet.name, sheet.aliases, sheet.pronouns) for sheet in wanted.characters]
    return facts_said(wanted.people.corrections, known)


def _script_note(merged: Merged) -> str:
    def counted(number: int, what: str) -> str:
        return f"{number} scene{'' if number == 1 else 's'} {what}"

    stayed = counted(merged.kept, "stayed as it was" if merged.kept == 1 else "stayed as they were")
    return f"The script changed: {stayed}, {merged.new} new, {merged.gone} gone."


def _lost(view: StoryView) -> frozenset[int]:
    """The rounds shown whose files are not there any more."""
    return frozenset(
        scene.shown.id
        for scene in view.scenes
        if scene.shown and not all(candidate.path.is_file() for candidate in scene.shown.candidates)
    )


def _lacks(view: StoryView, change: Change) -> bool:
    """Whether pictures are missing, on their way, or too few."""
    return bool(change.lost) or any(
        scene.shown is None
        or scene.coming is not None
        or scene.failed is not None
        or len(scene.shown.candidates) < (change.candidates or 1)
        for scene in view.scenes
    )


def recognised(said: Wanted, base: Wanted) -> Wanted:
    """Scenes without an id that are row for row what is there already are those."""
    known = {scene.id for scene in said.scenes}
    free = [scene for scene in base.scenes if scene.id not in known]
    scenes: list[WantedScene] = []
    for scene in said.scenes:
        same = next((f for f in free if scene.id is None and _content(f) == _content(scene)), None)
        if same is not None:
            free.remove(same)
        scenes.append(scene if same is None else replace(scene, id=same.id))
    return replace(said, scenes=tuple(scenes))


def _content(scene: WantedScene) -> tuple[str, str, tuple[WantedLine, ...]]:
    return scene.title, scene.prompt, scene.lines


def carried(said: Wanted, base: Wanted) -> Wanted:
    """Carried over from what was there: titles that the file leaves out, and offsets of what is as it was."""
    before = {scene.id: scene for scene in base.scenes}
    scenes: list[WantedScene] = []
    for scene in said.scenes:
        old = before.get(scene.id)
        if scene.id is None or old is None:
            scenes.append(replace(scene, title=scene.title or scene.lines[0].text[:_TITLE].strip()))
        else:
            lines = _carried_lines(scene.lines, old.lines)
            scenes.append(replace(scene, title=scene.title or old.title, lines=lines, start=old.start, end=old.end))
    return replace(said, scenes=tuple(scenes))


def _carried_lines(lines: Sequence[WantedLine], old: Sequence[WantedLine]) -> tuple[WantedLine, ...]:
    result = list(lines)
    matcher = SequenceMatcher(None, [line.text for line in old], [line.text for line in lines], autojunk=False)
    for match in matcher.get_matching_blocks():
        for offset in range(match.size):
            source = old[match.a + offset]
            place = match.b + offset
            result[place] = replace(lines[place], start=source.start, end=source.end)
    return tuple(result)
