"""REST's bad days, met by a real bot."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

from sandbox import Actor, Channel, GuildView, Message, Permission, Sandbox, SandboxError
from tests.sandbox.bot import TestBot

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless")]

SEND = ("POST", "/channels/{channel_id}/messages")
EDIT = ("PATCH", "/channels/{channel_id}/messages/{message_id}")
ANSWER = ("POST", "/interactions/{interaction_id}/{interaction_token}/callback")


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def calm(sandbox: Sandbox, bot: TestBot) -> AsyncIterator[None]:
    bot.seen.clear()
    bot.errors.clear()
    yield
    await sandbox.trouble.calm()


@pytest.fixture
def place(bot: TestBot, channel: Channel) -> discord.TextChannel:
    return bot.text(channel)


def texts(channel: Channel) -> list[str]:
    return [message.content for message in channel.messages]


async def test_errors_that_discord_py_tries_again(
    sandbox: Sandbox, place: discord.TextChannel, channel: Channel
) -> None:
    """500 in JSON, 502 as a proxy's page, 504 with nothing, 429 of the route and of all: each once, all at a time."""
    message = await place.send("tried again: first")
    rules = [
        sandbox.trouble.refuse(*SEND, status=500),
        sandbox.trouble.refuse(*EDIT, status=502, body="html"),
        sandbox.trouble.refuse("GET", "/channels/{channel_id}/messages", status=504, body="empty"),
        sandbox.trouble.rate_limit("GET", "/channels/{channel_id}/messages/{message_id}", retry_after=0.05),
        sandbox.trouble.rate_limit("PUT", "/channels/{channel_id}/*", retry_after=0.05, is_global=True),
    ]

    async def history() -> list[int]:
        return [found.id async for found in place.history(limit=5)]

    _, _, listed, fetched, _ = await asyncio.gather(
        place.send("tried again: second"),
        message.edit(content="tried again: edited"),
        history(),
        place.fetch_message(message.id),
        message.add_reaction("👍"),
    )
    assert [rule.met for rule in rules] == [1] * 5
    assert all(rule.is_over for rule in rules)
    assert message.id in listed
    assert fetched.id == message.id
    assert texts(channel)[-2:] == ["tried again: edited", "tried again: second"]
    assert channel.messages[-2].reactions[0].count == 1


async def test_errors_that_are_raised_at_once(sandbox: Sandbox, place: discord.TextChannel, channel: Channel) -> None:
    before = texts(channel)
    sandbox.trouble.refuse(*SEND, status=503)
    with pytest.raises(discord.DiscordServerError) as unavailable:
        await place.send("unsent")
    assert (unavailable.value.status, unavailable.value.code) == (503, 0)
    sandbox.trouble.refuse(*SEND, status=503, body="html")
    with pytest.raises(discord.DiscordServerError, match="cloudflare"):
        await place.send("unsent")
    ban = sandbox.trouble.ban(times=None)
    with pytest.raises(discord.HTTPException, match="Too Many Requests") as banned:
        await place.send("unsent")
    assert (banned.value.status, banned.value.code) == (429, 0)
    ban.lift()
    for code, kind in (
        (10003, discord.NotFound),
        (10008, discord.NotFound),
        (40005, discord.HTTPException),
        (50001, discord.Forbidden),
        (50013, discord.Forbidden),
        (50083, discord.HTTPException),
    ):
        sandbox.trouble.refuse(*SEND, code=code)
        with pytest.raises(kind) as refused:
            await place.send("unsent")
        assert refused.value.code == code
    assert texts(channel) == before


async def test_a_rate_limit_in_full(sandbox: Sandbox) -> None:
    sandbox.trouble.rate_limit("GET", "/users/@me", retry_after=1.2, scope="shared")
    sandbox.trouble.rate_limit(retry_after=0.5, is_global=True)
    token = {"Authorization": f"Bot {sandbox.token}"}
    async with aiohttp.ClientSession(headers=token) as session:
        async with session.get(sandbox.api_url + "/users/@me") as answer:
            of_route, body = answer.headers, await answer.json()
        async with session.get(sandbox.api_url + "/users/@me") as answer:
            of_all, all_body = answer.headers, await answer.json()
        async with session.get(sandbox.api_url + "/users/@me") as answer:
            assert answer.status == 200
    assert body == {"message": "The resource is being rate limited.", "retry_after": 1.2, "global": False, "code": 0}
    assert (of_route["Retry-After"], of_route["X-RateLimit-Scope"]) == ("2", "shared")
    assert (of_route["X-RateLimit-Remaining"], of_route["X-RateLimit-Reset-After"]) == ("0", "1.200")
    assert of_route["Via"]
    assert of_route["X-RateLimit-Bucket"]
    assert all_body["global"] is True
    assert (of_all["X-RateLimit-Global"], of_all["X-RateLimit-Scope"]) == ("true", "global")
    assert "X-RateLimit-Bucket" not in of_all


async def test_haste_is_refused_where_one_is_strict(
    sandbox: Sandbox, place: discord.TextChannel, channel: Channel
) -> None:
    sandbox.limits.bucket, sandbox.limits.bucket_seconds, sandbox.limits.strict = 2, 0.2, True
    sandbox.clock.advance(2)
    try:
        start, token = len(sandbox.requests), {"Authorization": f"Bot {sandbox.token}"}
        # discord.py keeps to what the headers say ...
        for n in range(5):
            await place.send(f"patient {n}")
        assert [item.status for item in sandbox.requests[start:]] == [200] * 5
        # ... and who does not is told to.
        sandbox.limits.bucket_seconds = 30.0
        async with aiohttp.ClientSession(headers=token) as session:
            for status in (200, 200, 429):
                async with session.get(sandbox.api_url + "/users/@me") as answer:
                    assert answer.status == status
                    body = await answer.json()
        assert 0 < body["retry_after"] <= 30
    finally:
        sandbox.limits.bucket, sandbox.limits.bucket_seconds, sandbox.limits.strict = 50, 1.0, False


async def test_which_requests_meet_it(sandbox: Sandbox, bot: TestBot, guild: GuildView, channel: Channel) -> None:
    general = guild.channel("general")
    sandbox.trouble.refuse(
        *SEND, status=503, times=2, skip=1, when=lambda call: call.args["channel_id"] == str(channel.id)
    )
    came: list[Any] = []
    for place in (channel, general, channel, general, channel, channel):
        try:
            came.append((await bot.text(place).send("who")).channel.id)
        except discord.DiscordServerError:
            came.append(None)
    assert came == [channel.id, general.id, None, general.id, None, channel.id]
    with pytest.raises(SandboxError, match=r"no route POST /channels/\{channel_id\}/massages"):
        sandbox.trouble.refuse("POST", "/channels/{channel_id}/massages", status=500)
    with pytest.raises(SandboxError, match="say which status"):
        sandbox.trouble.refuse(*SEND, code=12345)
    with pytest.raises(SandboxError, match="times is 1 or more"):
        sandbox.trouble.ban(times=0)


async def test_reset_before_and_lost_after(sandbox: Sandbox, place: discord.TextChannel, channel: Channel) -> None:
    sandbox.trouble.reset(*SEND)
    with pytest.raises(OSError):
        await place.send("reset: was never done")
    lost = sandbox.trouble.lose_answer(*SEND)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await place.send("lost: was done", nonce="0123456789")
    assert lost.met == 1
    assert "reset: was never done" not in texts(channel)
    assert "lost: was done" in texts(channel)
    assert sandbox.requests[-1].verdict == "done, its answer lost"
    # The same again with the same nonce is the same message.
    again = await place.send("lost: was done", nonce="0123456789")
    assert texts(channel).count("lost: was done") == 1
    assert channel.by_id[again.id].content == "lost: was done"
    assert sandbox.duplicates() == []


async def test_slow_answers_and_holds(sandbox: Sandbox, place: discord.TextChannel, channel: Channel) -> None:
    sandbox.trouble.slow(*SEND, seconds=900)
    sending = asyncio.create_task(place.send("slow: done, not told"))
    await sandbox.wait_for(lambda: "slow: done, not told" in texts(channel))
    assert not sending.done()
    sandbox.clock.advance(901)
    await sending

    door = sandbox.trouble.hold(*SEND)
    sending = asyncio.create_task(place.send("held: not done"))
    await asyncio.wait_for(door.arrived.wait(), 5)
    assert "held: not done" not in texts(channel)
    door.release()
    await sending
    assert "held: not done" in texts(channel)

    door = sandbox.trouble.hold(*SEND, done=True)
    sending = asyncio.create_task(place.send("held: done"))
    await asyncio.wait_for(door.arrived.wait(), 5)
    assert "held: done" in texts(channel)
    assert not sending.done()
    door.release()
    await sending

    door = sandbox.trouble.hold(*SEND)
    sending = asyncio.create_task(place.send("held: dropped"))
    await asyncio.wait_for(door.arrived.wait(), 5)
    door.drop()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sending
    assert "held: dropped" not in texts(channel)


async def test_an_upload_too_large(sandbox: Sandbox, place: discord.TextChannel, channel: Channel) -> None:
    before = texts(channel)
    with pytest.raises(discord.HTTPException) as refused:
        await place.send("too large", file=discord.File(io.BytesIO(b"x" * 200_001), "a.bin"))
    assert (refused.value.status, refused.value.code) == (413, 40005)
    assert texts(channel) == before


async def test_answers_late_doubled_and_expired(sandbox: Sandbox, bot: TestBot, channel: Channel, ada: Actor) -> None:
    kept: list[discord.Interaction] = []

    async def defer(interaction: discord.Interaction, _: Any) -> None:
        kept.append(interaction)
        await interaction.response.defer(ephemeral=True)

    bot.handlers["defer"] = defer
    sandbox.trouble.lose_answer(*ANSWER)
    result = await ada.slash(channel, "do", what="defer")
    # It was done: the member sees it, while the bot does not know. To do it again is one too many.
    assert result.type == 5
    await sandbox.wait_for(lambda: bool(bot.errors))
    assert isinstance(bot.errors.pop(), aiohttp.ServerDisconnectedError)
    with pytest.raises(discord.HTTPException) as twice:
        await kept[0].response.defer(ephemeral=True)
    assert (twice.value.status, twice.value.code) == (400, 40060)
    await kept[0].followup.send("in time")
    sandbox.trouble.expire_interactions()
    with pytest.raises(discord.HTTPException) as expired:
        await kept[0].followup.send("too late")
    assert (expired.value.status, expired.value.code) == (401, 50027)

    sandbox.trouble.refuse(*ANSWER, code=10062)
    task = asyncio.create_task(ada.slash(channel, "do", what="defer"))
    await sandbox.wait_for(lambda: bool(bot.errors))
    late = bot.errors.pop()
    assert isinstance(late, discord.NotFound)
    assert late.code == 10062
    sandbox.clock.advance(4)
    assert (await task).failed == "The application did not respond"


async def test_three_real_seconds(sandbox: Sandbox, bot: TestBot, channel: Channel, ada: Actor) -> None:
    async def dawdle(interaction: discord.Interaction, _: Any) -> None:
        await asyncio.sleep(3.1)
        await interaction.response.send_message("at last")

    bot.handlers["dawdle"] = dawdle
    result = await ada.slash(channel, "do", what="dawdle")
    assert result.failed == "The application did not respond"
    await sandbox.wait_for(lambda: bool(bot.errors))
    late = bot.errors.pop()
    assert isinstance(late, discord.NotFound)
    assert (late.status, late.code) == (404, 10062)
    assert "at last" not in texts(channel)


async def test_permissions_taken_and_given_back(
    sandbox: Sandbox, bot: TestBot, place: discord.TextChannel, channel: Channel, guild: GuildView
) -> None:
    sandbox.trouble.revoke(Permission.SEND_MESSAGES)
    for somewhere in (place, bot.text(guild.channel("general"))):
        with pytest.raises(discord.Forbidden) as refused:
            await somewhere.send("not allowed")
        assert refused.value.code == 50013
    sandbox.trouble.revoke(Permission.VIEW_CHANNEL, channel)
    with pytest.raises(discord.Forbidden) as unseen:
        await place.send("not seen")
    assert unseen.value.code == 50001
    sandbox.trouble.restore(Permission.VIEW_CHANNEL, channel)
    with pytest.raises(discord.Forbidden) as refused:
        await place.send("not allowed")
    assert refused.value.code == 50013
    sandbox.trouble.restore()
    await place.send("allowed again")


async def test_what_moderators_do(
    sandbox: Sandbox, bot: TestBot, place: discord.TextChannel, channel: Channel, ada: Actor, guild: GuildView
) -> None:
    mo, olu = guild.member("Mo"), guild.member("Olu")
    board = await place.send("board")
    thread = await board.create_thread(name="scenes")
    inside = await thread.send("scene 1")
    here = sandbox.world.channels[thread.id]

    with pytest.raises(SandboxError, match="MANAGE_THREADS"):
        await ada.lock(here)
    await mo.archive(here)
    for act in (inside.edit(content="scene 2"), inside.add_reaction("👍"), inside.delete()):
        with pytest.raises(discord.HTTPException) as archived:
            await act
        assert (archived.value.status, archived.value.code) == (400, 50083)
    await thread.send("opens it again")
    assert here.thread is not None
    assert not here.thread.archived
    await sandbox.wait_for(lambda: bot.of("thread archived") == [True, False])

    await mo.archive(here, locked=True)
    with pytest.raises(discord.HTTPException) as locked:
        await thread.send("refused")
    assert locked.value.code == 50083
    with pytest.raises(discord.Forbidden):
        await thread.edit(archived=False)
    with pytest.raises(SandboxError, match="locked"):
        await ada.send(here, "refused")
    await mo.send(here, "moderators may")
    assert (here.thread.archived, here.thread.locked) == (False, True)
    with pytest.raises(discord.Forbidden) as locked:
        await thread.send("refused")
    assert locked.value.code == 160005
    await mo.lock(here, False)
    await thread.send("allowed")

    with pytest.raises(discord.HTTPException) as there:
        await board.create_thread(name="again")
    assert there.value.code == 160004
    await mo.delete_channel(here)
    await sandbox.wait_for(lambda: bot.of("thread gone") == [here.id])
    with pytest.raises(discord.NotFound) as gone:
        await thread.send("into nothing")
    assert gone.value.code == 10003
    sandbox.limits.thread_again = False
    with pytest.raises(discord.HTTPException) as never:
        await board.create_thread(name="again")
    assert never.value.code == 160004
    sandbox.limits.thread_again = True
    assert (await board.create_thread(name="again")).id == board.id

    await mo.delete(channel.by_id[board.id])
    await sandbox.wait_for(lambda: bot.of("message gone") == [board.id])
    with pytest.raises(discord.NotFound) as unknown:
        await board.edit(content="gone")
    assert unknown.value.code == 10008

    with pytest.raises(SandboxError, match="MANAGE_CHANNELS"):
        await mo.delete_channel(guild.channel("general"))
    await olu.delete_channel(guild.channel("general"))
    await sandbox.wait_for(lambda: bool(bot.of("channel gone")))
    # Of a channel that goes with its threads only the channel is told; discord.py works out the rest.
    sandbox.world.add_channel(guild.guild, "general")


async def test_threads_fall_asleep_and_are_counted(
    sandbox: Sandbox, place: discord.TextChannel, guild: GuildView
) -> None:
    thread = await (await place.send("sleepy")).create_thread(name="sleepy", auto_archive_duration=60)
    here = sandbox.world.channels[thread.id]

    def archived() -> bool:
        return here.thread is not None and here.thread.archived

    sandbox.clock.advance(3000)
    await thread.send("awake")
    sandbox.clock.advance(3000)
    await place.typing()
    assert not archived()
    sandbox.clock.advance(700)
    await place.typing()
    assert archived()
    sandbox.limits.active_threads = sum(
        1 for item in guild.guild.channels.values() if item.thread and not item.thread.archived
    )
    try:
        with pytest.raises(discord.HTTPException) as full:
            await place.create_thread(name="one too many", type=discord.ChannelType.public_thread)
        assert full.value.code == 160006
    finally:
        sandbox.limits.active_threads = 1000


async def test_old_messages_can_be_edited_only_so_often(
    sandbox: Sandbox, place: discord.TextChannel, channel: Channel
) -> None:
    sandbox.limits.old_edits, sandbox.limits.old_edit_retry_after = 3, 0.01
    old = await place.send("old")
    for n in range(5):
        await old.edit(content=f"young {n}")
    sandbox.clock.advance(3601)
    for n in range(3):
        await old.edit(content=f"old {n}")
    with pytest.raises(discord.HTTPException) as tired:
        await old.edit(content="once more")
    assert (tired.value.status, tired.value.code) == (429, 30046)
    assert sandbox.trouble.invalid_requests(60) == 5  # discord.py tried five times
    young = await place.send("young")
    await young.edit(content="young ones are free")
    assert channel.by_id[old.id].content == "old 2"
    sandbox.clock.advance(3601)
    await old.edit(content="an hour later")
    assert channel.by_id[old.id].content == "an hour later"


async def test_nonces_are_forgotten(sandbox: Sandbox, place: discord.TextChannel) -> None:
    first = await place.send("nonce", nonce="77")
    sandbox.clock.advance(299)
    assert (await place.send("nonce", nonce="77")).id == first.id
    sandbox.clock.advance(2)
    second = await place.send("nonce", nonce="77")
    assert second.id != first.id
    doubled = sandbox.duplicates()
    assert [[item.id for item in group] for group in doubled] == [[first.id, second.id]]
    await second.delete()
    assert sandbox.duplicates() == []


async def test_duplicates_by_custom_id_or_by_what_one_likes(
    sandbox: Sandbox, place: discord.TextChannel, channel: Channel
) -> None:
    def board(custom_id: str) -> discord.ui.View:
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Go", custom_id=custom_id))
        return view

    first, _, third = [await place.send("same words", view=board(name)) for name in ("s:1", "s:2", "s:1")]
    assert [[item.id for item in group] for group in sandbox.duplicates(channel)] == [[first.id, third.id]]

    def words(message: Message) -> str | None:
        return message.content if message.content == "same words" else None

    assert [len(group) for group in sandbox.duplicates(channel, key=words)] == [3]


async def test_invalid_requests_are_counted(sandbox: Sandbox, place: discord.TextChannel) -> None:
    sandbox.clock.advance(601)
    assert sandbox.trouble.invalid_requests() == 0
    for _ in range(3):
        with pytest.raises(discord.NotFound):
            await place.fetch_message(1)
    sandbox.trouble.rate_limit(*SEND, retry_after=0.01)
    await place.send("limited once")
    assert sandbox.trouble.invalid_requests() == 4
    sandbox.clock.advance(601)
    assert sandbox.trouble.invalid_requests() == 0


async def test_reactions_and_messages_page_by_page(
    sandbox: Sandbox, place: discord.TextChannel, channel: Channel, guild: GuildView
) -> None:
    people = [sandbox.world.add_member(guild.guild, f"P{n:03}") for n in range(230)]
    message = await place.send("popular")
    await message.add_reaction("1️⃣")
    for person in reversed(people):
        sandbox.world.react(channel.by_id[message.id], person.id, "1️⃣")
    start = len(sandbox.requests)
    fetched = await place.fetch_message(message.id)
    users = [user.id async for user in fetched.reactions[0].users()]
    # discord.py turns every page around.
    assert sorted(users) == sorted([sandbox.world.bot.id, *(person.id for person in people)])
    pages = [item for item in sandbox.requests[start:] if item.route and "/reactions/" in item.route]
    assert len(pages) == 3
    last = [user.id async for user in fetched.reactions[0].users(after=discord.Object(people[-2].id))]
    assert last == [people[-1].id]

    ids = [(await place.send(str(n))).id for n in range(7)]
    at = discord.Object(ids[3])

    async def history(**how: Any) -> list[int]:
        return [item.id async for item in place.history(**how)]

    assert await history(limit=3) == ids[:3:-1]
    assert await history(limit=2, before=at) == [ids[2], ids[1]]
    assert await history(limit=2, after=at) == [ids[4], ids[5]]
    assert await history(limit=3, around=at) == [ids[4], ids[3], ids[2]]
    long = [item.id for item in channel.messages if item.id >= message.id]
    assert await history(limit=None, after=discord.Object(message.id - 1)) == long
