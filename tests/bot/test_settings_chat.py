"""Settings in chat: an admin's page, its pop-ups, what is typed; and that they hold for buttons and reactions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from tests.support.wire import Wire, wire_to

#: The first of the page's menus.
MENU = "Change: Permissions, Stories, Prompts, Pictures…"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def test_an_admin_lets_only_a_role_vote(wire: Wire) -> None:
    world, guild = wire.sandbox.world, wire.sandbox.default_guild.guild
    jury = world.add_role(guild, "Jury", 0)
    olu, bo, cy = (wire.member(name) for name in ("Olu", "Bo", "Cy"))
    cy.member.role_ids.append(jury.id)
    page = await (await olu.slash(wire.channel, "settings show")).response()
    assert "Who may vote · **everyone**" in page.text
    form = (await olu.select(page, placeholder=MENU, values=["roles.vote"])).modal
    assert form is not None
    saved = await olu.submit(form, {"value": [jury]})
    assert f"✅ **Who may vote**: <@&{jury.id}> (before: everyone)." in (await saved.response()).text

    await wire.new_story()
    scene = (await wire.painted())[0]
    await bo.react(scene, "2️⃣")
    await cy.react(scene, "3️⃣")
    refused = await (await bo.click(scene, label="1")).response()
    assert f"Only members with the role <@&{jury.id}>" in refused.text
    await wire.wait(lambda: "1️⃣ **0** 2️⃣ **0** 3️⃣ **1**" in scene.text, what="the jury's vote alone")
    await wire.wait(lambda: bo.id not in _reacted(scene, "2️⃣"), what="the reaction taken off")


def _reacted(scene: object, emoji: str) -> list[int]:
    reaction = scene.reaction(emoji)  # type: ignore[attr-defined]
    return [] if reaction is None else list(reaction.user_ids)


async def test_settings_are_typed_with_suggestions(wire: Wire) -> None:
    olu = wire.member("Olu")
    keys = await olu.autocomplete(wire.channel, "settings set", option="key", value="quiet")
    assert [choice["value"] for choice in keys] == ["queue.quiet_hours"]
    zones = await olu.autocomplete(wire.channel, "settings set", option="value", value="berl", key="time_zone")
    assert [choice["value"] for choice in zones] == ["Europe/Berlin"]
    set_ = await olu.slash(wire.channel, "settings set", key="time_zone", value="berlin")
    assert "✅ **Time zone**: Europe/Berlin (before: UTC)." in (await set_.response()).text
    wrong = await olu.slash(wire.channel, "settings set", key="story.candidates", value="12")
    assert "a whole number from 1 to 9" in (await wrong.response()).text
    unknown = await olu.slash(wire.channel, "settings set", key="candidates", value="3")
    assert "story.candidates" in (await unknown.response()).text
    form = (await olu.slash(wire.channel, "settings set", key="queue.paused")).modal
    assert form is not None
    assert "✅ **Painting paused**: on" in (await (await olu.submit(form, {"value": "on"})).response()).text


async def test_others_are_not_offered_them_and_could_not_use_them(wire: Wire) -> None:
    mo, olu = wire.member("Mo"), wire.member("Olu")
    with pytest.raises(SandboxError):
        await mo.slash(wire.channel, "settings show")
    form = (await olu.slash(wire.channel, "settings set", key="story.candidates")).modal
    assert form is not None
    # Whoever is no admin any more when the form is sent is refused.
    wire.sandbox.default_guild.guild.owner_id = mo.id
    refused = await olu.submit(form, {"value": "9"})
    assert "Only admins" in (await refused.response()).text


async def test_what_a_server_sets_holds_for_new_stories(wire: Wire) -> None:
    await wire.member("Olu").slash(wire.channel, "settings set", key="story.candidates", value="2")
    await wire.new_story()
    scenes = await wire.painted(reactions=2)
    assert [len(scene.gallery) for scene in scenes] == [2, 2]


async def test_who_may_not_hand_in_is_told_before_writing(wire: Wire) -> None:
    world, guild = wire.sandbox.world, wire.sandbox.default_guild.guild
    writers = world.add_role(guild, "Writers", 0)
    await wire.member("Olu").slash(wire.channel, "settings set", key="roles.create", value=f"<@&{writers.id}>")
    refused = await wire.member("Bo").slash(wire.channel, "story new")
    assert refused.modal is None
    assert f"Only members with the role <@&{writers.id}>" in (await refused.response()).text
    assert (await wire.member("Mo").slash(wire.channel, "story new")).modal is not None
