"""Reactions."""

from __future__ import annotations

from urllib.parse import unquote

import emoji as emoji_names

from sandbox import payloads
from sandbox.checks.limits import REACTIONS
from sandbox.errors import ApiError
from sandbox.model import Channel, Member, Message
from sandbox.permissions import Permission, may
from sandbox.rest.messages import refuse_archived
from sandbox.rest.router import NOTHING, Answer, Call, route
from sandbox.snowflake import parse

_BASE = "/channels/{channel_id}/messages/{message_id}/reactions"


def check_reaction(channel: Channel, message: Message, member: Member, emoji: str) -> None:
    """Raise `ApiError` when the member may not give this reaction."""
    if not emoji_names.is_emoji(emoji):
        raise ApiError(400, 10014, "Unknown Emoji")
    refuse_archived(channel)
    if message.reaction(emoji) is not None:
        return
    if not may(channel, member, Permission.ADD_REACTIONS):
        raise ApiError(403, 50013, "Missing Permissions")
    if len(message.reactions) >= REACTIONS:
        raise ApiError(400, 30010, f"Maximum number of reactions reached ({REACTIONS})")


@route("PUT", _BASE + "/{emoji_name}/@me")
def add_reaction(call: Call) -> Answer:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message, emoji = call.message(channel), unquote(call.args["emoji_name"])
    bot = call.bot(channel)
    check_reaction(channel, message, bot, emoji)
    call.state.world.react(message, bot.id, emoji)
    return NOTHING


@route("DELETE", _BASE + "/{emoji_name}/@me")
def remove_own_reaction(call: Call) -> Answer:
    channel = call.channel()
    message = call.message(channel)
    refuse_archived(channel)
    call.state.world.unreact(message, call.state.world.bot.id, unquote(call.args["emoji_name"]))
    return NOTHING


@route("DELETE", _BASE + "/{emoji_name}/{user_id}")
def remove_reaction(call: Call) -> Answer:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    message = call.message(channel)
    refuse_archived(channel)
    call.state.world.unreact(message, call.snowflake("user_id"), unquote(call.args["emoji_name"]))
    return NOTHING


@route("DELETE", _BASE)
def clear_reactions(call: Call) -> Answer:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    call.state.world.clear_reactions(call.message(channel))
    return NOTHING


@route("DELETE", _BASE + "/{emoji_name}")
def clear_emoji(call: Call) -> Answer:
    channel = call.channel(Permission.MANAGE_MESSAGES)
    call.state.world.clear_reactions(call.message(channel), unquote(call.args["emoji_name"]))
    return NOTHING


@route("GET", _BASE + "/{emoji_name}")
def list_reaction(call: Call) -> Answer:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    emoji = unquote(call.args["emoji_name"])
    if not emoji_names.is_emoji(emoji):
        raise ApiError(400, 10014, "Unknown Emoji")
    reaction = call.message(channel).reaction(emoji)
    after = parse(call.query.get("after", "0")) or 0
    limit = call.limit(25, 100)
    if call.query.get("type", "0") != "0":
        # Super reactions, which nobody here can give.
        return Answer(200, [])
    ids = sorted(user_id for user_id in (reaction.user_ids if reaction else []) if user_id > after)
    return Answer(200, [payloads.user(call.state.world.users[user_id]) for user_id in ids[:limit]])
