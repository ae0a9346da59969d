"""A server's characters as rows: read, written, and kept apart by their names, in whatever transaction needs them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.facts import folded
from storycore.characters.model import Character, Sheet, pair_key
from storycore.errors import NotFoundError, StateError
from storycore.store.characters import NO_SERVER, CharacterNameRow, CharacterRow

#: So many characters a server has at most: all of them are looked for in every story.
MOST = 500
_FOLDED_LENGTH = 120


def place_of(server_id: int | None) -> int:
    """The ``server_id`` of a server's characters; None is the command line."""
    return NO_SERVER if server_id is None else server_id


def character_of(row: CharacterRow) -> Character:
    """A row as a character."""
    sheet = Sheet(
        name=row.name,
        aliases=tuple(row.aliases),
        pronouns=row.pronouns,
        look=row.look,
        outfits=dict(row.outfits),
        negative=row.negative,
        lora=row.lora,
        lora_weight=row.lora_weight,
        mix=(row.mix[0], row.mix[1]) if row.mix else None,
        voice=row.voice,
        same_seed=row.same_seed,
        embeddings=tuple(row.embeddings),
        negative_embeddings=tuple(row.negative_embeddings),
    )
    return Character(row.id, sheet, row.portrait, row.removed_at is not None)


async def characters_of(
    session: AsyncSession, server_id: int | None, also: Collection[int] = ()
) -> tuple[Character, ...]:
    """A server's characters by name; ``also`` are ids of some that may have been removed meanwhile."""
    rows = await session.scalars(
        select(CharacterRow)
        .where(
            CharacterRow.server_id == place_of(server_id),
            or_(CharacterRow.removed_at.is_(None), CharacterRow.id.in_(list(also))),
        )
        .order_by(CharacterRow.name, CharacterRow.id)
    )
    return tuple(character_of(row) for row in rows)


async def row_here(session: AsyncSession, server_id: int | None, character_id: int) -> CharacterRow:
    """A character of this server that is there. Raises ``NotFoundError``."""
    row = await session.get(CharacterRow, character_id)
    if row is None or row.server_id != place_of(server_id) or row.removed_at is not None:
        raise NotFoundError("That character is not here.", "`/character list` shows those that there are.")
    return row


async def row_named(session: AsyncSession, server_id: int | None, name: str) -> CharacterRow:
    """The character of that name or alias. Raises ``NotFoundError``."""
    found = await session.scalar(
        select(CharacterRow)
        .join(CharacterNameRow, CharacterNameRow.character_id == CharacterRow.id)
        .where(CharacterNameRow.server_id == place_of(server_id), CharacterNameRow.folded == fold_name(name))
    )
    if found is None:
        raise NotFoundError(
            f"There is no character “{' '.join(name.split())[:60]}” here.", "Choose one from the list while you type."
        )
    return found


def fold_name(name: str) -> str:
    """A name as rows compare it."""
    return folded(name)[:_FOLDED_LENGTH]


async def write_sheet(session: AsyncSession, row: CharacterRow, sheet: Sheet) -> None:
    """Make a row say what the (tidied) sheet says. Raises ``StateError`` for a name or mix that another has."""
    row.name, row.aliases, row.pronouns, row.look = sheet.name, list(sheet.aliases), sheet.pronouns, sheet.look
    row.outfits, row.negative, row.voice, row.same_seed = (
        dict(sheet.outfits),
        sheet.negative,
        sheet.voice,
        sheet.same_seed,
    )
    row.lora, row.lora_weight = sheet.lora, sheet.lora_weight
    row.embeddings, row.negative_embeddings = list(sheet.embeddings), list(sheet.negative_embeddings)
    pair = pair_key(sheet.mix)
    if pair is not None and pair != row.mix_pair:
        await _check_pair(session, row, pair)
    row.mix, row.mix_pair = list(sheet.mix or ()), pair or row.mix_pair
    session.add(row)
    await session.flush()
    await write_names(session, row, sheet.names)


async def write_names(session: AsyncSession, row: CharacterRow, names: Collection[str]) -> None:
    """The names under which a character is found, instead of those it had. Raises ``StateError`` for a taken one."""
    wanted = {fold_name(name): name for name in names}
    taken = await session.execute(
        select(CharacterNameRow.folded, CharacterRow.name)
        .join(CharacterRow, CharacterRow.id == CharacterNameRow.character_id)
        .where(
            CharacterNameRow.server_id == row.server_id,
            CharacterNameRow.folded.in_(list(wanted)),
            CharacterNameRow.character_id != row.id,
        )
    )
    for folded_name, owner in taken:
        raise StateError(
            f"{owner} is called “{wanted[folded_name]}” already.", "Take another name, or merge the two characters."
        )
    await session.execute(delete(CharacterNameRow).where(CharacterNameRow.character_id == row.id))
    session.add_all(
        CharacterNameRow(server_id=row.server_id, folded=name, character_id=row.id) for name in wanted if name
    )
    await session.flush()


async def _check_pair(session: AsyncSession, row: CharacterRow, pair: str) -> None:
    with session.no_autoflush:
        other = await session.scalar(
            select(CharacterRow.name).where(
                CharacterRow.server_id == row.server_id, CharacterRow.mix_pair == pair, CharacterRow.id != row.id
            )
        )
    if other is not None:
        raise StateError(f"{other} has the face of these two names.", "A mix is given once in a server.")
