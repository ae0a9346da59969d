"""What is kept about a member in a server: given out as a file, or erased.

Erasing is one transaction: names and ids go from every row, ballots stay as numbers. What lies outside the database
follows from rows (files to delete, messages to draw anew, reactions to take off), so it is finished after any crash.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotAllowedError, StateError
from storycore.store.forgetting import delete_doomed, let_go
from storycore.store.hosts import HoldRow
from storycore.store.media import insert_new
from storycore.store.models import (
    AuditRow,
    BallotRow,
    FilmRow,
    ReactionRow,
    RoundRow,
    SceneRow,
    StoryRow,
    WorkState,
    now,
)
from storycore.store.moderation import ErasureRow
from storycore.store.together import CoAuthorRow, VotingRow
from storycore.studio import audit
from storycore.studio.deleting import wipe
from storycore.studio.moderation import mention
from storycore.studio.people import Person
from storycore.studio.traces import SOMEBODY, TRACES, told
from storycore.work.workshop import Workshop

_READ_ME = """What Fireside keeps about one member in one server.

data.json has it all: a list of rows for each kind. Where a row names others, their names and ids are left out.
Pictures and films belong to stories, and are not in here: `/story export` gives those.
"""
_NAME_ONLY = 100
#: Rows that are only there because of the member: they go as a whole.
_GO = ("co_author", "warning")


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept about a member, to be asked about before it is erased."""

    member_id: int
    stories: int
    ballots: int
    rows: int


def require_may(person: Person, member_id: int) -> int:
    """Everybody decides about themselves, admins about everybody; gives the server. Raises ``NotAllowedError``."""
    if person.server_id is None:
        raise StateError("What is kept is kept by server.", "Ask in one of its channels.")
    if person.id not in (None, member_id) and not person.admin:
        raise NotAllowedError("Only admins (who may manage the server) can ask for what is kept about others.")
    return person.server_id


async def kept(workshop: Workshop, person: Person, member_id: int) -> Kept:
    """How much is kept about a member. Raises ``NotAllowedError``."""
    server_id = require_may(person, member_id)
    counts: dict[str, int] = {}
    async with workshop.database.read() as session:
        for trace in TRACES:
            mine = (
                select(func.count())
                .select_from(trace.of)
                .where(trace.here(server_id), trace.of.c[trace.id] == member_id)
            )
            counts[trace.table] = counts.get(trace.table, 0) + int((await session.execute(mine)).scalar_one())
    return Kept(member_id, counts["story"], counts["ballot"], sum(counts.values()))


async def export(workshop: Workshop, person: Person, member_id: int) -> bytes:
    """A zip with everything that is kept about a member here, as JSON. Raises ``NotAllowedError``."""
    server_id = require_may(person, member_id)
    rows: dict[str, list[dict[str, object]]] = {}
    async with workshop.database.read() as session:
        for trace in TRACES:
            found = await session.execute(
                select(trace.of).where(trace.here(server_id), trace.of.c[trace.id] == member_id)
            )
            mine = [told(trace, dict(row), member_id) for row in found.mappings()]
            listed = rows.setdefault(trace.table, [])
            listed += [row for row in mine if row not in listed]
        about = await session.execute(
            select(AuditRow.__table__).where(
                AuditRow.server_id == server_id, AuditRow.subject == mention(member_id), AuditRow.actor_id != member_id
            )
        )
        audit_trace = next(trace for trace in TRACES if trace.table == "audit")
        rows["audit_about"] = [told(audit_trace, dict(row), member_id) for row in about.mappings()]
    if person.id != member_id:
        async with workshop.database.write() as session:
            audit.note(session, person, "privacy.export", mention(member_id), "", "given out")
    data = {"member": member_id, "server": server_id, "at": now().isoformat(), "rows": rows}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _READ_ME)
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
    return file.getvalue()


async def erase(workshop: Workshop, person: Person, member_id: int, *, stories: bool) -> None:
    """Erase a member's traces in the person's server; ``stories`` True deletes the stories they wrote, too.

    Films of stories that stay go: they name the author. A block stays, without the name. Raises
    ``NotAllowedError``.
    """
    server_id = require_may(person, member_id)
    stopped: list[str] = []
    async with workshop.database.write() as session:
        names = await _names(session, server_id, member_id)
        concerned = await _concerned(session, server_id, member_id)
        written = list(
            await session.scalars(
                select(StoryRow).where(StoryRow.server_id == server_id, StoryRow.author_id == member_id)
            )
        )
        files: list[str] = []
        for story in written:
            if stories and story.preview_of is None:
                stopped += await wipe(session, story)
            else:
                files += await _unname_films(session, story)
        await _erase_rows(session, server_id, member_id)
        await _erase_words(session, server_id, member_id, names)
        await let_go(session, files)
        audit.note(session, _unnamed(person, member_id), "privacy.erase", SOMEBODY, "", "erased")
        await session.execute(
            update(StoryRow).where(StoryRow.id.in_(concerned)).values(version=StoryRow.version + 1, updated_at=now())
        )
        await insert_new(session, ErasureRow, server_id=server_id, member_id=member_id, at=now())
    await workshop.engine.cancel(stopped)
    for story_id in concerned:
        workshop.changes.publish(story_id)
    await delete_doomed(workshop.database, workshop.folder)


def _unnamed(person: Person, member_id: int) -> Person:
    """Who asked, for the audit: somebody who erased themselves is not named by that very note."""
    return Person(None, SOMEBODY, server_id=person.server_id) if person.id == member_id else person


async def _names(session: AsyncSession, server_id: int, member_id: int) -> set[str]:
    """Every name that the member is kept under."""
    found: set[str] = set()
    for trace in TRACES:
        if trace.name:
            query = select(trace.of.c[trace.name]).where(trace.here(server_id), trace.of.c[trace.id] == member_id)
            found.update(await session.scalars(query.distinct()))
    return {name for name in found if name}


async def _concerned(session: AsyncSession, server_id: int, member_id: int) -> list[int]:
    """The stories whose messages may name the member."""
    in_scene = select(SceneRow.story_id).join(RoundRow, RoundRow.scene_id == SceneRow.id)
    rows = await session.scalars(
        select(StoryRow.id).where(
            StoryRow.server_id == server_id,
            or_(
                StoryRow.author_id == member_id,
                StoryRow.id.in_(in_scene.where(RoundRow.asked_by == member_id)),
                StoryRow.id.in_(select(FilmRow.story_id).where(FilmRow.asked_by == member_id)),
                StoryRow.id.in_(select(CoAuthorRow.story_id).where(CoAuthorRow.member_id == member_id)),
                StoryRow.id.in_(select(SceneRow.story_id).where(SceneRow.pick_by == member_id)),
                StoryRow.id.in_(select(VotingRow.story_id).where(VotingRow.closed_by == member_id)),
            ),
        )
    )
    return list(rows)


async def _unname_films(session: AsyncSession, story: StoryRow) -> list[str]:
    """The films of a story name its author: they go, and can be made again; gives their files."""
    files: list[str] = []
    for film in await session.scalars(select(FilmRow).where(FilmRow.story_id == story.id)):
        if film.state is WorkState.DONE:
            files += [part for part in (film.media, *film.more, *film.captions) if part]
            film.state, film.problem = WorkState.FAILED, "It named its author, who had their name erased."
            film.media, film.more, film.captions, film.pictures = None, [], [], []
    return files


async def _erase_rows(session: AsyncSession, server_id: int, member_id: int) -> None:
    """Ids and names, in every table; ballots get a number of their own, which nothing ties to anybody."""
    for trace in TRACES:
        mine = (trace.here(server_id), trace.of.c[trace.id] == member_id)
        if trace.table in _GO and trace.id == "member_id":
            await session.execute(delete(trace.of).where(*mine))
        elif trace.table == "ballot":
            await session.execute(update(trace.of).where(*mine).values(member_id=-BallotRow.__table__.c.id))
        elif trace.table == "block" and trace.id == "member_id":
            await session.execute(update(trace.of).where(*mine).values(member_name=""))
        elif trace.table not in ("reaction", "erasure"):  # reactions go once they are taken off
            values = {trace.id: None} | ({trace.name: SOMEBODY} if trace.name else {})
            await session.execute(update(trace.of).where(*mine).values(values))


async def _erase_words(session: AsyncSession, server_id: int, member_id: int, names: set[str]) -> None:
    """Where sentences of ours name the member."""
    here = AuditRow.server_id == server_id
    for column in (AuditRow.subject, AuditRow.before, AuditRow.after):
        tag = mention(member_id)
        await session.execute(
            update(AuditRow).where(here, column.contains(tag)).values({column: func.replace(column, tag, SOMEBODY)})
        )
    mine = select(StoryRow.id).where(StoryRow.server_id == server_id)
    scenes = select(SceneRow.id).where(SceneRow.story_id.in_(mine))
    for name in sorted(names)[:_NAME_ONLY]:
        said, unsaid = f"Cancelled by {name}.", "Cancelled."
        for table, where in ((StoryRow, StoryRow.id.in_(mine)), (RoundRow, RoundRow.scene_id.in_(scenes))):
            await session.execute(update(table).where(where, table.problem == said).values(problem=unsaid))
        held = (HoldRow.server_id == server_id, HoldRow.by_name == name)
        await session.execute(update(HoldRow).where(*held).values(by_name=""))
        for before in (f"proposed by {name}", f"by {name}", name):
            await session.execute(update(AuditRow).where(here, AuditRow.before == before).values(before=SOMEBODY))
            await session.execute(update(AuditRow).where(here, AuditRow.after == before).values(after=SOMEBODY))


@dataclass(frozen=True, slots=True)
class LeftReaction:
    """A reaction of an erased member that still stands in the chat."""

    reaction_id: int
    scene_id: int
    member_id: int
    choice: int


async def left_reactions(workshop: Workshop) -> list[LeftReaction]:
    """The reactions of erased members that are still to be taken off."""
    async with workshop.database.read() as session:
        rows = await session.execute(
            select(ReactionRow)
            .join(ErasureRow, ErasureRow.member_id == ReactionRow.member_id)
            .join(SceneRow, SceneRow.id == ReactionRow.scene_id)
            .join(StoryRow, (StoryRow.id == SceneRow.story_id) & (StoryRow.server_id == ErasureRow.server_id))
            .order_by(ReactionRow.id)
        )
        return [LeftReaction(row.id, row.scene_id, row.member_id, row.choice) for (row,) in rows]


async def reactions_taken_off(workshop: Workshop, reaction_ids: list[int]) -> None:
    """Note that these are gone; a member without any is forgotten altogether."""
    async with workshop.database.write() as session:
        await session.execute(delete(ReactionRow).where(ReactionRow.id.in_(reaction_ids)))
        for row in list(await session.scalars(select(ErasureRow))):
            stories = select(StoryRow.id).where(StoryRow.server_id == row.server_id)
            scenes = select(SceneRow.id).where(SceneRow.story_id.in_(stories))
            mine = (ReactionRow.member_id == row.member_id, ReactionRow.scene_id.in_(scenes))
            if (await session.execute(select(ReactionRow.id).where(*mine).limit(1))).first() is None:
                await session.delete(row)
