"""What the page makes of messages of every kind, written straight into the sandbox's world."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from PIL import Image
from playwright.async_api import expect

from sandbox import File, Sandbox
from sandbox.model import FLAG_COMPONENTS_V2, FLAG_EPHEMERAL, FLAG_LOADING, Attachment, Message
from sandbox.payloads import media_item
from sandbox.strangers import add_stranger
from sandbox.web import Page
from tests.browser.house import Looking, looking


@asynccontextmanager
async def campfire() -> AsyncIterator[tuple[Sandbox, Looking]]:
    """A sandbox with its page and no bot process, and a browser."""
    async with Sandbox(bot_name="Ember") as sandbox:
        add_stranger(sandbox.world, sandbox.default_guild.guild)
        async with Page(sandbox) as page, looking(page) as browser:
            yield sandbox, browser


def post(sandbox: Sandbox, content: str = "", **fields: Any) -> Message:
    """A message of the bot in #stories."""
    return sandbox.world.post(sandbox.default_guild.channel("stories"), sandbox.world.bot, content=content, **fields)


def picture(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (320, 180), colour).save(data, "PNG")
    return data.getvalue()


HOSTILE = """<img src=x onerror="document.title='owned'"> <script>document.title='owned'</script>
[click](javascript:document.title='owned') [data](data:text/html,<script>1</script>) <javascript:alert(1)>
[ok](https://example.org/?a=1&b=<b>) `<b>code</b>` **<i>bold</i>** ||<svg onload=alert(1)>||"""


async def test_what_people_write_stays_text() -> None:
    async with campfire() as (sandbox, browser):
        evil = sandbox.world.add_member(sandbox.default_guild.guild, '<img src=x onerror="alert(1)">')
        stories = sandbox.default_guild.channel("stories")
        sandbox.world.post(stories, evil.user, content=HOSTILE)
        post(
            sandbox,
            embeds=[{"title": HOSTILE, "description": HOSTILE, "url": "javascript:alert(1)", "color": 255}],
        )
        text = {"type": 10, "content": HOSTILE}
        link = {"type": 1, "components": [{"type": 2, "style": 5, "label": "<b>x</b>", "url": "javascript:alert(1)"}]}
        post(sandbox, flags=FLAG_COMPONENTS_V2, components=[{"type": 17, "components": [text, link]}])
        ada = await browser.tab("Ada")
        await expect(ada.page.locator("li.message")).to_have_count(3)
        await expect(ada.page.locator(".who strong").first).to_have_text(evil.name)
        await expect(ada.page.locator("li.message script, li.message svg, li.message img")).to_have_count(0)
        addresses = [await link.get_attribute("href") for link in await ada.page.locator("#messages a").all()]
        assert {address for address in addresses if address} == {"https://example.org/?a=1&b=%3Cb%3E"}
        for link_ in await ada.page.locator("#messages a[href]").all():
            assert "noopener" in (await link_.get_attribute("rel") or "")
        assert "owned" not in await ada.page.title()


async def test_markdown_as_discord_has_it() -> None:
    async with campfire() as (sandbox, browser):
        post(
            sandbox,
            "# One\n## Two\n### Three\n-# small\n> quoted\n> on\n\n- a\n- b\n  - c\n1. x\n2. y\n```py\n**raw**\n```\n"
            r"**b** *i* _j_ __u__ ~~s~~ ***bi*** ||hid|| `c*o*d` \*star\* snake_case_name <t:1700000000:R> <@1> "
            f"<@{sandbox.default_guild.member('Ada').id}> <#{sandbox.default_guild.channel('general').id}> "
            "<https://a.example/x>",
        )
        post(sandbox, "2 * 3 * 4 and a_b_c and **not closed\n@everyone", mention_everyone=True)
        ada = await browser.tab("Ada")
        first = ada.page.locator("li.message .md").first
        shown = {
            ".md-h1": "One",
            ".md-h2": "Two",
            ".md-h3": "Three",
            ".subtext": "small",
            "blockquote": "quotedon",
            "ul ul li": "c",
            "ol li >> nth=1": "y",
            "pre code": "**raw**",
            "p > strong >> nth=0": "b",
            "p > em >> nth=0": "i",
            "p > em >> nth=1": "j",
            "u": "u",
            "s": "s",
            "strong em": "bi",
            "p > code": "c*o*d",
        }
        for selector, text in shown.items():
            await expect(first.locator(selector), selector).to_have_text(text)
        words = first.locator("> p").last
        await expect(words).to_contain_text("*star* snake_case_name")
        await expect(words.locator("time")).to_have_text(re.compile("ago"))
        await expect(words.locator(".mention")).to_have_text(["@unknown-user", "@Ada", "#general"])
        hidden = words.locator(".spoiler")
        await expect(hidden.locator(".inside")).to_be_hidden()
        await hidden.press("Enter")
        await expect(hidden.locator(".inside")).to_be_visible()
        second = ada.page.locator("li.message").last
        await expect(second.locator("em, strong")).to_have_count(0)
        await expect(second).to_have_class(re.compile("pinged"))


def option(name: str) -> dict[str, Any]:
    return {"label": name, "value": name, "description": f"the {name} one", "emoji": {"name": "🎨"}}


def button(label: str, style: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": style, "label": label, "custom_id": label, **more}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def menu_of(custom_id: str, placeholder: str, **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": custom_id, "placeholder": placeholder, **more}


def everything(shots: list[Attachment], paper: Attachment) -> dict[str, Any]:
    """A container with one of each component."""
    colours = [option(name) for name in ("red", "blue", "green")]
    words = {"type": 10, "content": "## A section\nwith a picture beside it"}
    thumbnail = {"type": 11, "media": media_item(shots[0]), "description": "a thumbnail"}
    styles = [button("Grey", 2), button("Green", 3), button("Red", 4), button("Off", disabled=True)]
    return {
        "type": 17,
        "accent_color": 0x2F7D6B,
        "components": [
            {"type": 9, "components": [words], "accessory": thumbnail},
            {"type": 14, "divider": True, "spacing": 1},
            {"type": 12, "items": [{"media": media_item(shot), "description": shot.description} for shot in shots]},
            {"type": 13, "file": media_item(paper)},
            row(button("Go", emoji={"name": "🚀"}), *styles),
            row(menu_of("one", "Choose a colour", options=colours)),
            row(menu_of("many", "Choose some", options=colours, max_values=3)),
            row({"type": 5, "custom_id": "who", "placeholder": "Choose a person"}),
        ],
    }


EMBED = {
    "title": "An embed",
    "url": "https://example.org",
    "description": "with **words**",
    "color": 0xB34714,
    "fields": [{"name": "a", "value": "1", "inline": True}, {"name": "b", "value": "2", "inline": True}],
    "image": {"url": "https://example.org/far.png"},
    "footer": {"text": "the foot"},
}


async def test_every_kind_of_component_and_message() -> None:
    async with campfire() as (sandbox, browser):
        stories = sandbox.default_guild.channel("stories")
        attach = sandbox.world.attach
        shots = [attach(stories, File(f"{name}.png", picture(name), f"all {name}")) for name in ("teal", "tan", "navy")]
        paper = attach(stories, File("script.md", b"# Hello"))
        every = everything(shots, paper)
        post(sandbox, flags=FLAG_COMPONENTS_V2, attachments=[*shots, paper], components=[every])
        post(sandbox, embeds=[EMBED])
        bo = sandbox.default_guild.member("Bo").member.user
        sandbox.world.post(stories, bo, content="my script", attachments=[paper, shots[1]])
        ada_id = sandbox.default_guild.member("Ada").id
        post(sandbox, flags=FLAG_EPHEMERAL | FLAG_LOADING, visible_to=ada_id)
        ada = await browser.tab("Ada")
        big = ada.page.locator("li.message").first
        await expect(big.locator(".gallery img")).to_have_count(3)
        await expect(big.locator(".button:disabled")).to_have_text(re.compile("Off"))
        await expect(big.get_by_role("link", name="script.md")).to_be_visible()
        await expect(ada.page.locator(".elsewhere")).to_contain_text("loads nothing from outside")
        await expect(ada.page.locator(".attached img")).to_be_visible()
        await expect(ada.message("is thinking…")).to_contain_text("Only you can see this")
        await big.locator(".section").scroll_into_view_if_needed()
        await ada.shot("components")
        await expect(big.locator(".thumbnail img")).to_be_visible()
        await ada.message("is thinking…").scroll_into_view_if_needed()
        await ada.shot("messages")
        # There is no bot: what is pressed fails in Discord's words.
        await big.get_by_role("button", name="Go").click()
        await expect(big.locator(".failure")).to_have_text("This interaction failed", timeout=10_000)
        menu = big.get_by_role("button", name="Choose a colour")
        await menu.press("ArrowDown")
        await expect(ada.page.get_by_role("listbox", name="Choose a colour")).to_be_focused()
        await ada.page.keyboard.press("ArrowDown")
        await ada.page.keyboard.press("Enter")
        await expect(menu).to_contain_text("blue")
        await expect(menu).to_be_focused()


async def test_a_persons_rights_and_places() -> None:
    async with campfire() as (sandbox, browser):
        message = post(sandbox, "hello")
        zed = await browser.tab("Zed")
        await expect(zed.page.get_by_role("combobox", name="Message")).to_be_disabled()
        await expect(zed.page.get_by_text("Zed may not write here.")).to_be_visible()
        mo, ada = await browser.tab("Mo"), await browser.tab("Ada")
        await ada.say("from Ada")
        for tab in (zed, mo):
            await expect(tab.message("from Ada")).to_be_visible()
        await mo.message("hello").focus()
        await mo.page.keyboard.press("Shift+F10")
        menu = mo.page.get_by_role("menu", name="Message")
        await expect(menu).to_be_visible()
        await menu.get_by_role("menuitem", name="Delete the message").press("Enter")
        for tab in (zed, mo, ada):
            await expect(tab.page.locator(f'li[data-id="{message.id}"]')).to_have_count(0)
        await ada.message("from Ada").hover()
        await ada.message("from Ada").get_by_role("button", name="Add a reaction").click()
        await ada.page.get_by_role("button", name="🔥").press("Enter")
        await expect(mo.message("from Ada").locator(".reaction .count")).to_have_text("1")
        await ada.page.get_by_role("button", name="You are Ada").click()
        await ada.page.get_by_role("menuitemradio", name="Bo").click()
        await expect(ada.page.locator(".me strong")).to_have_text("Bo")
        assert ada.page.url.endswith(f"/#as=Bo&in={sandbox.default_guild.channel('stories').id}")
