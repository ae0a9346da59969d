"""Threads: starting them, who is in them, which are archived."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.checks.limits import length
from sandbox.errors import ApiError, FormErrors, missing_permissions, unknown
from sandbox.model import FLAG_HAS_THREAD, PUBLIC_THREAD, Channel, ThreadState
from sandbox.permissions import Permission
from sandbox.rest.channels import check_channel
from sandbox.rest.messages import refuse_archived
from sandbox.rest.router import NOTHING, Answer, Call, route
from sandbox.state import State
from sandbox.world import World

DEFAULT_ARCHIVE = 4320


def _check(body: dict[str, Any]) -> int:
    errors = FormErrors()
    length(errors, ("name",), body.get("name"), 100, 1)
    errors.raise_if_any()
    check_channel(body)
    return int(body.get("auto_archive_duration") or DEFAULT_ARCHIVE)


def _refuse_in_thread(channel: Channel) -> None:
    if channel.is_thread:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")


def refuse_crowd(state: State, channel: Channel) -> None:
    """Raise `ApiError` when the server has as many active threads as there may be."""
    threads = (item.thread for item in channel.guild.channels.values())
    if sum(thread is not None and not thread.archived for thread in threads) >= state.limits.active_threads:
        raise ApiError(400, 160006, "Maximum number of active threads reached")


def sleepy_threads(world: World) -> None:
    """Archive the threads in which nobody has written for as long as they say."""
    now = world.clock.time()
    for channel in list(world.channels.values()):
        thread = channel.thread
        if thread and not thread.archived and now - thread.active_at > thread.auto_archive_duration * 60:
            world.update_channel(channel, {"archived": True})


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def start_thread_from_message(call: Call) -> Answer:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY, Permission.CREATE_PUBLIC_THREADS)
    _refuse_in_thread(channel)
    message = call.message(channel)
    archive = _check(call.form)
    had = bool(message.flags & FLAG_HAS_THREAD) and not call.state.limits.thread_again
    if message.id in call.state.world.channels or had:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    refuse_crowd(call.state, channel)
    thread = call.state.world.start_thread(channel, call.bot(channel), call.form["name"], message, archive)
    return Answer(201, payloads.thread(thread, me=call.state.world.bot.id))


@route("POST", "/channels/{channel_id}/threads")
def start_thread(call: Call) -> Answer:
    channel = call.channel(Permission.CREATE_PUBLIC_THREADS)
    _refuse_in_thread(channel)
    archive = _check(call.form)
    if call.form.get("type") != PUBLIC_THREAD:
        raise missing_permissions()
    refuse_crowd(call.state, channel)
    thread = call.state.world.start_thread(channel, call.bot(channel), call.form["name"], None, archive)
    return Answer(201, payloads.thread(thread, me=call.state.world.bot.id))


def _thread(call: Call) -> tuple[Channel, ThreadState]:
    channel = call.channel()
    if channel.thread is None:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    return channel, channel.thread


@route("PUT", "/channels/{channel_id}/thread-members/@me")
def join_thread(call: Call) -> Answer:
    channel, _ = _thread(call)
    refuse_archived(channel)
    call.state.world.join_thread(channel, call.state.world.bot.id)
    return NOTHING


@route("PUT", "/channels/{channel_id}/thread-members/{user_id}")
def add_thread_member(call: Call) -> Answer:
    channel, _ = _thread(call)
    refuse_archived(channel)
    call.demand(channel, Permission.SEND_MESSAGES_IN_THREADS)
    user_id = call.snowflake("user_id")
    if user_id not in channel.guild.members:
        raise unknown("User", 10013)
    call.state.world.join_thread(channel, user_id)
    return NOTHING


@route("DELETE", "/channels/{channel_id}/thread-members/@me")
def leave_thread(call: Call) -> Answer:
    channel, _ = _thread(call)
    refuse_archived(channel)
    call.state.world.leave_thread(channel, call.state.world.bot.id)
    return NOTHING


@route("DELETE", "/channels/{channel_id}/thread-members/{user_id}")
def remove_thread_member(call: Call) -> Answer:
    channel, _ = _thread(call)
    refuse_archived(channel)
    call.demand(channel, Permission.MANAGE_THREADS)
    call.state.world.leave_thread(channel, call.snowflake("user_id"))
    return NOTHING


@route("GET", "/channels/{channel_id}/thread-members")
def list_thread_members(call: Call) -> Answer:
    channel, state = _thread(call)
    return Answer(200, [payloads.thread_member(channel, user_id) for user_id in sorted(state.members)])


@route("GET", "/channels/{channel_id}/thread-members/{user_id}")
def get_thread_member(call: Call) -> Answer:
    channel, state = _thread(call)
    user_id = call.snowflake("user_id")
    if user_id not in state.members:
        raise unknown("Member", 10007)
    return Answer(200, payloads.thread_member(channel, user_id))


@route("GET", "/channels/{channel_id}/threads/archived/public")
def list_archived(call: Call) -> Answer:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    before, limit = call.query.get("before"), call.limit(50, 100)
    found = [
        thread
        for thread in channel.threads
        if thread.thread and thread.thread.archived and (before is None or thread.thread.archive_timestamp < before)
    ]
    found.sort(key=lambda thread: thread.thread.archive_timestamp if thread.thread else "", reverse=True)
    me = call.state.world.bot.id
    members = [payloads.thread_member(thread, me) for thread in found if thread.thread and me in thread.thread.members]
    page = found[:limit]
    body = {
        "threads": [payloads.thread(thread) for thread in page],
        "members": members,
        "has_more": len(found) > limit,
    }
    return Answer(200, body)
