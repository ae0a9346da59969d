"""Nobody drives the page but who has the printed link: not another site, another name, or an uploaded file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest

from sandbox import File, Sandbox
from sandbox.web import Page


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with Sandbox() as sandbox, Page(sandbox) as page:
        yield page


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


def base(page: Page) -> str:
    return f"http://127.0.0.1:{page.port}"


async def enter(page: Page, browser: aiohttp.ClientSession) -> None:
    async with browser.get(page.url) as answer:
        assert answer.status == 200


async def test_the_printed_link_lets_in_and_sets_a_cookie_that_scripts_and_other_sites_do_not_get(
    page: Page, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(page.url) as answer:
        assert answer.status == 200
        cookie = answer.cookies[page.guard.cookie(page.port)]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    async with browser.get(base(page) + "/static/js/main.js") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/javascript"


@pytest.mark.parametrize(
    "path", ["/", "/?key=wrong", "/?key=", "/static/js/main.js", "/live", "/attachments/1/2/a.png"]
)
async def test_without_the_secret_nothing_is_shown(page: Page, browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(base(page) + path) as answer:
        assert answer.status == 403
        assert "link that the sandbox printed" in await answer.text()
        assert "Set-Cookie" not in answer.headers


async def test_each_start_has_a_secret_of_its_own(page: Page) -> None:
    async with Sandbox() as other, Page(other) as another:
        assert another.guard.secret != page.guard.secret
        assert len(page.guard.secret) >= 32


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "10.0.0.7", ""]
)
async def test_another_name_for_this_address_is_refused(page: Page, browser: aiohttp.ClientSession, host: str) -> None:
    await enter(page, browser)
    headers = {"Host": host.format(port=page.port)}
    async with browser.get(base(page) + "/", headers=headers) as answer:
        assert answer.status in (400, 421)


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
async def test_another_sites_page_can_neither_connect_nor_hand_up_files(
    page: Page, browser: aiohttp.ClientSession, origin: str | None
) -> None:
    await enter(page, browser)
    headers = {} if origin is None else {"Origin": origin.format(port=page.port)}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(base(page) + "/live", headers=headers)
    assert refused.value.status == 403
    async with browser.post(base(page) + "/upload/a.txt", data=b"x", headers=headers) as answer:
        assert answer.status == 403
    assert not page.uploads


async def test_a_socket_without_the_cookie_is_refused_whatever_its_origin(page: Page) -> None:
    async with aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stranger.ws_connect(base(page) + "/live", headers={"Origin": base(page)})
        assert refused.value.status == 403


async def test_every_answer_carries_the_policy(page: Page, browser: aiohttp.ClientSession) -> None:
    await enter(page, browser)
    for path in ("/", "/static/css/base.css", "/nothing", "/static/../page.py"):
        async with browser.get(base(page) + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
            assert rules["default-src"] == "'none'"
            assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
            assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["..%2fpage.py", "%2e%2e/guard.py", "js", "js/none.js", "....//page.py"])
async def test_only_the_pages_own_files_are_served(page: Page, browser: aiohttp.ClientSession, path: str) -> None:
    await enter(page, browser)
    async with browser.get(base(page) + "/static/" + path) as answer:
        assert answer.status in (403, 404)
        assert "sandbox" not in (await answer.text()).lower() or answer.status == 404


async def test_an_uploaded_page_is_a_download_and_can_run_nothing(page: Page, browser: aiohttp.ClientSession) -> None:
    await enter(page, browser)
    world, channel = page.sandbox.world, page.sandbox.default_guild.channel("stories")
    for name in ("evil.html", "evil.svg", "evil.js"):
        address = urlsplit(world.attach(channel, File(name, b"<script>alert(1)</script>")).url)
        async with browser.get(f"{base(page)}{address.path}") as answer:
            assert answer.status == 200
            assert answer.headers["Content-Disposition"] == "attachment"
            assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_film_is_served_in_ranges(page: Page, browser: aiohttp.ClientSession) -> None:
    await enter(page, browser)
    channel = page.sandbox.default_guild.channel("stories")
    address = urlsplit(page.sandbox.world.attach(channel, File("film.mp4", bytes(range(100)))).url)
    async with browser.get(f"{base(page)}{address.path}", headers={"Range": "bytes=10-19"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == "bytes 10-19/100"
        assert await answer.read() == bytes(range(10, 20))
        assert "Content-Disposition" not in answer.headers


async def test_a_file_that_is_too_large_is_refused_in_words(browser: aiohttp.ClientSession) -> None:
    async with Sandbox(upload_limit=1000) as sandbox, Page(sandbox) as page:
        await enter(page, browser)
        origin = {"Origin": base(page)}
        async with browser.post(base(page) + "/upload/a.txt", data=b"x" * 1001, headers=origin) as answer:
            assert answer.status == 413
            assert "too powerful" in (await answer.json())["error"]
        async with browser.post(base(page) + "/upload/a.txt", data=b"x" * 1000, headers=origin) as answer:
            assert answer.status == 200


async def test_what_makes_no_sense_is_answered_with_a_sentence(page: Page, browser: aiohttp.ClientSession) -> None:
    await enter(page, browser)
    async with browser.ws_connect(base(page) + "/live", headers={"Origin": base(page)}) as socket:
        await socket.send_str("no json")
        await socket.send_str("[]")
        asked = [
            {"id": 1, "do": "dance"},
            {"id": 2, "do": "send", "channel": "5"},
            {"id": 3, "do": "be", "name": "Nobody"},
            {"id": 4, "do": "be", "name": "Ada"},
            {"id": 5, "do": "click", "message": "x"},
            {"id": 6, "do": "submit", "modal": None},
            {"id": 7, "do": "slash", "channel": None},
            {"id": 8, "do": "trouble", "name": "nope"},
            {"id": 9, "do": "bot", "how": "kill"},
            {"id": 10, "do": "line", "kind": "rest", "n": 99},
        ]
        answers: dict[int, dict[str, str]] = {}
        for body in asked:
            await socket.send_json(body)
            while body["id"] not in answers:
                told = await socket.receive_json(timeout=10)
                if "re" in told:
                    answers[told["re"]] = told
    assert "error" not in answers.pop(4)
    for answer in answers.values():
        assert answer["error"][0].isupper()
        assert answer["error"].endswith((".", ")"))


async def test_a_tab_is_told_only_what_its_person_sees(page: Page, browser: aiohttp.ClientSession) -> None:
    await enter(page, browser)
    sandbox = page.sandbox
    stories, general = (sandbox.default_guild.channel(name) for name in ("stories", "general"))
    bo = sandbox.default_guild.member("Bo")
    sandbox.world.set_overwrite(general, bo.member, deny=1 << 10)
    sandbox.world.post(
        stories, sandbox.world.bot, content="for Ada", flags=64, visible_to=sandbox.default_guild.member("Ada").id
    )
    sandbox.world.post(stories, sandbox.world.bot, content="for Bo", flags=64, visible_to=bo.id)
    async with browser.ws_connect(base(page) + "/live", headers={"Origin": base(page)}) as socket:
        await socket.send_json({"id": 1, "do": "be", "name": "Bo"})
        await socket.send_json({"id": 2, "do": "open", "channel": str(general.id)})
        await socket.send_json({"id": 3, "do": "open", "channel": str(stories.id)})
        told: list[dict[str, object]] = []
        while not any(item.get("tell") == "messages" for item in told):
            told.append(await socket.receive_json(timeout=10))
    assert "cannot see #general" in str(next(item for item in told if item.get("re") == 2)["error"])
    text = str(told)
    assert "for Bo" in text
    assert "for Ada" not in text
    assert str(general.id) not in str([item for item in told if item.get("tell") == "places"])
