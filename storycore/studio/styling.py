"""A server's styles as rows: found, and held against what members may take, in whatever transaction needs them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.cast.facts import folded
from storycore.errors import NotAllowedError, NotFoundError
from storycore.store.styles import StyleRow
from storycore.studio.library import place_of
from storycore.studio.people import Person
from storycore.studio.server import of_server
from storycore.studio.settings_model import ServerSettings
from storycore.styles.model import Style, from_json, to_json

#: Typed instead of a style's name: the house's own way.
NO_STYLE = "none"
_FOLDED_LENGTH = 120


def fold_style(name: str) -> str:
    """A name as rows compare it."""
    return folded(name)[:_FOLDED_LENGTH]


def style_of_row(row: StyleRow) -> Style:
    """A row as a style."""
    return from_json(row.data) or Style(row.name)


def copy_of(row: StyleRow) -> dict[str, Any]:
    """What a story keeps of a style, and whose copy it is."""
    return {"id": row.id, **to_json(style_of_row(row))}


async def rows_of(session: AsyncSession, server_id: int | None) -> list[StyleRow]:
    """A server's styles by name."""
    rows = await session.scalars(
        select(StyleRow).where(StyleRow.server_id == place_of(server_id)).order_by(StyleRow.name, StyleRow.id)
    )
    return list(rows)


async def row_named(session: AsyncSession, server_id: int | None, name: str) -> StyleRow:
    """The style of that name. Raises ``NotFoundError`` that names the nearest ones."""
    rows = await rows_of(session, server_id)
    wanted = fold_style(name)
    found = next((row for row in rows if row.folded == wanted), None)
    if found is None:
        near = get_close_matches(wanted, [row.folded for row in rows], 3, 0.5)
        names = [row.name for row in rows if row.folded in near] or [row.name for row in rows][:3]
        hint = f"There is {', '.join(names)}." if names else "Whoever manages them adds one with `/style add`."
        raise NotFoundError(f"There is no style “{' '.join(name.split())[:40]}” here.", hint)
    return found


async def row_here(session: AsyncSession, server_id: int | None, style_id: int) -> StyleRow:
    """A style of this server. Raises ``NotFoundError``."""
    row = await session.get(StyleRow, style_id)
    if row is None or row.server_id != place_of(server_id):
        raise NotFoundError("That style is not here.", "`/style list` shows those that there are.")
    return row


async def style_for(session: AsyncSession, person: Person, name: str | None) -> dict[str, Any]:
    """What a new story keeps: the style named ("": none), or (None) the one that new stories of the server take.

    Raises ``NotFoundError``, and ``NotAllowedError`` for one beyond what members may take.
    """
    if name is None:
        rows = await session.scalars(
            select(StyleRow).where(StyleRow.server_id == place_of(person.server_id), StyleRow.is_default)
        )
        row = rows.first()
        return {} if row is None else copy_of(row)
    if not name.strip() or name.strip().casefold() == NO_STYLE:
        return {}
    row = await row_named(session, person.server_id, name)
    check_bounds(await of_server(session, person.server_id), person, style_of_row(row))
    return copy_of(row)


def check_bounds(settings: ServerSettings, person: Person, style: Style) -> None:
    """Whether ``person`` may paint like this; admins may anything. Raises ``NotAllowedError`` that says the bound."""
    if person.admin or person.id is None:
        return
    steps = (style.steps or 0) + (((style.hires_steps or style.steps) or 0) if style.hires else 0)
    if not settings.allows_checkpoint(style.checkpoint):
        raise NotAllowedError(
            f"The admins of this server do not allow the checkpoint “{style.checkpoint[:60]}”.",
            "They add it with `/settings set`, under `styles.checkpoints`.",
        )
    if settings.style_side is not None and style.final_side > settings.style_side:
        raise NotAllowedError(
            f"A picture of this style has a side of {style.final_side:,} pixels.",
            f"The admins of this server allow {settings.style_side:,}: `/settings set`, `styles.size`.",
        )
    if settings.style_steps is not None and steps > settings.style_steps:
        raise NotAllowedError(
            f"A picture of this style takes {steps} steps.",
            f"The admins of this server allow {settings.style_steps}: `/settings set`, `styles.steps`.",
        )
