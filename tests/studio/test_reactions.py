"""Reactions: each seen once, differences counted, whatever happened while the bot was gone."""

from __future__ import annotations

from storycore.store.models import BallotSource, WorkState, now
from storycore.studio import ballots, films, scenes, stories
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, CY, HOME, ready
from tests.support.workshops import until


async def test_a_reaction_seen_again_changes_nothing(workshop: Workshop) -> None:
    scene = (await ready(workshop)).scenes[0]
    assert await ballots.react(workshop, scene.id, 1, ADA, 1)
    await ballots.cast(workshop, scene.id, 1, ADA, 3, BallotSource.BUTTON)
    assert not await ballots.react(workshop, scene.id, 1, ADA, 1)
    assert (await stories.show(workshop, (await stories.listing(workshop, HOME))[0].id)).scenes[0].votes[3] == 1


async def votes_after(workshop: Workshop, story_id: int) -> dict[int, int]:
    return dict((await stories.show(workshop, story_id)).scenes[0].votes)


async def test_reactions_given_and_taken_while_the_bot_was_gone(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    await ballots.react(workshop, scene.id, 1, ADA, 1)
    await ballots.react(workshop, scene.id, 1, BO, 2)
    await ballots.cast(workshop, scene.id, 1, BO, 1, BallotSource.BUTTON)
    # Ada took hers away; Bo's went too, but his ballot was cast by button; Cy gave two new ones.
    assert (await ballots.reconcile(workshop, scene.id, 1, {2: [CY.id or 0], 3: [CY.id or 0]})).differing == 4
    assert await votes_after(workshop, view.id) == {1: 1, 2: 1, 3: 0}
    # The same once more is no difference; Cy keeps the ballot held when a lower reaction appears.
    assert (await ballots.reconcile(workshop, scene.id, 1, {2: [CY.id or 0], 3: [CY.id or 0]})).differing == 0
    await ballots.reconcile(workshop, scene.id, 1, {1: [CY.id or 0], 2: [CY.id or 0], 3: [CY.id or 0]})
    assert await votes_after(workshop, view.id) == {1: 1, 2: 1, 3: 0}
    # The reaction that cast it goes: so does the ballot, whatever else stands.
    await ballots.reconcile(workshop, scene.id, 1, {1: [CY.id or 0], 3: [CY.id or 0]})
    assert await votes_after(workshop, view.id) == {1: 1, 2: 0, 3: 0}


async def test_a_moved_reaction_moves_the_ballot(workshop: Workshop) -> None:
    view = await ready(workshop)
    await ballots.react(workshop, view.scenes[0].id, 1, ADA, 1)
    await ballots.reconcile(workshop, view.scenes[0].id, 1, {3: [ADA.id or 0]})
    assert await votes_after(workshop, view.id) == {1: 0, 2: 0, 3: 1}


async def test_reactions_left_over_from_replaced_pictures_do_not_count(workshop: Workshop) -> None:
    view = await ready(workshop)
    scene = view.scenes[0]
    await ballots.react(workshop, scene.id, 1, ADA, 2)
    await scenes.paint_again(workshop, scene.id, BO)
    await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
    assert (await ballots.reconcile(workshop, scene.id, 2, {2: [ADA.id or 0]})).differing == 0
    assert await votes_after(workshop, view.id) == {1: 0, 2: 0, 3: 0}
    await ballots.forget_reactions(workshop, scene.id)
    await ballots.reconcile(workshop, scene.id, 2, {2: [ADA.id or 0]})
    assert await votes_after(workshop, view.id) == {1: 0, 2: 1, 3: 0}


async def test_a_film_that_the_place_refuses_is_made_smaller(workshop: Workshop) -> None:
    view = await ready(workshop)
    asked = await films.request(workshop, view.id, ADA, None)
    view = await until(workshop, view.id, lambda v: v.films[0].state is WorkState.DONE)
    first = view.films[0].bytes or 0
    await films.make_smaller(workshop, asked.film_id, first)
    view = await until(workshop, view.id, lambda v: v.films[0].state is WorkState.DONE)
    assert (view.films[0].bytes or 0) <= 0.7 * first
    await films.make_smaller(workshop, asked.film_id, first)
    await until(workshop, view.id, lambda v: not v.films[0].unfinished)
    await films.make_smaller(workshop, asked.film_id, first)
    view = await stories.show(workshop, view.id)
    assert view.films[0].state is WorkState.FAILED
    assert "refused" in view.films[0].problem


async def test_the_last_choice_stands_by_when_it_was_made(workshop: Workshop) -> None:
    """A reaction that waited behind others is written after the button that was pressed later."""
    view = await ready(workshop)
    scene = view.scenes[0]
    earlier = now()
    await ballots.cast(workshop, scene.id, 1, BO, 3, BallotSource.BUTTON)
    await ballots.react(workshop, scene.id, 1, BO, 2, earlier)
    assert await votes_after(workshop, view.id) == {1: 0, 2: 0, 3: 1}
    await ballots.react(workshop, scene.id, 1, BO, 1)
    assert await votes_after(workshop, view.id) == {1: 1, 2: 0, 3: 0}
