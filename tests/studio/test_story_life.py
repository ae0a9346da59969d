"""A story through the studio: handed in, painted, voted, rewritten, picked, filmed, cancelled."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from storycore.errors import (
    NotAllowedError,
    NotFoundError,
    PainterError,
    PainterUnreachableError,
    ScriptError,
    StateError,
)
from storycore.images.base import PaintRequest
from storycore.store.models import BallotRow, BallotSource, RoundReason, StoryState, WorkState
from storycore.studio import ballots, films, scenes, stories
from storycore.studio.people import Person
from storycore.studio.views import Stage
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, CY, ELSEWHERE, HOME, MO, STRANGER, new, painted, painter, ready
from tests.support.workshops import STORY, QuickNarrator, until


async def test_a_script_becomes_painted_scenes(workshop: Workshop) -> None:
    view = await ready(workshop)
    assert [scene.title for scene in view.scenes] == ["The well", "The crown"]
    assert view.stage is Stage.VOTING
    assert all(scene.shown is not None and len(scene.shown.candidates) == 3 for scene in view.scenes)
    assert all(c.path.is_file() for scene in view.scenes if scene.shown for c in scene.shown.candidates)
    assert [line.speaker for line in view.scenes[1].lines if line.speaker]
    assert [scene.choice for scene in view.scenes] == [1, 1]


async def test_the_same_request_makes_one_story(workshop: Workshop) -> None:
    first = await stories.create(workshop, new(request_key="interaction-1"))
    assert await stories.create(workshop, new(request_key="interaction-1")) == first
    assert len(await stories.listing(workshop, HOME)) == 1


async def test_a_bad_script_leaves_nothing(workshop: Workshop) -> None:
    with pytest.raises(ScriptError):
        await stories.create(workshop, new(script="   \n"))
    assert await stories.listing(workshop, HOME) == []


async def test_votes_count_once_and_the_last_choice_stands(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    assert (await ballots.cast(workshop, scene.id, 1, ADA, 1, BallotSource.BUTTON)).before is None
    assert (await ballots.cast(workshop, scene.id, 1, ADA, 2, BallotSource.REACTION)).before == 1
    await ballots.cast(workshop, scene.id, 1, BO, 2, BallotSource.BUTTON)
    await ballots.cast(workshop, scene.id, 1, CY, 3, BallotSource.BUTTON)
    voted = (await stories.show(workshop, view.id)).scenes[0]
    assert voted.votes == {1: 0, 2: 2, 3: 1}
    assert voted.choice == 2


async def test_many_votes_at_once_are_all_counted(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    members = [Person(100 + n, f"M{n}", server_id=HOME) for n in range(30)]
    await asyncio.gather(
        *(ballots.cast(workshop, scene.id, 1, m, 1 + n % 3, BallotSource.BUTTON) for n, m in enumerate(members))
    )
    assert (await stories.show(workshop, view.id)).scenes[0].votes == {1: 10, 2: 10, 3: 10}


async def test_a_reaction_taken_away_withdraws_only_the_ballot_it_cast(workshop: Workshop) -> None:
    scene = (await ready(workshop)).scenes[0]
    await ballots.react(workshop, scene.id, 1, ADA, 1)
    await ballots.react(workshop, scene.id, 1, BO, 1)
    await ballots.cast(workshop, scene.id, 1, BO, 2, BallotSource.BUTTON)
    assert await ballots.unreact(workshop, scene.id, ADA.id, 1) == 1
    assert await ballots.unreact(workshop, scene.id, BO.id, 1) == 0
    async with workshop.database.read() as session:
        assert [(b.member_id, b.choice) for b in await session.scalars(select(BallotRow))] == [(BO.id, 2)]


async def test_cleared_reactions_withdraw_only_what_they_cast(workshop: Workshop) -> None:
    scene = (await ready(workshop)).scenes[0]
    await ballots.react(workshop, scene.id, 1, ADA, 1)
    await ballots.forget_reactions(workshop, scene.id)  # its message was deleted: Ada's ballot stays
    await ballots.react(workshop, scene.id, 1, BO, 2)
    assert await ballots.unreact(workshop, scene.id, None, None) == 1
    async with workshop.database.read() as session:
        assert [(b.member_id, b.choice) for b in await session.scalars(select(BallotRow))] == [(ADA.id, 1)]


async def test_an_old_menu_picks_none_of_the_new_pictures(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    await scenes.paint_again(workshop, scene.id, BO)
    view = await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
    with pytest.raises(StateError, match="replaced"):
        await scenes.pick(workshop, scene.id, ADA, 2, 1)
    await scenes.pick(workshop, scene.id, ADA, 2, 2)


@pytest.mark.parametrize("choice", [0, 4, 9, -1])
async def test_a_candidate_that_is_not_offered_cannot_be_voted(workshop: Workshop, choice: int) -> None:
    scene = (await ready(workshop)).scenes[0]
    with pytest.raises(NotFoundError):
        await ballots.cast(workshop, scene.id, 1, ADA, choice, BallotSource.BUTTON)


async def test_a_new_round_starts_a_new_tally_and_keeps_the_old_pictures(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    await ballots.cast(workshop, scene.id, 1, ADA, 3, BallotSource.BUTTON)
    await scenes.pick(workshop, scene.id, ADA, 3)
    asked = await scenes.paint_again(workshop, scene.id, BO)
    assert (asked.scene_number, asked.round_number) == (1, 2)
    view = await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
    after = view.scenes[0]
    assert after.votes == {1: 0, 2: 0, 3: 0}
    assert after.pick is None
    assert after.shown is not None and scene.shown is not None
    assert after.shown.reason is RoundReason.AGAIN
    assert {c.media for c in after.shown.candidates}.isdisjoint({c.media for c in scene.shown.candidates})
    assert all(c.path.is_file() for c in scene.shown.candidates)
    with pytest.raises(StateError):
        await ballots.cast(workshop, scene.id, 1, ADA, 3, BallotSource.BUTTON)


async def test_old_pictures_stay_up_for_votes_while_new_ones_are_painted(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    painter(workshop).gate = gate = asyncio.Event()
    await scenes.paint_again(workshop, scene.id, BO)
    with pytest.raises(StateError, match="already on their way"):
        await scenes.paint_again(workshop, scene.id, CY)
    await ballots.cast(workshop, scene.id, 1, ADA, 2, BallotSource.BUTTON)
    during = (await stories.show(workshop, view.id)).scenes[0]
    assert during.coming is not None and during.coming.asked_by_name == "Bo"
    assert during.choice == 2
    gate.set()
    await until(workshop, view.id, lambda v: v.scenes[0].coming is None)


async def test_a_rewritten_prompt_is_painted_and_stops_what_it_replaces(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[1]
    painter(workshop).gate = gate = asyncio.Event()
    await scenes.paint_again(workshop, scene.id, BO)
    await until(workshop, view.id, lambda v: (c := v.scenes[1].coming) is not None and c.state is WorkState.WORKING)
    asked = await scenes.edit_prompt(workshop, scene.id, BO, "  a green frog\nwith a crown ")
    assert asked.round_number == 3
    gate.set()
    view = await until(workshop, view.id, lambda v: v.scenes[1].shown is not None and v.scenes[1].shown.number == 3)
    assert view.scenes[1].prompt == "a green frog with a crown"
    assert view.scenes[1].edited
    assert painter(workshop).requests[-1].prompt == "a green frog with a crown"
    assert view.scenes[0].prompt != view.scenes[1].prompt


async def test_the_same_prompt_handed_in_twice_is_painted_once(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[1]
    painter(workshop).gate = gate = asyncio.Event()
    first = await scenes.edit_prompt(workshop, scene.id, BO, "a green frog")
    assert await scenes.edit_prompt(workshop, scene.id, BO, " a green  frog ") == first
    gate.set()
    await until(workshop, view.id, lambda v: (s := v.scenes[1].shown) is not None and s.number == first.round_number)
    with pytest.raises(StateError) as refused:
        await scenes.edit_prompt(workshop, scene.id, BO, "a green frog")
    assert "Again" in (refused.value.hint or "")
    assert (await stories.show(workshop, view.id)).scenes[1].coming is None


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 5000])
async def test_a_prompt_that_cannot_be_used_changes_nothing(workshop: Workshop, prompt: str) -> None:
    view = await ready(workshop)
    from storycore.errors import FiresideError

    with pytest.raises(FiresideError):
        await scenes.edit_prompt(workshop, view.scenes[0].id, BO, prompt)
    after = await stories.show(workshop, view.id)
    assert after.scenes[0].prompt == view.scenes[0].prompt
    assert after.scenes[0].coming is None


async def test_nothing_is_painted_twice(workshop: Workshop) -> None:
    first = await ready(workshop)
    asked = len(painter(workshop).requests)
    second = await ready(workshop)
    assert len(painter(workshop).requests) == asked
    assert [s.shown.candidates[0].media for s in first.scenes if s.shown] == [
        s.shown.candidates[0].media for s in second.scenes if s.shown
    ]


async def test_who_may_pick_cancel_and_film(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    for refused in (
        scenes.pick(workshop, scene.id, BO, 2),
        stories.cancel(workshop, view.id, BO),
        films.request(workshop, view.id, BO, None),
    ):
        with pytest.raises(NotAllowedError, match="Ada"):
            await refused
    assert await scenes.pick(workshop, scene.id, MO, 2) == 1
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 2
    await scenes.pick(workshop, scene.id, ADA, None)
    assert (await stories.show(workshop, view.id)).scenes[0].pick is None


async def test_another_servers_people_find_nothing(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    for refused in (
        stories.show(workshop, view.id, STRANGER),
        ballots.cast(workshop, scene.id, 1, STRANGER, 1, BallotSource.BUTTON),
        scenes.pick(workshop, scene.id, STRANGER, 1),
        scenes.paint_again(workshop, scene.id, STRANGER),
        scenes.edit_prompt(workshop, scene.id, STRANGER, "mine"),
        scenes.prompt_of(workshop, scene.id, STRANGER),
        films.request(workshop, view.id, STRANGER, None),
        stories.cancel(workshop, view.id, STRANGER),
    ):
        with pytest.raises(NotFoundError):
            await refused
    assert await stories.listing(workshop, ELSEWHERE) == []
    assert (await stories.show(workshop, view.id)).state is StoryState.OPEN


async def test_a_painter_that_refuses_leaves_a_reason_and_a_way_on(workshop: Workshop) -> None:
    def refuse(_: PaintRequest) -> None:
        raise PainterError("The host has no such model.", "Ask an admin.")

    painter(workshop).faults = refuse
    story_id = await stories.create(workshop, new())
    view = await until(workshop, story_id, lambda v: bool(v.scenes) and all(s.failed for s in v.scenes))
    assert view.scenes[0].failed is not None
    assert "no such model" in view.scenes[0].failed.problem
    painter(workshop).faults = None
    await scenes.paint_again(workshop, view.scenes[0].id, BO)
    view = await until(workshop, story_id, lambda v: v.scenes[0].shown is not None)
    assert view.scenes[0].shown is not None and view.scenes[0].shown.number == 2


async def test_a_painter_that_does_not_answer_is_asked_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storycore.work.jobs.painting._FIRST_WAIT_S", 0.2)
    failures = iter([PainterUnreachableError("Nobody is there.")] * 2)

    def sometimes(_: PaintRequest) -> None:
        error = next(failures, None)
        if error is not None:
            raise error

    painter(workshop).faults = sometimes
    view = await ready(workshop)
    assert all(scene.failed is None for scene in view.scenes)


async def test_a_long_script_is_offered_in_parts(workshop: Workshop) -> None:
    long = "\n\n".join(f"# Part {n}\n\nThe fox number {n} ran over the hill to the old mill." for n in range(1, 6))
    story_id = await stories.create(workshop, new(script=long, max_scenes=2))
    view = await until(workshop, story_id, lambda v: v.state is not StoryState.READING)
    assert view.state is StoryState.TOO_LONG
    assert view.parts == 3
    with pytest.raises(NotAllowedError):
        await stories.make_parts(workshop, story_id, BO)
    made = await stories.make_parts(workshop, story_id, ADA)
    views = [await until(workshop, part, painted) for part in made]
    assert [v.title for v in views] == ["The well (1/3)", "The well (2/3)", "The well (3/3)"]
    assert sum(len(v.scenes) for v in views) == 5
    with pytest.raises(StateError):
        await stories.make_parts(workshop, story_id, ADA)


async def test_a_film_waits_for_pictures_and_then_is_made(workshop: Workshop) -> None:
    painter(workshop).gate = gate = asyncio.Event()
    story_id = await stories.create(workshop, new())
    await until(workshop, story_id, lambda v: bool(v.scenes))
    asked = await films.request(workshop, story_id, ADA, None)
    assert asked.waits_for == 2
    waiting = await stories.show(workshop, story_id)
    assert waiting.films[0].waits_for_pictures
    assert waiting.stage is Stage.PAINTING
    with pytest.raises(StateError, match="already"):
        await films.request(workshop, story_id, ADA, None)
    gate.set()
    view = await until(workshop, story_id, lambda v: not v.films[0].unfinished)
    film = view.films[0]
    assert film.state is WorkState.DONE, film.problem
    assert film.path is not None and film.path.is_file()
    assert film.bytes == film.path.stat().st_size
    assert film.seconds is not None and film.seconds > 2
    assert view.stage is Stage.DONE


async def test_a_second_film_makes_only_what_changed(workshop: Workshop) -> None:
    # Three scenes: the title stands on the first one's picture and the credits on the last one's.
    third = "\n# The road\n\nAt dusk the miller and the frog walked home through the snow.\n"
    view = await ready(workshop, script=STORY + third)
    assert isinstance(workshop.narrator, QuickNarrator)
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: bool(v.films) and not v.films[0].unfinished)
    spoken = len(workshop.narrator.spoken)
    await ballots.cast(workshop, view.scenes[1].id, 1, BO, 2, BallotSource.BUTTON)
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: len(v.films) == 2 and not v.films[1].unfinished)
    assert view.films[1].state is WorkState.DONE, view.films[1].problem
    assert len(workshop.narrator.spoken) == spoken
    assert view.films[1].made == 1
    assert view.films[1].reused == (view.films[0].made or 0) - 1 > 0


async def test_cancel_stops_the_painter_and_the_waiting_film(workshop: Workshop) -> None:
    painter(workshop).gate = asyncio.Event()
    story_id = await stories.create(workshop, new())
    await until(workshop, story_id, lambda v: bool(v.scenes) and v.scenes[0].coming is not None)
    await until(workshop, story_id, lambda v: any(s.coming and s.coming.state is WorkState.WORKING for s in v.scenes))
    await films.request(workshop, story_id, ADA, None)
    await stories.cancel(workshop, story_id, ADA)
    view = await stories.show(workshop, story_id)
    assert view.stage is Stage.CANCELLED
    assert view.films[0].state is WorkState.CANCELLED
    async with asyncio.timeout(10):
        while not painter(workshop).cancelled:
            await asyncio.sleep(0.05)
    with pytest.raises(StateError):
        await scenes.paint_again(workshop, view.scenes[0].id, BO)
    with pytest.raises(StateError):
        await stories.cancel(workshop, story_id, ADA)


async def test_listing_looks_in_titles_and_authors_literally(workshop: Workshop) -> None:
    await stories.create(workshop, new(title="100% gold"))
    await stories.create(workshop, new(title="Plain", author=BO))
    assert [e.title for e in await stories.listing(workshop, HOME, containing="100%")] == ["100% gold"]
    assert [e.title for e in await stories.listing(workshop, HOME, containing="%")] == ["100% gold"]
    assert [e.title for e in await stories.listing(workshop, HOME, containing="bo")] == ["Plain"]
    assert [e.title for e in await stories.listing(workshop, HOME)] == ["Plain", "100% gold"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  A \n tale ", "A tale"), ("", "Untitled story"), ("\u202e\u0000", "Untitled story"), ("x" * 300, "x" * 80)],
)
def test_titles_are_tidied(typed: str, kept: str) -> None:
    assert stories.tidy_title(typed) == kept


async def test_what_nobody_foresaw_is_said_and_can_be_tried_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: PaintRequest) -> None:
        raise ZeroDivisionError

    view = await ready(workshop)
    painter(workshop).faults = broken
    await scenes.paint_again(workshop, view.scenes[0].id, BO)
    await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: v.scenes[0].failed is not None)
    assert "round-" in view.scenes[0].failed.problem  # type: ignore[union-attr]
    assert view.scenes[0].shown is not None, "the pictures before stay"
    view = await until(workshop, view.id, lambda v: not v.films[0].unfinished)
    assert view.films[0].state is WorkState.DONE, "the film that waited goes on with what is there"
    painter(workshop).faults = None
    await scenes.paint_again(workshop, view.scenes[0].id, BO)
    await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 3)


async def test_again_pressed_twice_is_asked_once(workshop: Workshop) -> None:
    """The second press was meant for the pictures that have been replaced meanwhile."""
    view = await ready(workshop)
    scene = view.scenes[0]
    await scenes.paint_again(workshop, scene.id, BO, 1)
    await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
    with pytest.raises(StateError, match="came meanwhile"):
        await scenes.paint_again(workshop, scene.id, BO, 1)
    assert (await scenes.paint_again(workshop, scene.id, BO, 2)).round_number == 3
