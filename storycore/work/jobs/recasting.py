"""A character changed: the prompts of the scenes it is in are put together anew, in stories that are not finished.

Nothing is read again: what each prompt was written from stands in its scene's row. A prompt that a person wrote stays;
what changed of the looks is offered beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storycore.cast.model import CastMember
from storycore.characters.model import Character
from storycore.prompts.compose import Composed
from storycore.prompts.written import Written
from storycore.store.characters import NO_SERVER, CharacterNameRow, CharacterRow
from storycore.store.models import (
    UNFINISHED,
    BallotRow,
    CastRow,
    FilmRow,
    RoundReason,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
    now,
)
from storycore.work.jobs import asking, queueing
from storycore.work.jobs.correcting import corrections_of
from storycore.work.jobs.library import composed_scene, give_voices, keep_composed, library_of, names_match
from storycore.work.jobs.painting import send_waiting_films
from storycore.work.jobs.understanding import new_round
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Concerned:
    """Scenes of one story that a character is in, by number; ``by_hand`` are those whose prompts people wrote."""

    story_id: int
    title: str
    scenes: tuple[int, ...]
    by_hand: tuple[int, ...] = ()


async def concerned_by(session: AsyncSession, row: CharacterRow) -> list[Concerned]:
    """The scenes that a change of a character concerns, in stories that are not finished; newest first."""
    names = set(await session.scalars(select(CharacterNameRow.folded).where(CharacterNameRow.character_id == row.id)))
    found: list[Concerned] = []
    for story in await _unfinished(session, row.server_id):
        cast = await session.scalars(select(CastRow).where(CastRow.story_id == story.id))
        mine = {c.name for c in cast if c.character_id == row.id or (c.character_id is None and names_match(c, names))}
        if not mine:
            continue
        scenes = await session.scalars(select(SceneRow).where(SceneRow.story_id == story.id).order_by(SceneRow.number))
        here = [scene for scene in scenes if mine & {name for name, _ in scene.written.get("people", ())}]
        if here:
            written = tuple(scene.number for scene in here if scene.prompt_by is not None)
            found.append(Concerned(story.id, story.title, tuple(scene.number for scene in here), written))
    return found


async def _unfinished(session: AsyncSession, place: int) -> Sequence[StoryRow]:
    """A server's stories that are being made and have no film yet; newest first."""
    filmed = select(FilmRow.story_id).where(FilmRow.state == WorkState.DONE)
    rows = await session.scalars(
        select(StoryRow)
        .where(
            StoryRow.server_id == (None if place == NO_SERVER else place),
            StoryRow.state == StoryState.OPEN,
            StoryRow.preview_of.is_(None),
            StoryRow.id.not_in(filmed),
        )
        .order_by(StoryRow.id.desc())
    )
    return list(rows)


async def recast(workshop: Workshop, character_id: int) -> None:
    """Put the prompts together anew wherever a character is. What shows nothing new stays, and is not painted."""
    async with workshop.database.read() as session:
        row = await session.get(CharacterRow, character_id)
        concerned = [] if row is None else await concerned_by(session, row)
        asked_by = None if row is None else (row.changed_by, row.changed_by_name)
    for story in concerned:
        await recast_story(workshop, story.story_id, asked_by)


async def recast_story(workshop: Workshop, story_id: int, by: tuple[int | None, str] | None = None) -> None:
    """Put the prompts of one story together anew from what they were written from, and who is which character now."""
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, story):
        await session.refresh(story, with_for_update=True)
        if story.state is not StoryState.OPEN:
            return
        linked = await relink(session, story)
        rows = await session.scalars(
            select(SceneRow)
            .where(SceneRow.story_id == story_id)
            .order_by(SceneRow.number)
            .options(selectinload(SceneRow.lines), selectinload(SceneRow.rounds))
        )
        asked: list[RoundRow] = []
        for scene in rows:
            round_ = await _recompose(session, story, scene, linked, stopped)
            if round_ is not None:
                round_.asked_by, round_.asked_by_name = by or (None, "")
                asked.append(round_)
        await give_voices(session, story_id, linked)
        await queueing.ask_for_pictures(workshop, session, story, asked, urgency=workshop.options.painting_urgency)
        await send_waiting_films(workshop, session, story_id)
    await workshop.engine.cancel(stopped)


async def relink(session: AsyncSession, story: StoryRow) -> dict[str, Character]:
    """Who of a story's cast is which character, by what people said and by names; noted in the cast's rows."""
    library = await library_of(session, story, await corrections_of(session, story.id))
    cast = list(await session.scalars(select(CastRow).where(CastRow.story_id == story.id).order_by(CastRow.number)))
    members = [
        CastMember(
            row.name,
            tuple(row.aliases),
            tuple(number - 1 for number in row.scenes),
            row.lines,
            pronouns=row.pronouns,
            known_as=row.known_as,
        )
        for row in cast
    ]
    linked = library.linked(members, story.script)
    for row in cast:
        row.character_id = linked[row.name].id if row.name in linked else None
    return linked


async def _recompose(
    session: AsyncSession, story: StoryRow, scene: SceneRow, linked: Mapping[str, Character], stopped: list[str]
) -> RoundRow | None:
    written = Written.from_json(scene.written)
    if written is None:  # of an earlier Fireside: it is written anew when the story is next corrected
        return None
    text = " ".join(line.text for line in scene.lines)
    composed = composed_scene(scene, written, linked, text)
    if scene.prompt_by is not None:
        _offer(scene, composed)
        keep_composed(scene, written, composed)
        return None
    keep_composed(scene, written, composed)
    scene.prompt = composed.text
    return await paint_anew(session, story, scene, stopped)


def _offer(scene: SceneRow, composed: Composed) -> None:
    """What changed of the looks since the person wrote their prompt is offered to be merged into it."""
    old = {str(one["name"]): str(one["look"]) for one in scene.composed.get("extras", {}).get("characters", ())}
    before = dict(scene.offer.get("before", old))
    after = composed.looks
    in_it = all(look in scene.prompt for look in after.values())
    scene.offer = {} if before == after or in_it else {"before": before, "after": after}


async def paint_anew(session: AsyncSession, story: StoryRow, scene: SceneRow, stopped: list[str]) -> RoundRow | None:
    """A new round where the prompt is another one now and nobody chose yet; ``stopped`` gets what that replaces."""
    extras = scene.composed.get("extras", {})
    latest = scene.rounds[-1] if scene.rounds else None
    if latest is not None and latest.prompt == scene.prompt and latest.extras == extras:
        return None
    if scene.round:
        chosen = await session.scalar(
            select(func.count())
            .select_from(BallotRow)
            .where(BallotRow.scene_id == scene.id, BallotRow.round == scene.round)
        )
        if chosen or scene.pick is not None:
            return None  # people chose among these pictures: whether to paint again is theirs to say
    for round_ in scene.rounds:
        if round_.state in UNFINISHED:
            round_.state, round_.finished_at = WorkState.CANCELLED, now()
            stopped.append(asking.painting_id(round_))
    number = 1 + max((round_.number for round_ in scene.rounds), default=0)
    round_ = new_round(scene.prompt, story, number, RoundReason.CORRECTED, scene)
    same = next((r for r in scene.rounds if r.prompt == scene.prompt and r.extras == extras), None)
    if same is not None:  # a change that was taken back: its pictures are there already
        round_.seed = same.seed
    scene.rounds.append(round_)
    return round_
