"""Discord's bad days: whatever refuses, drops, is deleted or locked, the chat ends up showing what the rows say."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.invite import PERMISSIONS
from bot.ui.forms import Form
from sandbox.model import Channel, Message
from sandbox.permissions import Permission
from sandbox.rest.router import Call
from sandbox.world import File
from storycore.store.models import StoryRow
from tests.support.wire import Wire, connected, settings, wire_to
from tests.support.workshops import STORY

POST = "/channels/{channel_id}/messages"
EDIT = "/channels/{channel_id}/messages/{message_id}"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


def shown_twice(channel: Channel) -> list[str]:
    """The custom_ids that stand in more than one message of a channel."""
    seen = Counter(b.custom_id for m in channel.messages if not m.deleted for b in m.buttons if b.custom_id)
    return [custom_id for custom_id, times in seen.items() if times > 1]


def check_nothing_twice(wire: Wire) -> None:
    assert shown_twice(wire.channel) == []
    assert len([m for m in wire.channel.messages if m.is_v2]) == 1
    assert len(wire.scenes()) == len({m.text.splitlines()[0] for m in wire.scenes()})


@pytest.mark.parametrize(("status", "body"), [(500, "json"), (502, "html"), (503, "empty")])
async def test_a_server_that_fails_is_asked_again(wire: Wire, status: int, body: str) -> None:
    wire.sandbox.trouble.refuse("POST", POST, status=status, body=body, times=2)
    wire.sandbox.trouble.refuse("POST", "/channels/{channel_id}/messages/{message_id}/threads", status=status, times=1)
    await wire.new_story()
    await wire.painted()
    check_nothing_twice(wire)


async def test_a_message_whose_answer_was_lost_is_not_posted_twice(wire: Wire) -> None:
    lost = wire.sandbox.trouble.lose_answer("POST", POST, times=3)
    await wire.new_story()
    await wire.painted()
    await wire.sandbox.trouble.met(lost, 3)
    check_nothing_twice(wire)


async def test_rate_limits_are_waited_for(wire: Wire) -> None:
    wire.sandbox.trouble.rate_limit("POST", POST, retry_after=0.2, times=2)
    wire.sandbox.trouble.rate_limit(retry_after=0.2, is_global=True, times=1, skip=8)
    await wire.new_story()
    await wire.painted()
    check_nothing_twice(wire)
    assert wire.sandbox.trouble.invalid_requests() < 20


async def test_a_message_posted_but_not_recorded_is_found_again(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        hold = wire.sandbox.trouble.hold("POST", POST, done=True, skip=1)
        await wire.new_story()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        await wire.client.close()  # the first scene is posted, the bot is gone before it hears of it
        hold.release()
        await wire.sandbox.trouble.calm()
        async with connected(wire.workshop, wire.sandbox, settings()) as again:
            wire.client = again
            await wire.painted()
            check_nothing_twice(wire)


async def test_buttons_work_after_a_restart_and_reactions_of_the_gap_are_found(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    ada, bo, cy = wire.member("Ada"), wire.member("Bo"), wire.member("Cy")
    await ada.react(scenes[0], "1️⃣")
    await bo.react(scenes[0], "2️⃣")
    await bo.click(scenes[0], label="3")
    await wire.wait(lambda: "1️⃣ **1** 2️⃣ **0** 3️⃣ **1**" in scenes[0].text)
    await wire.client.projector.settle()
    await wire.client.close()
    await ada.unreact(scenes[0], "1️⃣")
    await bo.unreact(scenes[0], "2️⃣")
    await cy.react(scenes[0], "3️⃣")
    await cy.react(scenes[0], "2️⃣")
    async with connected(wire.workshop, wire.sandbox, settings()) as again:
        wire.client = again
        await wire.wait(lambda: "1️⃣ **0** 2️⃣ **1** 3️⃣ **1**" in scenes[0].text, what="the gap's reactions")
        assert (await ada.click(scenes[1], label="2")).failed is None
        await wire.wait(lambda: "2️⃣ **1**" in scenes[1].text)
        assert (await bo.click(scenes[1], label="Edit prompt")).modal is not None
        check_nothing_twice(wire)


async def test_a_session_that_cannot_be_resumed_misses_nothing(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    await wire.client.projector.settle()
    await wire.sandbox.trouble.invalidate(resumable=False)
    await wire.member("Cy").react(scene, "2️⃣")  # told to nobody
    await wire.wait(lambda: "2️⃣ **1**" in scene.text, 60, "a reaction of the gap")


async def test_a_session_that_is_resumed_counts_nothing_twice(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    await wire.sandbox.trouble.drop_gateway()
    await wire.member("Cy").react(scene, "2️⃣")
    await wire.member("Bo").react(scene, "2️⃣")
    await wire.member("Bo").unreact(scene, "2️⃣")
    await wire.wait(lambda: "2️⃣ **1**" in scene.text, 60, "a replayed reaction")


async def test_an_acknowledgement_that_comes_too_late_loses_no_ballot(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    wire.sandbox.trouble.refuse(
        "POST", "/interactions/{interaction_id}/{interaction_token}/callback", code=10062, times=2
    )
    result = await wire.member("Bo").click(scene, label="2")
    assert result.failed is not None
    await wire.wait(lambda: "2️⃣ **1**" in scene.text, what="the ballot all the same")
    assert "came too late" in caplog.text
    assert "unforeseen" not in caplog.text


async def test_deleted_messages_are_made_again(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    mo = wire.member("Mo")
    await mo.delete(scenes[1])
    await wire.member("Ada").slash(wire.thread, "story show")
    await wire.wait(lambda: len([m for m in wire.scenes() if "Scene 2" in m.text and len(m.reactions) == 3]) == 1)
    second = next(m for m in wire.scenes() if "Scene 2" in m.text)
    await wire.member("Bo").react(second, "3️⃣")
    await wire.wait(lambda: "3️⃣ **1**" in second.text)
    check_nothing_twice(wire)


@pytest.mark.parametrize("again", [True, False], ids=["from the same message", "from a new storyboard"])
async def test_a_deleted_thread_is_made_again_with_everything_in_it(wire: Wire, again: bool) -> None:
    """Whether a message whose thread was deleted may get another is not written down: both are met."""
    wire.sandbox.limits.thread_again = again
    await wire.new_story()
    scenes = await wire.painted()
    await wire.member("Bo").click(scenes[0], label="2")
    await wire.wait(lambda: "2️⃣ **1**" in scenes[0].text)
    old = wire.thread
    await wire.member("Mo").delete_channel(old)

    def made_again() -> bool:
        return wire.thread is not old and len(wire.scenes()) == 2 and all(len(m.reactions) == 3 for m in wire.scenes())

    await wire.wait(made_again, 60, "the thread made again")
    assert "2️⃣ **1**" in wire.scenes()[0].text
    check_nothing_twice(wire)


async def test_a_locked_thread_pauses_the_story_and_says_so_once(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    mo = wire.member("Mo")
    await mo.archive(wire.thread, locked=True)
    await _rewrite(wire, scenes[0])
    await wire.wait(lambda: "thread is locked" in wire.board.text, what="the notice")
    refused = wire.sandbox.trouble.invalid_requests()
    await _rewrite(wire, scenes[0], "another try in the dark")
    await asyncio.sleep(0.5)
    assert wire.sandbox.trouble.invalid_requests() - refused < 10
    await mo.unarchive(wire.thread)
    await mo.lock(wire.thread, locked=False)
    await wire.wait(lambda: "thread is locked" not in wire.board.text, what="the notice taken away")
    await wire.wait(lambda: "another try in the dark" in wire.scenes()[0].text)


async def _rewrite(wire: Wire, scene: Message, prompt: str = "a lighthouse in the fog") -> None:
    """Change a scene without its message: people cannot press buttons in a locked thread."""
    from storycore.studio import scenes
    from storycore.studio.people import Person

    scene_id = int(
        next(b.custom_id for b in scene.buttons if b.custom_id and "edit" in b.custom_id).split(":")[2].split("@")[0]
    )
    bo = Person(wire.member("Bo").id, "Bo", server_id=wire.sandbox.default_guild.id)
    await scenes.edit_prompt(wire.workshop, scene_id, bo, prompt)


async def test_an_archived_thread_is_opened_again(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    await wire.member("Mo").archive(wire.thread)
    await _rewrite(wire, scenes[0])
    await wire.wait(lambda: "a lighthouse in the fog" in wire.scenes()[0].text, what="the edit in the opened thread")
    assert wire.board.text.count("⏸️") == 0


async def test_lost_permissions_pause_and_come_back(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    wire.sandbox.trouble.revoke(Permission.SEND_MESSAGES_IN_THREADS)
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: "may not post in this story's thread" in wire.board.text, 60, "the notice")
    assert wire.sandbox.trouble.invalid_requests() < 20
    wire.sandbox.trouble.restore()
    await wire.wait(lambda: any("🍿" in m.text for m in wire.thread.messages), 60, "the film after all")
    await wire.wait(lambda: "⏸️" not in wire.board.text, what="the notice taken away")


async def test_a_deleted_channel_pauses_and_the_story_can_be_moved(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    general = wire.sandbox.default_guild.channel("general")
    ada = wire.member("Ada")
    choices = await ada.autocomplete(general, "story show", option="story", value="well")
    wire.sandbox.world.delete_channel(wire.channel)

    async def problem() -> str:
        async with wire.workshop.database.read() as session:
            row = await session.get(StoryRow, int(choices[0]["value"]))
            return row.place_problem if row is not None else ""

    async with asyncio.timeout(30):
        while "gone" not in await problem():
            await asyncio.sleep(0.1)
    moved = await ada.slash(general, "story show", story=choices[0]["value"])
    assert "bring the story here" in (await moved.response()).text
    await wire.wait(lambda: any(m.is_v2 and m.thread for m in general.messages), 30, "the storyboard in its new place")


async def test_a_film_refused_for_its_size_is_made_smaller(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    refused = wire.sandbox.trouble.refuse("POST", POST, status=413, code=40005, times=1, when=_holds_a_film)
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: any("🍿" in m.text for m in wire.thread.messages), 60, "the smaller film")
    assert refused.met == 1
    assert len([m for m in wire.thread.messages if "🍿" in m.text]) == 1


def _holds_a_film(call: Call) -> bool:
    return any(file.filename.endswith(".mp4") for file in call.files.values())


async def test_too_many_edits_of_one_message_do_not_hold_up_the_others(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    stuck = scenes[0]
    put_off = wire.sandbox.trouble.rate_limit(
        "PATCH", EDIT, retry_after=90, times=None, when=lambda call: call.args["message_id"] == str(stuck.id)
    )
    await wire.member("Bo").click(scenes[0], label="2")
    await wire.member("Bo").click(scenes[1], label="2")
    await wire.wait(lambda: "2️⃣ **1**" in scenes[1].text, what="the other scene")
    assert put_off.met == 1


async def test_without_manage_messages_old_reactions_count_for_nothing(tmp_path: Path) -> None:
    allowed = PERMISSIONS.value & ~Permission.MANAGE_MESSAGES
    async with wire_to(tmp_path, permissions=allowed) as wire:
        await wire.new_story()
        scene = (await wire.painted())[0]
        bo = wire.member("Bo")
        await bo.react(scene, "2️⃣")
        await wire.wait(lambda: "2️⃣ **1**" in scene.text)
        await wire.member("Cy").click(scene, label="Again")
        await wire.wait(lambda: "Vote with a reaction" in scene.text, what="a new tally")
        assert scene.reaction("2️⃣") is not None
        await wire.client.projector.settle()
        await bo.unreact(scene, "2️⃣")
        await bo.react(scene, "2️⃣")
        await wire.wait(lambda: "2️⃣ **1**" in scene.text, what="given again")


async def test_a_place_without_permissions_is_refused_kindly(wire: Wire) -> None:
    wire.sandbox.trouble.revoke(Permission.CREATE_PUBLIC_THREADS)
    result = await wire.new_story()
    text = (await result.response()).text
    assert "Create Public Threads" in text
    wire.sandbox.trouble.restore()
    assert [m for m in wire.channel.messages if m.is_v2] == []


async def test_a_form_that_was_open_over_a_restart_is_taken(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    bo = wire.member("Bo")
    prompt_form = (await bo.click(scene, label="Edit prompt")).modal
    story_form = (await bo.slash(wire.channel, "story new", title="Over a restart")).modal
    file_form = (await bo.slash(wire.channel, "story new")).modal
    assert prompt_form is not None
    assert story_form is not None
    assert file_form is not None
    await wire.client.close()
    Form.opened.clear()  # what a new process knows
    async with connected(wire.workshop, wire.sandbox, settings()) as again:
        wire.client = again
        rewritten = await bo.submit(prompt_form, {"prompt": "a red well under the moon"})
        assert "being painted" in (await rewritten.response()).text
        await wire.wait(lambda: "a red well under the moon" in scene.text)
        handed_in = await bo.submit(story_form, {"text": STORY})
        assert "reading" in (await handed_in.response()).text
        await wire.wait(lambda: "Over a restart" in wire.board.text)
        sorry = await bo.submit(file_form, {"file": [File("tale.txt", STORY.encode())]})
        assert "once more" in (await sorry.response()).text


async def test_pictures_refused_for_their_size_are_sent_smaller(wire: Wire) -> None:
    def holds_pictures(call: Call) -> bool:
        return any(file.filename.endswith(".jpg") for file in call.files.values())

    refused = wire.sandbox.trouble.refuse("POST", POST, status=413, code=40005, times=1, when=holds_pictures)
    await wire.new_story()
    await wire.painted()
    assert refused.met == 1
    check_nothing_twice(wire)
