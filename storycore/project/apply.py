"""What is wanted becomes rows: one transaction, and only what differs changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storycore.cast.model import CastMember, Question
from storycore.project.characters import write_characters, write_extras
from storycore.project.people import read_people, write_corrections
from storycore.project.rounds import ask_missing, outstanding
from storycore.project.speakers import write_voices
from storycore.project.styles import bare_prompt
from storycore.project.wanted import Wanted, WantedLine, WantedScene, from_rows
from storycore.script.model import Line, Scene
from storycore.store.models import CastRow, LineRow, RoundReason, RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.styles.model import Style, to_json
from storycore.work.jobs import asking
from storycore.work.jobs.library import style_of
from storycore.work.jobs.questions import ask_questions
from storycore.work.jobs.understanding import new_round
from storycore.work.workshop import Workshop


async def scene_rows(session: AsyncSession, story_id: int) -> list[SceneRow]:
    """A story's scenes as they are now, in the order they are told, with their lines."""
    rows = await session.scalars(
        select(SceneRow)
        .where(SceneRow.story_id == story_id)
        .order_by(SceneRow.number)
        .options(selectinload(SceneRow.lines))
        .execution_options(populate_existing=True)
    )
    return list(rows)


@dataclass(frozen=True, slots=True)
class NewCast:
    """The cast of a script that changed, and where each of that script's scenes begins."""

    members: Sequence[CastMember]
    starts: Sequence[int]
    questions: Sequence[Question] = ()
    language: str = "en"
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a story; ``script`` and ``cast`` come with a script that changed.

    ``candidates`` is how many pictures every scene has at least (None: as many as it has); ``lost`` are the rounds
    whose files are gone.
    """

    wanted: Wanted
    script: str | None = None
    cast: NewCast | None = None
    candidates: int | None = None
    lost: frozenset[int] = frozenset()
    #: What else decides the pictures of prompts that characters are in.
    extras: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


async def apply(workshop: Workshop, story_id: int, change: Change) -> Wanted:
    """Make the rows say what is wanted and ask for the pictures that are missing then; gives it with all its ids.

    Everything or nothing, in one transaction. The engine must be running.
    """
    stopped: list[str] = []
    prompts = await _missing_prompts(workshop, story_id, change)
    async with workshop.changing(story_id) as (session, story):
        rows = {row.id: row for row in await scene_rows(session, story_id)}
        restyled = painting(style_of(story)) != painting(change.wanted.style)
        _story(story, change)
        stopped += await _remove(session, set(rows) - {scene.id for scene in change.wanted.scenes})
        # A number is one scene's alone, so all step aside before each takes its new place.
        step_aside = update(SceneRow).where(SceneRow.story_id == story_id).values(number=-SceneRow.number)
        await session.execute(step_aside, execution_options={"synchronize_session": False})
        for number, scene in enumerate(change.wanted.scenes, start=1):
            prompted = scene if scene.prompt else replace(scene, prompt=prompts[number])
            if scene.id is None:
                await _add(session, story, number, prompted)
            else:
                stopped += await _change(session, story, rows[scene.id], number, prompted, restyled=restyled)
        numbers = _numbers(change, rows)
        told = await scene_rows(session, story_id)
        await _write_cast(session, story_id, change.cast, numbers, told)
        await write_voices(session, story_id, change.wanted.voices)
        await write_characters(session, change.wanted.characters)
        await ask_missing(workshop, session, story, change.candidates, change.lost)
        await session.flush()
        await write_extras(session, story_id, change.extras)
        if change.cast is not None:
            await write_corrections(session, story_id, change.wanted.people.corrections)
            await ask_questions(session, story_id, change.cast.questions)
            story.language, story.notes = change.cast.language[:16], list(change.cast.notes)
        await session.flush()
        people, _ = await read_people(session, story_id)
        wanted = change.wanted
        done = from_rows(
            story.title,
            await scene_rows(session, story_id),
            wanted.film,
            people,
            wanted.voices,
            wanted.characters,
            wanted.style,
        )
    await workshop.engine.cancel(stopped)
    places = [scene.place for scene in change.wanted.scenes]
    return replace(done, scenes=tuple(replace(s, place=p) for s, p in zip(done.scenes, places, strict=True)))


async def _missing_prompts(workshop: Workshop, story_id: int, change: Change) -> dict[int, str]:
    """Prompts for the scenes that people left without one, by their numbers; written where scripts are read."""
    bare = {n: scene for n, scene in enumerate(change.wanted.scenes, start=1) if not scene.prompt}
    if not bare:
        return {}
    async with workshop.database.read() as session:
        cast = await _known_cast(session, story_id, change)
    style = change.wanted.style
    return {n: await workshop.reader.run(bare_prompt, _as_scene(scene), cast, style) for n, scene in bare.items()}


def painting(style: Style | None) -> dict[str, Any]:
    """What of a style decides the pictures beside the prompt."""
    return {} if style is None else style.painting


def _story(story: StoryRow, change: Change) -> None:
    if from_rows(story.title, ()).title != change.wanted.title:
        story.title = change.wanted.title
    if story.film_options != change.wanted.film.to_json():
        story.film_options = change.wanted.film.to_json()
    style = {} if change.wanted.style is None else to_json(change.wanted.style)
    if story.style != style:
        story.style = style
    if change.script is not None:
        story.script = change.script
    if change.candidates is not None:
        story.candidates = change.candidates


async def _remove(session: AsyncSession, scene_ids: set[int]) -> list[str]:
    """Take scenes out; gives the workflows that were painting them."""
    stopped = [asking.painting_id(round_) for round_ in await outstanding(session, scene_ids)]
    if scene_ids:
        await session.execute(delete(SceneRow).where(SceneRow.id.in_(scene_ids)))
    return stopped


async def _add(session: AsyncSession, story: StoryRow, number: int, wanted: WantedScene) -> None:
    row = SceneRow(
        story_id=story.id,
        number=number,
        title=wanted.title,
        prompt=wanted.prompt,
        start=wanted.start,
        end=wanted.end,
    )
    session.add(row)
    await session.flush()
    session.add_all(_line_rows(row.id, wanted.lines))
    _new_round(session, story, row.id, wanted.prompt, 1, RoundReason.FIRST)
    await session.flush()


async def _change(
    session: AsyncSession, story: StoryRow, row: SceneRow, number: int, wanted: WantedScene, *, restyled: bool
) -> list[str]:
    """Change what differs; gives the workflows that were painting from an older prompt, or (``restyled``) in another
    style."""
    before = from_rows("", [row]).scenes[0]
    values: dict[str, int | str | None] = {"number": number, "start": wanted.start, "end": wanted.end, "pick": row.pick}
    values["second_pick"] = wanted.second
    if before.title != wanted.title:
        values["title"] = wanted.title
    if before.pick != wanted.pick or wanted.second is not None:
        values["pick"] = wanted.pick
    stopped: list[RoundRow] = []
    if before.prompt != wanted.prompt or restyled:
        values |= {"prompt": wanted.prompt, "pick": None, "second_pick": None}
        stopped = await outstanding(session, {row.id})
        for round_ in stopped:
            round_.state, round_.finished_at = WorkState.CANCELLED, now()
        last = await session.scalar(
            select(RoundRow.number).where(RoundRow.scene_id == row.id).order_by(RoundRow.number.desc()).limit(1)
        )
        seed = await session.scalar(
            select(RoundRow.seed).where(RoundRow.scene_id == row.id, RoundRow.prompt == wanted.prompt).limit(1)
        )
        _new_round(session, story, row.id, wanted.prompt, (last or 0) + 1, RoundReason.EDITED, seed)
    if row.round == 0:
        values["pick"] = values["second_pick"] = None  # there is nothing to pick from yet
    statement = update(SceneRow).where(SceneRow.id == row.id).values(**values)
    await session.execute(statement, execution_options={"synchronize_session": False})
    if before.lines != wanted.lines or _offsets(before.lines) != _offsets(wanted.lines):
        await session.execute(delete(LineRow).where(LineRow.scene_id == row.id))
        session.add_all(_line_rows(row.id, wanted.lines))
    await session.flush()
    return [asking.painting_id(round_) for round_ in stopped]


def _new_round(
    session: AsyncSession,
    story: StoryRow,
    scene_id: int,
    prompt: str,
    number: int,
    reason: RoundReason,
    seed: int | None = None,
) -> None:
    """Ask for a round. ``seed`` is that of an earlier one with the same prompt, whose pictures are found again."""
    round_ = new_round(prompt, story, number, reason)
    round_.seed = round_.seed if seed is None else seed
    round_.scene_id = scene_id
    if style := painting(style_of(story)):
        round_.extras = {**round_.extras, "style": style}
    session.add(round_)


def _offsets(lines: Sequence[WantedLine]) -> list[tuple[int | None, int | None]]:
    return [(line.start, line.end) for line in lines]


def _line_rows(scene_id: int, lines: Sequence[WantedLine]) -> list[LineRow]:
    return [
        LineRow(
            scene_id=scene_id,
            number=number,
            start=line.start,
            end=line.end,
            kind=line.kind,
            text=line.text,
            speaker=line.speaker,
        )
        for number, line in enumerate(lines, start=1)
    ]


def _as_scene(wanted: WantedScene) -> Scene:
    """A scene as if it had been read from a script of its own, for the writing of its prompt."""
    lines: list[Line] = []
    at = 0
    for line in wanted.lines:
        lines.append(Line(at, at + len(line.text), line.text, line.kind, line.speaker))
        at += len(line.text) + 1
    text = " ".join(line.text for line in wanted.lines)
    return Scene(0, len(text), wanted.title, text, tuple(lines))


async def _known_cast(session: AsyncSession, story_id: int, change: Change) -> list[CastMember]:
    if change.cast is not None:
        return list(change.cast.members)
    rows = await session.scalars(select(CastRow).where(CastRow.story_id == story_id).order_by(CastRow.number))
    return [CastMember(row.name, tuple(row.aliases), tuple(n - 1 for n in row.scenes), row.lines) for row in rows]


def _numbers(change: Change, rows: Mapping[int, SceneRow]) -> dict[int, int]:
    """The scene numbers that the cast was written down with -> the numbers as they are now."""
    told = list(enumerate(change.wanted.scenes, start=1))
    if change.cast is not None:
        now_at = {scene.start: number for number, scene in told if scene.start is not None}
        starts = enumerate(change.cast.starts, start=1)
        return {number: now_at[start] for number, start in starts if start in now_at}
    return {rows[scene.id].number: number for number, scene in told if scene.id is not None}


async def _write_cast(
    session: AsyncSession, story_id: int, cast: NewCast | None, numbers: Mapping[int, int], told: Sequence[SceneRow]
) -> None:
    """The cast's scenes and lines counted anew, after the scenes found their places."""
    if cast is not None:
        await session.execute(delete(CastRow).where(CastRow.story_id == story_id))
        for number, member in enumerate(cast.members, start=1):
            session.add(
                CastRow(
                    story_id=story_id,
                    number=number,
                    name=member.name[:100],
                    aliases=list(member.aliases),
                    scenes=[index + 1 for index in member.scenes],
                    pronouns=member.pronouns,
                    known_as=member.known_as[:100] if member.known_as else None,
                )
            )
        await session.flush()
    for row in await session.scalars(select(CastRow).where(CastRow.story_id == story_id)):
        spoken = [scene.number for scene in told for line in scene.lines if line.speaker == row.name]
        seen = {numbers[number] for number in row.scenes if number in numbers}
        row.scenes, row.lines = sorted(seen | set(spoken)), len(spoken)
