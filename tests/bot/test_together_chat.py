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


async def test_votes_are_acknowledged_privately_and_shown_on_demand(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        bo, cy, olu = (wire.member(name) for name in ("Bo", "Cy", "Olu"))
        await wire.new_story()
        scene = (await wire.painted())[0]
        nobody = await (await cy.click(scene, label="Votes")).response()
        assert nobody.text == "Nobody has voted on scene 1 yet."
        told = await (await bo.click(scene, label="2")).response()
        assert told.visible_to == bo.id
        assert told.text == "🗳️ You voted for picture **2** of scene 1."
        told = await (await bo.click(scene, label="3")).response()
        assert told.text == "🗳️ You voted for picture **3** of scene 1 (before: **2**)."
        await wire.wait(lambda: "3️⃣ **1** · 1 vote, picture **3** leads" in scene.text, what="the tally")
        shown = await (await cy.click(scene, label="Votes")).response()
        assert f"3️⃣ **1** · <@{bo.id}>" in shown.text and shown.visible_to == cy.id
        assert "You voted for picture 3" in (await (await bo.click(scene, label="Votes")).response()).text
        form = (await olu.slash(wire.channel, "settings set", key="voting.ballots")).modal
        assert form is not None
        done = await olu.submit(form, {"value": "anonymous"})
        assert "✅ **Who voted for what**: anonymous (before: for everyone to see)." in (await done.response()).text
        shown = await (await cy.click(scene, label="Votes")).response()
        assert "anonymous" in shown.text and f"<@{bo.id}>" not in shown.text
        choices = await olu.autocomplete(wire.channel, "settings set", option="value", value="so", key="voting.mode")
        assert [choice["value"] for choice in choices] == ["solo"]


async def test_the_card_says_how_pictures_are_chosen_and_the_author_changes_it(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        ada, bo = wire.member("Ada"), wire.member("Bo")
        jury = wire.sandbox.world.add_role(wire.sandbox.default_guild.guild, "Jury", 0)
        await wire.new_story()
        scene = (await wire.painted())[0]
        await bo.click(scene, label="2")
        seen = await (await bo.click(wire.board, label="Voting")).response()
        assert "**Vote** (as this server does): most votes of everyone" in seen.text
        assert "**1.** **2** leads · 1 vote" in seen.text and not seen.buttons
        card = await (await ada.click(wire.board, label="Voting")).response()
        assert [button.label for button in card.buttons] == ["Change", "Close the vote", "Let me pick"]
        form = (await ada.click(card, label="Change")).modal
        assert form is not None
        bad = await ada.submit(form, {"mode": "vote", "closes": "soon"})
        assert "I do not understand when the vote shall close." in (await bad.response()).text
        form = (await ada.click(card, label="Change")).modal
        assert form is not None
        saved = await ada.submit(form, {"mode": "vote", "role": [jury], "closes": "2 h", "quorum": "3"})
        text = (await saved.response()).text
        assert f"**Vote**: most votes of members with <@&{jury.id}>" in text
        assert "It closes <t:" in text and "every scene has 3 votes" in text
        await wire.wait(lambda: "The vote closes <t:" in wire.board.text, what="the storyboard says when")
        await wire.wait(
            lambda: "closes <t:" in scene.text and "at 3 votes each" in scene.text, what="so does the scene"
        )
        refused = await (await bo.click(scene, label="3")).response()
        assert f"Only members with the role <@&{jury.id}> vote on this story." in refused.text
        await ada.click(card, label="Close the vote")
        await wire.wait(lambda: "Ada closed it" in card.text and "the vote chose **2**" in card.text, what="the card")
        await wire.wait(lambda: "The vote is closed: Ada closed it." in wire.board.text, what="the storyboard")
        await wire.wait(lambda: "the vote chose **2**" in scene.text, what="the scene")
        assert [b.disabled for b in scene.buttons if b.label in ("1", "2", "3")] == [True] * 3
        await ada.click(card, label="Open it again")
        await wire.wait(lambda: not any(b.disabled for b in scene.buttons), what="votes count again")


async def test_solo_by_command(tmp_path: Path) -> None:
    async with wire_to(tmp_path) as wire:
        ada, bo = wire.member("Ada"), wire.member("Bo")
        await wire.new_story()
        first, second = await wire.painted()
        refused = await (await bo.slash(wire.thread, "story vote", mode="solo")).response()
        assert "Only the story's author (Ada) and moderators can say how pictures are chosen." in refused.text
        assert "as this server does" in (await (await bo.slash(wire.thread, "story vote")).response()).text
        card = await (await ada.slash(wire.thread, "story vote", mode="solo")).response()
        assert "**Solo**: Ada picks." in card.text
        await wire.wait(lambda: "The author picks with **Pick**" in first.text, what="the scene says who decides")
        await bo.click(first, label="3")
        await wire.wait(lambda: "1 vote; the author picks" in first.text, what="the vote is shown")
        await ada.click(card, label="Let me pick")
        await wire.wait(lambda: "I picked **3**" in first.text and "I picked **1**" in second.text, what="picked")
