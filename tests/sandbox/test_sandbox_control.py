"""The control interface: a story told in HTTP and JSON alone, to a real bot."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

from sandbox import Sandbox
from tests.sandbox.bot import TestBot
from tests.sandbox.test_sandbox_wire import Board, Form, more

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless")]


class Remote:
    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._url, self._session = sandbox.url + "/control", session

    async def get(self, path: str) -> Any:
        async with self._session.get(self._url + path) as answer:
            return await answer.json()

    async def act(self, member: str, action: str, **body: Any) -> Any:
        async with self._session.post(f"{self._url}/members/{member}/{action}", json=body) as answer:
            return await answer.json()


@pytest_asyncio.fixture(loop_scope="module")
async def remote(sandbox: Sandbox) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(sandbox, session)


async def test_looking(bot: TestBot, remote: Remote) -> None:
    state = await remote.get("/state")
    assert state["bot"]["connected"] is True
    assert [item["name"] for item in state["channels"]] == ["stories", "general"]
    assert {item["name"] for item in state["members"]} >= {"Ada", "Bo", "Cy", "Mo"}
    assert "story" in state["commands"]
    assert "/control/members/Ada/slash" in (await remote.get("/"))["help"]
    assert (await remote.get("/requests?last=1"))[0]["verdict"] == "ok"
    assert await remote.get("/violations") == []
    assert [item["parent"] for item in await remote.get("/channels")] == [None, None]


async def test_a_form_with_a_file(bot: TestBot, remote: Remote) -> None:
    async def new(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.send_modal(Form())

    bot.handlers["story new"] = new
    opened = await remote.act("Ada", "slash", channel="stories", command="story new", options={"title": "x"})
    assert [field["label"] for field in opened["modal"]["fields"]] == ["Title", "Kind", "Script"]
    script = {"filename": "a.txt", "base64": base64.b64encode(b"one").decode()}
    answer = await remote.act(
        "Ada", "submit", modal=opened["modal"]["id"], values={"Title": "Saga", "Script": [script]}
    )
    assert answer["message"]["text"] == "Saga ['s'] ['one']"


async def test_buttons_menus_reactions_and_waiting(bot: TestBot, remote: Remote, sandbox: Sandbox) -> None:
    sent = await bot.text(sandbox.default_guild.channel("general")).send(
        view=Board(bot, "board", [more()]), files=[more()]
    )
    shown = (await remote.get("/channels/general/messages"))[-1]
    assert (shown["id"], shown["text"]) == (str(sent.id), "board")
    assert [item["label"] for item in shown["buttons"]] == ["1", "2", "Edit prompt"]
    async with aiohttp.ClientSession() as session, session.get(shown["gallery"][0]["url"]) as picture:
        assert (await picture.read()).startswith(b"\x89PNG")
    voted = await remote.act("Bo", "click", message=shown["id"], label="2")
    assert (voted["message"]["text"], voted["message"]["ephemeral"]) == ("7:2", True)
    seen = await remote.get("/channels/general/messages?as=Bo")
    assert seen[-1]["text"] == "7:2"
    assert (await remote.get("/channels/general/messages?as=Cy"))[-1]["text"] == "board"
    assert (await remote.act("Cy", "react", message=shown["id"], emoji="1️⃣"))["reactions"] == {"1️⃣": 1}
    assert (await remote.act("Cy", "unreact", message=shown["id"], emoji="1️⃣"))["reactions"] == {}

    async def pick(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.edit_message(view=Board(bot, "picked", [more()]), attachments=[more()])

    bot.handlers["pick"] = pick
    picked = await remote.act("Ada", "select", message=shown["id"], placeholder="Pick", values=["2"])
    assert picked["message"]["text"] == "picked"
    assert (await remote.get(f"/messages/{shown['id']}/wait?edits=1&seconds=5"))["edits"] == 1


async def test_names_stand_for_things_and_deferrals_are_waited_for(bot: TestBot, remote: Remote) -> None:
    async def slow(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.defer(thinking=True)
        await asyncio.sleep(0.05)
        await interaction.followup.send(f"for {values['who'].display_name}")

    bot.handlers["slow"] = slow
    options = {"what": "slow", "who": "Cy"}
    told = await remote.act("Ada", "slash", channel="general", command="do", options=options, wait=5)
    assert (told["type"], told["message"]["text"]) == (5, "for Cy")
    choices = await remote.act(
        "Ada", "autocomplete", channel="general", command="story show", option="story", value="ada"
    )
    assert [item["name"] for item in choices] == ["Ada's day"]


async def test_menu_sending_and_deleting(bot: TestBot, remote: Remote) -> None:
    async def make(interaction: discord.Interaction, values: dict[str, Any]) -> None:
        await interaction.response.send_message(values["message"].content, ephemeral=True)

    bot.handlers["Make a story"] = make
    files = [{"filename": "tale.txt", "text": "Once"}]
    sent = await remote.act("Bo", "send", channel="stories", text="a tale", files=files)
    assert sent["files"][0]["filename"] == "tale.txt"
    made = await remote.act("Ada", "menu", message=sent["id"], name="Make a story")
    assert made["message"]["text"] == "a tale"
    assert await remote.act("Bo", "delete", message=sent["id"]) == {"deleted": sent["id"]}


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("dance", {}, "no such action"),
    ("send", {"channel": "nowhere", "text": "x"}, "no channel 'nowhere'"),
    ("send", {"channel": "stories"}, "nothing to send"),
    ("send", {"channel": "stories", "files": [{"filename": "a", "base64": "?"}]}, "base64"),
    ("send", {"channel": "stories", "files": ["a"]}, "a file is"),
    ("slash", {"channel": "stories", "command": "dance"}, "offered no command 'dance'"),
    ("slash", {"channel": "stories", "command": "", "options": {}}, "offered no command ''"),
    ("slash", {"channel": "stories", "command": "do", "options": []}, "JSON objects"),
    ("click", {"message": "1", "label": "x"}, "no message 1"),
    ("submit", {"modal": "1"}, "no open form 1"),
]


@pytest.mark.parametrize(("action", "body", "words"), BAD)
async def test_what_cannot_be_done_is_said(
    bot: TestBot, remote: Remote, action: str, body: dict[str, Any], words: str
) -> None:
    assert words in (await remote.act("Ada", action, **body))["error"]


async def test_nobody_can_do_nothing(remote: Remote) -> None:
    assert "no member 'Nobody'" in (await remote.act("Nobody", "send", channel="stories", text="x"))["error"]


async def test_only_json_acts(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/control/members/Ada/send"
    async with aiohttp.ClientSession() as session:
        for data, kind in (('{"channel": "stories", "text": "x"}', "text/plain"), ("{", "application/json")):
            async with session.post(url, data=data, headers={"Content-Type": kind}) as answer:
                assert answer.status == 400


async def test_served_as_a_program() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--token", "t", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        lines = [(await asyncio.wait_for(program.stdout.readline(), 20)).decode().split() for _ in range(4)]
        told = {line[0]: line[1] for line in lines}
        assert told["token"] == "t"
        async with aiohttp.ClientSession() as session:
            async with session.get(told["REST"] + "/gateway") as answer:
                assert (await answer.json())["url"] == told["gateway"]
            port = told["control"].split(":")[2].split("/")[0]
            second = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sandbox", "--port", port, stderr=asyncio.subprocess.PIPE
            )
            _, said = await second.communicate()
            assert second.returncode == 2
            assert f"cannot start on port {port}" in said.decode()
    finally:
        program.terminate()
        assert await asyncio.wait_for(program.wait(), 10) == 0
