"""Database to chat: the only place that posts or edits a story's messages.

For each story that changed, it compares what its messages *should* show (sheets drawn from one snapshot of the rows)
with what they last showed, and has the courier post or edit the difference. Many changes become one edit. Each post
carries a nonce that stands in its row before it is sent, and the row's id in a custom_id, so a repeat does not post
twice and a message that was posted but not recorded is found again. A place that refuses is said once, in words, and
tried again when something there changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.clearing import clear_away
from bot.courier import ARCHIVED_THREAD, UNKNOWN_CHANNEL, Courier, Draw, NotYetError, TooLargeError
from bot.drawing import (
    PlaceError,
    board_drawing,
    case_drawing,
    film_drawing,
    progress_drawing,
    refusals,
    scene_drawing,
)
from bot.posts import (
    CAST,
    STORYBOARD,
    Post,
    Posts,
    ScenePost,
    batch_subject,
    case_subject,
    film_subject,
    in_channel,
    is_case,
    is_film_file,
    is_scene,
    scene_subject,
)
from bot.ui.batch import digest_sheet, notice_sheet
from bot.ui.cast import cast_sheet, has_cast_sheet
from bot.ui.scene import can_be_posted
from bot.ui.text import KEYCAPS, cut
from storycore.errors import FiresideError, NotFoundError
from storycore.hosts.previews import Preview
from storycore.store.models import WorkState
from storycore.studio import ballots, films, settings, stories
from storycore.studio.views import FilmView, SceneView, StoryView

if TYPE_CHECKING:
    from bot.client import Fireside

_log = logging.getLogger(__name__)

_THREAD_EXISTS = 160004
_SECONDS_AFTER_TROUBLE = (2.0, 5.0, 15.0, 60.0)
_SECONDS_BETWEEN_LOOKS_AT_PAUSED = 600.0
_SECONDS_BETWEEN_LOOKS_AT_WAITING = 10.0
_SECONDS_NEAR_A_BAN = 60.0
_THREAD_NAME = 100


@dataclass(slots=True)
class _Pass:
    """One look at one story: its snapshot, its posts (kept current), and when to look again."""

    view: StoryView
    posted: dict[str, Post]
    waits: list[float] = field(default_factory=list)


class Projector:
    """Shows stories in the chat. :meth:`start` once the client knows its servers, :meth:`close` before it stops."""

    def __init__(self, client: Fireside) -> None:
        self._client = client
        self._workshop = client.workshop
        self.posts = Posts(client.workshop.database)
        self.courier = Courier(client, client.workshop, self.posts)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._dirty: set[int] = set()
        self._verify: set[int] = set()
        self._stop_listening: Callable[[], None] = lambda: None
        self._patrols: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Follow changes from now on, and show what changed while nobody was looking."""
        self._stop_listening()
        self._stop_listening = self._workshop.changes.listen(self.look_at)
        for story_id in {*await self.posts.unsettled(), *await self.posts.paused()}:
            self.look_at(story_id)
        if not self._patrols:
            self._patrols = [
                asyncio.create_task(self._look_at_paused(), name="project-paused"),
                asyncio.create_task(self._look_at_waiting(), name="project-waiting"),
            ]

    def look_at(self, story_id: int, *, verify: bool = False) -> None:
        """Bring a story's messages up to date soon; ``verify`` also asks whether they are still there."""
        if verify:
            self._verify.add(story_id)
        self._dirty.add(story_id)
        task = self._tasks.get(story_id)
        if task is None or task.done():
            task = asyncio.create_task(self._follow(story_id), name=f"project-{story_id}")
            task.add_done_callback(_tell_of_a_fault)
            self._tasks[story_id] = task

    async def look_into(self, place_id: int) -> None:
        """Something changed about a channel or thread: look at the stories that live there."""
        for story_id in await self.posts.stories_in(place_id):
            self.look_at(story_id, verify=True)

    async def look_at_paused(self) -> None:
        """Permissions may have changed: look at every story that could not be shown."""
        for story_id in await self.posts.paused():
            self.look_at(story_id)

    async def settle(self) -> None:
        """Wait until everything that can be shown now is shown (for tests and for an orderly end)."""
        while tasks := [task for task in self._tasks.values() if not task.done()]:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Stop; what is not shown yet is shown after the next start."""
        self._stop_listening()
        self._stop_listening = lambda: None
        tasks = [*self._tasks.values(), *self._patrols]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_at_paused(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS_AT_PAUSED)
            await self.look_at_paused()

    async def _look_at_waiting(self) -> None:
        """Places in the queue and times move without a change of the story that waits."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS_AT_WAITING)
            for story_id in await self.posts.waiting():
                self.look_at(story_id)

    async def _follow(self, story_id: int) -> None:
        """One story's loop, ended when there is nothing left to show. Trouble is met with patience."""
        troubles = 0
        while story_id in self._dirty:
            self._dirty.discard(story_id)
            if self._client.invalid_requests.near_a_ban:
                self._dirty.add(story_id)
                await asyncio.sleep(_SECONDS_NEAR_A_BAN)
                continue
            try:
                wait = await self._project(story_id)
                troubles = 0
            except NotFoundError:  # the story is gone: there is nothing to show
                return
            except (discord.DiscordException, aiohttp.ClientError, FiresideError, TooLargeError, OSError) as error:
                wait = _SECONDS_AFTER_TROUBLE[min(troubles, len(_SECONDS_AFTER_TROUBLE) - 1)]
                troubles += 1
                _log.warning("story %d: showing it failed, next try in %.0f s: %r", story_id, wait, error)
            if wait is not None:
                self._dirty.add(story_id)
                await asyncio.sleep(wait)

    async def _project(self, story_id: int) -> float | None:
        """Show what differs; gives the seconds until an edit that is not due yet, or None when all is shown."""
        left = await self.posts.left_over(story_id)
        if left is not None:
            await clear_away(self._client, self.courier, self.posts, story_id, *left)
            return None
        view = await stories.show(self._workshop, story_id)
        if view.channel_id is None:
            return None
        looked = _Pass(view, await self.posts.of_story(story_id))
        channel = self._client.get_partial_messageable(view.channel_id, guild_id=view.server_id)
        if story_id in self._verify:
            self._verify.discard(story_id)
            await self._check_messages(looked, channel)
        try:
            digested = await self._show_batch(looked, channel)
            if not view.kept_back:
                await self._show_all(looked, channel)
        except PlaceError as error:
            return await self._pause(looked, channel, error.words)
        await self._show_cases(looked)
        if view.place_problem and await self.posts.set_place_problem(story_id, ""):
            return 0.0  # it can be shown again: take the notice off the storyboard
        if looked.waits:
            return min(looked.waits)
        if view.batch is not None and not view.leads and not view.kept_back:
            self.look_at(view.batch.entries[0].story_id)  # the digest may wait for this story's thread
        if not digested:  # left unsettled: it is looked at after a restart too
            return None
        await self.posts.settled(story_id, view.version)
        return None

    async def _show_batch(self, looked: _Pass, channel: discord.PartialMessageable) -> bool:
        """The notice of a batch, and once all its stories can be found in the chat, the digest: a message of its own,
        so that the channel lights up in the morning. False while the digest is due and cannot be posted yet."""
        batch = looked.view.batch
        if batch is None or not looked.view.leads:
            return True
        with refusals("I may not post in this story's channel.", "This story's channel is gone."):
            subject = batch_subject(batch.id, digest=False)
            await self._show(looked, channel, subject, lambda mark: notice_sheet(batch, mark))
            if not batch.done or not batch.any_made:
                return True
            if not all(entry.shown for entry in batch.entries if entry.story_id != looked.view.id):
                return False
            if looked.view.thread_id is None and not looked.view.kept_back and looked.view.scenes:
                await self._show_all(looked, channel)  # its own thread first: the digest links to it
                looked.waits.append(0.0)
                return False
            subject = batch_subject(batch.id, digest=True)
            await self._show(looked, channel, subject, lambda mark: digest_sheet(batch, mark))
        return True

    async def _show_all(self, looked: _Pass, channel: discord.PartialMessageable) -> None:
        view = looked.view
        board = await board_drawing(self._workshop, view)
        with refusals("I may not post in this story's channel.", "This story's channel is gone."):
            await self._show(looked, channel, STORYBOARD, board)
        thread = await self._thread(looked, channel)
        try:
            with refusals("I may not post in this story's thread.", ""):
                await self._show_in_thread(looked, thread)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_CHANNEL:
                await self._thread_is_gone(looked, channel)
            elif error.code == ARCHIVED_THREAD:
                await self._open_thread(thread.id)
            else:
                raise
            looked.waits.append(0.0)

    async def _show_in_thread(self, looked: _Pass, thread: discord.PartialMessageable) -> None:
        view = looked.view
        await self._take_away(looked, thread)
        if CAST in looked.posted or has_cast_sheet(view):
            await self._show(looked, thread, CAST, lambda mark: cast_sheet(view, mark))
        waiting = False
        for scene in view.scenes:
            subject = scene_subject(scene.id)
            if subject not in looked.posted and (waiting or not can_be_posted(scene)):
                waiting = True  # scenes are posted in their order
                continue
            if not await self._make_room(looked, thread, scene):
                continue
            suggests = self._workshop.suggester is not None
            drawing = scene_drawing(view, scene, self._preview_of(scene), suggests=suggests)
            if await self._show(looked, thread, subject, drawing):
                await self._offer_reactions(looked, looked.posted[subject], thread, scene)
        for film in view.films:
            await self._show(looked, thread, film_subject(film.id, file=False), progress_drawing(view, film))
            if film.state is WorkState.DONE and film.path is not None and not film.withheld:
                for part, path in enumerate((film.path, *film.more), start=1):
                    await self._deliver(looked, thread, film, part, path)

    async def _show_cases(self, looked: _Pass) -> None:
        """Reported pictures, where moderators want them; a channel that refuses is no fault of the story's."""
        view = looked.view
        if not view.cases:
            return
        wanted = (await settings.show(self._workshop, view.server_id)).reports
        for case in view.cases:
            known = looked.posted.get(case_subject(case.id))
            channel_id = wanted if known is None else known.channel_id
            if channel_id is None or (known is None and case.decision):
                continue
            channel = self._client.get_partial_messageable(channel_id, guild_id=view.server_id)
            try:
                await self._show(looked, channel, case_subject(case.id), case_drawing(case))
            except (discord.Forbidden, discord.NotFound) as error:
                _log.warning("a report cannot be shown in the moderators' channel %d: %r", channel_id, error)

    def _preview_of(self, scene: SceneView) -> Preview | None:
        return None if scene.coming is None else self._workshop.previews.of(scene.coming.id)

    async def _take_away(self, looked: _Pass, thread: discord.PartialMessageable) -> None:
        """Messages of scenes that were taken out of the story go, and films that show what moderators took away."""
        there = {scene_subject(scene.id) for scene in looked.view.scenes}
        gone = [post for subject, post in looked.posted.items() if is_scene(subject) and subject not in there]
        for film in looked.view.films:
            if film.withheld or film.state is WorkState.FAILED:
                own = film_subject(film.id, file=True)
                gone += [
                    post
                    for subject, post in looked.posted.items()
                    if is_film_file(subject) and subject.rstrip("0123456789") == own
                ]
        for post in gone:
            await self.courier.take_away(thread, post)
            del looked.posted[post.subject]

    async def _show(self, looked: _Pass, channel: discord.PartialMessageable, subject: str, draw: Draw) -> bool:
        """Whether the message shows what it should now; if not, it is looked at again when its edit is due."""
        known = looked.posted.get(subject)
        try:
            looked.posted[subject] = await self.courier.show(looked.view.id, channel, subject, known, draw)
        except NotYetError as later:
            looked.waits.append(later.seconds)
            return False
        return True

    async def _deliver(
        self, looked: _Pass, thread: discord.PartialMessageable, film: FilmView, part: int, path: Path
    ) -> None:
        """The film as a message of its own, so that the thread lights up; smaller, if the place refuses its size."""
        if film.by_address and part > 1:
            return  # the first message's button gives the addresses of all parts
        drawing = film_drawing(looked.view, film, part, path)
        try:
            await self._show(looked, thread, film_subject(film.id, file=True, part=part), drawing)
        except TooLargeError as error:
            _log.info("film %d is refused for its size; it is made again, smaller", film.id)
            by_address = self._client.addresses is not None
            await films.make_smaller(self._workshop, film.id, error.size, by_address=by_address)

    async def _make_room(self, looked: _Pass, thread: discord.PartialMessageable, scene: SceneView) -> bool:
        """Before new pictures are shown, take the reactions to the old ones away; False when it is too early for both.

        Until the new ones are shown, no reaction counts: it could be meant for either. (0 is what an earlier try left
        that was cut short between the two: it is done again.)
        """
        post = looked.posted.get(scene_subject(scene.id))
        if post is None or post.message_id is None or scene.shown is None:
            return True
        if post.offered_round == scene.shown.number:
            return True
        due = self.courier.seconds_until_due(post)
        if due > 0:
            looked.waits.append(due)
            return False
        await self.posts.offered(post.id, 0, complete=False)
        if await self._clear_reactions(thread.get_partial_message(post.message_id)):
            await ballots.forget_reactions(self._workshop, scene.id)
        looked.posted[post.subject] = replace(post, offered_round=0, offered_all=False)
        return True

    async def _offer_reactions(
        self, looked: _Pass, post: Post, thread: discord.PartialMessageable, scene: SceneView
    ) -> None:
        """Put 1️⃣ 2️⃣ … under a new round's pictures. Who reacted before all of them stood is found by a look."""
        if scene.shown is None or post.message_id is None or post.offered_all:
            return
        message = thread.get_partial_message(post.message_id)
        for candidate in scene.shown.candidates:
            await message.add_reaction(KEYCAPS[candidate.number - 1])
        await self.posts.offered(post.id, scene.shown.number, complete=True)
        offered = ScenePost(looked.view.id, scene.id, thread.id, post.message_id, scene.shown.number)
        self._client.dispatch("scene_offered", offered)

    async def _clear_reactions(self, message: discord.PartialMessage) -> bool:
        try:
            await message.clear_reactions()
        except discord.Forbidden:
            _log.info("may not clear old reactions; they stay, and count for nothing until given again")
            return False
        except discord.NotFound:  # deleted: the edit finds that out, and posts it anew
            return True
        return True

    async def _thread(self, looked: _Pass, channel: discord.PartialMessageable) -> discord.PartialMessageable:
        """The story's thread, made from the storyboard: its id is the message's, so a repeat finds it there."""
        view = looked.view
        thread_id = view.thread_id
        if thread_id is None:
            board = looked.posted[STORYBOARD]
            thread_id = board.message_id or 0
            try:
                message = channel.get_partial_message(thread_id)
                with refusals("I may not make threads in this story's channel.", "This story's channel is gone."):
                    await message.create_thread(name=cut(view.title, _THREAD_NAME), auto_archive_duration=10080)
            except discord.HTTPException as error:
                if error.code != _THREAD_EXISTS:
                    raise
                if not await self._is_there(
                    thread_id
                ):  # there was one, and it was deleted: begin anew from a new board
                    looked.posted[STORYBOARD] = await self.posts.lost(board.id, channel.id)
                    await channel.get_partial_message(thread_id).delete()
                    raise
            await self.posts.set_thread(view.id, thread_id)
        return self._client.get_partial_messageable(thread_id, guild_id=view.server_id)

    async def _is_there(self, channel_id: int) -> bool:
        try:
            await self._client.fetch_channel(channel_id)
        except discord.NotFound:
            return False
        return True

    async def _thread_is_gone(self, looked: _Pass, channel: discord.PartialMessageable) -> None:
        """Somebody deleted the thread: everything in it is made again in a new one."""
        _log.info("story %d: its thread is gone; it gets a new one", looked.view.id)
        for subject, post in looked.posted.items():
            if not in_channel(subject) and not is_case(subject):
                await self.posts.lost(post.id, channel.id)
        await self.posts.set_thread(looked.view.id, None)

    async def _open_thread(self, thread_id: int) -> None:
        """An archived thread is opened again; a locked one stays shut. Raises ``PlaceError``."""
        thread = await self._client.fetch_channel(thread_id)
        with refusals("This story's thread is locked. A moderator can unlock it.", ""):
            if isinstance(thread, discord.Thread):
                await thread.edit(archived=False)

    async def _check_messages(self, looked: _Pass, channel: discord.PartialMessageable) -> None:
        """Ask for each message; those that were deleted are posted anew in the same pass."""
        thread_id = looked.view.thread_id
        thread = channel if thread_id is None else self._client.get_partial_messageable(thread_id)
        for subject, post in list(looked.posted.items()):
            if is_case(subject):
                continue
            place = channel if in_channel(subject) else thread
            if post.message_id is not None and not await self.courier.exists(place, post):
                looked.posted[subject] = await self.posts.lost(post.id, place.id)

    async def _pause(self, looked: _Pass, channel: discord.PartialMessageable, words: str) -> float | None:
        """Say once why the story is not shown: in the log, and on the storyboard if that can still be changed.

        Gives the seconds until the storyboard may be edited, where it was edited just now: the notice waits till then.
        """
        if not await self.posts.set_place_problem(looked.view.id, words):
            return None
        _log.warning("story %d is paused: %s", looked.view.id, words)
        view = await stories.show(self._workshop, looked.view.id)
        board = await board_drawing(self._workshop, view)
        looked.waits.clear()
        try:
            await self._show(looked, channel, STORYBOARD, board)
        except (discord.Forbidden, discord.NotFound):
            _log.info("story %d: its storyboard cannot be changed either", looked.view.id)
        return min(looked.waits, default=None)


def _tell_of_a_fault(task: asyncio.Task[None]) -> None:
    """What no loop foresaw must not be silent: it goes into the log when it happens."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("%s ended with a fault", task.get_name(), exc_info=error)
