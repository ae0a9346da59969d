"""Somebody unknown on a cast sheet, over the real wire: described for the library, proposed, or nobody at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.actors import Actor
from sandbox.model import Message
from storycore.studio import characters
from tests.support.wire import Wire, wire_to

LOOK = "a man with a white beard and a floury apron"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


def sheet(wire: Wire) -> Message:
    """The cast's message."""
    return next(m for m in wire.thread.messages if "🎭 The cast" in m.text)


async def card_of(wire: Wire, who: Actor, part: str) -> Message:
    """Somebody's card, for this person."""
    menus = [menu for menu in sheet(wire).selects if menu.placeholder == "Correct somebody…"]
    value = next(option["value"] for menu in menus for option in menu.options if part in option["label"])
    return await (await who.select(sheet(wire), placeholder="Correct somebody…", values=[value])).response()


async def test_somebody_unknown_is_described_for_every_story_to_come(wire: Wire) -> None:
    await wire.new_story()
    first, second = await wire.painted()
    bo, olu, ada = wire.member("Bo"), wire.member("Olu"), wire.member("Ada")
    # A member's description is a proposal, and nothing changes by it.
    form = (await bo.click(await card_of(wire, bo, "miller"), label="Describe")).modal
    assert form is not None and "miller" in form.fields[0].value and form.fields[1].value == ""
    proposed = await (await bo.submit(form, {"names": "Hans", "look": LOOK})).response()
    assert "**Bo** proposes a character" in proposed.text
    assert await characters.listing(wire.workshop, wire.sandbox.default_guild.id) == ()
    # Whoever manages characters describes him under a name of his own: he is linked, and drawn so in both scenes.
    form = (await olu.click(await card_of(wire, olu, "miller"), label="Describe")).modal
    assert form is not None
    done = await (await olu.submit(form, {"names": "Hans", "look": LOOK, "pronouns": "he"})).response()
    assert "✅ **Hans** is in the library now." in done.text
    await wire.wait(lambda: LOOK in first.text and LOOK in second.text, 120, "the look in both scenes")
    await wire.wait(lambda: "🎨 Hans" in sheet(wire).text, 120, "who he is, on the cast sheet")
    # The frog is nobody: its author says so, and it is gone from the cast; others may not.
    refused = await (await bo.click(await card_of(wire, bo, "frog"), label="Not a character")).response()
    assert "Thank you for looking closely" in refused.text
    gone = await ada.click(await card_of(wire, ada, "frog"), label="Not a character")
    assert gone.failed is None
    await wire.wait(lambda: "frog" not in sheet(wire).text, 120, "one less in the cast")
    assert "🎨 Hans" in sheet(wire).text
