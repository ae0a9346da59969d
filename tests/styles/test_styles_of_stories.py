"""Which style a story has: chosen, the server's own, carried over to its parts; and what may not be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storycore.characters.model import Sheet
from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.store.models import StoryRow, StoryState
from storycore.studio import audit, characters, portraits, settings, stories, styles
from storycore.studio.people import Person
from storycore.styles.model import Style
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, ELSEWHERE, HOME, STRANGER, new, painted, painter, ready
from tests.support.workshops import small_workshop, until

OLU = Person(9, "Olu", server_id=HOME, admin=True)
INK = Style("Ink", template="{prompt}, ink drawing", steps=12)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def style_of(workshop: Workshop, story_id: int) -> str:
    style = await styles.of_story(workshop, story_id)
    return "" if style is None else style.name


async def test_new_stories_take_the_servers_style_and_parts_keep_their_storys(workshop: Workshop) -> None:
    await styles.add(workshop, OLU, INK)
    await styles.add(workshop, OLU, Style("Oil"))
    plain = await stories.create(workshop, new())
    await styles.make_default(workshop, OLU, "Ink")
    mine = await stories.create(workshop, new())
    other = await stories.create(workshop, new(style="Oil"))
    none = await stories.create(workshop, new(style="none"))
    theirs = await stories.create(workshop, new(author=STRANGER))
    assert [await style_of(workshop, i) for i in (plain, mine, other, none, theirs)] == ["", "Ink", "Oil", "", ""]
    long = await stories.create(workshop, new(style="Oil", max_scenes=1))
    await until(workshop, long, lambda view: view.state is StoryState.TOO_LONG, 60)
    parts = await stories.make_parts(workshop, long, ADA)
    assert len(parts) == 2 and {await style_of(workshop, part) for part in parts} == {"Oil"}
    await styles.remove(workshop, OLU, (await styles.find(workshop, OLU, "Ink")).id)
    assert await style_of(workshop, mine) == "Ink"
    assert await style_of(workshop, await stories.create(workshop, new())) == ""
    with pytest.raises(NotFoundError, match="There is no style “Ink” here"):
        await stories.create(workshop, new(style="Ink"))
    await styles.make_default(workshop, OLU, "Oil")
    await styles.make_default(workshop, OLU, "none")
    assert not any(view.is_default for view in await styles.listing(workshop, HOME))
    told = [(entry.act, entry.before, entry.after) for entry in await audit.entries(workshop, HOME)]
    assert told[0] == ("style.default", "Oil", "") and ("style.default", "", "Ink") in told


async def test_a_style_belongs_to_its_server_and_to_those_who_manage(workshop: Workshop) -> None:
    made = await styles.add(workshop, OLU, INK)
    stranger = Person(9, "Olu", server_id=ELSEWHERE, admin=True)
    with pytest.raises(NotFoundError):
        await styles.edit(workshop, stranger, made.id, {"steps": "3"})
    with pytest.raises(NotFoundError):
        await styles.remove(workshop, stranger, made.id)
    for refused in (
        styles.add(workshop, BO, Style("Oil")),
        styles.edit(workshop, BO, made.id, {"steps": "3"}),
        styles.remove(workshop, BO, made.id),
        styles.follow(workshop, BO, made.id),
        styles.make_default(workshop, BO, "Ink"),
    ):
        with pytest.raises(NotAllowedError):
            await refused
    with pytest.raises(StateError, match="There is a style “INK” already"):
        await styles.add(workshop, OLU, Style("INK"))
    await settings.put(workshop, OLU, "prompts.blocked", "gore*")
    with pytest.raises(NotAllowedError, match="“gore” into no prompt"):
        await styles.add(workshop, OLU, Style("Red", template="{prompt}, gore everywhere"))
    # Two change it at once: the later one is told.
    both = await asyncio.gather(
        styles.edit(workshop, OLU, made.id, {"steps": "20"}),
        styles.edit(workshop, OLU, made.id, {"steps": "30"}),
        return_exceptions=True,
    )
    kept = (await styles.show(workshop, OLU, made.id)).style.steps
    failed = [one for one in both if isinstance(one, BaseException)]
    assert kept in (20, 30) and all(isinstance(one, StateError) for one in failed)


async def test_a_style_with_looks_votes_and_an_over_story(workshop: Workshop) -> None:
    miller = Sheet("The Miller", ("the miller", "the old miller"), "he", "a man with a white beard", negative="hat")
    await characters.add(workshop, OLU, miller)
    await styles.add(workshop, OLU, INK)
    view = await ready(workshop)
    before = len(painter(workshop).requests)
    taken = await styles.take(workshop, view.id, ADA, "ink")
    assert [one.scenes for one in taken.concerned] == [(1, 2)]
    view = await until(
        workshop, view.id, lambda v: painted(v) and all(s.shown and s.shown.number == 2 for s in v.scenes)
    )
    asked = painter(workshop).requests[before:]
    assert all("a man with a white beard" in r.prompt and r.prompt.endswith(", ink drawing") for r in asked)
    assert {(r.negative_prompt, r.style["steps"]) for r in asked} == {("hat, nsfw, nudity", 12)}
    again = await styles.take(workshop, view.id, ADA, "Ink")
    assert again.concerned == () and len(painter(workshop).requests) == before + 2
    # A look that changes later stays in the style.
    person = (await characters.listing(workshop, HOME))[0]
    await characters.edit(workshop, OLU, person.id, lambda sheet: replace(sheet, look="a bald man"))
    view = await until(workshop, view.id, lambda v: painted(v) and all("a bald man" in s.prompt for s in v.scenes))
    assert all(scene.prompt.endswith(", ink drawing") for scene in view.scenes)
    await settings.put(workshop, OLU, "quota.day.member", "1")
    with pytest.raises(StateError, match="a day"):
        await styles.take(workshop, view.id, ADA, "none")
    assert await style_of(workshop, view.id) == "Ink"
    await stories.cancel(workshop, view.id, ADA)
    with pytest.raises(StateError, match="This story is over"):
        await styles.take(workshop, view.id, ADA, "none")
    async with workshop.database.read() as session:
        assert (await session.get_one(StoryRow, view.id)).style["steps"] == "12"


async def test_portraits_are_painted_in_the_style_of_new_stories_but_for_their_size(workshop: Workshop) -> None:
    made = (await characters.add(workshop, OLU, Sheet("Gunther", look="a bald man"))).character
    wide = replace(INK, template="ink of {prompt}, on paper <lora:pen:0.5>", size=(1024, 512), hires=2.0)
    await styles.add(workshop, OLU, wide)
    await styles.make_default(workshop, OLU, "Ink")
    board = await portraits.preview(workshop, OLU, made.id, None)
    view = await until(workshop, board, painted)
    asked = painter(workshop).requests
    assert sum(request.count for request in asked) == 6 and {r.width for r in asked} == {r.height for r in asked}
    assert all(r.prompt.startswith("ink of Gunther, a bald man. Portrait, ") for r in asked)
    assert all(r.prompt.endswith("plain background, on paper <lora:pen:0.5>") for r in asked)
    assert all(r.style == {"steps": 12} for r in asked)
    assert [source for _, source in view.scenes[0].parts] == ["Gunther", "style: Ink"]
