"""Every button, menu, form and command with every kind of member: who may not is told who may, and nothing changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
from sqlalchemy import func, select

from bot.ui.batch import BatchFilmsButton, BatchStopButton
from bot.ui.items import (
    AgainButton,
    EditButton,
    FilmButton,
    PartsButton,
    PickButton,
    PickSelect,
    VoteButton,
)
from bot.ui.settings import SettingSelect
from sandbox.actors import Actor, GuildView
from sandbox.interactions import COMPONENT
from sandbox.model import Channel, Message
from storycore.store.models import AuditRow, BallotRow, BatchRow, FilmRow, RoundRow, SceneRow, StoryRow, now
from storycore.studio.permissions import Act
from tests.support.wire import Wire, wire_to

_BUTTON, _MENU = 2, 3


@dataclass(frozen=True)
class Press:
    """Something that is pressed or chosen: the act it needs, its id ({scene}, {story} are filled in), its values."""

    act: Act
    custom_id: str
    values: tuple[str, ...] = ()


PRESSES = (
    Press(Act.VOTE, "fs:vote:{scene}:1:2"),
    Press(Act.EDIT, "fs:edit:{scene}"),
    Press(Act.EDIT, "fs:again:{scene}:1"),
    Press(Act.STEER, "fs:choose:{scene}:1"),
    Press(Act.STEER, "fs:pick:{scene}:1", ("2",)),
    Press(Act.STEER, "fs:film:{story}"),
    Press(Act.STEER, "fs:parts:{story}"),
    Press(Act.STEER, "fs:films:{batch}"),
    Press(Act.OWN, "fs:batchstop:{batch}"),
    Press(Act.SETTINGS, "fs:settings", ("roles.vote",)),
)
COMMANDS: tuple[tuple[Act, str, dict[str, Any]], ...] = (
    (Act.CREATE, "story new", {}),
    (Act.CREATE, "story batch", {}),
    (Act.STEER, "story film", {}),
    (Act.OWN, "story cancel", {}),
    (Act.QUEUE, "queue pause", {}),
    (Act.QUEUE, "queue resume", {}),
    (Act.QUEUE, "queue quiet", {}),
    (Act.QUEUE, "queue quiet", {"hours": "18:00-23:00"}),
    (Act.HOSTS, "host add", {}),
    (Act.HOSTS, "host list", {}),
    (Act.HOSTS, "host test", {"host": "one"}),
    (Act.HOSTS, "host drain", {"host": "one"}),
    (Act.HOSTS, "host remove", {"host": "one"}),
)
#: Who is refused once every role is given to a crew that nobody is in.
REFUSED = {
    Act.CREATE: {"Bo", "Ada"},
    Act.VOTE: {"Bo", "Ada", "Mo"},
    Act.EDIT: {"Bo"},
    Act.STEER: {"Bo"},
    Act.OWN: {"Bo"},
    Act.HOSTS: {"Bo", "Ada", "Mo"},
    Act.QUEUE: {"Bo", "Ada", "Mo"},
    Act.SETTINGS: {"Bo", "Ada", "Mo"},
}


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def state(wire: Wire) -> list[object]:
    """What any of it could change."""
    async with wire.workshop.database.read() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(row))
            for row in (BallotRow, FilmRow, RoundRow, AuditRow)
        ]
        stories = [(row.state, row.channel_id) for row in await session.scalars(select(StoryRow))]
        picks = [(row.pick, row.prompt) for row in await session.scalars(select(SceneRow))]
    return [counts, stories, picks]


async def ids(wire: Wire) -> dict[str, int]:
    """A story that was painted, made into a batch of one."""
    async with wire.workshop.database.write() as session:
        story = (await session.scalars(select(StoryRow))).one()
        session.add(BatchRow(id=7, lead_id=story.id, starts_at=now(), left_out=[]))
        story.batch_id = 7
        scene = (await session.scalars(select(SceneRow).where(SceneRow.number == 1))).one()
        return {"story": story.id, "scene": scene.id, "batch": 7}


async def panel(wire: Wire, channel: Channel, known: dict[str, int]) -> Message:
    """A message of the bot's with all of them: discord.py answers only what stands in its message."""
    scene, story, batch = known["scene"], known["story"], known["batch"]
    view = discord.ui.View(timeout=None)
    items: list[discord.ui.DynamicItem[Any]] = [
        VoteButton(scene, 1, 2),
        EditButton(scene),
        AgainButton(scene, 1),
        PickButton(scene, 1),
        PickSelect(scene, 1, (1, 2, 3)),
        FilmButton(story),
        PartsButton(story),
        BatchFilmsButton(batch),
        BatchStopButton(batch),
        SettingSelect(),
    ]
    for item in items:
        view.add_item(item)
    assert len(items) == len(PRESSES)
    sent = await wire.client.get_partial_messageable(channel.id).send("everything", view=view)
    return next(message for message in channel.messages if message.id == sent.id)


async def press(who: Actor, message: Message, what: Press, known: dict[str, int]) -> str:
    data: dict[str, Any] = {"component_type": _MENU if what.values else _BUTTON}
    data |= {"custom_id": what.custom_id.format(**known)} | ({"values": list(what.values)} if what.values else {})
    result = await who._act(COMPONENT, message.channel, data, message=message)
    assert result.failed is None, what
    assert result.modal is None, f"{who.name} was shown a form by {what}"
    return (await result.response()).text


async def test_who_may_not_is_told_who_may_and_nothing_changes(wire: Wire) -> None:
    await wire.new_story()
    await wire.painted()
    crew = wire.sandbox.world.add_role(wire.sandbox.default_guild.guild, "Crew", 0)
    for key in ("create", "vote", "edit", "stories", "characters", "hosts"):
        done = await wire.member("Olu").slash(wire.channel, "settings set", key=f"roles.{key}", value=f"<@&{crew.id}>")
        assert "✅" in (await done.response()).text
    known, thread = await ids(wire), wire.thread
    everything = await panel(wire, wire.channel, known)
    before = await state(wire)
    for name in ("Bo", "Ada", "Mo"):
        who = wire.member(name)
        for what in PRESSES:
            if name in REFUSED[what.act]:
                assert (await press(who, everything, what, known)).startswith("Only "), (name, what)
        for act, command, values in COMMANDS:
            if name in REFUSED[act]:
                place = wire.channel if act is Act.CREATE else thread
                result = await who.slash(place, command, **values)
                assert result.modal is None, (name, command)
                assert (await result.response()).text.startswith("Only "), (name, command)
    assert await state(wire) == before


async def test_another_servers_people_find_nothing(wire: Wire) -> None:
    """Even an owner who knows the ids: what stands in one server does not exist in another."""
    await wire.new_story()
    await wire.painted()
    world = wire.sandbox.world
    guild = world.add_guild("Elsewhere", "Zoe")
    channel = world.add_channel(guild, "general")
    zoe = GuildView(wire.sandbox.state, guild).member("Zoe")
    known = await ids(wire)
    message = await panel(wire, channel, known)
    before = await state(wire)
    for what in PRESSES:
        if what.act is not Act.SETTINGS:  # their own
            assert "not here" in await press(zoe, message, what, known), what
    for command in ("story film", "story cancel", "story show"):
        answer = await (await zoe.slash(channel, command, story=str(known["story"]))).response()
        assert "not here" in answer.text, command
    assert "Nothing waits here" in (await (await zoe.slash(channel, "queue show")).response()).text
    assert await state(wire) == before
