"""Making a story together: who is invited may do what the author may, but for ending it and inviting; and leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.film.options import FilmOptions
from storycore.store.models import StoryRow, StoryState
from storycore.studio import audit, films, scenes, stories, together
from storycore.studio.together_views import named
from storycore.studio.views import Stage, shown_key
from storycore.work.jobs.filming import film_plan
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, CY, HOME, MO, STRANGER, new
from tests.support.workshops import small_workshop, until


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def test_a_co_author_may_what_the_author_may_but_not_end_it(workshop: Workshop) -> None:
    story_id = await stories.create(workshop, new())
    view = await until(workshop, story_id, lambda v: v.stage is Stage.VOTING)
    scene = view.scenes[0].id
    with pytest.raises(NotAllowedError, match=r"Only the story's author \(Ada\) and moderators can invite"):
        await together.invite(workshop, story_id, BO, CY.id or 0, CY.name)
    with pytest.raises(NotAllowedError, match=r"Only the story's author \(Ada\) and moderators can pick"):
        await scenes.pick(workshop, scene, BO, 2)
    before = shown_key(view)
    await together.invite(workshop, story_id, ADA, BO.id or 0, BO.name)
    await scenes.pick(workshop, scene, BO, 2)
    await films.remembered(workshop, story_id, BO)
    view = await stories.show(workshop, story_id)
    assert view.scenes[0].pick == 2
    assert [one.name for one in view.co_authors] == ["Bo"]
    assert view.by == "Ada with Bo"
    assert shown_key(view) != before
    with pytest.raises(NotAllowedError, match=r"author \(Ada\), their co-authors \(Bo\) and moderators can pick"):
        await scenes.pick(workshop, scene, CY, 1)
    for refused in (
        stories.cancel(workshop, story_id, BO),
        together.invite(workshop, story_id, BO, CY.id or 0, CY.name),
        together.uninvite(workshop, story_id, CY, BO.id or 0),
    ):
        with pytest.raises(NotAllowedError, match=r"Only the story's author \(Ada\) and moderators can"):
            await refused
    assert (await stories.show(workshop, story_id)).state is StoryState.OPEN


async def test_who_is_invited_is_checked_and_written_down(workshop: Workshop) -> None:
    story_id = await stories.create(workshop, new())
    with pytest.raises(StateError, match="author already"):
        await together.invite(workshop, story_id, ADA, ADA.id or 0, ADA.name)
    await together.invite(workshop, story_id, MO, BO.id or 0, "B" * 300)
    with pytest.raises(StateError, match="with you already"):
        await together.invite(workshop, story_id, ADA, BO.id or 0, BO.name)
    for number in range(together.MOST_CO_AUTHORS - 1):
        await together.invite(workshop, story_id, ADA, 100 + number, f"guest {number}")
    with pytest.raises(StateError, match="at most 10"):
        await together.invite(workshop, story_id, ADA, CY.id or 0, CY.name)
    with pytest.raises(NotFoundError, match="not here"):
        await together.invite(workshop, story_id, STRANGER, CY.id or 0, CY.name)
    with pytest.raises(NotFoundError, match="not here"):
        await together.uninvite(workshop, story_id, replace(STRANGER, id=BO.id, moderator=False), BO.id or 0)
    with pytest.raises(NotFoundError, match="no co-author"):
        await together.uninvite(workshop, story_id, ADA, CY.id or 0)
    assert await together.uninvite(workshop, story_id, BO, BO.id or 0) == "B" * 100, "they may leave"
    assert await together.uninvite(workshop, story_id, ADA, 100) == "guest 0"
    acts = [(entry.actor_name, entry.act, entry.after) for entry in await audit.entries(workshop, HOME)]
    assert acts[:2] == [("Ada", "story.uninvite", ""), ("Bo", "story.uninvite", "")]
    assert ("Ada", "story.invite", "guest 0") in acts


async def test_they_are_kept_through_a_restart_and_named_in_the_film(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        story_id = await stories.create(workshop, new())
        await together.invite(workshop, story_id, ADA, BO.id or 0, BO.name)
        await together.invite(workshop, story_id, ADA, CY.id or 0, CY.name)
    async with small_workshop(tmp_path) as workshop:
        view = await until(workshop, story_id, lambda v: v.stage is Stage.VOTING)
        assert view.by == "Ada with Bo and Cy"
        await scenes.pick(workshop, view.scenes[0].id, CY, 3)
        async with workshop.database.read() as session:
            story = await session.get_one(StoryRow, story_id)
        plan = await film_plan(workshop, story, None, FilmOptions())
        assert plan.credits[0] == "A story by Ada with Bo and Cy"
        assert plan.authors == ("Ada", "Bo", "Cy")


async def test_parts_of_a_long_story_are_made_together_too(workshop: Workshop) -> None:
    story_id = await stories.create(workshop, new(max_scenes=1))
    await until(workshop, story_id, lambda v: v.stage is Stage.TOO_LONG)
    await together.invite(workshop, story_id, ADA, BO.id or 0, BO.name)
    parts = await stories.make_parts(workshop, story_id, BO)
    assert [(await stories.show(workshop, part)).by for part in parts] == ["Ada with Bo"] * 2


@pytest.mark.parametrize(
    ("author", "others", "said"),
    [
        ("Ada", [], "Ada"),
        ("Ada", ["Bo"], "Ada with Bo"),
        ("Ada", ["Bo", "Cy", "Di"], "Ada with Bo, Cy and Di"),
        ("", ["Bo"], "Bo"),
        ("", [], ""),
    ],
)
def test_who_makes_it_in_words(author: str, others: list[str], said: str) -> None:
    assert named(author, others) == said
