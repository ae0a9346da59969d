"""Forms and commands, with every kind of input, between a person in the page and a bot of discord.py."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import FilePayload, expect

from bot.cli.sandbox import Plan, Running, opened
from tests.browser.house import Looking, looking, needs_chromium

BOT = Path(__file__).with_name("form_bot.py")
DROP = """words => {
    const files = new DataTransfer();
    files.items.add(new File([words], "drop.txt", {type: "text/plain"}));
    for (const name of ["dragover", "drop"])
        document.getElementById("main").dispatchEvent(
            new DragEvent(name, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


@asynccontextmanager
async def forms(folder: Path) -> AsyncIterator[tuple[Running, Looking]]:
    needs_chromium()
    async with opened(Plan(port=0, command=f"{sys.executable} {BOT}"), folder) as running:
        await running.sandbox.wait_ready(60)
        async with looking(running.page) as browser:
            yield running, browser
        assert [str(item) for item in running.sandbox.violations] == []


def text_file(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=b"words")


async def test_a_form_of_everything(tmp_path: Path) -> None:
    async with forms(tmp_path) as (_, browser):
        ada = await browser.tab("Ada")
        keyboard = ada.page.keyboard
        await (await ada.choose_command("form")).get_by_role("button", name="Run").click()
        form = ada.page.get_by_role("dialog", name="Everything")
        await form.get_by_role("button", name="Submit").click()
        wrong = form.locator(".failure:visible")
        await expect(wrong).to_have_text(["This is needed.", "Choose something.", "A file is needed."])
        await expect(form.get_by_role("textbox", name="Short")).to_be_focused()
        await ada.shot("form-faults")
        await keyboard.type("hi there")
        await expect(wrong).to_have_count(2)
        await form.get_by_role("button", name="Pick").click()
        for key in ("Enter", "ArrowDown", "Enter", "Escape"):
            await keyboard.press(key)
        await expect(form).to_be_visible()
        await form.locator("input[type=file]").set_input_files(files=[text_file("a.txt"), text_file("b.txt")])
        await form.get_by_role("button", name="Who").click()
        await ada.page.get_by_role("option", name="Cy").click()
        await form.get_by_role("button", name="Submit").click()
        await expect(ada.message("got hi there ['a', 'b'] ['a.txt', 'b.txt'] ['Cy']")).to_be_visible()
        await (await ada.choose_command("boxes")).get_by_role("button", name="Run").click()
        form = ada.page.get_by_role("dialog", name="Boxes")
        for box in ("Second", "Blue", "Agree"):
            await form.get_by_label(box).check()
        await form.get_by_role("button", name="Submit").click()
        await expect(ada.message("got Second ['Blue'] True")).to_be_visible()


async def test_answers_that_take_long_or_never_come(tmp_path: Path) -> None:
    async with forms(tmp_path) as (_, browser):
        ada, bo = await browser.tab("Ada"), await browser.tab("Bo")
        await (await ada.choose_command("slow")).get_by_role("button", name="Run").click()
        await expect(ada.message("is thinking…")).to_be_visible()
        await expect(ada.message("thought")).to_contain_text("Only you can see this")
        form = await ada.choose_command("dead")
        await form.get_by_role("button", name="Run").press("Enter")
        await expect(form.get_by_text("The application did not respond")).to_be_visible(timeout=10_000)
        await ada.page.keyboard.press("Escape")
        await expect(ada.page.get_by_role("combobox", name="Message")).to_be_focused()
        await expect(bo.page.locator("li.message")).to_have_count(0)


async def test_options_of_every_kind_and_a_messages_apps(tmp_path: Path) -> None:
    async with forms(tmp_path) as (_, browser):
        ada, mo = await browser.tab("Ada"), await browser.tab("Mo")
        form = await ada.choose_command("options")
        await form.get_by_label("number").fill("5")
        word = form.get_by_role("combobox", name="word")
        await word.fill("ab")
        await expect(ada.page.get_by_role("option")).to_have_text(["ab-x 5", "ab-y 5", "ab-z 5"])
        await ada.shot("autocomplete")
        await word.press("ArrowDown")
        await word.press("Enter")
        await expect(word).to_have_value("ab-x 5")
        for option, choice in (("size", "Big"), ("who", "Cy"), ("sure", "True")):
            await form.get_by_role("button", name=option).click()
            await ada.page.get_by_role("option", name=choice).click()
        await ada.page.evaluate(DROP, "words")
        await expect(form.get_by_text("drop.txt")).to_be_visible()
        await form.get_by_role("button", name="Run").click()
        await expect(ada.message("got x 5 Big Cy True drop.txt")).to_be_visible()
        await ada.say("quiet")
        await ada.message("quiet").click(button="right")
        await ada.page.get_by_role("menuitem", name="Shout").click()
        await expect(mo.message("QUIET!")).to_contain_text("Shout")
        for tab, offered in ((ada, 0), (mo, 1)):
            await tab.page.get_by_role("combobox", name="Message").fill("/mods")
            await expect(tab.page.locator(".commands .option")).to_have_count(offered)


async def test_a_file_dropped_on_the_channel_is_sent(tmp_path: Path) -> None:
    async with forms(tmp_path) as (_, browser):
        ada, bo = await browser.tab("Ada"), await browser.tab("Bo")
        await ada.page.evaluate(DROP, "dropped words")
        await expect(ada.page.locator("#composer .chosen li")).to_have_count(1)
        await ada.say("look")
        await expect(bo.message("look").get_by_role("link", name="drop.txt")).to_be_visible()
