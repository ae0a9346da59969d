"""A server's styles: add, edit, remove, make one the default; a story takes one, and its pictures follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import NotFoundError, StateError
from storycore.hosts.host import HERE
from storycore.hosts.model import Abilities, found_in, plain_name
from storycore.prompts.grammar.extra import tags
from storycore.store.hosts import HostRow
from storycore.store.models import SceneRow, StoryRow, StoryState
from storycore.store.styles import StyleRow
from storycore.studio import audit
from storycore.studio.library import place_of
from storycore.studio.networks import LORA, allowed_network, check_embeddings
from storycore.studio.people import Person
from storycore.studio.permissions import Act, may, require
from storycore.studio.quotas import check_pictures
from storycore.studio.rules import read_prompt, rules_from
from storycore.studio.server import of_server
from storycore.studio.styling import (
    NO_STYLE,
    check_bounds,
    copy_of,
    fold_style,
    row_here,
    row_named,
    rows_of,
    style_for,
    style_of_row,
)
from storycore.styles.model import ASSET_LENGTH, Style, from_json, in_words, label, tidy, to_json, with_words
from storycore.work.jobs.recasting import Concerned, recast_in, restyled_by, styled_stories
from storycore.work.workshop import Workshop

MANAGE = "manage this server's styles"
SET = "choose its style"
#: So many styles a server has at most.
MOST = 100
#: The lists of a host's that a key of a style names something of.
_LISTS = {
    "checkpoint": "checkpoints",
    "sampler": "samplers",
    "scheduler": "schedulers",
    "vae": "vaes",
    "upscaler": "upscalers",
}


@dataclass(frozen=True, slots=True)
class StyleView:
    """A style as it is looked at: how many stories under way took it, and what no host has of it (or which do not)."""

    id: int
    style: Style
    is_default: bool = False
    made_by_name: str = ""
    stories: int = 0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A style after a change. ``keeping`` are stories under way that took it as it was before, ``missing`` what no host
    has of it."""

    id: int
    style: Style
    keeping: tuple[Concerned, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a story paints with now (None: the house's own way), and the scenes whose pictures follow."""

    style: Style | None
    concerned: tuple[Concerned, ...] = ()
    missing: tuple[str, ...] = ()


async def check_may_manage(workshop: Workshop, person: Person) -> None:
    """Whether ``person`` may manage styles: whoever manages characters. Raises ``NotAllowedError``."""
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)


async def may_manage(workshop: Workshop, person: Person) -> bool:
    """The same, as an answer."""
    async with workshop.database.read() as session:
        return may(person, Act.CHARACTERS, await of_server(session, person.server_id))


async def listing(workshop: Workshop, server_id: int | None) -> list[StyleView]:
    """A server's styles by name."""
    async with workshop.database.read() as session:
        return [
            StyleView(row.id, style_of_row(row), row.is_default, row.made_by_name)
            for row in await rows_of(session, server_id)
        ]


async def find(workshop: Workshop, person: Person, name: str) -> StyleView:
    """One style by its name, with what is known beside it. Raises ``NotFoundError``."""
    async with workshop.database.read() as session:
        return await _view(workshop, session, await row_named(session, person.server_id, name))


async def show(workshop: Workshop, person: Person, style_id: int) -> StyleView:
    """The same by its id. Raises ``NotFoundError``, also for one of another server."""
    async with workshop.database.read() as session:
        return await _view(workshop, session, await row_here(session, person.server_id, style_id))


async def of_story(workshop: Workshop, story_id: int) -> Style | None:
    """The style that a story took, as it was then."""
    async with workshop.database.read() as session:
        return from_json((await session.get_one(StoryRow, story_id)).style)


async def _view(workshop: Workshop, session: AsyncSession, row: StyleRow) -> StyleView:
    style = style_of_row(row)
    server_id = row.server_id or None
    stories = len(await styled_stories(session, server_id, row.id))
    missing = lacking(style, await _hosts(workshop, session, server_id))
    return StyleView(row.id, style, row.is_default, row.made_by_name, stories, missing)


async def _hosts(workshop: Workshop, session: AsyncSession, server_id: int | None) -> dict[str, Abilities]:
    """What each GPU host of a server has, by its name; and this machine, where it paints with models."""
    rows = await session.execute(
        select(HostRow.name, HostRow.abilities).where(HostRow.server_id.is_(None) | (HostRow.server_id == server_id))
    )
    hosts = {str(name): Abilities.from_json(abilities) for name, abilities in rows}
    here = workshop.hosts.dispatcher.hosts.get(HERE)
    if here is not None and here.abilities.checkpoints:
        hosts[here.name] = here.abilities
    return hosts


def lacking(style: Style, hosts: Mapping[str, Abilities]) -> tuple[str, ...]:
    """What hosts do not have of a style, in sentences: which host, and what happens instead."""
    said: list[str] = []
    for key, listed in _LISTS.items():
        wanted = getattr(style, key)
        told = {name: getattr(has, listed) for name, has in hosts.items() if getattr(has, listed)}
        without = [name for name, names in told.items() if wanted and found_in(names, wanted) is None]
        if not wanted or not without:
            continue
        who = "No painter" if len(without) == len(told) else ", ".join(without[:4])
        verb = "has" if who == "No painter" else "lacks" if len(without) == 1 else "lack"
        if key == "checkpoint":
            then = "pictures wait until one does" if who == "No painter" else "others paint it"
        else:
            then = "Latent is taken" if key == "upscaler" else "its usual one is taken"
        said.append(f"{who} {verb} the {label(key)} “{wanted}”: {then}.")
    return tuple(said)


async def offered(workshop: Workshop, person: Person, key: str) -> list[str]:
    """What the hosts list for a key of a style (such as ``sampler``), as they call it; of checkpoints those that this
    person may use."""
    async with workshop.database.read() as session:
        settings = await of_server(session, person.server_id)
        hosts = await _hosts(workshop, session, person.server_id)
    found: dict[str, str] = {}
    for has in hosts.values():
        for name in getattr(has, _LISTS[key]):
            known = found.get(plain_name(name))
            if len(name) <= ASSET_LENGTH and (known is None or len(name) < len(known)):
                found[plain_name(name)] = name
    free = person.admin or person.id is None or key != "checkpoint"
    return [name for name in found.values() if free or settings.allows_checkpoint(name)]


async def _tidied(workshop: Workshop, person: Person, style: Style, before: Style | None = None) -> Style:
    """A style as it is kept: with the names that hosts have, within what this person may.

    Raises ``StyleError``, ``NotFoundError``, ``NotAllowedError``.
    """
    kept = await workshop.reader.run(tidy, style)
    async with workshop.database.read() as session:
        hosts = await _hosts(workshop, session, person.server_id)
        for key, listed in _LISTS.items():
            wanted = getattr(kept, key)
            if wanted and (before is None or getattr(before, key) != wanted):
                names = [getattr(has, listed) for has in hosts.values()]
                kept = with_words(kept, {key: _as_hosts_say(key, wanted, names)})
        known = {tag.items[0] for tag in tags(before.template)} if before is not None else set()
        for tag in tags(kept.template):
            if tag.kind.lower() != "lora":
                raise NotFoundError(f"A style loads LoRAs, and no “{tag.kind[:20]}”.", "Write <lora:name:0.7>.")
            if tag.items[0] not in known:
                await allowed_network(session, person, LORA, tag.items[0])
        settings = await of_server(session, person.server_id)
        was = "" if before is None else f"{before.template}, {before.negative}"
        await check_embeddings(session, person, settings, f"{kept.template}, {kept.negative}", was)
        check_bounds(settings, person, kept)
    rules = rules_from(settings, age_restricted=True)  # what is for some channels only is left out in the others
    rules.check(await read_prompt(workshop, kept.template))
    rules.check(await read_prompt(workshop, kept.negative), negative=True)
    return kept


def _as_hosts_say(key: str, wanted: str, lists: Sequence[Sequence[str]]) -> str:
    """How the hosts call something. Raises ``NotFoundError`` where all of them tell what they have, and none has it."""
    names = [name for names in lists for name in names]
    found = found_in(names, wanted) or next((n for n in names if n.casefold() == wanted.casefold()), None)
    if found is not None:
        return found if len(found) <= ASSET_LENGTH else wanted
    if lists and all(lists):
        raise NotFoundError(f"No painter has the {label(key)} “{wanted[:60]}”.", "Choose one from the list.")
    return wanted


async def add(workshop: Workshop, person: Person, style: Style) -> Changed:
    """Add a style. Raises ``NotAllowedError``, ``StyleError``, ``NotFoundError``, ``StateError`` for a taken name."""
    await check_may_manage(workshop, person)
    kept = await _tidied(workshop, person, style)
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        place = place_of(person.server_id)
        count = await session.scalar(select(func.count(StyleRow.id)).where(StyleRow.server_id == place))
        if (count or 0) >= MOST:
            raise StateError(f"A server has at most {MOST} styles.", "Remove one with `/style remove` first.")
        row = StyleRow(
            server_id=place,
            made_by=person.id,
            made_by_name=person.name[:100],
            name=kept.name,
            folded="",
            data={},
        )
        await _write(session, row, kept)
        audit.note(session, person, "style.add", kept.name, "", _told(kept))
        return Changed(row.id, kept, (), lacking(kept, await _hosts(workshop, session, person.server_id)))


async def edit(workshop: Workshop, person: Person, style_id: int, said: Mapping[str, str], name: str = "") -> Changed:
    """Change what is ``said`` of a style, and with ``name`` what it is called.

    Stories under way keep it as it was: they are told, and :func:`follow` brings them along. Raises as :func:`add`.
    """
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        before = style_of_row(await row_here(session, person.server_id, style_id))
    wanted = with_words(before, said)
    kept = await _tidied(workshop, person, replace(wanted, name=name or before.name), before)
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        row = await row_here(session, person.server_id, style_id)
        if style_of_row(row) != before:
            raise StateError("Somebody changed this style meanwhile.", "Look at it again, then change it.")
        if kept != before:
            await _write(session, row, kept)
            audit.note(session, person, "style.edit", kept.name, _told(before), _told(kept))
        missing = lacking(kept, await _hosts(workshop, session, person.server_id))
        return Changed(row.id, kept, tuple(await _keeping(session, row)), missing)


async def _keeping(session: AsyncSession, row: StyleRow) -> list[Concerned]:
    """The stories under way that took a style and have it as it was before its latest change."""
    now = copy_of(row)
    stories = await styled_stories(session, row.server_id or None, row.id)
    return [one for story in stories if story.style != now for one in await restyled_by(session, story)]


async def _write(session: AsyncSession, row: StyleRow, style: Style) -> None:
    taken = await session.scalar(
        select(StyleRow.id).where(
            StyleRow.server_id == row.server_id, StyleRow.folded == fold_style(style.name), StyleRow.id != (row.id or 0)
        )
    )
    if taken is not None or style.name.casefold() == NO_STYLE:
        raise StateError(f"There is a style “{style.name}” already.", "Take another name, or change that one.")
    row.name, row.folded, row.data = style.name, fold_style(style.name), to_json(style)
    session.add(row)
    await session.flush()


async def remove(workshop: Workshop, person: Person, style_id: int) -> str:
    """Remove a style; gives its name. Stories that took it keep it. Raises ``NotAllowedError``, ``NotFoundError``."""
    async with workshop.database.write() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        row = await row_here(session, person.server_id, style_id)
        audit.note(session, person, "style.remove", row.name, _told(style_of_row(row)), "")
        name = row.name
        await session.delete(row)
        return name


async def check_may_take(workshop: Workshop, person: Person, name: str) -> None:
    """Whether ``person`` may take this style. Raises ``NotAllowedError``, ``NotFoundError``."""
    async with workshop.database.read() as session:
        await style_for(session, person, name)


async def make_default(workshop: Workshop, person: Person, name: str) -> Taken:
    """Have new stories of a server take this style ("" or ``none``: none). Only admins may.

    Raises ``NotAllowedError``, ``NotFoundError``.
    """
    async with workshop.database.write() as session:
        await require(session, person, Act.SETTINGS, what="choose the style of new stories")
        place = place_of(person.server_id)
        before = await session.scalar(select(StyleRow.name).where(StyleRow.server_id == place, StyleRow.is_default))
        row = None if name.strip().casefold() in ("", NO_STYLE) else await row_named(session, person.server_id, name)
        await session.execute(update(StyleRow).where(StyleRow.server_id == place).values(is_default=False))
        audit.note(session, person, "style.default", "new stories", before or "", "" if row is None else row.name)
        if row is None:
            return Taken(None)
        row.is_default = True
        style = style_of_row(row)
        return Taken(style, (), lacking(style, await _hosts(workshop, session, person.server_id)))


async def take(workshop: Workshop, story_id: int, person: Person, name: str) -> Taken:
    """Have a story painted in a style ("" or ``none``: the house's own way). The author and who manages it may.

    Its prompts are put together anew, and painted where nobody has chosen yet; prompts that people wrote stay. Raises
    ``NotAllowedError``, ``NotFoundError``, ``StateError``.
    """
    stopped: list[str] = []
    async with workshop.changing(story_id) as (session, story):
        settings = await require(session, person, Act.STEER, story, what=SET)
        if story.state not in (StoryState.READING, StoryState.OPEN) or story.preview_of is not None:
            raise StateError("This story is over.", "Hand in a new one with `/story new`, in the style you like.")
        wanted = await style_for(session, person, name)
        style = from_json(wanted)
        missing = () if style is None else lacking(style, await _hosts(workshop, session, person.server_id))
        if wanted == story.style:
            return Taken(style, (), missing)
        concerned = tuple(await restyled_by(session, story))
        if story.state is StoryState.OPEN:
            scenes = await session.scalar(select(func.count(SceneRow.id)).where(SceneRow.story_id == story.id))
            await check_pictures(session, person, settings, (scenes or 0) * story.candidates)
        story.style = wanted
        if story.state is StoryState.OPEN:
            stopped = await recast_in(workshop, session, story, (person.id, person.name[:100]))
    await workshop.engine.cancel(stopped)
    return Taken(style, concerned, missing)


async def follow(workshop: Workshop, person: Person, style_id: int) -> list[Concerned]:
    """Have the stories under way that took a style take it as it is now; gives the scenes that follow.

    Whoever manages styles may. Raises ``NotAllowedError``, ``NotFoundError``.
    """
    async with workshop.database.read() as session:
        await require(session, person, Act.CHARACTERS, what=MANAGE)
        row = await row_here(session, person.server_id, style_id)
        keeping = await _keeping(session, row)
    for one in keeping:
        async with workshop.changing(one.story_id) as (session, story):
            settings = await require(session, person, Act.CHARACTERS, what=MANAGE)
            row = await row_here(session, person.server_id, style_id)
            if story.state is not StoryState.OPEN or story.style.get("id") != style_id:
                continue
            await check_pictures(session, person, settings, len(one.scenes) * story.candidates)
            story.style = copy_of(row)
            stopped = await recast_in(workshop, session, story, (person.id, person.name[:100]))
        await workshop.engine.cancel(stopped)
    return keeping


def _told(style: Style) -> str:
    """A style in one line, for the audit."""
    return " · ".join(f"{label(key)}: {value}" for key, value in in_words(style).items())
