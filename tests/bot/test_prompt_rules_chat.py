"""A server's rules for prompts in chat: set in a pop-up, held wherever people write, told kindly; and by channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.actors import Actor
from sandbox.model import Message
from tests.hosts.house import eventually
from tests.support.wire import Wire, wire_to

WELL = """# The well

The old miller stood at the dark well at dawn. A gruesome skull lay naked in the wet grass beside the golden bucket.

# The crown

The miller held up the golden crown in the morning light. A frog sat beside him on the stone.
"""

#: The first of the page's menus.
MENU = "Change: Permissions, Stories, Prompts, Pictures…"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def rewrite(who: Actor, scene: Message, prompt: str) -> str:
    """A prompt is rewritten in the pop-up; gives the answer."""
    form = (await who.click(scene, label="Edit prompt")).modal
    assert form is not None
    return (await (await who.submit(form, {"prompt": prompt})).response()).text


async def test_an_admin_blocks_words_and_everybody_is_told_which(wire: Wire) -> None:
    olu, bo = wire.member("Olu"), wire.member("Bo")
    page = await (await olu.slash(wire.channel, "settings show")).response()
    assert "Words that go into no prompt · **none**" in page.text and "nsfw, nudity" in page.text
    form = (await olu.select(page, placeholder=MENU, values=["prompts.blocked"])).modal
    assert form is not None
    saved = await (await olu.submit(form, {"value": "Gruesome, dead body"})).response()
    assert "✅ **Words that go into no prompt**: gruesome, dead body (before: none)." in saved.text

    await wire.new_story(script=WELL)
    first, second = await wire.painted()
    assert "Left out of the prompt, by the rules of this channel: “gruesome”, “naked”" in first.text
    assert "Left out" not in second.text
    told = await rewrite(bo, second, "a GRUES0ME crown")
    assert "let “GRUES0ME” into no prompt" in told and "Say it in other words" in told
    told = await rewrite(bo, second, "a naked king")
    assert "“naked” is for age-restricted channels, and this is none" in told
    added = await bo.slash(wire.channel, "character add", name="Tom", look="a dead body")
    assert "let “dead body” into no prompt" in (await added.response()).text
    assert {request.negative_prompt for request in wire.painter.requests} == {"nsfw, nudity"}


async def test_in_an_age_restricted_channel_and_when_it_is_none_any_more(wire: Wire) -> None:
    world, bo = wire.sandbox.world, wire.member("Bo")
    world.update_channel(wire.channel, {"nsfw": True})
    guild = wire.client.get_guild(wire.channel.guild.id)
    assert guild is not None

    def heard(restricted: bool) -> bool:
        return getattr(guild.get_channel(wire.channel.id), "nsfw", None) is restricted

    await eventually(lambda: heard(True))
    await wire.new_story(script=WELL)
    first, second = await wire.painted()
    assert "naked" in first.text and "Left out" not in first.text
    assert "New pictures for scene 2" in await rewrite(bo, second, "a naked king")
    await wire.wait(lambda: "a naked king" in second.text and "New pictures" not in second.text, what="new pictures")
    assert {request.negative_prompt for request in wire.painter.requests} == {""}
    world.update_channel(wire.channel, {"nsfw": False})
    await eventually(lambda: heard(False))
    await wire.client.note_channels(guild, guild.channels)  # behind the one that the event asked for
    told = await (await bo.click(second, label="Again")).response()
    assert "“naked” is for age-restricted channels" in told.text
