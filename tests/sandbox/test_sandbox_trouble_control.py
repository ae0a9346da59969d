"""The troubles over HTTP, and the example that docs/sandbox.md shows."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

import sandbox.trouble.control as control
from sandbox import Actor, Channel, Sandbox, SandboxError
from tests.sandbox.bot import TestBot

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless")]

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
SEND = {"method": "POST", "route": "/channels/{channel_id}/messages"}
Switch = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(loop_scope="module")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def switch(sandbox: Sandbox, session: aiohttp.ClientSession) -> Switch:
    async def act(name: str, **body: Any) -> Any:
        async with session.post(f"{sandbox.url}/control/trouble/{name}", json=body) as answer:
            return await answer.json()

    return act


async def test_rest_troubles(
    sandbox: Sandbox, bot: TestBot, switch: Switch, session: aiohttp.ClientSession, channel: Channel
) -> None:
    made = await switch("refuse", **SEND, status=503, times=None, channel="stories")
    with pytest.raises(discord.DiscordServerError):
        await bot.text(channel).send("refused")
    await bot.text(sandbox.default_guild.channel("general")).send("not this channel")
    async with session.get(f"{sandbox.url}/control/trouble") as answer:
        state = await answer.json()
    assert state["rules"] == [{"rule": made["rule"], "what": "503/0", **SEND, "met": 1}]
    assert state["limits"]["old_edits"] == 30
    assert state["connections"] == 1
    await switch("lift", rule=made["rule"])
    await bot.text(channel).send("allowed")

    await switch("lose_answer", **SEND)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.text(channel).send("lost")
    held = await switch("hold", **SEND, done=True)
    sending = asyncio.create_task(bot.text(channel).send("held"))
    await sandbox.wait_for(lambda: channel.messages[-1].content == "held")
    assert not sending.done()
    assert await switch("release", rule=held["rule"]) == {"done": "release"}
    await sending
    await switch("rate_limit", **SEND, retry_after=0.05)
    await bot.text(channel).send("limited")
    await switch("revoke", permission="SEND_MESSAGES", channel="stories")
    with pytest.raises(discord.Forbidden):
        await bot.text(channel).send("forbidden")
    await switch("restore")
    await bot.text(channel).send("allowed")


async def test_gateway_network_and_time(sandbox: Sandbox, bot: TestBot, switch: Switch) -> None:
    for name, body in (
        ("reconnect", {}),
        ("invalidate", {"resumable": False}),
        ("close_gateway", {"code": 4000}),
        ("drop_gateway", {}),
    ):
        before = sandbox.connections
        assert await switch(name, **body) == {"done": name}
        await sandbox.wait_ready(after=before)
    now = sandbox.clock.time()
    await switch("advance", seconds=3600)
    assert sandbox.clock.time() - now >= 3600
    await switch("limits", old_edits=5)
    assert sandbox.limits.old_edits == 5
    before = sandbox.connections
    await switch("network_down", seconds=0.1)
    await sandbox.wait_for(lambda: not sandbox.network.is_up)
    await sandbox.wait_for(lambda: sandbox.network.is_up)
    await sandbox.wait_ready(after=before)
    assert await switch("calm") == {"done": "calm"}


async def test_threads_by_moderators(
    sandbox: Sandbox, bot: TestBot, session: aiohttp.ClientSession, channel: Channel
) -> None:
    thread = await (await bot.text(channel).send("board")).create_thread(name="scenes")

    async def act(member: str, action: str, **body: Any) -> Any:
        async with session.post(f"{sandbox.url}/control/members/{member}/{action}", json=body) as answer:
            return await answer.json()

    assert (await act("Mo", "archive", channel="scenes", locked=True))["locked"] is True
    assert (await act("Mo", "unarchive", channel="scenes"))["archived"] is False
    assert (await act("Mo", "lock", channel="scenes", locked=False))["locked"] is False
    assert "MANAGE_THREADS" in (await act("Ada", "lock", channel="scenes"))["error"]
    assert await act("Mo", "delete_channel", channel="scenes") == {"deleted": str(thread.id)}


@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("explode", {}, "there is no such switch"),
        ("refuse", {"status": 200}, "from 400 to 599"),
        ("refuse", {"status": "502"}, "status cannot be '502'"),
        ("refuse", {"status": 500, "times": True}, "times cannot be True"),
        ("refuse", {"status": 500, "body": "poem"}, "json, empty, html"),
        ("refuse", {"status": 500, "route": "/nowhere"}, "no route"),
        ("refuse", {"status": 500, "channel": "nowhere"}, "no channel 'nowhere'"),
        ("slow", {}, "slow needs seconds"),
        ("ban", {"why": "so"}, "why is no field here"),
        ("gateway_down", {"how": "gently"}, "reset, silence or 503"),
        ("close_gateway", {"code": 12}, "from 1000 to 4999"),
        ("lift", {"rule": 9999}, "no rule 9999"),
        ("revoke", {"permission": "FLY"}, "no permission FLY"),
        ("revoke", {}, "say which permission"),
        ("advance", {"seconds": -1}, "from 0 to"),
        ("network_down", {}, "from 0 to 600"),
    ],
)
async def test_what_cannot_be_switched_is_said(
    sandbox: Sandbox, switch: Switch, name: str, body: dict[str, Any], complaint: str
) -> None:
    assert complaint in (await switch(name, **body))["error"]
    assert sandbox.trouble.rules == []


async def test_every_switch_is_described(sandbox: Sandbox) -> None:
    described = set(re.findall(r"\w+", control.__doc__ or ""))
    assert {*control._RULES, *control._GATEWAY, *control._OTHERS} <= described


async def test_waiting_for_a_trouble_in_vain(sandbox: Sandbox, bot: TestBot, channel: Channel) -> None:
    rule = sandbox.trouble.rate_limit(SEND["method"], SEND["route"], retry_after=0.01)
    with pytest.raises(SandboxError, match="429 to be met 1 times"):
        await sandbox.trouble.met(rule, timeout=0.05)
    await bot.text(channel).send("limited")
    await sandbox.trouble.met(rule)


async def test_the_documents_example(ada: Actor, tmp_path: Path) -> None:
    """The bot and the test that docs/sandbox.md shows, as they stand there."""
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    bot, test = blocks[0], blocks[1]
    (tmp_path / "mybot.py").write_text(bot, encoding="utf-8")
    (tmp_path / "try.py").write_text(test, encoding="utf-8")
    assert len([line for line in bot.splitlines() if line.strip()]) <= 12
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "try.py",
        cwd=tmp_path,
        env={"PYTHONPATH": str(DOCUMENT.parents[1]), "PATH": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(running.communicate(), 60)
    assert (out.decode(), running.returncode) == ("hello, Ada\n", 0), errors.decode()
