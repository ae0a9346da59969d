"""Names that painters know: those that the operator brought, those that come with Fireside, and mixes of two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import func, select

from storycore.characters.model import pair_key
from storycore.errors import StateError
from storycore.names.mixing import propose
from storycore.names.model import KnownName, Mix, Sex
from storycore.names.reading import bundled
from storycore.store.characters import CharacterRow, KnownNameRow
from storycore.store.database import Database
from storycore.store.media import insert_new
from storycore.studio.library import character_of, place_of, row_here
from storycore.studio.people import Person
from storycore.work.workshop import Workshop


@cache
def _bundled() -> tuple[KnownName, ...]:
    return tuple(bundled())


async def known_names(workshop: Workshop) -> list[KnownName]:
    """Every name: the table's, and the bundled ones."""
    async with workshop.database.read() as session:
        rows = list(await session.scalars(select(KnownNameRow)))
    found = {name.name: name for name in _bundled()}
    found |= {row.name: KnownName(row.name, row.sex, row.source) for row in rows}
    return list(found.values())


async def keep_names(database: Database, names: Iterable[KnownName]) -> tuple[int, int]:
    """Fill the table; gives how many were new, and how many there are now. A name that is there stays as it is."""
    new = 0
    listed = list(names)
    for begin in range(0, len(listed), 500):
        async with database.write() as session:
            for name in listed[begin : begin + 500]:
                new += await insert_new(session, KnownNameRow, name=name.name, sex=name.sex, source=name.source)
    async with database.read() as session:
        return new, await session.scalar(select(func.count(KnownNameRow.name))) or 0


async def propose_mix(workshop: Workshop, person: Person, character_id: int, sex: Sex | None = None) -> Mix:
    """Two names for a character's face: the same two whenever it is asked for, and no other character's.

    ``sex`` is what the look states; None: as the pronouns say. Raises ``NotFoundError``, ``StateError`` where nobody
    says it, ``NamesError`` when all pairs are taken.
    """
    names = await known_names(workshop)
    async with workshop.database.read() as session:
        character = character_of(await row_here(session, person.server_id, character_id))
        taken = await session.scalars(
            select(CharacterRow.mix_pair).where(
                CharacterRow.server_id == place_of(person.server_id),
                CharacterRow.mix_pair.is_not(None),
                CharacterRow.id != character_id,
            )
        )
        pairs = [frozenset(pair.split("|")) for pair in taken if pair is not None]
    stated = sex or character.sheet.sex
    if stated is None:
        raise StateError(
            f"Nobody said whether {character.sheet.name} looks like a woman or a man.",
            "Say it with the command, or give the pronouns with `/character edit`.",
        )
    return await workshop.reader.run(_propose, names, place_of(person.server_id), character.sheet.name, stated, pairs)


def _propose(names: Sequence[KnownName], server: int, character: str, sex: Sex, pairs: list[frozenset[str]]) -> Mix:
    return propose(names, server, character, sex, pairs)


def same_pair(one: tuple[str, str] | None, other: tuple[str, str] | None) -> bool:
    """Whether two mixes are of the same two, whichever comes first."""
    return pair_key(one) == pair_key(other)
