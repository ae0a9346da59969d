"""Overnight batches in chat: taken at once, painted later, one digest in the morning; nothing lost by a kill."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.model import Message
from sandbox.world import File
from tests.support.wire import Wire, connected, settings, wire_to
from tests.support.workshops import STORY


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        opened.client.projector.courier.pace_s = 0.05
        yield opened


def archive(**texts: str) -> File:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, text in texts.items():
            file.writestr(f"stories/{name}.txt", text)
        file.writestr("__MACOSX/stories/._x.txt", "rubbish")
        file.writestr("cover.png", b"\x89PNG\r\n\x1a\n" + bytes(40))
    return File("tonight.zip", packed.getvalue())


def notices(wire: Wire, word: str) -> list[Message]:
    return [m for m in wire.channel.messages if m.is_v2 and word in m.text]


async def test_a_batch_is_taken_at_once_and_shown_when_it_is_done(wire: Wire) -> None:
    ada = wire.member("Ada")
    files = archive(the_well=STORY, the_frog=STORY.replace("miller", "queen"))
    taken = await ada.slash(wire.channel, "story batch", files=files, start="now")
    text = (await taken.response()).text
    assert "🌙 Taken: 2 stories" in text
    assert "Left out: cover.png" in text.replace("\\", "")
    await wire.wait(lambda: notices(wire, "☀️ 2 stories are ready"), timeout=60, what="the digest")
    digest = notices(wire, "☀️")[0]
    boards = [m for m in wire.channel.messages if m.thread is not None]
    assert {m.text.splitlines()[0] for m in boards} == {"## 🔥 The well", "## 🔥 The frog"}
    assert all(f"<#{m.thread.id}>" in digest.text for m in boards if m.thread is not None)
    # The digest comes after everything that it links to, and there is one.
    assert digest.id > max(m.id for m in boards)
    assert len(notices(wire, "🌙 2 stories for tonight")) == len(notices(wire, "☀️")) == 1
    await wire.wait(lambda: "All done" in notices(wire, "🌙")[0].text)
    refused = await wire.member("Bo").click(digest, label="Make all films")
    assert "Only the story's author (Ada)" in (await refused.response()).text


async def test_a_batch_waits_for_its_hour_and_can_be_cancelled(wire: Wire) -> None:
    ada = wire.member("Ada")
    form = (await ada.slash(wire.channel, "story batch")).modal
    assert form is not None
    wrong = await ada.submit(form, {"files": [File("well.txt", STORY.encode())], "start": "25:99"})
    assert "no time of day" in (await wrong.response()).text
    form = (await ada.slash(wire.channel, "story batch")).modal
    assert form is not None
    # The clock of a server whose night has just begun: painting is most of a day away.
    sent = await ada.submit(form, {"files": [File("well.txt", STORY.encode())], "start": _an_hour_ago(wire)})
    assert "1 story, painted from <t:" in (await sent.response()).text
    await wire.wait(lambda: notices(wire, "🌙 1 story") and "2 scenes" in notices(wire, "🌙")[0].text)
    assert wire.painter.requests == []
    assert [m for m in wire.channel.messages if m.thread is not None] == []
    # Another process takes over: nothing is posted twice, and nothing is begun.
    await wire.client.close()
    async with connected(wire.workshop, wire.sandbox, settings()) as again:
        await again.projector.settle()
        assert len(notices(wire, "🌙")) == 1
        page = await (await ada.slash(wire.channel, "queue show")).response()
        assert "🌙 **well**" in page.text.lower() and "starts <t:" in page.text
        stopped = await ada.click(notices(wire, "🌙")[0], label="Cancel all")
        assert "1 story is cancelled" in (await stopped.response()).text
        await wire.wait(lambda: "🛑" in notices(wire, "🌙")[0].text)
        await again.projector.settle()
    assert notices(wire, "☀️") == []


def _an_hour_ago(wire: Wire) -> str:
    from datetime import UTC, datetime, timedelta

    return f"{datetime.now(UTC) - timedelta(hours=1):%H:%M}"
