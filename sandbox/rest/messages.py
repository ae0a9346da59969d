"""Messages: sending, reading, editing, deleting."""

from __future__ import annotations

from typing import Any

from sandbox.compose import Composer
from sandbox.errors import ApiError, FormErrors, missing_permissions
from sandbox.model import FLAG_EPHEMERAL, MESSAGE_REPLY, Channel, Member, Message
from sandbox.permissions import Permission, may
from sandbox.rest.channels import sending
from sandbox.rest.router import NOTHING, Answer, Call, route
from sandbox.snowflake import created, parse

OLD = 3600.0
"""Seconds after which edits of a message are counted, and for how long they count."""
PAGE = 50
BULK_AGE = 14 * 24 * 3600


def refuse_archived(channel: Channel) -> None:
    """Raise `ApiError` when nothing in this thread may be changed until it is opened again."""
    if channel.thread is not None and channel.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")


def refuse_locked(channel: Channel, member: Member) -> None:
    """Raise `ApiError` when the member may not write in this thread because it is locked.

    Writing opens an archived thread again; a locked one only for who may manage threads.
    """
    thread = channel.thread
    if thread is None or not thread.locked or may(channel, member, Permission.MANAGE_THREADS):
        return
    if thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
    raise ApiError(403, 160005, "This thread is locked")


@route("GET", "/channels/{channel_id}/messages")
def list_messages(call: Call) -> Answer:
    channel = call.channel()
    if not may(channel, call.bot(channel), Permission.READ_MESSAGE_HISTORY):
        return Answer(200, [])
    limit = call.limit(PAGE, 100)
    messages = channel.messages
    if (around := parse(call.query.get("around"))) is not None:
        older = [message for message in messages if message.id < around][-(limit // 2) :]
        newer = [message for message in messages if message.id >= around][: limit - len(older)]
        chosen = older + newer
    elif (after := parse(call.query.get("after"))) is not None:
        chosen = [message for message in messages if message.id > after][:limit]
    else:
        before = parse(call.query.get("before"))
        chosen = [message for message in messages if before is None or message.id < before][-limit:]
    return Answer(200, [call.written(message) for message in reversed(chosen)])


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(call: Call) -> Answer:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    return Answer(200, call.written(call.message(channel)))


@route("POST", "/channels/{channel_id}/messages")
def create_message(call: Call) -> Answer:
    channel, body = call.channel(), call.form
    call.demand(channel, sending(channel))
    if call.files:
        call.demand(channel, Permission.ATTACH_FILES)
    refuse_locked(channel, call.bot(channel))
    repeated = _repeated(call, channel, body)
    if repeated is not None:
        return Answer(200, call.written(repeated))
    reference = _reference(call, channel, body)
    draft = Composer(call.state.world, channel, call.state.upload_limit).new(body, call.files)
    draft.flags &= ~FLAG_EPHEMERAL
    call.state.world.join_thread(channel, call.state.world.bot.id)
    message = call.state.world.post(
        channel,
        call.state.world.bot,
        nonce=body.get("nonce"),
        tts=bool(body.get("tts")),
        reference=reference,
        type=MESSAGE_REPLY if reference else 0,
        **draft.fields(),
    )
    return Answer(200, call.written(message))


def _repeated(call: Call, channel: Channel, body: dict[str, Any]) -> Message | None:
    """The message that this nonce has already made, when the bot asked to be protected from a repeat."""
    nonce = body.get("nonce")
    if nonce is None or not body.get("enforce_nonce"):
        return None
    now = call.state.world.clock.time()
    for message in reversed(channel.messages):
        if now - created(message.id) > call.state.limits.nonce_lasts:
            return None
        if message.author is call.state.world.bot and message.nonce == nonce:
            return message
    return None


def _reference(call: Call, channel: Channel, body: dict[str, Any]) -> Message | None:
    wanted = body.get("message_reference")
    if not wanted:
        return None
    call.demand(channel, Permission.READ_MESSAGE_HISTORY)
    message = channel.by_id.get(parse(wanted.get("message_id")) or 0)
    if message is None and wanted.get("fail_if_not_exists", True):
        errors = FormErrors()
        errors.add(("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        errors.raise_if_any()
    return message


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit_message(call: Call) -> Answer:
    channel = call.channel()
    message, body = call.message(channel), call.form
    if message.author is not call.state.world.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    refuse_archived(channel)
    if call.files:
        call.demand(channel, Permission.ATTACH_FILES)
    _count_old_edit(call, message)
    draft = Composer(call.state.world, channel, call.state.upload_limit).change(message, body, call.files)
    call.state.world.edit(message, **draft.fields())
    return Answer(200, call.written(message))


def _count_old_edit(call: Call, message: Message) -> None:
    """Raise `ApiError` when too many old messages of the channel were edited in the last hour."""
    now, limits = call.state.world.clock.time(), call.state.limits
    if now - created(message.id) < OLD:
        return
    edits = message.channel.old_edits
    while edits and edits[0] <= now - OLD:
        edits.popleft()
    if len(edits) >= limits.old_edits:
        words = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        raise ApiError(429, 30046, words, retry_after=limits.old_edit_retry_after)
    edits.append(now)


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Answer:
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.state.world.bot:
        call.demand(channel, Permission.MANAGE_MESSAGES)
    refuse_archived(channel)
    call.state.world.delete(message)
    return NOTHING


@route("POST", "/channels/{channel_id}/messages/bulk-delete")
def delete_messages(call: Call) -> Answer:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    ids = [parse(item) or 0 for item in call.form.get("messages", [])]
    if not 2 <= len(ids) <= 100:
        raise ApiError(400, 50016, "Provided too few or too many messages to delete. Must provide between 2 and 100")
    oldest = call.state.world.clock.time() - BULK_AGE
    if any(created(item) < oldest for item in ids):
        raise ApiError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    for item in ids:
        if item in channel.by_id:
            call.state.world.delete(channel.by_id[item])
    return NOTHING


@route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost")
def crosspost(call: Call) -> Answer:
    call.message(call.channel())
    raise missing_permissions()


@route("GET", "/channels/{channel_id}/messages/pins")
def list_pins(call: Call) -> Answer:
    call.channel()
    return Answer(200, {"items": [], "has_more": False})
