"""A story painted by a WebUI host, through the engine: votes, a rewritten prompt, a host that is gone, and the film."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storycore.images.webui import WebuiOptions, WebuiPainter
from storycore.store.models import BallotSource, WorkState
from storycore.studio import ballots, films, scenes, stories
from storycore.studio.views import SceneView
from storycore.work.workshop import WorkOptions, Workshop
from tests.images.webui_stand_in import CHECKPOINTS, WebuiStandIn, simple_picture
from tests.support.studio import ADA, BO, new, painted, ready
from tests.support.workshops import small_workshop, until

QUICK = WebuiOptions(poll_every=0.02, read_timeout=20.0, connect_timeout=2.0)


@asynccontextmanager
async def painted_by(host: WebuiStandIn, folder: Path, options: WorkOptions | None = None) -> AsyncIterator[Workshop]:
    """A workshop whose painter is the host at ``host.url``."""
    async with small_workshop(folder, options, WebuiPainter(host.url, QUICK)) as workshop:
        yield workshop


def files_of(scene: SceneView) -> list[bytes]:
    assert scene.shown is not None
    return [candidate.path.read_bytes() for candidate in scene.shown.candidates]


async def test_a_hosts_pictures_are_voted_rewritten_and_filmed(tmp_path: Path) -> None:
    host = WebuiStandIn(user="ada", password="fire")
    async with host.running(), painted_by(host, tmp_path) as workshop:
        view = await ready(workshop)
        asked = {request["prompt"]: request for request in host.received}
        assert sorted(asked) == sorted(scene.prompt for scene in view.scenes)
        for scene in view.scenes:
            request = asked[scene.prompt]
            assert (request["n_iter"], request["width"], request["height"]) == (3, 128, 72)
            assert files_of(scene) == [simple_picture(request, request["seed"] + n) for n in range(3)]

        await ballots.cast(workshop, view.scenes[1].id, 1, BO, 2, BallotSource.BUTTON)
        await scenes.edit_prompt(workshop, view.scenes[0].id, BO, "a green frog with a crown")
        view = await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2)
        rewritten = host.received[-1]
        assert rewritten["prompt"] == "a green frog with a crown"
        assert files_of(view.scenes[0])[0] == simple_picture(rewritten, rewritten["seed"])

        count = len(host.received)
        await ready(workshop, title=view.title)
        assert len(host.received) == count, "the same prompts, seeds and checkpoint are not painted again"

        assert view.scenes[1].choice == 2
        await films.request(workshop, view.id, ADA, None)
        view = await until(workshop, view.id, lambda v: bool(v.films) and not v.films[0].unfinished)
        assert view.films[0].state is WorkState.DONE, view.films[0].problem
        assert view.films[0].path is not None and view.films[0].path.is_file()


async def test_another_checkpoint_paints_other_pictures(tmp_path: Path) -> None:
    host = WebuiStandIn()
    async with host.running():
        async with painted_by(host, tmp_path) as workshop:
            await ready(workshop)
        count = len(host.received)
        host.checkpoint = CHECKPOINTS[1]
        async with painted_by(host, tmp_path) as workshop:
            await ready(workshop)
        assert len(host.received) == 2 * count


async def test_a_host_that_is_away_is_waited_for_and_the_story_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storycore.work.jobs.painting._FIRST_WAIT_S", 0.2)
    host = WebuiStandIn()
    async with host.running():
        pass  # now its address is known, and nobody answers there
    host.port = int(host.url.rpartition(":")[2])
    async with painted_by(host, tmp_path) as workshop:
        story_id = await stories.create(workshop, new())
        view = await until(
            workshop, story_id, lambda v: bool(v.scenes) and all(s.coming and s.coming.problem for s in v.scenes)
        )
        assert view.scenes[0].coming is not None
        assert "Next try in" in view.scenes[0].coming.problem
        async with host.running():
            view = await until(workshop, story_id, painted)
        assert all(scene.failed is None for scene in view.scenes)


async def test_a_host_that_refuses_leaves_its_reason_and_again_retries(tmp_path: Path) -> None:
    host = WebuiStandIn()
    host.fail_next("validation", "validation")
    async with host.running(), painted_by(host, tmp_path) as workshop:
        story_id = await stories.create(workshop, new())
        view = await until(workshop, story_id, lambda v: bool(v.scenes) and all(s.failed for s in v.scenes))
        assert view.scenes[0].failed is not None and view.scenes[0].failed.problem
        await scenes.paint_again(workshop, view.scenes[0].id, BO)
        await until(workshop, story_id, lambda v: v.scenes[0].shown is not None)
