"""Votes by reaction: 1️⃣ 2️⃣ … under a scene's pictures cast and withdraw the same ballots as the buttons.

Reactions are taken one after the other, in the order they arrive, so that a vote right after the old reactions were
cleared is not lost to the clearing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.ext import commands

from bot.posts import ScenePost
from bot.replies import person_of_member
from bot.ui.text import KEYCAPS
from storycore.errors import FiresideError, NotAllowedError
from storycore.store.models import now
from storycore.studio import ballots
from storycore.studio.people import Person

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)
#: More members than vote on one picture; a page of a hundred is asked for at a time, and no further than needed.
_MOST_VOTERS = 100_000
_MOST_LOOKS = 5
_GAP = "reactions-of-the-gap"


def choice_of(emoji: discord.PartialEmoji) -> int | None:
    """The candidate a reaction stands for, 1 … 9, or None for any other emoji."""
    name = emoji.name or ""
    return KEYCAPS.index(name) + 1 if emoji.id is None and name in KEYCAPS else None


class Scenes(commands.Cog):
    """Listens to reactions under scenes."""

    def __init__(self, client: Fireside) -> None:
        self.client = client
        self._waiting: asyncio.Queue[Callable[[], Awaitable[object]]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def cog_load(self) -> None:
        """Start taking reactions."""
        self._tasks.append(asyncio.create_task(self._work(), name="reactions"))

    async def cog_unload(self) -> None:
        """Stop taking reactions; those that still waited are found again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until every reaction told so far is counted, and those of a gap are (for tests)."""
        while looking := [task for task in self._tasks if task.get_name() == _GAP and not task.done()]:
            await asyncio.wait(looking)
        passed = asyncio.Event()

        async def mark() -> None:
            passed.set()

        self._waiting.put_nowait(mark)
        await passed.wait()

    async def _work(self) -> None:
        while True:
            action = await self._waiting.get()
            try:
                await action()
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
        self._waiting.put_nowait(partial(self._cast, payload, choice, now()))

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """A member took a reaction away."""
        choice = choice_of(payload.emoji)
        if choice is not None:
            self._waiting.put_nowait(partial(self._withdraw, payload.message_id, payload.user_id, choice))

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """All reactions were cleared."""
        self._waiting.put_nowait(partial(self._withdraw, payload.message_id, None, None))

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """All reactions of one kind were cleared."""
        choice = choice_of(payload.emoji)
        if choice is not None:
            self._waiting.put_nowait(partial(self._withdraw, payload.message_id, None, choice))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new session: what happened in the gap was not told, so the reactions that stand are looked at.

        (A session that is resumed is told everything it missed.) Each scene takes its turn among the reactions that
        arrive, so that what is read and what is told cannot contradict each other.
        """
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks.append(asyncio.create_task(self._look_at_all(), name=_GAP))

    async def _look_at_all(self) -> None:
        """One scene after the other, each behind the votes that arrived meanwhile: nobody waits for all of them."""
        for post in await self.client.projector.posts.open_scenes():
            looked = asyncio.Event()
            self._waiting.put_nowait(partial(self._reconcile, post, looked))
            await looked.wait()

    @commands.Cog.listener()
    async def on_scene_offered(self, post: ScenePost) -> None:
        """The projector offered a new round: whoever reacted before the bot was done is counted too."""
        self._waiting.put_nowait(partial(self._reconcile, post))

    async def _reconcile(self, post: ScenePost, looked: asyncio.Event | None = None) -> None:
        try:
            await self._compare(post)
        finally:
            if looked is not None:
                looked.set()

    async def _compare(self, post: ScenePost) -> None:
        message = self.client.get_partial_messageable(post.channel_id).get_partial_message(post.message_id)
        try:
            standing = await self._read(message)
        except discord.NotFound:
            self.client.projector.look_at(post.story_id, verify=True)
            return
        except discord.HTTPException as error:
            _log.warning("the reactions of scene %d could not be read: %s", post.scene_id, error.status)
            return
        workshop = self.client.workshop
        server_id, unknown = await ballots.unknown_voters(workshop, post.scene_id, standing)
        guild = self.client.get_guild(server_id or 0)
        voters = {} if guild is None else await _members(guild, unknown)
        done = await ballots.reconcile(workshop, post.scene_id, post.offered_round, standing, voters)
        for member_id, choice in done.refused:
            await self._take_off(message, member_id, choice)
        if done.differing:
            _log.info("scene %d: %d reactions changed while nobody looked", post.scene_id, done.differing)

    async def _take_off(self, message: discord.PartialMessage, member_id: int, choice: int) -> None:
        """The reaction of somebody who may not vote: it counts for nothing, and is taken off where the bot may."""
        try:
            await message.remove_reaction(KEYCAPS[choice - 1], discord.Object(member_id))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            _log.info("a reaction that does not count stays under message %d: %r", message.id, error)

    async def _read(self, message: discord.PartialMessage) -> dict[int, set[int]]:
        """The reactions that stand now. They come a page at a time: when somebody moved one meanwhile, it may be seen
        at both places, so they are read again, until nothing was told on the way or two looks saw the same."""
        last: dict[int, set[int]] | None = None
        for _ in range(_MOST_LOOKS):
            waiting = self._waiting.qsize()
            standing = await standing_reactions(await message.fetch())
            twice = sum(len(members) for members in standing.values()) > len(set().union(*standing.values()))
            if standing == last or (not twice and self._waiting.qsize() == waiting):
                return standing
            last = standing
        return standing

    async def _cast(self, payload: discord.RawReactionActionEvent, choice: int, at: datetime) -> None:
        post = await self.client.projector.posts.scene_of_message(payload.message_id)
        if post is None:
            return
        person = Person(payload.user_id, "", server_id=payload.guild_id)
        if payload.member is not None:
            person = person_of_member(payload.member)
        try:
            await ballots.react(self.client.workshop, post.scene_id, post.offered_round, person, choice, at)
        except NotAllowedError:
            channel = self.client.get_partial_messageable(post.channel_id)
            await self._take_off(channel.get_partial_message(post.message_id), payload.user_id, choice)
            raise

    async def _withdraw(self, message_id: int, member_id: int | None, choice: int | None) -> None:
        post = await self.client.projector.posts.scene_of_message(message_id)
        if post is not None:
            await ballots.unreact(self.client.workshop, post.scene_id, member_id, choice)


async def _members(guild: discord.Guild, ids: Collection[int]) -> dict[int, Person]:
    """Members with the roles they have now; those who left the server are left out."""
    found: dict[int, Person] = {}
    for member_id in sorted(ids):
        try:
            found[member_id] = person_of_member(await guild.fetch_member(member_id))
        except discord.NotFound:
            continue
        except discord.HTTPException as error:
            _log.warning("member %d could not be looked up: %s", member_id, error.status)
    return found


async def standing_reactions(message: discord.Message) -> dict[int, set[int]]:
    """The members (no bots) behind each candidate's reaction, by candidate number."""
    standing: dict[int, set[int]] = {}
    for reaction in message.reactions:
        emoji = reaction.emoji
        partial = discord.PartialEmoji(name=emoji) if isinstance(emoji, str) else None
        choice = None if partial is None else choice_of(partial)
        if choice is not None and reaction.count > reaction.me:
            # Not only as many as were counted a moment ago: who came since would push another one out.
            standing[choice] = {user.id async for user in reaction.users(limit=_MOST_VOTERS) if not user.bot}
    return standing


async def setup(client: Fireside) -> None:
    """Called by discord.py."""
    await client.add_cog(Scenes(client))
