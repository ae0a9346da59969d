"""The same code on PostgreSQL: the engine, the queue, the hosts, a restart in the middle, a film."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storycore.store.models import WorkState
from storycore.studio import films, queue, scenes, stories
from tests.hosts.house import eventually, jobs, options
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.postgresql import postgresql
from tests.support.studio import ADA, BO, new, painted
from tests.support.workshops import small_workshop, until


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


async def test_a_story_is_painted_and_filmed_on_postgresql(tmp_path: Path, server: str) -> None:
    hosts = [WebuiStandIn(), WebuiStandIn(flavour="forge")]
    hosts[0].fail_next("cut")
    async with hosts[0].running(), hosts[1].running():
        wanted = options([host.url for host in hosts])
        async with small_workshop(tmp_path, wanted, url=server) as first:
            story_id = await stories.create(first, new())
            view = await until(first, story_id, painted, 120)
            assert all(len(scene.shown.candidates) == 3 for scene in view.scenes if scene.shown is not None)
            assert sum(len(job.record) for job in await jobs(first)) == 1
            for host in hosts:
                host.paused = True
            await scenes.paint_again(first, view.scenes[0].id, BO, 1)
            await scenes.paint_again(first, view.scenes[1].id, BO, 1)
            await eventually(lambda: all(host.running_task for host in hosts))
            view = await stories.show(first, story_id)
            waiting = [scene.coming for scene in view.scenes]
            assert all(round_ is not None for round_ in waiting)
            mine = (await queue.show(first, BO)).running or (await queue.show(first, BO)).waiting
            assert mine and all(job.mine for job in mine)
        for host in hosts:
            host.paused = False
        async with small_workshop(tmp_path, wanted, url=server) as second:
            view = await until(second, story_id, lambda v: all(s.shown and s.shown.number == 2 for s in v.scenes), 120)
            film_id = (await films.request(second, story_id, ADA, None)).film_id
            view = await until(
                second, story_id, lambda v: any(f.id == film_id and f.state is WorkState.DONE for f in v.films), 120
            )
            assert view.films[0].path is not None and view.films[0].path.stat().st_size > 1000
