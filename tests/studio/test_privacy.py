"""What is kept about a member: every column that holds an id is known; given out whole; erased for good."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from storycore.errors import NotAllowedError
from storycore.store.base import Base
from storycore.store.models import AuditRow, BallotRow, BallotSource, FilmRow, StoryRow, StoryState, WorkState
from storycore.studio import ballots, films, moderation, privacy, scenes, settings, stories
from storycore.studio.people import Person
from storycore.studio.stories import NewStory
from storycore.studio.traces import SOMEBODY, TRACES
from storycore.work.workshop import Workshop
from tests.support.workshops import STORY, small_workshop, until

HOME = 700
ADA = Person(900_000_000_000_000_001, "Ada Unmistakable", server_id=HOME)
BO = Person(900_000_000_000_000_002, "Bo", server_id=HOME)
OLU = Person(900_000_000_000_000_003, "Olu", server_id=HOME, admin=True)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


def test_every_column_with_somebodys_id_is_known() -> None:
    held = re.compile(r"(_by|member_id|author_id|actor_id)$")
    there = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if held.search(column.name) and isinstance(column.type, sa.BigInteger)
    }
    assert there == {(trace.table, trace.id) for trace in TRACES}
    for trace in TRACES:
        assert not trace.name or trace.name in trace.of.c
        assert str(trace.here(1)) != "false", trace


async def lived(workshop: Workshop) -> int:
    """A story in which Ada did everything that leaves a trace; gives its id."""
    story_id = await stories.create(
        workshop, NewStory("The well", STORY, ADA, channel_id=5, candidates=2, width=128, height=72)
    )
    view = await until(workshop, story_id, lambda v: bool(v.scenes) and v.painted == len(v.scenes))
    scene = view.scenes[0]
    await ballots.cast(workshop, scene.id, 1, ADA, 2, BallotSource.BUTTON)
    await ballots.cast(workshop, scene.id, 1, BO, 2, BallotSource.BUTTON)
    await moderation.report(workshop, ADA, scene.id, 1, "no")
    await scenes.edit_prompt(workshop, view.scenes[1].id, ADA, "a red well")
    await until(workshop, story_id, lambda v: v.scenes[1].coming is None)
    await films.request(workshop, story_id, ADA, None)
    await until(workshop, story_id, lambda v: bool(v.films) and v.films[0].state is WorkState.DONE)
    await settings.put(workshop, OLU, "story.candidates", "2")
    await moderation.block(workshop, OLU, ADA.id or 0, ADA.name, "loud", admin=False)
    return story_id


async def everything(workshop: Workshop) -> str:
    """All rows of all tables, as text."""
    found: list[Any] = []
    async with workshop.database.read() as session:
        for table in Base.metadata.tables.values():
            found += [tuple(row) for row in await session.execute(select(table))]
    return repr(found)


async def test_what_is_kept_is_given_out_and_erased(workshop: Workshop) -> None:
    story_id = await lived(workshop)
    with zipfile.ZipFile(io.BytesIO(await privacy.export(workshop, ADA, ADA.id or 0))) as archive:
        data = json.loads(archive.read("data.json"))
    rows = data["rows"]
    assert rows["story"][0]["script"].startswith("# The well") and rows["story"][0]["author_id"] == ADA.id
    assert len(rows["ballot"]) == 1 and rows["ballot"][0]["choice"] == 2
    assert rows["report"][0]["reason"] == "no" and rows["round"][0]["prompt"] == "a red well"
    assert rows["block"][0]["reason"] == "loud" and rows["audit_about"][0]["act"] == "moderation.block"
    assert "Olu" not in json.dumps(data) and str(OLU.id) not in json.dumps(data), "others' names are not given out"

    async with workshop.database.read() as session:
        film = (await session.scalars(select(FilmRow))).one()
        made = workshop.folder.path(film.media or "", ".mp4")
    assert made.is_file()
    await privacy.erase(workshop, ADA, ADA.id or 0, stories=False)
    left = await everything(workshop)
    assert ADA.name not in left
    # A block stays, by its id alone, and the erasure until the chat has followed.
    assert left.count(str(ADA.id)) == 2
    view = await stories.show(workshop, story_id)
    assert view.author_name == SOMEBODY and view.scenes[0].votes == {1: 0, 2: 2}
    assert not made.exists() and view.films[0].state is WorkState.FAILED
    async with workshop.database.read() as session:
        members = sorted(await session.scalars(select(BallotRow.member_id)))
        assert members[0] < 0 and members[1] == BO.id
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.actor_id.is_(None))))
        assert "privacy.erase" in acts
    await privacy.reactions_taken_off(workshop, [])
    assert (await everything(workshop)).count(str(ADA.id)) == 1


async def test_erased_with_the_stories(workshop: Workshop) -> None:
    story_id = await lived(workshop)
    await privacy.erase(workshop, OLU, ADA.id or 0, stories=True)
    async with workshop.database.read() as session:
        row = await session.get_one(StoryRow, story_id)
        assert row.state is StoryState.DELETED and row.script == ""
        assert (await session.scalars(select(BallotRow))).all() == []
    left = await everything(workshop)
    assert ADA.name not in left and "old miller" not in left
    files = [path for path in workshop.folder.root.rglob("*") if path.suffix in (".png", ".jpg")]
    assert files == []


async def test_others_are_an_admins_business(workshop: Workshop) -> None:
    for call in (privacy.kept, privacy.export):
        with pytest.raises(NotAllowedError):
            await call(workshop, BO, ADA.id or 0)
    with pytest.raises(NotAllowedError):
        await privacy.erase(workshop, BO, ADA.id or 0, stories=True)
    await privacy.export(workshop, OLU, ADA.id or 0)
    async with workshop.database.read() as session:
        assert [row.act for row in await session.scalars(select(AuditRow))] == ["privacy.export"]
