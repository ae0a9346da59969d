"""A story's life as a state machine: five members do what they may and what they may not, Discord has bad moments,
the bot comes and goes; after each step, once all is quiet, the rows are right and the chat shows them.

``HYPOTHESIS_PROFILE=long`` plays many long lives with seeds by chance, to look for faults:

    HYPOTHESIS_PROFILE=long .venv/bin/python -m pytest tests/machine
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar

import discord
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot.posts import STORYBOARD, scene_subject
from bot.ui.text import KEYCAPS
from sandbox.actors import InteractionResult
from sandbox.interactions import DEFER_UPDATE
from sandbox.model import Channel, Message
from sandbox.results import Modal
from sandbox.world import File
from storycore.prompts.check import clean_prompt
from storycore.store.models import BallotSource
from storycore.studio import films, stories
from storycore.studio.people import Person
from storycore.studio.views import StoryView
from tests.machine.checks import Excuses, check, human_reactions, message_of
from tests.machine.doubles import Mood, QuickStudio
from tests.machine.model import CANDIDATES, Scene, Story
from tests.machine.stage import MEMBERS, Stage
from tests.support.wire import needs_document
from tests.support.workshops import STORY

MAY_PICK = frozenset({"Ada", "Mo", "Olu"})
NOWHERE = 10**17
ELSEWHERE = 4_711

members = st.sampled_from(MEMBERS)
scene_indexes = st.integers(0, 1)
choices = st.integers(1, CANDIDATES)
moods_at_first = st.sampled_from([Mood.WELL, Mood.WELL, Mood.WELL, Mood.REFUSING, Mood.HOLDING])
forged = st.sampled_from(["vote", "edit", "again", "pick", "film", "stop", "parts", "show", "story film", "cancel"])
prompts = st.sampled_from(
    [
        "a red well under the moon",
        "**bold** _x_ @everyone <@1> <#2> [here](https://evil.example) `fs:vote:1:1:1` ||s||\n# big\n> quote",
        "a \N{RIGHT-TO-LEFT OVERRIDE}crown" + " of gold" * 100,
        "",
        " \N{ZERO WIDTH SPACE}\n",
        "\N{FIRE}\N{FIRE}",
        "long " * 201,
    ]
)
away = st.lists(
    st.tuples(
        st.sampled_from(["react", "react", "react", "unreact", "unreact", "clear", "delete", "thread", "release"]),
        members,
        scene_indexes,
        st.integers(1, CANDIDATES + 1),
    ),
    max_size=6,
)
on_threads = st.sampled_from(["archive", "close", "lock", "unlock", "unlock", "open", "open", "delete"])


class StoryMachine(RuleBasedStateMachine):
    """One story's life; each example has a Discord, a database and a bot of its own."""

    studio: ClassVar[QuickStudio]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="fireside-machine-")
        self.stage = Stage(Path(self.folder.name), self.studio)
        self.excuses = Excuses()
        self.opened = 0
        self.forms: list[tuple[str, Scene, Modal]] = []
        self.old_rounds: list[tuple[Scene, int]] = []
        try:
            self.runner.run(self.stage.open())
        except BaseException:
            self.teardown()
            raise

    def teardown(self) -> None:
        """Everything of this example goes."""
        try:
            self.runner.run(self.stage.close())
        finally:
            self.runner.close()
            self.folder.cleanup()

    # How a step goes

    def play(self, act: Coroutine[Any, Any, None]) -> None:
        """Act, let it become quiet, and check everything."""
        self.runner.run(self._play(act))

    async def _play(self, act: Coroutine[Any, Any, None]) -> None:
        await act
        await self.stage.quiet()
        self.work_is_done()
        await self.look_up()
        self.opened = await check(self.stage, self.model, self.excuses, self.opened)

    def work_is_done(self) -> None:
        """The model's part of quiet."""
        before = [scene.round for scene in self.model.scenes]
        self.model.worked(self.stage.painter.mood, self.stage.studio.gate is None)
        for scene, number in zip(self.model.scenes, before, strict=True):
            if number and scene.round != number:
                self.old_rounds.append((scene, number))

    async def look_up(self) -> None:
        """What the bot offers and has seen by now (the checks compare both with the chat)."""
        self.view = await stories.show(self.stage.workshop, self.model.id)
        self.posts = await self.stage.client.projector.posts.of_story(self.model.id)
        rows = await self.stage.rows()
        for scene in self.model.scenes:
            post = self.posts.get(scene_subject(scene.id))
            scene.offered = 0 if post is None else post.offered_round
            scene.seen = {(member, choice) for _, scene_id, member, choice in rows["reaction"] if scene_id == scene.id}
        recorded = {post.message_id for post in self.posts.values()}
        self.excuses.deleted &= {message_id for message_id in recorded if message_id is not None}

    def scene_message(self, scene: Scene) -> Message | None:
        return message_of(self.stage, self.posts.get(scene_subject(scene.id)))

    def anything(self) -> Message:
        """Some message where the bot can answer: where a click is told to come from. (In a thread that is locked a
        bot may answer nobody.)"""
        found = [message_of(self.stage, post) for post in self.posts.values()]
        live = [message for message in found if message is not None and not locked(message.channel)]
        return live[-1] if live else self.camp

    async def allowed(self, result: InteractionResult, *words: str) -> None:
        """The act was taken: a button silently, a command or form with words that only this person sees."""
        assert result.failed is None, result.failed
        if not words:
            said = "" if result.type == DEFER_UPDATE else (await result.response()).text
            assert result.type == DEFER_UPDATE, f"refused: {said}"
            return
        text = await self.told(result)
        assert any(word in text for word in words), text

    async def told(self, result: InteractionResult) -> str:
        """The answer's words; nobody else sees them, and they are no traceback."""
        message = await result.response()
        assert message.visible_to == result.interaction.member.id
        assert message.text.strip()
        assert "on my side" not in message.text
        assert "Traceback" not in message.text
        return message.text

    async def refused(self, act: Coroutine[Any, Any, InteractionResult]) -> None:
        """The act is refused in words, and nothing has changed."""
        before = await self.stage.rows()
        result = await act
        assert result.failed is None, result.failed
        await self.told(result)
        await self.stage.quiet()
        assert await self.stage.rows() == before, "an act that was refused changed something"

    def person(self, name: str) -> int:
        return self.stage.member_id(name)

    def near(self, scene: Scene) -> Message:
        """The scene's message, or any other: what is pressed may have stood there."""
        message = self.scene_message(scene)
        return self.anything() if message is None or locked(message.channel) else message

    # The beginning

    @initialize(mood=moods_at_first, again=st.booleans())
    def begin(self, mood: Mood, again: bool) -> None:
        """A story elsewhere, which nobody here may touch; then Ada's."""
        self.stage.sandbox.limits.thread_again = again
        self.runner.run(self._begin(mood))
        self.play(asyncio.sleep(0))

    async def _begin(self, mood: Mood) -> None:
        stranger = Person(self.person("Ada"), "Ada", moderator=True, server_id=ELSEWHERE)
        new = stories.NewStory("Elsewhere", STORY, stranger, candidates=CANDIDATES, width=128, height=72)
        elsewhere = await stories.create(self.stage.workshop, new)
        await self.stage.quiet()
        await films.request(self.stage.workshop, elsewhere, stranger, None)
        await self.stage.quiet()
        self.elsewhere: StoryView = await stories.show(self.stage.workshop, elsewhere)
        self.camp = await self.stage.member("Bo").send(self.stage.sandbox.default_guild.channel("general"), "Hello!")
        self.stage.painter.feel(mood)
        script = File("well.txt", STORY.encode())
        result = await self.stage.member("Ada").slash(self.stage.channel, "story new", title="The well", script=script)
        assert result.failed is None
        await self.stage.quiet()
        view = await stories.show(self.stage.workshop, elsewhere + 1)
        scenes = [Scene(scene.id, scene.number, scene.prompt, last=1, coming=True) for scene in view.scenes]
        self.model = Story(view.id, scenes)

    # Votes

    @rule(name=members, index=scene_indexes, choice=choices)
    def vote(self, name: str, index: int, choice: int) -> None:
        """A vote by button."""
        scene = self.model.scenes[index]
        self.play(self._vote(name, scene, scene.round, choice))

    @rule(name=members, index=scene_indexes, choice=st.integers(1, 9), ahead=st.sampled_from([-1, 1]))
    def vote_for_other_pictures(self, name: str, index: int, choice: int, ahead: int) -> None:
        """A vote for pictures that are gone, or that nobody has seen yet."""
        scene = self.model.scenes[index]
        self.play(self._vote(name, scene, max(0, scene.round + ahead), choice))

    @precondition(lambda self: self.old_rounds)
    @rule(name=members, which=st.integers(0, 99), choice=choices)
    def vote_for_old_pictures(self, name: str, which: int, choice: int) -> None:
        """A vote by a button that stood there a while ago."""
        scene, number = self.old_rounds[which % len(self.old_rounds)]
        self.play(self._vote(name, scene, number, choice))

    async def _vote(self, name: str, scene: Scene, number: int, choice: int) -> None:
        press = self.stage.press(name, self.near(scene), f"fs:vote:{scene.id}:{number}:{choice}")
        if self.model.open and number == scene.round > 0 and choice <= CANDIDATES:
            await self.allowed(await press, f"You voted for picture **{choice}** of scene {scene.number}")
            scene.vote(self.person(name), choice, BallotSource.BUTTON)
        else:
            await self.refused(press)

    @rule(name=members, index=scene_indexes, wanted=st.lists(st.integers(1, 5), min_size=1, max_size=3))
    def react(self, name: str, index: int, wanted: list[int]) -> None:
        """One reaction, or several at once."""
        self.play(self._react_all(name, self.model.scenes[index], wanted))

    async def _react_all(self, name: str, scene: Scene, wanted: Sequence[int]) -> None:
        for choice in wanted:
            if await self.give(name, scene, choice):
                scene.react(self.person(name), choice, self.model.open)

    async def give(self, name: str, scene: Scene, choice: int) -> bool:
        """Give a reaction where Discord lets one; says whether it is new."""
        message = self.scene_message(scene)
        if message is None or archived(message.channel):
            return False
        new = (self.person(name), choice) not in human_reactions(self.stage, message)
        await self.stage.member(name).react(message, KEYCAPS[choice - 1])
        return new

    @rule(index=scene_indexes, which=st.integers(0, 99))
    def unreact(self, index: int, which: int) -> None:
        """Somebody takes a reaction away."""
        self.play(self._unreact(self.model.scenes[index], which))

    async def _unreact(self, scene: Scene, which: int) -> None:
        taken = await self.take(scene, which)
        if taken is not None:
            scene.unreact([taken])

    async def take(self, scene: Scene, which: int) -> tuple[int, int] | None:
        """Take away one of the reactions that stand."""
        message = self.scene_message(scene)
        standing = [] if message is None else sorted(human_reactions(self.stage, message))
        if message is None or not standing or archived(message.channel):
            return None
        member_id, choice = standing[which % len(standing)]
        name = next(name for name in MEMBERS if self.person(name) == member_id)
        await self.stage.member(name).unreact(message, KEYCAPS[choice - 1])
        return member_id, choice

    @rule(index=scene_indexes, choice=st.none() | st.integers(1, 4))
    def clear_reactions(self, index: int, choice: int | None) -> None:
        """Mo clears the reactions, all or those with one number."""
        self.play(self._clear(self.model.scenes[index], choice))

    async def _clear(self, scene: Scene, choice: int | None) -> None:
        scene.unreact(await self.clear(scene, choice))

    async def clear(self, scene: Scene, choice: int | None) -> list[tuple[int, int]]:
        """Clear reactions; gives whose stood there."""
        message = self.scene_message(scene)
        if message is None or archived(message.channel):
            return []
        gone = [item for item in human_reactions(self.stage, message) if choice in (None, item[1])]
        emoji = None if choice is None else KEYCAPS[choice - 1]
        await self.stage.member("Mo").clear_reactions(message, emoji)
        self.excuses.cleared.add(message.id)
        return gone

    @rule(index=scene_indexes, acts=st.permutations(MEMBERS), kinds=st.lists(st.integers(0, 4), min_size=2, max_size=5))
    def all_at_once(self, index: int, acts: list[str], kinds: list[int]) -> None:
        """Several members act in the same moment: 1 … 3 vote, 0 asks for other pictures, 4 asks for the film."""
        self.play(self._all_at_once(self.model.scenes[index], list(zip(acts, kinds, strict=False))))

    async def _all_at_once(self, scene: Scene, acts: list[tuple[str, int]]) -> None:
        number, near = scene.round, self.near(scene)
        ids = {0: f"fs:again:{scene.id}:{scene.round}", 4: f"fs:film:{self.model.id}"}
        presses = [
            self.stage.press(name, near, ids.get(kind, f"fs:vote:{scene.id}:{number}:{kind}")) for name, kind in acts
        ]
        results = await asyncio.gather(*presses)
        for (name, kind), result in zip(acts, results, strict=True):
            assert result.failed is None, result.failed
            words = "" if result.type == DEFER_UPDATE else await self.told(result)
            if kind == 4 and ("on its way" in words or "waits for" in words):
                assert name in MAY_PICK
                assert self.model.open
                self.model.films.append("coming")
            elif kind == 0 and not words:
                scene.ask()
            elif "You voted for picture" in words:
                scene.ballots[number, self.person(name)] = (kind, BallotSource.BUTTON)
        if self.stage.studio.gate is not None or self.stage.painter.mood is Mood.HOLDING:
            assert self.model.films.count("coming") <= 1, "two films at once"
        elif self.model.films.count("coming") > 1:
            # The first was done before the second was asked for.
            self.model.films = ["done" if film == "coming" else film for film in self.model.films]

    # Pictures

    @rule(name=members, index=scene_indexes)
    def again(self, name: str, index: int) -> None:
        """Other pictures."""
        self.play(self._again(name, self.model.scenes[index]))

    async def _again(self, name: str, scene: Scene) -> None:
        press = self.stage.press(name, self.near(scene), f"fs:again:{scene.id}:{scene.round}")
        if self.model.open and not scene.coming:
            await self.allowed(await press)
            scene.ask()
        else:
            await self.refused(press)

    @rule(name=members, index=scene_indexes)
    def open_form(self, name: str, index: int) -> None:
        """Somebody begins to rewrite a prompt, and takes their time."""
        self.play(self._open_form(name, self.model.scenes[index]))

    async def _open_form(self, name: str, scene: Scene) -> None:
        press = self.stage.press(name, self.near(scene), f"fs:edit:{scene.id}")
        if not self.model.open:
            await self.refused(press)
            return
        form = (await press).modal
        assert form is not None
        assert form.fields[0].value == scene.prompt
        self.forms.append((name, scene, form))

    @rule(name=members, index=scene_indexes, prompt=prompts)
    def edit_prompt(self, name: str, index: int, prompt: str) -> None:
        """A prompt is rewritten."""
        self.play(self._edit(name, self.model.scenes[index], prompt))

    async def _edit(self, name: str, scene: Scene, prompt: str) -> None:
        await self._open_form(name, scene)
        if self.model.open:
            await self._hand_in(*self.forms.pop(), prompt)

    @precondition(lambda self: self.forms)
    @rule(which=st.integers(0, 99), prompt=prompts)
    def hand_in(self, which: int, prompt: str) -> None:
        """A form that was opened a while ago is handed in."""
        self.play(self._hand_in(*self.forms.pop(which % len(self.forms)), prompt))

    async def _hand_in(self, name: str, scene: Scene, form: Modal, prompt: str) -> None:
        sent = self.stage.hand_in(name, form, prompt)
        written = prompt.strip("\N{ZERO WIDTH SPACE} \n\N{FIRE}") and len(prompt) <= 1000
        if self.model.open and written and not scene.shows(clean_prompt(prompt)):
            await self.allowed(await sent, f"New pictures for scene {scene.number}")
            if not (scene.coming and scene.prompt == clean_prompt(prompt)):  # else it is what is being painted
                scene.prompt, scene.edited_by = clean_prompt(prompt), self.person(name)
                scene.ask()
        else:
            await self.refused(sent)

    @rule(name=members, index=scene_indexes, choice=st.none() | choices)
    def pick(self, name: str, index: int, choice: int | None) -> None:
        """A pick for the film."""
        scene = self.model.scenes[index]
        self.play(self._pick(name, scene, scene.round, choice))

    @precondition(lambda self: self.old_rounds)
    @rule(name=members, which=st.integers(0, 99), choice=choices)
    def pick_from_old_pictures(self, name: str, which: int, choice: int) -> None:
        """A pick by a menu that stood there a while ago."""
        self.play(self._pick(name, *self.old_rounds[which % len(self.old_rounds)], choice))

    async def _pick(self, name: str, scene: Scene, number: int, choice: int | None) -> None:
        custom_id = f"fs:pick:{scene.id}:{number}"
        press = self.stage.press(name, self.near(scene), custom_id, ["votes" if choice is None else str(choice)])
        if self.model.open and name in MAY_PICK and number == scene.round > 0:
            await self.allowed(await press)
            scene.pick = choice
        else:
            await self.refused(press)

    # Films, and the end

    @rule(name=members, button=st.booleans())
    def film(self, name: str, button: bool) -> None:
        """The film is asked for."""
        self.play(self._film(name, button))

    async def _film(self, name: str, button: bool) -> None:
        if button:
            act = self.stage.press(name, self.anything(), f"fs:film:{self.model.id}@1")
        else:
            act = self.stage.member(name).slash(self.stage.channel, "story film", story=str(self.model.id))
        if self.model.open and name in MAY_PICK and not self.model.filming:
            waits = any(scene.coming for scene in self.model.scenes)
            await self.allowed(await act, "waits for the pictures" if waits else "on its way")
            self.model.films.append("coming")
        else:
            await self.refused(act)

    @rule(name=members)
    def stop_film(self, name: str) -> None:
        """The film is stopped."""
        self.play(self._stop_film(name))

    async def _stop_film(self, name: str) -> None:
        film_id = self.view.films[-1].id if self.view.films else NOWHERE
        press = self.stage.press(name, self.anything(), f"fs:stop:{film_id}@2")
        if name in MAY_PICK and self.model.filming:
            await self.allowed(await press)
            self.model.stop_film()
        else:
            await self.refused(press)

    @rule(name=members, meant=st.integers(0, 5))
    def cancel(self, name: str, meant: int) -> None:
        """The story is cancelled (by those who may only now and then: little can happen after that)."""
        if self.model.open and name in MAY_PICK and meant:
            return
        self.play(self._cancel(name))

    async def _cancel(self, name: str) -> None:
        act = self.stage.member(name).slash(self.stage.channel, "story cancel", story=str(self.model.id))
        if self.model.open and name in MAY_PICK:
            await self.allowed(await act, "is cancelled")
            self.model.cancel()
        else:
            await self.refused(act)

    @rule(name=members, place=st.sampled_from(["stories", "general"]))
    def show(self, name: str, place: str) -> None:
        """`/story show`: what is missing is noticed; a story that cannot be shown where it lives comes here."""
        self.play(self._show(name, place))
        if not self.view.place_problem:
            assert self.excuses.deleted == set(), "looked at, and still missing"

    async def _show(self, name: str, place: str) -> None:
        moves = bool(self.view.place_problem) and name in MAY_PICK
        left = {post.message_id for post in self.posts.values() if post.message_id is not None}
        channel = self.stage.sandbox.default_guild.channel(place)
        result = await self.stage.member(name).slash(channel, "story show", story=str(self.model.id))
        await self.allowed(result, "I bring the story here" if moves else "It lives in")
        if moves:
            self.excuses.abandoned |= left

    # What nobody may

    @rule(name=members, what=forged, nowhere=st.booleans())
    def forge(self, name: str, what: str, nowhere: bool) -> None:
        """Ids of another server's story, or of nothing."""
        self.play(self._forge(name, what, nowhere))

    async def _forge(self, name: str, what: str, nowhere: bool) -> None:
        scene = NOWHERE if nowhere else self.elsewhere.scenes[0].id
        story = NOWHERE if nowhere else self.elsewhere.id
        film = NOWHERE if nowhere else self.elsewhere.films[0].id
        commands = {"show": "story show", "story film": "story film", "cancel": "story cancel"}
        if what in commands:
            act = self.stage.member(name).slash(self.stage.channel, commands[what], story=str(story))
        else:
            ids = {
                "vote": f"vote:{scene}:1:2",
                "edit": f"edit:{scene}@3",
                "again": f"again:{scene}",
                "pick": f"pick:{scene}:1",
                "film": f"film:{story}",
                "stop": f"stop:{film}",
                "parts": f"parts:{story if nowhere else self.model.id}",
            }
            values = ["2"] if what == "pick" else []
            act = self.stage.press(name, self.anything(), f"fs:{ids[what]}", values)
        await self.refused(act)

    # What moderators do to the place

    @rule(which=st.integers(0, 99))
    def delete_message(self, which: int) -> None:
        """Mo deletes one of the story's messages."""
        self.play(self._delete(which))

    async def _delete(self, which: int) -> None:
        found = [message_of(self.stage, post) for post in self.posts.values()]
        live = [message for message in found if message is not None]
        if live:
            await self.remove(live[which % len(live)])

    async def remove(self, message: Message) -> None:
        """(In an archived thread nothing can be taken away.)"""
        if archived(message.channel):
            return
        self.excuses.deleted.add(message.id)
        await self.stage.member("Mo").delete(message)

    @rule(what=on_threads)
    def change_thread(self, what: str) -> None:
        """Mo archives, closes, locks, opens or deletes the story's thread."""
        self.play(self._change_thread(what))
        if what == "delete" and not self.view.place_problem:
            board = self.posts[STORYBOARD].message_id
            assert self.excuses.deleted <= {board}, "the thread is gone, and its messages were not made again"

    async def _change_thread(self, what: str) -> None:
        thread = self.stage.sandbox.world.channels.get(self.view.thread_id or 0)
        if thread is None or thread.thread is None:
            return
        mo = self.stage.member("Mo")
        match what:
            case "archive" | "close" if not thread.thread.archived:
                await mo.archive(thread, locked=what == "close")
            case "lock" | "unlock" if not thread.thread.archived:
                await mo.lock(thread, what == "lock")
            case "open" if thread.thread.archived:
                await mo.unarchive(thread)
            case "delete":
                self.excuses.deleted |= set(thread.by_id)
                await mo.delete_channel(thread)

    # The painter and the film maker

    @rule(mood=st.sampled_from(list(Mood)), stumbles=st.integers(0, 2))
    def change_mood(self, mood: Mood, stumbles: int) -> None:
        """The painter gets well, ill or slow, or cannot be reached for a moment."""
        self.play(self._change_mood(mood, stumbles))

    async def _change_mood(self, mood: Mood, stumbles: int) -> None:
        if self.stage.painter.mood is Mood.HOLDING:
            self.stage.painter.feel(Mood.WELL)
            await self.stage.quiet()
            self.work_is_done()
        self.stage.painter.feel(mood)
        self.stage.painter.away = stumbles

    @rule(opened=st.booleans())
    def change_door(self, opened: bool) -> None:
        """Films wait, or go on."""
        (self.stage.studio.open_door if opened else self.stage.studio.close_door)()
        self.play(asyncio.sleep(0))

    # Bad moments

    @rule(kind=st.sampled_from(["drop", "down", "op7", "op9", "4000", "deaf"]), meanwhile=away)
    def gap(self, kind: str, meanwhile: list[tuple[str, str, int, int]]) -> None:
        """The gateway goes; people go on; it comes back, with a replay or with a new session."""
        self.play(self._gap(kind, meanwhile))

    async def _gap(self, kind: str, meanwhile: list[tuple[str, str, int, int]]) -> None:
        trouble, gateway = self.stage.sandbox.trouble, self.stage.sandbox.gateway
        identified, connections = gateway.identified, self.stage.sandbox.connections
        if kind == "deaf":
            trouble.forget_sessions()
        elif kind == "down":
            await trouble.gateway_down()
        told = await self.meanwhile(meanwhile, deaf=kind == "deaf")
        match kind:
            case "drop":
                await trouble.drop_gateway()
            case "down":
                await trouble.gateway_up()
            case "op7":
                await trouble.reconnect()
            case "op9" | "deaf":
                await trouble.invalidate()
            case "4000":
                await trouble.close_gateway(4000)
        await self.stage.sandbox.wait_ready(after=connections)
        if kind == "deaf":
            self.look_again()
            return
        if kind != "op9":
            assert gateway.identified == identified, "it should have resumed"
        for what, scene, gone in told:
            if what == "react":
                scene.react(*gone[0], self.model.open)
            else:
                scene.unreact(gone)

    @rule(whole=st.booleans(), meanwhile=away)
    def restart(self, whole: bool, meanwhile: list[tuple[str, str, int, int]]) -> None:
        """The bot (or all of Fireside) ends; people go on; it comes back."""
        self.play(self._restart(whole, meanwhile))
        if self.model.open and not self.view.place_problem:
            missing = [scene.number for scene in self.model.scenes if scene.offered and not self.scene_message(scene)]
            assert missing == [], "back, and the scenes' messages are still missing"

    async def _restart(self, whole: bool, meanwhile: list[tuple[str, str, int, int]]) -> None:
        self.forms.clear()  # discord.py keeps open forms in memory
        await self.stage.disconnect()
        if whole:
            await self.stage.close_workshop()
            await self.meanwhile([item for item in meanwhile if item[0] != "release"], deaf=True)
            await self.stage.open_workshop()
        else:
            await self.meanwhile(meanwhile, deaf=True)
        self.look_again()
        await self.stage.connect()

    def look_again(self) -> None:
        """The model's part of coming back without having been told: what stands now is compared."""
        for scene in self.model.scenes:
            message = self.scene_message(scene)
            if message is not None and scene.offered:
                scene.reconcile(human_reactions(self.stage, message), self.model.open)

    async def meanwhile(
        self, acts: list[tuple[str, str, int, int]], *, deaf: bool
    ) -> list[tuple[str, Scene, list[tuple[int, int]]]]:
        """What people do while the bot is away; gives what changed about reactions, in order."""
        told: list[tuple[str, Scene, list[tuple[int, int]]]] = []
        for what, name, index, number in acts:
            scene = self.model.scenes[index]
            match what:
                case "react":
                    if await self.give(name, scene, number):
                        told.append(("react", scene, [(self.person(name), number)]))
                case "unreact":
                    if (taken := await self.take(scene, number)) is not None:
                        told.append(("gone", scene, [taken]))
                case "clear":
                    if gone := await self.clear(scene, None if number > CANDIDATES else number):
                        told.append(("gone", scene, gone))
                case "delete" if (message := self.scene_message(scene)) is not None and (deaf or not told):
                    # (What is told of a message that is gone already by then may count or not.)
                    await self.remove(message)
                case "thread" if deaf or not told or number < 4:
                    await self._change_thread(("lock", "unlock", "close", "delete")[number - 1])
                case "release" if deaf:
                    await self._release()
        return told

    async def _release(self) -> None:
        """Pictures get done while the bot hears nothing."""
        self.stage.painter.feel(Mood.WELL)
        while await self.stage.at_work():
            await asyncio.sleep(0.02)
        self.work_is_done()
        if self.stage.is_connected:
            await self.stage.client.projector.settle()
            await self.look_up()


def archived(channel: Channel) -> bool:
    """Whether nobody can react there."""
    return channel.thread is not None and channel.thread.archived


def locked(channel: Channel) -> bool:
    """Whether only moderators write there."""
    return channel.thread is not None and channel.thread.locked


def profile() -> settings:
    """``quick`` in every test run, always the same; ``long`` by chance."""
    common: dict[str, Any] = {
        "deadline": None,
        "database": None,
        "suppress_health_check": list(HealthCheck),
        "phases": [Phase.generate],
        "report_multiple_bugs": False,
    }
    if os.environ.get("HYPOTHESIS_PROFILE") == "long":
        return settings(max_examples=60, stateful_step_count=40, print_blob=True, **common)
    return settings(max_examples=6, stateful_step_count=15, derandomize=True, **common)


@pytest.mark.timeout(3600)  # many lives, each of a few seconds; a step that does not end has a limit of its own
def test_whatever_happens_the_rows_are_right_and_the_chat_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_document()
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(
        discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    )
    # What is waited for by the clock comes soon: it is the order of things that is looked at here.
    monkeypatch.setattr(discord.backoff.ExponentialBackoff, "delay", lambda _: 0.05)
    monkeypatch.setattr("bot.projector._SECONDS_AFTER_TROUBLE", (0.05,))
    monkeypatch.setattr("storycore.work.jobs.painting._FIRST_WAIT_S", 0.1)
    StoryMachine.studio = QuickStudio()
    monkeypatch.setattr("storycore.work.jobs.filming.make_film", StoryMachine.studio.make_film)
    run_state_machine_as_test(StoryMachine, settings=profile())
