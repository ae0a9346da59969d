"""A scene whose prompt is another one now: whether it is painted again, and from which seed."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.models import UNFINISHED, BallotRow, RoundReason, RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.studio.rules import PromptRules
from storycore.work.jobs import asking
from storycore.work.jobs.understanding import new_round


async def people_chose(session: AsyncSession, scene: SceneRow) -> bool:
    """Whether people voted or picked among the pictures that are shown: painting again is theirs to say then."""
    if not scene.round:
        return False
    ballots = await session.scalar(
        select(func.count())
        .select_from(BallotRow)
        .where(BallotRow.scene_id == scene.id, BallotRow.round == scene.round)
    )
    return bool(ballots) or scene.pick is not None


def ask_anew(story: StoryRow, scene: SceneRow, reason: RoundReason, stopped: list[str], rules: PromptRules) -> RoundRow:
    """A new round of the scene's prompt in place of those that are not painted yet; ``stopped`` gets their workflows.

    A change that was taken back asks with the seed from before: its pictures are there already.
    """
    for round_ in scene.rounds:
        if round_.state in UNFINISHED:
            round_.state, round_.finished_at = WorkState.CANCELLED, now()
            stopped.append(asking.painting_id(round_))
    extras = rules.extras((scene.composed or {}).get("extras", {}))
    number = 1 + max((round_.number for round_ in scene.rounds), default=0)
    asked = new_round(scene.prompt, story, number, reason, scene, rules)
    same = next((r for r in scene.rounds if r.prompt == scene.prompt and r.extras == extras), None)
    if same is not None:
        asked.seed = same.seed
    scene.rounds.append(asked)
    return asked
