"""Proposals: a member who may not manage characters describes one; somebody who may accepts or declines."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.characters.files import from_json, to_json
from storycore.characters.model import Sheet
from storycore.errors import NotFoundError, StateError
from storycore.store.characters import ProposalRow, ProposalState
from storycore.store.models import now
from storycore.studio import audit
from storycore.studio.characters import MANAGE, Changed, add_row, edit_row, tidied
from storycore.studio.library import place_of, row_here
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require, require_unblocked
from storycore.work.workshop import Workshop

#: So many proposals of one member may wait, and so many in a server.
MOST_OF_ONE = 5
MOST = 50


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What a member proposes: a new character, or a change of the one with the id ``character_id``."""

    id: int
    sheet: Sheet
    character_id: int | None
    state: ProposalState
    made_by_id: int | None
    made_by_name: str
    decided_by_name: str


def _view(row: ProposalRow) -> ProposalView:
    return ProposalView(
        row.id, from_json(row.data), row.character_id, row.state, row.made_by, row.made_by_name, row.decided_by_name
    )


async def propose(
    workshop: Workshop, person: Person, sheet: Sheet, character_id: int | None = None, request_key: str | None = None
) -> ProposalView:
    """Propose a character, or a change of one. ``request_key`` names the request: the same one never makes two.

    Raises ``CharacterError``, and ``StateError`` where too many wait.
    """
    kept = await tidied(workshop, person, sheet)
    place = place_of(person.server_id)
    async with workshop.database.write() as session:
        await require_unblocked(session, person)
        if request_key is not None:
            same = await session.scalar(select(ProposalRow).where(ProposalRow.request_key == request_key))
            if same is not None:
                return _view(same)
        if character_id is not None:
            await row_here(session, person.server_id, character_id)
        waiting = (ProposalRow.server_id == place, ProposalRow.state == ProposalState.WAITING)
        mine = await session.scalar(
            select(func.count(ProposalRow.id)).where(*waiting, ProposalRow.made_by == person.id)
        )
        every = await session.scalar(select(func.count(ProposalRow.id)).where(*waiting))
        if (mine or 0) >= MOST_OF_ONE or (every or 0) >= MOST:
            raise StateError(
                "Too many characters are proposed already.", "They are accepted or declined first; `/character list`."
            )
        row = ProposalRow(
            server_id=place,
            request_key=request_key,
            character_id=character_id,
            data=to_json(kept),
            made_by=person.id,
            made_by_name=person.name[:100],
        )
        session.add(row)
        await session.flush()
        return _view(row)


async def waiting(workshop: Workshop, server_id: int | None) -> list[ProposalView]:
    """What is proposed in a server, oldest first."""
    async with workshop.database.read() as session:
        rows = await session.scalars(
            select(ProposalRow)
            .where(ProposalRow.server_id == place_of(server_id), ProposalRow.state == ProposalState.WAITING)
            .order_by(ProposalRow.id)
        )
        return [_view(row) for row in rows]


async def accept(workshop: Workshop, person: Person, proposal_id: int) -> tuple[ProposalView, Changed]:
    """Take a proposal into the library. Raises ``NotAllowedError``, ``NotFoundError``, ``StateError``."""
    async with workshop.database.read() as session:
        row = await _open(session, person, proposal_id)
        sheet = from_json(row.data)
    kept = await tidied(workshop, person, sheet)
    async with workshop.database.write() as session:
        row = await _open(session, person, proposal_id)
        author = Person(row.made_by, row.made_by_name, server_id=person.server_id)
        if row.character_id is None:
            changed = await add_row(workshop, session, person, kept, author)
            row.character_id = changed.character.id
        else:
            target = await row_here(session, person.server_id, row.character_id)
            changed = await edit_row(workshop, session, person, target, kept)
        _decide(row, person, ProposalState.ACCEPTED)
        audit.note(session, person, "character.accept", kept.name, "", f"proposed by {row.made_by_name}")
        return _view(row), changed


async def decline(workshop: Workshop, person: Person, proposal_id: int) -> ProposalView:
    """Decline a proposal; whoever made it may take it back, too. Raises as :func:`accept` does."""
    async with workshop.database.write() as session:
        row = await session.get(ProposalRow, proposal_id)
        if row is None or row.server_id != place_of(person.server_id):
            raise NotFoundError("That proposal is not here.", "`/character list` shows those that wait.")
        if person.id is None or row.made_by != person.id:
            await require(session, person, Act.CHARACTERS, what=MANAGE)
        _check_open(row)
        _decide(row, person, ProposalState.DECLINED)
        audit.note(session, person, "character.decline", str(row.data.get("name", "")), row.made_by_name, "")
        return _view(row)


async def _open(session: AsyncSession, person: Person, proposal_id: int) -> ProposalRow:
    await require(session, person, Act.CHARACTERS, what=MANAGE)
    row = await session.get(ProposalRow, proposal_id)
    if row is None or row.server_id != place_of(person.server_id):
        raise NotFoundError("That proposal is not here.", "`/character list` shows those that wait.")
    _check_open(row)
    return row


def _check_open(row: ProposalRow) -> None:
    if row.state is not ProposalState.WAITING:
        raise StateError(f"{row.decided_by_name or 'Somebody'} has {row.state.value} this proposal already.")


def _decide(row: ProposalRow, person: Person, state: ProposalState) -> None:
    row.state, row.decided_by, row.decided_by_name = state, person.id, person.name[:100]
    row.decided_at = now()
