"""Understanding: a script becomes scenes, lines, a cast, and a first round of painting for each scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.facts import Facts
from storycore.cast.model import Understanding
from storycore.characters.model import Character
from storycore.errors import ScriptError, StateError
from storycore.keys import derived_seed
from storycore.prompts.compose import kept_seed
from storycore.prompts.write import write_scenes
from storycore.prompts.written import Written
from storycore.script.scenes import parts
from storycore.store.models import (
    BatchRow,
    CastRow,
    LineRow,
    RoundReason,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
)
from storycore.studio.people import Person
from storycore.studio.quotas import check_story
from storycore.studio.rules import NO_RULES, PromptRules, rules_of
from storycore.studio.server import of_server
from storycore.work.engine import Urgency
from storycore.work.jobs import queueing
from storycore.work.jobs.library import composed_scene, give_voices, keep_composed, library_of
from storycore.work.jobs.questions import ask_questions
from storycore.work.workshop import Workshop

_TITLE_LENGTH = 100


async def understand(workshop: Workshop, story_id: int) -> None:
    """Understand one story. A script that cannot be understood leaves the story failed, with a reason to read."""
    async with workshop.database.read() as session:
        story = await session.get(StoryRow, story_id)
        if story is None or story.state is not StoryState.READING:
            return
        known = await library_of(session, story)
    try:
        facts = Facts(known=tuple(known.gazetteer()))
        understood = await workshop.reader.understand(story.script, facts)
        linked = known.linked(understood.cast, story.script)
        prompts = await workshop.reader.run(
            write_scenes, understood.script, understood.cast, understood.mentions, known=tuple(linked)
        )
    except ScriptError as error:
        async with workshop.changing(story_id) as (_, changed):
            if changed.state is StoryState.READING:  # else it was cancelled meanwhile, here and below
                changed.state, changed.problem = StoryState.FAILED, str(error)
        return
    scenes = len(understood.script.scenes)
    if story.max_scenes is not None and scenes > story.max_scenes:
        pieces = await workshop.reader.run(parts, story.script, story.max_scenes)
        async with workshop.changing(story_id) as (_, changed):
            if changed.state is not StoryState.READING:
                return
            changed.state, changed.parts = StoryState.TOO_LONG, len(pieces)
            changed.problem = (
                f"This script makes {scenes} scenes; a story here has at most {story.max_scenes}. "
                f"It can be made in {len(pieces)} parts."
            )
        return
    async with workshop.changing(story_id) as (session, changed):
        if changed.state is not StoryState.READING:
            return
        if words := await _over_quota(session, changed, scenes * changed.candidates):
            changed.state, changed.problem = StoryState.FAILED, words
            return
        await write_understanding(workshop, session, changed, understood, prompts, linked)


async def _over_quota(session: AsyncSession, story: StoryRow, pictures: int) -> str:
    """Why a story may not have its first pictures now ("" when it may): its author's and its server's quotas."""
    author = Person(story.author_id, story.author_name, server_id=story.server_id)
    try:
        settings = await of_server(session, story.server_id)
        await check_story(session, author, settings, pictures, overnight=story.batch_id is not None)
    except StateError as error:
        return str(error)
    return ""


async def write_understanding(
    workshop: Workshop,
    session: AsyncSession,
    story: StoryRow,
    understood: Understanding,
    prompts: Sequence[Written],
    linked: Mapping[str, Character],
) -> None:
    """Write scenes, lines, cast and first rounds, and enqueue the painting, all in the caller's transaction."""
    for number, member in enumerate(understood.cast, start=1):
        session.add(
            CastRow(
                story_id=story.id,
                number=number,
                name=member.name[:_TITLE_LENGTH],
                aliases=list(member.aliases),
                scenes=[index + 1 for index in member.scenes],
                lines=member.lines,
                pronouns=member.pronouns,
                known_as=member.known_as[:_TITLE_LENGTH] if member.known_as else None,
                character_id=linked[member.name].id if member.name in linked else None,
            )
        )
    rules = await rules_of(session, story)
    rounds: list[RoundRow] = []
    for number, (scene, written) in enumerate(zip(understood.script.scenes, prompts, strict=True), start=1):
        row = SceneRow(
            story_id=story.id,
            number=number,
            start=scene.start,
            end=scene.end,
            title=scene.title[:_TITLE_LENGTH],
            prompt="",
            outfits={},
            offer={},
        )
        composed = composed_scene(story, row, written, linked, scene.text, rules)
        keep_composed(row, written, composed)
        row.prompt = composed.text
        row.lines = [
            LineRow(
                number=index,
                start=line.start,
                end=line.end,
                kind=line.kind,
                text=line.text,
                speaker=line.speaker[:_TITLE_LENGTH] if line.speaker else None,
                confidence=line.confidence,
                reason=line.reason,
            )
            for index, line in enumerate(scene.lines, start=1)
        ]
        first = new_round(row.prompt, story, 1, RoundReason.FIRST, row, rules)
        row.rounds = [first]
        session.add(row)
        rounds.append(first)
    story.state, story.problem = StoryState.OPEN, ""
    story.language, story.notes = understood.language[:16], list(understood.notes)
    await ask_questions(session, story.id, understood.questions)
    await give_voices(session, story.id, linked)
    await session.flush()
    batch = None if story.batch_id is None else await session.get(BatchRow, story.batch_id)
    if batch is None:
        await queueing.ask_for_pictures(workshop, session, story, rounds)
    else:
        await queueing.ask_for_pictures(
            workshop, session, story, rounds, urgency=Urgency.OVERNIGHT, not_before=batch.starts_at
        )


def new_round(
    prompt: str,
    story: StoryRow,
    number: int,
    reason: RoundReason,
    scene: SceneRow | None = None,
    rules: PromptRules = NO_RULES,
) -> RoundRow:
    """A round to paint. Its seed depends on the story's title, the prompt and the round, so a repeat is the same.

    ``scene`` brings what its characters ask for beside the prompt: negative prompts, portraits, the same seed;
    ``rules`` what the server adds.
    """
    composed = {} if scene is None else scene.composed or {}
    extras = composed.get("extras", {})
    seed = derived_seed(story.title, prompt, number)
    if scene is not None and composed.get("same_seed") and reason is not RoundReason.AGAIN:
        seed = kept_seed(story.title, scene.number if scene.start is None else scene.start, extras)
    return RoundRow(
        number=number,
        prompt=prompt,
        seed=seed,
        extras=rules.extras(extras),
        count=story.candidates,
        reason=reason,
    )
