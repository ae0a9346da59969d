"""Takes the messages of a deleted story away: its thread, its storyboard, what moderators were shown of it."""

from __future__ import annotations

import logging

import discord

from bot.courier import ARCHIVED_THREAD, Courier
from bot.posts import Posts, in_channel, is_case

_log = logging.getLogger(__name__)


async def clear_away(
    client: discord.Client,
    courier: Courier,
    posts: Posts,
    story_id: int,
    server_id: int | None,
    channel_id: int | None,
    thread_id: int | None,
) -> None:
    """Take everything away that can be; then nothing is left of the story. Cut short anywhere, it is done again.

    A thread goes as a whole where the bot may manage threads; elsewhere its own messages go, and the thread is closed.
    Raises discord.py's errors for what is worth trying again.
    """
    thread_gone = thread_id is None or await _delete_thread(client, thread_id)
    for subject, post in (await posts.of_story(story_id)).items():
        place = post.channel_id if is_case(subject) else channel_id if in_channel(subject) else thread_id
        if place is None or (place == thread_id and thread_gone):
            continue
        try:
            await courier.take_away(client.get_partial_messageable(place, guild_id=server_id), post)
        except (discord.Forbidden, discord.NotFound) as error:
            _log.warning("a message of deleted story %d stays: %r", story_id, error)
        except discord.HTTPException as error:
            if error.code != ARCHIVED_THREAD:
                raise
            _log.warning("a message of deleted story %d stays in its locked thread", story_id)
    if thread_id is not None and not thread_gone:
        await _close_thread(client, thread_id)
    await posts.gone(story_id)


async def _delete_thread(client: discord.Client, thread_id: int) -> bool:
    try:
        thread = await client.fetch_channel(thread_id)
        if isinstance(thread, discord.Thread):
            if not thread.permissions_for(thread.guild.me).manage_threads:
                if thread.archived and not thread.locked:
                    await thread.edit(archived=False)  # in a closed thread no message can be taken away
                return False
            await thread.delete()
    except discord.NotFound:
        return True
    except discord.Forbidden:
        return False
    return True


async def _close_thread(client: discord.Client, thread_id: int) -> None:
    try:
        thread = await client.fetch_channel(thread_id)
        if isinstance(thread, discord.Thread):
            await thread.edit(archived=True)
    except (discord.Forbidden, discord.NotFound) as error:
        _log.info("the thread of a deleted story stays open: %r", error)
