"""Characters in and out: a whole library, or one of its characters, as JSON."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from sqlalchemy import select

from storycore.characters.files import exported, read_file
from storycore.characters.model import CharacterError, Sheet
from storycore.errors import FiresideError
from storycore.store.characters import CharacterNameRow, CharacterRow
from storycore.studio import audit
from storycore.studio.characters import MANAGE, add_row, check_may_manage, edit_row, tidied
from storycore.studio.library import character_of, characters_of, fold_name, place_of, row_here
from storycore.studio.people import Person
from storycore.studio.permissions import Act, require
from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Imported:
    """The names of characters that were new, of those that changed, and of those that were so already."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


async def import_file(workshop: Workshop, person: Person, data: bytes) -> Imported:
    """Take in a file of characters, whole or not at all; one that is there by name becomes as the file says.

    Whoever manages characters may. Raises ``NotAllowedError``, ``CharacterError`` that says where the file is
    wrong, and ``StateError`` for names that others have.
    """
    await check_may_manage(workshop, person)
    kept = [
        await _tidied(workshop, person, number, sheet)
        for number, sheet in enumerate(await asyncio.to_thread(read_file, data), start=1)
    ]
    added: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        for sheet in kept:
            row = await session.scalar(
                select(CharacterRow)
                .join(CharacterNameRow, CharacterNameRow.character_id == CharacterRow.id)
                .where(
                    CharacterNameRow.server_id == place_of(person.server_id),
                    CharacterNameRow.folded == fold_name(sheet.name),
                )
            )
            if row is None:
                await add_row(workshop, session, person, sheet)
                added.append(sheet.name)
            elif character_of(row).sheet == sheet:
                same.append(sheet.name)
            else:
                await edit_row(workshop, session, person, row, sheet)
                changed.append(sheet.name)
        audit.note(session, person, "character.import", "", "", f"{len(added)} new, {len(changed)} changed")
    return Imported(tuple(added), tuple(changed), tuple(same))


async def _tidied(workshop: Workshop, person: Person, number: int, sheet: Sheet) -> Sheet:
    try:
        return await tidied(workshop, person, sheet)
    except FiresideError as error:
        name = " ".join(sheet.name.split())[:60]
        field_name = error.field if isinstance(error, CharacterError) else ""
        where = f"Character {number} ({name})" + (f", “{field_name}”" if field_name else "")
        raise CharacterError(f"{where}: {error.message}", error.hint, field_name) from None


async def export_file(workshop: Workshop, person: Person, character_id: int | None = None) -> bytes:
    """A server's characters (or one of them) as a file. Whatever stands in it is seen in every prompt anyhow."""
    async with workshop.database.read() as session:
        if character_id is not None:
            sheets = [character_of(await row_here(session, person.server_id, character_id)).sheet]
        else:
            sheets = [character.sheet for character in await characters_of(session, person.server_id)]
    return exported(replace(sheet) for sheet in sheets).encode()
