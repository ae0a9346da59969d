"""What is known of hosts, into their rows; and the word that no painter can be reached, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.hosts.host import Host
from storycore.hosts.model import Found
from storycore.store.database import Database
from storycore.store.hosts import HostHealth, HostRow, HostState, NoticeRow
from storycore.store.models import RoundRow, SceneRow, StoryRow, WorkState, now

NO_PAINTER = "no_painter"
_SICK = "sick"
_UNREACHABLE = "No painter is reachable."
_ILL = (HostHealth.AWAY, HostHealth.REFUSING)


@dataclass(slots=True)
class _Tally:
    pictures: int = 0
    failures: int = 0
    pace: float | None = None


class Ledger:
    """Writes hosts' rows: changes of health at once, counts now and then."""

    def __init__(self, database: Database, publish: Callable[[int], None]) -> None:
        self._database = database
        self._publish = publish
        self._tallies: dict[int, _Tally] = {}

    def count(self, host: Host, pictures: int, pace: float) -> None:
        """A host painted; ``pace`` is its seconds for a picture of a megapixel, this time."""
        tally = self._tallies.setdefault(host.id, _Tally())
        tally.pictures += pictures
        tally.pace = pace if tally.pace is None else 0.7 * tally.pace + 0.3 * pace

    async def flush(self) -> None:
        """Write what was counted."""
        if not self._tallies:
            return
        tallies, self._tallies = self._tallies, {}
        async with self._database.write() as session:
            for host_id, tally in tallies.items():
                row = await session.get(HostRow, host_id)
                if row is None:
                    continue
                row.painted += tally.pictures
                row.failed += tally.failures
                if tally.pace is not None:
                    row.pace = tally.pace if row.pace is None else 0.7 * row.pace + 0.3 * tally.pace

    async def ill(self, host: Host, health: HostHealth, detail: str) -> None:
        """A host does not answer, or refuses us."""
        self._tallies.setdefault(host.id, _Tally()).failures += 1
        async with self._database.write() as session:
            row = await session.get(HostRow, host.id)
            if row is None:
                return
            row.health, row.detail, row.checked_at = health, detail, now()
            row.next_try_at = row.checked_at + timedelta(seconds=host.breaker.seconds_left)
            told = await self._reckon(session)
            if host.sick:
                await _say_sick(session, row)
        self._tell(told)

    async def well(self, host: Host, found: Found | None) -> None:
        """A host answers (again); ``found`` is what a look at it found."""
        async with self._database.write() as session:
            row = await session.get(HostRow, host.id)
            if row is None:
                return
            row.health, row.detail, row.checked_at, row.next_try_at = HostHealth.WELL, "", now(), None
            _note_found(row, host, found)
            for notice in await _open_notices(session, _sickness(row)):
                notice.over_at = now()
            told = await self._reckon(session)
        self._tell(told)

    async def seen(self, host: Host, found: Found) -> None:
        """What a look at a host found, that answers and does not paint: it is not well thereby."""
        async with self._database.write() as session:
            row = await session.get(HostRow, host.id)
            if row is not None:
                _note_found(row, host, found)
                row.checked_at = now()
                row.next_try_at = row.checked_at + timedelta(seconds=host.breaker.seconds_left)

    async def _reckon(self, session: AsyncSession) -> list[int]:
        """Compare who can be painted for with what was told; gives the stories whose messages change."""
        await session.flush()
        hosts = list(await session.scalars(select(HostRow).where(HostRow.state == HostState.ENABLED)))
        # A server without hosts of its own stands and falls with everybody's (None).
        places = {host.server_id for host in hosts}
        open_ = {notice.server_id: notice for notice in await _open_notices(session, NO_PAINTER)}
        changed: list[int] = []
        for place in places:
            serving = [host for host in hosts if host.server_id in (None, place)]
            down = all(host.health in _ILL for host in serving)
            if down and place not in open_:
                reason = "; ".join(f"{host.name}: {host.detail}" for host in serving[:5])
                words = f"No painter is reachable ({reason}) Jobs wait, and nothing is lost."
                session.add(NoticeRow(server_id=place, kind=NO_PAINTER, words=words))
                changed += await _say(session, place, places, unreachable_words(serving))
            elif not down and place in open_:
                open_[place].over_at = now()
                changed += await _say(session, place, places, "")
        for place in open_.keys() - places:  # its last host was removed
            open_[place].over_at = now()
            changed += await _say(session, place, places, "")
        return changed

    def _tell(self, stories: list[int]) -> None:
        for story_id in stories:
            self._publish(story_id)


async def _open_notices(session: AsyncSession, kind: str) -> Sequence[NoticeRow]:
    return (await session.scalars(select(NoticeRow).where(NoticeRow.over_at.is_(None), NoticeRow.kind == kind))).all()


def _sickness(row: HostRow) -> str:
    return f"{_SICK}:{row.id}"


async def _say_sick(session: AsyncSession, row: HostRow) -> None:
    """Tell admins once that a host fails with everything, until it has painted something again."""
    if not await _open_notices(session, _sickness(row)):
        words = (
            f"The GPU host {row.name} answers, and fails with everything it is asked ({row.detail}) It is left alone, "
            f"and tried with one job now and then; `/host test` has it tried at once."
        )
        session.add(NoticeRow(server_id=row.server_id, kind=_sickness(row), words=words))


def _note_found(row: HostRow, host: Host, found: Found | None) -> None:
    if found is not None:
        row.flavour, row.checkpoint = found.flavour.value, host.loaded or found.checkpoint
        row.own_checkpoint = host.own or found.checkpoint
        row.abilities = found.abilities.to_json()


def unreachable_words(hosts: Sequence[HostRow]) -> str:
    """What a story says while none of its hosts answers."""
    waits = [
        (host.next_try_at - host.checked_at).total_seconds()
        for host in hosts
        if host.next_try_at is not None and host.checked_at is not None
    ]
    return f"{_UNREACHABLE} Next try in {max(1.0, min(waits, default=20.0)):.0f} s."


async def words_for(session: AsyncSession, server_id: int | None) -> str:
    """What a job that is asked for now has to say: "" unless none of its hosts answers."""
    own = HostRow.server_id.is_(None) | (HostRow.server_id == server_id)
    hosts = (await session.scalars(select(HostRow).where(own, HostRow.state == HostState.ENABLED))).all()
    down = bool(hosts) and all(host.health in _ILL for host in hosts)
    return unreachable_words(hosts) if down else ""


async def _say(session: AsyncSession, place: int | None, places: Set[int | None], words: str) -> list[int]:
    """Have the waiting rounds of a place say ``words`` ("": that it is over); gives the stories concerned."""
    query = (
        select(RoundRow, StoryRow)
        .join(SceneRow, SceneRow.id == RoundRow.scene_id)
        .join(StoryRow, StoryRow.id == SceneRow.story_id)
        .where(RoundRow.state == WorkState.WAITING)
    )
    if place is not None:
        query = query.where(StoryRow.server_id == place)
    stories: dict[int, StoryRow] = {}
    for round_, story in await session.execute(query):
        elsewhere = place is None and story.server_id is not None and story.server_id in places
        if elsewhere or (not words and not round_.problem.startswith(_UNREACHABLE)):
            continue
        round_.problem = words
        stories[story.id] = story
    for story in stories.values():
        story.version += 1
    return list(stories)
