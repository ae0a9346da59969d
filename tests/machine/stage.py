"""The stage of one example: Discord's stand-in, a workshop and our bot in one event loop, and the word "quiet"."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.client import Fireside, point_at
from bot.invite import PERMISSIONS
from sandbox.actors import Actor, InteractionResult
from sandbox.interactions import COMPONENT, MODAL_SUBMIT
from sandbox.model import Channel, Message
from sandbox.results import Modal
from sandbox.server import Sandbox
from sandbox.sessions import Session
from storycore.store.models import (
    UNFINISHED,
    Base,
    FilmRow,
    RoundRow,
    StoryRow,
    StoryState,
)
from storycore.studio.views import StoryView
from storycore.work.workshop import WorkOptions, Workshop
from tests.machine.doubles import Mood, MoodyPainter, QuickStudio
from tests.support.wire import settings
from tests.support.workshops import small_workshop

MEMBERS = ("Ada", "Bo", "Cy", "Mo", "Olu")
_BUSY = ("discord.py:", "discord-ui-", "CommandTree")
_COMPARED = ("story", "scene", "round", "candidate", "ballot", "reaction", "film", "post")
_WINDOW = 2
_QUIET_WITHIN_S = 45.0


class Complaints(logging.Handler):
    """Keeps what is logged as an error: none may be, but for discord.py's word that it reconnects."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        if not record.getMessage().startswith("Attempting a reconnect"):
            self.heard.append(logging.Formatter().format(record))


class Stage:
    """Everything, from an empty folder. The painter and the studio outlive restarts of the rest."""

    def __init__(self, folder: Path, studio: QuickStudio) -> None:
        self.folder = folder
        self.studio = studio
        self.painter = MoodyPainter()
        self.sandbox = Sandbox(bot_permissions=PERMISSIONS.value)
        self.complaints = Complaints()
        self.readies = 0
        self._workshop: Workshop | None = None
        self._client: Fireside | None = None
        self._running: asyncio.Task[None] | None = None
        self._rooms = AsyncExitStack()

    @property
    def workshop(self) -> Workshop:
        """The workshop, which is open."""
        assert self._workshop is not None
        return self._workshop

    @property
    def client(self) -> Fireside:
        """The bot, which is there."""
        assert self._client is not None
        return self._client

    @property
    def is_connected(self) -> bool:
        """Whether there is a bot, though it may hear nothing."""
        return self._client is not None

    @property
    def channel(self) -> Channel:
        """#stories."""
        return self.sandbox.default_guild.channel("stories")

    def channel_of(self, view: StoryView) -> Channel:
        """Where a story lives."""
        assert view.channel_id is not None
        return self.sandbox.world.channels[view.channel_id]

    def member(self, name: str) -> Actor:
        """A member by name."""
        return self.sandbox.default_guild.member(name)

    def member_id(self, name: str) -> int:
        """A member's id by name."""
        return self.member(name).id

    async def open(self) -> None:
        """Start everything."""
        logging.getLogger().addHandler(self.complaints)
        await self.sandbox.start()
        await self.open_workshop()
        await self.connect()

    async def close(self) -> None:
        """End everything, whatever state it is in."""
        self.painter.feel(Mood.WELL)
        self.studio.open_door()
        try:
            await self.disconnect()
            await self.close_workshop()
            await self.sandbox.close()
        finally:
            logging.getLogger().removeHandler(self.complaints)

    async def open_workshop(self) -> None:
        """Open the workshop on this example's database."""
        self._rooms = AsyncExitStack()
        self._workshop = await self._rooms.enter_async_context(
            small_workshop(self.folder, WorkOptions(film_quality=360), self.painter)
        )

    async def close_workshop(self) -> None:
        """Stop all work."""
        self._workshop = None
        await self._rooms.aclose()

    async def connect(self) -> None:
        """A new bot process, as far as Discord can tell."""
        chosen = settings(discord_api=self.sandbox.api_url, discord_gateway=self.sandbox.gateway_url)
        point_at(chosen)
        self._client = client = Fireside(self.workshop, chosen)
        client.projector.courier.pace_s = 0.0
        # discord.py waits 2 s for further servers before it says that it is ready; here there is one.
        client._connection.guild_ready_timeout = 0.05
        client.add_listener(self._count_ready, "on_ready")
        self._running = asyncio.create_task(client.start(self.sandbox.token))
        await self.sandbox.wait_ready()

    async def _count_ready(self) -> None:
        self.readies += 1

    async def disconnect(self) -> None:
        """The bot goes, in order."""
        client, running = self._client, self._running
        self._client = self._running = None
        if client is not None:
            await client.close()
        if running is not None:
            await asyncio.gather(running, return_exceptions=True)
        await self.sandbox.wait_gone()

    # Quiet

    async def quiet(self) -> None:
        """Wait until everything that happened was heard, done and shown, and nothing moves any more."""
        before: object = None
        try:
            async with asyncio.timeout(_QUIET_WITHIN_S):
                while (now := await self._look()) != before:
                    before = now
        except TimeoutError:
            raise AssertionError(f"it never became quiet: {await self._restless()}") from None

    async def _look(self) -> object:
        await self._heard()
        while await self.at_work():
            await asyncio.sleep(0.02)
        await self.client.projector.settle()
        await self._heard()
        session = self._session()
        requests = self.sandbox.requests
        async with self.workshop.database.read() as database:
            versions = await database.scalar(select(func.sum(StoryRow.version)))
        return session and session.sequence, id(requests[-1]), len(requests), versions

    def _session(self) -> Session | None:
        return next((item for item in self.sandbox.gateway.sessions if item.socket is not None), None)

    async def _heard(self) -> None:
        """Every event told has been handled, down to the last reaction."""
        while not self._all_told():
            await asyncio.sleep(0.005)
        cog: Any = self.client.get_cog("Scenes")  # of a class of its own: an extension is loaded anew each time
        await cog.settle()

    def _all_told(self) -> bool:
        session = self._session()
        return (
            session is not None
            and self.client.ws is not None
            and self.client.ws.sequence == session.sequence
            and self.readies == self.sandbox.gateway.identified
            and not any(task.get_name().startswith(_BUSY) for task in asyncio.all_tasks())
        )

    async def at_work(self) -> bool:
        """Whether something will still change by itself (what is held at a door will not)."""
        async with self.workshop.database.read() as session:
            reading = await session.scalar(
                select(func.count()).select_from(StoryRow).where(StoryRow.state == StoryState.READING)
            )
            rounds = (
                await session.scalar(select(func.count()).select_from(RoundRow).where(RoundRow.state.in_(UNFINISHED)))
                or 0
            )
            films = list(await session.scalars(select(FilmRow).where(FilmRow.state.in_(UNFINISHED))))
        if reading:
            return True
        held = self.painter.mood is Mood.HOLDING
        if self.painter.inside != (min(_WINDOW, rounds) if held else 0) or (rounds and not held):
            return True
        filming = sum(not (film.waits_for_pictures and rounds) for film in films)
        closed = self.studio.gate is not None
        return self.studio.inside != (min(1, filming) if closed else 0) or bool(filming and not closed)

    async def _restless(self) -> str:
        busy = [task.get_name() for task in asyncio.all_tasks()]
        session = self._session()
        told = (self.client.ws and self.client.ws.sequence, session and session.sequence)
        ready = (self.readies, self.sandbox.gateway.identified)
        work = (await self.at_work(), self.painter.inside, self.studio.inside)
        return f"told {told}, ready {ready}, work {work}, tasks {busy}"

    # Rows

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything there is to know, table by table."""
        tables = [Base.metadata.tables[name] for name in _COMPARED]
        async with self.workshop.database.read() as session:
            return {
                table.name: [tuple(row) for row in await session.execute(select(table).order_by(table.c.id))]
                for table in tables
            }

    # Acting with what a person's client showed a while ago, or with what no client ever showed

    async def press(self, name: str, near: Message, custom_id: str, values: Sequence[str] = ()) -> InteractionResult:
        """Press a button (or with ``values`` choose in a menu) that the message has, had, or never had."""
        item: dict[str, Any] = {"type": 2, "id": 2, "style": 2, "label": "?", "custom_id": custom_id}
        data: dict[str, Any] = {"component_type": 2, "custom_id": custom_id}
        if values:
            options = [{"label": value, "value": value} for value in values]
            item = {
                "type": 3,
                "id": 2,
                "custom_id": custom_id,
                "options": options,
                "min_values": 1,
                "max_values": 1,
                "disabled": False,
            }
            data = {"component_type": 3, "custom_id": custom_id, "values": list(values)}
        seen = Message(
            near.id,
            near.channel,
            near.author,
            near.timestamp,
            flags=near.flags,
            components=[{"type": 1, "id": 1, "components": [item]}],
        )
        return await self.member(name)._act(COMPONENT, near.channel, data, message=seen)

    async def hand_in(self, name: str, form: Modal, prompt: str) -> InteractionResult:
        """Hand in a form with a text that Discord's client might have refused."""
        fields = [{"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "prompt", "value": prompt}}]
        data = {"custom_id": form.custom_id, "components": fields}
        opener = form.interaction
        return await self.member(name)._act(MODAL_SUBMIT, opener.channel, data, message=opener.message, origin=opener)
