"""The audit in chat: admins read what was done, by whom, with before and after, in pages and by kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from storycore.store.models import AuditRow
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def test_admins_read_who_did_what(wire: Wire) -> None:
    olu, mo, ada = wire.member("Olu"), wire.member("Mo"), wire.member("Ada")
    await olu.slash(wire.channel, "settings set", key="story.candidates", value="2")
    await olu.slash(wire.channel, "queue pause")
    await wire.new_story()
    await wire.wait(lambda: wire.thread)
    await ada.slash(wire.thread, "story film")  # her own: no act of an admin
    await mo.slash(wire.thread, "story cancel")
    page = await (await olu.slash(wire.channel, "audit")).response()
    assert f"**story.cancel** · The well · <@{mo.id}>" in page.text
    assert f"**settings.set** · story.candidates · <@{olu.id}>" in page.text and "→ 2" in page.text
    assert "queue.paused" in page.text and "film.ask" not in page.text
    assert page.mention_ids == []
    assert page.text.index("story.cancel") < page.text.index("story.candidates"), "newest first"
    mine = await (await olu.slash(wire.channel, "audit", member=mo)).response()
    assert "story.cancel" in mine.text and "settings.set" not in mine.text
    kind = await (await olu.slash(wire.channel, "audit", kind="settings")).response()
    assert "settings.set" in kind.text and "story.cancel" not in kind.text
    assert [c["value"] for c in await olu.autocomplete(wire.channel, "audit", option="kind", value="sett")] == [
        "settings"
    ]
    none = await (await olu.slash(wire.channel, "audit", kind="weather")).response()
    assert "Nothing of that kind" in none.text
    with pytest.raises(SandboxError):
        await mo.slash(wire.channel, "audit")


async def test_pages_are_turned_and_hold_for_admins_alone(wire: Wire) -> None:
    guild = wire.sandbox.default_guild.guild
    async with wire.workshop.database.write() as session:
        for number in range(23):
            session.add(
                AuditRow(server_id=guild.id, actor_id=7, actor_name="Dan", act="style.edit", subject=f"style {number}")
            )
        session.add(
            AuditRow(server_id=guild.id + 1, actor_id=7, actor_name="Dan", act="style.edit", subject="elsewhere")
        )
    olu = wire.member("Olu")
    page = await (await olu.slash(wire.channel, "audit")).response()
    assert "Page 1 of 3" in page.text and "style 22" in page.text and "elsewhere" not in page.text
    await olu.click(page, custom_id="fs:audit:1:0:")
    await wire.wait(lambda: "Page 2 of 3" in page.text)
    assert "style 12" in page.text and "style 13" not in page.text
    guild.owner_id = wire.member("Mo").id
    refused = await (await olu.click(page, custom_id="fs:audit:2:0:")).response()
    assert refused.text.startswith("Only admins")
