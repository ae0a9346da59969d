"""Votes by reaction: 1️⃣ 2️⃣ … under a scene's pictures cast and withdraw the same ballots as the buttons.

Reactions are taken one after the other, in the order they arrive, so that a vote right after the old reactions were
cleared is not lost to the clearing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.ui.text import KEYCAPS
from storycore.errors import FiresideError
from storycore.studio import ballots
from storycore.studio.people import Person

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)


def choice_of(emoji: discord.PartialEmoji) -> int | None:
    """The candidate a reaction stands for, 1 … 9, or None for any other emoji."""
    name = emoji.name or ""
    return KEYCAPS.index(name) + 1 if emoji.id is None and name in KEYCAPS else None


class Scenes(commands.Cog):
    """Listens to reactions under scenes."""

    def __init__(self, client: Fireside) -> None:
        self.client = client
        self._waiting: asyncio.Queue[Awaitable[object]] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Start taking reactions."""
        self._worker = asyncio.create_task(self._work(), name="reactions")

    async def cog_unload(self) -> None:
        """Stop taking reactions."""
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker

    async def _work(self) -> None:
        while True:
            action = await self._waiting.get()
            try:
                await action
            except FiresideError as error:
                # A reaction has nobody to answer to; the message shows what holds.
                _log.info("a reaction did not count: %s", error.message)
            except Exception:  # noqa: BLE001 - one reaction that fails must not end the votes of all others
                _log.exception("a reaction failed")

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """A member reacted."""
        choice = choice_of(payload.emoji)
        bot = self.client.user is not None and payload.user_id == self.client.user.id
        if choice is None or bot or (payload.member is not None and payload.member.bot):
            return
        self._waiting.put_nowait(self._cast(payload, choice))

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """A member took a reaction away."""
        choice = choice_of(payload.emoji)
        if choice is not None:
            self._waiting.put_nowait(self._withdraw(payload.message_id, payload.user_id, choice))

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """All reactions were cleared."""
        self._waiting.put_nowait(self._withdraw(payload.message_id, None, None))

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """All reactions of one kind were cleared."""
        choice = choice_of(payload.emoji)
        if choice is not None:
            self._waiting.put_nowait(self._withdraw(payload.message_id, None, choice))

    async def _cast(self, payload: discord.RawReactionActionEvent, choice: int) -> None:
        found = await self.client.projector.posts.scene_of_message(payload.message_id)
        if found is None:
            return
        scene_id, round_number = found
        name = payload.member.display_name if payload.member is not None else ""
        person = Person(payload.user_id, name, server_id=payload.guild_id)
        await ballots.react(self.client.workshop, scene_id, round_number, person, choice)

    async def _withdraw(self, message_id: int, member_id: int | None, choice: int | None) -> None:
        found = await self.client.projector.posts.scene_of_message(message_id)
        if found is not None:
            await ballots.unreact(self.client.workshop, found[0], member_id, choice)


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Scenes(client))
