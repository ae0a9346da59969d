"""Moderation in chat: a member reports a picture; moderators hide, bring back and delete it, warn, and block."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.model import Channel, Message
from storycore.store.models import BallotRow, CandidateRow, FilmRow, MediaRow, RoundRow, SceneRow, WorkState
from storycore.store.moderation import DoomedRow
from storycore.studio import audit
from tests.support.wire import Wire, wire_to


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def with_channel(wire: Wire) -> Channel:
    """A moderators' channel, a role that moderates with Mo in it, and a painted story."""
    world, guild = wire.sandbox.world, wire.sandbox.default_guild.guild
    place, role = world.add_channel(guild, "moderators"), world.add_role(guild, "Watch", 0)
    olu = wire.member("Olu")
    for key, value in (("moderation.channel", f"<#{place.id}>"), ("roles.moderate", f"<@&{role.id}>")):
        assert "✅" in (await (await olu.slash(wire.channel, "settings set", key=key, value=value)).response()).text
    wire.member("Mo").member.role_ids.append(role.id)
    await wire.new_story()
    await wire.painted()
    return place


async def reported(wire: Wire, place: Channel, scene: Message, picture: int = 2, who: str = "Bo") -> Message:
    form = (await wire.member(who).click(scene, label="Report")).modal
    assert form is not None
    thanks = await wire.member(who).submit(form, {"which": [str(picture)], "reason": "That is not a well. @everyone"})
    assert "Moderators will look at it" in (await thanks.response()).text
    await wire.wait(lambda: place.messages[-1].text.count("🚩") == 1, what="the card")
    return place.messages[-1]


async def told(wire: Wire, who: str, card: Message, label: str) -> str:
    return (await (await wire.member(who).click(card, label=label)).response()).text


async def film_pictures(wire: Wire) -> list[list[str]]:
    async with wire.workshop.database.read() as session:
        return [list(film.pictures) for film in await session.scalars(select(FilmRow).order_by(FilmRow.id))]


async def media_of(wire: Wire, number: int) -> str:
    async with wire.workshop.database.read() as session:
        return (
            await session.scalars(
                select(CandidateRow.media)
                .join(RoundRow, RoundRow.id == CandidateRow.round_id)
                .join(SceneRow, SceneRow.id == RoundRow.scene_id)
                .where(SceneRow.number == 1, CandidateRow.number == number)
            )
        ).one()


async def audited(wire: Wire) -> list[tuple[str, str, str]]:
    server = wire.sandbox.default_guild.guild.id
    found = await audit.entries(wire.workshop, server)
    return [(one.act, one.actor_name, one.after) for one in reversed(found) if one.act.startswith("moderation.")]


async def test_a_hidden_picture_leaves_chat_and_film_and_comes_back_with_its_votes(wire: Wire) -> None:
    place = await with_channel(wire)
    scene = wire.scenes()[0]
    for name in ("Bo", "Cy"):
        await wire.member(name).click(scene, label="2")
    await wire.member("Ada").click(scene, label="1")
    await wire.wait(lambda: "picture **2** leads" in scene.text)
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: any("🍿" in message.text for message in wire.thread.messages), 60, "the film")
    second = await media_of(wire, 2)
    assert second in (await film_pictures(wire))[0]

    card = await reported(wire, place, scene)
    assert "Waits for a moderator" in card.text and "That is not a well" in card.text
    assert "\\@everyone" in card.text and len(card.gallery) == 1
    assert "Hidden: it is in neither chat nor film" in await told(wire, "Mo", card, "Hide")
    await wire.wait(lambda: len(scene.gallery) == 2 and "took away a picture" in scene.text, what="the gallery without")
    assert "1️⃣ **1** 3️⃣ **0**" in scene.text and "picture **1** leads" in scene.text
    await wire.wait(lambda: not any("🍿" in m.text for m in wire.thread.messages), what="the film taken away")
    await wire.wait(lambda: "**Hidden** by Mo" in card.text)
    assert [button.label for button in scene.buttons if button.label in ("1", "2", "3")] == ["1", "3"]
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: any("🍿" in message.text for message in wire.thread.messages), 60, "a film without it")
    assert second not in (await film_pictures(wire))[1]

    assert "back, with its votes" in await told(wire, "Mo", card, "Bring back")
    await wire.wait(lambda: "1️⃣ **1** 2️⃣ **2** 3️⃣ **0**" in scene.text, what="the votes again")
    await wire.wait(lambda: sum("🍿" in m.text for m in wire.thread.messages) == 2, what="both films")
    assert [act for act, _, _ in await audited(wire)] == ["moderation.hide", "moderation.unhide"]


async def test_a_deleted_picture_loses_its_file_and_the_films_that_show_it(wire: Wire) -> None:
    place = await with_channel(wire)
    scene = wire.scenes()[0]
    await wire.member("Ada").slash(wire.thread, "story film")
    await wire.wait(lambda: any("🍿" in message.text for message in wire.thread.messages), 60, "the film")
    first = await media_of(wire, 1)
    path = wire.workshop.folder.path(first, ".png")
    assert path.is_file()
    card = await reported(wire, place, scene, 1)
    sure = await (await wire.member("Mo").click(card, label="Delete…")).response()
    assert path.is_file()
    assert "Deleted, with its file" in await told(wire, "Mo", sure, "Delete it for good")
    assert not path.is_file()
    await wire.wait(lambda: len(scene.gallery) == 2, what="the gallery without")
    await wire.wait(lambda: not any("🍿" in m.text for m in wire.thread.messages), what="the film gone")
    await wire.wait(lambda: not card.gallery and "**Deleted** by Mo" in card.text, what="the card without the picture")
    async with wire.workshop.database.read() as session:
        assert await session.get(MediaRow, first) is None
        assert (await session.scalars(select(DoomedRow))).all() == []
        film = (await session.scalars(select(FilmRow))).one()
        assert film.state is WorkState.FAILED and film.media is None
    held = [file for file in wire.workshop.folder.root.rglob("*") if file.is_file() and file.suffix == ".mp4"]
    async with wire.workshop.database.read() as session:
        known = set(await session.scalars(select(MediaRow.hash)))
    assert {file.stem for file in held} <= known
    assert [button.label for button in card.buttons if not button.disabled] == ["Warn…", "Block"]


async def test_who_is_blocked_takes_no_part_and_who_is_warned_reads_it_once(wire: Wire) -> None:
    place = await with_channel(wire)
    scene = wire.scenes()[0]
    await wire.member("Bo").click(scene, label="Again")
    await wire.wait(
        lambda: "fs:vote:" in str(scene.components) and ":2:1" in str(scene.components), what="new pictures"
    )
    card = await reported(wire, place, scene, who="Cy")
    assert "Made for **Bo**" in card.text
    form = (await wire.member("Mo").click(card, label="Warn…")).modal
    assert form is not None
    await wire.member("Mo").submit(form, {"words": "Please no\nmore of these."})
    listing = await wire.member("Bo").slash(wire.channel, "story list")
    await wire.wait(lambda: any("Please no more of these" in m.text for m in wire.member("Bo").messages(wire.channel)))
    assert listing.failed is None
    again = await wire.member("Bo").slash(wire.channel, "story list")
    assert again.failed is None
    warned = [m for m in wire.member("Bo").messages(wire.channel) if "Please no more of these" in m.text]
    assert len(warned) == 1

    assert "is blocked here" in await told(wire, "Mo", card, "Block")
    bo = wire.member("Bo")
    words = "Moderators have blocked you here"
    assert words in (await (await bo.slash(wire.channel, "story new")).response()).text
    assert words in (await (await bo.click(scene, label="1")).response()).text
    assert words in (await (await bo.click(scene, label="Edit prompt")).response()).text
    assert words in (await (await bo.click(scene, label="Again")).response()).text
    await bo.react(scene, "3️⃣")
    await wire.wait(lambda: bo.id not in getattr(scene.reaction("3️⃣"), "user_ids", ()), what="the reaction taken off")
    async with wire.workshop.database.read() as session:
        assert (await session.scalars(select(BallotRow))).all() == []
    page = await (await wire.member("Mo").slash(wire.channel, "moderation list")).response()
    assert f"🚫 <@{bo.id}>" in page.text
    await wire.member("Mo").slash(wire.channel, "moderation unblock", member="bo")
    await bo.click(scene, label="1")
    await wire.wait(lambda: "picture **1** leads" in scene.text)
    assert [act for act, _, _ in await audited(wire)] == ["moderation.warn", "moderation.block", "moderation.unblock"]


async def test_who_may_not_moderate_and_what_cannot_be_done(wire: Wire) -> None:
    place = await with_channel(wire)
    scene = wire.scenes()[0]
    card = await reported(wire, place, scene)
    for label in ("Hide", "Delete…", "Warn…", "Block", "It may stay"):
        result = await wire.member("Ada").click(card, label=label)
        assert result.modal is None
        assert (await result.response()).text.startswith("Only members with the role"), label
    mo, olu = wire.member("Mo"), wire.member("Olu")
    no_admin = await (await mo.slash(wire.channel, "moderation block", member=olu)).response()
    assert "Admins cannot be blocked" in no_admin.text
    assert (
        "cannot block yourself" in (await (await mo.slash(wire.channel, "moderation block", member=mo)).response()).text
    )
    again = (await wire.member("Bo").click(scene, label="Report")).modal
    assert again is not None
    twice = await wire.member("Bo").submit(again, {"which": ["2"], "reason": ""})
    assert "You reported this picture already" in (await twice.response()).text
    typed = await wire.member("Cy").slash(wire.thread, "scene report", scene="1", picture=2, reason="nor do I like it")
    assert "Moderators will look at it" in (await typed.response()).text
    await wire.wait(lambda: "Reported by 2 members" in card.text, what="the second report on the same card")
    assert "It stays" in await told(wire, "Mo", card, "It may stay")
    await wire.wait(lambda: "May stay" in card.text)
    none = await wire.member("Cy").slash(wire.thread, "scene report", scene="2", picture=9)
    assert "There is no picture 9" in (await none.response()).text


async def test_where_no_channel_is_set_reports_are_in_the_list(wire: Wire) -> None:
    await wire.new_story()
    scene = (await wire.painted())[0]
    form = (await wire.member("Bo").click(scene, label="Report")).modal
    assert form is not None
    await wire.member("Bo").submit(form, {"which": ["1"], "reason": "no"})
    page = await (await wire.member("Olu").slash(wire.channel, "moderation list")).response()
    assert "1 report waiting" in page.text
    assert "Hidden" in await told(wire, "Olu", page, "Hide")
    await wire.wait(lambda: len(scene.gallery) == 2)
