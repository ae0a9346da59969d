"""Bots that are killed (SIGKILL), and the ones after them."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from sandbox import Actor, Channel, Message, Sandbox
from sandbox.http import REQUESTS_KEPT, VIOLATIONS_KEPT, Request
from sandbox.interactions import INTERACTIONS_KEPT, TOKEN_LASTS
from tests.sandbox.raw import raw

SEND = ("POST", "/channels/{channel_id}/messages")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox
        assert [str(item) for item in sandbox.violations] == []


async def kill(process: Process) -> None:
    process.kill()
    assert await process.wait() == -signal.SIGKILL


@asynccontextmanager
async def started(sandbox: Sandbox) -> AsyncIterator[Process]:
    """A bot process, killed at the end if it still lives. It is ready."""
    before = sandbox.connections
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.killable", sandbox.api_url, sandbox.gateway_url, sandbox.token
    )
    try:
        await sandbox.wait_ready(commands=False, after=before)
        yield process
    finally:
        if process.returncode is None:
            await kill(process)


def boards(channel: Channel) -> list[Message]:
    return [message for message in channel.messages if message.author.bot]


async def board(sandbox: Sandbox, channel: Channel, count: int = 1) -> Message:
    await sandbox.wait_for(lambda: len(boards(channel)) >= count, what="a board")
    return boards(channel)[-1]


async def test_killed_between_doing_and_knowing(sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    """Posted, but the bot never learnt it: the next bot finds it, posts no second one, and answers what it missed."""
    async with started(sandbox) as first:
        door = sandbox.trouble.hold(*SEND, done=True)
        await ada.send(channel, "draw 1")
        await asyncio.wait_for(door.arrived.wait(), 10)
        await kill(first)
        await sandbox.wait_gone()
        door.release()
    assert len(boards(channel)) == 1
    await ada.send(channel, "draw 2, while nobody was there")
    async with started(sandbox):
        await board(sandbox, channel, 2)
        result = await ada.click(boards(channel)[0], label="Go")
        assert (await result.response()).content == "gone"
    assert (len(boards(channel)), sandbox.duplicates()) == (2, [])
    assert sandbox.gateway.identified == 2


async def test_killed_before_anything_was_done(sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    async with started(sandbox) as first:
        door = sandbox.trouble.hold(*SEND)
        await ada.send(channel, "draw 1")
        await asyncio.wait_for(door.arrived.wait(), 10)
        await kill(first)
        await sandbox.wait_gone()
    assert boards(channel) == []
    door.rule.lift()
    async with started(sandbox):
        await board(sandbox, channel)
    # Discord has had the whole request, and does it whether or not anybody waits for the answer; the nonce makes one
    # message of both.
    door.release()
    await asyncio.sleep(0.05)
    assert (len(boards(channel)), sandbox.duplicates()) == (1, [])


async def test_killed_with_a_click_in_flight(sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    async with started(sandbox) as first:
        await ada.send(channel, "draw 1")
        shown = await board(sandbox, channel)
        clicking = asyncio.create_task(ada.click(shown, label="Wait"))
        await asyncio.sleep(0.05)
        await kill(first)
        await sandbox.wait_gone()
        sandbox.clock.advance(3.1)
        assert (await clicking).failed == "This interaction failed"
        unheard = asyncio.create_task(ada.click(shown, label="Go"))
        await asyncio.sleep(0)
        sandbox.clock.advance(3.1)
        assert (await unheard).failed == "This interaction failed"
    async with started(sandbox):
        assert (await ada.click(shown, label="Go")).failed is None


async def test_half_a_request(sandbox: Sandbox, channel: Channel) -> None:
    """What a bot killed while it was uploading leaves behind: nothing."""
    path = f"/api/v10/channels/{channel.id}/messages"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bot {sandbox.token}\r\n"
    form = (
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{"content": "half"}\r\n--x\r\n'
        'Content-Disposition: form-data; name="files[0]"; filename="a.txt"\r\n\r\nonce upon a'
    )
    chunked = (
        "Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n"
        '40\r\n--x\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{"co'
    )
    plain = 'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"content": "ha'
    for body in (form, chunked, plain, "Content-Length: 5\r\n\r\n", ""):
        before = len(sandbox.requests)
        _, writer = await asyncio.open_connection("127.0.0.1", sandbox.port)
        writer.write((head + body).encode())
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.transport.abort()
        if body:
            await sandbox.wait_for(lambda before=before: len(sandbox.requests) > before)  # type: ignore[misc]
            assert sandbox.requests[-1].verdict == "the client went while it was sending"
    assert channel.messages == []
    async with raw(sandbox) as rest:
        assert (await rest("POST", f"/channels/{channel.id}/messages", {"content": "whole"})).status == 200


async def test_tables_do_not_grow_for_ever(sandbox: Sandbox, channel: Channel, ada: Actor) -> None:
    sandbox.requests.extend(Request("GET", "/x", None, 200) for _ in range(REQUESTS_KEPT))
    async with raw(sandbox) as rest:
        await rest("GET", "/users/@me")
    assert len(sandbox.requests) <= REQUESTS_KEPT // 2 + 1
    assert sandbox.requests[-1].path == "/users/@me"
    for _ in range(INTERACTIONS_KEPT + 5):
        sandbox.state.desk.open(3, ada.member, channel, {"custom_id": "x", "component_type": 2}, message=None)
    assert len(sandbox.state.desk.opened) == INTERACTIONS_KEPT + 5
    sandbox.clock.advance(TOKEN_LASTS + 1)
    sandbox.state.desk.open(3, ada.member, channel, {"custom_id": "x", "component_type": 2}, message=None)
    assert len(sandbox.state.desk.opened) == INTERACTIONS_KEPT
    async with raw(sandbox) as rest:
        for _ in range(3):
            made = await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"}, files={"a.txt": b"one"})
            where = f"/channels/{channel.id}/messages/{made.body['id']}"
            await rest("PATCH", where, {"attachments": [{"id": "0", "filename": "b.txt"}]}, files={"b.txt": b"two"})
        assert [item.data for item in sandbox.world.attachments.values()] == [b"two"] * 3
        await rest("DELETE", where)
        assert len(sandbox.world.attachments) == 2


async def test_the_first_violations_are_kept() -> None:
    async with Sandbox() as sandbox:
        for n in range(VIOLATIONS_KEPT + 10):
            sandbox.dispatch("NONSENSE", {"n": n})
        assert sandbox.violations == []  # nobody is connected: nothing was sent
        async with aiohttp.ClientSession() as session, session.ws_connect(sandbox.gateway_url) as ws:
            await ws.receive()
            await ws.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 1, "properties": {}}})
            await sandbox.wait_ready(commands=False)
            for n in range(VIOLATIONS_KEPT + 10):
                sandbox.dispatch("NONSENSE", {"n": n})
        assert len(sandbox.violations) == VIOLATIONS_KEPT
