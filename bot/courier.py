"""Carries one message to the chat: posts it, finds it again, edits it; what Discord answers becomes a decision."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import discord

from bot.posts import Post, Posts
from bot.ui.items import round_voted_on
from bot.ui.sheet import Sheet, SheetFile
from storycore.images.sheet import light_copy
from storycore.keys import recipe_key
from storycore.store.models import now
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
TOO_MANY_EDITS_OF_OLD = 30046
TOO_LARGE = 40005
ARCHIVED_THREAD = 50083

_SECONDS_BETWEEN_EDITS = 1.5
#: Times as long between two edits of a message that tells of something on its way, and between two such edits in one
#: place: bars and previews never use up what a place allows (five edits in five seconds).
_PASSING_SELDOM = 2.7
_PASSING_IN_PLACE = 0.85
#: Messages over an hour old have a limit of their own (error 30046): edit them seldom, and after a refusal rarely.
_OLD = timedelta(hours=1)
_SECONDS_BETWEEN_OLD_EDITS = 30.0
_SECONDS_AFTER_OLD_REFUSAL = 300.0
#: The longer side of a picture as chat gets it, in pixels; smaller where a place refuses the size.
_LIGHT_SIDES = (1024, 640, 320)
#: How many of a channel's last messages are looked through for one that was posted but not recorded.
_LOOKED_THROUGH = 100

Draw = Callable[[int], Sheet]


class NotYetError(Exception):
    """An edit is not due yet; ``seconds`` says when."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not due for {seconds:.1f} s")
        self.seconds = seconds


class TooLargeError(Exception):
    """The place refused a file for its size, in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes are too many here")
        self.size = size


class Courier:
    """Posts and edits messages. ``pace_s`` is the least time between two edits of one message, in seconds."""

    def __init__(self, client: discord.Client, workshop: Workshop, posts: Posts) -> None:
        self._client = client
        self._workshop = workshop
        self._posts = posts
        self.pace_s = _SECONDS_BETWEEN_EDITS
        self._due: dict[int, float] = {}
        #: When a message, and a place (by the negative id), was last edited for something that passes.
        self._passed: dict[int, float] = {}

    async def show(
        self, story_id: int, channel: discord.PartialMessageable, subject: str, known: Post | None, draw: Draw
    ) -> Post:
        """Bring one message up to date; gives its post.

        Raises ``NotYetError``, ``TooLargeError``, or discord.py's errors for what the place itself refuses.
        """
        post = known or await self._posts.begin(story_id, subject, channel.id)
        sheet = draw(post.id)
        if post.message_id is None and not post.fresh:
            post = await self._find(channel, post)
        if post.message_id is None:
            return await self._send(channel, post, sheet)
        if post.shown == sheet.shown:
            return post
        due = max(self.seconds_until_due(post), self._until_passing(post, channel) if sheet.passing else 0.0)
        if due > 0:
            raise NotYetError(due)
        if sheet.passing:
            self._passed[post.id] = self._passed[-channel.id] = time.monotonic()
        try:
            return await self._edit(channel, post, post.message_id, sheet)
        except discord.RateLimited as error:  # told to wait longer than it is worth to hold up the other messages
            self._due[post.id] = time.monotonic() + error.retry_after
            raise NotYetError(error.retry_after) from error
        except discord.HTTPException as error:
            if error.code == UNKNOWN_MESSAGE:  # somebody deleted it: it is made again
                return await self._send(channel, await self._posts.lost(post.id, channel.id), sheet)
            if error.code == TOO_MANY_EDITS_OF_OLD:
                self._due[post.id] = time.monotonic() + _SECONDS_AFTER_OLD_REFUSAL
                raise NotYetError(_SECONDS_AFTER_OLD_REFUSAL) from error
            raise

    async def take_away(self, channel: discord.PartialMessageable, post: Post) -> None:
        """Delete a message whose subject is gone, then its row. One that was posted but not recorded is looked for
        first: cut short anywhere, the same is done again and nothing is left behind."""
        if post.message_id is None:
            post = await self._find(channel, post)
        if post.message_id is not None:
            try:
                await channel.get_partial_message(post.message_id).delete()
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
        await self._posts.forget(post.id)

    def seconds_until_due(self, post: Post) -> float:
        """How long until a message may be edited again; 0 when it may be now."""
        return max(0.0, self._due.get(post.id, 0.0) - time.monotonic())

    def _until_passing(self, post: Post, channel: discord.PartialMessageable) -> float:
        """How long until a message may be edited for the sake of a bar or a preview."""
        here = self._passed.get(post.id, 0.0) + self.pace_s * _PASSING_SELDOM
        place = self._passed.get(-channel.id, 0.0) + self.pace_s * _PASSING_IN_PLACE
        return max(here, place) - time.monotonic()

    async def exists(self, channel: discord.PartialMessageable, post: Post) -> bool:
        """Whether a message is still there."""
        if post.message_id is None:
            return False
        try:
            await channel.fetch_message(post.message_id)
        except discord.NotFound:
            return False
        return True

    async def _find(self, channel: discord.PartialMessageable, post: Post) -> Post:
        """A message that was posted but not recorded carries its row's id in a custom_id: look for it."""
        me = self._client.user
        async for message in channel.history(limit=_LOOKED_THROUGH):
            if me is not None and message.author.id == me.id and mark_of(message) == post.id:
                _log.info("found message %d of post %d again", message.id, post.id)
                return await self._posts.posted(post.id, channel.id, message.id, None, None, round_of(message))
        return post

    async def _send(self, channel: discord.PartialMessageable, post: Post, sheet: Sheet) -> Post:
        light = any(file.light for file in sheet.files)
        for side in _LIGHT_SIDES if light else _LIGHT_SIDES[:1]:
            try:
                message = await channel.send(
                    view=sheet.view,
                    files=await self._open(sheet.files, side),
                    nonce=post.nonce,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except discord.HTTPException as error:
                if error.status != 413 and error.code != TOO_LARGE:
                    raise
                _log.info("post %d is refused for its size at %d pixels", post.id, side)
                continue
            self._due[post.id] = time.monotonic() + self.pace_s
            return await self._posts.posted(
                post.id, channel.id, message.id, sheet.shown, sheet.files_digest, sheet.offers
            )
        sizes = [(await asyncio.to_thread(file.path.stat)).st_size for file in sheet.files if file.data is None]
        raise TooLargeError(max(sizes, default=0))

    async def _edit(self, channel: discord.PartialMessageable, post: Post, message_id: int, sheet: Sheet) -> Post:
        message = channel.get_partial_message(message_id)
        old = post.posted_at is not None and now() - post.posted_at > _OLD
        self._due[post.id] = time.monotonic() + (max(_SECONDS_BETWEEN_OLD_EDITS, self.pace_s) if old else self.pace_s)
        nobody = discord.AllowedMentions.none()
        kept = post.files == sheet.files_digest
        try:
            if kept:  # the pictures stay where they are: nothing is sent again
                await message.edit(view=sheet.view, allowed_mentions=nobody)
            else:
                opened = await self._open(sheet.files)
                await message.edit(view=sheet.view, attachments=opened, allowed_mentions=nobody)
        except discord.HTTPException as error:
            if error.status != 400 or error.code in (TOO_MANY_EDITS_OF_OLD, ARCHIVED_THREAD):
                raise
            # Discord has known faults in editing the files of such messages: send everything, then a new message.
            _log.warning("message %d could not be edited (%s): it is replaced", message_id, error.code)
            replaced = await self._send(channel, await self._posts.lost(post.id, channel.id), sheet)
            await message.delete()
            return replaced
        return await self._posts.posted(post.id, channel.id, message_id, sheet.shown, sheet.files_digest, sheet.offers)

    async def _open(self, files: Sequence[SheetFile], side: int = _LIGHT_SIDES[0]) -> list[discord.File]:
        opened: list[discord.File] = []
        for file in files:
            if file.data is not None:
                opened.append(discord.File(io.BytesIO(file.data), file.name, description=file.description))
                continue
            path = await self._light(file, side) if file.light else file.path
            opened.append(await asyncio.to_thread(discord.File, path, file.name, description=file.description))
        return opened

    async def _light(self, file: SheetFile, side: int) -> Path:
        """A picture as chat gets it: small, and made once."""
        key = recipe_key("light", media=file.path.stem, side=side)
        kept = await self._workshop.made.find(key)
        if kept is None:
            data = await asyncio.to_thread(file.path.read_bytes)
            copy = await light_copy(data, side)
            kept = await self._workshop.made.keep_bytes(key, copy, ".jpg", {"of": file.path.stem})
        return kept.path


def mark_of(message: discord.Message) -> int | None:
    """The id of the post row that a message of ours carries behind the ``@`` of a custom_id."""
    for custom_id in _custom_ids(message):
        if custom_id.startswith("fs:") and "@" in custom_id:
            mark = custom_id.rpartition("@")[2]
            return int(mark) if mark.isdecimal() else None
    return None


def round_of(message: discord.Message) -> int:
    """The round whose candidates a message of ours shows, read from its vote buttons; 0 where it shows none."""
    return max(map(round_voted_on, _custom_ids(message)), default=0)


def _custom_ids(message: discord.Message) -> Iterator[str]:
    view = discord.ui.LayoutView.from_message(message, timeout=None)
    for item in view.walk_children():
        custom_id = getattr(item, "custom_id", None)
        if isinstance(custom_id, str):
            yield custom_id
