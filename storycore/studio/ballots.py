"""Ballots: one member, one choice, one round. Commit, then acknowledge; the last choice stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.store.media import insert_new
from storycore.store.models import (
    BallotRow,
    BallotSource,
    CandidateRow,
    ReactionRow,
    RoundRow,
    SceneRow,
    StoryRow,
    StoryState,
    now,
)
from storycore.store.together import VotingRow
from storycore.studio import closing
from storycore.studio.ballot_box import Cast, Known, Voted, ballot_values, has_role, store_ballots
from storycore.studio.people import Person
from storycore.studio.permissions import Act, is_open, may
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings
from storycore.work.workshop import Workshop

#: Somebody of whom nothing is known.
_ANYBODY = Person(0, "")


async def story_of(session: AsyncSession, scene_id: int) -> tuple[SceneRow, StoryRow]:
    """A scene and its story. Raises ``NotFoundError``."""
    found = (
        await session.execute(select(SceneRow, StoryRow).join(SceneRow.story).where(SceneRow.id == scene_id))
    ).first()
    if found is None:
        raise NotFoundError("That scene is not here any more.", "`/story show` brings up the story as it is now.")
    return found[0], found[1]


async def story_id_of(workshop: Workshop, scene_id: int) -> int:
    """The id of a scene's story. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        scene, _ = await story_of(session, scene_id)
        return scene.story_id


async def cast(
    workshop: Workshop,
    scene_id: int,
    round_number: int,
    person: Person,
    choice: int,
    source: BallotSource,
    at: datetime | None = None,
) -> Voted:
    """Cast a ballot for a candidate of the round that is shown.

    ``at`` is when the member chose (default: now). The last choice stands, by that time and not by when it is
    written: a reaction that waited its turn does not undo a button pressed after it.

    Raises ``StateError`` when other pictures are shown by now, ``NotFoundError`` for a candidate that is not offered.
    """
    if person.id is None:
        raise StateError("Only members of a server vote.", "At the command line, write picks into story.yaml.")
    return await workshop.ballot_box.put(workshop, Cast(scene_id, round_number, person, choice, source, at or now()))


async def offered_in(session: AsyncSession, scene_id: int, round_number: int) -> set[int]:
    """The numbers of the candidates that a round offers."""
    numbers = await session.scalars(
        select(CandidateRow.number)
        .join(RoundRow, RoundRow.id == CandidateRow.round_id)
        .where(RoundRow.scene_id == scene_id, RoundRow.number == round_number, CandidateRow.hidden.is_(False))
    )
    return set(numbers)


async def react(
    workshop: Workshop, scene_id: int, round_number: int, person: Person, choice: int, at: datetime | None = None
) -> bool:
    """A reaction was seen under a scene: keep it, and if it is new, cast the ballot it stands for.

    Seeing the same reaction again (a replayed event, a restart) changes nothing. Says whether it was new. Raises as
    :func:`cast` does, and then has not seen it: one given between two rounds is found when the new round is offered.
    """
    if person.id is None:
        raise StateError("Only members of a server vote.")
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, story):
        new = await insert_new(session, ReactionRow, scene_id=scene_id, member_id=person.id, choice=choice)
        if new:
            ballot = Cast(scene_id, round_number, person, choice, BallotSource.REACTION, at or now())
            (await Known.read(session, [ballot])).check(ballot)
            values = ballot_values(scene_id, round_number, person.id, choice, ballot.source, ballot.at)
            await store_ballots(session, [values])
            await closing.close_if_all_voted(session, story)
    return new


async def unreact(workshop: Workshop, scene_id: int, member_id: int | None, choice: int | None) -> int:
    """A reaction was taken away: withdraw the ballot that it cast, if it still stands; gives how many were.

    A ballot cast by button, or changed since, stays. ``member_id`` or ``choice`` None: all of them were cleared.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, _):
        return await _unreact(session, scene_id, member_id, choice)


async def _unreact(session: AsyncSession, scene_id: int, member_id: int | None, choice: int | None) -> int:
    scene = await session.get_one(SceneRow, scene_id)
    seen = delete(ReactionRow).where(ReactionRow.scene_id == scene_id)
    if member_id is not None:
        seen = seen.where(ReactionRow.member_id == member_id)
    if choice is not None:
        seen = seen.where(ReactionRow.choice == choice)
    # Only what stood there takes a ballot with it: a ballot whose reaction went with a deleted message stays.
    gone = [tuple(row) for row in await session.execute(seen.returning(ReactionRow.member_id, ReactionRow.choice))]
    held = delete(BallotRow).where(
        BallotRow.scene_id == scene_id,
        BallotRow.round == scene.round,
        BallotRow.source == BallotSource.REACTION,
        tuple_(BallotRow.member_id, BallotRow.choice).in_(gone),
    )
    return len((await session.scalars(held.returning(BallotRow.id))).all())


async def forget_reactions(workshop: Workshop, scene_id: int) -> None:
    """The reactions under a scene are gone, but nobody took them away: its message was deleted or its pictures
    replaced. The ballots they cast stay."""
    async with workshop.database.write() as session:
        await session.execute(delete(ReactionRow).where(ReactionRow.scene_id == scene_id))


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What comparing reactions came to: how many differed, and those (member, choice) that may not vote."""

    differing: int
    refused: tuple[tuple[int, int], ...] = ()


async def unknown_voters(
    workshop: Workshop, scene_id: int, standing: Mapping[int, Collection[int]]
) -> tuple[int | None, set[int]]:
    """The story's server, and the members behind reactions not seen before whose roles must be known to tell whether
    they may vote (none where everybody may). Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        _, story = await story_of(session, scene_id)
        row = await session.get(VotingRow, story.id)
        if is_open(Act.VOTE, await of_server(session, story.server_id)) and has_role(_ANYBODY, row):
            return story.server_id, set()
        rows = await session.scalars(select(ReactionRow).where(ReactionRow.scene_id == scene_id))
        before = {(row.member_id, row.choice) for row in rows}
    new = {member for choice, members in standing.items() for member in members if (member, choice) not in before}
    return story.server_id, new


async def reconcile(
    workshop: Workshop,
    scene_id: int,
    round_number: int,
    standing: Mapping[int, Collection[int]],
    voters: Mapping[int, Person] | None = None,
) -> Reconciled:
    """Compare the reactions that stand under a scene now with those seen last.

    ``standing`` maps candidate numbers to members (no bots). One taken away meanwhile withdraws only the ballot that
    it cast. Of new ones by one person the ballot held stands, else the lowest number counts. ``voters`` are those of
    :func:`unknown_voters` with their roles: where not everybody may vote, whoever is not among them does not count.
    """
    story_id = await story_id_of(workshop, scene_id)
    now_standing = {(member, choice) for choice, members in standing.items() for member in members}
    async with workshop.database.read() as session:
        rows = await session.scalars(select(ReactionRow).where(ReactionRow.scene_id == scene_id))
        before = {(row.member_id, row.choice) for row in rows}
    if before == now_standing:
        return Reconciled(0)
    async with workshop.changing(story_id) as (session, story):
        settings = await of_server(session, story.server_id)
        known = voters or {}
        row = await session.get(VotingRow, story_id)
        everybody = is_open(Act.VOTE, settings) and has_role(_ANYBODY, row)
        uncounted = {
            pair
            for pair in now_standing - before
            if pair[0] in settings.blocked_members
            or (not everybody and (pair[0] not in known or not _may_vote(known[pair[0]], settings, row)))
        }
        scene = await session.get_one(SceneRow, scene_id)
        for member, choice in sorted(before - now_standing):
            await _unreact(session, scene_id, member, choice)
        votes_count = story.state is StoryState.OPEN and scene.round == round_number and scene.round > 0
        # What was not told when it happened counts only while the vote runs: nobody knows whether it came in time.
        votes_count = votes_count and closing.takes_ballots(scene, row, now())
        offered = await offered_in(session, scene_id, round_number)
        at = await _shown_since(session, scene_id, round_number)
        # Sorted: of two new reactions by one member the lowest number comes first, and is then the ballot held.
        for member, choice in sorted(now_standing - before - uncounted):
            await insert_new(session, ReactionRow, scene_id=scene_id, member_id=member, choice=choice)
            held = select(BallotRow.id).where(
                BallotRow.scene_id == scene_id, BallotRow.round == round_number, BallotRow.member_id == member
            )
            if votes_count and choice in offered and await session.scalar(held) is None:
                values = ballot_values(scene_id, round_number, member, choice, BallotSource.REACTION, at)
                await store_ballots(session, [values])
        await closing.close_if_all_voted(session, story)
    refused = tuple(sorted(pair for pair in uncounted if pair[0] in known or pair[0] in settings.blocked_members))
    return Reconciled(len((before ^ now_standing) - uncounted), refused)


def _may_vote(person: Person, settings: ServerSettings, row: VotingRow | None) -> bool:
    return may(person, Act.VOTE, settings) and has_role(person, row)


async def _shown_since(session: AsyncSession, scene_id: int, round_number: int) -> datetime:
    """The earliest moment a reaction to a round's pictures can have been given. When it was given nobody told, so a
    choice whose moment is known, such as a button pressed while reactions are being read, comes after it."""
    finished = await session.scalar(
        select(RoundRow.finished_at).where(RoundRow.scene_id == scene_id, RoundRow.number == round_number)
    )
    return finished or now()
