"""Lists, deleting and privacy in chat: found by filters and pages; gone with media and messages; erased on request."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.world import File
from storycore.store.models import BallotRow, MadeRow, StoryRow, StoryState
from storycore.studio import privacy
from storycore.studio.people import Person
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def listed(wire: Wire, who: str, **values: object) -> str:
    return (await (await wire.member(who).slash(wire.channel, "story list", **values)).response()).text  # type: ignore[arg-type]


async def test_stories_are_listed_by_filters_and_pages(wire: Wire) -> None:
    server = wire.sandbox.default_guild.guild.id
    ada, bo = wire.member("Ada"), wire.member("Bo")
    async with wire.workshop.database.write() as session:
        for number in range(12):
            who = (ada, bo)[number % 2]
            session.add(
                StoryRow(
                    server_id=server, author_id=who.id, author_name=who.name, title=f"Tale {number:02d}", script="x",
                    state=StoryState.CANCELLED if number < 4 else StoryState.OPEN,
                )
            )  # fmt: skip
    page = await (await ada.slash(wire.channel, "story list")).response()
    assert "12 stories" in page.text and "Page 1 of 2" in page.text and "Tale 11" in page.text
    await ada.click(page, custom_id="fs:stories:1::0")
    await wire.wait(lambda: "Page 2 of 2" in page.text)
    assert "Tale 01" in page.text and "Tale 11" not in page.text
    over = await listed(wire, "Ada", show="over")
    assert "4 stories" in over and "Tale 03" in over and "Tale 04" not in over
    mine = await listed(wire, "Ada", show="open", mine=True)
    assert "4 stories" in mine and "Tale 10" in mine and "Tale 11" not in mine
    theirs = await listed(wire, "Ada", member=bo)
    assert "6 stories" in theirs and "Tale 11" in theirs and "Tale 10" not in theirs
    assert "None like that" in await listed(wire, "Ada", show="filming")


async def test_a_story_is_deleted_with_its_media_and_messages(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: any("🍿" in message.text for message in wire.thread.messages), 60, "the film")
    await wire.new_story("Another", "A fox sat in the snow and looked at the moon for a long time.", who="Bo")
    await wire.wait(lambda: "Another" in wire.board.text and len(wire.scenes()) == 1 and wire.scenes()[0].gallery)
    board = next(m for m in wire.channel.messages if "The well" in m.text)
    thread = board.thread
    assert thread is not None
    refused = await (await wire.member("Bo").slash(thread, "story delete")).response()
    assert refused.text.startswith("Only the story's author")
    question = await (await wire.member("Ada").slash(wire.channel, "story delete", story="well")).response()
    assert "2 scenes, 6 pictures, 1 film" in question.text
    await wire.member("Ada").click(question, label="Delete it for good")

    def left() -> list[str]:  # what opened the thread stays
        return [m.text for m in thread.messages if m.text and not m.deleted]

    await wire.wait(lambda: board.deleted and not left(), what="the messages gone")
    await wire.wait(lambda: "is deleted" in question.text)
    await wire.client.projector.settle()
    async with wire.workshop.database.read() as session:
        assert [row.title for row in await session.scalars(select(StoryRow))] == ["Another"]
        details = await session.scalars(select(MadeRow.details))
        assert not [one for one in details if "words" in one], "a voice is left"
    kinds = [path.suffix for path in wire.workshop.folder.root.rglob("*") if path.is_file() and path.name[0] != "."]
    assert kinds.count(".png") == 3 and ".mp4" not in kinds, kinds
    assert "Another" in await listed(wire, "Ada") and "The well" not in await listed(wire, "Ada")
    gone = await (await wire.member("Ada").slash(wire.channel, "story show", story="well")).response()
    assert "No story here" in gone.text


async def test_a_story_is_given_out_taken_in_and_made_twice(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    thread = wire.thread
    given = await (await wire.member("Ada").slash(thread, "story export")).response()
    file = given.attachments[0]
    assert file.filename == "the-well.zip"
    refused = await (await wire.member("Bo").slash(thread, "story export")).response()
    assert refused.text.startswith("Only the story's author")
    taken = await wire.member("Bo").slash(wire.channel, "story import", file=File("the-well.zip", file.data))
    assert "taken in" in (await taken.response()).text
    await wire.wait(lambda: wire.thread is not thread and len(wire.scenes()) == 2, what="the story that was taken in")
    scenes = await wire.painted()
    assert [len(scene.gallery) for scene in scenes] == [3, 3]
    twice = await wire.member("Ada").slash(thread, "story duplicate")
    assert "is there twice" in (await twice.response()).text
    await wire.wait(lambda: "The well \\(copy\\)" in wire.board.text)
    broken = await wire.member("Bo").slash(wire.channel, "story import", file=File("x.zip", b"nothing"))
    assert "That is no story's file" in (await broken.response()).text


async def test_a_member_is_given_what_is_kept_and_erases_it(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    bo = wire.member("Bo")
    await bo.react(scene, "2️⃣")
    await wire.wait(lambda: "2️⃣ **1**" in scene.text)
    given = await (await bo.slash(wire.channel, "privacy export")).response()
    with zipfile.ZipFile(io.BytesIO(given.attachments[0].data)) as archive:
        rows = json.loads(archive.read("data.json"))["rows"]
    assert [row["choice"] for row in rows["ballot"]] == [2] and rows["story"] == []
    other = await (await bo.slash(wire.channel, "privacy export", member=wire.member("Ada"))).response()
    assert other.text.startswith("Only admins")
    question = await (await bo.slash(wire.channel, "privacy erase")).response()
    assert "1 vote" in question.text and "cannot be taken back" in question.text
    await bo.click(question, label="Erase, and keep the stories")
    await wire.wait(lambda: "Erased" in question.text)
    await wire.wait(lambda: bo.id not in getattr(scene.reaction("2️⃣"), "user_ids", ()), what="the reaction taken off")
    assert "2️⃣ **1**" in scene.text, "the vote stays, as a number"
    async with wire.workshop.database.read() as session:
        assert [row.member_id < 0 for row in await session.scalars(select(BallotRow))] == [True]


async def test_erasing_is_finished_after_a_restart(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    bo = wire.member("Bo")
    await bo.react(scene, "3️⃣")
    await wire.wait(lambda: "3️⃣ **1**" in scene.text)
    await wire.client.unload_extension("cogs.privacy")
    person = Person(bo.id, "Bo", server_id=wire.sandbox.default_guild.guild.id)
    await privacy.erase(wire.workshop, person, bo.id, stories=False)
    assert bo.id in getattr(scene.reaction("3️⃣"), "user_ids", ())
    await wire.client.load_extension("cogs.privacy")
    await wire.wait(lambda: bo.id not in getattr(scene.reaction("3️⃣"), "user_ids", ()), what="taken off at the start")

    assert "3️⃣ **1**" in scene.text
