"""Suggestions in chat: a button and a command, a card for one person, a pop-up that holds it; nothing by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storycore.work.workshop import WorkOptions
from tests.suggesting.chat_server import ChatServer, chat_server
from tests.support.wire import wire_to


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with chat_server() as running:
        yield running


async def test_a_suggestion_is_looked_over_and_handed_in(tmp_path: Path, server: ChatServer) -> None:
    async with wire_to(tmp_path, work=WorkOptions(film_quality=360, suggest=server.options())) as wire:
        await wire.new_story()
        first, _ = await wire.painted()
        bo = wire.member("Bo")
        count = len(wire.painter.requests)
        server.says = "a `frog` with a gruesome, naked crown @everyone"
        card = await (await bo.click(first, label="Suggest")).response()
        assert "A prompt for scene 1" in card.text and "a 'frog' with a gruesome, crown @everyone" in card.text
        assert "Left out, by the rules of this channel: “naked”" in card.text and not card.mention_everyone
        assert len(wire.painter.requests) == count, "nothing is applied by itself"
        form = (await bo.click(card, label="Look it over")).modal
        assert form is not None and form.fields[0].value == "a 'frog' with a gruesome, crown @everyone"
        kept = await (await bo.submit(form, {"prompt": "a frog with a crown"})).response()
        assert "New pictures for scene 1" in kept.text
        server.says = ""
        failed = await (await bo.click(card, label="Another")).response()
        assert "no answer that I can read" in failed.text

        server.says = "# The river\n\nThe miller sat by the river."
        refused = await (await bo.slash(wire.thread, "story suggest")).response()
        assert refused.text.startswith("Only ")
        told = await (await wire.member("Ada").slash(wire.thread, "story suggest")).response()
        assert "How **The well** might go on. Nothing has changed" in told.text
        assert told.attachments[0].data.decode() == server.says


async def test_without_a_service_there_is_no_button(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        await wire.new_story()
        first, _ = await wire.painted()
        assert "Suggest" not in [button.label for button in first.buttons]
        told = await (await wire.member("Ada").slash(wire.thread, "story suggest")).response()
        assert "No suggestion service is set up here" in told.text
