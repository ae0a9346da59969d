"""GPU hosts in chat: for those who manage them; secrets go in and never come out; notices are told once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storycore.store.hosts import HostHealth, HostOrigin, HostRow, NoticeRow
from tests.support.wire import Wire, wire_to

PASSWORD = "hunter2-of-the-gpu"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def keep_host(wire: Wire, name: str, **fields: Any) -> None:
    """A host as it stands in the rows, asked a while ago."""
    async with wire.workshop.database.write() as session:
        session.add(
            HostRow(
                name=name,
                login="ada",
                password=PASSWORD,
                flavour="forge",
                health=HostHealth.WELL,
                checkpoint="dream-xl.safetensors",
                abilities={"checkpoints": ["dream-xl", "ink"], "loras": ["mara"], "controlnet_units": 3},
                **fields,
            )
        )


def everything_said(wire: Wire) -> str:
    return "\n".join(m.text for m in wire.channel.messages)


async def test_the_form_takes_the_secrets_and_a_private_address_is_refused(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="discord")  # as bot.cli.run sets it: below, it logs every event whole
    olu = wire.member("Olu")
    for address in ("http://127.0.0.1:9", "http://169.254.169.254/latest", "http://[::1]:7860", "http://10.0.0.8:7860"):
        form = (await olu.slash(wire.channel, "host add")).modal
        assert form is not None
        sent = await olu.submit(form, {"url": address, "user": "ada", "password": PASSWORD})
        answer = await sent.response()
        await wire.wait(lambda answer=answer: "private network" in answer.text, what=address)  # type: ignore[misc]
    async with wire.workshop.database.read() as session:
        assert (await session.scalars(select(HostRow))).all() == []
    assert PASSWORD not in everything_said(wire) + caplog.text


async def test_hosts_are_listed_drained_and_removed_but_not_those_of_the_settings(wire: Wire) -> None:
    server, olu = wire.sandbox.default_guild.id, wire.member("Olu")
    await keep_host(wire, "attic", url="https://attic.example:7860", server_id=server, pace=2.4, painted=120)
    await keep_host(wire, "cellar", url="http://10.1.2.3:7860", origin=HostOrigin.SETTINGS)
    await keep_host(wire, "stranger", url="https://far.example:7860", server_id=server + 1)
    page = (await (await olu.slash(wire.channel, "host list")).response()).text
    assert "🟢 attic" in page and "Forge · https" in page and "2.4 s a megapixel" in page
    assert "2 checkpoints · 1 LoRA · ControlNet" in page
    assert "cellar" in page and "set up by whoever runs me" in page
    assert "10.1.2.3" not in page and "stranger" not in page
    names = await olu.autocomplete(wire.channel, "host drain", option="host", value="at")
    assert [choice["name"] for choice in names] == ["attic"]
    assert await wire.member("Bo").autocomplete(wire.channel, "host drain", option="host", value="") == []
    drained = await (await olu.slash(wire.channel, "host drain", host=names[0]["value"])).response()
    assert "⏸️ attic" in drained.text and "gets nothing new" in drained.text
    back = await (await olu.slash(wire.channel, "host drain", host="attic", back=True)).response()
    assert "🟢 attic" in back.text
    for command in ("host drain", "host remove"):
        refused = await (await olu.slash(wire.channel, command, host="cellar")).response()
        assert "FIRESIDE_WEBUI_HOSTS" in refused.text
        assert (
            "no host of that name" in (await (await olu.slash(wire.channel, command, host="stranger")).response()).text
        )
    removed = await (await olu.slash(wire.channel, "host remove", host="attic")).response()
    assert "**attic** is removed" in removed.text
    assert "attic" not in (await (await olu.slash(wire.channel, "host list")).response()).text
    assert PASSWORD not in everything_said(wire)


async def test_a_notice_is_told_once_where_the_settings_say(wire: Wire) -> None:
    general = wire.sandbox.default_guild.channel("general")
    await wire.member("Olu").slash(wire.channel, "settings set", key="notices.channel", value=f"<#{general.id}>")
    queue = wire.client.get_cog("Queue")
    assert queue is not None
    async with wire.workshop.database.write() as session:
        session.add(
            NoticeRow(server_id=wire.sandbox.default_guild.id, kind="no_painter", words="No painter @everyone.")
        )
    await wire.wait(lambda: [m for m in general.messages if "No painter" in m.content], timeout=60, what="the notice")

    async def told() -> bool:
        async with wire.workshop.database.read() as session:
            return (await session.scalars(select(NoticeRow))).one().told_at is not None

    while not await told():
        await asyncio.sleep(0.05)
    await queue.cog_unload()
    await queue.cog_load()
    await wire.client.projector.settle()
    assert [m.content for m in general.messages] == ["⚠️ No painter \\@everyone."]
