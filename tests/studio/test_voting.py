"""How pictures are chosen: who decides, what holds at a tie, and what ends a vote, also over a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.film.options import FilmOptions
from storycore.store.models import BallotSource, StoryRow, now
from storycore.store.together import VotingRow
from storycore.studio import audit, ballots, scenes, settings, stories, together, voting
from storycore.studio.people import Person
from storycore.studio.settings_model import ServerSettings
from storycore.studio.views import Stage, StoryView
from storycore.studio.voting import read_closing
from storycore.voting.rules import How, Mode, choose, deciding
from storycore.work.jobs import closing
from storycore.work.jobs.filming import chosen_pictures, film_plan
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, CY, HOME, MO, STRANGER, new
from tests.support.workshops import small_workshop, until

OLU = replace(MO, id=5, name="Olu", admin=True)
DI = Person(6, "Di", server_id=HOME)
JURY = 123456789012345678


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        yield opened


async def painted(workshop: Workshop) -> StoryView:
    story_id = await stories.create(workshop, new())
    return await until(workshop, story_id, lambda v: v.stage is Stage.VOTING)


async def vote(workshop: Workshop, scene_id: int, who: Person, choice: int) -> None:
    await ballots.cast(workshop, scene_id, 1, who, choice, BallotSource.BUTTON)


@pytest.mark.parametrize(
    ("votes", "pick", "earlier", "author", "chosen"),
    [
        ({1: 1, 2: 3, 3: 0}, None, 1, 3, 2),  # most votes, whatever was picked earlier
        ({1: 0, 2: 2, 3: 2}, None, 3, 2, 3),  # a tie: the earlier pick
        ({1: 0, 2: 2, 3: 2}, None, 1, 3, 3),  # the earlier pick is not among them: the author's vote
        ({1: 2, 2: 2, 3: 2}, None, None, None, 1),  # else the lowest number
        ({1: 0, 2: 0, 3: 0}, None, 2, None, 2),
        ({1: 0, 2: 0, 3: 0}, None, None, None, 1),
        ({1: 9, 2: 0}, 2, 1, 1, 2),  # a pick decides
        ({1: 1, 3: 1}, 2, None, 3, 3),  # one of a picture that is not there any more does not
        ({}, 1, 1, 1, None),
    ],
)
def test_what_is_chosen(
    votes: dict[int, int], pick: int | None, earlier: int | None, author: int | None, chosen: int | None
) -> None:
    assert choose(votes, pick, earlier=earlier, author=author) == chosen


def test_in_solo_the_authors_decide() -> None:
    cast = [(1, 3), (2, 1), (7, 1), (8, 1)]
    assert deciding(cast, Mode.SOLO, {1, 2}) == [3, 1]
    assert deciding(cast, Mode.VOTE, {1, 2}) == [3, 1, 1, 1]


async def test_solo_others_votes_are_shown_and_decide_nothing(workshop: Workshop) -> None:
    view = await painted(workshop)
    first = view.scenes[0].id
    assert view.voting.mode is Mode.VOTE and not view.voting.own
    for who in (BO, CY, DI):
        await vote(workshop, first, who, 2)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 2
    with pytest.raises(NotAllowedError, match="can say how pictures are chosen"):
        await voting.change(workshop, view.id, BO, mode="solo")
    await voting.change(workshop, view.id, ADA, mode="solo")
    view = await stories.show(workshop, view.id)
    assert view.scenes[0].votes == {1: 0, 2: 3, 3: 0}
    assert view.scenes[0].choice == 1
    await vote(workshop, first, ADA, 3)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 3
    await together.invite(workshop, view.id, ADA, BO.id or 0, BO.name)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 3, "a tie of authors goes to the author"
    await scenes.pick(workshop, first, BO, 2)
    view = await stories.show(workshop, view.id)
    assert (view.scenes[0].choice, view.scenes[0].decision.by) == (2, "Bo")
    assert view.scenes[0].chosen is not None
    assert (await chosen_pictures(workshop, view.id))[first] == (view.scenes[0].chosen.path,)
    with pytest.raises(StateError, match="no vote to close"):
        await voting.close(workshop, view.id, ADA)
    with pytest.raises(StateError, match="authors pick"):
        await voting.change(workshop, view.id, ADA, closes="2 h")


async def test_the_servers_default_holds_until_a_story_has_its_own(workshop: Workshop) -> None:
    view = await painted(workshop)
    changed = await settings.put(workshop, OLU, "voting.mode", "SOLO")
    assert (changed.before, changed.after) == ("whoever votes", "the author and co-authors")
    with pytest.raises(StateError, match=r"`vote` \(whoever votes\) or `solo`"):
        await settings.put(workshop, OLU, "voting.mode", "dictator")
    assert (await stories.show(workshop, view.id)).voting.mode is Mode.SOLO
    await voting.change(workshop, view.id, MO, mode="vote")
    assert (await stories.show(workshop, view.id)).voting.mode is Mode.VOTE
    await voting.change(workshop, view.id, ADA, mode="server")
    assert (await stories.show(workshop, view.id)).voting.mode is Mode.SOLO
    said = [(e.actor_name, e.before, e.after) for e in await audit.entries(workshop, HOME) if e.act == "story.voting"]
    assert said == [("Ada", "vote", "solo"), ("Mo", "solo", "vote")]


async def test_one_role_votes(workshop: Workshop) -> None:
    view = await painted(workshop)
    first = view.scenes[0].id
    juror = replace(CY, roles=frozenset({JURY}))
    await voting.change(workshop, view.id, ADA, role_id=JURY)
    with pytest.raises(NotAllowedError, match=f"Only members with the role <@&{JURY}> vote on this story"):
        await vote(workshop, first, BO, 2)
    with pytest.raises(NotAllowedError, match="vote on this story"):
        await ballots.react(workshop, first, 1, BO, 2)
    await vote(workshop, first, juror, 3)
    # Reactions of a gap: only those of the role count, as known when they are looked up.
    standing = {1: {BO.id or 0}, 2: {DI.id or 0}}
    assert await ballots.unknown_voters(workshop, first, standing) == (HOME, {2, 6})
    done = await ballots.reconcile(workshop, first, 1, standing, {2: BO, 6: replace(DI, roles=frozenset({JURY}))})
    assert done.refused == ((2, 1),)
    assert (await stories.show(workshop, view.id)).scenes[0].votes == {1: 0, 2: 1, 3: 1}
    await voting.change(workshop, view.id, ADA, role_id=0)
    await vote(workshop, first, BO, 2)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 2


async def test_the_author_closes_a_vote_and_opens_it_again(workshop: Workshop) -> None:
    view = await painted(workshop)
    first, second = (scene.id for scene in view.scenes)
    await vote(workshop, first, BO, 3)
    await vote(workshop, first, ADA, 2)
    await scenes.pick(workshop, second, ADA, 2)
    with pytest.raises(NotAllowedError):
        await voting.close(workshop, view.id, BO)
    assert await voting.close(workshop, view.id, ADA) == 1
    view = await stories.show(workshop, view.id)
    assert [(scene.pick, scene.decision.how) for scene in view.scenes] == [(2, How.VOTE), (2, How.PERSON)]
    assert view.voting.closed_why == "Ada closed it"
    with pytest.raises(StateError, match="vote on this scene is closed"):
        await vote(workshop, first, CY, 3)
    await vote(workshop, second, CY, 3)  # a pick of the author's closes nothing: it can be taken back
    done = await ballots.reconcile(workshop, first, 1, {3: {DI.id or 0}}, {})
    assert done.differing == 1
    assert sum((await stories.show(workshop, view.id)).scenes[0].votes.values()) == 2
    with pytest.raises(StateError, match="no vote to close"):
        await voting.close(workshop, view.id, ADA)
    assert await voting.reopen(workshop, view.id, ADA) == 1
    view = await stories.show(workshop, view.id)
    assert (view.scenes[0].pick, view.scenes[0].choice) == (None, 2)
    await vote(workshop, first, ADA, 3)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 3
    await vote(workshop, first, CY, 2)
    await vote(workshop, first, MO, 2)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 2, "a tie: the earlier pick, not the author"
    with pytest.raises(StateError, match="No vote was closed"):
        await voting.reopen(workshop, view.id, ADA)


async def test_new_pictures_are_voted_on_although_the_vote_was_closed(workshop: Workshop) -> None:
    view = await painted(workshop)
    first = view.scenes[0].id
    await vote(workshop, first, BO, 2)
    await voting.close(workshop, view.id, ADA)
    await scenes.paint_again(workshop, first, CY)
    view = await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
    assert (view.scenes[0].pick, view.scenes[0].decision.earlier) == (None, None)
    await ballots.cast(workshop, first, 2, CY, 3, BallotSource.BUTTON)
    assert (await stories.show(workshop, view.id)).scenes[0].choice == 3


async def test_a_quorum_closes_the_vote_with_the_last_vote(workshop: Workshop) -> None:
    view = await painted(workshop)
    first, second = (scene.id for scene in view.scenes)
    await voting.change(workshop, view.id, ADA, quorum=2)
    for who, scene, choice in ((BO, first, 2), (CY, first, 2), (BO, second, 3)):
        await vote(workshop, scene, who, choice)
    await vote(workshop, second, BO, 1)  # changed, not another one
    assert (await stories.show(workshop, view.id)).voting.closed_at is None
    await ballots.react(workshop, second, 1, CY, 1)
    view = await stories.show(workshop, view.id)
    assert [scene.pick for scene in view.scenes] == [2, 1]
    assert view.voting.closed_why == "every scene had 2 votes"
    with pytest.raises(StateError, match="number from 1 to 1,000"):
        await voting.change(workshop, view.id, ADA, quorum=5000)


async def test_the_bot_picks_what_most_voted_for_else_the_first(workshop: Workshop) -> None:
    view = await painted(workshop)
    first, second = (scene.id for scene in view.scenes)
    await voting.change(workshop, view.id, ADA, mode="solo")
    await vote(workshop, first, BO, 3)
    with pytest.raises(NotAllowedError):
        await voting.let_the_bot_pick(workshop, view.id, BO)
    assert await voting.let_the_bot_pick(workshop, view.id, ADA) == 2
    view = await stories.show(workshop, view.id)
    assert [(scene.pick, scene.decision.how) for scene in view.scenes] == [(3, How.BOT), (1, How.BOT)]
    with pytest.raises(StateError, match="has its pick"):
        await voting.let_the_bot_pick(workshop, view.id, ADA)
    await scenes.pick(workshop, second, ADA, None)
    assert (await stories.show(workshop, view.id)).scenes[1].decision.how is How.PERSON
    async with workshop.database.read() as session:
        story = await session.get_one(StoryRow, view.id)
    assert len((await film_plan(workshop, story, None, FilmOptions())).scenes) == 2


async def test_a_time_closes_the_vote_and_survives_a_restart(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        view = await painted(workshop)
        first = view.scenes[0].id
        await vote(workshop, first, BO, 3)
        await voting.change(workshop, view.id, ADA, closes="2 min")
        await voting.change(workshop, view.id, ADA, closes="1 min")  # put forward: the other workflow is not needed
        async with workshop.database.write() as session:  # so that it is due while nothing runs
            soon = now() + timedelta(seconds=1)
            await session.execute(update(VotingRow).values(closes_at=soon))
            row = await session.get_one(VotingRow, view.id)
            story = await session.get_one(StoryRow, view.id)
            from storycore.work.jobs import asking

            row.asked += 1
            await workshop.engine.enqueue(session, [asking.closing(story.id, row.asked, 1.0)])
    async with small_workshop(tmp_path) as workshop:
        view = await until(workshop, view.id, lambda v: v.voting.closed_at is not None)
        assert [(scene.pick, scene.decision.how) for scene in view.scenes] == [(3, How.VOTE), (1, How.VOTE)]
        assert view.voting.closed_why == closing.WHY
        assert view.voting.closes_at is None
        with pytest.raises(StateError, match="closed"):
            await vote(workshop, first, CY, 2)


async def test_what_comes_after_the_time_does_not_count_though_nothing_has_closed_it_yet(workshop: Workshop) -> None:
    view = await painted(workshop)
    first = view.scenes[0].id
    await voting.change(workshop, view.id, ADA, closes="1 h")
    late = now() + timedelta(hours=2)
    with pytest.raises(StateError, match="closed"):
        await ballots.cast(workshop, first, 1, BO, 2, BallotSource.BUTTON, late)
    await closing.close_vote(workshop, view.id)  # far too early: it was put off, or its clock is wrong
    assert (await stories.show(workshop, view.id)).voting.closed_at is None
    async with workshop.database.write() as session:
        await session.execute(update(VotingRow).values(closes_at=now() - timedelta(seconds=1)))
    done = await ballots.reconcile(workshop, first, 1, {2: {BO.id or 0}})
    assert done.differing == 1
    assert sum((await stories.show(workshop, view.id)).scenes[0].votes.values()) == 0
    await closing.close_vote(workshop, view.id)
    assert (await stories.show(workshop, view.id)).scenes[0].pick == 1
    await closing.close_vote(workshop, view.id)
    with pytest.raises(NotFoundError):
        await voting.change(workshop, view.id, STRANGER, mode="solo")


async def test_who_voted_for_what_is_open_or_anonymous(workshop: Workshop) -> None:
    view = await painted(workshop)
    first = view.scenes[0].id
    for who, choice in ((BO, 2), (CY, 2), (ADA, 1)):
        await vote(workshop, first, who, choice)
    seen = await voting.votes_of(workshop, first, CY)
    assert (seen.tally, seen.members, seen.own) == ({1: 1, 2: 2, 3: 0}, {1: [1], 2: [2, 3], 3: []}, 2)
    await settings.put(workshop, OLU, "voting.ballots", "anonymous")
    seen = await voting.votes_of(workshop, first, DI)
    assert (seen.tally, seen.members, seen.own) == ({1: 1, 2: 2, 3: 0}, None, None)
    with pytest.raises(NotFoundError):
        await voting.votes_of(workshop, first, STRANGER)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("90 min", 1.5),
        ("2h", 2),
        ("in 1 d 12 h", 36),
        ("1w", 168),
        ("20:00", 8),
        ("8", 20),
        ("never", None),
        ("", None),
    ],
)
def test_when_a_vote_closes_is_understood(typed: str, hours: float | None) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    expected = None if hours is None else noon + timedelta(hours=hours)
    assert read_closing(typed, ServerSettings(), noon) == expected


@pytest.mark.parametrize("typed", ["soon", "10 s", "0 min", "99999 d", "25:00", "2 h of it", "\ud800", "٣ h", "-2 h"])
def test_when_it_is_not_it_is_said(typed: str) -> None:
    with pytest.raises(StateError):
        read_closing(typed, ServerSettings(), now())
