"""What people write besides new messages: replies, changes to their own, threads; and what the bot is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
import pytest

from sandbox import Actor, Channel, File, GuildView, Sandbox, SandboxError
from sandbox.model import FLAG_EPHEMERAL
from sandbox.permissions import Permission
from sandbox.world import Event
from tests.sandbox.bot import TestBot

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("faultless", "bot")]


@pytest.fixture
def told(sandbox: Sandbox) -> Iterator[list[Event]]:
    """The events of this test."""
    events: list[Event] = []
    sandbox.world.listeners.append(events.append)
    yield events
    sandbox.world.listeners.remove(events.append)


def of(events: list[Event], name: str) -> list[dict[str, Any]]:
    return [event.payload for event in events if event.name == name]


async def test_a_reply_names_and_mentions_whom_it_answers(
    channel: Channel, ada: Actor, bo: Actor, told: list[Event]
) -> None:
    first = await ada.send(channel, "who is there?")
    answer = await bo.send(channel, "me", reply_to=first)
    quiet = await bo.send(channel, "me again", reply_to=first, ping=False)
    assert (answer.type, answer.reference) == (19, first)
    _, loud_event, quiet_event = of(told, "MESSAGE_CREATE")
    assert loud_event["message_reference"]["message_id"] == str(first.id)
    assert loud_event["referenced_message"]["content"] == "who is there?"
    assert [user["id"] for user in loud_event["mentions"]] == [str(ada.id)]
    assert quiet_event["mentions"] == []
    await ada.delete(first)
    with pytest.raises(SandboxError, match="gone"):
        await bo.send(channel, "too late", reply_to=first)
    assert quiet.reference is first


async def test_one_changes_only_ones_own_message(
    sandbox: Sandbox, channel: Channel, ada: Actor, bo: Actor, told: list[Event]
) -> None:
    message = await ada.send(channel, "a typo")
    await ada.edit(message, f"no typo, <@{bo.id}>")
    assert message.content == f"no typo, <@{bo.id}>"
    (event,) = of(told, "MESSAGE_UPDATE")
    assert event["edited_timestamp"] is not None
    assert [user["id"] for user in event["mentions"]] == [str(bo.id)]
    await ada.edit(message, message.content)
    assert len(of(told, "MESSAGE_UPDATE")) == 1, "the same text is no change"
    with pytest.raises(SandboxError, match="only what one has written"):
        await bo.edit(message, "mine now")
    with pytest.raises(SandboxError, match="delete it"):
        await ada.edit(message, "")
    with pytest.raises(SandboxError, match="at most 2000"):
        await ada.edit(message, "x" * 2001)
    with_file = await ada.send(channel, "look", files=[File("a.txt", b"x")])
    await ada.edit(with_file, "")
    assert with_file.attachments[0].filename == "a.txt"


async def test_everyone_is_mentioned_only_by_who_may(channel: Channel, guild: GuildView, ada: Actor) -> None:
    assert not (await ada.send(channel, "@everyone look")).mention_everyone
    assert (await guild.member("Olu").send(channel, "@everyone look")).mention_everyone


async def test_a_thread_from_a_message_and_a_free_one(
    sandbox: Sandbox, bot: TestBot, channel: Channel, ada: Actor, bo: Actor, told: list[Event]
) -> None:
    message = await ada.send(channel, "let us talk about the dragon")
    thread = await bo.start_thread(channel, "  The dragon ", message)
    assert (thread.id, thread.name, message.thread) == (message.id, "The dragon", thread)
    assert of(told, "THREAD_CREATE")[0]["newly_created"] is True
    free = await bo.start_thread(channel, "Anything")
    assert channel.messages[-1].type == 18
    assert free.thread is not None
    assert free.thread.owner_id == bo.id
    await sandbox.wait_for(lambda: isinstance(bot.get_channel(free.id), discord.Thread))
    await bo.archive(free)
    with pytest.raises(SandboxError, match="has a thread already"):
        await ada.start_thread(channel, "again", message)
    with pytest.raises(SandboxError, match="no threads of its own"):
        await ada.start_thread(thread, "inside")
    with pytest.raises(SandboxError, match="1 to 100"):
        await ada.start_thread(channel, "   ")
    with pytest.raises(SandboxError, match="falls asleep"):
        await ada.start_thread(channel, "short", archive_after=5)
    with pytest.raises(SandboxError, match="no thread can begin"):
        await ada.start_thread(channel, "from a notice", channel.messages[-1])


async def test_nothing_in_an_archived_thread_changes(channel: Channel, guild: GuildView, ada: Actor, bo: Actor) -> None:
    thread = await ada.start_thread(channel, "short talk")
    message = await bo.send(thread, "one word")
    await ada.archive(thread)
    for change in (bo.edit(message, "two words"), bo.delete(message), guild.member("Mo").delete(message)):
        with pytest.raises(SandboxError, match="Thread is archived"):
            await change
    await bo.send(thread, "awake", reply_to=message)
    await bo.edit(message, "two words")
    assert message.content == "two words"


async def test_rights_and_notices_and_what_only_one_sees(
    sandbox: Sandbox, channel: Channel, guild: GuildView, ada: Actor, bo: Actor
) -> None:
    hidden = sandbox.world.post(channel, sandbox.world.bot, content="psst", flags=FLAG_EPHEMERAL, visible_to=ada.id)
    with pytest.raises(SandboxError, match="cannot reply"):
        await ada.send(channel, "what?", reply_to=hidden)
    with pytest.raises(SandboxError, match="does not see"):
        await bo.send(channel, "what?", reply_to=hidden)
    elsewhere = await ada.send(guild.channel("general"), "here")
    with pytest.raises(SandboxError, match="cannot reply"):
        await bo.send(channel, "there", reply_to=elsewhere)
    message = await ada.send(channel, "hello")
    sandbox.world.set_overwrite(channel, bo.member, deny=Permission.READ_MESSAGE_HISTORY)
    with pytest.raises(SandboxError, match="READ_MESSAGE_HISTORY"):
        await bo.send(channel, "hi", reply_to=message)
    sandbox.world.set_overwrite(channel, bo.member, deny=Permission.CREATE_PUBLIC_THREADS)
    with pytest.raises(SandboxError, match="CREATE_PUBLIC_THREADS"):
        await bo.start_thread(channel, "no", message)
    sandbox.world.set_overwrite(channel, bo.member)
    most = sandbox.limits.active_threads
    sandbox.limits.active_threads = 0
    with pytest.raises(SandboxError, match="Maximum number of active threads"):
        await bo.start_thread(channel, "one too many", message)
    sandbox.limits.active_threads = most
