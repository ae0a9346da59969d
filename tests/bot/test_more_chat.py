"""“More like this” in chat: the button, its menu, the command, and what the scene's message says meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def test_somebody_wants_more_like_one_of_them(wire: Wire) -> None:
    await wire.new_story()
    first, _ = await wire.painted()
    bo, cy = wire.member("Bo"), wire.member("Cy")
    offer = await (await bo.click(first, label="More like this")).response()
    assert "Which picture of scene 1" in offer.text
    late = await (await cy.click(first, label="More like this")).response()
    wire.painter.gate = asyncio.Event()
    answer = await bo.select(offer, placeholder="More like…", values=["2"])
    assert answer.failed is None
    await wire.wait(lambda: "like picture 2 for Bo" in first.text)
    refused = await (await cy.slash(wire.thread, "scene more", scene="1", picture=1)).response()
    assert "already on their way" in refused.text
    wire.painter.gate.set()
    await wire.wait(lambda: "like picture 2" not in first.text and "Vote with a reaction" in first.text)
    assert [request.subseed is None for request in wire.painter.requests] == [True, True, False]
    stale = await cy.select(late, placeholder="More like…", values=["2"])
    assert "replaced by new ones" in (await stale.response()).text
    told = await (await cy.slash(wire.thread, "scene more", scene="1", picture=3)).response()
    assert "More pictures like picture 3 of scene 1" in told.text
    missing = await (await cy.slash(wire.thread, "scene more", scene="2", picture=9)).response()
    assert "There is no picture 9 here" in missing.text


async def test_where_there_is_one_picture_nobody_is_asked_which(wire: Wire) -> None:
    await wire.member("Olu").slash(wire.channel, "settings set", key="story.candidates", value="1")
    await wire.new_story()
    first, _ = await wire.painted(reactions=1)
    pressed = await wire.member("Bo").click(first, label="More like this")
    assert pressed.failed is None
    await wire.wait(lambda: len(wire.painter.requests) == 3, what="another picture")
    assert wire.painter.requests[-1].subseed is not None
