"""For everyone: axe-core finds no serious fault, light or dark, wide or narrow; and the keyboard reaches everything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import expect

from sandbox import Sandbox
from sandbox.model import FLAG_COMPONENTS_V2, FLAG_EPHEMERAL
from sandbox.web import Page
from sandbox.world import File
from tests.browser.house import Tab, looking
from tests.browser.test_browser_page import EMBED, everything, picture

FACES: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
]


async def faults(tab: Tab) -> list[str]:
    """What axe-core calls serious or critical: rule, and where."""
    await tab.page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = await tab.page.evaluate("() => axe.run(document)")
    assert len(found["passes"]) > 15, "axe-core has hardly looked"
    return [
        f"{rule['id']}: {node['target']} {json.dumps(node.get('any', [])[:1])[:300]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def furnish(sandbox: Sandbox) -> None:
    """Messages of every kind, and a thread."""
    world, stories = sandbox.world, sandbox.default_guild.channel("stories")
    shots = [world.attach(stories, File(f"{name}.png", picture(name), f"all {name}")) for name in ("teal", "tan")]
    paper = world.attach(stories, File("script.md", b"# Hello"))
    ada = sandbox.default_guild.member("Ada")
    first = world.post(
        stories, ada.member.user, content="**Hello** `code` ||hid|| <t:1700000000:R> [a](https://a.example)"
    )
    world.react(first, ada.id, "🔥")
    every = everything(shots, paper)
    world.post(stories, world.bot, flags=FLAG_COMPONENTS_V2, components=[every], attachments=[*shots, paper])
    world.post(stories, world.bot, embeds=[EMBED])
    world.post(
        stories, world.bot, content="```\nlong\n```\n> quoted\n-# small", flags=FLAG_EPHEMERAL, visible_to=ada.id
    )
    world.start_thread(stories, ada.member, "A thread", first, 1440)


@pytest.mark.parametrize("face", FACES, ids=["light", "dark", "phone"])
async def test_axe_finds_no_serious_fault(face: dict[str, Any]) -> None:
    async with Sandbox() as sandbox, Page(sandbox) as page, looking(page) as browser:
        furnish(sandbox)
        olu = await browser.tab("Olu", **face)
        await expect(olu.page.locator("li.message")).to_have_count(3)
        assert await faults(olu) == []
        ada = await browser.tab("Ada", **face)
        await expect(ada.page.locator("li.message.ephemeral")).to_have_count(1)
        await ada.page.locator("li.message").first.focus()
        await ada.page.keyboard.press("Shift+F10")
        assert await faults(ada) == []
        await ada.page.keyboard.press("Escape")
        await ada.page.get_by_role("button", name="Choose some").click()
        assert await faults(ada) == []
        await ada.page.keyboard.press("Escape")
        await ada.page.get_by_role("button", name="Open large: all tan").click()
        assert await faults(ada) == []
        await ada.page.keyboard.press("Escape")
        await ada.page.get_by_role("button", name="Developers").click()
        await ada.page.get_by_text("Make trouble").click()
        assert await faults(ada) == []


async def test_the_keyboard_reaches_everything_and_comes_back() -> None:
    async with Sandbox() as sandbox, Page(sandbox) as page, looking(page) as browser:
        furnish(sandbox)
        ada = await browser.tab("Ada", viewport={"width": 360, "height": 740})
        await expect(ada.page.locator("li.message")).to_have_count(4)
        keyboard = ada.page.keyboard
        opener = ada.page.get_by_role("button", name="Channels and people")
        await opener.focus()
        await keyboard.press("Enter")
        await expect(ada.page.locator("#places button").first).to_be_focused()
        await keyboard.press("Escape")
        await expect(opener).to_be_focused()
        await ada.page.get_by_role("combobox", name="Message").focus()
        await keyboard.press("ArrowUp")
        last = ada.page.locator("li.message").last
        await expect(last).to_be_focused()
        await keyboard.press("ArrowUp")
        await keyboard.press("Shift+F10")
        await expect(ada.page.get_by_role("menuitem").first).to_be_focused()
        await keyboard.press("Escape")
        await expect(ada.page.get_by_role("menu")).to_have_count(0)
        inside = await ada.page.evaluate("document.activeElement.closest('li.message') !== null")
        assert inside, "the focus is lost after the menu"
