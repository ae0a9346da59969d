"""A story in chat, over the real wire: what members do, and what they then see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.world import File
from tests.support.wire import Wire, wire_to
from tests.support.workshops import STORY


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def test_a_script_becomes_a_storyboard_a_thread_and_scenes(wire: Wire) -> None:
    result = await wire.new_story()
    assert result.failed is None
    assert result.is_ephemeral
    assert "reading" in (await result.response()).text
    scenes = await wire.painted()
    assert "## 🔥 The well" in wire.board.text
    assert "by Ada" in wire.board.text
    assert wire.thread.name == "The well"
    assert ["Scene 1" in scenes[0].text, "Scene 2" in scenes[1].text] == [True, True]
    assert [len(m.gallery) for m in scenes] == [3, 3]
    assert all(item.description and item.attachment and item.attachment.data for m in scenes for item in m.gallery)
    assert [r.emoji for r in scenes[0].reactions] == ["1️⃣", "2️⃣", "3️⃣"]
    votes, makes, other = (
        ["1", "2", "3", "Votes"],
        ["Edit prompt", "Again", "More like this"],
        ["Pick", "Lines", "Report"],
    )
    assert [b.label for b in scenes[0].buttons] == votes + makes + other


async def test_votes_by_reaction_and_by_button_make_one_tally(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    ada, bo, cy = wire.member("Ada"), wire.member("Bo"), wire.member("Cy")
    await ada.react(scene, "2️⃣")
    assert (await bo.click(scene, label="2")).failed is None
    await cy.react(scene, "3️⃣")
    await wire.wait(lambda: "2️⃣ **2** 3️⃣ **1**" in scene.text, what="tally")
    await cy.unreact(scene, "3️⃣")
    await wire.wait(lambda: "2️⃣ **2** 3️⃣ **0**" in scene.text, what="a ballot withdrawn")
    await bo.click(scene, label="1")
    await wire.wait(lambda: "1️⃣ **1** 2️⃣ **1**" in scene.text, what="a ballot changed")


async def test_a_rewritten_prompt_brings_new_pictures_and_a_new_tally(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    before = [item.url for item in scene.gallery]
    bo = wire.member("Bo")
    await bo.react(scene, "2️⃣")
    await wire.wait(lambda: "2️⃣ **1**" in scene.text)
    form = (await bo.click(scene, label="Edit prompt")).modal
    assert form is not None
    assert form.fields[0].value in [request.prompt for request in wire.painter.requests]
    answer = await bo.submit(form, {"prompt": "a red well under the moon"})
    assert "being painted" in (await answer.response()).text
    await wire.wait(lambda: "a red well under the moon" in scene.text and [i.url for i in scene.gallery] != before)
    await wire.wait(lambda: "Vote with a reaction" in scene.text, what="a new tally")
    await wire.wait(lambda: all(len(r.user_ids) == 1 for r in scene.reactions) and len(scene.reactions) == 3)


async def test_again_asks_for_other_pictures(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[1]
    before = [item.url for item in scene.gallery]
    assert (await wire.member("Cy").click(scene, label="Again")).failed is None
    await wire.wait(lambda: [i.url for i in scene.gallery] != before, what="other pictures")


async def test_only_the_author_and_moderators_pick(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    refused = await wire.member("Bo").click(scene, label="Pick")
    assert "Only the story's author (Ada)" in (await refused.response()).text
    offer = await (await wire.member("Ada").click(scene, label="Pick")).response()
    assert offer.visible_to == wire.member("Ada").id
    assert "Which picture of scene 1" in offer.text
    menu = offer.selects[0].custom_id
    await wire.member("Ada").select(offer, custom_id=menu, values=["3"])
    await wire.wait(lambda: "Picture **3** is picked" in offer.text and not offer.selects, what="the answer")
    await wire.wait(lambda: "picked **3**" in scene.text, what="the pick")
    offer = await (await wire.member("Mo").click(scene, label="Pick")).response()
    await wire.member("Mo").select(offer, custom_id=menu, values=["votes"])
    await wire.wait(lambda: "picked" not in scene.text, what="the pick taken back")


async def test_commands_in_answers_can_be_pressed(wire: Wire) -> None:
    answer = await (await wire.member("Ada").slash(wire.channel, "story list")).response()
    ids = [item["id"] for item in wire.sandbox.state.commands.listed(0) if item["name"] == "story"]
    assert answer.text.endswith(f"There are no stories here yet. Begin with </story new:{ids[0]}>.")


async def test_the_film_comes_into_the_thread(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    ada, bo = wire.member("Ada"), wire.member("Bo")
    refused = await bo.slash(wire.thread, "story film")
    assert "Only the story's author (Ada)" in (await refused.response()).text
    asked = await ada.slash(wire.thread, "story film")
    assert "on its way" in (await asked.response()).text
    await wire.wait(lambda: "🍿" in wire.thread.messages[-1].text, 60, "the film")
    film = wire.thread.messages[-1].gallery[0].attachment
    assert film is not None
    assert film.filename == "the-well.mp4"
    assert film.data[4:8] == b"ftyp"
    await wire.wait(lambda: "The film is in the thread" in wire.board.text)


async def test_a_film_asked_for_early_waits_and_says_so(wire: Wire) -> None:
    import asyncio

    wire.painter.gate = gate = asyncio.Event()
    await wire.new_story()
    await wire.wait(lambda: wire.board.thread is not None and "Painting" in wire.board.text)
    asked = await wire.member("Ada").slash(wire.thread, "story film")
    assert "waits for the pictures of 2 scenes" in (await asked.response()).text
    gate.set()
    await wire.wait(lambda: any(m.gallery and "🍿" in m.text for m in wire.thread.messages), 60, "the film")


async def test_a_script_pasted_or_uploaded_in_the_pop_up(wire: Wire) -> None:
    ada = wire.member("Ada")
    opened = await ada.slash(wire.channel, "story new", title="Pasted")
    assert opened.modal is not None
    assert opened.modal.fields[0].value == "Pasted"
    sent = await ada.submit(opened.modal, {"text": STORY})
    assert "reading" in (await sent.response()).text
    await wire.wait(lambda: "Pasted" in wire.board.text)
    opened = await ada.slash(wire.channel, "story new")
    assert opened.modal is not None
    sent = await ada.submit(opened.modal, {"file": [File("my_own-tale.md", STORY.encode())]})
    assert "reading" in (await sent.response()).text
    await wire.wait(lambda: "My own tale" in wire.board.text)


async def test_a_message_becomes_a_story(wire: Wire) -> None:
    bo = wire.member("Bo")
    message = await wire.member("Cy").send(wire.channel, STORY)
    opened = await bo.message_menu("Make a story", message)
    assert opened.modal is not None
    assert [field.value.strip() for field in opened.modal.fields][:2] == ["The well", STORY.strip()]
    await bo.submit(opened.modal, {})
    await wire.wait(lambda: "by Bo" in wire.board.text)
    with_file = await wire.member("Cy").send(wire.channel, files=[File("tale.txt", STORY.encode())])
    opened = await bo.message_menu("Make a story", with_file)
    assert opened.modal is not None
    assert [field.label for field in opened.modal.fields] == ["Title"]
    await bo.submit(opened.modal, {"title": "From a file"})
    await wire.wait(lambda: "From a file" in wire.board.text)
    empty = await wire.member("Cy").send(wire.channel, files=[File("cat.png", b"\x89PNG")])
    refused = await bo.message_menu("Make a story", empty)
    assert "no text in that message" in (await refused.response()).text


async def test_show_list_and_autocomplete(wire: Wire) -> None:
    bo = wire.member("Bo")
    nothing = await bo.slash(wire.channel, "story list")
    assert "no stories here yet" in (await nothing.response()).text
    await wire.new_story("Siegfried & the *dragon*")
    await wire.painted()
    choices = await bo.autocomplete(wire.channel, "story show", option="story", value="sieg")
    assert [choice["name"] for choice in choices] == ["Siegfried & the *dragon* — Ada"]
    shown = await bo.slash(wire.channel, "story show", story=choices[0]["value"])
    text = (await shown.response()).text
    assert "2 of 2 scenes painted" in text
    assert r"\*dragon\*" in text
    assert "Siegfried" in (await (await bo.slash(wire.thread, "story show")).response()).text
    assert "not a story's thread" in (await (await bo.slash(wire.channel, "story show")).response()).text
    assert "No story here" in (await (await bo.slash(wire.channel, "story show", story="nope")).response()).text
    assert "Siegfried" in (await (await bo.slash(wire.channel, "story list")).response()).text


async def test_cancel(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    assert "Only" in (await (await wire.member("Bo").slash(wire.thread, "story cancel")).response()).text
    done = await wire.member("Ada").slash(wire.thread, "story cancel")
    assert "cancelled" in (await done.response()).text
    await wire.wait(lambda: "Cancelled by Ada" in wire.board.text)
    await wire.wait(
        lambda: all(b.disabled for m in scenes for b in m.buttons if b.label not in ("Report", "Votes")), what="closed"
    )


async def test_names_and_titles_mention_nobody(wire: Wire) -> None:
    script = STORY.replace("The well", "@everyone **bold** <@1> [link](https://evil.example)").replace("frog", "@here")
    await wire.new_story("@everyone # **x** <@&1>", script)
    scenes = await wire.painted()
    for message in [wire.board, *scenes]:
        assert not message.mention_everyone
        assert message.mention_ids == []
        assert "**bold**" not in message.text
        assert "](https" not in message.text


async def test_a_deleted_scene_is_posted_anew(wire: Wire) -> None:
    await wire.new_story()
    scenes = await wire.painted()
    await wire.member("Mo").delete(scenes[1])
    await wire.member("Ada").slash(wire.thread, "story show")
    view = await wire.member("Bo").click(scenes[0], label="1")
    assert view.failed is None
    from storycore.store.models import BallotSource
    from storycore.studio import ballots
    from storycore.studio.people import Person

    custom = next(b.custom_id for b in scenes[1].buttons if b.label == "2")
    assert custom is not None
    scene_id = int(custom.split(":")[2])
    cy = Person(wire.member("Cy").id, "Cy", server_id=wire.sandbox.default_guild.id)
    await ballots.cast(wire.workshop, scene_id, 1, cy, 2, BallotSource.BUTTON)
    await wire.wait(lambda: len([m for m in wire.scenes() if "Scene 2" in m.text and not m.deleted]) == 1)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.txt", b" \n\t ", "empty"),
        ("pdf.txt", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF"),
        ("random.txt", bytes(range(256)) * 40, ""),
        ("latin.txt", "caf\xe9 was here, and so was the old king".encode("latin-1"), "UTF-8"),
        ("long.txt", b"word " * 200_000, "20,000"),
        ("emoji.txt", "🎉🔥 🐸".encode() * 20, "words"),
        ("huge.txt", b"a" * (1 << 21), "1 MiB"),
    ],
)
async def test_bad_scripts_get_a_kind_answer(wire: Wire, name: str, data: bytes, words: str) -> None:
    result = await wire.member("Ada").slash(wire.channel, "story new", title="Bad", script=File(name, data))
    text = (await result.response()).text
    assert words.lower() in text.lower()
    assert "Traceback" not in text
    assert "went wrong on my side" not in text
    assert [m for m in wire.channel.messages if m.is_v2] == []
