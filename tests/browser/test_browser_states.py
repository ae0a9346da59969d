"""Every state of every message, photographed: what docs/messages.md shows, and what a designer looks at."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from sandbox import Sandbox
from sandbox.compose import Composer
from sandbox.model import FLAG_COMPONENTS_V2, Message
from sandbox.permissions import Permission
from sandbox.web import Page
from sandbox.world import File
from storycore.store.models import WorkState
from storycore.studio.views import Stage
from tests.browser.admin_states import admin_states
from tests.browser.character_states import character_states
from tests.browser.gallery import picture, section
from tests.browser.house import Tab, looking, needs_chromium
from tests.browser.states import Painted, State, all_states, boards, films
from tests.browser.test_browser_page import campfire
from tests.support.wire import Wire, wire_to

pytestmark = pytest.mark.timeout(300)

NARROW = {"viewport": {"width": 700, "height": 1400}}


def post(sandbox: Sandbox, state: State) -> Message:
    """The sheet as a message of the bot, through the checks that a request of the bot's goes through."""
    channel = sandbox.default_guild.channel("stories")
    described = [{"id": at, "filename": f.name, "description": f.description} for at, f in enumerate(state.sheet.files)]
    components = state.sheet.view.to_components()  # type: ignore[no-untyped-call]
    body = {"components": components, "flags": FLAG_COMPONENTS_V2, "attachments": described}
    files = {at: File(f.name, f.data or f.path.read_bytes()) for at, f in enumerate(state.sheet.files)}
    draft = Composer(sandbox.world, channel, sandbox.state.upload_limit).new(body, files)
    return sandbox.world.post(channel, sandbox.world.bot, **draft.fields())


async def test_every_state_of_every_message(tmp_path: Path) -> None:
    painted = await asyncio.to_thread(Painted, tmp_path)
    states = await asyncio.to_thread(all_states, painted)
    assert {view.stage for _, _, view in boards(painted.pictures)} == set(Stage), "a stage has no picture"
    assert {view.state for _, _, view in films()} == set(WorkState), "a film's state has no picture"
    async with campfire() as (sandbox, browser):
        ada = await browser.tab("Ada", **NARROW)
        for state in states:
            message = post(sandbox, state)
            shown = ada.page.locator(f'li[data-id="{message.id}"] .container')
            await expect(shown).to_be_visible()
            await expect(shown.locator("img")).to_have_count(
                sum(f.light or f.data is not None for f in state.sheet.files)
            )
            if state.name in ("film-itself", "film-notes"):
                await shown.locator("video").evaluate("v => v.readyState > 1 || new Promise(d => v.onloadeddata = d)")
            await picture(shown, state.name)
    for title, begins in (("Storyboard", "board-"), ("Scene", "scene-"), ("Film", "film-")):
        section(title, [(state.name, state.caption) for state in states if state.name.startswith(begins)])


async def test_every_state_of_characters(tmp_path: Path) -> None:
    states = character_states(await asyncio.to_thread(Painted, tmp_path))
    async with campfire() as (sandbox, browser):
        ada = await browser.tab("Ada", **NARROW)
        for state in states:
            message = post(sandbox, state)
            shown = ada.page.locator(f'li[data-id="{message.id}"] .container')
            await expect(shown.locator("img")).to_have_count(len(state.sheet.files))
            await picture(shown, state.name)
    section("Characters", [(state.name, state.caption) for state in states])


async def test_every_state_for_moderators(tmp_path: Path) -> None:
    states = admin_states(await asyncio.to_thread(Painted, tmp_path))
    async with campfire() as (sandbox, browser):
        ada = await browser.tab("Ada", **NARROW)
        for state in states:
            message = post(sandbox, state)
            shown = ada.page.locator(f'li[data-id="{message.id}"] .container')
            await expect(shown.locator("img")).to_have_count(len(state.sheet.files))
            await picture(shown, state.name)
    section("Moderation", [(state.name, state.caption) for state in states])


async def test_every_kind_of_answer_for_one_person(tmp_path: Path) -> None:
    needs_chromium()
    async with wire_to(tmp_path, candidates=3) as wire, Page(wire.sandbox) as page, looking(page) as browser:
        taken: list[tuple[str, str]] = []
        shown = Private(await browser.tab("Ada", **NARROW), wire, taken)
        await shown.take("answer-no-stories", "No stories yet", "Ada", "story list")
        await shown.take("answer-no-thread", "Not in a story's thread", "Ada", "story film")
        wire.sandbox.world.set_overwrite(
            wire.channel, wire.sandbox.default_guild.bot, deny=Permission.CREATE_PUBLIC_THREADS
        )
        await shown.take("answer-permissions", "The bot lacks permissions", "Ada", "story new")
        wire.sandbox.world.set_overwrite(wire.channel, wire.sandbox.default_guild.bot)
        await wire.new_story()
        await shown.picture("answer-thanks", "A script was handed in", "reading your script")
        scene = (await wire.painted())[0]
        await shown.take("answer-list", "The stories of a server", "Ada", "story list")
        await shown.open_thread()
        await shown.take("answer-show", "Where a story stands", "Ada", "story show")
        await wire.member("Bo").click(scene, label="Pick")
        bo = Private(await browser.tab("Bo", **NARROW), wire, taken)
        await bo.open_thread()
        await bo.picture("answer-not-yours", "Something for the author", "Only the story's author")
        offer = await (await wire.member("Ada").click(scene, label="Pick")).response()
        await shown.picture("answer-pick", "What can be picked", "Which picture of scene 1")
        await wire.member("Ada").select(offer, custom_id=offer.selects[0].custom_id, values=["2"])
        await shown.picture("answer-picked", "Picked", "is picked for scene 1")
        wire.painter.gate = asyncio.Event()
        form = (await wire.member("Ada").click(scene, label="Edit prompt")).modal
        assert form is not None
        await wire.member("Ada").submit(form, {"prompt": "a red well under the moon"})
        await shown.picture("answer-rewritten", "A prompt was rewritten", "are being painted from your prompt")
        await wire.member("Ada").slash(wire.thread, "story film")
        await shown.picture("answer-film-waits", "A film before the pictures", "waits for the pictures")
        await wire.member("Ada").slash(wire.thread, "story film")
        await shown.picture("answer-film-twice", "A film asked for twice", "already")
        wire.painter.gate.set()
        await wire.wait(lambda: "🍿" in wire.thread.messages[-1].text, 60, "the film")
        await wire.member("Ada").slash(wire.thread, "story film")
        await shown.picture("answer-film", "A film is asked for", "on its way")
        await wire.member("Ada").slash(wire.thread, "story cancel")
        await shown.picture("answer-cancelled", "Cancelled", "is cancelled")
        await wire.member("Ada").slash(wire.thread, "story cancel")
        await shown.picture("answer-over", "Too late", "over already")
    section("For one person only", taken)


class Private:
    """Takes pictures of answers that only one person sees, and dismisses them."""

    def __init__(self, tab: Tab, wire: Wire, taken: list[tuple[str, str]]) -> None:
        self._tab, self._wire, self._taken = tab, wire, taken

    async def take(self, name: str, caption: str, who: str, command: str) -> None:
        """Run a command where the tab looks, and photograph the answer."""
        where = self._wire.sandbox.world.channels[int(await self._tab.page.evaluate("location.hash.split('in=')[1]"))]
        answer = await (await self._wire.member(who).slash(where, command)).response()
        await self._photograph(name, caption, self._tab.page.locator(f'li[data-id="{answer.id}"]'))

    async def picture(self, name: str, caption: str, words: str) -> None:
        """Photograph the answer with these words."""
        await self._photograph(name, caption, self._tab.message(words))

    async def _photograph(self, name: str, caption: str, message: Locator) -> None:
        await expect(message).to_contain_text("Only you can see this")
        await message.scroll_into_view_if_needed()
        await picture(message, name)
        self._taken.append((name, caption))

    async def open_thread(self) -> None:
        """Go into the story's thread."""
        await self._tab.page.locator("button.thread").last.click()
        await expect(self._tab.page.locator("#title")).to_have_text("The well")
