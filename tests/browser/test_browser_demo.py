"""What `fireside sandbox --demo` runs: a process, a link, a story that plays by itself, Ctrl+C, and nothing left."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.house import ARGUMENTS, BROWSER_PATH, CHROMIUM, QUICK, needs_chromium

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).resolve().parents[2]
LONG_MS = 180_000
SETTINGS = QUICK | {"FIRESIDE_CANDIDATES": "4"}
QUIET_S = 30


async def said_until(process: asyncio.subprocess.Process, pattern: str, seconds: float) -> str:
    """What the process prints, up to a line that fits; gives what fitted."""
    assert process.stdout is not None
    said = ""
    while not (found := re.search(pattern, said)):
        line = await asyncio.wait_for(process.stdout.readline(), seconds)
        assert line, f"it ended: {said}"
        said += line.decode()
    return found[0]


def members(group: int) -> list[str]:
    """The processes of a group that are still there (zombies are not), by what they are."""
    found: list[str] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = folder.joinpath("stat").read_text().rpartition(")")[2].split()[:3]
            command = folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has just ended
        if int(its_group) == group and state != "Z":
            found.append(command)
    return found


async def test_the_demo_plays_to_the_film_and_ctrl_c_ends_everything(tmp_path: Path) -> None:
    needs_chromium()
    script = f"from bot.cli.sandbox import Plan, run; run(Plan(port=0, demo=True, settings={SETTINGS}))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        link = await said_until(process, r"http://\S+key=\S+", 60)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "PATH": BROWSER_PATH}
            )
            page = await browser.new_page()
            await page.goto(f"{link}#as=Bo")
            await expect(page.locator("#bot-state")).to_have_text("Fireside is online", timeout=LONG_MS)
            await page.locator("button.thread").click(timeout=LONG_MS)
            video = page.locator("video")
            await expect(video).to_have_count(1, timeout=LONG_MS)
            await video.evaluate("v => v.readyState > 1 || new Promise((done) => { v.onloadeddata = done; })")
            await said_until(process, "The film is in the story's thread", 60)
            # Ctrl+C goes to every process of the terminal.
            os.killpg(process.pid, signal.SIGINT)
            out, _ = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 0, out.decode()
            assert "Traceback" not in out.decode()
            await expect(page.locator("#offline")).to_be_visible()
            await browser.close()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    for _ in range(QUIET_S):
        if not (left := members(process.pid)):
            break
        await asyncio.sleep(1)
    assert left == []
    assert list(tmp_path.glob("fireside-sandbox-*")) == [], "the data was not cleared away"
