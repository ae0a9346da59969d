"""Each known defect of webuiapi 0.9.17 (../shared/webui/webuiapi_notes.md), and that it does not reach us."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import webuiapi
from aiohttp import web

import storycore.images.webui
from storycore.errors import PainterError, PainterUnreachableError
from storycore.images.base import PaintRequest
from storycore.images.webui import WebuiOptions, WebuiPainter
from storycore.images.webui.client import HostClient, answer_of
from storycore.images.webui.options import Address
from storycore.images.webui.talk import HostTalk
from tests.images.webui_stand_in import WebuiStandIn

REQUEST = PaintRequest("one", "a well at dawn", 7, 1, width=128, height=72)
QUICK = WebuiOptions(connect_timeout=5.0, read_timeout=30.0, poll_every=0.02)


@asynccontextmanager
async def answering(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A host that answers everything with ``handler``; its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_building_the_client_asks_nothing() -> None:
    """webuiapi's constructor asks for /scripts, without a time limit, and swallows whatever happens."""
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({})

    async with answering(note) as url:
        client = await asyncio.to_thread(HostClient, Address(url), QUICK)
        await asyncio.to_thread(client.close)
    assert asked == []


async def test_a_silent_host_is_given_up_by_every_question() -> None:
    """webuiapi's calls have no time limit at all."""
    over = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await over.wait()
        return web.json_response({})

    async with answering(silent) as url:
        client = HostClient(Address(url), replace(QUICK, read_timeout=0.2))
        with pytest.raises(PainterUnreachableError) as slow:
            await asyncio.to_thread(client.txt2img, {})
        assert slow.value.case == "too_slow"
        over.set()
        await asyncio.to_thread(client.close)


@pytest.mark.parametrize("status", [404, 500])
async def test_a_refused_question_is_no_answer(status: int) -> None:
    """webuiapi looks at no status of GETs, of options and of interrupts: an error's body passes for the answer."""

    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"error": "RuntimeError", "detail": "", "body": "", "errors": "no"}, status=status)

    async with answering(refuse) as url:
        talk = HostTalk(Address(url))
        for ask in (talk.options, talk.progress, talk.interrupt):
            with pytest.raises(PainterError):
                await ask()
        await talk.close()


async def test_an_empty_answer_to_an_interrupt_is_fine() -> None:
    """SD.Next answers 204 with nothing, which webuiapi takes for broken JSON."""
    host = WebuiStandIn(flavour="sdnext")
    async with host.running():
        talk = HostTalk(Address(host.url))
        await talk.interrupt()
        await talk.close()
    assert host.interrupted == [""]


async def test_no_request_inherits_from_the_one_before() -> None:
    """webuiapi writes into the default of ``alwayson_scripts``, so one call's units reach the next."""
    host = WebuiStandIn()
    async with host.running():
        painter = WebuiPainter(host.url, QUICK)
        first, second = painter._payload(REQUEST, "a", 1, 1), painter._payload(REQUEST, "b", 1, 1)
        first["alwayson_scripts"]["ControlNet"] = {"args": ["a picture"]}
        assert second["alwayson_scripts"] == {}
        await painter.generate(REQUEST)
        await painter.generate(replace(REQUEST, task_id="two"))
        await painter.close()
    assert [asked["alwayson_scripts"] for asked in host.received] == [{}, {}]
    assert inspect.signature(webuiapi.WebUIApi.txt2img).parameters["alwayson_scripts"].default == {}


async def test_only_what_is_meant_is_sent() -> None:
    """webuiapi sends its own ideas of eta, s_noise and upscalers over the host's, and cannot send a task's name."""
    host = WebuiStandIn()
    async with host.running():
        painter = WebuiPainter(host.url, QUICK)
        await painter.generate(REQUEST)
        await painter.close()
    sent = host.received[0]
    assert not sent.keys() & {"eta", "s_noise", "s_churn", "hr_upscaler", "denoising_strength", "restore_faces"}
    assert sent["force_task_id"] == "task(fireside-one)" and sent["save_images"] is False


async def test_html_with_a_200_is_no_picture() -> None:
    """webuiapi lets the JSON decoder's error out."""
    for body in (b"<html>It works!</html>", b"[]", b"", b"[" * 100_000):
        with pytest.raises(PainterError) as odd:
            answer_of(body)
        assert odd.value.case == "not_a_webui"


def test_what_is_broken_in_webuiapi_is_not_used() -> None:
    """Closest names of checkpoints, sessions without credentials, units with fields that hosts refuse."""
    broken = {
        "util_set_model",
        "use_async",
        "controlnet_detect",
        "ControlNetUnit",
        "ADetailer",
        "set_options",
        "img2img",
    }
    used: set[str] = set()
    for file in Path(storycore.images.webui.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Name):
                used.add(node.id)
            elif isinstance(node, ast.keyword) and node.arg:
                used.add(node.arg)
    assert "custom_post" in used and not used & broken
