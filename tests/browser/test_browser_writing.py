"""Replies, changes to one's own messages and threads through the page, by keyboard and by pointer."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.test_browser_page import campfire, post


async def test_reply_edit_delete_and_start_a_thread() -> None:
    async with campfire() as (sandbox, browser):
        post(sandbox, "Who tells the next story?")
        stories = sandbox.default_guild.channel("stories")
        ada, bo = await browser.tab("Ada"), await browser.tab("Bo")
        keyboard, write = ada.page.keyboard, ada.page.get_by_role("combobox", name="Message")
        # By keyboard alone: up to the message, R, the words, Enter.
        await write.press("ArrowUp")
        await keyboard.press("r")
        await expect(ada.page.locator(".mode")).to_contain_text("You reply to Ember")
        reply = ada.page.get_by_role("combobox", name="Message, a reply to Ember")
        await expect(reply).to_be_focused()
        await keyboard.type("I do, with a typpo")
        await keyboard.press("Enter")
        await expect(ada.page.locator(".mode")).to_be_hidden()
        for tab in (ada, bo):
            await expect(tab.message("typpo").locator(".before")).to_contain_text("Who tells the next story?")
        assert stories.messages[-1].mention_ids == [sandbox.world.bot.id]
        # E changes it; Escape would leave it, and gives back what was begun before.
        await write.fill("half a thought")
        await ada.message("typpo").focus()
        await keyboard.press("e")
        field = ada.page.get_by_role("combobox", name="Message, changed")
        await expect(field).to_have_value("I do, with a typpo")
        await keyboard.press("Escape")
        await expect(write).to_have_value("half a thought")
        await ada.message("typpo").focus()
        await keyboard.press("e")
        await field.fill("I do, without a typo")
        await keyboard.press("Enter")
        await expect(bo.message("without a typo")).to_contain_text("(edited)")
        await expect(bo.message("without a typo").locator(".before")).to_be_visible()
        await expect(write).to_have_value("half a thought")
        # Bo answers without a mention, and cannot change what Ada wrote.
        await bo.message("without a typo").click(button="right")
        menu = bo.page.get_by_role("menu", name="Message")
        await expect(menu.get_by_role("menuitem", name="Edit the message")).to_have_count(0)
        await menu.get_by_role("menuitem", name="Reply").click()
        await bo.page.get_by_role("button", name="@ mention").click()
        await bo.say_reply("Go on!")
        await expect(ada.message("Go on!")).to_be_visible()
        await expect(ada.message("Go on!")).not_to_have_class(re.compile("pinged"))
        # A thread from Bo's answer; then the message that was answered goes.
        await ada.message("Go on!").focus()
        await keyboard.press("t")
        form = ada.page.get_by_role("dialog", name="New thread")
        await expect(form.get_by_label("Thread name")).to_have_value("Go on!")
        await form.get_by_label("Thread name").fill("")
        await keyboard.press("Enter")
        await expect(form).to_contain_text("This is needed.")
        await form.get_by_label("Thread name").fill("Ada's story")
        await keyboard.press("Enter")
        await expect(ada.page.locator("#title")).to_have_text("Ada's story")
        await expect(bo.message("Go on!").locator("button.thread")).to_contain_text("Ada's story")
        await bo.page.get_by_role("button", name="New thread").click()
        await bo.page.get_by_role("dialog").get_by_label("Thread name").fill("Free talk")
        await bo.page.keyboard.press("Enter")
        await expect(bo.page.locator("#title")).to_have_text("Free talk")
        await bo.page.get_by_role("button", name="stories").click()
        await ada.page.get_by_role("button", name="stories").click()
        answered = ada.page.locator("li.message").filter(has=ada.page.locator(".md", has_text="without a typo"))
        await answered.click(button="right")
        await ada.page.get_by_role("menuitem", name="Delete the message").click()
        await expect(bo.message("Go on!").locator(".before")).to_have_text("The original message was deleted")
        await ada.shot("replies")


async def test_a_command_in_a_message_opens_its_form() -> None:
    async with campfire() as (sandbox, browser):
        made = sandbox.state.commands.replace(0, [{"name": "story", "type": 1, "description": "A story"}])
        post(sandbox, f"Begin with </story:{made[0]['id']}>, not with </other:1>.")
        ada = await browser.tab("Ada")
        await expect(ada.message("Begin with").locator("span.mention")).to_have_text("/other")
        await ada.message("Begin with").get_by_role("button", name="/story").press("Enter")
        await expect(ada.page.get_by_role("form", name="/story")).to_be_visible()
