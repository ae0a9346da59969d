"""Suggestions: asked for once, bounded, checked like what members write, refused kindly; nothing is applied."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from storycore.errors import NotAllowedError, NotFoundError, SettingsError, StateError, SuggestionError
from storycore.prompts.grammar.extra import tags
from storycore.studio import settings, stories, suggestions
from storycore.studio.people import Person
from storycore.studio.suggestions import PROMPT_LENGTH, SCRIPT_LENGTH
from storycore.studio.views import StoryView
from storycore.suggesting.endpoint import SuggestionEndpoint, SuggestOptions
from storycore.suggesting.limits import MOST, WITHIN_S, Limits
from storycore.work.workshop import WorkOptions, Workshop
from tests.suggesting.chat_server import KEY, ChatServer, chat_server
from tests.support.studio import ADA, BO, HOME, MO, STRANGER, ready
from tests.support.workshops import small_workshop

OLU = Person(9, "Olu", server_id=HOME, admin=True)


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with chat_server() as running:
        yield running


@pytest.fixture
async def workshop(tmp_path: Path, server: ChatServer) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path, WorkOptions(suggest=server.options())) as opened:
        yield opened


@pytest.fixture
async def view(workshop: Workshop) -> StoryView:
    return await ready(workshop)


async def test_a_prompt_is_suggested_and_nothing_changes(
    workshop: Workshop, server: ChatServer, view: StoryView
) -> None:
    scene = view.scenes[0]
    found = await suggestions.prompt_for(workshop, scene.id, BO)
    assert (found.scene_number, found.prompt, found.dropped) == (1, str(server.says), ())
    asked = server.asked[0]
    assert asked["model"] == "teller-1" and server.keys == [f"Bearer {KEY}"]
    told = asked["messages"][1]["content"]
    assert "miller walked to the well" in told and scene.prompt in told
    assert "king of this well" not in told, "the scene alone"
    assert (await stories.show(workshop, view.id)).scenes == view.scenes


@pytest.mark.parametrize(
    ("says", "prompt"),
    [
        ("```\nPrompt: a frog,  a well\n```", "a frog, a well"),
        ("\u201cA frog\u202e by \u0007a well\u201d", "A frog by a well"),
        ("a frog <lora:evil:1> by a <hypernet:x:1> well", "a frog by a well"),
        ("a gruesome naked frog", "a frog"),
        ("@everyone look: a frog", "@everyone look: a frog"),
    ],
)
async def test_what_comes_back_is_checked_like_what_members_write(
    workshop: Workshop, server: ChatServer, view: StoryView, says: str, prompt: str
) -> None:
    await settings.put(workshop, OLU, "prompts.blocked", "gruesome")
    server.says = says
    found = await suggestions.prompt_for(workshop, view.scenes[0].id, BO)
    assert found.prompt == prompt and not tags(found.prompt)
    assert found.dropped == (("gruesome", "naked") if "gruesome" in says else ())


async def test_it_is_bounded(workshop: Workshop, server: ChatServer, view: StoryView) -> None:
    server.says = "many words " * 5000
    found = await suggestions.prompt_for(workshop, view.scenes[0].id, BO)
    assert PROMPT_LENGTH - 20 < len(found.prompt) <= PROMPT_LENGTH
    _, text = await suggestions.continuation(workshop, view.id, ADA)
    assert len(text) <= SCRIPT_LENGTH


def _huge() -> web.Response:
    return web.Response(body=b"x" * (1 << 20))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (lambda: web.Response(status=401, text=f"Incorrect API key provided: {KEY}"), "refused"),
        (lambda: web.Response(status=302, headers={"Location": "http://192.0.2.1/"}), "refused"),
        (lambda: web.Response(status=500, text="<html>"), "refused"),
        (lambda: web.Response(text="<html>Welcome to nginx</html>"), "no answer that I can read"),
        (lambda: web.Response(text="[" * 100_000), "no answer that I can read"),
        (lambda: web.json_response({"choices": []}), "no answer that I can read"),
        (lambda: web.json_response({"choices": [{"message": {"content": 7}}]}), "no answer that I can read"),
        (lambda: web.json_response({"choices": [{"message": {"content": "…!?"}}]}), "nothing to say"),
        (lambda: web.json_response({"choices": [{"message": {"content": "[ˈna:x:5]ked <lora:a:1> gore"}}]}), ""),
        (_huge, "far too much"),
    ],
)
async def test_whatever_it_does_people_are_told_kindly_and_secrets_stay(
    workshop: Workshop,
    server: ChatServer,
    view: StoryView,
    answers: Callable[[], web.Response],
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers = answers
    if words:
        with pytest.raises(SuggestionError, match=words):
            await suggestions.prompt_for(workshop, view.scenes[0].id, BO)
        assert len(server.asked) == 1, "a person waits: it is asked once"
    else:
        assert not tags((await suggestions.prompt_for(workshop, view.scenes[0].id, BO)).prompt)
    assert KEY not in caplog.text and KEY not in repr(workshop.options)


async def test_one_that_is_silent_or_gone_is_given_up(server: ChatServer, caplog: pytest.LogCaptureFixture) -> None:
    server.gate = asyncio.Event()
    endpoint = SuggestionEndpoint(server.options(time_limit=0.2))
    with pytest.raises(SuggestionError, match="did not answer"):
        await endpoint.ask("task", "text", most_tokens=10, longest=100)
    server.gate.set()
    await endpoint.close()
    gone = SuggestionEndpoint(SuggestOptions(url="http://ada:hunter2@127.0.0.1:9/v1", time_limit=5))
    with pytest.raises(SuggestionError, match="did not answer"):
        await gone.ask("task", "text", most_tokens=10, longest=100)
    await gone.close()
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("url", ["somewhere.org", "ftp://somewhere", "http:// some"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="FIRESIDE_SUGGEST_URL") as refused:
        SuggestionEndpoint(SuggestOptions(url=url))
    assert url not in str(refused.value)


async def test_a_script_is_continued_for_its_author(workshop: Workshop, server: ChatServer, view: StoryView) -> None:
    server.says = "```text\n# The river\n\nThe miller\u200b sat naked by the river.\u0000\n```"
    title, text = await suggestions.continuation(workshop, view.id, ADA)
    assert (title, text) == ("The well", "# The river\n\nThe miller sat by the river.")
    sent = server.asked[0]["messages"][1]["content"]
    assert sent.startswith("Title: The well\nCharacters: ") and sent.rstrip().endswith("small fire between them.")
    with pytest.raises(NotAllowedError):
        await suggestions.continuation(workshop, view.id, BO)
    with pytest.raises(NotFoundError):
        await suggestions.continuation(workshop, view.id, STRANGER)
    await suggestions.continuation(workshop, view.id, MO)
    server.says = "…"
    with pytest.raises(SuggestionError, match="nothing to tell"):
        await suggestions.continuation(workshop, view.id, MO)


async def test_who_may_not_rewrite_prompts_may_not_ask_and_nobody_asks_without_end(
    workshop: Workshop, server: ChatServer, view: StoryView
) -> None:
    scene = view.scenes[0].id
    await settings.put(workshop, OLU, "roles.edit", "<@&123456789012345678>")
    with pytest.raises(NotAllowedError):
        await suggestions.prompt_for(workshop, scene, BO)
    with pytest.raises(NotFoundError):
        await suggestions.prompt_for(workshop, scene, STRANGER)
    assert server.asked == []
    for _ in range(MOST):
        await suggestions.prompt_for(workshop, scene, ADA)
    with pytest.raises(StateError, match=rf"{MOST} suggestions in 10 minutes"):
        await suggestions.prompt_for(workshop, scene, ADA)
    assert len(server.asked) == MOST
    await suggestions.prompt_for(workshop, scene, MO)


def test_the_limit_is_each_persons_own_and_runs_out() -> None:
    moment = [0.0]
    limits = Limits(lambda: moment[0])
    for _ in range(MOST):
        limits.take(1)
        moment[0] += 60
    with pytest.raises(StateError, match="another in 4 minutes"):
        limits.take(1)
    limits.take(2)
    moment[0] = WITHIN_S + 1
    limits.take(1)
    for _ in range(100):
        limits.take(None)


async def test_without_a_service_people_are_told(tmp_path: Path) -> None:
    async with small_workshop(tmp_path) as workshop:
        view = await ready(workshop)
        assert workshop.suggester is None
        with pytest.raises(StateError, match="No suggestion service"):
            await suggestions.prompt_for(workshop, view.scenes[0].id, replace(BO, admin=True))
