"""A story in a channel that somebody may not see is not there for them; rights in one channel reach no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.permissions import Permission
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def test_who_may_not_see_the_channel_learns_nothing_of_its_stories(wire: Wire) -> None:
    world, guild = wire.sandbox.world, wire.sandbox.default_guild.guild
    elsewhere = world.add_channel(guild, "elsewhere")
    await wire.new_story("A secret feast")
    await wire.painted()
    bo, cy = wire.member("Bo"), wire.member("Cy")
    story = (await cy.autocomplete(elsewhere, "story show", option="story", value="secret"))[0]["value"]
    world.set_overwrite(wire.channel, bo.member, deny=Permission.VIEW_CHANNEL)
    assert await bo.autocomplete(elsewhere, "story show", option="story", value="secret") == []
    for command, values in (
        ("story list", {}),
        *((f"story {c}", {"story": story}) for c in ("show", "film", "cancel")),
    ):
        text = (await (await bo.slash(elsewhere, command, **values)).response()).text
        assert "secret" not in text and "Ada" not in text, command
        assert "not here" in text or "no stories here yet" in text, command
    named = await bo.slash(elsewhere, "story show", story="A secret feast")
    assert "No story here matches" in (await named.response()).text
    assert "A secret feast" in (await (await cy.slash(elsewhere, "story list")).response()).text


async def test_a_moderator_of_one_channel_is_none_in_another(wire: Wire) -> None:
    world, guild = wire.sandbox.world, wire.sandbox.default_guild.guild
    elsewhere = world.add_channel(guild, "elsewhere")
    await wire.new_story()
    await wire.painted()
    bo, mo = wire.member("Bo"), wire.member("Mo")
    world.set_overwrite(elsewhere, bo.member, allow=Permission.MANAGE_MESSAGES)
    story = (await bo.autocomplete(elsewhere, "story cancel", option="story", value="well"))[0]["value"]
    for command in ("story cancel", "story film"):
        refused = await bo.slash(elsewhere, command, story=story)
        assert "Only the story's author (Ada)" in (await refused.response()).text
    world.set_overwrite(wire.channel, bo.member, allow=Permission.MANAGE_MESSAGES)
    cancelled = await bo.slash(elsewhere, "story cancel", story=story)
    assert "is cancelled" in (await cancelled.response()).text
    assert "over already" in (await (await mo.slash(elsewhere, "story cancel", story=story)).response()).text
