"""A server's characters: add, edit, remove, merge; whoever may not manage them proposes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.characters.model import MAX_OUTFITS, Character, Sheet, tidy, tidy_aliases
from storycore.errors import NotFoundError, StateError
from storycore.names.mixing import lone_names
from storycore.names.model import KnownName
from storycore.store.characters import CharacterRow
from storycore.store.models import CastRow, StoryRow, now
from storycore.studio import audit
from storycore.studio.library import (
    MOST,
    character_of,
    characters_of,
    fold_name,
    place_of,
    row_here,
    row_named,
    write_names,
    write_sheet,
)
from storycore.studio.names import known_names
from storycore.studio.networks import EMBEDDING, LORA, allowed_network, check_embeddings, offered_networks
from storycore.studio.people import Person
from storycore.studio.permissions import Act, may, require
from storycore.studio.rules import check_sheet, rules_from
from storycore.studio.server import of_server
from storycore.studio.voices import find_voice
from storycore.work.jobs import asking
from storycore.work.jobs.recasting import Concerned, concerned_by, named_in, read_again
from storycore.work.workshop import Workshop

MANAGE = "manage this server's characters"


@dataclass(frozen=True, slots=True)
class Changed:
    """A character after a change, and the scenes whose prompts follow."""

    character: Character
    concerned: tuple[Concerned, ...] = ()


@dataclass(frozen=True, slots=True)
class CharacterView:
    """A character with what is known beside it: in how many stories it is, and who made it."""

    character: Character
    stories: int
    made_by_name: str


async def check_may_manage(workshop: Workshop, person: Person) -> None:
    """Whether ``person`` may manage characters. Raises ``NotAllowedError``."""
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)


async def may_manage(workshop: Workshop, person: Person) -> bool:
    """The same, as an answer."""
    async with workshop.database.read() as session:
        return may(person, Act.CHARACTERS, await of_server(session, person.server_id))


async def listing(workshop: Workshop, server_id: int | None) -> tuple[Character, ...]:
    """A server's characters by name."""
    async with workshop.database.read() as session:
        return await characters_of(session, server_id)


async def find(workshop: Workshop, person: Person, name: str) -> Character:
    """The character of this server with that name or alias. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        return character_of(await row_named(session, person.server_id, name))


async def show(workshop: Workshop, person: Person, character_id: int) -> CharacterView:
    """One character. Raises ``NotFoundError``, also for one of another server."""
    async with workshop.database.read() as session:
        row = await row_here(session, person.server_id, character_id)
        stories = await session.scalar(
            select(func.count(CastRow.story_id.distinct()))
            .join(StoryRow, StoryRow.id == CastRow.story_id)
            .where(CastRow.character_id == row.id)
        )
        return CharacterView(character_of(row), stories or 0, row.made_by_name)


async def tidied(workshop: Workshop, person: Person, sheet: Sheet, before: Sheet | None = None) -> Sheet:
    """A sheet as it would be kept, whoever asks for it.

    Raises ``CharacterError``, ``NotAllowedError``, ``NotFoundError``.
    """
    names = await known_names(workshop)
    kept = await workshop.reader.run(_tidy, sheet, names)
    async with workshop.database.read() as session:
        rules = rules_from(await of_server(session, person.server_id), age_restricted=person.age_restricted)
    await workshop.reader.run(check_sheet, rules, kept, before)
    if kept.voice and (before is None or before.voice != kept.voice):
        kept = replace(kept, voice=find_voice(workshop, kept.voice).name)
    return await _allowed(workshop, person, kept, before)


def _tidy(sheet: Sheet, names: Sequence[KnownName]) -> Sheet:
    return tidy(sheet, may_be_real=lambda text: lone_names(text, names))


async def _allowed(workshop: Workshop, person: Person, kept: Sheet, before: Sheet | None) -> Sheet:
    """The sheet with its networks as the hosts call them. Raises ``NotAllowedError``, ``NotFoundError``."""
    old = Sheet("") if before is None else before
    known = {*old.embeddings, *old.negative_embeddings}
    async with workshop.database.read() as session:

        async def allowed(names: Sequence[str]) -> tuple[str, ...]:
            told = [n if n in known else await allowed_network(session, person, EMBEDDING, n) for n in names]
            return tuple(dict.fromkeys(told))

        if kept.lora and old.lora != kept.lora:
            kept = replace(kept, lora=await allowed_network(session, person, LORA, kept.lora))
        own, unwanted = await allowed(kept.embeddings), await allowed(kept.negative_embeddings)
        settings = await of_server(session, person.server_id)
        written = f"{kept.look}, {', '.join(kept.outfits.values())}, {kept.negative}"
        there = f"{old.look}, {', '.join(old.outfits.values())}, {old.negative}, {', '.join((*own, *unwanted))}"
        await check_embeddings(session, person, settings, written, there)
    return replace(kept, embeddings=own, negative_embeddings=unwanted)


async def loras(workshop: Workshop, person: Person) -> list[str]:
    """The LoRAs that this person may give a character, as the hosts call them."""
    async with workshop.database.read() as session:
        return await offered_networks(session, person, LORA)


async def embeddings(workshop: Workshop, person: Person) -> list[str]:
    """The embeddings that this person may give a character, as the hosts call them."""
    async with workshop.database.read() as session:
        return await offered_networks(session, person, EMBEDDING)


async def add(workshop: Workshop, person: Person, sheet: Sheet) -> Changed:
    """Add a character. Raises ``NotAllowedError``, ``CharacterError``, and ``StateError`` for a name that is taken."""
    await check_may_manage(workshop, person)
    kept = await tidied(workshop, person, sheet)
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        return await add_row(workshop, session, person, kept)


async def add_row(
    workshop: Workshop, session: AsyncSession, person: Person, kept: Sheet, made_by: Person | None = None
) -> Changed:
    """Add a (tidied) character in the caller's transaction; ``made_by`` is who proposed it."""
    place = place_of(person.server_id)
    count = await session.scalar(
        select(func.count(CharacterRow.id)).where(CharacterRow.server_id == place, CharacterRow.removed_at.is_(None))
    )
    if (count or 0) >= MOST:
        raise StateError(f"A server has at most {MOST} characters.", "Remove one with `/character remove` first.")
    author = made_by or person
    row = CharacterRow(
        server_id=place,
        made_by=author.id,
        made_by_name=author.name[:100],
        changed_by=person.id,
        changed_by_name=person.name[:100],
    )
    await write_sheet(session, row, kept)
    audit.note(session, person, "character.add", kept.name, "", _told(kept))
    return await _follow(workshop, session, row, kept.names)


async def edit(workshop: Workshop, person: Person, character_id: int, change: Callable[[Sheet], Sheet]) -> Changed:
    """Change a character; ``change`` makes the new sheet from the one it has.

    Raises ``NotAllowedError``, ``NotFoundError``, ``CharacterError`` and ``StateError``.
    """
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        before = character_of(await row_here(session, person.server_id, character_id)).sheet
    kept = await tidied(workshop, person, change(before), before)
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        row = await row_here(session, person.server_id, character_id)
        if character_of(row).sheet != before:
            raise StateError("Somebody changed this character meanwhile.", "Look at it again, then change it.")
        return await edit_row(workshop, session, person, row, kept)


async def edit_row(
    workshop: Workshop, session: AsyncSession, person: Person, row: CharacterRow, kept: Sheet
) -> Changed:
    """Change a character's row to a (tidied) sheet, in the caller's transaction."""
    before = character_of(row).sheet
    if before == kept:
        return Changed(character_of(row))
    await write_sheet(session, row, kept)
    audit.note(session, person, "character.edit", kept.name, _told(before), _told(kept))
    known = {fold_name(name) for name in before.names}
    return await changed(workshop, session, person, row, [n for n in kept.names if fold_name(n) not in known])


async def changed(
    workshop: Workshop, session: AsyncSession, person: Person, row: CharacterRow, new_names: Sequence[str] = ()
) -> Changed:
    """Count a character's change, and have the prompts follow; in the caller's transaction.

    ``new_names`` are those it did not have: stories that hold one are read again.
    """
    row.version += 1
    row.changed_by, row.changed_by_name = person.id, person.name[:100]
    return await _follow(workshop, session, row, new_names)


async def _follow(
    workshop: Workshop, session: AsyncSession, row: CharacterRow, new_names: Sequence[str] = ()
) -> Changed:
    await session.flush()
    again = await named_in(session, row, new_names)
    concerned = {one.story_id: one for one in again}
    there = await concerned_by(session, row)
    for one in there:
        both = concerned.get(one.story_id, one)
        scenes = tuple(sorted({*one.scenes, *both.scenes}))
        concerned[one.story_id] = replace(one, scenes=scenes, by_hand=tuple(sorted({*one.by_hand, *both.by_hand})))
    if workshop.engine.running:
        await read_again(workshop, session, [concerned[one.story_id] for one in again])
        if there:
            await workshop.engine.enqueue(session, [asking.recasting(row.id, row.version)])
    return Changed(character_of(row), tuple(concerned[number] for number in sorted(concerned, reverse=True)))


async def set_aliases(
    workshop: Workshop, person: Person, character_id: int, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Changed:
    """Add and take away other names. Raises as :func:`edit`, and ``NotFoundError`` for a name that it does not have."""

    def change(sheet: Sheet) -> Sheet:
        gone = {name.casefold() for name in tidy_aliases("", remove)}
        missing = gone - {alias.casefold() for alias in sheet.aliases}
        if missing:
            raise NotFoundError(f"{sheet.name} is not called “{sorted(missing)[0]}”.", "Choose one of its other names.")
        kept = [alias for alias in sheet.aliases if alias.casefold() not in gone]
        return replace(sheet, aliases=(*kept, *add))

    return await edit(workshop, person, character_id, change)


async def remove(workshop: Workshop, person: Person, character_id: int) -> str:
    """Remove a character; gives its name. Stories that use it stay as they are.

    Raises ``NotAllowedError``, ``NotFoundError``.
    """
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        row = await row_here(session, person.server_id, character_id)
        await write_names(session, row, ())
        row.removed_at = now()
        audit.note(session, person, "character.remove", row.name, _told(character_of(row).sheet), "")
        return row.name


async def merge(workshop: Workshop, person: Person, character_id: int, into_id: int) -> Changed:
    """Two are one: names, and what ``into`` does not say, come from the other; stories of both follow.

    Raises ``NotAllowedError``, ``NotFoundError``, and ``StateError`` for one and the same.
    """
    if character_id == into_id:
        raise StateError("That is one character already.", "Choose two that are one and the same.")
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        gone = character_of(await row_here(session, person.server_id, character_id))
        kept = character_of(await row_here(session, person.server_id, into_id))
    sheet = await tidied(workshop, person, _merged(kept.sheet, gone.sheet), kept.sheet)
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        old = await row_here(session, person.server_id, character_id)
        row = await row_here(session, person.server_id, into_id)
        if character_of(old) != gone or character_of(row) != kept:
            raise StateError("Somebody changed one of the two meanwhile.", "Look at them again, then merge them.")
        await write_names(session, old, ())
        old.removed_at, old.merged_into = now(), row.id
        row.portrait = row.portrait or old.portrait
        await write_sheet(session, row, sheet)
        for member in await session.scalars(select(CastRow).where(CastRow.character_id == old.id)):
            member.character_id = row.id
        audit.note(session, person, "character.merge", row.name, _told(gone.sheet), _told(sheet))
        return await changed(workshop, session, person, row, gone.sheet.names)


def _merged(kept: Sheet, gone: Sheet) -> Sheet:
    outfits = {**gone.outfits, **kept.outfits}
    return replace(
        kept,
        aliases=(*kept.aliases, *gone.names),
        pronouns=kept.pronouns or gone.pronouns,
        look=kept.look or gone.look,
        outfits=dict(list(outfits.items())[-MAX_OUTFITS:]),
        negative=kept.negative or gone.negative,
        lora=kept.lora or gone.lora,
        embeddings=kept.embeddings or gone.embeddings,
        negative_embeddings=kept.negative_embeddings or gone.negative_embeddings,
        lora_weight=kept.lora_weight if kept.lora else gone.lora_weight,
        voice=kept.voice or gone.voice,
    )


def _told(sheet: Sheet) -> str:
    """A sheet in one line, for the audit."""
    said = [", ".join(sheet.names), sheet.pronouns or "", sheet.described(), sheet.lora_tag, sheet.voice]
    said += [f"{name}: {worn}" for name, worn in sheet.outfits.items()]
    said += [f"never: {sheet.unwanted}"] if sheet.unwanted else []
    return " · ".join(part for part in said if part)
