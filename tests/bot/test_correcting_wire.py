"""Correcting a story in chat, over the real wire: the cast sheet, its questions and cards, commands, and who may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sandbox.actors import Actor
from sandbox.model import Message
from tests.support.asking import ASKING, INN
from tests.support.wire import Wire, wire_to
from tests.support.workshops import ThreadReader


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        opened.workshop.reader = ThreadReader(ASKING)
        yield opened


def sheet(wire: Wire) -> Message:
    """The cast's message."""
    return next(m for m in wire.thread.messages if "🎭 The cast" in m.text)


def numbers(wire: Wire) -> list[str]:
    """The scenes' messages as they stand: number and title."""
    return [m.text.split("### Scene ")[1].split("\n")[0] for m in wire.scenes()]


async def shows(wire: Wire, condition: Callable[[], object], what: str = "") -> None:
    """Wait for it, however busy the machine is."""
    await wire.wait(condition, 120, what)


async def card_of(cast: Message, who: Actor, name: str) -> Message:
    """Somebody's card, for this person."""
    return await (await who.select(cast, placeholder="Correct somebody…", values=[name])).response()


async def inn(wire: Wire) -> list[Message]:
    await wire.new_story("The inn", INN)
    found = await wire.painted(3)
    wire.painter.requests.clear()
    return found


async def test_the_cast_sheet_asks_and_answers_are_taken_in(wire: Wire) -> None:
    scenes = await inn(wire)
    cast = sheet(wire)
    assert wire.thread.messages.index(cast) < wire.thread.messages.index(scenes[0])
    assert "**the ferryman** *the old ferryman* · 1 scene, 2 lines" in cast.text
    assert "Is *the stranger* **Siegfried**?" in cast.text and "Who says “I am nobody,”?" in cast.text
    assert "I am not sure of the inn" in cast.text and "1 more question after these" in cast.text
    assert "3 questions about the cast in the thread" in wire.board.text
    refused = await wire.member("Bo").click(cast, label="Yes")
    assert "Only the story's author (Ada)" in (await refused.response()).text and refused.is_ephemeral
    ada, mo = wire.member("Ada"), wire.member("Mo")
    same = next(b.custom_id for b in cast.buttons if b.label == "Yes")
    assert (await ada.click(cast, custom_id=same)).failed is None
    await shows(wire, lambda: "**Siegfried** *the stranger* · 3 scenes, 3 lines" in cast.text)
    assert (await mo.select(cast, placeholder="Who says it?", values=["narrator"])).failed is None
    await shows(wire, lambda: "**Siegfried** *the stranger* · 3 scenes, 2 lines" in cast.text, "a line less")
    again = await mo.click(cast, custom_id=same) if any(b.custom_id == same for b in cast.buttons) else None
    assert again is None, "what is answered is not asked"
    await shows(wire, lambda: len([b for b in cast.buttons if b.label == "No"]) == 1)
    assert (await mo.click(cast, label="No")).failed is None
    await shows(wire, lambda: "ferryman" not in cast.text and "❓" not in cast.text, "no question left")
    await shows(wire, lambda: "question" not in wire.board.text)


async def test_a_character_is_corrected_on_its_card(wire: Wire) -> None:
    await inn(wire)
    cast, ada, cy = sheet(wire), wire.member("Ada"), wire.member("Cy")
    key = next(
        o for s in cast.selects if s.placeholder == "Correct somebody…" for o in s.options if "ferry" in o["label"]
    )
    card = await (await cy.select(cast, placeholder="Correct somebody…", values=[key["value"]])).response()
    assert "### the ferryman" in card.text and "Also: the old ferryman" in card.text
    form = (await cy.click(card, label="Rename")).modal
    assert form is not None and form.fields[0].value == "the ferryman"
    refused = await cy.submit(form, {"name": "Cyrus"})
    assert "Thank you for looking closely" in (await refused.response()).text
    card = await card_of(cast, ada, "the ferryman")
    form = (await ada.click(card, label="Rename")).modal
    assert form is not None
    renamed = await ada.submit(form, {"name": "Old **Tom** @everyone"})
    assert "is called" in (await renamed.response()).text
    await shows(wire, lambda: r"Old \*\*Tom\*\* \@everyone" in cast.text, "the new name")
    assert not cast.mention_everyone
    stale = await ada.click(card, label="Not a character")
    assert "not in the cast any more" in (await stale.response()).text
    card = await card_of(cast, ada, "Old **Tom** @everyone")
    await ada.select(card, placeholder="One of these names is somebody else…", values=["the old ferryman"])
    await shows(wire, lambda: "**the old ferryman**" in cast.text, "two of one")
    card = await card_of(cast, ada, "the old ferryman")
    done = await ada.click(card, label="Not a character")
    assert done.failed is None
    await shows(wire, lambda: "**the old ferryman**" not in cast.text, "one less")


async def test_commands_rename_merge_split_remove_answer_and_undo(wire: Wire) -> None:
    await inn(wire)
    cast, ada = sheet(wire), wire.member("Ada")
    choices = await ada.autocomplete(wire.thread, "cast rename", option="character", value="ferry")
    assert [c["value"] for c in choices] == ["the ferryman"]
    told = await ada.slash(wire.thread, "cast rename", character="the ferryman", name="Tom")
    assert "is called **Tom** now" in (await told.response()).text
    await shows(wire, lambda: "**Tom**" in cast.text)
    called = await ada.autocomplete(wire.thread, "cast split", option="called", value="", character="Tom")
    assert [c["value"] for c in called] == ["Tom", "the ferryman", "the old ferryman"]
    await ada.slash(wire.thread, "cast merge", character="the stranger", into="Siegfried")
    await shows(wire, lambda: "**Siegfried** *the stranger*" in cast.text)
    made = await ada.autocomplete(wire.thread, "cast undo", option="correction", value="")
    assert [c["name"] for c in made] == ["the stranger is Siegfried — Ada", "the ferryman is called Tom — Ada"]
    await ada.slash(wire.thread, "cast undo", correction=made[0]["value"])
    await shows(wire, lambda: "**the stranger**" in cast.text)
    questions = await ada.autocomplete(wire.thread, "cast answer", option="question", value="who says")
    assert [c["name"] for c in questions] == ["Who says “I am nobody,”?"]
    chosen = questions[0]["value"]
    answers = await ada.autocomplete(wire.thread, "cast answer", option="answer", question=chosen)
    assert [c["name"] for c in answers] == ["the stranger", "Siegfried", "The narrator", "I cannot tell"]
    await ada.slash(wire.thread, "cast answer", question=chosen, answer="Siegfried")
    await shows(wire, lambda: "Who says" not in cast.text)
    shown = await (await wire.member("Bo").slash(wire.thread, "cast show")).response()
    assert "The cast of The inn" in shown.text and "Siegfried says “I am nobody,” (Ada)" in shown.text
    for where, words in ((wire.channel, "not a story's thread"), (wire.thread, "no “nobody”")):
        answer = await ada.slash(where, "cast remove", character="nobody")
        assert words in (await answer.response()).text
    assert await ada.autocomplete(wire.channel, "cast remove", option="character", value="") == []


async def test_lines_are_corrected_at_the_desk_and_by_command(wire: Wire) -> None:
    scenes = await inn(wire)
    ada, bo = wire.member("Ada"), wire.member("Bo")
    desk = await (await ada.click(scenes[0], label="Lines")).response()
    assert "2 · **Siegfried** “Give me bread,”" in desk.text
    line = next(o["value"] for o in desk.selects[0].options if "Who are you?" in o["label"])
    assert (await ada.select(desk, placeholder="Correct a line…", values=[line])).failed is None
    await shows(wire, lambda: "### Scene 1, line 4" in desk.text, "the line's card")
    assert "Spoken by **the stranger**" in desk.text
    assert (await ada.select(desk, placeholder="Who says it…", values=["narrator"])).failed is None
    await shows(wire, lambda: "The narrator says it now" in desk.text)
    await shows(wire, lambda: "**the stranger** · 2 scenes, 1 line" in sheet(wire).text)
    lines = await ada.autocomplete(wire.thread, "line speaker", option="line", value="nobody", scene="2")
    assert [c["name"] for c in lines] == ["2/1 the stranger: I am nobody,"]
    await ada.slash(wire.thread, "line speaker", scene="2", line=lines[0]["value"], speaker="The Echo")
    await shows(wire, lambda: "**The Echo**" in sheet(wire).text)
    form = (await ada.slash(wire.thread, "line words", scene="2", line="1")).modal
    assert form is not None and form.fields[0].value == "I am nobody,"
    refused = await bo.slash(wire.thread, "line words", scene="2", line="1", words="Bo was here")
    assert "Only the story's author" in (await refused.response()).text
    await ada.submit(form, {"words": "I am the echo,"})
    await shows(wire, lambda: not wire.painter.requests or "echo" in wire.painter.requests[-1].prompt.casefold())
    found = await (await bo.click(scenes[1], label="Lines")).response()
    assert "1 · **The Echo** “I am the echo,”" in found.text


async def test_scenes_are_split_joined_moved_added_and_taken_out(wire: Wire) -> None:
    scenes = await inn(wire)
    ada = wire.member("Ada")
    desk = await (await ada.click(scenes[0], label="Lines")).response()
    line = next(o["value"] for o in desk.selects[0].options if "Who are you?" in o["label"])
    await ada.select(desk, placeholder="Correct a line…", values=[line])
    await shows(wire, lambda: "line 4" in desk.text)
    await ada.click(desk, label="A new scene from here")
    await shows(wire, lambda: len(wire.scenes()) == 4, "four scenes")
    await shows(wire, lambda: [n.split(" ·")[0] for n in numbers(wire)] == ["1 of 4", "3 of 4", "4 of 4", "2 of 4"])
    await ada.slash(wire.thread, "scene move", scene="4", position=1)
    await shows(wire, lambda: [n.split(" ·")[0] for n in numbers(wire)] == ["2 of 4", "4 of 4", "1 of 4", "3 of 4"])
    await ada.slash(wire.thread, "scene move", scene="1", position=4)
    await shows(wire, lambda: [n.split(" ·")[0] for n in numbers(wire)] == ["1 of 4", "3 of 4", "4 of 4", "2 of 4"])
    gone = wire.scenes()[3]
    told = await ada.slash(wire.thread, "scene join", scene="1")
    assert "Scenes 1 and 2 are one" in (await told.response()).text
    await shows(wire, lambda: gone.deleted and len(wire.scenes()) == 3, "its message gone")
    lines = await ada.autocomplete(wire.thread, "scene border", option="line", value="asked the", scene="2")
    assert [c["name"] for c in lines] == ["1/5 asked the stranger."]
    await ada.slash(wire.thread, "scene border", scene="2", line=lines[0]["value"])
    await shows(wire, lambda: "asked the stranger" in wire.scenes()[1].text, "the border moved")
    form = (await ada.slash(wire.thread, "scene add", after="1")).modal
    assert form is not None
    await ada.submit(form, {"words": "A stork flew by.\nSiegfried: A stork!", "prompt": "a stork over a meadow"})
    await shows(wire, lambda: len(wire.scenes()) == 4 and "A stork" in wire.scenes()[3].text, "the new scene")
    await shows(wire, lambda: numbers(wire)[3].startswith("2 of 4"))
    assert "a stork over a meadow" in [request.prompt for request in wire.painter.requests]
    last = wire.scenes()[2]
    desk = await (await ada.click(last, label="Lines")).response()
    await ada.click(desk, label="Take out")
    await shows(wire, lambda: "It cannot be brought back" in desk.text)
    await ada.click(desk, label="Take it out")
    await shows(wire, lambda: last.deleted and len(wire.scenes()) == 3)
    assert "Scene 4 is taken out" in desk.text
    stale = await ada.click(desk, label="Take it out") if desk.buttons else None
    assert stale is None


async def test_pictures_people_voted_for_are_offered_to_be_painted_again(wire: Wire) -> None:
    scenes = await inn(wire)
    river = scenes[2]
    await wire.member("Bo").click(river, label="2")
    await shows(wire, lambda: "2️⃣ **1**" in river.text)
    await wire.member("Ada").slash(wire.thread, "cast rename", character="the ferryman", name="Tom")
    await shows(wire, lambda: "A correction changed the prompt" in river.text, "the offer")
    assert "2️⃣ **1**" in river.text and wire.painter.requests == []
    await wire.member("Bo").click(river, label="Again")
    await shows(wire, lambda: "Vote with a reaction" in river.text and "A correction" not in river.text)
    assert "Tom" in wire.painter.requests[0].prompt


async def test_a_film_is_said_to_be_out_of_date_and_offered_again(wire: Wire) -> None:
    await inn(wire)
    ada = wire.member("Ada")
    await ada.slash(wire.thread, "story film")
    await shows(wire, lambda: "🍿" in wire.thread.messages[-1].text, "the film")
    progress = next(m for m in wire.thread.messages if m.text.startswith("🎬"))
    await ada.slash(wire.thread, "line speaker", scene="3", line="2", speaker="Siegfried")
    await shows(wire, lambda: "The story has changed since" in progress.text, "out of date")
    await shows(wire, lambda: "make the film again" in wire.board.text)
    await ada.click(progress, label="Film again")
    await shows(wire, lambda: sum("🍿" in m.text for m in wire.thread.messages) == 2, "the second film")
    await shows(wire, lambda: "make the film again" not in wire.board.text)


async def test_a_scene_deleted_while_its_message_is_on_its_way_leaves_none_behind(wire: Wire) -> None:
    """The message of a new scene is held on the wire; meanwhile the scene goes. What was posted is taken away."""
    await inn(wire)
    ada = wire.member("Ada")
    held = wire.sandbox.trouble.hold("POST", "/channels/{channel_id}/messages", done=True)
    await ada.slash(wire.thread, "scene add", after="3", words="A stork flew by.", prompt="a stork")
    await asyncio.wait_for(held.arrived.wait(), 120)
    told = await ada.slash(wire.thread, "scene delete", scene="4")
    assert "taken out" in (await told.response()).text
    held.release()
    await shows(
        wire, lambda: not any("stork" in m.text for m in wire.thread.messages) and "3 scenes" in wire.board.text
    )
    await wire.client.projector.settle()
    assert [m for m in wire.thread.messages if "stork" in m.text] == []
    assert sorted(await wire.client.projector.posts.of_story(1)) == [
        "cast",
        "scene:1",
        "scene:2",
        "scene:3",
        "storyboard",
    ]


async def test_a_form_left_open_over_a_restart_is_taken(wire: Wire) -> None:
    await inn(wire)
    ada = wire.member("Ada")
    form = (await ada.slash(wire.thread, "line words", scene="2", line="1")).modal
    assert form is not None
    from bot.ui.forms import Form

    Form.opened.discard(form.custom_id)
    wire.client._connection._view_store._modals.clear()
    sent = await ada.submit(form, {"words": "I am the wind,"})
    assert "says so now" in (await sent.response()).text
