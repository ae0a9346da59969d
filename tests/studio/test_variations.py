"""“More like this”: variations of one picture, by what each painter can; asked for once, painted once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from storycore.characters.model import Sheet
from storycore.errors import NotAllowedError, NotFoundError, StateError
from storycore.images.base import PaintRequest
from storycore.images.storyboard.painter import paint
from storycore.store.hosts import JobRow
from storycore.store.models import BallotSource, RoundReason, RoundRow
from storycore.studio import ballots, characters, pauses, portraits, scenes, settings, variations
from storycore.studio.people import Person
from storycore.studio.settings_model import SETTINGS, ServerSettings, setting_of, shown
from storycore.studio.settings_typed import read_typed
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop
from tests.hosts.house import house, told
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.studio import ADA, BO, HOME, painter, ready
from tests.support.workshops import QuickPainter, small_workshop, until

OLU = Person(9, "Olu", server_id=HOME, admin=True)


async def come(workshop: Workshop, view: StoryView, number: int) -> StoryView:
    """Once the first scene shows that round."""
    return await until(
        workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == number
    )


async def test_variations_keep_prompt_and_seed_and_are_voted_on_like_others(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        view = await ready(workshop)
        scene = view.scenes[0]
        first = next(r for r in painter(workshop).requests if r.prompt == scene.prompt)
        assert await variations.likes_of(workshop, scene.id, BO, 1) == (1, (1, 2, 3))
        asked = await variations.more_like(workshop, scene.id, BO, 2, 1)
        assert (asked.scene_number, asked.round_number) == (1, 2)
        view = await come(workshop, view, 2)
        request = painter(workshop).requests[-1]
        assert (request.prompt, request.seed, request.count, request.strength) == (
            first.prompt,
            first.seed + 1,
            3,
            0.25,
        )
        assert request.subseed is not None and request.negative_prompt == first.negative_prompt
        assert view.scenes[0].votes == {1: 0, 2: 0, 3: 0} and view.scenes[0].shown is not None
        assert view.scenes[0].shown.reason is RoundReason.MORE and view.scenes[0].shown.asked_by_name == "Bo"
        await ballots.cast(workshop, scene.id, 2, BO, 3, BallotSource.BUTTON)
        # Of a variation: the same seed, another subseed.
        await settings.put(workshop, OLU, "story.variation", "40 %")
        await variations.more_like(workshop, scene.id, BO, 3)
        await come(workshop, view, 3)
        again = painter(workshop).requests[-1]
        assert (again.seed, again.strength) == (request.seed, 0.4) and again.subseed != request.subseed
        # A story told anew asks for the same, and nothing is painted twice.
        count = len(painter(workshop).requests)
        await settings.put(workshop, OLU, "story.variation", "default")
        other = await ready(workshop)
        await variations.more_like(workshop, other.scenes[0].id, BO, 2)
        other = await come(workshop, other, 2)
        assert len(painter(workshop).requests) == count
        same = zip(other.scenes[0].shown.candidates, view.scenes[0].shown.candidates, strict=True)  # type: ignore[union-attr]
        assert all(one.media == another.media for one, another in same)


async def test_who_may_not_what_is_gone_and_what_is_under_way_is_refused(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        view = await ready(workshop)
        scene = view.scenes[0].id
        for picture in (0, 4, 99):
            with pytest.raises(NotFoundError, match="no picture"):
                await variations.more_like(workshop, scene, BO, picture)
        with pytest.raises(StateError, match="replaced by new ones"):
            await variations.more_like(workshop, scene, BO, 1, 7)
        with pytest.raises(NotFoundError):
            await variations.more_like(workshop, scene, replace(BO, server_id=HOME + 1), 1)
        await settings.put(workshop, OLU, "prompts.blocked", view.scenes[0].prompt.split()[1])
        with pytest.raises(NotAllowedError, match="into no prompt"):
            await variations.more_like(workshop, scene, BO, 1)
        await settings.put(workshop, OLU, "prompts.blocked", "none")
        await settings.put(workshop, OLU, "quota.day.member", "2")
        with pytest.raises(StateError):
            await variations.more_like(workshop, scene, BO, 1)
        await settings.put(workshop, OLU, "quota.day.member", "none")
        await settings.put(workshop, OLU, "roles.edit", "<@&123456789012345678>")
        with pytest.raises(NotAllowedError):
            await variations.likes_of(workshop, scene, BO, 1)
        await pauses.pause(workshop, OLU)
        await variations.more_like(workshop, scene, ADA, 1)
        with pytest.raises(StateError, match="already on their way"):
            await variations.more_like(workshop, scene, ADA, 1)
        with pytest.raises(StateError, match="already on their way"):
            await scenes.paint_again(workshop, scene, ADA)


async def test_they_are_painted_after_a_restart(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        view = await ready(workshop)

        def broken(request: PaintRequest) -> None:
            raise AssertionError("nothing is painted before the restart")

        painter(workshop).faults = broken
        await pauses.pause(workshop, OLU)
        await variations.more_like(workshop, view.scenes[0].id, BO, 2)
    fresh = QuickPainter()
    async with small_workshop(tmp_path, painter=fresh) as workshop:
        await pauses.resume(workshop, OLU)
        await come(workshop, view, 2)
        assert len(fresh.requests) == 1 and fresh.requests[0].subseed is not None


async def test_a_host_is_asked_in_its_own_words_with_the_checkpoint_of_the_picture(tmp_path: Path) -> None:
    attic = WebuiStandIn(seconds=0.0)
    cellar = WebuiStandIn(checkpoints=("storybook_v3",), flavour="sdnext", seconds=0.0)
    async with house(tmp_path, attic, cellar) as workshop:
        view = await told(workshop)
        for host in (attic, cellar):
            host.received.clear()
        await variations.more_like(workshop, view.scenes[0].id, BO, 2)
        await come(workshop, view, 2)
        asked = attic.received + cellar.received
        async with workshop.database.read() as session:
            rounds = list(await session.scalars(select(RoundRow).order_by(RoundRow.id)))
            job = (await session.scalars(select(JobRow).order_by(JobRow.id.desc()))).first()
        base, subseed = rounds[0].seed + 1, rounds[-1].extras["variation"]["subseed"]
        assert {request["seed"] for request in asked} == {base}
        assert {request["subseed_strength"] for request in asked} == {0.25}
        counted = [request["subseed"] + n for request in asked for n in range(request["n_iter"])]
        assert sorted(counted) == [subseed, subseed + 1, subseed + 2]
        assert job is not None and job.checkpoint == "storybook_v3"


async def test_a_portrait_is_varied_in_its_own_pose(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        tom = (await characters.add(workshop, OLU, Sheet("Tom", look="a tall man"))).character
        board = await portraits.preview(workshop, OLU, tom.id, None)
        view = await until(workshop, board, lambda v: bool(v.scenes) and v.scenes[0].shown is not None)
        await variations.more_like(workshop, view.scenes[0].id, BO, 4)
        await come(workshop, view, 2)
        poses = portraits.variants(tom)
        assert {request.prompt for request in painter(workshop).requests[6:]} == {poses[3]}


def test_a_sketch_varies_and_stays_framed_as_it_was() -> None:
    prompt = "Two foxes in a snowy forest at night"
    plain = paint(prompt, "", 7, 256, 144)
    varied = [paint(prompt, "", 7, 256, 144, subseed) for subseed in (1, 2, 1)]
    assert plain != varied[0] != varied[1] and varied[0] == varied[2]


@pytest.mark.parametrize(("typed", "share"), [(".25", 0.25), ("25%", 0.25), ("1", 1.0), ("0,5", 0.5), ("100 %", 1.0)])
def test_the_strength_is_typed(typed: str, share: float) -> None:
    assert read_typed(setting_of("story.variation"), typed) == share
    assert shown(setting_of("story.variation"), replace(ServerSettings(), variation=share)) == f"{share:g}"


@pytest.mark.parametrize("typed", ["0", "1.1", "-0.5", "101%", "much", ".", "nan"])
def test_what_is_no_share_is_refused(typed: str) -> None:
    assert setting_of("story.variation") in SETTINGS
    with pytest.raises(StateError, match=r"0\.01 to 1"):
        read_typed(setting_of("story.variation"), typed)
