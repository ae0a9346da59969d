"""``/voice``: listing, hearing and choosing, through the real wire."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from storycore.store.voices import VoiceRow
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def chosen(wire: Wire) -> dict[str, str]:
    async with wire.workshop.database.read() as session:
        return {row.speaker: row.voice for row in await session.scalars(select(VoiceRow))}


async def test_voices_are_listed_page_by_page_and_heard(wire: Wire) -> None:
    ada = wire.member("Ada")
    listed = (await (await ada.slash(wire.channel, "voice list")).response()).text
    assert "`narrator`" in listed and "Page 1 of 3" in listed
    last = (await (await ada.slash(wire.channel, "voice list", page=99)).response()).text
    assert "Page 3 of 3" in last and "`narrator`" not in last
    some = (await (await ada.slash(wire.channel, "voice list", containing="scottish")).response()).text
    assert "`man-scottish`" in some and "`giant`" not in some
    none = (await (await ada.slash(wire.channel, "voice list", containing="xyzzy")).response()).text
    assert "No voice is like that" in none

    heard = await (await ada.slash(wire.channel, "voice try", voice="old-woman", text="Come in, my dear.")).response()
    (file,) = heard.attachments
    assert file.filename == "old-woman.wav"
    with wave.open(BytesIO(wire.sandbox.world.attachments[file.id].data)) as clip:
        assert clip.getnframes() > 1000
    gone = await (await ada.slash(wire.channel, "voice try", voice="nobody")).response()
    assert "no such voice" in gone.text
    quiet = await (await ada.slash(wire.channel, "voice try", voice="giant", text="...")).response()
    assert "nothing to say" in quiet.text
    typed = await ada.autocomplete(wire.channel, "voice try", option="voice", value="giant")
    assert {choice["value"] for choice in typed} == {"giant", "giant-hollow"}


async def test_the_author_gives_a_speaker_a_voice_and_others_may_not(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    ada, bo = wire.member("Ada"), wire.member("Bo")
    thread = wire.thread
    names = [choice["value"] for choice in await ada.autocomplete(thread, "voice set", option="who")]
    assert names[0] == "Narrator" and len(names) > 1
    speaker = names[1]
    refused = await (await bo.slash(thread, "voice set", who=speaker, voice="giant")).response()
    assert "author" in refused.text
    assert await chosen(wire) == {}
    for voice in ("giant", "old-man"):
        done = await (await ada.slash(thread, "voice set", who=str(speaker).upper(), voice=voice)).response()
        assert voice in done.text
    assert await chosen(wire) == {str(speaker).casefold(): "old-man"}
    await ada.slash(thread, "voice set", who="Narrator", voice="woman")
    assert (await chosen(wire))[""] == "woman"
    shown = (await (await ada.slash(thread, "voice list")).response()).text
    assert "`old-man` (chosen)" in shown and "**Narrator**: `woman` (chosen)" in shown
    await ada.slash(thread, "voice set", who=speaker)
    assert await chosen(wire) == {"": "woman"}
    for who, voice, words in (("Nobody", "giant", "Nobody of that name"), (speaker, "gone", "no such voice")):
        answer = await (await ada.slash(thread, "voice set", who=who, voice=voice)).response()
        assert words in answer.text
    outside = await (await ada.slash(wire.channel, "voice set", who="Narrator", voice="giant")).response()
    assert "not a story's thread" in outside.text
