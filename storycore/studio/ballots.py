"""Ballots: one member, one choice, one round. Commit, then acknowledge; the last choice stands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.store.models import BallotRow, BallotSource, CandidateRow, RoundRow, SceneRow, StoryRow, now
from storycore.studio.people import Person, require_here, require_open
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Voted:
    """What came of a ballot: the scene's number, the choice, and the member's choice before (None: the first)."""

    scene_number: int
    choice: int
    before: int | None


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
    workshop: Workshop, scene_id: int, round_number: int, person: Person, choice: int, source: BallotSource
) -> Voted:
    """Cast a ballot for a candidate of the round that is shown.

    Raises ``StateError`` when other pictures are shown by now, ``NotFoundError`` for a candidate that is not offered.
    """
    if person.id is None:
        raise StateError("Only members of a server vote.", "At the command line, write picks into story.yaml.")
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, story):
        require_here(story, person)
        require_open(story)
        scene = await session.get_one(SceneRow, scene_id)
        if scene.round != round_number or scene.round == 0:
            raise StateError("These pictures were replaced by new ones.", "Vote for one of the new pictures.")
        offered = await session.scalar(
            select(func.count())
            .select_from(CandidateRow)
            .join(RoundRow, RoundRow.id == CandidateRow.round_id)
            .where(RoundRow.scene_id == scene_id, RoundRow.number == round_number)
        )
        if not 1 <= choice <= (offered or 0):
            raise NotFoundError(f"There is no picture {choice} here.", f"Choose one from 1 to {offered}.")
        before = await session.scalar(
            select(BallotRow.choice).where(
                BallotRow.scene_id == scene_id, BallotRow.round == round_number, BallotRow.member_id == person.id
            )
        )
        await _store(session, scene_id, round_number, person.id, choice, source)
    return Voted(scene.number, choice, before)


async def _store(
    session: AsyncSession, scene_id: int, round_number: int, member_id: int, choice: int, source: BallotSource
) -> None:
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    changed = {"choice": choice, "source": source, "cast_at": now()}
    statement = insert(BallotRow).values(scene_id=scene_id, round=round_number, member_id=member_id, **changed)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["scene_id", "round", "member_id"], set_=changed)
    )


async def withdraw(workshop: Workshop, scene_id: int, member_id: int | None, choice: int | None) -> int:
    """A reaction was taken away: withdraw the ballot that it cast, if it still stands; gives how many were.

    A ballot cast by button, or changed since, stays. ``member_id`` or ``choice`` None: all reactions were cleared.
    """
    story_id = await story_id_of(workshop, scene_id)
    async with workshop.changing(story_id) as (session, _):
        scene = await session.get_one(SceneRow, scene_id)
        statement = delete(BallotRow).where(
            BallotRow.scene_id == scene_id,
            BallotRow.round == scene.round,
            BallotRow.source == BallotSource.REACTION,
        )
        if member_id is not None:
            statement = statement.where(BallotRow.member_id == member_id)
        if choice is not None:
            statement = statement.where(BallotRow.choice == choice)
        withdrawn = (await session.scalars(statement.returning(BallotRow.id))).all()
    return len(withdrawn)
