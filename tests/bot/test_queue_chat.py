"""The queue in chat: what waits and whose, pausing, cancelling one's own and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.model import Message
from storycore.store.models import now
from storycore.studio import pauses
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        opened.client.projector.courier.pace_s = 0.05
        yield opened


async def shown(wire: Wire, who: str) -> Message:
    return await (await wire.member(who).slash(wire.channel, "queue show")).response()


async def test_cancel_stops_that_one_and_no_other(wire: Wire) -> None:
    await wire.new_story()
    first, second = await wire.painted()
    wire.painter.gate = asyncio.Event()
    bo, cy = wire.member("Bo"), wire.member("Cy")
    await bo.click(first, label="Again")
    await cy.click(second, label="Again")
    await wire.wait(lambda: "are being painted" in first.text and "are being painted" in second.text)
    page = await shown(wire, "Bo")
    assert "Being painted" in page.text
    assert "scene 1 · you" in page.text and "scene 2 · Cy" in page.text
    theirs = (await shown(wire, "Cy")).text
    assert theirs.index("scene 2 · you") < theirs.index("scene 1 · Bo"), "one's own first, whoever began first"
    assert [option["label"] for option in page.selects[0].options] == ["The well · scene 1"]
    refused = await (await cy.click(first, label="Cancel")).response()
    assert "Only the story's author (Ada) and moderators can cancel these pictures." in refused.text
    cancelled = await bo.select(page, placeholder="Cancel pictures…", values=["The well · scene 1"])
    assert cancelled.failed is None
    await wire.wait(lambda: "🛑 Cancelled: **The well**, scene 1." in page.text, what="the page without it")
    await wire.wait(lambda: "New pictures" not in first.text, what="the scene as it was")
    await wire.wait(lambda: wire.painter.cancelled, what="the painter stopped")
    assert len(wire.painter.cancelled) == 1
    assert "are being painted" in second.text
    await wire.member("Mo").click(second, label="Cancel")
    await wire.wait(lambda: "New pictures" not in second.text)
    assert [len(scene.gallery) for scene in (first, second)] == [3, 3]
    empty = await shown(wire, "Cy")
    assert "Nothing waits here" in empty.text


async def test_a_first_picture_taken_back_can_be_asked_for_again(wire: Wire) -> None:
    wire.painter.gate = asyncio.Event()
    await wire.new_story()
    await wire.wait(lambda: "0 of 2 scenes" in wire.board.text)
    page = await shown(wire, "Ada")
    for option in page.selects[0].options:
        await wire.member("Ada").select(
            await shown(wire, "Ada"), placeholder="Cancel pictures…", values=[option["value"]]
        )
    await wire.wait(lambda: len(wire.scenes()) == 2 and all("Cancelled by Ada." in s.text for s in wire.scenes()))
    wire.painter.gate.set()
    await wire.member("Bo").click(wire.scenes()[0], label="Again")
    await wire.wait(lambda: len(wire.scenes()[0].gallery) == 3)


async def test_a_pause_holds_what_waits_and_survives(wire: Wire) -> None:
    olu, bo, mo = (wire.member(name) for name in ("Olu", "Bo", "Mo"))
    await wire.new_story()
    scene = (await wire.painted())[0]
    for command in ("queue pause", "queue resume"):
        assert "Only admins" in (await (await mo.slash(wire.channel, command)).response()).text
    paused = await olu.slash(wire.channel, "queue pause", reason="New card")
    assert "Painting is paused" in (await paused.response()).text
    await bo.click(scene, label="Again")
    await wire.wait(lambda: "New pictures for Bo: painting is paused." in scene.text)
    page = await shown(wire, "Bo")
    assert "⏸️ **Painting is paused** by Olu: New card" in page.text
    before = len(wire.painter.requests)
    # Whoever starts anew finds the pause in the settings, and keeps it.
    await pauses.settle(wire.workshop, wire.sandbox.default_guild.id, now())
    assert len(wire.painter.requests) == before
    resumed = await olu.slash(wire.channel, "queue resume")
    assert "Painting goes on" in (await resumed.response()).text
    await wire.wait(lambda: "New pictures" not in scene.text and len(wire.painter.requests) == before + 1)
    again = await olu.slash(wire.channel, "queue resume")
    assert "was not paused" in (await again.response()).text


async def test_the_queue_is_paged_with_ones_own_first(wire: Wire) -> None:
    await wire.member("Olu").slash(wire.channel, "queue pause")
    script = "\n\n".join(
        f"# Part {n}\n\nThe frog sat on stone number {n} and looked at the moon." for n in range(1, 13)
    )
    await wire.new_story("Twelve stones", script)
    await wire.wait(lambda: "12 scenes" in wire.board.text and "painting is paused" in wire.board.text)
    await wire.new_story("The well", who="Bo")
    await wire.wait(lambda: "The well" in wire.board.text and "painting is paused" in wire.board.text)
    page = await shown(wire, "Bo")
    waiting = page.text.split("### Waiting")[1].splitlines()
    assert [("**The well**" in line, "you" in line) for line in waiting[1:3]] == [(True, True)] * 2
    assert "Page 1 of 2" in page.text
    await wire.member("Bo").click(page, label="▶️")
    await wire.wait(lambda: "Page 2 of 2" in page.text)
    assert "yours first" in page.text
