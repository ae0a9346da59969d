"""A character changed: the prompts of the scenes it is in are put together anew, in stories that are not finished.

Nothing is read again: what each prompt was written from stands in its scene's row. A prompt that a person wrote stays;
what changed of the looks is offered beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storycore.cast.facts import folded
from storycore.cast.model import CastMember
from storycore.characters.model import Character
from storycore.prompts.written import Written
from storycore.store.characters import NO_SERVER, CharacterRow
from storycore.store.models import (
    CastRow,
    FilmRow,
    RoundReason,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    WorkState,
)
from storycore.studio.rules import PromptRules, rules_of, without_rules
from storycore.work.jobs import asking, queueing
from storycore.work.jobs.anew import ask_anew, people_chose
from storycore.work.jobs.correcting import corrections_of
from storycore.work.jobs.library import composed_scene, give_voices, keep_composed, library_of, offer_looks
from storycore.work.jobs.painting import send_waiting_films
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Concerned:
    """Scenes of one story that a character is in, by number; ``by_hand`` are those whose prompts people wrote."""

    story_id: int
    title: str
    scenes: tuple[int, ...]
    by_hand: tuple[int, ...] = ()


async def concerned_by(session: AsyncSession, row: CharacterRow) -> list[Concerned]:
    """The scenes that a character is in, in stories that are not finished; newest first."""
    found: list[Concerned] = []
    for story in await _unfinished(session, row.server_id):
        cast = await session.scalars(
            select(CastRow.name).where(CastRow.story_id == story.id, CastRow.character_id == row.id)
        )
        mine = set(cast)
        if mine:
            scenes = await _scenes(session, story.id)
            here = [scene for scene in scenes if mine & {name for name, _ in scene.written.get("people", ())}]
            found += _concerned(story, here)
    return found


async def named_in(session: AsyncSession, row: CharacterRow, names: Sequence[str]) -> list[Concerned]:
    """The scenes that name a character by one of ``names``, in stories that are not finished; newest first.

    Those stories are to be read again: nobody looked for these names before.
    """
    words = "|".join(re.escape(folded(name)).replace(r"\ ", r"\s+") for name in names)
    if not words:
        return []
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    found: list[Concerned] = []
    for story in await _unfinished(session, row.server_id):
        if pattern.search(story.script):
            scenes = await _scenes(session, story.id)
            found += _concerned(story, [s for s in scenes if pattern.search(story.script, s.start or 0, s.end or 0)])
    return found


async def styled_stories(session: AsyncSession, server_id: int | None, style_id: int) -> list[StoryRow]:
    """The stories under way that took a style; newest first."""
    stories = await _unfinished(session, NO_SERVER if server_id is None else server_id)
    return [story for story in stories if story.style.get("id") == style_id]


async def restyled_by(session: AsyncSession, story: StoryRow) -> list[Concerned]:
    """The scenes of a story that are painted otherwise in another style: all of them."""
    return _concerned(story, await _scenes(session, story.id))


async def _scenes(session: AsyncSession, story_id: int) -> Sequence[SceneRow]:
    rows = await session.scalars(select(SceneRow).where(SceneRow.story_id == story_id).order_by(SceneRow.number))
    return list(rows)


def _concerned(story: StoryRow, scenes: Sequence[SceneRow]) -> list[Concerned]:
    if not scenes:
        return []
    by_hand = tuple(scene.number for scene in scenes if scene.prompt_by is not None)
    return [Concerned(story.id, story.title, tuple(scene.number for scene in scenes), by_hand)]


async def read_again(workshop: Workshop, session: AsyncSession, concerned: Sequence[Concerned]) -> None:
    """Have stories read again, and the prompts of the scenes concerned written anew; in the caller's transaction."""
    for one in concerned:
        story = await session.get_one(StoryRow, one.story_id)
        story.corrected += 1
        story.version += 1
        for scene in await _scenes(session, story.id):
            scene.prompt_due = scene.prompt_due or scene.number in one.scenes
        await workshop.engine.enqueue(session, [asking.correcting(story)])


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
    async with workshop.changing(story_id) as (session, story):
        await session.refresh(story, with_for_update=True)
        stopped = [] if story.state is not StoryState.OPEN else await recast_in(workshop, session, story, by)
    await workshop.engine.cancel(stopped)


async def recast_in(
    workshop: Workshop, session: AsyncSession, story: StoryRow, by: tuple[int | None, str] | None = None
) -> list[str]:
    """As :func:`recast_story`, in the caller's transaction; gives the workflows to be stopped after it."""
    stopped: list[str] = []
    linked = await relink(session, story)
    rows = await session.scalars(
        select(SceneRow)
        .where(SceneRow.story_id == story.id)
        .order_by(SceneRow.number)
        .options(selectinload(SceneRow.lines), selectinload(SceneRow.rounds))
    )
    rules = await rules_of(session, story)
    asked: list[RoundRow] = []
    for scene in rows:
        round_ = await _recompose(session, story, scene, linked, stopped, rules)
        if round_ is not None:
            round_.asked_by, round_.asked_by_name = by or (None, "")
            asked.append(round_)
    await give_voices(session, story.id, linked)
    await queueing.ask_for_pictures(workshop, session, story, asked, urgency=workshop.options.painting_urgency)
    await send_waiting_films(workshop, session, story.id)
    return stopped


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
    session: AsyncSession,
    story: StoryRow,
    scene: SceneRow,
    linked: Mapping[str, Character],
    stopped: list[str],
    rules: PromptRules,
) -> RoundRow | None:
    written = Written.from_json(scene.written)
    if written is None:  # of an earlier Fireside: it is written anew when the story is next corrected
        return None
    text = " ".join(line.text for line in scene.lines)
    composed = composed_scene(story, scene, written, linked, text, rules)
    if scene.prompt_by is not None:
        offer_looks(scene, composed)
        keep_composed(scene, written, composed)
        # What a person wrote stays; in another style it is painted all the same.
        latest = scene.rounds[-1] if scene.rounds else None
        if latest is None or latest.extras.get("style") == composed.extras.get("style"):
            return None
        return await paint_anew(session, story, scene, stopped, rules)
    keep_composed(scene, written, composed)
    scene.prompt = composed.text
    return await paint_anew(session, story, scene, stopped, rules)


async def paint_anew(
    session: AsyncSession, story: StoryRow, scene: SceneRow, stopped: list[str], rules: PromptRules
) -> RoundRow | None:
    """A new round where the prompt is another one now and nobody chose yet; ``stopped`` gets what that replaces."""
    extras = scene.composed.get("extras", {})
    latest = scene.rounds[-1] if scene.rounds else None
    if latest is not None and latest.prompt == scene.prompt and without_rules(latest.extras) == extras:
        return None
    if await people_chose(session, scene):
        return None
    return ask_anew(story, scene, RoundReason.CORRECTED, stopped, rules)
