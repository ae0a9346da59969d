"""Correcting: after a correction the script is read again, and only what differs changes; only that is painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storycore.cast.corrections import Correction, CorrectionKind, facts_of, fits
from storycore.cast.facts import Facts
from storycore.cast.model import CastMember, Understanding
from storycore.characters.model import Character
from storycore.errors import ScriptError
from storycore.store.corrections import CorrectionRow
from storycore.store.models import (
    UNFINISHED,
    CastRow,
    LineRow,
    RoundReason,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
)
from storycore.store.voices import VoiceRow
from storycore.studio.rules import PromptRules, rules_of
from storycore.work.jobs import queueing
from storycore.work.jobs.anew import ask_anew, people_chose
from storycore.work.jobs.library import Library, composed_scene, give_voices, keep_composed, library_of, offer_looks
from storycore.work.jobs.painting import send_waiting_films
from storycore.work.jobs.questions import ask_questions
from storycore.work.jobs.rereading import Reread, Told, ToldLine, ToldMember, ToldScene, reread
from storycore.work.workshop import Workshop

_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class _Order:
    """What is read again: the story as it is told, what people corrected, and up to which correction."""

    told: Told
    facts: Facts
    corrections: tuple[Correction, ...]
    corrected: int
    library: Library
    #: Who of the cast was which character before.
    linked: Mapping[str, Character]


async def correct(workshop: Workshop, story_id: int) -> None:
    """Read a story again and take in what changed, in one transaction.

    Only the latest correction's reading is taken in: an earlier one, overtaken meanwhile, leaves it to that. Where the
    script cannot be read, the corrections stay and the story says why.
    """
    order = await _begin(workshop, story_id)
    if order is None:
        return
    try:
        understood = await workshop.reader.understand(order.told.text, order.facts)
        linked = order.library.linked(understood.cast, order.told.text)
        known = (*order.linked, *linked)
        read = await workshop.reader.run(reread, order.told, understood, known)
    except ScriptError as error:
        async with workshop.changing(story_id) as (_, story):
            if story.corrected == order.corrected:
                story.corrected_read, story.correction_problem = story.corrected, str(error)
        return
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, story):
        await session.refresh(story, with_for_update=True)
        if story.state is not StoryState.OPEN or story.corrected != order.corrected:
            return
        await _take_in(workshop, session, story, _Taken(read, order.linked, linked), stopped)
        await ask_questions(session, story_id, understood.questions)
        await _note_fits(session, story_id, order, understood)
        story.language, story.notes = understood.language[:16], list(understood.notes)
        story.corrected_read, story.correction_problem = story.corrected, ""
        await send_waiting_films(workshop, session, story_id)
    await workshop.engine.cancel(stopped)


async def corrections_of(session: AsyncSession, story_id: int) -> list[Correction]:
    """Everything people corrected of a story, in order."""
    rows = await session.scalars(
        select(CorrectionRow).where(CorrectionRow.story_id == story_id).order_by(CorrectionRow.id)
    )
    return [Correction(row.kind, row.data) for row in rows]


async def _begin(workshop: Workshop, story_id: int) -> _Order | None:
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
        if story is None or story.state is not StoryState.OPEN or story.corrected_read >= story.corrected:
            return None
        corrections = await corrections_of(session, story_id)
        rows = await session.scalars(
            select(SceneRow)
            .where(SceneRow.story_id == story_id)
            .order_by(SceneRow.number)
            .options(selectinload(SceneRow.lines))
        )
        scenes = list(rows)
        cast = list(await session.scalars(select(CastRow).where(CastRow.story_id == story_id).order_by(CastRow.number)))
        told = Told(
            story.script,
            tuple(ToldScene(s.id, s.start, s.end, s.title, tuple(map(_told_line, s.lines))) for s in scenes),
            tuple(_told_member(row, {scene.number: scene.id for scene in scenes}) for row in cast),
            tuple(
                (place["start"], place["end"])
                for correction in corrections
                if correction.kind is CorrectionKind.DELETED
                for place in [correction.data]
                if place.get("start") is not None
            ),
        )
        library = await library_of(session, story, corrections)
        by_id = {character.id: character for character in library.characters}
        linked = {row.name: by_id[row.character_id] for row in cast if row.character_id in by_id}
        facts = facts_of(corrections, library.gazetteer())
        return _Order(told, facts, tuple(corrections), story.corrected, library, linked)


def _told_line(row: LineRow) -> ToldLine:
    return ToldLine(row.start, row.end, row.kind, row.text, row.speaker, row.rewritten, row.confidence, row.reason)


def _told_member(row: CastRow, ids: Mapping[int, int]) -> ToldMember:
    member = CastMember(row.name, tuple(row.aliases), lines=row.lines, pronouns=row.pronouns, known_as=row.known_as)
    return ToldMember(member, frozenset(ids[number] for number in row.scenes if number in ids))


@dataclass(frozen=True, slots=True)
class _Taken:
    """The story as it was read again, and who of its cast is which character: before, and now."""

    read: Reread
    before: Mapping[str, Character]
    now: Mapping[str, Character]


async def _take_in(
    workshop: Workshop, session: AsyncSession, story: StoryRow, taken: _Taken, stopped: list[str]
) -> None:
    """Lines, prompts and cast as they were read; asks for painting, and gives to ``stopped`` what that replaces."""
    rows = await session.scalars(
        select(SceneRow)
        .where(SceneRow.story_id == story.id)
        .order_by(SceneRow.number)
        .options(selectinload(SceneRow.lines), selectinload(SceneRow.rounds))
    )
    read = taken.read
    scenes = [scene for scene in rows if scene.id in read.lines]
    rules = await rules_of(session, story)
    asked: list[RoundRow] = []
    by = await session.scalar(
        select(CorrectionRow).where(CorrectionRow.story_id == story.id).order_by(CorrectionRow.id.desc()).limit(1)
    )
    for scene in scenes:
        await _write_lines(session, scene, read.lines[scene.id])
        round_ = await _prompt(session, story, scene, taken, stopped, rules)
        if round_ is not None:
            round_.asked_by = None if by is None else by.made_by
            round_.asked_by_name = "" if by is None else by.made_by_name
            asked.append(round_)
    await _write_cast(session, story.id, read.cast, {scene.id: scene.number for scene in scenes}, taken.now)
    await _keep_voices(session, story.id, read.names)
    await give_voices(session, story.id, taken.now)
    # It comes by itself, as first pictures do: what people ask for goes ahead of it.
    await queueing.ask_for_pictures(workshop, session, story, asked, urgency=workshop.options.painting_urgency)


async def _write_lines(session: AsyncSession, scene: SceneRow, lines: Sequence[ToldLine]) -> None:
    """A scene's lines: rows are changed in place as long as they begin at the same places, else made anew."""
    old = [_told_line(row) for row in scene.lines]
    if old == list(lines):
        return
    if [line.start for line in old] != [line.start for line in lines]:
        await session.execute(delete(LineRow).where(LineRow.scene_id == scene.id))
        session.expire(scene, ["lines"])
        session.add_all(
            LineRow(
                scene_id=scene.id,
                number=number,
                start=line.start,
                end=line.end,
                kind=line.kind,
                text=line.text,
                rewritten=line.rewritten,
                speaker=_short(line.speaker),
                confidence=line.confidence,
                reason=line.reason,
            )
            for number, line in enumerate(lines, start=1)
        )
        return
    for row, line in zip(scene.lines, lines, strict=True):
        row.end, row.kind, row.text, row.speaker = line.end, line.kind, line.text, _short(line.speaker)
        row.confidence, row.reason = line.confidence, line.reason


def _short(name: str | None) -> str | None:
    return name[:_NAME_LENGTH] if name else None


async def _prompt(
    session: AsyncSession, story: StoryRow, scene: SceneRow, taken: _Taken, stopped: list[str], rules: PromptRules
) -> RoundRow | None:
    """A new prompt where the correction changed it and no person wrote it; a new round where nobody chose yet."""
    read = taken.read
    text = " ".join(line.text for line in read.lines[scene.id])
    written = read.after[scene.id]
    before = composed_scene(story, scene, read.before[scene.id], taken.before, text, rules).text
    composed = composed_scene(story, scene, written, taken.now, text, rules)
    after = composed.text
    due, scene.prompt_due = scene.prompt_due, False
    changed = before != after or scene.id in read.touched
    if scene.prompt_by is None and after != scene.prompt and (due or changed or not scene.prompt):
        scene.prompt = after
        keep_composed(scene, written, composed)
    elif scene.prompt == after or scene.prompt_by is not None:
        if scene.prompt_by is not None:
            offer_looks(scene, composed)
        keep_composed(scene, written, composed)
    if not scene.rounds:
        return ask_anew(story, scene, RoundReason.FIRST, stopped, rules)
    latest = scene.rounds[-1]
    if latest.prompt == scene.prompt:
        return None
    if await people_chose(session, scene):
        return None
    if latest.state not in UNFINISHED and not changed and not due:
        return None  # it was so before this correction: somebody was offered to paint it again, and did not
    return ask_anew(story, scene, RoundReason.CORRECTED, stopped, rules)


async def _write_cast(
    session: AsyncSession,
    story_id: int,
    cast: Sequence[ToldMember],
    numbers: Mapping[int, int],
    linked: Mapping[str, Character],
) -> None:
    """The cast; a member that is still there keeps its row."""
    rows: dict[str, list[CastRow]] = {}
    for known in await session.scalars(select(CastRow).where(CastRow.story_id == story_id)):
        rows.setdefault(known.name, []).append(known)
    step_aside = update(CastRow).where(CastRow.story_id == story_id).values(number=-CastRow.number)
    await session.execute(step_aside, execution_options={"synchronize_session": False})
    for number, told in enumerate(cast, start=1):
        member = told.member
        name = member.name[:_NAME_LENGTH]
        same = rows.get(name)
        if same:
            row = same.pop(0)
        else:
            row = CastRow(story_id=story_id, name=name, number=number)
            session.add(row)
        row.aliases, row.lines = list(member.aliases), member.lines
        row.scenes = sorted(numbers[scene_id] for scene_id in told.scenes if scene_id in numbers)
        row.pronouns, row.known_as = member.pronouns, _short(member.known_as)
        row.character_id = linked[member.name].id if member.name in linked else None
        statement = update(CastRow).where(CastRow.id == row.id).values(number=number)
        if row.id is not None:
            await session.execute(statement, execution_options={"synchronize_session": False})
    for row in (row for same in rows.values() for row in same):
        await session.delete(row)
    await session.flush()


async def _keep_voices(session: AsyncSession, story_id: int, names: Mapping[str, str | None]) -> None:
    """Voices that people chose go with their speakers' new names, unless that name has one."""
    rows = {row.speaker: row for row in await session.scalars(select(VoiceRow).where(VoiceRow.story_id == story_id))}
    for before, after in names.items():
        old, new = before.casefold(), (after or "").casefold()
        if after is not None and old in rows and new not in rows:
            rows[old].speaker = new


async def _note_fits(session: AsyncSession, story_id: int, order: _Order, understood: Understanding) -> None:
    rows = await session.scalars(
        select(CorrectionRow).where(CorrectionRow.story_id == story_id).order_by(CorrectionRow.id)
    )
    for row, correction in zip(rows, order.corrections, strict=True):
        row.fits = fits(correction, order.told.text, understood)
