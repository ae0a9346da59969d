"""A story's file: taken back exactly, on another server; a stranger's file is taken whole or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storycore.bundle.files import BundleError, unpack
from storycore.cast.corrections import CorrectionKind
from storycore.errors import NotAllowedError, StateError
from storycore.store.corrections import CorrectionRow
from storycore.store.models import BallotSource, CandidateRow, MediaRow, StoryRow, WorkState
from storycore.studio import ballots, bundles, cast, films, scenes, settings, stories
from storycore.studio.bundles import Place
from storycore.studio.people import Person
from storycore.studio.stories import NewStory
from storycore.work.workshop import Workshop
from tests.support.workshops import STORY, small_workshop, until

HOME, AWAY = 700, 800
ADA = Person(1, "Ada", server_id=HOME)
BO = Person(2, "Bo", server_id=HOME)
ZOE = Person(3, "Zoe", server_id=AWAY)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def lived(workshop: Workshop, *, film: bool = False) -> int:
    """A story with everything that a file keeps; gives its id."""
    new = NewStory("The well", STORY, ADA, channel_id=5, candidates=2, width=128, height=72)
    story_id = await stories.create(workshop, new)
    view = await until(workshop, story_id, lambda v: bool(v.scenes) and v.painted == len(v.scenes))
    first, second = view.scenes
    await ballots.cast(workshop, first.id, 1, ADA, 2, BallotSource.BUTTON)
    await ballots.cast(workshop, first.id, 1, BO, 2, BallotSource.BUTTON)
    await scenes.edit_prompt(workshop, second.id, BO, "a red well 🔥")
    await until(workshop, story_id, lambda v: v.scenes[1].coming is None)
    await scenes.pick(workshop, second.id, ADA, 2)
    await cast.rename(workshop, story_id, ADA, view.cast[0].name, "Gunther")
    await until(workshop, story_id, lambda v: not v.correcting and all(s.coming is None for s in v.scenes))
    if film:  # then there are voices, too
        await films.request(workshop, story_id, ADA, None)
        await until(workshop, story_id, lambda v: bool(v.films) and v.films[0].state is WorkState.DONE)
    return story_id


def parts_of(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.loads(archive.read("story.json")), {name: archive.read(name) for name in archive.namelist()}


def changed(data: bytes, change: Callable[[dict[str, Any]], object], **more: bytes) -> bytes:
    """The file with another story.json, and other entries."""
    story, entries = parts_of(data)
    change(story)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (entries | {"story.json": json.dumps(story).encode()} | more).items():
            archive.writestr(name, content)
    return file.getvalue()


async def test_a_story_comes_back_exactly_on_another_server(workshop: Workshop) -> None:
    story_id = await lived(workshop, film=True)
    title, data = await bundles.export(workshop, story_id, ADA)
    story, entries = parts_of(data)
    assert title == "The well" and story["script"] == STORY and len(story["scenes"]) == 2
    assert story["scenes"][0]["ballots"] == [{"round": 1, "choice": 2, "source": "button"}] * 2
    assert story["scenes"][1]["pick"] == 2 and story["scenes"][1]["by_hand"]
    assert any(member["name"] == "Gunther" for member in story["cast"]) and story["corrections"]
    named = {picture["file"] for scene in story["scenes"] for one in scene["rounds"] for picture in one["pictures"]}
    assert {name[9:73] for name in entries if name.startswith("pictures/")} == named and len(named) >= 6
    assert any(name.startswith("voices/") for name in entries)
    new_id = await bundles.take_in(workshop, ZOE, data, Place(9, "interaction-1"))
    assert new_id != story_id
    assert await bundles.take_in(workshop, ZOE, data, Place(9, "interaction-1")) == new_id, "asked twice is once"
    again, _ = parts_of((await bundles.export(workshop, new_id, ZOE))[1])
    assert again == story
    new = await stories.show(workshop, new_id)
    voted = [0, 0] if story["scenes"][0]["round"] > 1 else [0, 2]  # a correction may have had it painted anew
    assert list(new.scenes[0].votes.values()) == voted and new.scenes[1].pick == 2
    assert new.server_id == AWAY and new.author_id == ZOE.id
    await scenes.paint_again(workshop, new.scenes[0].id, ZOE)
    await until(workshop, new_id, lambda v: v.scenes[0].coming is None)
    await films.request(workshop, new_id, ZOE, None)
    await until(workshop, new_id, lambda v: bool(v.films) and v.films[0].state is WorkState.DONE)


async def test_a_story_is_made_twice_and_the_copy_is_its_own(workshop: Workshop) -> None:
    story_id = await lived(workshop)
    copy_id = await bundles.duplicate(workshop, story_id, ADA, Place(5))
    copy = await stories.show(workshop, copy_id)
    assert copy.title == "The well (copy)" and copy.painted == 2
    before = (await stories.show(workshop, story_id)).scenes[1].votes
    shown = copy.scenes[1].shown
    assert shown is not None and copy.scenes[1].votes == before
    await ballots.cast(workshop, copy.scenes[1].id, shown.number, ADA, 1, BallotSource.BUTTON)
    assert (await stories.show(workshop, copy_id)).scenes[1].votes == {1: 1, 2: 0}
    assert (await stories.show(workshop, story_id)).scenes[1].votes == before == {1: 0, 2: 0}
    with pytest.raises(NotAllowedError):
        await bundles.duplicate(workshop, story_id, BO, Place(5))
    with pytest.raises(NotAllowedError):
        await bundles.export(workshop, story_id, BO)


async def test_what_is_hidden_or_not_shown_stays_behind(workshop: Workshop) -> None:
    story_id = await lived(workshop)
    async with workshop.database.write() as session:
        picture = (await session.scalars(select(CandidateRow).order_by(CandidateRow.id).limit(1))).one()
        picture.hidden = True
        hidden = picture.media
    _, data = await bundles.export(workshop, story_id, ADA)
    story, entries = parts_of(data)
    assert hidden not in str(story) and not any(hidden in name for name in entries)
    _, shown = await bundles.export(workshop, story_id, ADA, chosen_only=True)
    of_now = [
        picture["file"]
        for scene in story["scenes"]
        for one in scene["rounds"]
        if one["number"] == scene["round"]
        for picture in one["pictures"]
    ]
    assert {name[9:73] for name in parts_of(shown)[1] if name.startswith("pictures/")} == set(of_now)


async def counted(workshop: Workshop) -> list[int]:
    async with workshop.database.read() as session:
        tables = (StoryRow, MediaRow, CandidateRow, CorrectionRow)
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def test_a_strangers_file_is_taken_whole_or_not_at_all(workshop: Workshop) -> None:
    story_id = await lived(workshop)
    _, data = await bundles.export(workshop, story_id, ADA)
    first = next(name for name in parts_of(data)[1] if name.startswith("pictures/"))
    before = await counted(workshop)
    big = io.BytesIO()
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("story.json", b" " * (9 << 20))
    bad = [
        b"", b"PK\x03\x04 no zip", data[: len(data) // 2], big.getvalue(),
        changed(data, lambda s: s.update(version=2)),
        changed(data, lambda s: s.update(extra=1)),
        changed(data, lambda s: s.update(title="x" * 101)),
        changed(data, lambda s: s.update(title="\ud800")),
        changed(data, lambda s: s.update(author="a\x00b")),
        changed(data, lambda s: s.update(width=63)),
        changed(data, lambda s: s["scenes"][0]["rounds"][0]["pictures"][0].update(file="../../etc/passwd")),
        changed(data, lambda s: s["scenes"][0]["rounds"][0]["pictures"][0].update(file="0" * 64)),
        changed(data, lambda s: s["scenes"][0]["rounds"][0]["pictures"][0].update(width=4096)),
        changed(data, lambda s: s["scenes"][0]["rounds"][0]["pictures"][1].update(number=1)),
        changed(data, lambda s: s["scenes"][0]["rounds"].append(s["scenes"][0]["rounds"][0])),
        changed(data, lambda s: s["scenes"][0]["rounds"][0].update(state="working")),
        changed(data, lambda s: s["corrections"].append({"kind": CorrectionKind.SAME.value, "data": {"names": 7}})),
        changed(data, lambda s: s["scenes"].extend(s["scenes"] * 200)),
        changed(data, lambda _: None, **{first: b"no picture"}),
    ]  # fmt: skip
    for number, content in enumerate(bad):
        with pytest.raises(BundleError) as refused:
            await bundles.take_in(workshop, ZOE, content, Place(9))
        assert "Traceback" not in str(refused.value), number
    assert await counted(workshop) == before
    harmless = changed(data, lambda _: None, **{"../../evil.txt": b"x", "pictures/evil.png": b"x"})
    assert {f"pictures/{name}" for name in unpack(harmless)[1]} == {
        name.rpartition(".")[0] for name in parts_of(data)[1] if name.startswith("pictures/")
    }
    await settings.put(workshop, Person(9, "Olu", server_id=AWAY, admin=True), "roles.create", "<@&123456789012345678>")
    with pytest.raises(NotAllowedError):
        await bundles.take_in(workshop, ZOE, data, Place(9))
    assert await counted(workshop) == before


async def test_a_story_that_is_not_made_yet_is_not_given_out(workshop: Workshop) -> None:
    story_id = await lived(workshop)
    async with workshop.database.write() as session:
        story = await session.get_one(StoryRow, story_id)
        story.preview_of = 7
    with pytest.raises(StateError):
        await bundles.export(workshop, story_id, ADA)
