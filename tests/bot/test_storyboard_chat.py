"""The storyboard in chat: one picture of what would be filmed, which follows the story; further pages for who asks."""

from __future__ import annotations

from pathlib import Path

from tests.support.wire import wire_to

_THIRTEEN = "\n\n".join(
    f"# Part {number}\n\nThe miller walked on, for the {number}th time that day, and looked at the river."
    for number in range(1, 14)
)


async def test_it_shows_what_would_be_filmed_and_follows_it(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        await wire.new_story()
        scene = (await wire.painted())[0]
        await wire.wait(lambda: "The pictures are here" in wire.board.text and wire.board.gallery, what="the picture")
        item = wire.board.gallery[0]
        assert len(wire.board.gallery) == 1 and item.attachment is not None
        assert item.attachment.data[:2] == b"\xff\xd8"
        assert "1: The well; 2: The crown" in str(item.description)
        assert [button.label for button in wire.board.buttons] == ["Make the film", "Voting"]
        first = item.url
        await wire.member("Bo").click(scene, label="3")
        await wire.wait(lambda: wire.board.gallery[0].url != first, what="what leads now")
        assert len(wire.board.attachments) == 1
        await wire.member("Ada").slash(wire.thread, "story cancel")
        await wire.wait(lambda: "Cancelled by Ada" in wire.board.text and wire.board.gallery, what="its last state")


async def test_past_twelve_scenes_the_rest_is_shown_to_who_asks(tmp_path: Path) -> None:
    async with wire_to(tmp_path, candidates=1) as wire:
        await wire.new_story("A long walk", _THIRTEEN)
        await wire.wait(lambda: "The pictures are here" in wire.board.text, 60, what="thirteen scenes")
        bo = wire.member("Bo")
        page = await (await bo.click(wire.board, label="More scenes")).response()
        assert page.visible_to == bo.id
        assert "page 2 of 2" in page.text and "13: Part 13" in str(page.gallery[0].description)
        assert [button.disabled for button in page.buttons] == [False, True]
        await bo.click(page, label="Back")
        await wire.wait(lambda: "page 1 of 2" in page.text and "1: Part 1;" in str(page.gallery[0].description))
