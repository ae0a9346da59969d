"""The gateway: who may come in, what is told to whom, and coming back."""

from __future__ import annotations

import json
from typing import Any

import discord
import pytest

from sandbox import Permission, Sandbox
from sandbox.checks.events import EVENTS, missing_keys
from sandbox.intents import MESSAGE_CONTENT, intent_of
from sandbox.world import Event
from tests.sandbox.bot import TestBot, running
from tests.sandbox.wires import ORDINARY, wired


@pytest.mark.parametrize("compressed", [False, True])
async def test_identify_heartbeat_and_events(compressed: bool) -> None:
    async with Sandbox() as sandbox, wired(sandbox, compressed=compressed) as wire:
        ready = await wire.identify(sandbox)
        assert (ready["t"], ready["s"]) == ("READY", 1)
        assert ready["d"]["resume_gateway_url"] == sandbox.gateway_url
        created = await wire.next()
        assert created["t"] == "GUILD_CREATE"
        # Without the members intent a bot gets itself only.
        assert [item["user"]["bot"] for item in created["d"]["members"]] == [True]
        await wire.send(1, 2)
        assert (await wire.next())["op"] == 11
        await sandbox.default_guild.member("Ada").send(sandbox.default_guild.channel("stories"), "psst")
        told = await wire.next()
        assert (told["t"], told["s"], told["d"]["content"]) == ("MESSAGE_CREATE", 3, "")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
        ({"op": 2, "d": {"token": "sandbox-token", "intents": MESSAGE_CONTENT}}, 4014),
        ({"op": 2, "d": {"token": "sandbox-token"}}, 4013),
        ({"op": 8, "d": {}}, 4003),
        ({"d": 1}, 4002),
    ],
)
async def test_refusals(frame: dict[str, Any], code: int) -> None:
    async with Sandbox() as sandbox, wired(sandbox) as wire:
        await wire.next()
        await wire.ws.send_str(json.dumps(frame))
        assert (await wire.next())["closed"] == code


async def test_identify_twice_and_unknown_opcode() -> None:
    async with Sandbox() as sandbox:
        for op, code in ((2, 4005), (99, 4001)):
            async with wired(sandbox) as wire:
                await wire.identify(sandbox)
                await wire.next()
                await wire.send(op, {"token": sandbox.token, "intents": 1})
                assert (await wire.next())["closed"] == code


async def test_message_content_for_who_has_it() -> None:
    async with Sandbox(privileged=frozenset({"message_content"})) as sandbox, wired(sandbox) as wire:
        await wire.identify(sandbox, ORDINARY | MESSAGE_CONTENT)
        await wire.next()
        await sandbox.default_guild.member("Ada").send(sandbox.default_guild.channel("stories"), "psst")
        assert (await wire.next())["d"]["content"] == "psst"


async def test_unseen_channels_and_intents_not_declared_stay_silent() -> None:
    async with Sandbox() as sandbox, wired(sandbox) as wire:
        guild = sandbox.default_guild
        ada = guild.member("Ada")
        await wire.identify(sandbox)
        await wire.next()
        sandbox.world.set_overwrite(guild.channel("general"), guild.bot, deny=Permission.VIEW_CHANNEL)
        assert (await wire.next())["t"] == "CHANNEL_UPDATE"
        await ada.send(guild.channel("general"), "unseen")
        message = await ada.send(guild.channel("stories"), "seen")
        await ada.react(message, "👍")  # reactions were not asked for
        await ada.send(guild.channel("stories"), "seen too")
        assert [(await wire.next())["t"] for _ in range(2)] == ["MESSAGE_CREATE", "MESSAGE_CREATE"]
    assert intent_of("MESSAGE_REACTION_ADD") != intent_of("MESSAGE_CREATE")
    assert intent_of("INTERACTION_CREATE") == 0


async def test_members_are_sent_on_request() -> None:
    async with Sandbox() as sandbox, wired(sandbox) as wire:
        await wire.identify(sandbox)
        await wire.next()
        guild = sandbox.default_guild
        await wire.send(8, {"guild_id": str(guild.id), "query": "a", "limit": 1, "nonce": "n"})
        chunk = await wire.next()
        assert (chunk["t"], chunk["d"]["nonce"]) == ("GUILD_MEMBERS_CHUNK", "n")
        assert [item["user"]["global_name"] for item in chunk["d"]["members"]] == ["Ada"]
        await wire.send(8, {"guild_id": str(guild.id), "user_ids": [str(guild.member("Bo").id)]})
        assert [item["user"]["global_name"] for item in (await wire.next())["d"]["members"]] == ["Bo"]


async def test_resume_replays_what_was_missed() -> None:
    async with Sandbox() as sandbox:
        ada, channel = sandbox.default_guild.member("Ada"), sandbox.default_guild.channel("stories")
        async with wired(sandbox) as wire:
            session = (await wire.identify(sandbox))["d"]["session_id"]
            await wire.next()
            await wire.ws.close(code=4000)
        await sandbox.wait_for(lambda: not sandbox.gateway.ready)
        await ada.send(channel, "missed")
        async with wired(sandbox) as wire:
            await wire.next()
            await wire.send(6, {"token": sandbox.token, "session_id": session, "seq": 2})
            assert [(await wire.next())["t"] for _ in range(2)] == ["MESSAGE_CREATE", "RESUMED"]
        async with wired(sandbox) as wire:
            await wire.next()
            await wire.send(6, {"token": sandbox.token, "session_id": "unknown", "seq": 2})
            assert await wire.next() == {"op": 9, "d": False, "s": None, "t": None}


async def test_a_real_bot_comes_back() -> None:
    async with Sandbox() as sandbox, running(sandbox, TestBot()) as bot:
        channel = sandbox.default_guild.channel("stories")
        await sandbox.gateway.close(4000)
        await sandbox.default_guild.member("Ada").send(channel, "meanwhile")
        await sandbox.wait_for(lambda: bool(bot.of("resumed")) and bool(bot.of("message")), 20)
        assert sandbox.violations == []


async def test_privileged_intents_end_a_real_bot() -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    async with Sandbox() as sandbox:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with running(sandbox, TestBot(intents)):
                pass


async def test_commands_of_one_server() -> None:
    async with Sandbox() as sandbox:
        guild = sandbox.default_guild
        async with running(sandbox, TestBot(sync_guild=guild.id)):
            assert [item["name"] for item in sandbox.state.commands.listed(guild.id)] == ["do", "story", "Make a story"]
            assert sandbox.state.commands.listed(0) == []
            modal_less = await guild.member("Ada").autocomplete(
                guild.channel("general"), "story show", option="story", value="day"
            )
            assert [choice["value"] for choice in modal_less] == ["ada's day"]
        assert sandbox.violations == []


async def test_an_event_with_a_missing_key_is_found_and_withheld() -> None:
    async with Sandbox() as sandbox, wired(sandbox) as wire:
        await wire.identify(sandbox)
        await wire.next()
        sandbox.dispatch("MESSAGE_DELETE", {"id": "1", "channel_id": "2"})
        sandbox.dispatch("MESSAGE_DELETE", {"id": "1", "channel_id": "2", "guild_id": "3"})
        assert (await wire.next())["d"] == {"id": "1", "channel_id": "2", "guild_id": "3"}
        assert [str(item) for item in sandbox.violations] == ["event: gateway: MESSAGE_DELETE lacks guild_id"]


async def test_every_key_that_a_recorded_event_needs_is_missed() -> None:
    """Take each required key out of real events in turn: each is noticed, by its name."""
    recorded: dict[str, dict[str, Any]] = {}

    def record(event: Event) -> None:
        recorded.setdefault(event.name, event.payload)

    async with Sandbox() as sandbox:
        sandbox.world.listeners.append(record)
        guild = sandbox.default_guild
        ada, channel = guild.member("Ada"), guild.channel("stories")
        message = await ada.send(channel, "x")
        await ada.react(message, "👍")
        await ada.unreact(message, "👍")
        sandbox.world.type_in(channel, ada.member)
        thread = sandbox.world.start_thread(channel, guild.bot, "t", message, 60)
        sandbox.world.update_channel(thread, {"archived": True})
        sandbox.world.delete_channel(thread)
        await ada.delete(message)
        sandbox.state.desk.open(3, ada.member, channel, {"custom_id": "x", "component_type": 2}, message=message)
    assert len(recorded) >= 10
    for name, payload in recorded.items():
        assert missing_keys(name, payload) == []
        for entry in EVENTS[name]:
            key = entry.rstrip("?")
            lacking = {other: value for other, value in payload.items() if other != key}
            assert key in missing_keys(name, lacking), f"{name} without {key}"
    without_author_name = recorded["MESSAGE_CREATE"] | {"author": {"id": "1"}}
    assert "author.username" in missing_keys("MESSAGE_CREATE", without_author_name)
    assert missing_keys("NONSENSE", {}) == ["NONSENSE is no event the sandbox knows"]
