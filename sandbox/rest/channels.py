"""Channels and threads as such: reading, changing, deleting, typing."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.checks.limits import between, length
from sandbox.errors import ApiError, FormErrors, missing_permissions
from sandbox.model import Channel
from sandbox.permissions import Permission, may
from sandbox.rest.router import NOTHING, Answer, Call, route

ARCHIVE_AFTER = (60, 1440, 4320, 10080)
THREAD_CHANGES = ("name", "archived", "locked", "auto_archive_duration", "rate_limit_per_user")
CHANNEL_CHANGES = ("name", "topic", "position", "rate_limit_per_user")


def sending(channel: Channel) -> Permission:
    """The permission that sending needs here."""
    return Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES


def check_channel(body: dict[str, Any]) -> None:
    """Raise `ApiError` for a channel's or thread's settings that Discord would refuse."""
    errors = FormErrors()
    if "name" in body:
        length(errors, ("name",), body["name"], 100, 1)
    length(errors, ("topic",), body.get("topic"), 1024)
    between(errors, ("rate_limit_per_user",), body.get("rate_limit_per_user"), 0, 21600)
    duration = body.get("auto_archive_duration")
    if duration is not None and duration not in ARCHIVE_AFTER:
        errors.add(("auto_archive_duration",), "BASE_TYPE_CHOICES", f"Value must be one of {ARCHIVE_AFTER}.")
    errors.raise_if_any()


@route("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Answer:
    channel = call.channel()
    if channel.is_thread:
        return Answer(200, payloads.thread(channel, me=call.state.world.bot.id))
    return Answer(200, payloads.channel(channel))


@route("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> Answer:
    channel, body = call.channel(), call.form
    check_channel(body)
    if channel.thread is None:
        call.demand(channel, Permission.MANAGE_CHANNELS)
        call.state.world.update_channel(channel, {key: body[key] for key in CHANNEL_CHANGES if key in body})
        return Answer(200, payloads.channel(channel))
    bot = call.bot(channel)
    manages = may(channel, bot, Permission.MANAGE_THREADS)
    unarchives = body.get("archived") is False
    if not manages:
        # Anyone who may write opens an unlocked thread; the rest is for who started it; locks are for moderators.
        if channel.thread.locked or "locked" in body:
            raise missing_permissions()
        if unarchives:
            call.demand(channel, sending(channel))
        if channel.thread.owner_id != bot.id and not (unarchives and set(body) <= {"archived"}):
            raise missing_permissions()
    if channel.thread.archived and not unarchives:
        raise ApiError(400, 50083, "Thread is archived")
    call.state.world.update_channel(channel, {key: body[key] for key in THREAD_CHANGES if key in body})
    return Answer(200, payloads.thread(channel, me=bot.id))


@route("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call) -> Answer:
    channel = call.channel()
    call.demand(channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
    body = payloads.channel(channel)
    call.state.world.delete_channel(channel)
    return Answer(200, body)


@route("POST", "/channels/{channel_id}/typing")
def start_typing(call: Call) -> Answer:
    channel = call.channel()
    call.demand(channel, sending(channel))
    call.state.world.type_in(channel, call.bot(channel))
    return NOTHING
