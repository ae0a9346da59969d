from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from sandbox import Actor, Channel, GuildView, Sandbox
from sandbox.server import find_document
from tests.sandbox.bot import TestBot, running
from tests.sandbox.listed import Given, lacking


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(upload_limit=200_000) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[TestBot]:
    async with running(sandbox, TestBot()) as bot:
        yield bot


@pytest.fixture
def guild(sandbox: Sandbox) -> GuildView:
    return sandbox.default_guild


@pytest.fixture
def channel(guild: GuildView) -> Channel:
    return guild.channel("stories")


@pytest.fixture
def ada(guild: GuildView) -> Actor:
    return guild.member("Ada")


@pytest.fixture
def bo(guild: GuildView) -> Actor:
    return guild.member("Bo")


@pytest.fixture(scope="session")
def document() -> None:
    """Skips what needs Discord's OpenAPI document where it is not there."""
    if find_document(None) is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Discord's OpenAPI document is missing beside the repository (shared/discord-api)")
        pytest.skip("Discord's OpenAPI document is not there")


@pytest.fixture
def faultless(sandbox: Sandbox) -> Iterator[None]:
    """The sandbox itself answers as Discord's OpenAPI document says, and sends whole events."""
    yield
    assert [str(item) for item in sandbox.violations if item.kind in ("response", "event", "gateway")] == []


@pytest.fixture(scope="module", autouse=True)
def as_listed(request: pytest.FixtureRequest) -> Iterator[None]:
    """What docs/sandbox.md says that a module's tests show is what the sandbox really answered in them."""
    given = Given()
    with given.kept():
        yield
    asked = request.config.option
    if (
        asked.keyword
        or getattr(asked, "lf", False)
        or asked.maxfail
        or any("::" in argument for argument in request.config.args)
    ):
        return  # not all of the module's tests were run
    assert lacking(request.path.name, given) == []


@pytest.fixture(autouse=True)
def named_for_the_list(request: pytest.FixtureRequest) -> None:
    """Which test it is that answers are given in."""
    Given.test = getattr(request.node, "originalname", request.node.name)
