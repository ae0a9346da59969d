"""Requests are held against Discord's OpenAPI document; what it does not know is a violation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox import Channel, Sandbox
from sandbox.checks.openapi import OpenApi, Operation
from sandbox.rest import ROUTES, find
from sandbox.server import find_document
from tests.sandbox.raw import Raw, raw
from tests.sandbox.test_sandbox_limits import BAD_BODIES, BAD_MODALS, BAD_V2

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rest(sandbox: Sandbox) -> AsyncIterator[Raw]:
    async with raw(sandbox) as rest:
        yield rest


@pytest.fixture
def fresh(sandbox: Sandbox) -> list[Any]:
    sandbox.violations.clear()
    return sandbox.violations


async def test_an_unknown_route_is_a_violation(rest: Raw, sandbox: Sandbox, fresh: list[Any]) -> None:
    reply = await rest("POST", "/guilds/1/soundboard-sounds", {"name": "x"})
    assert (reply.status, reply.body) == (404, {"message": "404: Not Found", "code": 0})
    assert [(item.kind, item.where) for item in fresh] == [("route", "POST /guilds/1/soundboard-sounds")]
    assert sandbox.requests[-1].verdict == "404 0; unknown route"


CASES: list[tuple[str, str, Any, str]] = [
    ("POST", "/channels/{channel}/messages", {"content": 7}, "content: 7 is not of type"),
    (
        "POST",
        "/channels/{channel}/messages",
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
        "allowed_mentions",
    ),
    ("POST", "/channels/{channel}/messages", None, "needs a body"),
    ("POST", "/channels/{channel}/messages", {"content": "x", "components": [{"type": 99}]}, "components"),
    ("GET", "/channels/{channel}/messages?limit=0", None, "?limit=0 does not fit"),
    ("GET", "/channels/{channel}/messages?page=2", None, "?page is no parameter"),
    ("POST", "/channels/{channel}/typing", {"x": 1}, "takes no body"),
    ("PUT", "/applications/{bot}/commands", [{"description": "nameless"}], "'name' is a required property"),
]


@pytest.mark.parametrize(("method", "path", "body", "problem"), CASES)
async def test_a_request_against_the_document_is_a_violation(
    rest: Raw,
    sandbox: Sandbox,
    channel: Channel,
    fresh: list[Any],
    document: None,
    method: str,
    path: str,
    body: Any,
    problem: str,
) -> None:
    await rest(method, path.format(channel=channel.id, bot=sandbox.world.bot.id), body)
    assert [item.kind for item in fresh] == ["openapi"]
    assert problem in fresh[0].problem
    assert problem in sandbox.requests[-1].verdict


async def test_ids_may_be_numbers_and_booleans_digits(rest: Raw, channel: Channel, fresh: list[Any]) -> None:
    body = {"content": "x", "attachments": [{"id": 0, "filename": "a.txt"}]}
    assert (await rest("POST", f"/channels/{channel.id}/messages", body, files={"a.txt": b"x"})).status == 200
    assert (await rest("GET", f"/guilds/{channel.guild.id}?with_counts=1")).status == 200
    assert fresh == []


async def test_every_route_of_the_sandbox_is_discords(document: None) -> None:
    """No route is an invention of ours."""
    file = find_document(None)
    assert file is not None
    official = OpenApi(file)
    numbered = [route.template.replace("{emoji_name}", "x") for route in ROUTES]
    unknown = {
        route.template
        for route, path in zip(ROUTES, numbered, strict=True)
        if official.operation(route.method, path.replace("{", "").replace("}", "")) is None
    }
    assert unknown == set()


async def test_choices_decided_ahead_judge_as_the_document_does(
    document: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = find_document(None)
    assert file is not None
    decided = OpenApi(file)
    monkeypatch.setattr("sandbox.checks.openapi._decided", lambda node, schemas: node)
    literal = OpenApi(file)
    odd: list[Any] = [{"type": None}, {}, 7, {"type": 99}, {"type": "1", "components": []}, None]
    posts = [{"components": case[1], "flags": 1 << 15} for case in BAD_V2] + [case[0] for case in BAD_BODIES]
    posts += [{"components": [item]} for item in odd] + [{"content": None, "components": None}]
    answers = [{"type": 9, "data": case[0]} for case in BAD_MODALS] + [{"type": 4, "data": post} for post in posts]
    answers += [{"type": 6}, {"type": 5, "data": None}, {"type": 4}, {"type": 77}, {}]
    verdicts = []
    for path, bodies in (("/channels/1/messages", posts), ("/interactions/1/token/callback", answers)):
        for body in bodies:
            judged = [bool(api.check_body(operation(api, path), body)) for api in (decided, literal)]
            assert judged[0] == judged[1], body
            verdicts.append(judged[0])
    assert 20 < sum(verdicts) < len(verdicts) - 5


def operation(api: OpenApi, path: str) -> Operation:
    found = api.operation("POST", path)
    assert found is not None
    return found


async def test_the_narrower_route_wins() -> None:
    for path, template in (
        ("/users/@me", "/users/@me"),
        ("/users/12", "/users/{user_id}"),
        ("/channels/1/messages/pins", "/channels/{channel_id}/messages/pins"),
        ("/webhooks/1/t/messages/@original", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
    ):
        found = find("GET", path)
        assert found is not None
        assert found[0].template == template


async def test_without_the_document_nothing_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDBOX_OPENAPI", raising=False)
    monkeypatch.setattr("sandbox.server.DEFAULT_DOCUMENT", tmp_path / "none.json")
    async with Sandbox() as sandbox, raw(sandbox) as rest:
        channel = sandbox.default_guild.channel("stories")
        assert (await rest("POST", f"/channels/{channel.id}/messages", {"content": "x", "tts": "no"})).status == 200
        assert sandbox.violations == []


async def test_where_the_document_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "named.json"
    monkeypatch.setenv("SANDBOX_OPENAPI", str(named))
    assert find_document(None) == named
    assert find_document(tmp_path / "given.json") == tmp_path / "given.json"
