"""“More like this”: variations of one of a scene's pictures, from its own noise with some other mixed in."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.keys import derived_seed
from storycore.store.models import CandidateRow, RoundReason, RoundRow, SceneRow, StoryRow
from storycore.studio.ballots import offered_in, story_id_of
from storycore.studio.networks import abilities_of
from storycore.studio.people import Person, require_open
from storycore.studio.permissions import Act, require
from storycore.studio.quotas import check_pictures
from storycore.studio.rules import PromptRules, rules_from, without_rules
from storycore.studio.scenes import Asked, outstanding
from storycore.studio.settings_model import ServerSettings
from storycore.work.jobs import queueing
from storycore.work.workshop import Workshop


async def likes_of(workshop: Workshop, scene_id: int, person: Person, round_number: int) -> tuple[int, tuple[int, ...]]:
    """A scene's number, and the pictures that :func:`more_like` would take for the round that the person looks at;
    raises as it does."""
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        scene, _ = await _to_repaint(session, story, scene_id, person, round_number)
        return scene.number, tuple(sorted(await offered_in(session, scene.id, scene.round)))


async def more_like(
    workshop: Workshop, scene_id: int, person: Person, picture: int, round_number: int | None = None
) -> Asked:
    """Ask for variations of one of the pictures shown: its prompt and its seed, with some other noise mixed in.

    Whoever may ask for pictures again may. ``round_number`` is the round the person looked at (None: whichever is
    shown). Raises as :func:`paint_again`, and ``NotFoundError`` for a picture that is not offered.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, story):
        scene, settings = await _to_repaint(session, story, scene_id, person, round_number)
        shown = await session.scalar(
            select(RoundRow).where(RoundRow.scene_id == scene.id, RoundRow.number == scene.round)
        )
        candidate = await session.scalar(
            select(CandidateRow)
            .join(RoundRow, RoundRow.id == CandidateRow.round_id)
            .where(
                RoundRow.scene_id == scene.id,
                RoundRow.number == scene.round,
                CandidateRow.number == picture,
                CandidateRow.hidden.is_(False),
            )
        )
        if shown is None or candidate is None:
            raise NotFoundError(f"There is no picture {picture} here.", "The pictures changed; look at them again.")
        rules = rules_from(settings, age_restricted=story.age_restricted)
        rules.check([shown.prompt, *shown.extras.get("variants", ())])
        await check_pictures(session, person, settings, story.candidates)
        last = await session.scalar(select(func.max(RoundRow.number)).where(RoundRow.scene_id == scene.id))
        asked = _varied(story, shown, candidate, (last or 0) + 1, settings.variation, rules)
        asked.asked_by, asked.asked_by_name = person.id, person.name[:100]
        session.add(asked)
        await session.flush()
        await queueing.ask_for_pictures(workshop, session, story, [asked])
        await _where_it_was_painted(session, story, asked, candidate)
    return Asked(scene.number, asked.number)


async def _to_repaint(
    session: AsyncSession, story: StoryRow, scene_id: int, person: Person, round_number: int | None
) -> tuple[SceneRow, ServerSettings]:
    settings = await require(session, person, Act.EDIT, story, what="ask for pictures again")
    require_open(story)
    scene = await session.get_one(SceneRow, scene_id)
    if await outstanding(session, scene_id):
        raise StateError("New pictures are already on their way.", "They appear here as soon as they are painted.")
    if scene.round == 0:
        raise StateError("There are no pictures yet.", "They appear here as soon as they are painted.")
    if round_number is not None and scene.round != round_number:
        raise StateError("These pictures were replaced by new ones.", "Choose one of the new pictures.")
    return scene, settings


def _varied(
    story: StoryRow, shown: RoundRow, candidate: CandidateRow, number: int, strength: float, rules: PromptRules
) -> RoundRow:
    """A round of variations. The subseed depends on the picture and the round alone, so that a repeat is the same."""
    extras = without_rules(shown.extras)
    if variants := extras.get("variants"):
        extras["variants"] = [variants[(candidate.number - 1) % len(variants)]]
    subseed = derived_seed("more", story.title, candidate.seed, number)
    extras |= {"variation": {"subseed": subseed, "strength": strength}, "like": candidate.number}
    return RoundRow(
        scene_id=shown.scene_id,
        number=number,
        prompt=shown.prompt,
        seed=candidate.seed,
        extras=rules.extras(extras),
        count=story.candidates,
        reason=RoundReason.MORE,
    )


async def _where_it_was_painted(
    session: AsyncSession, story: StoryRow, asked: RoundRow, candidate: CandidateRow
) -> None:
    """The same noise shows the same picture with the same checkpoint alone: it is asked for where a host has it."""
    painted = candidate.parameters.get("sd_model_name")
    job = await queueing.job_of(session, asked)
    if job.checkpoint or not isinstance(painted, str) or not painted:
        return
    hosts = await abilities_of(session, story.server_id)
    if any(own.checkpoints and own.has_checkpoint(painted) for own in hosts):
        job.checkpoint = painted[:300]
