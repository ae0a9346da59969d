"""A storyboard's picture is made once for what it shows, and anew when that changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storycore.images.board import Cell, board_picture
from storycore.store.models import BallotSource
from storycore.studio import ballots, scenes, stories
from storycore.studio.contact import contact_of
from storycore.studio.views import Stage
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, new
from tests.support.workshops import small_workshop, until


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def test_it_follows_votes_and_picks_and_is_drawn_once(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    async def counting(cells: list[Cell], aspect: float) -> bytes:
        drawn.append(len(cells))
        return await board_picture(cells, aspect)

    monkeypatch.setattr("storycore.studio.contact.board_picture", counting)
    story_id = await stories.create(workshop, new())
    view = await until(workshop, story_id, lambda v: v.stage is Stage.VOTING)
    first = await contact_of(workshop, view)
    assert first is not None and first.path.is_file() and (first.page, first.pages) == (0, 1)
    assert first.titled and "1: The well; 2: The crown" in first.described
    assert await contact_of(workshop, view) == first
    await ballots.cast(workshop, view.scenes[0].id, 1, BO, 1, BallotSource.BUTTON)
    assert await contact_of(workshop, await stories.show(workshop, story_id)) == first, "the first leads anyway"
    await ballots.cast(workshop, view.scenes[0].id, 1, BO, 2, BallotSource.BUTTON)
    second = await contact_of(workshop, await stories.show(workshop, story_id))
    assert second is not None and second.key != first.key
    await scenes.pick(workshop, view.scenes[0].id, ADA, 2)
    third = await contact_of(workshop, await stories.show(workshop, story_id))
    assert third is not None and third.key not in (first.key, second.key), "what is picked is framed"
    assert drawn == [2, 2, 2]


async def test_there_is_none_before_the_first_picture(workshop: Workshop) -> None:
    story_id = await stories.create(workshop, new())
    view = await until(workshop, story_id, lambda v: v.stage is Stage.VOTING)
    unpainted = replace(view, scenes=tuple(replace(scene, shown=None, votes={}) for scene in view.scenes))
    assert await contact_of(workshop, unpainted) is None
    half = replace(view, scenes=(view.scenes[0], unpainted.scenes[1]))
    found = await contact_of(workshop, half)
    assert found is not None and found != await contact_of(workshop, view)


async def test_past_twelve_scenes_there_are_pages_and_titles_that_no_font_has_are_told(workshop: Workshop) -> None:
    story_id = await stories.create(workshop, new())
    view = await until(workshop, story_id, lambda v: v.stage is Stage.VOTING)
    many = [replace(view.scenes[at % 2], number=at + 1, title=f"Scene {at + 1}") for at in range(13)]
    long = replace(view, scenes=tuple(many))
    pages = [await contact_of(workshop, long, page) for page in (-1, 0, 1, 9)]
    assert [(page.page, page.pages) for page in pages if page is not None] == [(0, 2), (0, 2), (1, 2), (1, 2)]
    assert pages[0] == pages[1] and pages[2] == pages[3] and pages[2] is not None
    assert pages[2].described == "The scenes in their order. 13: Scene 13"
    eastern = await contact_of(
        workshop, replace(view, scenes=(replace(view.scenes[0], title="カエル"), view.scenes[1]))
    )
    assert eastern is not None and not eastern.titled
