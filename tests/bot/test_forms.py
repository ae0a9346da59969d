"""Pop-ups are open at the same time in the hands of several people: each one's answer is their own."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from sandbox.world import File
from storycore.store.models import StoryRow
from tests.support.wire import Wire, wire_to
from tests.support.workshops import STORY


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def test_two_people_rewrite_the_same_prompt_at_once_and_both_are_answered(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    bo, cy = wire.member("Bo"), wire.member("Cy")
    first, second = [(await who.click(scene, label="Edit prompt")).modal for who in (bo, cy)]
    assert first is not None and second is not None
    for who, form, prompt in ((bo, first, "a red well"), (cy, second, "a blue well")):
        sent = await who.submit(form, {"prompt": prompt})
        assert sent.failed is None
        assert "being painted" in (await sent.response()).text
    await wire.wait(lambda: "a blue well" in scene.text and "New pictures" not in scene.text)
    assert wire.painter.requests[-1].prompt == "a blue well"


async def test_two_scripts_handed_in_at_once_do_not_take_each_others_place(wire: Wire) -> None:
    ada, bo = wire.member("Ada"), wire.member("Bo")
    other = STORY.replace("miller", "queen")
    message = await ada.send(wire.channel, files=[File("the-well.txt", STORY.encode())])
    from_file = (await ada.message_menu("Make a story", message)).modal
    pasted = (await bo.slash(wire.channel, "story new", title="Pasted")).modal
    assert from_file is not None and pasted is not None
    sent = await bo.submit(pasted, {"text": other})
    assert "reading" in (await sent.response()).text
    sent = await ada.submit(from_file, {"title": "From a file"})
    assert "reading" in (await sent.response()).text

    async with wire.workshop.database.read() as session:
        kept = {row.title: (row.author_name, row.script) for row in await session.scalars(select(StoryRow))}
    assert kept == {"From a file": ("Ada", STORY), "Pasted": ("Bo", other)}


async def test_a_word_document_becomes_a_story_and_a_broken_one_a_kind_answer(wire: Wire) -> None:
    ada = wire.member("Ada")
    document = docx.Document()
    for paragraph in STORY.strip().split("\n\n"):
        document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    message = await ada.send(wire.channel, files=[File("the-well.docx", file.getvalue())])
    opened = (await ada.message_menu("Make a story", message)).modal
    assert opened is not None
    sent = await ada.submit(opened, {"title": "From Word"})
    assert "reading" in (await sent.response()).text
    form = (await ada.slash(wire.channel, "story new", title="Broken")).modal
    assert form is not None
    refused = await ada.submit(form, {"file": [File("tale.docx", file.getvalue()[:900])]})
    assert "plain text" in (await refused.response()).text
    async with wire.workshop.database.read() as session:
        (story,) = await session.scalars(select(StoryRow))
    assert (story.title, story.script) == ("From Word", STORY)
