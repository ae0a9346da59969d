"""The developers' panel: traffic with its verdicts, and trouble that the page itself outlives."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import expect

from bot.cli.sandbox import Plan, Running, opened
from tests.browser.house import Looking, Tab, looking, needs_chromium

TEN_LINES = """
import os, discord, yarl
discord.http.Route.BASE = os.environ["DISCORD_API"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY"])
client = discord.Client(intents=discord.Intents.default())

@client.event
async def on_message(message):
    if not message.author.bot:
        await message.channel.send(f"hello, {message.author.display_name}")

client.run(os.environ["DISCORD_TOKEN"])
"""


@asynccontextmanager
async def another_bot(folder: Path) -> AsyncIterator[tuple[Running, Looking]]:
    """`fireside sandbox --bot "python ten_lines.py"`."""
    needs_chromium()
    script = folder / "ten_lines.py"
    await asyncio.to_thread(script.write_text, TEN_LINES)
    async with opened(Plan(port=0, command=f"{sys.executable} {script}"), folder) as running:
        await running.sandbox.wait_ready(60, commands=False)
        async with looking(running.page) as browser:
            yield running, browser


async def panel(tab: Tab) -> None:
    """Open the panel, with its trouble."""
    await tab.page.get_by_role("button", name="Developers").click()
    await tab.page.get_by_text("Make trouble").click()


async def test_traffic_and_a_bot_that_is_killed(tmp_path: Path) -> None:
    async with another_bot(tmp_path) as (running, browser):
        ada = await browser.tab("Ada")
        await panel(ada)
        await ada.say("anyone there?")
        await expect(ada.message("hello, Ada")).to_be_visible()
        line = ada.page.locator(".log li.rest").filter(has_text="POST").first
        await expect(line.locator(".verdict")).to_have_text("200 ✓")
        await line.locator("summary").click()
        await expect(line.locator("pre")).to_contain_text("hello, Ada")
        checked = "OpenAPI ok" if running.sandbox.checks_requests else "not checked"
        await expect(line.locator(".fine")).to_have_text([f"Request: {checked}", f"Answer: {checked}"])
        event = ada.page.locator(".log li.gateway").filter(has_text="MESSAGE_CREATE").last
        await event.locator("summary").click()
        # Without the intent for it, the bot is not told what was written.
        await expect(event.locator("pre")).to_contain_text('"username": "ada"')
        await expect(event.locator("pre")).to_contain_text('"content": ""')
        await ada.page.get_by_role("button", name="Kill the bot").click()
        await expect(ada.page.locator("#bot-state")).to_have_text("Bot is stopped")
        await expect(ada.page.locator("#panel dl")).to_contain_text("ended, code -9")
        before = running.sandbox.connections
        await ada.page.get_by_role("button", name="Start the bot").click()
        await running.sandbox.wait_ready(60, commands=False, after=before)
        await expect(ada.page.locator("#bot-state")).to_have_text("Bot is online")
        await ada.page.get_by_role("button", name="Its log").click()
        await expect(ada.page.locator(".bot-log")).to_contain_text("logging in")


async def test_trouble_on_the_way_and_a_clock_that_is_wound_forward(tmp_path: Path) -> None:
    async with another_bot(tmp_path) as (running, browser):
        ada = await browser.tab("Ada")
        await panel(ada)
        press = ada.page.get_by_role("button")
        before = running.sandbox.gateway.resumed
        await press.and_(ada.page.get_by_label("Drop the connection")).click()
        await running.sandbox.wait_for(lambda: running.sandbox.gateway.resumed > before, 30)
        await press.and_(ada.page.get_by_label("Next answer: 429")).click()
        await ada.say("one")
        await expect(ada.page.locator(".log .verdict.bad")).to_have_text("429 ✗")
        await expect(ada.message("hello, Ada")).to_be_visible()
        await press.and_(ada.page.get_by_label("Down for 10 s")).click()
        await expect(ada.page.locator("#panel dl")).to_contain_text("down")
        await ada.say("is anyone there?")
        await expect(ada.message("is anyone there?")).to_be_visible()
        await press.filter(has_text="Up again").click()
        await expect(ada.page.locator("#bot-state")).to_have_text("Bot is online")
        await press.filter(has_text="+ 15 minutes").click()
        await expect(ada.page.locator("#panel dl")).to_contain_text("15 minutes ahead")
        assert running.sandbox.clock.ahead == 900
