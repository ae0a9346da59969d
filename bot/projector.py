"""Database to chat: the only place that posts or edits a story's messages.

For each story that changed, it compares what its messages *should* show (a sheet drawn from one snapshot of the rows)
with what they last showed, and posts or edits the difference. Many changes become one edit: a message is edited at
most once every few seconds. Each post carries a nonce that stands in its row before it is sent, so a repeat does not
post twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from storycore.images.sheet import light_copy

from bot import posts as rows
from bot.posts import Post, Posts
from bot.ui.film import film_sheet, progress_sheet
from bot.ui.scene import can_be_posted, scene_sheet
from bot.ui.sheet import Sheet, SheetFile
from bot.ui.storyboard import storyboard_sheet
from bot.ui.text import KEYCAPS, cut
from storycore.errors import FiresideError, NotFoundError
from storycore.keys import recipe_key
from storycore.store.models import WorkState
from storycore.studio import stories
from storycore.studio.views import SceneView, StoryView

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)

_THREAD_EXISTS = 160004
_SECONDS_BETWEEN_EDITS = 1.5
_SECONDS_AFTER_TROUBLE = (2.0, 5.0, 15.0, 60.0)
_LIGHT_SIDE = 1024
_THREAD_NAME = 100


class Projector:
    """Shows stories in the chat. :meth:`start` once the client knows its servers, :meth:`close` before it stops."""

    def __init__(self, client: Fireside) -> None:
        self._client = client
        self._workshop = client.workshop
        self.posts = Posts(client.workshop.database)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._dirty: set[int] = set()
        self._edited: dict[int, float] = {}
        self._stop_listening: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Follow changes from now on, and show what changed while nobody was looking."""
        self._stop_listening()
        self._stop_listening = self._workshop.changes.listen(self.look_at)
        for story_id in await self.posts.unsettled():
            self.look_at(story_id)

    def look_at(self, story_id: int) -> None:
        """Bring a story's messages up to date soon."""
        self._dirty.add(story_id)
        task = self._tasks.get(story_id)
        if task is None or task.done():
            self._tasks[story_id] = asyncio.create_task(self._follow(story_id), name=f"project-{story_id}")

    async def close(self) -> None:
        """Stop; what is not shown yet is shown after the next start."""
        self._stop_listening()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, story_id: int) -> None:
        """One story's loop, ended when there is nothing left to show. Trouble is met with patience."""
        troubles = 0
        while story_id in self._dirty:
            self._dirty.discard(story_id)
            try:
                wait = await self._project(story_id)
                troubles = 0
            except NotFoundError:
                return
            except discord.Forbidden as error:
                _log.warning("story %d: no permission to show it (%s)", story_id, error.code)
                return
            except (discord.HTTPException, FiresideError, OSError) as error:
                wait = _SECONDS_AFTER_TROUBLE[min(troubles, len(_SECONDS_AFTER_TROUBLE) - 1)]
                troubles += 1
                _log.warning("story %d: showing it failed, next try in %.0f s", story_id, wait, exc_info=error)
            if wait is not None:
                self._dirty.add(story_id)
                await asyncio.sleep(wait)

    async def _project(self, story_id: int) -> float | None:
        """Show what differs; gives the seconds until an edit that is not due yet, or None when all is shown."""
        view = await stories.show(self._workshop, story_id)
        if view.channel_id is None:
            return None
        posted = await self.posts.of_story(story_id)
        waits: list[float] = []
        channel = self._client.get_partial_messageable(view.channel_id, guild_id=view.server_id)
        board = storyboard_sheet(view, self._workshop.painter.note)
        message_id = await self._show(view, channel, rows.STORYBOARD, board, posted, waits)
        thread = await self._thread(view, channel, message_id)
        for scene in view.scenes:
            subject = rows.scene_subject(scene.id)
            if subject not in posted and not can_be_posted(scene):
                break  # scenes are posted in their order
            await self._show(view, thread, subject, scene_sheet(view, scene), posted, waits)
            await self._offer_reactions(thread, scene, posted[subject])
        for film in view.films:
            subject = rows.film_subject(film.id, file=False)
            await self._show(view, thread, subject, progress_sheet(view, film), posted, waits)
            if film.state is WorkState.DONE and film.path is not None:
                sheet = film_sheet(view, film, film.path)
                await self._show(view, thread, rows.film_subject(film.id, file=True), sheet, posted, waits)
        if waits:
            return min(waits)
        await self.posts.settled(story_id, view.version)
        return None

    async def _show(
        self,
        view: StoryView,
        channel: discord.PartialMessageable,
        subject: str,
        sheet: Sheet,
        posted: dict[str, Post],
        waits: list[float],
    ) -> int:
        """Post a message, or edit it if it shows something else by now; gives its id. ``posted`` is kept current."""
        post = posted.get(subject) or await self.posts.begin(view.id, subject, channel.id)
        posted[subject] = post
        shown, files = sheet.shown, sheet.files_digest
        if post.message_id is None:
            message = await channel.send(
                view=sheet.view,
                files=await self._open(sheet.files),
                nonce=post.nonce,
                allowed_mentions=discord.AllowedMentions.none(),
            )
            await self._record(posted, post, message.id, shown, files)
            return message.id
        if post.shown == shown:
            return post.message_id
        due = self._edited.get(post.id, 0.0) + _SECONDS_BETWEEN_EDITS - time.monotonic()
        if due > 0:
            waits.append(due)
            return post.message_id
        try:
            await self._edit(channel, post, post.message_id, sheet, files)
        except discord.NotFound:
            # Somebody deleted the message: it is posted anew in the same pass.
            await self.posts.lost(post.id)
            del posted[subject]
            return await self._show(view, channel, subject, sheet, posted, waits)
        await self._record(posted, post, post.message_id, shown, files)
        return post.message_id

    async def _edit(
        self, channel: discord.PartialMessageable, post: Post, message_id: int, sheet: Sheet, files: str
    ) -> None:
        message = channel.get_partial_message(message_id)
        if post.files == files:  # the pictures stay: nothing is sent again
            await message.edit(view=sheet.view, allowed_mentions=discord.AllowedMentions.none())
        else:
            opened = await self._open(sheet.files)
            await message.edit(view=sheet.view, attachments=opened, allowed_mentions=discord.AllowedMentions.none())

    async def _record(self, posted: dict[str, Post], post: Post, message_id: int, shown: str, files: str) -> None:
        self._edited[post.id] = time.monotonic()
        await self.posts.posted(post.id, message_id, shown, files)
        posted[post.subject] = Post(
            post.id, post.subject, post.channel_id, message_id, post.nonce, shown, files, post.offered_round
        )

    async def _thread(
        self, view: StoryView, channel: discord.PartialMessageable, message_id: int
    ) -> discord.PartialMessageable:
        """The story's thread, made from the storyboard: its id is the message's, so a repeat finds it there."""
        if view.thread_id is None:
            try:
                message = channel.get_partial_message(message_id)
                await message.create_thread(name=cut(view.title, _THREAD_NAME), auto_archive_duration=10080)
            except discord.HTTPException as error:
                if error.code != _THREAD_EXISTS:
                    raise
            await self.posts.set_thread(view.id, message_id)
        return self._client.get_partial_messageable(view.thread_id or message_id, guild_id=view.server_id)

    async def _open(self, files: Sequence[SheetFile]) -> list[discord.File]:
        opened: list[discord.File] = []
        for file in files:
            path = await self._light(file) if file.light else file.path
            opened.append(await asyncio.to_thread(discord.File, path, file.name, description=file.description))
        return opened

    async def _light(self, file: SheetFile) -> Path:
        """A picture as chat gets it: small, and made once."""
        key = recipe_key("light", media=file.path.stem, side=_LIGHT_SIDE)
        kept = await self._workshop.made.find(key)
        if kept is None:
            data = await asyncio.to_thread(file.path.read_bytes)
            kept = await self._workshop.made.keep_bytes(key, await light_copy(data, _LIGHT_SIDE), ".jpg", {})
        return kept.path

    async def _offer_reactions(self, channel: discord.PartialMessageable, scene: SceneView, post: Post) -> None:
        """Put 1️⃣ 2️⃣ … under a new round's pictures; the reactions to the pictures before go first."""
        if scene.shown is None or post.message_id is None or post.offered_round == scene.shown.number:
            return
        message = channel.get_partial_message(post.message_id)
        if post.offered_round:
            try:
                await message.clear_reactions()
            except discord.Forbidden:
                _log.info("may not clear old reactions; they stay, and count for nothing until given again")
        await self.posts.offered(post.id, scene.shown.number)
        for candidate in scene.shown.candidates:
            await message.add_reaction(KEYCAPS[candidate.number - 1])
