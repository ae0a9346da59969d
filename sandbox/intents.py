"""Gateway intents: which event needs which, and what a bot without message content does not get to read."""

from __future__ import annotations

from typing import Any

GUILDS, GUILD_MEMBERS, PRESENCES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 15
GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = 1 << 9, 1 << 10, 1 << 11
PRIVILEGED = {"members": GUILD_MEMBERS, "presences": PRESENCES, "message_content": MESSAGE_CONTENT}

_INTENT_OF = {
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS,
    "THREAD_MEMBERS_UPDATE": GUILDS,
    "TYPING_START": GUILD_TYPING,
    "INTERACTION_CREATE": 0,
}
_INTENT_BY_START = {
    "GUILD_": GUILDS,
    "CHANNEL_": GUILDS,
    "THREAD_": GUILDS,
    "MESSAGE_REACTION_": GUILD_REACTIONS,
    "MESSAGE_": GUILD_MESSAGES,
}


def intent_of(event: str) -> int:
    """The intent that an event needs; 0 for none."""
    if event in _INTENT_OF:
        return _INTENT_OF[event]
    return next((intent for start, intent in _INTENT_BY_START.items() if event.startswith(start)), 0)


def blank(message: dict[str, Any], bot_id: int) -> None:
    """Take out, in place, what a bot without the message content intent does not get of others' messages."""
    reference = message.get("referenced_message")
    if isinstance(reference, dict):
        blank(reference, bot_id)
    mentioned = any(str(user.get("id")) == str(bot_id) for user in message.get("mentions") or [])
    if str((message.get("author") or {}).get("id")) == str(bot_id) or mentioned:
        return
    message["content"] = ""
    for key in ("attachments", "embeds", "components"):
        message[key] = []
