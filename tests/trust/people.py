"""Three people and their story, acting as people do: they look, they wait, and what failed they try again.

What they do is the same in every life of the bot; when it happens depends on what they see. Reactions are given
whether or not the bot lives: Discord takes them. What needs the bot ("This interaction failed") is tried again, after
a look whether it has been taken after all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from sandbox.actors import Actor, InteractionResult
from sandbox.errors import SandboxError
from sandbox.model import Channel, Message
from sandbox.server import Sandbox
from sandbox.world import File
from tests.trust.process import BotProcess

TITLE = "The well"
SCRIPT = """# The well

The miller came to the well at dawn.

# The crown

"I am the king," said the frog.

# The road

They walked home through the snow.
"""
SCENES = 3
ONE, TWO = "1️⃣", "2️⃣"
REWRITTEN = "a green frog with a golden crown on a mossy stone, evening light"
_PATIENCE_S = 60.0
#: How long somebody looks for a sign of what they asked for, once the bot is back, before they ask again.
_LOOKS_FOR_S = 6.0

Act = Callable[[], Awaitable[InteractionResult]]


class LostError(Exception):
    """What people waited for did not come; the message says what."""


class People:
    """The story as the people in the channel live it. ``milestones``: what has happened so far, and when."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.channel: Channel = sandbox.default_guild.channel("stories")
        self.ada, self.bo, self.cy = (sandbox.default_guild.member(name) for name in ("Ada", "Bo", "Cy"))
        self.milestones: list[tuple[str, float]] = []
        self.arrived: Callable[[str], None] = lambda _: None
        self.repeated = 0

    # What they see

    @property
    def board(self) -> Message | None:
        """The storyboard."""
        return next((message for message in self.channel.messages if message.is_v2), None)

    @property
    def thread_messages(self) -> list[Message]:
        """What stands in the story's thread."""
        thread = self.board.thread if self.board is not None else None
        return [] if thread is None else thread.messages

    def scene(self, number: int) -> Message | None:
        """A scene's message, once it shows pictures."""
        heading = f"### Scene {number} of"
        return next((m for m in self.thread_messages if heading in m.text and m.gallery), None)

    def filming(self) -> Message | None:
        """The message that says how far the film is."""
        return next((m for m in self.thread_messages if m.text.startswith(("🎬", "⚠️ The film"))), None)

    def film(self) -> Message | None:
        """The film's own message."""
        return next((m for m in self.thread_messages if m.text.startswith("## 🍿") and m.gallery), None)

    # How they act

    def note(self, what: str) -> None:
        """Something has happened."""
        self.milestones.append((what, time.monotonic()))
        self.arrived(what)

    async def until(self, holds: Callable[[], object], what: str, patience_s: float = _PATIENCE_S) -> None:
        """Wait. Raises ``LostError``."""
        try:
            await self.sandbox.wait_for(lambda: bool(holds()), patience_s, what)
        except SandboxError as error:
            raise LostError(str(error)) from error

    async def sees(self, holds: Callable[[], object]) -> bool:
        """Whether it shows within the time somebody looks, counted while the bot is there."""
        looked, last = 0.0, time.monotonic()

        def enough() -> bool:
            nonlocal looked, last
            now = time.monotonic()
            if self.bot.ready:
                looked += now - last
            else:
                looked = 0.0
            last = now
            return bool(holds()) or looked > _LOOKS_FOR_S

        await self.until(enough, "the bot to be back")
        return bool(holds())

    async def insists(self, act: Act, taken: Callable[[], object] | None = None) -> InteractionResult | None:
        """Do it until it is acknowledged; None when it failed, and turned out to have been taken all the same."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                result = await act()
            except SandboxError:  # the button is not there, or greyed: look again
                await asyncio.sleep(0.5)
                continue
            if result.failed is None:
                return result
            self.repeated += 1
            if taken is not None and await self.sees(taken):
                return None
            await self.until(lambda: self.bot.ready, "the bot to be back")
        raise LostError("nothing that was tried was acknowledged")

    async def reacts(self, who: Actor, number: int, emoji: str) -> None:
        """Give a reaction under a scene, whoever lives."""
        message = self.scene(number)
        if message is None:
            raise LostError(f"scene {number} is gone")
        await who.react(message, emoji)

    async def takes_back(self, who: Actor, number: int, emoji: str) -> None:
        """Take a reaction away, whoever lives."""
        message = self.scene(number)
        if message is None:
            raise LostError(f"scene {number} is gone")
        await who.unreact(message, emoji)

    async def keeps(self, who: Actor, number: int, emoji: str, until: Callable[[], object], what: str) -> None:
        """React, and react again should the reaction be gone from under the new pictures, until ``until`` holds."""

        def holds() -> bool:
            return bool(until()) or not self._stands(who, number, emoji)

        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            if not self._stands(who, number, emoji):
                await self.reacts(who, number, emoji)
            await self.until(holds, what)
            if until():
                return
        raise LostError(f"waited in vain for {what}")

    def _stands(self, who: Actor, number: int, emoji: str) -> bool:
        message = self.scene(number)
        reaction = None if message is None else message.reaction(emoji)
        return reaction is not None and who.id in reaction.user_ids

    async def clicks(self, who: Actor, number: int, label: str, taken: Callable[[], object] | None = None) -> None:
        """Press a scene's button until that is acknowledged (or seen to have been taken)."""
        await self.insists(lambda: who.click(self._scene(number), label=label), taken)

    def _scene(self, number: int) -> Message:
        message = self.scene(number)
        if message is None:
            raise SandboxError(f"scene {number} is not there")
        return message

    def tally(self, number: int, *, first: int, second: int) -> bool:
        """Whether a scene's message shows these votes."""
        message = self.scene(number)
        return message is not None and f"{ONE} **{first}** {TWO} **{second}**" in message.text

    # Their story

    async def live(self) -> None:
        """From the script to the film. Raises ``LostError``."""
        self.note("the start")
        await self.until(lambda: self.bot.ready and self.sandbox.state.commands.synced, "the bot")
        self.note("the bot is there")
        await self.hand_in()
        await self.vote()
        await self.change()
        await self.vote_again()
        await self.make_film()

    async def hand_in(self) -> None:
        """Ada hands the script in. If nothing came of it, she does so again."""
        script = File("well.txt", SCRIPT.encode())
        deadline = time.monotonic() + _PATIENCE_S
        while self.board is None and time.monotonic() < deadline:
            result = await self.insists(
                lambda: self.ada.slash(self.channel, "story new", title=TITLE, script=script), lambda: self.board
            )
            life = self.bot.starts

            def thanked(result: InteractionResult | None = result) -> bool:
                return result is not None and result.message is not None and "Thank you" in result.message.text

            def over(life: int = life) -> bool:
                return self.board is not None or self.bot.starts > life or not self.bot.alive

            await self.until(lambda over=over, thanked=thanked: over() or thanked(), "an answer to the script")  # type: ignore[misc]
            if thanked():  # "the storyboard appears here in a moment": that was promised
                await self.until(lambda: self.board, "the promised storyboard")
            elif self.board is None and not await self.sees(lambda: self.board):
                self.repeated += 1
        self.note("the script is handed in")
        await self.until(lambda: self.board is not None and self.board.thread is not None, "the thread")
        self.note("the thread is there")

    async def vote(self) -> None:
        """Everybody votes as soon as a scene is there: by reaction, by button, moved, and taken back."""
        for number in range(1, SCENES + 1):
            await self.until(lambda number=number: self.scene(number), f"scene {number}")  # type: ignore[misc]
            self.note(f"scene {number} is there")
            await self.reacts(self.ada, number, ONE)
            await self.reacts(self.cy, number, TWO)
            await self.clicks(self.bo, number, "2")
        await self.takes_back(self.cy, 1, TWO)  # withdrawn
        await self.takes_back(self.ada, 2, ONE)  # moved
        await self.reacts(self.ada, 2, TWO)
        await self.clicks(self.cy, 3, "1")  # changed by button
        self.note("all votes are given")
        await self.until(lambda: self.tally(1, first=1, second=1), "the tally of scene 1")
        await self.until(lambda: self.tally(2, first=0, second=3), "the tally of scene 2")
        await self.until(lambda: self.tally(3, first=2, second=1), "the tally of scene 3")
        self.note("all votes are counted")

    async def change(self) -> None:
        """Bo rewrites the prompt of scene 2, Cy wants other pictures for scene 1, Ada picks one for scene 3."""
        before = {number: [item.url for item in self._scene(number).gallery] for number in (1, 2)}
        await self.insists(self.rewrite, lambda: REWRITTEN in self._scene(2).text)
        self.note("a prompt is rewritten")

        def again_taken() -> bool:
            message = self._scene(1)
            return "New pictures for Cy" in message.text or [item.url for item in message.gallery] != before[1]

        await self.clicks(self.cy, 1, "Again", again_taken)
        self.note("other pictures are wanted")
        await self.insists(self.pick)
        self.note("a picture is picked")
        for number in (1, 2):
            await self.until(
                lambda number=number: [i.url for i in self._scene(number).gallery] != before[number],  # type: ignore[misc]
                f"new pictures of scene {number}",
            )
        self.note("the new pictures are there")

    async def rewrite(self) -> InteractionResult:
        """Open the form, write, send it. A form whose bot has died is opened anew."""
        opened = await self.bo.click(self._scene(2), label="Edit prompt")
        form = opened.modal
        if opened.failed is not None or form is None:
            return opened
        return await self.bo.submit(form, {form.fields[0].custom_id: REWRITTEN})

    async def pick(self) -> InteractionResult:
        """Ask for what can be picked, and pick. An offer whose bot has died is asked for anew."""
        opened = await self.ada.click(self._scene(3), label="Pick")
        if opened.failed is not None or opened.message is None:
            return opened
        menu = next(iter(opened.message.selects), None)
        if menu is None:
            raise LostError(f"nothing can be picked: {opened.message.text}")
        return await self.ada.select(opened.message, custom_id=menu.custom_id, values=["2"])

    async def vote_again(self) -> None:
        """The new pictures of scenes 1 and 2 are voted on."""
        await self.keeps(self.ada, 1, TWO, lambda: self.tally(1, first=0, second=1), "Ada's vote on scene 1")
        await self.keeps(self.cy, 2, ONE, lambda: self.tally(2, first=1, second=0), "Cy's vote on scene 2")
        await self.clicks(self.bo, 1, "2")
        await self.until(lambda: self.tally(1, first=0, second=2), "Bo's vote on scene 1")
        self.note("the new votes are counted")

    async def make_film(self) -> None:
        """Ada asks for the film, and all wait for it."""
        thread = self.board.thread if self.board is not None else None
        if thread is None:
            raise LostError("the thread is gone")
        await self.insists(lambda: self.ada.slash(thread, "story film"), self.filming)
        self.note("the film is asked for")
        await self.until(self.film, "the film")
        self.note("the film is there")
        await self.until(
            lambda: self.board is not None and "The film is in the thread" in self.board.text, "the storyboard's end"
        )
        progress = "The film is done"
        await self.until(lambda: (m := self.filming()) is not None and progress in m.text, "the end of the filming")
        self.note("the end")
