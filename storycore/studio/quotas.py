"""Quotas: how many pictures may wait, and how many may be asked for a day, by one member and in a whole server.

Counted in the transaction that asks, one after the other for each server, so that two who press at once cannot both
get the last one. A picture counts for who asked for it; a story's first pictures for its author. What was cancelled
or failed does not count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storycore.errors import StateError
from storycore.store.models import UNFINISHED, RoundReason, RoundRow, SceneRow, StoryRow, WorkState, now
from storycore.studio.people import Person
from storycore.studio.settings_model import ServerSettings

_DAY = timedelta(hours=24)
#: Over how long the speed of painting is measured.
_LATELY = timedelta(minutes=30)
#: What a picture counts as: cancelled and failed ones were not had.
#: First pictures of a batch wait behind everything else: they keep nobody waiting.
_OVERNIGHT = StoryRow.batch_id.is_not(None) & (RoundRow.reason == RoundReason.FIRST)
_HAD = (*UNFINISHED, WorkState.DONE)


async def check_room(session: AsyncSession, person: Person, settings: ServerSettings) -> None:
    """Before a story is handed in: whether one more picture may be asked for. Raises ``StateError``."""
    await check_pictures(session, person, settings, 1)


async def check_pictures(session: AsyncSession, person: Person, settings: ServerSettings, asked: int) -> None:
    """Whether ``person`` may ask for so many pictures more. Raises ``StateError`` that says when they may."""
    if person.server_id is None:
        return
    await _take_turns(session, person.server_id)
    for member, limit in ((person, settings.waiting_member), (None, settings.waiting_server)):
        if limit is not None:
            waiting = await _waiting(session, person.server_id, member)
            if waiting + asked > limit:
                raise StateError(
                    _too_many_waiting(waiting, limit, member), await _soon(session, waiting + asked - limit)
                )
    await check_day(session, person, settings, asked)


async def check_story(
    session: AsyncSession, author: Person, settings: ServerSettings, asked: int, *, overnight: bool = False
) -> None:
    """Whether a story that was just understood may have its ``asked`` first pictures. Raises ``StateError``.

    A story is one asking: it may go over what may wait, but not begin above it. One of an ``overnight`` batch keeps
    nobody waiting, and counts only for the day.
    """
    if author.server_id is None:
        return
    if not overnight:
        await check_room(session, author, settings)
    await check_day(session, author, settings, asked)


async def check_day(session: AsyncSession, person: Person, settings: ServerSettings, asked: int) -> None:
    """Whether ``person`` may ask for so many pictures more today. Raises ``StateError`` that says when they may."""
    if person.server_id is None:
        return
    await _take_turns(session, person.server_id)
    for member, limit in ((person, settings.day_member), (None, settings.day_server)):
        if limit is None:
            continue
        who = "a member may" if member is not None else "this server may"
        if asked > limit:
            raise StateError(
                f"This asks for {asked:,} pictures; {who} have {limit:,} a day.", "Hand in a shorter part of it."
            )
        had = await _had(session, person.server_id, member)
        over = sum(count for _, count in had) + asked - limit
        if over > 0:
            whose = "You have asked for" if member is not None else "This server has asked for"
            used = limit + over - asked
            raise StateError(
                f"{whose} {used:,} pictures in the last 24 hours; {who} have {limit:,}.",
                f"Ask again in {in_words(_until_free(had, over))}.",
            )


def _until_free(had: Sequence[tuple[datetime, int]], over: int) -> float:
    """Seconds until ``over`` pictures are more than a day ago; ``had`` is oldest first."""
    for at, count in had:
        over -= count
        if over <= 0:
            return max(60.0, (at + _DAY - now()).total_seconds())
    return _DAY.total_seconds()


def _too_many_waiting(waiting: int, limit: int, member: Person | None) -> str:
    if member is None:
        return f"{waiting:,} pictures are waiting in this server, and at most {limit:,} may."
    return f"You have {waiting:,} pictures waiting; a member may have {limit:,} here."


async def _soon(session: AsyncSession, over: int) -> str:
    """When ``over`` of the waiting pictures will be painted, by how fast painting was lately."""
    since = now() - _LATELY
    found = (
        await session.execute(
            sa.select(sa.func.sum(RoundRow.count), sa.func.min(RoundRow.finished_at)).where(
                RoundRow.state == WorkState.DONE, RoundRow.finished_at >= since
            )
        )
    ).one()
    painted, first = found
    if not painted or first is None:
        return "Ask again when some of them are painted."
    seconds = max(1.0, (now() - first).total_seconds())
    return f"Ask again in {in_words(over * seconds / painted)}."


def in_words(seconds: float) -> str:
    """``about a minute``, ``12 min``, ``3 h 20 min``."""
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return "about a minute"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _of(server_id: int | None, member: Person | None) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = [StoryRow.server_id == server_id]
    if member is not None:
        where.append(sa.func.coalesce(RoundRow.asked_by, StoryRow.author_id) == member.id)
    return where


async def _waiting(session: AsyncSession, server_id: int, member: Person | None) -> int:
    query = (
        sa.select(sa.func.sum(RoundRow.count))
        .join(RoundRow.scene)
        .join(SceneRow.story)
        .where(RoundRow.state.in_(UNFINISHED), ~_OVERNIGHT, *_of(server_id, member))
    )
    return await session.scalar(query) or 0


async def _had(session: AsyncSession, server_id: int | None, member: Person | None) -> list[tuple[datetime, int]]:
    query = (
        sa.select(RoundRow.created_at, RoundRow.count)
        .join(RoundRow.scene)
        .join(SceneRow.story)
        .where(RoundRow.state.in_(_HAD), RoundRow.created_at > now() - _DAY, *_of(server_id, member))
        .order_by(RoundRow.created_at)
    )
    return [(at, count) for at, count in await session.execute(query)]


async def _take_turns(session: AsyncSession, server_id: int) -> None:
    """SQLite has one writer at a time anyway; PostgreSQL is told to let one after the other count."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(server_id)))
