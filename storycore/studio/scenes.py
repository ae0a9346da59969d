"""Scenes: rewrite a prompt, ask for pictures again, pick one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.prompts.check import clean_prompt
from storycore.prompts.compose import merged
from storycore.store.models import (
    UNFINISHED,
    RoundReason,
    RoundRow,
    SceneRow,
    StoryRow,
    WorkState,
    now,
)
from storycore.studio import audit, portraits
from storycore.studio.ballots import offered_in, story_id_of
from storycore.studio.networks import check_networks
from storycore.studio.people import Person, require_open
from storycore.studio.permissions import Act, require
from storycore.studio.quotas import check_pictures
from storycore.studio.rules import PromptRules, read_prompt, rules_from
from storycore.voting.rules import How
from storycore.work.jobs import asking, queueing
from storycore.work.jobs.understanding import new_round
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Asked:
    """New pictures are on their way: for which scene, and as which round."""

    scene_number: int
    round_number: int


async def outstanding(session: AsyncSession, scene_id: int) -> list[RoundRow]:
    """A scene's rounds that are on their way."""
    rows = await session.scalars(select(RoundRow).where(RoundRow.scene_id == scene_id, RoundRow.state.in_(UNFINISHED)))
    return list(rows)


async def _ask(
    workshop: Workshop,
    session: AsyncSession,
    story: StoryRow,
    scene: SceneRow,
    person: Person,
    reason: RoundReason,
    rules: PromptRules,
) -> RoundRow:
    last = await session.scalar(select(func.max(RoundRow.number)).where(RoundRow.scene_id == scene.id))
    round_ = new_round(scene.prompt, story, (last or 0) + 1, reason, scene, rules)
    round_.scene_id = scene.id
    round_.asked_by, round_.asked_by_name = person.id, person.name[:100]
    session.add(round_)
    await session.flush()
    await queueing.ask_for_pictures(workshop, session, story, [round_])
    return round_


async def edit_prompt(workshop: Workshop, scene_id: int, person: Person, prompt: str) -> Asked:
    """Rewrite a scene's prompt and paint it anew. Anyone in the channel may.

    Painting that was under way from an older prompt is stopped: its pictures would not be shown. Handing in the prompt
    that is being painted asks for nothing new (an answer may have been lost on its way). Raises ``ScriptError`` for a
    prompt that is empty or too long, ``StateError`` for the one whose pictures are shown, ``NotAllowedError`` for words
    and networks that the admins do not let in.
    """
    written = clean_prompt(prompt)
    read = await read_prompt(workshop, written)
    story_id = await story_id_of(workshop, scene_id)
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, story):
        settings = await require(session, person, Act.EDIT, story, what="rewrite prompts")
        require_open(story)
        if story.preview_of is not None:
            raise StateError("Portraits follow the character's look.", "Change it with `/character edit`.")
        scene = await session.get_one(SceneRow, scene_id)
        coming = await outstanding(session, scene_id)
        if written == scene.prompt:
            if coming:
                return Asked(scene.number, max(round_.number for round_ in coming))
            if await _shows(session, scene, written):
                raise StateError("That is the prompt of these pictures already.", "Press Again for other pictures.")
        for round_ in coming:
            round_.state, round_.finished_at = WorkState.CANCELLED, now()
            stopped.append(asking.painting_id(round_))
        rules = rules_from(settings, age_restricted=story.age_restricted)
        rules.check(read)
        await check_networks(session, person, settings, written, scene.prompt)
        await check_pictures(session, person, settings, story.candidates)
        scene.prompt, scene.prompt_by, scene.offer = written, person.id, {}
        asked = await _ask(workshop, session, story, scene, person, RoundReason.EDITED, rules)
    await workshop.engine.cancel(stopped)
    return Asked(scene.number, asked.number)


async def offered_merge(workshop: Workshop, scene_id: int, person: Person) -> tuple[int, str]:
    """A scene's number, and its prompt that a person wrote with the looks as they are now, to be looked over.

    Raises ``StateError`` where nothing is offered (any more).
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        await require(session, person, Act.EDIT, story, what="rewrite prompts")
        require_open(story)
        scene = await session.get_one(SceneRow, scene_id)
        if not scene.offer:
            raise StateError("This prompt has the looks as they are now.", "**Edit** changes it.")
        return scene.number, merged(scene.prompt, scene.offer["before"], scene.offer["after"])


async def _shows(session: AsyncSession, scene: SceneRow, prompt: str) -> bool:
    """Whether the latest pictures were painted from this prompt; a round that failed or was stopped shows nothing."""
    last = await session.scalar(
        select(RoundRow).where(RoundRow.scene_id == scene.id).order_by(RoundRow.number.desc()).limit(1)
    )
    return last is not None and last.state is WorkState.DONE and last.prompt == prompt


async def paint_again(workshop: Workshop, scene_id: int, person: Person, seen_round: int | None = None) -> Asked:
    """Ask for other pictures from the same prompt. Anyone in the channel may.

    ``seen_round`` is the round the person looked at (None: whichever is shown; 0: none yet). Pressing twice is asking
    once: raises ``StateError`` while new pictures are on their way, and when they have come meanwhile.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, story):
        settings = await require(session, person, Act.EDIT, story, what="ask for pictures again")
        require_open(story)
        scene = await session.get_one(SceneRow, scene_id)
        if await outstanding(session, scene_id):
            raise StateError("New pictures are already on their way.", "They appear here as soon as they are painted.")
        if seen_round is not None and scene.round != seen_round:
            raise StateError("New pictures came meanwhile.", "Look at them; press Again once more if you want others.")
        await check_pictures(session, person, settings, story.candidates)
        rules = rules_from(settings, age_restricted=story.age_restricted)
        _still_allowed(scene, rules)
        asked = await _ask(workshop, session, story, scene, person, RoundReason.AGAIN, rules)
    return Asked(scene.number, asked.number)


def _still_allowed(scene: SceneRow, rules: PromptRules) -> None:
    """What the rules took up since the prompt was made: out of one that Fireside wrote, the words are taken.

    Raises ``NotAllowedError`` for one that a person wrote.
    """
    dropped: list[str] = []
    kept = rules.cleaned(scene.prompt, dropped)
    if not dropped:
        return
    if scene.prompt_by is not None:
        rules.check([scene.prompt])
    composed = dict(scene.composed)
    composed["dropped"] = list(dict.fromkeys([*composed.get("dropped", ()), *dropped]))
    composed["parts"] = [[rules.cleaned(text, dropped), source] for text, source in composed.get("parts", ())]
    composed["extras"] = _cleaned(composed.get("extras", {}), rules)
    scene.prompt, scene.composed = kept, composed


def _cleaned(extras: Mapping[str, Any], rules: PromptRules) -> dict[str, Any]:
    """A scene's extras, without the words in what painters are told of characters."""
    gone: list[str] = []
    kept = dict(extras)
    if "common" in kept:
        kept["common"] = rules.cleaned(str(kept["common"]), gone)
    if "characters" in kept:
        kept["characters"] = [one | {"look": rules.cleaned(str(one["look"]), gone)} for one in kept["characters"]]
    if "variants" in kept:
        kept["variants"] = [rules.cleaned(str(prompt), gone) for prompt in kept["variants"]]
    return kept


async def pick(
    workshop: Workshop,
    scene_id: int,
    person: Person,
    choice: int | None,
    round_number: int | None = None,
    second: int | None = None,
) -> int:
    """Pick the candidate that the film uses, or (None) leave it to the votes; gives the scene's number.

    ``second`` is one that takes over half-way through the scene. ``round_number`` is the round the person looked at
    (None: whichever is shown). The author and moderators may.
    Raises ``StateError`` when other pictures are shown by now, ``NotFoundError`` for a candidate that is not offered.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, story):
        scene = await _to_pick_from(session, story, scene_id, person, round_number)
        offered = await offered_in(session, scene.id, scene.round)
        for number in (choice, second):
            if number is not None and number not in offered:
                raise NotFoundError(f"There is no picture {number} here.", "The pictures changed; look at them again.")
        scene.earlier_pick = scene.pick if choice is None else scene.earlier_pick
        scene.pick_how = How.PERSON
        scene.pick_by, scene.pick_by_name = (None, "") if choice is None else (person.id, person.name[:100])
        scene.pick, scene.second_pick = choice, None if choice is None or second == choice else second
        words = "the votes decide" if choice is None else f"scene {scene.number}: picture {choice}"
        audit.note_on_story(session, person, story, "story.pick", words)
        await portraits.picked(workshop, session, person, story, scene)
    return scene.number


async def _to_pick_from(
    session: AsyncSession, story: StoryRow, scene_id: int, person: Person, round_number: int | None
) -> SceneRow:
    await require(session, person, Act.STEER, story, what="pick the picture for the film")
    require_open(story)
    scene = await session.get_one(SceneRow, scene_id)
    if round_number is not None and (scene.round != round_number or scene.round == 0):
        raise StateError("These pictures were replaced by new ones.", "Pick one of the new pictures.")
    return scene


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be picked for a scene: these numbers; ``pick`` and ``second`` are those picked so far."""

    scene_number: int
    candidates: tuple[int, ...]
    pick: int | None
    second: int | None = None


async def choices_of(workshop: Workshop, scene_id: int, person: Person, round_number: int) -> Choices:
    """What :func:`pick` would take for the round that the person looks at; raises as it does."""
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        scene = await _to_pick_from(session, story, scene_id, person, round_number)
        offered = tuple(sorted(await offered_in(session, scene.id, scene.round)))
        return Choices(scene.number, offered, scene.pick, scene.second_pick)


async def prompt_of(workshop: Workshop, scene_id: int, person: Person) -> tuple[int, str]:
    """A scene's number and its prompt as it is now, to be rewritten. Raises ``NotFoundError``, ``StateError``."""
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        await require(session, person, Act.EDIT, story, what="rewrite prompts")
        require_open(story)
        scene = await session.get_one(SceneRow, scene_id)
        return scene.number, scene.prompt
