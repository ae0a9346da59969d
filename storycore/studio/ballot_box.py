"""The ballot box: ballots that arrive together are committed together, each before it is acknowledged.

SQLite has one writer, and a transaction costs several milliseconds whatever it holds. With one per ballot, two hundred
people who press at once would wait for two hundred commits, past Discord's three seconds. So while one transaction is
being written, what arrives meanwhile is collected for the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import FiresideError, NotAllowedError, NotFoundError, StateError
from storycore.store.models import BallotRow, BallotSource, CandidateRow, RoundRow, SceneRow, StoryRow, now
from storycore.store.together import VotingRow
from storycore.studio import closing
from storycore.studio.people import Person, require_here, require_open
from storycore.studio.permissions import Act, may, refusal
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings

if TYPE_CHECKING:
    from storycore.work.workshop import Workshop

_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Cast:
    """One member's choice: for which scene and round, how, and when it was made."""

    scene_id: int
    round: int
    person: Person
    choice: int
    source: BallotSource
    at: datetime


@dataclass(frozen=True, slots=True)
class Voted:
    """What came of a ballot: the scene's number, the choice, and the member's choice before (None: the first)."""

    scene_number: int
    choice: int
    before: int | None


class BallotBox:
    """Collects ballots and commits them in turns. Belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Cast, asyncio.Future[Voted]]] = []
        self._emptying: asyncio.Task[None] | None = None

    async def put(self, workshop: Workshop, cast: Cast) -> Voted:
        """Cast one ballot; returns once it is committed. Raises what is wrong with it, and then nothing was kept."""
        answer: asyncio.Future[Voted] = asyncio.get_running_loop().create_future()
        self._waiting.append((cast, answer))
        if self._emptying is None or self._emptying.done():
            self._emptying = asyncio.create_task(self._empty(workshop), name="ballot-box")
        return await answer

    async def _empty(self, workshop: Workshop) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            try:
                results = await cast_all(workshop, [cast for cast, _ in batch])
            except BaseException as error:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error if isinstance(error, Exception) else StateError("I am stopping."))
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, answer), result in zip(batch, results, strict=True):
                if answer.done():  # whoever asked is gone; the ballot counts all the same
                    continue
                if isinstance(result, FiresideError):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)


async def cast_all(workshop: Workshop, casts: Sequence[Cast]) -> list[Voted | FiresideError]:
    """Cast ballots in one transaction, in their order; what is wrong with one does not touch the others."""
    results: list[Voted | FiresideError] = []
    kept: list[dict[str, Any]] = []
    changed: dict[int, StoryRow] = {}
    async with workshop.database.write() as session:
        known = await Known.read(session, casts)
        for cast in casts:
            try:
                scene, story = known.check(cast)
            except FiresideError as error:
                results.append(error)
                continue
            key = (cast.scene_id, cast.round, cast.person.id or 0)
            results.append(Voted(scene.number, cast.choice, known.held.get(key)))
            known.held[key] = cast.choice
            kept.append(ballot_values(cast.scene_id, cast.round, key[2], cast.choice, cast.source, cast.at))
            changed[story.id] = story
        if kept:
            await store_ballots(session, kept)
        for story in changed.values():
            await closing.close_if_all_voted(session, story)
            story.version += 1
            story.updated_at = now()
    for story_id in changed:
        workshop.changes.publish(story_id)
    return results


def ballot_values(
    scene_id: int, round_number: int, member_id: int, choice: int, source: BallotSource, at: datetime
) -> dict[str, Any]:
    """A ballot as it is stored."""
    return {
        "scene_id": scene_id,
        "round": round_number,
        "member_id": member_id,
        "choice": choice,
        "source": source,
        "cast_at": at,
    }


async def store_ballots(session: AsyncSession, ballots: Sequence[dict[str, Any]]) -> None:
    """Write ballots; of one member's for one round the one that was made last stands, whenever it is written."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(BallotRow.__table__)  # type: ignore[arg-type]
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["scene_id", "round", "member_id"],
        set_={"choice": new.choice, "source": new.source, "cast_at": new.cast_at},
        where=BallotRow.cast_at <= new.cast_at,
    )
    await (await session.connection()).execute(statement, list(ballots))


def spelt(numbers: Collection[int]) -> str:
    """Numbers as people read them: ``1 to 4`` without gaps, else ``1, 2, 4``."""
    listed = sorted(numbers)
    if len(listed) > 1 and listed[-1] - listed[0] == len(listed) - 1:
        return f"{listed[0]} to {listed[-1]}"
    return ", ".join(map(str, listed)) or "there is none"


def has_role(person: Person, row: VotingRow | None) -> bool:
    """Whether ``person`` has the role that a story's vote is for, where it is for one."""
    return row is None or row.role_id is None or person.admin or row.role_id in person.roles


@dataclass(slots=True)
class Known:
    """What ballots are checked against, read once for all of them."""

    scenes: dict[int, tuple[SceneRow, StoryRow]]
    offered: dict[tuple[int, int], set[int]]
    held: dict[tuple[int, int, int], int]
    settings: dict[int | None, ServerSettings]
    voting: dict[int, VotingRow]

    @classmethod
    async def read(cls, session: AsyncSession, casts: Sequence[Cast]) -> Known:
        """Scenes, offers and ballots that concern ``casts``."""
        scene_ids = {cast.scene_id for cast in casts}
        members = {cast.person.id or 0 for cast in casts}
        found = await session.execute(select(SceneRow, StoryRow).join(SceneRow.story).where(SceneRow.id.in_(scene_ids)))
        offered = await session.execute(
            select(RoundRow.scene_id, RoundRow.number, CandidateRow.number)
            .join(CandidateRow, CandidateRow.round_id == RoundRow.id)
            .where(RoundRow.scene_id.in_(scene_ids), CandidateRow.hidden.is_(False))
        )
        numbers: dict[tuple[int, int], set[int]] = {}
        for scene_id, round_number, number in offered:
            numbers.setdefault((scene_id, round_number), set()).add(number)
        held = await session.execute(
            select(BallotRow.scene_id, BallotRow.round, BallotRow.member_id, BallotRow.choice).where(
                BallotRow.scene_id.in_(scene_ids), BallotRow.member_id.in_(members)
            )
        )
        concerned = select(SceneRow.story_id).where(SceneRow.id.in_(scene_ids))
        voting = await session.scalars(select(VotingRow).where(VotingRow.story_id.in_(concerned)))
        return cls(
            {scene.id: (scene, story) for scene, story in found},
            numbers,
            {(scene_id, number, member): choice for scene_id, number, member, choice in held},
            {server: await of_server(session, server) for server in {cast.person.server_id for cast in casts}},
            {row.story_id: row for row in voting},
        )

    def check(self, cast: Cast) -> tuple[SceneRow, StoryRow]:
        """The scene and story of a ballot that may be cast. Raises what is wrong with it."""
        if cast.scene_id not in self.scenes:
            raise NotFoundError("That scene is not here any more.", "`/story show` brings up the story as it is now.")
        scene, story = self.scenes[cast.scene_id]
        require_here(story, cast.person)
        settings = self.settings[cast.person.server_id]
        if not may(cast.person, Act.VOTE, settings):
            raise refusal(Act.VOTE, settings, "vote here", person=cast.person)
        row = self.voting.get(story.id)
        if not has_role(cast.person, row):
            raise NotAllowedError(f"Only members with the role <@&{row.role_id if row else 0}> vote on this story.")
        require_open(story)
        if scene.round != cast.round or scene.round == 0:
            raise StateError("These pictures were replaced by new ones.", "Vote for one of the new pictures.")
        closing.check_open(scene, row, cast.at)
        offered = self.offered.get((cast.scene_id, cast.round), set())
        if cast.choice not in offered:
            raise NotFoundError(f"There is no picture {cast.choice} here.", f"Choose one: {spelt(offered)}.")
        return scene, story
