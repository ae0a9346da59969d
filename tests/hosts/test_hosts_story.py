"""Stories painted by several hosts: in parallel, elsewhere when one fails, and nothing lost whatever they answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storycore.store.hosts import HostHealth, NoticeRow
from storycore.store.models import CandidateRow, RoundRow, WorkState
from storycore.studio import queue, scenes, stories
from storycore.studio.hosts import NewHost, add
from storycore.studio.people import Person
from storycore.studio.views import SceneView
from storycore.work.workshop import Workshop
from tests.hosts.house import QUICK, eventually, host_rows, house, jobs, options, told
from tests.images.webui_stand_in import CHECKPOINTS, Fault, WebuiStandIn, simple_picture
from tests.support.studio import ADA, BO, HOME, new, painted
from tests.support.workshops import small_workshop, until

OLU = Person(9, "Olu", server_id=HOME, admin=True)


async def candidates(workshop: Workshop) -> list[CandidateRow]:
    async with workshop.database.read() as session:
        return list(await session.scalars(select(CandidateRow).order_by(CandidateRow.round_id, CandidateRow.number)))


async def test_hosts_paint_in_parallel_one_request_each(tmp_path: Path) -> None:
    hosts = [WebuiStandIn(seconds=0.3), WebuiStandIn(flavour="forge", seconds=0.3)]
    async with house(tmp_path, *hosts) as workshop:
        view = await told(workshop)
        assert [host.most_at_once for host in hosts] == [1, 1]
        assert [len(host.received) for host in hosts] == [1, 1], "each host had one of the two scenes"
        by_prompt = {asked["prompt"]: asked for host in hosts for asked in host.received}
        for scene in view.scenes:
            assert scene.shown is not None
            asked = by_prompt[scene.prompt]
            for number, candidate in enumerate(scene.shown.candidates):
                assert candidate.path.read_bytes() == simple_picture(asked, asked["seed"] + number), (
                    "bytes as they came"
                )
        for candidate_row in await candidates(workshop):
            kept = candidate_row.parameters
            assert kept["sd_model_name"] == CHECKPOINTS[0] and kept["seed"] == candidate_row.seed
            assert kept["host"] in {row.name for row in await host_rows(workshop)} and "Seed:" in kept["infotext"]
        rows = await host_rows(workshop)
        assert [row.flavour for row in rows] == ["a1111", "forge"]
        assert all(row.health is HostHealth.WELL for row in rows)
        assert not any(job.record for job in await jobs(workshop))


CASES: dict[Fault, str] = {
    "reset": "reset", "cut": "cut", "too_few": "too_few", "busy": "busy", "html": "not_a_webui", "list": "not_a_webui",
    "validation": "refused", "error": "crashed", "lost_cause": "crashed", "text_500": "crashed", "oom": "out_of_memory",
    "unauthorized": "auth", "broken_base64": "broken_base64", "truncated_png": "damaged", "bomb": "too_large",
    "not_an_image": "no_picture", "small": "wrong_size", "wrong_model": "wrong_model", "no_lora": "no_lora",
    "no_info": "no_info",
}  # fmt: skip


async def test_whatever_a_host_answers_is_named_and_only_right_pictures_are_kept(tmp_path: Path) -> None:
    """Two hosts: whichever is asked first answers with the fault, and the job goes on until it has right pictures."""
    first, second = WebuiStandIn(), WebuiStandIn(flavour="forge")
    second._faults = first._faults  # whoever is asked next
    async with house(tmp_path, first, second) as workshop:
        view = await told(workshop, checkpoint=CHECKPOINTS[1])
        scene = view.scenes[0]
        for number, (fault, case) in enumerate(CASES.items(), start=2):
            first.fail_next(fault)
            prompt = f"<lora:mara_v2:0.8> a frog with a crown, number {number}"
            await scenes.edit_prompt(workshop, scene.id, OLU, prompt)
            view = await until(
                workshop,
                view.id,
                lambda v, n=number: (
                    v.scenes[0].coming is None and (v.scenes[0].failed or v.scenes[0].shown.number == n)
                ),  # type: ignore[misc]
                90,
            )
            assert view.scenes[0].failed is None, (fault, view.scenes[0].failed)
            record = (await jobs(workshop))[-1].record
            # Forge does not say why it failed.
            forge = fault == "oom" and record[0]["host"] == second.url.removeprefix("http://")
            assert [entry["case"] for entry in record] == ["crashed" if forge else case], fault
            assert record[0]["host"] and record[0]["words"] and record[0]["at"]
            assert "127.0.0.1" not in record[0]["words"]
            shown = view.scenes[0].shown
            assert shown is not None
            asked = next(a for host in (first, second) for a in reversed(host.received) if a["prompt"] == prompt)
            right = [simple_picture(asked, asked["seed"] + n) for n in range(3)]
            assert [candidate.path.read_bytes() for candidate in shown.candidates] == right, fault
        assert not first._faults


async def test_a_host_that_never_answers_is_named_and_the_job_goes_on(tmp_path: Path) -> None:
    first, second = WebuiStandIn(), WebuiStandIn()
    second._faults = first._faults
    first.fail_next("hang")
    async with house(tmp_path, first, second, webui=replace(QUICK, read_timeout=2.0)) as workshop:
        view = await told(workshop)
        assert all(scene.failed is None for scene in view.scenes)
        assert "too_slow" in [entry["case"] for job in await jobs(workshop) for entry in job.record]


@pytest.mark.parametrize("fault", ["black", "blank", "repeated", "too_many", "grid", "extra_images"])
async def test_empty_and_repeated_pictures_are_painted_again_and_extra_ones_left_out(
    tmp_path: Path, fault: Fault
) -> None:
    host = WebuiStandIn()
    async with house(tmp_path, host) as workshop:
        host.fail_next(fault)
        view = await told(workshop)
        for scene in view.scenes:
            assert scene.shown is not None and len({candidate.media for candidate in scene.shown.candidates}) == 3
        again = fault in ("black", "blank", "repeated")
        assert len(host.received) == 2 + (1 if fault in ("black", "blank") else 2 if fault == "repeated" else 0)
        rows = await candidates(workshop)
        async with workshop.database.read() as session:
            rounds = {row.id: row for row in await session.scalars(select(RoundRow))}
        other = [row for row in rows if row.seed != (rounds[row.round_id].seed + row.number - 1) % 2**32]
        assert bool(other) is again


async def test_a_host_that_paints_nothing_but_black_is_given_up(tmp_path: Path) -> None:
    host = WebuiStandIn()
    async with house(tmp_path, host) as workshop:
        for _ in range(12):
            host.fail_next("black")
        story_id = await stories.create(workshop, new(candidates=1))
        view = await until(workshop, story_id, lambda v: bool(v.scenes) and all(s.failed for s in v.scenes), 90)
        assert view.scenes[0].failed is not None and "empty pictures" in view.scenes[0].failed.problem
        assert len(host.received) == 6, "three times each"
        assert await candidates(workshop) == []


async def test_a_job_that_three_hosts_fail_with_is_the_jobs_own_fault(tmp_path: Path) -> None:
    hosts = [WebuiStandIn() for _ in range(4)]
    for host in hosts:
        host.fail_next("oom", "oom", "oom")
    async with house(tmp_path, *hosts) as workshop:
        story_id = await stories.create(workshop, new(script="A frog sat on a stone in the well all day long."))
        view = await until(workshop, story_id, lambda v: bool(v.scenes) and all(s.failed for s in v.scenes), 90)
        assert view.scenes[0].failed is not None and "out of memory" in view.scenes[0].failed.problem
        job = (await jobs(workshop))[0]
        assert len(job.failed_on) == 3 and [entry["case"] for entry in job.record] == ["out_of_memory"] * 3
        assert sum(len(host.received) for host in hosts) == 3


async def test_without_a_host_jobs_wait_an_admin_is_told_once_and_all_goes_on(tmp_path: Path) -> None:
    host = WebuiStandIn()
    async with host.running():
        pass
    host.port = int(host.url.rpartition(":")[2])
    async with small_workshop(tmp_path, options([host.url])) as workshop:
        story_id = await stories.create(workshop, new())
        view = await until(
            workshop,
            story_id,
            lambda v: bool(v.scenes) and all(s.coming and "Next try in" in s.coming.problem for s in v.scenes),
        )
        await eventually(
            lambda: not any(h.reachable for h in workshop.hosts.dispatcher.hosts.values() if not h.is_here)
        )
        await asyncio.sleep(0.5)  # several trials later it still has been said once
        async with workshop.database.read() as session:
            assert await session.scalar(select(func.count(NoticeRow.id))) == 1
        told_ = await queue.show(workshop, ADA)
        assert told_.unreachable and told_.hosts == 0 and len(told_.waiting) == 2
        async with host.running():
            view = await until(workshop, story_id, painted, 90)
            assert all(scene.failed is None for scene in view.scenes)
            async with workshop.database.read() as session:
                notice = (await session.scalars(select(NoticeRow))).one()
            assert notice.over_at is not None and "No painter is reachable" in notice.words


async def test_a_removed_hosts_work_goes_elsewhere_and_is_stopped_there(tmp_path: Path) -> None:
    slow, quick = WebuiStandIn(seconds=60), WebuiStandIn()
    async with house(tmp_path, slow) as workshop, quick.running():
        story_id = await stories.create(workshop, new())
        await eventually(lambda: slow.running_task)
        operator = Person(None, "operator")
        await add(workshop, operator, NewHost(quick.url, everywhere=True))
        row = (await host_rows(workshop))[0]
        async with workshop.database.write() as session:
            await session.delete(await session.merge(row))
        await workshop.hosts.reload()
        view = await until(workshop, story_id, painted, 90)
        assert all(scene.failed is None for scene in view.scenes)
        await eventually(lambda: not slow.running_task)
        assert len(slow.interrupted) >= 1 and "" not in slow.interrupted
        assert [entry["case"] for job in await jobs(workshop) for entry in job.record] == ["removed"]


async def test_cancelling_stops_that_picture_on_its_host_and_no_other(tmp_path: Path) -> None:
    hosts = [WebuiStandIn(seconds=60), WebuiStandIn(seconds=60)]
    async with house(tmp_path, *hosts) as workshop:
        await stories.create(workshop, new())
        await eventually(lambda: all(host.running_task for host in hosts))
        running: tuple[queue.JobView, ...] = ()
        async with asyncio.timeout(60):
            while len(running := (await queue.show(workshop, ADA)).running) < 2:
                await asyncio.sleep(0.02)
        assert {view.host_name for view in running} == {row.name for row in await host_rows(workshop)}
        gone = running[0]
        hit = next(host for host in hosts if f"fireside-{gone.round_id}-" in host.running_task)
        other = next(host for host in hosts if host is not hit)
        await queue.cancel(workshop, gone.id, ADA)
        await eventually(lambda: not hit.running_task)
        assert set(hit.interrupted) == {hit.received[0]["force_task_id"]}
        assert other.interrupted == [] and other.running_task
        left = (await queue.show(workshop, ADA)).running
        assert [view.id for view in left] == [running[1].id]


async def test_a_prompt_goes_to_the_host_that_has_its_lora(tmp_path: Path) -> None:
    bare, rich = WebuiStandIn(loras=()), WebuiStandIn()
    async with house(tmp_path, bare, rich) as workshop:
        view = await told(workshop)
        await eventually(
            lambda: all(h.is_here or h.abilities.checkpoints for h in workshop.hosts.dispatcher.hosts.values())
        )
        await scenes.edit_prompt(workshop, view.scenes[0].id, OLU, "<lora:red_cloak:1> a frog")
        await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2, 90)
        assert rich.received[-1]["prompt"].startswith("<lora:red_cloak") and bare.loras == ()
        await scenes.edit_prompt(workshop, view.scenes[1].id, OLU, "<lora:gold_hat:1> a frog")
        view = await until(workshop, view.id, lambda v: bool(v.scenes[1].coming and v.scenes[1].coming.problem), 90)
        assert view.scenes[1].coming is not None
        assert "No GPU host has the LoRA “gold_hat”." in view.scenes[1].coming.problem
        assert view.scenes[1].coming.state is WorkState.WAITING
        await scenes.edit_prompt(workshop, view.scenes[0].id, BO, "a toad")
        await until(workshop, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 3, 90)


async def test_work_at_a_host_goes_on_after_a_restart_and_nothing_is_painted_twice(tmp_path: Path) -> None:
    host = WebuiStandIn()
    async with host.running():
        async with small_workshop(tmp_path, options([host.url])) as first:
            view = await told(first)
            host.seconds = 60
            await scenes.paint_again(first, view.scenes[0].id, BO)
            await eventually(lambda: host.running_task)
        count = len(host.received)
        host.seconds = 0.02
        async with small_workshop(tmp_path, options([host.url])) as second:
            view = await until(
                second, view.id, lambda v: v.scenes[0].shown is not None and v.scenes[0].shown.number == 2, 90
            )
            rows = await candidates(second)
            assert len(rows) == len({(row.round_id, row.number) for row in rows}) == 9
            assert len(host.received) == count + 1


async def test_previews_and_progress_while_a_host_paints(tmp_path: Path) -> None:
    host = WebuiStandIn(seconds=30)
    async with house(tmp_path, host) as workshop:
        story_id = await stories.create(workshop, new())
        view = await until(workshop, story_id, lambda v: any(s.coming and s.coming.progress > 0 for s in v.scenes), 90)
        round_ = next(s.coming for s in view.scenes if s.coming and s.coming.progress > 0)
        await eventually(lambda: workshop.previews.of(round_.id))
        preview = workshop.previews.of(round_.id)
        assert preview is not None and preview.data[:3] == b"\xff\xd8\xff"
        await stories.cancel(workshop, story_id, ADA)
        await eventually(lambda: workshop.previews.of(round_.id) is None)


async def test_a_pause_takes_jobs_out_and_puts_them_back(tmp_path: Path) -> None:
    host = WebuiStandIn()
    async with house(tmp_path, host) as workshop:
        await queue.hold(workshop, ADA.server_id, reason="quiet hours", by_name="Mo")
        story_id = await stories.create(workshop, new())
        await until(workshop, story_id, lambda v: bool(v.scenes))
        shown = await queue.show(workshop, ADA)
        assert shown.hold is not None and shown.hold.reason == "quiet hours"
        assert [job.held for job in shown.waiting] == [True, True] and host.received == []
        assert await queue.release(workshop, ADA.server_id) == 2
        await until(workshop, story_id, painted, 90)
        assert (await queue.show(workshop, ADA)).hold is None


async def test_a_host_that_fails_with_everything_is_tried_seldom_and_told_of_once(tmp_path: Path) -> None:
    """Two jobs are at fault as far as anybody knows; after the third failure it is the host, and jobs wait for it."""
    host = WebuiStandIn()
    host.fail_next("error", "error", "error", "error")
    async with house(tmp_path, host, waits=(0.05,)) as workshop:
        ids = [await stories.create(workshop, new()), await stories.create(workshop, new())]

        async def views() -> list[SceneView]:
            return [scene for id_ in ids for scene in (await stories.show(workshop, id_)).scenes]

        async def settled() -> bool:
            seen = await views()
            return len(seen) == 4 and all(scene.failed or scene.shown for scene in seen)

        async with asyncio.timeout(90):
            while not await settled():
                await asyncio.sleep(0.02)
        seen = await views()
        assert sum(scene.failed is not None for scene in seen) == 2
        assert len(host.received) == 6
        async with workshop.database.read() as session:
            notices = list(await session.scalars(select(NoticeRow)))
        sick = [notice for notice in notices if notice.kind.startswith("sick:")]
        assert len(sick) == 1 and "fails with everything" in sick[0].words
        row = (await host_rows(workshop))[0]
        assert row.health is HostHealth.WELL and "failed while painting" in sick[0].words
        await eventually(lambda: not workshop.hosts.dispatcher.hosts[row.id].sick)
        async with workshop.database.read() as session:
            assert (await session.get_one(NoticeRow, sick[0].id)).over_at is not None
