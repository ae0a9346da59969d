"""Pictures on their way from a GPU host: a place in the queue, a bar with a preview, then the pictures; few edits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.courier import NotYetError
from bot.posts import scene_subject
from bot.ui.scene import scene_sheet
from sandbox.model import Message
from storycore.hosts.previews import Preview
from storycore.studio import stories
from tests.hosts.house import options
from tests.images.webui_stand_in import WebuiStandIn
from tests.support.wire import Wire, wire_to


def painted_now(wire: Wire) -> Message:
    """The scene that the host is at (either may come first)."""
    return next(scene for scene in wire.scenes() if "The pictures are being painted on 127" in scene.text)


async def test_a_scene_tells_how_far_its_first_pictures_are(tmp_path: Path) -> None:
    host = WebuiStandIn(paused=True)
    async with host.running(), wire_to(tmp_path, work=options([host.url])) as wire:
        wire.client.projector.courier.pace_s = 0.05
        await wire.new_story()
        await wire.wait(lambda: len(wire.scenes()) == 2, what="both scenes")
        await wire.wait(lambda: painted_now(wire), what="the bar")
        first = painted_now(wire)
        second = next(scene for scene in wire.scenes() if scene is not first)
        await wire.wait(lambda: "The pictures: next in the queue, ready in about" in second.text, what="the place")
        await wire.wait(lambda: len(first.gallery) == 1, what="the preview")
        assert "-coming-" in first.attachments[0].filename
        assert not second.gallery and not first.reactions
        assert [button.label for button in first.buttons if button.label in ("Cancel", "Again")] == ["Cancel"]
        host.paused = False
        await wire.painted()
        assert [len(scene.gallery) for scene in (first, second)] == [3, 3]
        assert "are being painted" not in first.text and "Vote with a reaction" in first.text
        await _is_paced(wire)


async def _is_paced(wire: Wire) -> None:
    """One bar after the other: neither a message nor its place is edited again at once."""
    view = await stories.show(wire.workshop, 1)
    one, two = view.scenes
    courier = wire.client.projector.courier
    thread = wire.client.get_partial_messageable(wire.thread.id)
    await wire.client.projector.settle()
    posts = await wire.client.projector.posts.of_story(1)
    coming = replace(one.shown, candidates=()) if one.shown is not None else None
    courier.pace_s = 60.0

    async def show(number: int, preview: int) -> None:
        scene = replace((one, two)[number - 1], shown=None, coming=coming)
        subject = scene_subject(scene.id)
        await courier.show(
            1, thread, subject, posts[subject], lambda m: scene_sheet(view, scene, m, Preview(preview, b""))
        )

    courier._due.clear()
    courier._passed.clear()
    await show(1, 1)
    with pytest.raises(NotYetError):
        await show(1, 2)
    with pytest.raises(NotYetError) as elsewhere:
        await show(2, 1)
    assert 40 < elsewhere.value.seconds <= 60 * 0.85
