"""A whole story, lived in the page by four people at once: from the script to the film that plays to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, expect

from tests.browser.house import STORY, Looking, Tab, house

pytestmark = pytest.mark.timeout(300)

LONG_MS = 120_000
PROMPT = "a golden fox beside a stone well, moonlight"


async def test_a_story_from_script_to_film(tmp_path: Path) -> None:
    async with house(tmp_path) as (_, home):
        ada, bo, cy = [await home.tab(name) for name in ("Ada", "Bo", "Cy")]
        await hand_in(ada)
        for tab in (ada, bo, cy):
            await tab.open_thread()
        scene = ada.message("Scene 1 of 2")
        await expect(scene.locator(".reaction:not(.add)")).to_have_count(3, timeout=LONG_MS)
        await vote(ada, bo, cy)
        await look_large(ada)
        await edit_prompt(bo)
        await watch_film(ada)
        await other_faces(home)


async def hand_in(ada: Tab) -> None:
    """/story new, with the script as a file."""
    page = ada.page
    await page.get_by_role("combobox", name="Message").fill("/story")
    await expect(page.locator(".commands .option").filter(has_text="story new")).to_have_count(1)
    await ada.shot("commands")
    form = await ada.choose_command("story new")
    await form.get_by_label("title").fill("The Well")
    script = FilePayload(name="well.md", mimeType="text/markdown", buffer=STORY.encode())
    await form.locator("input[type=file]").set_input_files(files=[script])
    await expect(form.get_by_text("well.md")).to_be_visible()
    await ada.shot("command-form")
    await form.get_by_role("button", name="Run").click()
    answer = ada.message("Only you can see this")
    await expect(answer).to_contain_text("I am reading your script")
    await expect(answer).to_contain_text("/story new")
    board = ada.message("The Well").filter(has=page.locator(".container"))
    await expect(board).to_contain_text("2 scenes", timeout=LONG_MS)
    await expect(board).to_contain_text("The pictures are here", timeout=LONG_MS)
    await ada.shot("storyboard")
    await answer.get_by_role("button", name="Dismiss message").click()
    await expect(answer).to_have_count(0)


async def vote(ada: Tab, bo: Tab, cy: Tab) -> None:
    """Three people vote, by reaction and by button; everyone sees the same count."""
    await ada.message("Scene 1 of 2").locator('.reaction[aria-label^="2"]').click()
    await bo.message("Scene 1 of 2").get_by_role("button", name="2", exact=True).click()
    await cy.message("Scene 1 of 2").get_by_role("button", name="3", exact=True).click()
    for tab in (ada, bo, cy):
        await expect(tab.message("Scene 1 of 2")).to_contain_text("3 votes, picture 2 leads")
    mine = ada.message("Scene 1 of 2").locator('.reaction[aria-pressed="true"]')
    await expect(mine).to_have_count(1)
    await expect(mine.locator(".count")).to_have_text("2")
    await ada.message("Scene 1 of 2").locator(".who").first.scroll_into_view_if_needed()
    await ada.shot("scene")


async def look_large(ada: Tab) -> None:
    """Pictures open large, and give the focus back."""
    picture = ada.message("Scene 1 of 2").locator("button.picture").first
    await picture.click()
    large = ada.page.get_by_role("dialog", name="Picture")
    await expect(large.locator("img")).to_be_visible()
    await expect(large.locator(".count")).to_have_text("1 of 3")
    await ada.page.keyboard.press("ArrowRight")
    await expect(large.locator(".count")).to_have_text("2 of 3")
    await ada.shot("picture")
    await ada.page.keyboard.press("Escape")
    await expect(large).to_have_count(0)
    await expect(picture).to_be_focused()


async def edit_prompt(bo: Tab) -> None:
    """Bo writes another prompt in the pop-up; new pictures take the place of the old ones."""
    scene = bo.message("Scene 2 of 2")
    await expect(scene.locator(".reaction:not(.add)")).to_have_count(3, timeout=LONG_MS)
    before = await sources(scene)
    await scene.get_by_role("button", name="Edit prompt").click()
    form = bo.page.get_by_role("dialog", name="Scene 2: the prompt")
    field = form.get_by_label("What should the pictures show?")
    await expect(field).to_be_focused()
    await field.fill("")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_contain_text("This is needed.")
    await field.fill(PROMPT)
    await bo.shot("form")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(scene).to_contain_text(PROMPT, timeout=LONG_MS)
    await expect(scene.locator(f'img[src="{before[0]}"]')).to_have_count(0, timeout=LONG_MS)
    assert not set(before) & set(await sources(scene))


async def sources(scene: Locator) -> list[str | None]:
    """Where the scene's pictures lie."""
    return [await image.get_attribute("src") for image in await scene.locator(".gallery img").all()]


async def watch_film(ada: Tab) -> None:
    """The film is asked for, and plays to its end: first a while, then from near its end by seeking."""
    form = await ada.choose_command("story film")
    await form.get_by_role("button", name="Run").click()
    video = ada.page.locator("video")
    await expect(video).to_have_count(1, timeout=LONG_MS)
    can = await video.evaluate("v => v.canPlayType('video/mp4; codecs=\"avc1.640028, mp4a.40.2\"')")
    assert can, "this Chromium plays no H.264 with AAC"
    await video.scroll_into_view_if_needed()
    start = await video.evaluate(
        """async v => {
            v.muted = true;
            await v.play();
            while (v.currentTime < 0.8 && !v.error) await new Promise((wait) => setTimeout(wait, 50));
            return {at: v.currentTime, error: v.error && v.error.message, width: v.videoWidth, long: v.duration};
        }"""
    )
    assert start["error"] is None
    assert start["at"] >= 0.8
    assert start["width"] > 0
    assert start["long"] > 3
    await ada.shot("film")
    end = await video.evaluate(
        """async v => {
            v.currentTime = v.duration - 1.5;
            await new Promise((done) => v.addEventListener("seeked", done, {once: true}));
            if (v.paused) await v.play();
            if (!v.ended) await new Promise((done) => { v.onended = done; v.onerror = done; });
            return {at: v.currentTime, ended: v.ended, error: v.error && v.error.message};
        }"""
    )
    assert end["error"] is None
    assert end["ended"] is True
    assert end["at"] > start["at"]


async def other_faces(home: Looking) -> None:
    """The same story in the dark, on a phone, and with the developers' panel."""
    dark = await home.tab("Mo", color_scheme="dark")
    await dark.open_thread()
    await expect(dark.page.locator("video")).to_have_count(1)
    await dark.message("Scene 1 of 2").locator(".md").last.scroll_into_view_if_needed()
    await dark.shot("dark")
    phone = await home.tab("Cy", viewport={"width": 360, "height": 740}, color_scheme="dark")
    await phone.open_thread_on_phone()
    await phone.message("Scene 1 of 2").locator(".gallery").scroll_into_view_if_needed()
    await phone.shot("phone")
    wide = await phone.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, "the page is wider than a phone"
    olu = await home.tab("Olu")
    await olu.page.get_by_role("button", name="Developers").click()
    await expect(olu.page.locator(".log li.rest").first).to_be_visible()
    await olu.shot("developers")
