"""Killed with -9 in the middle of a painting: the next process stops what the host is still at, and goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

from sqlalchemy import select

from storycore.store.models import CandidateRow
from tests.hosts.house import eventually, jobs, options
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.studio import painted
from tests.support.workshops import small_workshop, until

ROOT = Path(__file__).resolve().parents[2]


async def test_killed_while_a_host_paints(tmp_path: Path) -> None:
    host = WebuiStandIn(seconds=600)
    async with host.running():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.hosts.killable", str(tmp_path), host.url, cwd=ROOT
        )
        try:
            await eventually(lambda: host.running_task, 120)
            left = host.running_task
            # Its name stands in the rows a moment after the host was asked; a kill before that costs only time.
            async with asyncio.timeout(60):
                while not await _noted(tmp_path, left):
                    await asyncio.sleep(0.05)
        finally:
            process.kill()
            await process.wait()
        assert host.running_task == left, "the host does not know that nobody wants it"
        host.seconds = 0.02  # for those that begin from now on
        async with small_workshop(tmp_path, options([host.url])) as workshop:
            await eventually(lambda: left not in host.running_task)
            assert host.interrupted[0] == left and set(host.interrupted) == {left}
            view = await until(workshop, 1, painted, 120)
            assert all(scene.failed is None for scene in view.scenes)
            async with workshop.database.read() as session:
                rows = list(await session.scalars(select(CandidateRow)))
            assert len(rows) == len({(row.round_id, row.number) for row in rows}) == 6
            assert len(await jobs(workshop)) == 2


async def _noted(folder: Path, task: str) -> bool:
    def look() -> bool:
        connection = sqlite3.connect(folder / "fireside.db", timeout=30)
        try:
            found = connection.execute("SELECT task FROM job WHERE task != ''").fetchall()
        finally:
            connection.close()
        return any(f"fireside-{name}" in task for (name,) in found)

    return await asyncio.to_thread(look)
