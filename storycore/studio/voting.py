"""How a story's pictures are chosen: by its authors or by vote, until when, and how that ends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError, StateError
from storycore.store.models import BallotRow, SceneRow, StoryRow, StoryState, now
from storycore.store.together import VotingRow
from storycore.studio import audit, closing
from storycore.studio.ballots import offered_in, story_of
from storycore.studio.batches import next_start
from storycore.studio.people import Person, require_here, require_open
from storycore.studio.permissions import Act, require
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings
from storycore.studio.voting_views import VotingView, mode_of, read_voting
from storycore.voting.rules import How, Mode, tally
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

#: Said instead of a mode: as the server does.
AS_SERVER = "server"
MOST_QUORUM = 1000
_NEVER = frozenset({"", "never", "none", "no", "off", "-"})
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=30)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PIECE = re.compile(r"(\d{1,5})\s*(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])", re.ASCII)
_HOW = "Write `90 min`, `2 h`, `3 days`, a time of day such as `20:00`, or `never`."


def read_closing(text: str, settings: ServerSettings, moment: datetime) -> datetime | None:
    """When a vote closes that is to close at ``text``: after a while (``2 h 30 min``), at a time of day of the
    server, or None for never. Raises ``StateError``.
    """
    tidy = " ".join(text.lower().removeprefix("in ").split())
    if tidy in _NEVER:
        return None
    pieces = _PIECE.findall(tidy)
    if pieces and not _PIECE.sub("", tidy).strip(" ,"):
        after = sum((timedelta(**{_UNITS[unit[0]]: int(number)}) for number, unit in pieces), timedelta())
        if not _SHORTEST <= after <= _LONGEST:
            raise StateError("A vote takes between a minute and 30 days.", _HOW)
        return moment + after
    if not re.fullmatch(r"\d{1,2}([:.h]\d{2})?", tidy, re.ASCII):
        raise StateError("I do not understand when the vote shall close.", _HOW)
    return next_start(tidy, settings, moment)


async def show(workshop: Workshop, story_id: int, person: Person) -> VotingView:
    """A story's rules, for somebody who may change them. Raises ``NotAllowedError``."""
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, story_id)
        await require(session, person, Act.STEER, story, what="say how pictures are chosen")
        return await read_voting(session, story)


async def may_steer(workshop: Workshop, story_id: int, person: Person) -> bool:
    """Whether ``person`` may change how the pictures are chosen, as things are now."""
    try:
        await show(workshop, story_id, person)
    except NotAllowedError:
        return False
    async with workshop.database.read() as session:
        return (await session.get_one(StoryRow, story_id)).state is StoryState.OPEN


async def change(
    workshop: Workshop,
    story_id: int,
    person: Person,
    *,
    mode: str | None = None,
    role_id: int | None = None,
    quorum: int | None = None,
    closes: str | None = None,
) -> VotingView:
    """Say how the pictures are chosen; what is None stays as it is. The author, co-authors and moderators may.

    ``mode`` is ``solo``, ``vote`` or ``server``; ``role_id`` 0 is everyone, ``quorum`` 0 none; ``closes`` as
    :func:`read_closing` takes it. What votes already were cast stay. In *solo* there is nothing to close: the rest is
    taken back. Raises ``StateError`` for what does not fit.
    """
    if quorum is not None and not 0 <= quorum <= MOST_QUORUM:
        raise StateError(f"A quorum is a number from 1 to {MOST_QUORUM:,}.", "Write 0 for none.")
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, story):
        settings = await _steering(session, story, person)
        before = await read_voting(session, story)
        row = await _row(session, story_id)
        if mode is not None:
            row.mode = None if mode == AS_SERVER else Mode(mode)
        if role_id is not None:
            row.role_id = role_id or None
        if quorum is not None:
            row.quorum = quorum or None
        stopped = await _set_closing(workshop, session, story, row, settings, closes)
        if mode_of(story, row, settings) is Mode.SOLO:
            if role_id or quorum or (row.closes_at is not None and closes is not None):
                raise StateError("In *solo* the authors pick: there is no vote to close.", "Choose *vote* with it.")
            row.role_id = row.quorum = row.closes_at = None
        await session.flush()
        await closing.close_if_all_voted(session, story)
        await session.flush()
        after = await read_voting(session, story)
        if before != after:
            audit.note(session, person, "story.voting", story.title, _told(before), _told(after))
    await workshop.engine.cancel(stopped)
    return after


async def _set_closing(
    workshop: Workshop,
    session: AsyncSession,
    story: StoryRow,
    row: VotingRow,
    settings: ServerSettings,
    closes: str | None,
) -> list[str]:
    """Set the closing time, if one was said; gives the ids of the workflows that are not needed any more."""
    if closes is None:
        return []
    stopped = [asking.closing_id(story.id, row.asked)] if row.closes_at is not None else []
    row.closes_at = read_closing(closes, settings, now())
    if row.closes_at is not None:
        row.asked += 1
        await session.flush()
        left = (row.closes_at - now()).total_seconds()
        await workshop.engine.enqueue(session, [asking.closing(story.id, row.asked, left)])
    return stopped


def _told(voting: VotingView) -> str:
    """The rules in a few words, for the audit."""
    said = [voting.mode.value]
    said += [f"by <@&{voting.role_id}>"] if voting.role_id else []
    said += [f"until {voting.closes_at:%Y-%m-%d %H:%M} UTC"] if voting.closes_at else []
    said += [f"at {voting.quorum} votes each"] if voting.quorum else []
    return ", ".join(said)


async def _steering(session: AsyncSession, story: StoryRow, person: Person) -> ServerSettings:
    settings = await require(session, person, Act.STEER, story, what="say how pictures are chosen")
    require_open(story)
    if story.preview_of is not None:
        raise StateError("Portraits are voted on, and picked by those who manage characters.")
    return settings


async def _row(session: AsyncSession, story_id: int) -> VotingRow:
    row = await session.get(VotingRow, story_id)
    if row is None:
        row = VotingRow(story_id=story_id)
        session.add(row)
        await session.flush()
    return row


async def close(workshop: Workshop, story_id: int, person: Person) -> int:
    """Close the vote now: what leads is picked. Gives how many scenes that decided.

    The author, co-authors and moderators may. Raises ``StateError`` in *solo*, and when nothing is open.
    """
    async with workshop.changing(story_id) as (session, story):
        settings = await _steering(session, story, person)
        row = await _row(session, story_id)
        if mode_of(story, row, settings) is Mode.SOLO:
            raise StateError("In *solo* the authors pick: there is no vote to close.", "**Pick** stands under a scene.")
        if not await closing.undecided(session, story_id):
            raise StateError("There is no vote to close: every scene that has pictures has its pick.")
        stopped = [asking.closing_id(story_id, row.asked)] if row.closes_at is not None else []
        decided = await closing.close(session, story, row, by=person)
        audit.note(session, person, "story.vote_closed", story.title, "", f"{decided} scenes")
    await workshop.engine.cancel(stopped)
    return decided


async def reopen(workshop: Workshop, story_id: int, person: Person) -> int:
    """Give what a vote decided back to the votes; gives how many scenes that were. What was picked wins ties.

    The author, co-authors and moderators may. Raises ``StateError`` when no vote was closed.
    """
    async with workshop.changing(story_id) as (session, story):
        await _steering(session, story, person)
        row = await _row(session, story_id)
        decided = select(SceneRow).where(
            SceneRow.story_id == story_id, SceneRow.pick.is_not(None), SceneRow.pick_how == How.VOTE
        )
        scenes = list(await session.scalars(decided))
        if row.closed_at is None or not scenes:
            raise StateError("No vote was closed here.", "Votes count until one is.")
        for scene in scenes:
            scene.earlier_pick, scene.pick, scene.pick_how = scene.pick, None, How.PERSON
        # A quorum that was reached would close it again at once.
        row.closed_at, row.closed_by, row.closed_by_name, row.closed_why, row.quorum = None, None, "", "", None
        audit.note(session, person, "story.vote_opened", story.title, f"{len(scenes)} scenes", "")
    return len(scenes)


async def let_the_bot_pick(workshop: Workshop, story_id: int, person: Person) -> int:
    """Pick for every scene that has no pick what most voted for, whoever they are; where nobody voted, the first
    picture. Gives how many scenes that were. The author, co-authors and moderators may.

    Raises ``StateError`` when every scene with pictures has its pick.
    """
    async with workshop.changing(story_id) as (session, story):
        await _steering(session, story, person)
        decided = await closing.decide(session, story, How.BOT)
        if not decided:
            raise StateError("Every scene that has pictures has its pick.", "**Pick** under a scene changes one.")
        audit.note(session, person, "story.bot_picked", story.title, "", f"{decided} scenes")
    return decided


@dataclass(frozen=True, slots=True)
class Votes:
    """A scene's votes: ``tally`` by picture; ``members`` (ids) by picture where it may be seen who voted for what (else
    None); ``own`` is what whoever asks voted for."""

    scene_number: int
    tally: Mapping[int, int]
    members: Mapping[int, Sequence[int]] | None
    own: int | None
    mode: Mode


async def votes_of(workshop: Workshop, scene_id: int, person: Person) -> Votes:
    """Who voted for what in the round that is shown. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        scene, story = await story_of(session, scene_id)
        require_here(story, person)
        settings = await of_server(session, story.server_id)
        voting = await read_voting(session, story)
        where = (BallotRow.scene_id == scene_id, BallotRow.round == scene.round)
        rows = list(await session.scalars(select(BallotRow).where(*where).order_by(BallotRow.cast_at)))
        offered = await offered_in(session, scene_id, scene.round)
    blocked = settings.blocked_members
    named = {n: [r.member_id for r in rows if r.choice == n and r.member_id not in blocked] for n in offered}
    own = next((row.choice for row in rows if row.member_id == person.id), None)
    return Votes(
        scene.number, tally([r.choice for r in rows], offered), named if voting.named else None, own, voting.mode
    )
