"""Closing a vote: what it came to becomes the picks, in the transaction of whoever closes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import StateError
from storycore.store.models import UNFINISHED, BallotRow, CandidateRow, RoundRow, SceneRow, StoryRow, now
from storycore.store.together import VotingRow
from storycore.studio.people import Person
from storycore.studio.server import of_server
from storycore.studio.voting_views import mode_of
from storycore.voting.rules import How, Mode, choose, tally


def takes_ballots(scene: SceneRow, row: VotingRow | None, at: datetime) -> bool:
    """Whether a ballot made ``at`` that moment still counts."""
    over = row is not None and row.closes_at is not None and row.closes_at <= at
    return not over and (scene.pick is None or scene.pick_how is not How.VOTE)


def check_open(scene: SceneRow, row: VotingRow | None, at: datetime) -> None:
    """Go on only if a ballot made ``at`` that moment still counts. Raises ``StateError``."""
    if not takes_ballots(scene, row, at):
        raise StateError(
            "The vote on this scene is closed.", "The author can open it again: **Voting** on the storyboard."
        )


async def undecided(session: AsyncSession, story_id: int) -> list[SceneRow]:
    """The scenes that have pictures and no pick."""
    found = await session.scalars(
        select(SceneRow)
        .where(SceneRow.story_id == story_id, SceneRow.pick.is_(None), SceneRow.round > 0)
        .order_by(SceneRow.number)
    )
    return list(found)


async def decide(session: AsyncSession, story: StoryRow, how: How) -> int:
    """Pick for every scene that has pictures and no pick what most voted for, at a tie as ``choose`` says; where nobody
    voted that is the first picture. Gives how many scenes that were.
    """
    decided = 0
    for scene in await undecided(session, story.id):
        offered = await session.scalars(
            select(CandidateRow.number)
            .join(RoundRow, RoundRow.id == CandidateRow.round_id)
            .where(RoundRow.scene_id == scene.id, RoundRow.number == scene.round, CandidateRow.hidden.is_(False))
        )
        where = (BallotRow.scene_id == scene.id, BallotRow.round == scene.round)
        cast = [(row.member_id, row.choice) for row in await session.scalars(select(BallotRow).where(*where))]
        author = next((choice for member, choice in cast if member == story.author_id), None)
        votes = tally([choice for _, choice in cast], list(offered))
        choice = choose(votes, None, earlier=scene.earlier_pick, author=author)
        if choice is not None:
            scene.pick, scene.second_pick, scene.pick_how = choice, None, how
            scene.pick_by, scene.pick_by_name = None, ""
            decided += 1
    return decided


async def close(session: AsyncSession, story: StoryRow, row: VotingRow, why: str = "", by: Person | None = None) -> int:
    """Close the vote that runs; gives how many scenes it decided. ``why`` is shown, or who did it."""
    row.closes_at, row.closed_at, row.closed_why = None, now(), why
    row.closed_by, row.closed_by_name = (None, "") if by is None else (by.id, by.name[:100])
    return await decide(session, story, How.VOTE)


async def close_if_all_voted(session: AsyncSession, story: StoryRow) -> bool:
    """Close a vote with a quorum once every scene has its pictures and as many votes; says whether it did."""
    row = await session.get(VotingRow, story.id)
    if row is None or row.quorum is None:
        return False
    if mode_of(story, row, await of_server(session, story.server_id)) is not Mode.VOTE:
        return False
    await session.flush()
    open_ = await undecided(session, story.id)
    coming = await session.scalar(
        select(func.count())
        .select_from(RoundRow)
        .join(RoundRow.scene)
        .where(SceneRow.story_id == story.id, RoundRow.state.in_(UNFINISHED))
    )
    if not open_ or coming:
        return False
    counted = await session.execute(
        select(SceneRow.id, func.count(BallotRow.id))
        .join(BallotRow, (BallotRow.scene_id == SceneRow.id) & (BallotRow.round == SceneRow.round))
        .where(SceneRow.id.in_([scene.id for scene in open_]))
        .group_by(SceneRow.id)
    )
    votes = {int(scene_id): int(number) for scene_id, number in counted}
    if any(votes.get(scene.id, 0) < row.quorum for scene in open_):
        return False
    await close(session, story, row, f"every scene had {row.quorum} {'vote' if row.quorum == 1 else 'votes'}")
    return True
