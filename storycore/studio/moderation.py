"""Moderation: members report pictures; moderators hide and delete them, warn and block whoever made them.

Every act of a moderator is audited in its own transaction. People are named as the chat names them (``<@id>``).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.store.characters import CharacterRow
from storycore.store.forgetting import delete_doomed, let_go
from storycore.store.media import insert_new
from storycore.store.models import (
    UNFINISHED,
    CandidateRow,
    FilmRow,
    RoundRow,
    SceneRow,
    StoryRow,
    WorkState,
    now,
)
from storycore.store.moderation import BlockRow, ReportRow, WarningRow
from storycore.studio import audit
from storycore.studio.ballots import story_of
from storycore.studio.cases import CaseView, read_cases
from storycore.studio.people import Person, require_here
from storycore.studio.permissions import Act, require
from storycore.work.jobs import asking
from storycore.work.workshop import Workshop

REASON_LENGTH = 500
#: Reports of one member that may wait at once.
_MOST_WAITING = 10
_MODERATE = "moderate"
_GONE = "That picture is not here any more."


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody who is blocked here, and why."""

    member_id: int
    name: str
    reason: str
    by_name: str


def tidy_words(text: str, length: int = REASON_LENGTH) -> str:
    """A reason or warning as it is kept: printable, white space folded, cut."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:length].strip()


def mention(member_id: int | None) -> str:
    """A member as the audit names them: the chat shows it as a name, and erasing finds it again."""
    return "somebody" if member_id is None else f"<@{member_id}>"


async def report(
    workshop: Workshop, person: Person, scene_id: int, number: int, reason: str, round_number: int | None = None
) -> None:
    """Report a picture of the round that is shown. Any member may, each picture once.

    ``round_number`` is the round the person looked at (None: whichever is shown). Raises ``NotFoundError``,
    ``StateError``.
    """
    async with workshop.database.read() as session:
        scene, story = await story_of(session, scene_id)
    async with workshop.changing(story.id) as (session, story):
        require_here(story, person)
        seen = scene.round if round_number is None else round_number
        round_id = await session.scalar(
            select(RoundRow.id)
            .join(CandidateRow, CandidateRow.round_id == RoundRow.id)
            .where(
                RoundRow.scene_id == scene_id,
                RoundRow.number == seen,
                CandidateRow.number == number,
                CandidateRow.hidden.is_(False),
            )
        )
        if round_id is None:
            raise NotFoundError(f"There is no picture {number} here.", "Moderators may have taken it away already.")
        waiting = await session.scalar(
            select(func.count(ReportRow.id)).where(
                ReportRow.server_id == (person.server_id or 0), ReportRow.made_by == person.id, ReportRow.decision == ""
            )
        )
        if (waiting or 0) >= _MOST_WAITING:
            raise StateError("Several of your reports wait for a moderator already.", "They are looked at first.")
        new = await insert_new(
            session,
            ReportRow,
            server_id=person.server_id or 0,
            story_id=story.id,
            round_id=round_id,
            number=number,
            reason=tidy_words(reason),
            made_by=person.id,
            made_by_name=person.name[:100],
            made_at=now(),
        )
        if not new:
            raise StateError("You reported this picture already.", "Moderators will look at it.")


async def cases(workshop: Workshop, person: Person, limit: int = 25) -> list[CaseView]:
    """What moderators have to look at here: what waits, then what is hidden; oldest first. Moderators may."""
    async with workshop.database.read() as session:
        await require(session, person, Act.MODERATE, what=_MODERATE)
        here = ReportRow.server_id == (person.server_id or 0)
        hidden = (
            select(ReportRow.id)
            .join(
                CandidateRow,
                (CandidateRow.round_id == ReportRow.round_id) & (CandidateRow.number == ReportRow.number),
            )
            .where(here, CandidateRow.hidden)
        )
        rows = await session.scalars(
            select(ReportRow)
            .where(here, (ReportRow.decision == "") | ReportRow.id.in_(hidden))
            .order_by(ReportRow.decision != "", ReportRow.id)
            .limit(limit)
        )
        found = await read_cases(session, workshop.folder, list(rows))
        return sorted(found, key=lambda case: (case.decision != "", case.id))


async def case(workshop: Workshop, person: Person, report_id: int) -> CaseView:
    """One case as it is now, for moderators. Raises ``NotFoundError``, ``NotAllowedError``."""
    async with workshop.database.read() as session:
        rows = await _reports(session, person, report_id)
        return (await read_cases(session, workshop.folder, rows))[0]


async def _reports(session: AsyncSession, person: Person, report_id: int) -> list[ReportRow]:
    """All reports of the picture that this one is about, for a moderator of its server."""
    await require(session, person, Act.MODERATE, what=_MODERATE)
    first = await session.get(ReportRow, report_id)
    if first is None or first.server_id != person.server_id:
        raise NotFoundError("That report is not here any more.", "`/moderation list` shows those that are.")
    same = select(ReportRow).where(ReportRow.round_id == first.round_id, ReportRow.number == first.number)
    return list(await session.scalars(same.order_by(ReportRow.id)))


async def _decide(session: AsyncSession, person: Person, reports: list[ReportRow], decision: str) -> str:
    """Note what was decided of a picture; gives the picture's name in the audit."""
    for row in reports:
        row.decision, row.decided_at = decision, now()
        row.decided_by, row.decided_by_name = person.id, person.name[:100]
    scene, story = (
        await session.execute(
            select(SceneRow, StoryRow)
            .join(RoundRow, RoundRow.scene_id == SceneRow.id)
            .join(SceneRow.story)
            .where(RoundRow.id == reports[0].round_id)
        )
    ).one()
    return f"{story.title}, scene {scene.number}, picture {reports[0].number}"


async def keep(workshop: Workshop, person: Person, report_id: int) -> None:
    """Let a reported picture stand. Moderators may."""
    async with workshop.database.read() as session:
        story_id = (await _reports(session, person, report_id))[0].story_id
    async with workshop.changing(story_id) as (session, _):
        reports = await _reports(session, person, report_id)
        subject = await _decide(session, person, reports, "kept")
        audit.note(session, person, "moderation.keep", subject, "reported", "kept")


async def hide(workshop: Workshop, person: Person, report_id: int, *, hidden: bool = True) -> None:
    """Take a picture out of chat and film, or (``hidden`` False) bring it back with its votes. Moderators may.

    A film that is being made is begun anew; one that is made and shows the picture is not shown meanwhile. Raises
    ``NotFoundError``, ``StateError`` where it is so already.
    """
    async with workshop.database.read() as session:
        story_id = (await _reports(session, person, report_id))[0].story_id
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, _):
        reports = await _reports(session, person, report_id)
        picture = await _picture(session, reports[0])
        if picture.hidden == hidden:
            raise StateError("It is hidden already." if hidden else "It is not hidden.")
        picture.hidden = hidden
        if hidden:
            await _leave_characters(session, person, picture.media)
        subject = await _decide(session, person, reports, "hidden" if hidden else "kept")
        before, after = ("shown", "hidden") if hidden else ("hidden", "shown")
        audit.note(session, person, "moderation.hide" if hidden else "moderation.unhide", subject, before, after)
        stopped = await _film_anew(workshop, session, story_id)
    await workshop.engine.cancel(stopped)


async def remove(workshop: Workshop, person: Person, report_id: int) -> None:
    """Delete a picture for good, with its file (unless another story shows the same), the films made of it and the
    votes it had. Moderators may."""
    async with workshop.database.read() as session:
        story_id = (await _reports(session, person, report_id))[0].story_id
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, _):
        reports = await _reports(session, person, report_id)
        picture = await _picture(session, reports[0])
        round_ = await session.get_one(RoundRow, picture.round_id)
        round_.taken += 1
        media, number, before = picture.media, picture.number, "hidden" if picture.hidden else "shown"
        subject = await _decide(session, person, reports, "deleted")
        await session.execute(
            update(SceneRow)
            .where(SceneRow.id == round_.scene_id, SceneRow.round == round_.number, SceneRow.pick == number)
            .values(pick=SceneRow.second_pick, second_pick=None)
        )
        await session.execute(
            update(SceneRow)
            .where(SceneRow.id == round_.scene_id, SceneRow.round == round_.number, SceneRow.second_pick == number)
            .values(second_pick=None)
        )
        await session.delete(picture)
        await _leave_characters(session, person, media)
        files = await _leave_films(session, story_id, media)
        await let_go(session, [media, *files])
        audit.note(session, person, "moderation.delete", subject, before, "deleted")
        stopped = await _film_anew(workshop, session, story_id)
    await workshop.engine.cancel(stopped)
    await delete_doomed(workshop.database, workshop.folder)


async def _picture(session: AsyncSession, first: ReportRow) -> CandidateRow:
    picture = await session.scalar(
        select(CandidateRow).where(CandidateRow.round_id == first.round_id, CandidateRow.number == first.number)
    )
    if picture is None:
        raise NotFoundError(_GONE)
    return picture


async def _leave_characters(session: AsyncSession, person: Person, media: str) -> None:
    """A picture that moderators take away is no character's reference any more."""
    rows = await session.scalars(
        select(CharacterRow).where(CharacterRow.portrait == media, CharacterRow.server_id == (person.server_id or 0))
    )
    for row in rows:
        row.portrait = None
        audit.note(session, person, "character.reference", row.name, media[:12], "")


async def _leave_films(session: AsyncSession, story_id: int, media: str) -> list[str]:
    """Films that show a deleted picture go too; gives their files."""
    files: list[str] = []
    for film in await session.scalars(select(FilmRow).where(FilmRow.story_id == story_id)):
        if media in film.pictures and film.state is WorkState.DONE:
            files += [part for part in (film.media, *film.more, *film.captions) if part]
            film.state, film.problem = WorkState.FAILED, "A moderator deleted a picture that it showed."
            film.media, film.more, film.captions, film.pictures = None, [], [], []
    return files


async def _film_anew(workshop: Workshop, session: AsyncSession, story_id: int) -> list[str]:
    """Films that are being made are begun anew, from the pictures there are now; gives the workflows to stop."""
    stopped: list[str] = []
    making = select(FilmRow).where(
        FilmRow.story_id == story_id, FilmRow.state.in_(UNFINISHED), FilmRow.waits_for_pictures.is_(False)
    )
    for film in await session.scalars(making):
        stopped += asking.film_ids(film)
        film.state, film.progress, film.left_s = WorkState.WAITING, 0.0, None
        film.attempt += 1
        await workshop.engine.enqueue(session, [asking.speaking(film)])
    return stopped


async def warn(workshop: Workshop, person: Person, report_id: int, words: str) -> str:
    """Warn whoever made a reported picture: they are told privately when they next use the bot; gives their name.

    Moderators may. Raises ``StateError`` for a warning without words, ``NotFoundError``.
    """
    written = tidy_words(words)
    if not written:
        raise StateError("A warning needs words.", "Say what was wrong, and what you ask them to do.")
    found = await case(workshop, person, report_id)
    if found.maker_id is None or person.server_id is None:
        raise NotFoundError("Nobody here made that picture.")
    async with workshop.changing(found.story_id) as (session, _):
        await require(session, person, Act.MODERATE, what=_MODERATE)
        session.add(
            WarningRow(
                server_id=person.server_id,
                member_id=found.maker_id,
                member_name=found.maker_name[:100],
                words=written,
                made_by=person.id,
                made_by_name=person.name[:100],
            )
        )
        audit.note(session, person, "moderation.warn", mention(found.maker_id), "", written)
    if workshop.warned is not None:
        workshop.warned.add((person.server_id, found.maker_id))
    return found.maker_name


async def untold_warnings(workshop: Workshop, server_id: int, member_id: int) -> list[str]:
    """The warnings that a member was not told of yet; from now on they were."""
    if workshop.warned is None:  # the first look since the start
        async with workshop.database.read() as session:
            rows = await session.execute(
                select(WarningRow.server_id, WarningRow.member_id).where(WarningRow.told_at.is_(None))
            )
            workshop.warned = {(server, member) for server, member in rows}
    if (server_id, member_id) not in workshop.warned:
        return []
    async with workshop.database.write() as session:
        found = list(
            await session.scalars(
                select(WarningRow).where(
                    WarningRow.server_id == server_id, WarningRow.member_id == member_id, WarningRow.told_at.is_(None)
                )
            )
        )
        for row in found:
            row.told_at = now()
        words = [row.words for row in found]
    workshop.warned.discard((server_id, member_id))
    return words


async def block(workshop: Workshop, person: Person, member_id: int, name: str, reason: str, *, admin: bool) -> None:
    """Let a member take part no more: not make, vote, rewrite or steer. Moderators may; ``admin`` members stay.

    Raises ``StateError`` for oneself, an admin, and somebody who is blocked already.
    """
    if person.server_id is None:
        raise StateError("Members are blocked in a server.")
    written = tidy_words(reason)
    async with workshop.database.write() as session:
        await require(session, person, Act.MODERATE, what=_MODERATE)
        if member_id == person.id:
            raise StateError("You cannot block yourself.")
        if admin:
            raise StateError("Admins cannot be blocked.", "They may do everything here.")
        new = await insert_new(
            session,
            BlockRow,
            server_id=person.server_id,
            member_id=member_id,
            member_name=name[:100],
            reason=written,
            made_by=person.id,
            made_by_name=person.name[:100],
            made_at=now(),
        )
        if not new:
            raise StateError("They are blocked already.", "`/moderation unblock` lets them in again.")
        audit.note(session, person, "moderation.block", mention(member_id), "", written or "blocked")
    await _look_again(workshop, person.server_id, member_id)


async def unblock(workshop: Workshop, person: Person, member_id: int) -> None:
    """Let a blocked member take part again. Moderators may. Raises ``StateError`` for somebody who is not blocked."""
    async with workshop.database.write() as session:
        await require(session, person, Act.MODERATE, what=_MODERATE)
        reason = await session.scalar(
            delete(BlockRow)
            .where(BlockRow.server_id == (person.server_id or 0), BlockRow.member_id == member_id)
            .returning(BlockRow.reason)
        )
        if reason is None:
            raise StateError("They are not blocked here.", "`/moderation list` shows who is.")
        audit.note(session, person, "moderation.unblock", mention(member_id), reason or "blocked", "")
    await _look_again(workshop, person.server_id or 0, member_id)


async def _look_again(workshop: Workshop, server_id: int, member_id: int) -> None:
    """Cards that say whether somebody is blocked are drawn anew."""
    async with workshop.database.read() as session:
        concerned = await session.scalars(
            select(ReportRow.story_id)
            .join(StoryRow, StoryRow.id == ReportRow.story_id)
            .join(RoundRow, RoundRow.id == ReportRow.round_id)
            .where(
                ReportRow.server_id == server_id,
                (RoundRow.asked_by == member_id) | (StoryRow.author_id == member_id),
            )
            .distinct()
        )
        stories = list(concerned)
    for story_id in stories:
        async with workshop.changing(story_id):
            pass


async def blocked(workshop: Workshop, person: Person) -> list[Blocked]:
    """Who is blocked here, for moderators."""
    async with workshop.database.read() as session:
        await require(session, person, Act.MODERATE, what=_MODERATE)
        rows = await session.scalars(
            select(BlockRow).where(BlockRow.server_id == (person.server_id or 0)).order_by(BlockRow.made_at)
        )
        return [Blocked(row.member_id, row.member_name, row.reason, row.made_by_name) for row in rows]
