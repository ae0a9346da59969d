"""The gateway's bad days, met by a real bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
import pytest_asyncio

from sandbox import Actor, Channel, ManualClock, Sandbox
from tests.sandbox.bot import TestBot, pointed_at, running
from tests.sandbox.wires import wired

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless", "impatient")]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits up to two seconds, by chance, before it connects again: here a moment."""

    class Moment:
        def delay(self) -> float:
            return 0.02

    monkeypatch.setattr("discord.client.ExponentialBackoff", Moment)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def calm(sandbox: Sandbox, bot: TestBot) -> AsyncIterator[None]:
    bot.seen.clear()
    yield
    await sandbox.trouble.calm()
    await sandbox.wait_for(lambda: sandbox.gateway.ready, what="the bot to come back")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[TestBot]:
    # This one, unlike the others' bot, starts with the patience that `impatient` gives.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("discord.client.ExponentialBackoff", type("Moment", (), {"delay": lambda _: 0.02}))
        async with running(sandbox, TestBot()) as bot:
            yield bot


async def back(sandbox: Sandbox, before: int) -> None:
    await sandbox.wait_ready(after=before)


async def say(bot: TestBot, sandbox: Sandbox, ada: Actor, channel: Channel, text: str) -> None:
    """Something the bot is sure to have heard when this returns."""
    message = await ada.send(channel, text)
    await sandbox.wait_for(lambda: message.id in heard(bot), what=text)


def heard(bot: TestBot) -> list[int]:
    return [message.id for message in bot.of("message")]


async def test_reconnect_resumes_and_replays_in_order(
    sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel
) -> None:
    before, resumed, session = sandbox.connections, sandbox.gateway.resumed, sandbox.gateway.sessions[0].id
    await sandbox.trouble.reconnect()
    sent = [await ada.send(channel, str(n)) for n in range(5)]
    await ada.react(sent[0], "👍")
    await back(sandbox, before)
    await sandbox.wait_for(lambda: bool(bot.of("resumed")))
    kinds = [kind for kind, _ in bot.seen]
    assert heard(bot) == [message.id for message in sent]
    assert kinds == ["message"] * 5 + ["reaction", "resumed"]
    assert (sandbox.gateway.resumed, sandbox.gateway.sessions[0].id) == (resumed + 1, session)


async def test_invalid_but_resumable(sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel) -> None:
    before = sandbox.connections
    await sandbox.trouble.invalidate(resumable=True)
    message = await ada.send(channel, "kept")
    await back(sandbox, before)
    await sandbox.wait_for(lambda: bool(bot.of("resumed")))
    assert heard(bot) == [message.id]


async def test_invalid_for_good_hides_what_happened_meanwhile(
    sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel
) -> None:
    before, identified = sandbox.connections, sandbox.gateway.identified
    await sandbox.trouble.invalidate()
    assert sandbox.gateway.sessions == []
    lost = await ada.send(channel, "into the gap")
    await back(sandbox, before)
    await say(bot, sandbox, ada, channel, "after it")
    assert sandbox.gateway.identified == identified + 1
    assert lost.id not in heard(bot)
    assert bot.of("resumed") == []


async def test_dropped_without_a_word(sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel) -> None:
    before = sandbox.connections
    await sandbox.trouble.drop_gateway()
    message = await ada.send(channel, "meanwhile")
    await back(sandbox, before)
    await sandbox.wait_for(lambda: bool(bot.of("resumed")))
    assert heard(bot) == [message.id]


async def test_dropped_and_the_session_is_gone(sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel) -> None:
    identified = sandbox.gateway.identified
    await sandbox.trouble.drop_gateway()
    await sandbox.wait_gone()
    sandbox.trouble.forget_sessions()
    lost = await ada.send(channel, "into the gap")
    await sandbox.wait_for(lambda: sandbox.gateway.identified == identified + 1)
    await say(bot, sandbox, ada, channel, "after it")
    assert lost.id not in heard(bot)


RESUMED = (4000, 4001, 4002, 4005, 4008)
STARTED_ANEW = (1000, 4003, 4007, 4009)
ENDED = (4004, 4010, 4011, 4012, 4013)


@pytest.mark.parametrize("code", [*RESUMED, *STARTED_ANEW])
async def test_close_codes_that_a_bot_comes_back_from(
    sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel, code: int
) -> None:
    resumed, identified = sandbox.gateway.resumed, sandbox.gateway.identified
    await sandbox.trouble.close_gateway(code)
    between = await ada.send(channel, "between")
    await sandbox.wait_for(lambda: sandbox.gateway.ready, what="the bot to come back")
    await say(bot, sandbox, ada, channel, "after")
    came = (sandbox.gateway.resumed - resumed, sandbox.gateway.identified - identified)
    assert came == ((1, 0) if code in RESUMED else (0, 1))
    assert (between.id in heard(bot)) == (code in RESUMED)


@pytest.mark.parametrize("code", [*ENDED, 4014])
async def test_close_codes_that_end_a_bot(code: int) -> None:
    async with Sandbox() as sandbox, pointed_at(sandbox):
        bot = TestBot()
        task = asyncio.create_task(bot.start(sandbox.token))
        await sandbox.wait_ready()
        await sandbox.trouble.close_gateway(code)
        if code == 4014:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await task
        else:
            with pytest.raises(discord.ConnectionClosed) as ended:
                await task
            assert ended.value.code == code
        await bot.close()
        assert not sandbox.gateway.ready


@pytest.mark.parametrize("how", ["reset", "silence", "503"])
async def test_a_gateway_that_is_down_for_a_while(
    sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel, how: str
) -> None:
    before = sandbox.connections
    await sandbox.trouble.gateway_down(how)  # type: ignore[arg-type]
    await sandbox.wait_gone()
    message = await ada.send(channel, "while it was down")
    assert (await bot.text(channel).send("REST goes on")).id in channel.by_id
    await asyncio.sleep(0.1)
    assert sandbox.connections == before
    await sandbox.trouble.gateway_up()
    await back(sandbox, before)
    await sandbox.wait_for(lambda: message.id in heard(bot))


async def test_a_network_that_is_down_for_a_while(sandbox: Sandbox, bot: TestBot, ada: Actor, channel: Channel) -> None:
    before, port = sandbox.connections, sandbox.port
    await sandbox.trouble.network_down()
    await sandbox.wait_gone()
    message = await ada.send(channel, "while all was down")
    with pytest.raises(OSError, match=r"Connect call failed|Cannot connect"):
        await bot.text(channel).send("unheard")
    await sandbox.trouble.network_up()
    await back(sandbox, before)
    assert sandbox.port == port
    await sandbox.wait_for(lambda: message.id in heard(bot))
    assert "unheard" not in [item.content for item in channel.messages]


async def test_unanswered_heartbeats_and_zombies() -> None:
    async with Sandbox() as sandbox:
        sandbox.gateway.heartbeat_interval_ms = 100
        ada, channel = sandbox.default_guild.member("Ada"), sandbox.default_guild.channel("stories")
        async with running(sandbox, TestBot(heartbeat_timeout=0.4)) as bot:
            before = sandbox.connections
            sandbox.trouble.mute_heartbeats()
            await back(sandbox, before)
            assert sandbox.gateway.resumed >= 1
            sandbox.trouble.answer_heartbeats()
            before = sandbox.connections
            sandbox.trouble.freeze_gateway()
            message = await ada.send(channel, "to a zombie")
            await back(sandbox, before)
            await sandbox.wait_for(lambda: message.id in heard(bot))


async def test_a_bot_is_asked_before_it_is_taken_for_dead(sandbox: Sandbox, bot: TestBot) -> None:
    before, socket = sandbox.connections, sandbox.gateway.sockets[0]
    beats = socket.beats
    sandbox.clock.advance(3600)
    await sandbox.wait_for(lambda: socket.beats > beats)
    assert (sandbox.connections, sandbox.gateway.ready) == (before, True)
    await sandbox.trouble.ask_heartbeat()
    await sandbox.wait_for(lambda: socket.beats > beats + 1)
    await sandbox.wait_for(lambda: 0 < bot.latency < 10)


async def test_a_silent_client_is_closed_with_4009() -> None:
    async with Sandbox(clock=ManualClock()) as sandbox:
        sandbox.gateway.grace = 0.05
        async with wired(sandbox) as wire:
            session = (await wire.identify(sandbox))["d"]["session_id"]
            await wire.next()
            sandbox.clock.advance(40)
            await wire.send(1, 2)
            assert (await wire.next())["op"] == 11
            sandbox.clock.advance(61)  # not yet one and a half intervals since the last heartbeat
            sandbox.clock.advance(1)
            assert (await wire.next())["op"] == 1
            await wire.send(1, 2)
            assert (await wire.next())["op"] == 11
            sandbox.clock.advance(62)
            assert (await wire.next())["op"] == 1
            assert await wire.next() == {"closed": 4009}
        async with wired(sandbox) as wire:
            assert (await wire.resume(sandbox, session, 2))["op"] == 9


async def test_sessions_end() -> None:
    async with Sandbox(clock=ManualClock()) as sandbox:
        ada, channel = sandbox.default_guild.member("Ada"), sandbox.default_guild.channel("stories")
        async with wired(sandbox) as wire:
            session = (await wire.identify(sandbox))["d"]["session_id"]
            await wire.next()
            await wire.ws.close(code=4000)
        await sandbox.wait_gone()
        sandbox.clock.advance(299)
        await ada.send(channel, "in time")
        async with wired(sandbox) as wire:
            assert (await wire.resume(sandbox, session, 2))["t"] == "MESSAGE_CREATE"
            assert (await wire.next())["t"] == "RESUMED"
            await wire.ws.close(code=4000)
        await sandbox.wait_gone()
        sandbox.clock.advance(301)
        async with wired(sandbox) as wire:
            assert (await wire.resume(sandbox, session, 4))["op"] == 9
            assert sandbox.gateway.sessions == []
        async with wired(sandbox) as wire:
            session = (await wire.identify(sandbox))["d"]["session_id"]
            # Who says good-bye gives the session up.
            await wire.ws.close(code=1000)
        await sandbox.wait_gone()
        async with wired(sandbox) as wire:
            assert (await wire.resume(sandbox, session, 2))["op"] == 9


async def test_a_sequence_that_never_was_is_refused() -> None:
    async with Sandbox() as sandbox:
        async with wired(sandbox) as wire:
            session = (await wire.identify(sandbox))["d"]["session_id"]
            await wire.ws.close(code=4000)
        await sandbox.wait_gone()
        async with wired(sandbox) as wire:
            assert await wire.resume(sandbox, session, 99) == {"closed": 4007}


async def test_resuming_from_a_second_connection_ends_the_first() -> None:
    async with Sandbox() as sandbox, wired(sandbox) as first:
        session = (await first.identify(sandbox))["d"]["session_id"]
        await first.next()
        async with wired(sandbox) as second:
            assert (await second.resume(sandbox, session, 2))["t"] == "RESUMED"
            assert "op" not in await first.next()
            await sandbox.wait_for(lambda: len(sandbox.gateway.sockets) == 1)
            assert sandbox.gateway.ready
