"""A sandbox with its page and the real bot as a process, and Debian's Chromium to look at it with."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.cli.sandbox import Plan, Running, opened
from sandbox.web import Page as SandboxPage

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio"]
QUICK = {"FIRESIDE_PICTURE_SIZE": "256x144", "FIRESIDE_FILM_QUALITY": "360", "FIRESIDE_CANDIDATES": "3"}
BROWSER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Debian's Chromium is started by a script that needs `cat` and its like; our tests' own PATH has none."""
PATIENCE_MS = 60_000
SHOTS = Path(__file__).resolve().parents[2] / "docs" / "sandbox"
STORY = """# The Well

Mara walked to the old well at dusk. "Who is down there?" asked Mara.

---

The fox climbed out of the well. "Only me," said the fox.
"""


def needs_chromium() -> None:
    """Chromium must be there under CI; elsewhere these tests are left out, with a word."""
    if CHROMIUM.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{CHROMIUM} is missing: the sandbox's page was not tested")
    pytest.skip(f"there is no {CHROMIUM} (Debian: apt install chromium)")


@dataclass(slots=True)
class Looking:
    """A browser that looks at a page. `complaints`: what went wrong inside its tabs."""

    sandbox_page: SandboxPage
    browser: Browser
    complaints: list[str]

    async def tab(self, name: str, **context: Any) -> Tab:
        """A new tab as this person, once it shows a channel."""
        made = await self.browser.new_context(**({"viewport": {"width": 1280, "height": 860}} | context))
        made.set_default_timeout(PATIENCE_MS)
        page = await made.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        page.on("console", lambda said: self._heard(name, said.type, said.text))
        page.on("request", lambda request: self._asked(name, request.url))
        await page.goto(f"{self.sandbox_page.url}#as={name}")
        tab = Tab(name, page)
        await expect(page.locator(".me strong")).to_have_text(name, timeout=PATIENCE_MS)
        await expect(page.locator(".place.open")).to_have_count(1, timeout=PATIENCE_MS)
        assert self.sandbox_page.guard.secret not in page.url, "the secret stays in the address bar"
        return tab

    def _heard(self, name: str, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(f"{name}: {text}")

    def _asked(self, name: str, url: str) -> None:
        own = f"127.0.0.1:{self.sandbox_page.port}/"
        if not url.startswith((f"http://{own}", f"ws://{own}", "blob:", "data:")):
            self.complaints.append(f"{name} asked elsewhere: {url}")


@dataclass(slots=True)
class Tab:
    """One person's tab."""

    name: str
    page: Page

    def message(self, text: str) -> Locator:
        """The newest message that holds this text."""
        return self.page.locator("li.message").filter(has_text=text).last

    async def say(self, text: str) -> None:
        """Write a message and send it."""
        await self.page.get_by_role("combobox", name="Message").fill(text)
        await self.page.keyboard.press("Enter")

    async def say_reply(self, text: str) -> None:
        """Write what is being replied, and send it."""
        await self.page.locator("#write").fill(text)
        await self.page.keyboard.press("Enter")

    async def choose_command(self, name: str) -> Locator:
        """Type a slash command's name and choose it; gives its form."""
        write = self.page.get_by_role("combobox", name="Message")
        await write.fill(f"/{name}")
        await expect(self.page.locator(".commands .option.active strong")).to_have_text(f"/{name}")
        await write.press("Enter")
        return self.page.get_by_role("form", name=f"/{name}")

    async def open_thread(self) -> None:
        """Go into the newest thread."""
        await self.page.locator("button.thread").last.click()
        await expect(self.page.locator(".threads .place.open")).to_have_count(1)

    async def open_thread_on_phone(self) -> None:
        """Go into the newest thread, where the channels are behind a button."""
        await self.page.locator("button.thread").last.click()
        await expect(self.page.locator("#topic")).to_contain_text("in #")

    async def shot(self, name: str) -> None:
        """A picture of the page for the documentation: written when asked, otherwise one has to be there."""
        path = SHOTS / f"{name}.png"
        if os.environ.get("UPDATE_SCREENSHOTS") == "1":
            # Nothing that moves, and no pointer that happens to be over something.
            await self.page.mouse.move(2, 400)
            await self.page.screenshot(path=path, animations="disabled", caret="hide")
        assert path.is_file(), f"docs/sandbox/{name}.png is missing: UPDATE_SCREENSHOTS=1 writes it"


@asynccontextmanager
async def looking(page: SandboxPage) -> AsyncIterator[Looking]:
    """Chromium. At the end no tab may have complained, or asked for anything that is not the sandbox's."""
    needs_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "PATH": BROWSER_PATH}
        )
        made = Looking(page, browser, [])
        try:
            yield made
        finally:
            await browser.close()
        assert made.complaints == []


@asynccontextmanager
async def house(folder: Path, **settings: str) -> AsyncIterator[tuple[Running, Looking]]:
    """The sandbox with the real bot, from an empty folder, and a browser. No request may break the contract."""
    needs_chromium()
    async with opened(Plan(port=0, settings=QUICK | settings), folder) as running:
        await running.sandbox.wait_ready(60)
        async with looking(running.page) as browser:
            yield running, browser
        assert [str(item) for item in running.sandbox.violations] == []
