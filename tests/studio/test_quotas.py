"""Quotas: counted where it is asked, answered kindly, and nobody gets the last place twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storycore.errors import StateError
from storycore.store.models import RoundRow, StoryState, now
from storycore.studio import scenes, settings, stories
from storycore.studio.quotas import in_words
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, MO, new, painter, ready
from tests.support.workshops import small_workshop, until

OLU = replace(MO, id=5, name="Olu", admin=True)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def test_waiting_pictures_of_a_member_and_of_the_server(workshop: Workshop) -> None:
    view = await ready(workshop)  # two scenes with three pictures each
    gate = painter(workshop).gate = asyncio.Event()
    await settings.put(workshop, OLU, "quota.waiting.member", "3")
    await settings.put(workshop, OLU, "quota.waiting.server", "5")
    first, second = view.scenes
    # Two at once: one gets the last place, the other is told.
    answers = await asyncio.gather(
        scenes.paint_again(workshop, first.id, BO), scenes.paint_again(workshop, second.id, BO), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, StateError)]
    assert len(refused) == 1
    assert refused[0].message == "You have 3 pictures waiting; a member may have 3 here."
    assert "Ask again" in refused[0].hint
    with pytest.raises(StateError, match="3 pictures are waiting in this server"):
        await scenes.edit_prompt(workshop, second.id if isinstance(answers[1], StateError) else first.id, ADA, "a frog")
    with pytest.raises(StateError, match="You have 3 pictures waiting"):
        await stories.check_may_create(workshop, BO)
    gate.set()
    await until(workshop, view.id, lambda v: all(s.coming is None for s in v.scenes))
    await stories.check_may_create(workshop, BO)


async def test_a_prompt_rewritten_again_takes_the_place_of_the_one_before(workshop: Workshop) -> None:
    view = await ready(workshop)
    gate = painter(workshop).gate = asyncio.Event()
    await settings.put(workshop, OLU, "quota.waiting.member", "3")
    await scenes.edit_prompt(workshop, view.scenes[0].id, BO, "a frog")
    await scenes.edit_prompt(workshop, view.scenes[0].id, BO, "a green frog")
    gate.set()


async def test_pictures_a_day_and_when_there_are_more(workshop: Workshop) -> None:
    view = await ready(workshop)
    await settings.put(workshop, OLU, "quota.day.member", "9")
    await scenes.paint_again(workshop, view.scenes[0].id, ADA)  # six of her story, three more
    with pytest.raises(
        StateError, match="You have asked for 9 pictures in the last 24 hours; a member may have 9"
    ) as e:
        await scenes.paint_again(workshop, view.scenes[1].id, ADA)
    assert re.fullmatch(r"Ask again in (24 h|23 h \d+ min)\.", e.value.hint)
    await scenes.paint_again(workshop, view.scenes[1].id, BO)  # Bo has his own
    async with workshop.database.write() as session:
        await session.execute(
            update(RoundRow).where(RoundRow.id == 1).values(created_at=now() - timedelta(hours=23, minutes=30))
        )
    await until(workshop, view.id, lambda v: v.scenes[0].coming is None)
    with pytest.raises(StateError) as e:
        await scenes.paint_again(workshop, view.scenes[0].id, ADA)
    assert re.fullmatch(r"Ask again in (30|2\d) min\.", e.value.hint)
    async with workshop.database.write() as session:
        await session.execute(update(RoundRow).where(RoundRow.id == 1).values(created_at=now() - timedelta(hours=25)))
    await scenes.paint_again(workshop, view.scenes[0].id, ADA)


async def test_a_story_that_needs_more_than_there_is_says_so(workshop: Workshop) -> None:
    await settings.put(workshop, OLU, "quota.day.member", "5")
    story_id = await stories.create(workshop, new())
    view = await until(workshop, story_id, lambda v: v.state is not StoryState.READING)
    assert view.state is StoryState.FAILED
    assert view.problem == "This asks for 6 pictures; a member may have 5 a day. Hand in a shorter part of it."
    assert painter(workshop).requests == []
    await settings.put(workshop, OLU, "quota.day.member", "none")
    again = await stories.create(workshop, new())
    await until(workshop, again, lambda v: v.state is StoryState.OPEN)


async def test_the_command_line_has_no_quota(workshop: Workshop) -> None:
    nobody = replace(ADA, id=None, server_id=None)
    await stories.check_may_create(workshop, nobody)
    assert (await settings.show(workshop, None)).day_member is None


def test_times_in_words() -> None:
    assert [in_words(s) for s in (1, 61, 3600, 12_000)] == ["about a minute", "2 min", "1 h", "3 h 20 min"]
