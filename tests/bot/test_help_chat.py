"""``/help`` shows what this person may do here; docs/permissions.md says who may what; commands are told once."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from bot.client import COGS
from bot.rights import COMMANDS, permissions_page
from sandbox.server import Sandbox
from tests.support.wire import Wire, connected, needs_document, settings, wire_to
from tests.support.workshops import small_workshop

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def helped(wire: Wire, who: str, *, thread: bool = False) -> tuple[str, str]:
    """What somebody may do, and what others may, without the commands' ids."""
    place = wire.thread if thread else wire.channel
    text = (await (await wire.member(who).slash(place, "help")).response()).text
    mine, _, others = text.partition("**What others may**")
    return mine, others


async def test_help_shows_what_this_person_may_do_here(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    bo, others = await helped(wire, "Bo")
    assert "a member here" in bo and "</story new:" in bo and "Vote for pictures" in bo
    assert "stories of yours" in bo, "outside of threads what is theirs in their own stories counts"
    assert "</settings show:" not in bo and "change settings, read the audit: admins" in others
    assert "hide and delete reported pictures, warn and block members: roles in `roles.moderate`, admins" in others
    bo, others = await helped(wire, "Bo", thread=True)
    assert "the thread of **The well**" in bo and "</story film:" not in bo
    assert "pick, correct, recast and film a story: the author, co-authors" in others
    ada, _ = await helped(wire, "Ada", thread=True)
    assert "the author of this story" in ada and "</story film:" in ada and "</story delete:" in ada
    mo, _ = await helped(wire, "Mo", thread=True)
    assert "a moderator here" in mo and "</story cancel:" in mo and "</audit:" not in mo
    olu, others = await helped(wire, "Olu", thread=True)
    assert "an admin" in olu and "</audit:" in olu and "</moderation block:" in olu and others == ""
    await wire.member("Olu").slash(wire.channel, "moderation block", member=wire.member("Bo"))
    bo, _ = await helped(wire, "Bo")
    assert "Moderators have blocked you here" in bo and "</story new:" not in bo and "</story list:" in bo


async def test_the_page_of_permissions_is_the_codes(wire: Wire) -> None:
    described = {
        command.qualified_name: command.description
        for command in wire.client.tree.walk_commands()
        if isinstance(command, discord.app_commands.Command)
    }
    assert set(described) == set(COMMANDS), "bot/rights.py says who may use each command"
    page = permissions_page(described)
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "UPDATE_DOCS=1 writes docs/permissions.md anew"


async def test_commands_are_told_only_when_they_changed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_document()

    def told() -> list[str]:
        found = [r.getMessage() for r in caplog.records if r.name == "bot.syncing"]
        caplog.clear()
        return found

    with caplog.at_level(logging.INFO, "bot.syncing"):
        async with Sandbox() as sandbox, small_workshop(tmp_path) as workshop:
            async with connected(workshop, sandbox, settings()) as client:
                assert [line.split()[0] for line in told()] == ["told"]
                ids = client.command_ids
            async with connected(workshop, sandbox, settings()) as client:
                assert told() == ["the commands are as they were told before"]
                assert client.command_ids == ids
            monkeypatch.setattr("bot.client.COGS", [cog for cog in COGS if cog != "cogs.voices"])
            async with connected(workshop, sandbox, settings()) as client:
                assert [line.split()[0] for line in told()] == ["told"]
                assert "voice" not in client.command_ids


async def test_the_bot_asks_for_no_more_than_it_needs(wire: Wire) -> None:
    intents = wire.client.intents
    assert {name for name, on in intents if on} == {"guilds", "guild_reactions"}
    assert not (intents.message_content or intents.members or intents.presences)
    allowed = wire.client.allowed_mentions
    assert allowed is not None
    assert not any((allowed.everyone, allowed.users, allowed.roles, allowed.replied_user))


async def test_an_unforeseen_error_answers_with_an_id_that_the_log_has(
    wire: Wire, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(sys.modules["cogs.help"], "help_card", broken)
    with caplog.at_level(logging.ERROR):
        answer = await (await wire.member("Bo").slash(wire.channel, "help")).response()
    assert "Something went wrong on my side" in answer.text and "secret" not in answer.text
    reference = answer.text.rpartition("`")[0].rpartition("`")[2]
    lines = [record for record in caplog.records if reference in record.getMessage()]
    assert len(lines) == 1 and lines[0].exc_info is not None
    assert "a secret detail" in str(lines[0].exc_info[1])


async def test_every_option_that_names_a_story_offers_titles(wire: Wire) -> None:
    named = [
        (command.qualified_name, option.autocomplete)
        for command in wire.client.tree.walk_commands()
        if isinstance(command, discord.app_commands.Command)
        for option in command.parameters
        if option.name == "story"
    ]
    assert len(named) > 5
    assert [name for name, offers in named if not offers] == []
