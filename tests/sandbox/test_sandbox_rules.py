"""Deadlines, permissions, threads, intents and errors of the sandbox, request by request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox import (
    Actor,
    Answer,
    Call,
    Channel,
    File,
    GuildView,
    InteractionResult,
    ManualClock,
    Message,
    Permission,
    Sandbox,
    SandboxError,
)
from sandbox.interactions import Interaction
from sandbox.model import FLAG_LOADING
from sandbox.snowflake import Snowflakes, parse
from tests.sandbox.raw import Raw, raw

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless")]

V2 = 1 << 15


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=ManualClock()) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rest(sandbox: Sandbox) -> AsyncIterator[Raw]:
    async with raw(sandbox) as rest:
        yield rest


@pytest.fixture
def clock(sandbox: Sandbox) -> ManualClock:
    assert isinstance(sandbox.world.clock, ManualClock)
    return sandbox.world.clock


@pytest_asyncio.fixture(loop_scope="module")
async def board(rest: Raw, channel: Channel) -> Message:
    components = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}]
    made = await rest("POST", f"/channels/{channel.id}/messages", {"content": "board", "components": components})
    return channel.by_id[int(made.body["id"])]


async def clicked(
    sandbox: Sandbox, actor: Actor, message: Message
) -> tuple[Interaction, asyncio.Task[InteractionResult]]:
    """A click that waits for its answer."""
    task = asyncio.create_task(actor.click(message, custom_id="go"))
    await asyncio.sleep(0)
    return sandbox.state.desk.opened[-1], task


def callback(interaction: Interaction, *, told: bool = True) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback{'?with_response=1' if told else ''}"


def hook(sandbox: Sandbox, interaction: Interaction, rest: str = "") -> str:
    return f"/webhooks/{sandbox.world.bot.id}/{interaction.token}{rest}"


async def test_three_seconds(sandbox: Sandbox, rest: Raw, clock: ManualClock, ada: Actor, board: Message) -> None:
    interaction, task = await clicked(sandbox, ada, board)
    clock.advance(2.9)
    in_time = await rest("POST", callback(interaction), {"type": 4, "data": {"content": "hi", "flags": 64}})
    result = await task
    assert in_time.status == 200
    assert in_time.headers["Content-Type"] == "application/json"
    assert in_time.body["resource"]["message"]["content"] == "hi"
    assert in_time.body["interaction"]["response_message_ephemeral"] is True
    assert (result.failed, result.type) == (None, 4)
    assert result.acknowledged_after == pytest.approx(2.9, abs=0.001)

    twice = await rest("POST", callback(interaction), {"type": 4, "data": {"content": "hi"}})
    assert (twice.status, twice.code) == (400, 40060)

    interaction, task = await clicked(sandbox, ada, board)
    clock.advance(3.1)
    result = await task
    assert result.failed == "This interaction failed"
    assert result.acknowledged_after is None
    late = await rest("POST", callback(interaction), {"type": 5})
    assert (late.status, late.code) == (404, 10062)
    with pytest.raises(SandboxError, match="This interaction failed"):
        await result.response()


async def test_deferral_followups_and_the_end_of_a_token(
    sandbox: Sandbox, rest: Raw, clock: ManualClock, ada: Actor, board: Message
) -> None:
    interaction, task = await clicked(sandbox, ada, board)
    early = await rest("POST", hook(sandbox, interaction), {"content": "too early"})
    assert (early.status, early.code) == (404, 10015)
    assert (await rest("POST", callback(interaction, told=False), {"type": 5, "data": {"flags": 64}})).status == 204
    result = await task
    assert result.message is not None
    assert result.message.flags & FLAG_LOADING
    first = await rest("POST", hook(sandbox, interaction, "?wait=true"), {"content": "done"})
    assert first.body["id"] == str(result.message.id)
    assert (await result.response()).content == "done"
    assert result.is_ephemeral
    assert not (await result.response()).is_loading
    second = await rest("POST", hook(sandbox, interaction, "?wait=true"), {"content": "more"})
    assert second.body["id"] != first.body["id"]
    original = await rest("GET", hook(sandbox, interaction, "/messages/@original"))
    assert original.body["content"] == "done"
    edited = await rest("PATCH", hook(sandbox, interaction, f"/messages/{second.body['id']}"), {"content": "edited"})
    assert edited.body["content"] == "edited"
    # Ephemeral messages are unknown to the channel's own routes.
    outside = await rest("GET", f"/channels/{board.channel.id}/messages/{first.body['id']}")
    assert outside.code == 10008
    assert (await rest("DELETE", hook(sandbox, interaction, "/messages/@original"))).status == 204
    assert (await rest("GET", hook(sandbox, interaction, "/messages/@original"))).code == 10008
    clock.advance(15 * 60 + 1)
    over = await rest("POST", hook(sandbox, interaction), {"content": "too late"})
    assert (over.status, over.code) == (401, 50027)


async def test_a_hundred_follow_ups(sandbox: Sandbox, rest: Raw, ada: Actor, board: Message) -> None:
    interaction, task = await clicked(sandbox, ada, board)
    await rest("POST", callback(interaction, told=False), {"type": 4, "data": {"content": "hi"}})
    await task
    interaction.followups += [board] * 99
    assert (await rest("POST", hook(sandbox, interaction), {"content": "the hundredth"})).status == 200
    over = await rest("POST", hook(sandbox, interaction), {"content": "one more"})
    assert (over.status, over.code) == (400, 40094)


async def test_many_messages_deleted_at_once(
    sandbox: Sandbox, rest: Raw, channel: Channel, guild: GuildView, ada: Actor
) -> None:
    sandbox.world.set_overwrite(channel, guild.bot, allow=Permission.MANAGE_MESSAGES)
    messages = [await ada.send(channel, str(number)) for number in range(2)]
    where, ids = f"/channels/{channel.id}/messages/bulk-delete", [str(message.id) for message in messages]
    few = await rest("POST", where, {"messages": ids[:1]})
    assert (few.status, few.code) == (400, 50016)
    old = await rest("POST", where, {"messages": [ids[0], "1"]})
    assert (old.status, old.code) == (400, 50034)
    assert (await rest("POST", where, {"messages": ids})).status == 204
    assert all(message.deleted for message in messages)
    sandbox.world.set_overwrite(channel, guild.bot)


async def test_update_and_deferred_update(sandbox: Sandbox, rest: Raw, ada: Actor, board: Message) -> None:
    interaction, task = await clicked(sandbox, ada, board)
    told = await rest("POST", callback(interaction), {"type": 7, "data": {"content": "changed"}})
    assert told.body["resource"]["type"] == 7
    assert board.content == "changed"
    assert (await task).type == 7
    interaction, task = await clicked(sandbox, ada, board)
    told = await rest("POST", callback(interaction), {"type": 6})
    assert "resource" not in told.body
    await rest("PATCH", hook(sandbox, interaction, "/messages/@original"), {"content": "changed again"})
    assert board.content == "changed again"
    assert (await task).message is None


async def test_answers_that_do_not_fit(
    sandbox: Sandbox, rest: Raw, clock: ManualClock, ada: Actor, board: Message
) -> None:
    interaction, task = await clicked(sandbox, ada, board)
    for kind in (8, 1, None, "4"):
        reply = await rest("POST", callback(interaction), {"type": kind})
        assert (reply.status, reply.errors()) == (400, [("type", "BASE_TYPE_CHOICES")])
    too_long = await rest("POST", callback(interaction), {"type": 4, "data": {"content": "x" * 2001}})
    assert too_long.errors() == [("data.content", "BASE_TYPE_MAX_LENGTH")]
    assert interaction.acknowledged_at is None
    unknown = await rest("POST", f"/interactions/{interaction.id}/nonsense/callback", {"type": 6})
    assert (unknown.status, unknown.code) == (404, 10062)
    clock.advance(4)
    await task


NEEDED = [
    (Permission.VIEW_CHANNEL, "POST", "", {"content": "x"}, 50001),
    (Permission.SEND_MESSAGES, "POST", "", {"content": "x"}, 50013),
    (Permission.READ_MESSAGE_HISTORY, "GET", "/{message}", None, 50013),
    (Permission.ADD_REACTIONS, "PUT", "/{message}/reactions/%F0%9F%98%80/@me", None, 50013),
    (Permission.CREATE_PUBLIC_THREADS, "POST", "/{message}/threads", {"name": "x"}, 50013),
    (Permission.ATTACH_FILES, "POST", "", "file", 50013),
]


@pytest.mark.parametrize(("permission", "method", "path", "body", "code"), NEEDED)
async def test_permissions_of_the_bot(
    sandbox: Sandbox,
    rest: Raw,
    guild: GuildView,
    channel: Channel,
    board: Message,
    permission: Permission,
    method: str,
    path: str,
    body: object,
    code: int,
) -> None:
    sandbox.world.set_overwrite(channel, guild.bot, deny=permission)
    try:
        files = {"a.txt": b"x"} if body == "file" else None
        where = f"/channels/{channel.id}/messages" + path.format(message=board.id)
        reply = await rest(method, where, {} if files else body, files=files)
        assert (reply.status, reply.code) == (403, code)
    finally:
        sandbox.world.set_overwrite(channel, guild.bot)


async def test_sending_in_threads_has_a_permission_of_its_own(
    sandbox: Sandbox, rest: Raw, guild: GuildView, channel: Channel, board: Message
) -> None:
    made = await rest("POST", f"/channels/{channel.id}/messages/{board.id}/threads", {"name": "t"})
    assert made.body["id"] == str(board.id)
    where = f"/channels/{board.id}/messages"
    sandbox.world.set_overwrite(channel, guild.bot, deny=Permission.SEND_MESSAGES)
    assert (await rest("POST", where, {"content": "x"})).status == 200
    sandbox.world.set_overwrite(channel, guild.bot, deny=Permission.SEND_MESSAGES_IN_THREADS)
    assert (await rest("POST", where, {"content": "x"})).code == 50013
    sandbox.world.set_overwrite(channel, guild.bot)


async def test_others_messages_and_reactions(
    sandbox: Sandbox, rest: Raw, channel: Channel, ada: Actor, bo: Actor
) -> None:
    message = await ada.send(channel, "mine", files=[File("a.txt", b"x")])
    where = f"/channels/{channel.id}/messages/{message.id}"
    assert (await rest("PATCH", where, {"content": "x"})).code == 50005
    assert (await rest("DELETE", where)).code == 50013
    await bo.react(message, "👍")
    assert (await rest("DELETE", f"{where}/reactions/%F0%9F%91%8D/{bo.id}")).code == 50013
    # Without the message content intent a bot reads that there is a message, not what it says.
    read = (await rest("GET", where)).body
    assert (read["content"], read["attachments"]) == ("", [])
    assert message.content == "mine"


async def test_threads(
    sandbox: Sandbox, rest: Raw, channel: Channel, ada: Actor, guild: GuildView, board: Message
) -> None:
    made = await rest("POST", f"/channels/{channel.id}/messages/{board.id}/threads", {"name": "t"})
    assert made.status == 201
    again = await rest("POST", f"/channels/{channel.id}/messages/{board.id}/threads", {"name": "t"})
    assert (again.status, again.code) == (400, 160004)
    thread = sandbox.world.channels[board.id]
    assert thread.thread is not None
    assert board.thread is thread
    here = f"/channels/{thread.id}"
    nameless = await rest("POST", f"/channels/{channel.id}/threads", {"type": 11})
    assert nameless.errors() == [("name", "BASE_TYPE_REQUIRED")]
    in_thread = await rest("POST", f"{here}/threads", {"name": "t", "type": 11})
    assert in_thread.code == 50024
    assert (await rest("PUT", f"{here}/thread-members/{ada.id}")).status == 204
    listed = (await rest("GET", f"{here}/thread-members")).body
    assert {item["user_id"] for item in listed} == {str(ada.id), str(sandbox.world.bot.id)}

    posted = (await rest("POST", f"{here}/messages", {"content": "x"})).body["id"]
    assert (await rest("PATCH", here, {"archived": True})).status == 200
    edit = await rest("PATCH", f"{here}/messages/{posted}", {"content": "y"})
    assert (edit.status, edit.code) == (400, 50083)
    react = await rest("PUT", f"{here}/messages/{posted}/reactions/%F0%9F%98%80/@me")
    assert react.code == 50083
    renamed = await rest("PATCH", here, {"name": "new"})
    assert renamed.code == 50083
    archived = (await rest("GET", f"/channels/{channel.id}/threads/archived/public")).body
    assert [item["id"] for item in archived["threads"]] == [str(thread.id)]
    assert (await rest("POST", f"{here}/messages", {"content": "wakes it"})).status == 200
    assert not thread.thread.archived
    assert (await rest("PATCH", here, {"locked": True})).code == 50013
    sandbox.world.update_channel(thread, {"locked": True, "archived": True})
    locked = await rest("POST", f"{here}/messages", {"content": "x"})
    assert (locked.status, locked.code) == (400, 50083)
    sandbox.world.update_channel(thread, {"archived": False})
    locked = await rest("POST", f"{here}/messages", {"content": "x"})
    assert (locked.status, locked.code) == (403, 160005)
    with pytest.raises(SandboxError, match="locked"):
        await ada.send(thread, "x")


async def test_pages_of_messages(rest: Raw, guild: GuildView) -> None:
    where = f"/channels/{guild.channel('general').id}/messages"
    ids = [(await rest("POST", where, {"content": str(n)})).body["id"] for n in range(7)]

    async def page(query: str) -> list[str]:
        return [item["id"] for item in (await rest("GET", where + query)).body]

    assert await page("") == ids[::-1]
    assert await page("?limit=2") == [ids[6], ids[5]]
    assert await page(f"?before={ids[3]}&limit=2") == [ids[2], ids[1]]
    assert await page(f"?after={ids[3]}&limit=2") == [ids[5], ids[4]]
    assert await page(f"?around={ids[3]}&limit=3") == [ids[4], ids[3], ids[2]]
    assert (await rest("GET", where + "?limit=101")).code == 50035


async def test_unknown_things_and_strangers(sandbox: Sandbox, rest: Raw, channel: Channel) -> None:
    assert (await rest("GET", "/channels/1")).code == 10003
    assert (await rest("GET", f"/channels/{channel.id}/messages/1")).code == 10008
    assert (await rest("GET", "/guilds/1")).code == 10004
    assert (await rest("GET", "/users/1")).code == 10013
    assert (await rest("GET", f"/guilds/{channel.guild.id}/members/1")).code == 10007
    assert (await rest("GET", "/channels/abc")).code == 50035
    assert (await rest("GET", f"/guilds/{channel.guild.id}/roles/1")).code == 10011
    assert (await rest("GET", "/applications/1/commands")).code == 10002
    assert (await rest("GET", f"/applications/{sandbox.world.bot.id}/commands/1")).code == 10063
    stranger = await rest("GET", "/users/@me", token="wrong")
    assert (stranger.status, stranger.code) == (401, 0)
    broken = await rest("POST", f"/channels/{channel.id}/messages", headers={"Content-Type": "application/json"})
    assert broken.code == 50006
    not_json = await rest.session.post(
        f"{sandbox.api_url}/channels/{channel.id}/messages",
        data=b"{",
        headers={"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"},
    )
    assert not_json.status == 400
    assert (await not_json.json())["code"] == 50109


async def test_faults_come_before_routes(sandbox: Sandbox, rest: Raw) -> None:
    def busy(call: Call) -> Answer | None:
        return Answer(503, {"message": "busy", "code": 0}) if call.route == "GET /users/@me" else None

    sandbox.faults.append(busy)
    assert (await rest("GET", "/users/@me")).status == 503
    assert (await rest("GET", "/gateway/bot")).status == 200
    sandbox.faults.remove(busy)
    assert (await rest("GET", "/users/@me")).status == 200


async def test_rate_limit_headers(rest: Raw) -> None:
    headers = (await rest("GET", "/users/@me")).headers
    assert int(headers["X-RateLimit-Remaining"]) < int(headers["X-RateLimit-Limit"])
    assert 0 < float(headers["X-RateLimit-Reset-After"]) <= 1
    assert headers["X-RateLimit-Bucket"]


async def test_other_hosts_are_refused(sandbox: Sandbox, rest: Raw) -> None:
    reply = await rest.session.get(sandbox.url + "/control/state", headers={"Host": "evil.example"})
    assert reply.status == 421


async def test_attachments_are_served_whole_and_in_ranges(
    sandbox: Sandbox, rest: Raw, channel: Channel, ada: Actor
) -> None:
    message = await ada.send(channel, files=[File("tale.txt", b"0123456789")])
    url = message.attachments[0].url

    async def get(header: str | None) -> tuple[int, bytes, str | None]:
        async with rest.session.get(url, headers={"Range": header} if header else {}) as answer:
            return answer.status, await answer.read(), answer.headers.get("Content-Range")

    assert await get(None) == (200, b"0123456789", None)
    assert await get("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert await get("bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert await get("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert await get("bytes=8-99") == (206, b"89", "bytes 8-9/10")
    assert (await get("bytes=10-"))[0] == 416
    assert (await get("bytes=-"))[0] == 416
    missing = await rest.session.get(f"{sandbox.url}/attachments/1/2/x.txt")
    assert missing.status == 404


async def test_actors_do_only_what_the_client_allows(
    sandbox: Sandbox, rest: Raw, guild: GuildView, channel: Channel, ada: Actor, board: Message
) -> None:
    with pytest.raises(SandboxError, match=r"no button 'Stop'.*'Go'"):
        await ada.click(board, label="Stop")
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go", "disabled": True}]}
    await rest("PATCH", f"/channels/{channel.id}/messages/{board.id}", {"components": [row]})
    with pytest.raises(SandboxError, match="disabled"):
        await ada.click(board, label="Go")
    with pytest.raises(SandboxError, match="no menu"):
        await ada.select(board, placeholder="Pick", values=["1"])
    with pytest.raises(SandboxError, match="has not reacted"):
        await ada.unreact(board, "👍")
    with pytest.raises(SandboxError, match="offered no command"):
        await ada.slash(channel, "nothing")
    with pytest.raises(SandboxError, match="at most 2000"):
        await ada.send(channel, "x" * 2001)
    sandbox.world.set_overwrite(channel, ada.member, deny=Permission.VIEW_CHANNEL)
    with pytest.raises(SandboxError, match="cannot see"):
        await ada.react(board, "👍")
    sandbox.world.set_overwrite(channel, ada.member)
    with pytest.raises(SandboxError, match="no MANAGE_MESSAGES"):
        await ada.delete(board)
    await guild.member("Mo").delete(board)
    with pytest.raises(SandboxError, match="gone"):
        await ada.click(board, label="Go")


async def test_mentions_follow_allowed_mentions(rest: Raw, channel: Channel, ada: Actor, bo: Actor) -> None:
    where = f"/channels/{channel.id}/messages"
    body = {"content": f"<@{ada.id}> <@{bo.id}> @everyone"}
    free = (await rest("POST", where, body)).body
    assert ([user["id"] for user in free["mentions"]], free["mention_everyone"]) == ([str(ada.id), str(bo.id)], True)
    none = (await rest("POST", where, body | {"allowed_mentions": {"parse": []}})).body
    assert (none["mentions"], none["mention_everyone"]) == ([], False)
    only = {"parse": [], "users": [str(bo.id)]}
    some = (await rest("POST", where, body | {"allowed_mentions": only})).body
    assert [user["id"] for user in some["mentions"]] == [str(bo.id)]


async def test_snowflakes_grow() -> None:
    ids = Snowflakes(ManualClock(start=1_700_000_000))
    made = [ids.next() for _ in range(5000)]
    assert sorted(set(made)) == made
    assert [parse(value) for value in ("12", 12, "x", None, True, "-1", "１")] == [12, 12, None, None, None, None, None]


async def test_waiting_in_vain_says_for_what(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match=r"waited 0\.05 s in vain for Godot"):
        await sandbox.wait_for(lambda: False, timeout=0.05, what="Godot")
