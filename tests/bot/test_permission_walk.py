"""Every command, button, menu, form and reaction is listed with who may use it; and asks the one predicate.

Whoever adds an interaction has to say here who may use it. What is listed with an act is tried with a predicate that
says no to everybody: it must refuse, having asked for that act, and change nothing.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.ext import commands
from sqlalchemy import select

import bot
import cogs
from bot.rights import COMMANDS, READING
from bot.ui.text import key_of
from sandbox.actors import Actor, InteractionResult
from sandbox.interactions import COMPONENT
from sandbox.model import Message
from sandbox.world import File
from storycore.cast.model import QuestionKind
from storycore.store.characters import CharacterRow, ProposalRow
from storycore.store.corrections import QuestionRow
from storycore.store.models import BatchRow, LineRow, RoundRow, SceneRow, StoryRow, now
from storycore.store.moderation import ReportRow
from storycore.store.styles import StyleRow
from storycore.studio import ballot_box, ballots, permissions
from storycore.studio.permissions import Act
from tests.support.wire import Wire, wire_to
from tests.support.workshops import STORY

_BUTTON, _MENU = 2, 3


CASE_WORDS = ("keep", "hide", "show", "delete", "really", "warn", "block", "unblock")
#: What is pressed or chosen: the act, and with which ids and values it is tried ({…} is filled in).
ITEMS: dict[str, tuple[Act | None, tuple[tuple[str, str], ...]]] = {
    "VoteButton": (Act.VOTE, (("fs:vote:{scene}:1:2", ""),)),
    "VotingButton": (READING, ()),
    "VotingAct": (Act.STEER, tuple((f"fs:votes:{{story}}:{what}", "") for what in ("close", "open", "bot"))),
    "VotesButton": (READING, ()),
    "BoardPage": (READING, ()),
    "EditButton": (Act.EDIT, (("fs:edit:{scene}", ""),)),
    "AgainButton": (Act.EDIT, (("fs:again:{scene}:1", ""),)),
    "SuggestButton": (Act.EDIT, (("fs:suggest:{scene}", ""),)),
    "TakeButton": (Act.EDIT, (("fs:suggested:{scene}", ""),)),
    "MoreButton": (Act.EDIT, (("fs:more:{scene}:1", ""),)),
    "MoreSelect": (Act.EDIT, (("fs:like:{scene}:1", "2"),)),
    "PickButton": (Act.STEER, (("fs:choose:{scene}:1", ""),)),
    "PickSelect": (Act.STEER, (("fs:pick:{scene}:1", "2"),)),
    "FilmButton": (Act.STEER, (("fs:film:{story}", ""),)),
    "StopButton": (Act.STEER, (("fs:stop:{film}", ""),)),
    "PartsButton": (Act.STEER, (("fs:parts:{story}", ""),)),
    "WatchButton": (READING, ()),
    "BatchFilmsButton": (Act.STEER, (("fs:films:{batch}", ""),)),
    "BatchStopButton": (Act.OWN, (("fs:batchstop:{batch}", ""),)),
    "SettingSelect": (Act.SETTINGS, (("fs:settings", "roles.vote"),)),
    "QueueButton": (READING, ()),
    "CancelButton": (Act.STEER, (("fs:cancel:{round}", ""),)),
    "CancelSelect": (Act.STEER, (("fs:dequeue:0", "{job}"),)),
    "CastButton": (READING, ()),
    "PageButton": (READING, ()),
    "CastSelect": (READING, ()),
    "MemberButton": (Act.STEER, (("fs:member:{story}:{key}:nobody", ""),)),
    "SameSelect": (Act.STEER, (("fs:same:{story}:{key}", "{other}"),)),
    "ApartSelect": (Act.STEER, (("fs:apart:{story}:{key}", "{key}"),)),
    "AnswerButton": (Act.STEER, (("fs:ask:{question}:yes", ""),)),
    "SpeakerAnswer": (Act.STEER, (("fs:askwho:{question}", "narrator"),)),
    "DeskButton": (READING, ()),
    "LineSelect": (READING, ()),
    "SaysSelect": (Act.STEER, (("fs:says:{line}", "narrator"),)),
    "LineButton": (Act.STEER, (("fs:lined:{line}:cut", ""),)),
    "MergeButton": (Act.EDIT, (("fs:looks:{scene}", ""),)),
    "ProposalButton": (
        Act.CHARACTERS,
        tuple((f"fs:proposal:{{proposal}}:{what}", "") for what in ("accept", "decline")),
    ),
    "CharacterSelect": (READING, ()),
    "CharacterPage": (READING, ()),
    "CharacterButton": (Act.CHARACTERS, (("fs:char:{character}:edit", ""),)),
    "MixButton": (Act.CHARACTERS, (("fs:mix:{character}:male", ""),)),
    "StyleButton": (Act.CHARACTERS, tuple((f"fs:styled:{{style}}:{what}", "") for what in ("edit", "follow"))),
    "StyleSelect": (READING, ()),
    "StylePage": (READING, ()),
    "AuditButton": (Act.SETTINGS, (("fs:audit:0:0:", ""),)),
    "EraseButton": (READING, ()),  # one's own; others' are for admins
    "StoriesButton": (READING, ()),
    "DeleteButton": (Act.OWN, (("fs:delete:{story}", ""),)),
    "ReportButton": (READING, ()),  # any member
    "CaseButton": (
        Act.MODERATE,
        tuple((f"fs:case:{{report}}:{what}", "") for what in CASE_WORDS),
    ),
    "DescribeButton": (READING, ()),  # what is handed in asks, or is proposed
    "LinkSelect": (Act.STEER, (("fs:link:{story}:{key}", "{character}"),)),
    "CutButton": (
        Act.STEER,
        tuple((f"fs:cut:{{scene}}:{what}", "") for what in ("later", "join", "really")),
    ),
}
#: Forms are asked about when they are handed in, too: with what they are opened, and what is written into them.
FORMS: dict[str, tuple[Act | None, str, dict[str, Any]]] = {
    "VotingForm": (Act.STEER, "fs:votes:{story}:change", {"mode": "solo"}),
    "ReportForm": (READING, "fs:report:{scene}:1", {}),
    "WarnForm": (Act.MODERATE, "fs:case:{report}:warn", {"words": "Please no."}),
    "PromptForm": (Act.EDIT, "fs:edit:{scene}", {"prompt": "a red well"}),
    "WordsForm": (Act.STEER, "fs:lined:{line}:words", {"words": "Other words."}),
    "RenameForm": (Act.STEER, "fs:member:{story}:{key}:rename", {"name": "Somebody"}),
    "SceneForm": (Act.STEER, "fs:cut:{scene}:add", {"words": "A new scene."}),
    "SpeakerForm": (Act.STEER, "fs:says:{line}=new", {"name": "Somebody"}),
    "StoryForm": (Act.CREATE, "/story new", {"The script": "Once upon a time there was a well."}),
    "BatchForm": (Act.CREATE, "/story batch", {"files": [File("well.txt", STORY.encode())]}),
    "SettingForm": (Act.SETTINGS, "fs:settings=story.candidates", {}),
    "CharacterForm": (Act.CHARACTERS, "fs:char:{character}:edit", {"names": "Gunther", "look": "bald"}),
    "StyleForm": (Act.CHARACTERS, "fs:styled:{style}:edit", {"name": "Ink", "lines": "steps: 20"}),
    "HostForm": (Act.HOSTS, "/host add", {"name": "attic", "url": "http://192.0.2.1:7860"}),
}
#: What is heard of, beside interactions; a reaction is a vote, and counts only for who may vote.
LISTENERS: dict[str, Act | None] = {
    "on_raw_reaction_add": Act.VOTE,
    "on_raw_reaction_remove": READING,
    "on_raw_reaction_clear": READING,
    "on_raw_reaction_clear_emoji": READING,
    "on_ready": READING,
    "on_erased": READING,
    "on_scene_offered": READING,
    "on_interaction": READING,  # finds the forms that were opened before a restart; handing them in asks
}


def _every(kind: type) -> Iterator[type]:
    """All classes of a kind in bot and cogs."""
    for package in (bot, cogs):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: set[type] = set()
    new: list[type] = [kind]
    while new:
        subs: list[type] = list(type.__subclasses__(new.pop()))
        new += [one for one in subs if one not in found]
        found.update(subs)
    yield from (one for one in found if one.__module__.split(".")[0] in ("bot", "cogs"))


def _leaves(group: Any) -> Iterator[Any]:
    if hasattr(group, "commands"):
        for command in group.commands:
            yield from _leaves(command)
    else:
        yield group


def test_every_interaction_is_listed_with_who_may_use_it() -> None:
    told = "is new: say in tests/bot/test_permission_walk.py who may use it"
    cogs_ = list(_every(commands.Cog))
    leaves = [leaf for cog in cogs_ for top in cog.__cog_app_commands__ for leaf in _leaves(top)]  # type: ignore[attr-defined]
    names = {
        f"{cog.__cog_group_name__} {leaf.qualified_name}" if cog.__cog_is_app_commands_group__ else leaf.qualified_name  # type: ignore[attr-defined]
        for cog in cogs_
        for top in cog.__cog_app_commands__  # type: ignore[attr-defined]
        for leaf in _leaves(top)
    }
    assert names == set(COMMANDS), told
    assert {one.__name__ for one in _every(discord.ui.DynamicItem)} == set(ITEMS), told
    plain = {one.__name__ for one in _every(discord.ui.Item)} | {one.__name__ for one in _every(discord.ui.View)}
    assert plain == set(ITEMS), f"a view or item that is no DynamicItem {told}"
    assert {one.__name__ for one in _every(discord.ui.Modal)} - {"Form"} == set(FORMS), told
    heard = {name for cog in cogs_ for name, _ in cog.__cog_listeners__}  # type: ignore[attr-defined]
    assert heard == set(LISTENERS), told
    menus = [command for command in leaves if isinstance(command, discord.app_commands.ContextMenu)]
    assert menus == [], told


class Denying:
    """A predicate that can be told to say no to everybody, and notes what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.denies = False
        self.asked: list[Act] = []
        self._may, self._open = permissions.may, permissions.is_open
        for module in (permissions, ballot_box, ballots):
            monkeypatch.setattr(module, "may", self.may)
        for module in (permissions, ballots):
            monkeypatch.setattr(module, "is_open", self.is_open)

    def may(self, person: Any, act: Act, *values: Any) -> bool:
        self.asked.append(act)
        return not self.denies and self._may(person, act, *values)

    def is_open(self, act: Act, settings: Any) -> bool:
        return not self.denies and self._open(act, settings)


async def _known(wire: Wire) -> dict[str, str]:
    """A painted story with all that can be pressed: a film, a batch of one, a question, and pictures on their way."""
    await wire.new_story()
    first, second = await wire.painted()
    await wire.member("Ada").slash(wire.thread, "story film")
    wire.painter.gate = asyncio.Event()
    await wire.member("Bo").click(second, label="Again")
    await wire.wait(lambda: "are being painted" in second.text)
    async with wire.workshop.database.write() as session:
        story = (await session.scalars(select(StoryRow))).one()
        session.add(BatchRow(id=7, lead_id=story.id, starts_at=now(), left_out=[]))
        story.batch_id = 7
        scene = (await session.scalars(select(SceneRow).where(SceneRow.number == 1))).one()
        line = (await session.scalars(select(LineRow).where(LineRow.scene_id == scene.id))).all()[-1]
        round_ = (await session.scalars(select(RoundRow).where(RoundRow.number == 2))).one()
        session.add(
            QuestionRow(id=5, story_id=story.id, number=1, kind=QuestionKind.SPEAKER, about=line.text, options=[])
        )
        character = CharacterRow(server_id=story.server_id or 0, name="Gunther", outfits={}, pronouns="he", look="tall")
        proposal = ProposalRow(server_id=story.server_id or 0, data={"name": "Hagen"}, made_by=1, made_by_name="Bo")
        style = StyleRow(server_id=story.server_id or 0, name="Ink", folded="ink", data={"name": "Ink"})
        session.add_all([character, proposal, style])
        numbered = select(RoundRow).where(RoundRow.scene_id == scene.id, RoundRow.number == 1)
        shown = (await session.scalars(numbered)).one()
        report = ReportRow(
            server_id=story.server_id or 0, story_id=story.id, round_id=shown.id, number=1, made_by=1, made_by_name="Bo"
        )
        session.add(report)
        await session.flush()
        known = {
            "report": report.id,
            "character": character.id, "proposal": proposal.id, "style": style.id,
            "story": story.id, "scene": scene.id, "line": line.id, "round": round_.id, "batch": 7, "question": 5,
            "film": 1, "job": 3, "key": key_of("the miller"), "other": key_of("the frog"),
        }  # fmt: skip
    assert first.text
    return {key: str(value) for key, value in known.items()}


async def _panel(wire: Wire, custom_ids: list[tuple[str, str]]) -> dict[str, Message]:
    """Messages of the bot's that hold all of them: what does not stand in its message is not answered."""
    held: dict[str, Message] = {}
    for begin in range(0, len(custom_ids), 5):
        view = discord.ui.View(timeout=None)
        part = custom_ids[begin : begin + 5]
        for custom_id, value in part:
            item: discord.ui.Item[Any] = discord.ui.Button(label="x", custom_id=custom_id)
            if value:
                options = [discord.SelectOption(label=value, value=value)]
                item = discord.ui.Select(custom_id=custom_id, options=options)
            view.add_item(item)
        sent = await wire.client.get_partial_messageable(wire.thread.id).send("everything", view=view)
        message = next(message for message in wire.thread.messages if message.id == sent.id)
        held |= {custom_id: message for custom_id, _ in part}
    return held


async def _press(who: Actor, message: Message, custom_id: str, value: str) -> InteractionResult:
    data: dict[str, Any] = {"component_type": _MENU if value else _BUTTON, "custom_id": custom_id}
    return await who._act(COMPONENT, message.channel, data | ({"values": [value]} if value else {}), message=message)


async def test_everything_asks_the_one_predicate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("interactions", "results"):  # who may is asked here, not how quickly
        monkeypatch.setattr(f"sandbox.{module}.ACKNOWLEDGE_WITHIN", 60.0)
    predicate = Denying(monkeypatch)
    async with wire_to(tmp_path) as wire:
        known = await _known(wire)
        tries = [
            (name, act, custom_id.format(**known), value.format(**known))
            for name, (act, ways) in ITEMS.items()
            for custom_id, value in ways
            if act is not None
        ]
        opens = {
            name: opened.format(**known).partition("=")[::2]
            for name, (_, opened, _) in FORMS.items()
            if not opened.startswith("/")
        }
        held = await _panel(wire, [*((custom_id, value) for _, _, custom_id, value in tries), *opens.values()])
        ada, olu = wire.member("Ada"), wire.member("Olu")
        for name, act, custom_id, value in tries:
            predicate.denies, predicate.asked = True, []
            result = await _press(ada, held[custom_id], custom_id, value)
            assert result.modal is None, name
            assert (await result.response()).text.startswith("Only "), name
            assert act in predicate.asked, (name, predicate.asked)
        asking = {name: form for name, form in FORMS.items() if form[0] is not None}
        for name, (needed, opened, written) in asking.items():
            predicate.denies = False
            if opened.startswith("/"):
                form = (await olu.slash(wire.channel, opened[1:])).modal
            else:
                form = (await _press(olu, held[opens[name][0]], *opens[name])).modal
            assert form is not None, name
            predicate.denies, predicate.asked = True, []
            answer = await (await olu.submit(form, written)).response()
            assert answer.text.startswith("Only "), (name, answer.text)
            assert needed in predicate.asked, (name, predicate.asked)
        predicate.denies = False
        wire.painter.gate.set()  # type: ignore[union-attr]
