"""Styles, photographed: every state of their messages, and the pop-up in which one is changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox.web import Page
from storycore.studio import styles
from storycore.studio.people import Person
from tests.browser.gallery import picture, section
from tests.browser.house import looking, needs_chromium
from tests.browser.states import Painted
from tests.browser.style_states import INK, style_states
from tests.browser.test_browser_page import campfire
from tests.browser.test_browser_states import NARROW, post
from tests.support.wire import wire_to

pytestmark = pytest.mark.timeout(300)
FORM = ("style-form", "The pop-up")


async def test_every_state_of_styles(tmp_path: Path) -> None:
    states = style_states(await asyncio.to_thread(Painted, tmp_path))
    async with campfire() as (sandbox, browser):
        ada = await browser.tab("Ada", **NARROW)
        for state in states:
            message = post(sandbox, state)
            shown = ada.page.locator(f'li[data-id="{message.id}"] .container')
            await expect(shown.locator("img")).to_have_count(len(state.sheet.files))
            await picture(shown, state.name)
    section("Styles", [*((state.name, state.caption) for state in states), FORM])


async def test_the_pop_up_holds_everything_a_style_says(tmp_path: Path) -> None:
    needs_chromium()
    async with wire_to(tmp_path) as wire, Page(wire.sandbox) as page, looking(page) as browser:
        olu = Person(1, "Olu", admin=True, server_id=wire.sandbox.default_guild.id)
        await styles.add(wire.workshop, olu, INK)
        tab = await browser.tab("Olu", viewport={"width": 700, "height": 1500})
        answer = await (await wire.member("Olu").slash(wire.channel, "style show", style="Ink")).response()
        card = tab.page.locator(f'li[data-id="{answer.id}"]')
        await card.get_by_role("button", name="Edit").click()
        form = tab.page.locator("dialog[open]")
        await expect(form.locator("textarea").first).to_have_value(INK.template)
        await expect(form.locator("textarea").last).to_have_value("\n".join([
            "checkpoint: dream-xl", "sampler: DPM++ 2M", "scheduler: Karras", "steps: 28", "size: 1216x832",
            "CFG scale: 6.5", "clip skip: 2", "VAE: soft.vae.pt", "hires fix: 1.5", "upscaler: R-ESRGAN 4x+",
            "hires steps: 12",
        ]))  # fmt: skip
        await picture(form, FORM[0])
        await form.locator("textarea").first.fill("pen and wash, {prompt}")
        await form.get_by_role("button", name="Submit").click()
        await expect(tab.message("is changed")).to_be_visible()
        changed = await styles.find(wire.workshop, olu, "Ink")
        assert changed.style.template == "pen and wash, {prompt}" and changed.style.steps == 28
