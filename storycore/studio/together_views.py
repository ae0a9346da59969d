"""Who makes a story, as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.store.together import CoAuthorRow


@dataclass(frozen=True, slots=True)
class AuthorView:
    """A co-author."""

    id: int
    name: str


async def read_co_authors(session: AsyncSession, story_id: int) -> tuple[AuthorView, ...]:
    """Those invited to make a story with its author, in the order they were invited."""
    rows = await session.scalars(select(CoAuthorRow).where(CoAuthorRow.story_id == story_id).order_by(CoAuthorRow.id))
    return tuple(AuthorView(row.member_id, row.name) for row in rows)


def named(author: str, co_authors: Sequence[str]) -> str:
    """Who makes a story, in words: ``Ada``, ``Ada with Bo``, ``Ada with Bo, Cy and Di``."""
    others = [name for name in co_authors if name]
    if not others:
        return author
    listed = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
    return f"{author} with {listed}" if author else listed
