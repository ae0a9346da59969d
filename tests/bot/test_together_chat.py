"""Making a story together, in chat: invited, named on the storyboard, allowed; taken out again."""

from __future__ import annotations

from pathlib import Path

from tests.support.wire import wire_to


async def test_a_member_is_invited_and_named_on_the_storyboard(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        ada, bo, cy = (wire.member(name) for name in ("Ada", "Bo", "Cy"))
        await wire.new_story()
        scene = (await wire.painted())[0]
        refused = await bo.slash(wire.thread, "story invite", member=bo)
        assert "Only the story's author (Ada) and moderators can invite" in (await refused.response()).text
        asked = await ada.slash(wire.thread, "story invite", member=bo)
        assert "**Bo** makes **The well** with you now." in (await asked.response()).text
        await wire.wait(lambda: "by Ada with Bo" in wire.board.text, what="the storyboard names both")
        offer = await (await bo.click(scene, label="Pick")).response()
        assert "Which picture of scene 1" in offer.text
        refused = await cy.click(scene, label="Pick")
        assert "their co-authors (Bo)" in (await refused.response()).text
        refused = await bo.slash(wire.thread, "story cancel")
        assert "Only the story's author (Ada)" in (await refused.response()).text
        robot = wire.sandbox.default_guild.bot
        assert (
            "Bots write no stories"
            in (await (await ada.slash(wire.thread, "story invite", member=robot)).response()).text
        )
        left = await bo.slash(wire.thread, "story uninvite", member=bo)
        assert "no co-author" in (await left.response()).text
        await wire.wait(lambda: "with Bo" not in wire.board.text, what="the storyboard names one")
        refused = await bo.click(scene, label="Pick")
        assert "Only the story's author (Ada)" in (await refused.response()).text
