from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from sandbox import Actor, Channel, GuildView, Sandbox
from sandbox.server import find_document
from tests.sandbox.bot import TestBot, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(check_answers=True, upload_limit=200_000) as sandbox:
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
