"""Edits are few: many votes are one edit, old messages are edited seldom, near Discord's ban limit nothing hurries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from sqlalchemy import update

from bot.limits import InvalidRequests
from bot.posts import scene_subject
from sandbox.actors import Actor
from storycore.store.models import PostRow, now
from tests.support.wire import Wire, wire_to

THREADS = "/channels/{channel_id}/messages/{message_id}/threads"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


def edits(wire: Wire) -> int:
    return sum(request.method == "PATCH" for request in wire.sandbox.requests)


def crowd(wire: Wire, size: int) -> list[Actor]:
    guild = wire.sandbox.default_guild
    for number in range(size):
        wire.sandbox.world.add_member(guild.guild, f"member-{number}")
    return [guild.member(f"member-{number}") for number in range(size)]


async def test_many_votes_are_few_edits(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    await wire.client.projector.settle()
    before = edits(wire)
    members = crowd(wire, 40)
    results = await asyncio.gather(*(m.click(scene, label=str(1 + n % 3)) for n, m in enumerate(members)))
    assert [r.failed for r in results] == [None] * 40
    await wire.wait(lambda: "1️⃣ **14** 2️⃣ **13** 3️⃣ **13**" in scene.text, what="all votes")
    assert edits(wire) - before <= 8


async def test_an_old_message_is_edited_seldom(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    await wire.client.projector.settle()
    async with wire.workshop.database.write() as session:
        await session.execute(update(PostRow).values(posted_at=now() - timedelta(hours=2)))
    courier = wire.client.projector.courier
    courier.pace_s = 0.1
    await wire.member("Bo").click(scene, label="1")
    await wire.wait(lambda: "1️⃣ **1**" in scene.text, what="the first edit of an old message")
    custom = next(b.custom_id for b in scene.buttons if b.custom_id and b.custom_id.startswith("fs:edit:"))
    story_id = (await wire.client.projector.posts.scene_of_message(scene.id)).story_id  # type: ignore[union-attr]
    posts = await wire.client.projector.posts.of_story(story_id)
    post = posts[scene_subject(int(custom.split(":")[2].split("@")[0]))]
    assert courier.seconds_until_due(post) > 20


async def test_a_thread_whose_making_was_not_heard_of_is_found(wire: Wire) -> None:
    lost = wire.sandbox.trouble.lose_answer("POST", THREADS)
    await wire.new_story()
    await wire.painted()
    await wire.sandbox.trouble.met(lost)
    assert len([c for c in wire.sandbox.default_guild.guild.channels.values() if c.is_thread]) == 1


async def test_invalid_requests_are_counted_and_slow_the_bot(wire: Wire) -> None:
    counted = wire.client.invalid_requests
    before = counted.count
    wire.sandbox.trouble.refuse("POST", "/channels/{channel_id}/messages", code=50013, times=1)
    await wire.new_story()
    await wire.wait(lambda: counted.count > before, what="a counted refusal")
    assert not counted.near_a_ban


async def test_near_a_ban_it_is_time_to_slow_down() -> None:
    counted: Any = InvalidRequests()  # Any: what it says changes between two looks
    answer = cast(Any, SimpleNamespace(response=SimpleNamespace(status=403)))
    fine = cast(Any, SimpleNamespace(response=SimpleNamespace(status=200)))
    session = cast(aiohttp.ClientSession, None)
    for _ in range(999):
        await counted._ended(session, SimpleNamespace(), answer)
    await counted._ended(session, SimpleNamespace(), fine)
    assert not counted.near_a_ban
    await counted._ended(session, SimpleNamespace(), answer)
    assert counted.near_a_ban
    assert counted.count == 1000
