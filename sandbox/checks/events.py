"""The keys that a gateway event must have: discord.py's parsers raise KeyError on a missing one, and its reader dies.

The tables are ours, read off discord.py 2.7's `state.py`, the constructors it calls, and `discord/types/*.py`.
A key is `name`, or `name?` when it may be null; `NESTED` and `LISTS` say which keys hold things with own tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

USER = ("id", "username", "discriminator", "avatar?", "global_name?")
MEMBER = ("roles", "joined_at?", "deaf", "mute", "flags")
MEMBER_WITH_USER = (*MEMBER, "user")
EMOJI = ("name", "id?")
METADATA = ("archived", "auto_archive_duration", "archive_timestamp")
THREAD_MEMBER = ("id", "user_id", "join_timestamp", "flags")
THREAD = (
    "id", "guild_id", "parent_id", "owner_id", "name", "type", "member_count", "message_count",
    "total_message_sent", "rate_limit_per_user", "thread_metadata",
)  # fmt: skip
CHANNEL = ("id", "type", "guild_id", "name", "position", "permission_overwrites", "nsfw", "parent_id?")
ROLE = ("id", "name", "color", "colors", "hoist", "position", "permissions", "managed", "mentionable", "flags")
ATTACHMENT = ("id", "filename", "size", "url", "proxy_url")
MESSAGE = (
    "id", "channel_id", "guild_id", "author", "content", "timestamp", "edited_timestamp?", "tts", "mention_everyone",
    "mentions", "mention_roles", "attachments", "embeds", "pinned", "type", "components", "flags",
)  # fmt: skip
GUILD = (
    "id", "name", "icon?", "splash?", "discovery_splash?", "emojis", "stickers", "features", "description?",
    "owner_id", "region", "afk_channel_id?", "afk_timeout", "verification_level", "default_message_notifications",
    "explicit_content_filter", "roles", "mfa_level", "nsfw_level", "application_id?", "system_channel_id?",
    "system_channel_flags", "rules_channel_id?", "vanity_url_code?", "banner?", "premium_tier", "preferred_locale",
    "public_updates_channel_id?",
)  # fmt: skip
GUILD_CREATE = (
    *GUILD, "joined_at", "large", "member_count", "members", "channels", "threads", "presences", "voice_states",
    "stage_instances", "guild_scheduled_events", "soundboard_sounds",
)  # fmt: skip
INTERACTION = (
    "id", "application_id", "type", "token", "version", "channel", "channel_id", "guild_id", "guild", "member", "data",
    "app_permissions", "locale", "guild_locale", "entitlements", "authorizing_integration_owners", "context",
    "attachment_size_limit",
)  # fmt: skip
RESOLVED_MESSAGE = tuple(key for key in MESSAGE if key != "guild_id")
REACTION = ("user_id", "channel_id", "message_id", "guild_id", "emoji", "burst", "type")
APPLICATION = ("id", "flags")

NESTED: dict[str, tuple[str, ...]] = {
    "user": USER,
    "author": USER,
    "emoji": EMOJI,
    "thread_metadata": METADATA,
    "thread": THREAD,
    "application": APPLICATION,
    "role": ROLE,
}
LISTS: dict[str, tuple[str, ...]] = {
    "mentions": USER,
    "attachments": ATTACHMENT,
    "roles": ROLE,
    "members": MEMBER_WITH_USER,
    "channels": CHANNEL,
    "threads": THREAD,
    "added_members": THREAD_MEMBER,
}
EVENTS: dict[str, tuple[str, ...]] = {
    "READY": ("v", "user", "guilds", "session_id", "resume_gateway_url", "application"),
    "RESUMED": (),
    "GUILD_CREATE": GUILD_CREATE,
    "GUILD_UPDATE": GUILD,
    "GUILD_DELETE": ("id",),
    "GUILD_ROLE_CREATE": ("guild_id", "role"),
    "GUILD_ROLE_UPDATE": ("guild_id", "role"),
    "GUILD_ROLE_DELETE": ("guild_id", "role_id"),
    "GUILD_MEMBER_ADD": (*MEMBER_WITH_USER, "guild_id"),
    "GUILD_MEMBER_UPDATE": ("guild_id", "roles", "user", "joined_at?", "flags"),
    "GUILD_MEMBER_REMOVE": ("guild_id", "user"),
    "GUILD_MEMBERS_CHUNK": ("guild_id", "members", "chunk_index", "chunk_count"),
    "CHANNEL_CREATE": CHANNEL,
    "CHANNEL_UPDATE": CHANNEL,
    "CHANNEL_DELETE": CHANNEL,
    "THREAD_CREATE": THREAD,
    "THREAD_UPDATE": THREAD,
    "THREAD_DELETE": ("id", "guild_id", "parent_id", "type"),
    "THREAD_MEMBERS_UPDATE": ("id", "guild_id", "member_count"),
    "THREAD_MEMBER_UPDATE": (*THREAD_MEMBER, "guild_id"),
    "MESSAGE_CREATE": MESSAGE,
    "MESSAGE_UPDATE": MESSAGE,
    "MESSAGE_DELETE": ("id", "channel_id", "guild_id"),
    "MESSAGE_DELETE_BULK": ("ids", "channel_id", "guild_id"),
    "MESSAGE_REACTION_ADD": (*REACTION, "member"),
    "MESSAGE_REACTION_REMOVE": REACTION,
    "MESSAGE_REACTION_REMOVE_ALL": ("channel_id", "message_id", "guild_id"),
    "MESSAGE_REACTION_REMOVE_EMOJI": ("channel_id", "message_id", "guild_id", "emoji"),
    "TYPING_START": ("channel_id", "user_id", "timestamp", "guild_id", "member"),
    "INTERACTION_CREATE": INTERACTION,
}
DATA: dict[int, tuple[str, ...]] = {
    2: ("id", "name", "type"),
    3: ("custom_id", "component_type"),
    4: ("id", "name", "type", "options"),
    5: ("custom_id", "components"),
}
COMPONENTS: dict[int, tuple[str, ...]] = {
    1: ("components",),
    2: ("style",),
    3: ("custom_id", "options"),
    **dict.fromkeys((4, 5, 6, 7, 8, 19, 21, 22, 23), ("custom_id",)),
    9: ("components", "accessory"),
    10: ("content",),
    11: ("media",),
    12: ("items",),
    13: ("file",),
    14: (),
    17: ("components",),
    18: ("component",),
}


def missing_keys(event: str, payload: Mapping[str, Any]) -> list[str]:
    """Paths of the keys that this event lacks (or has as null where null is not allowed); empty when it is whole."""
    if event not in EVENTS:
        return [f"{event} is no event the sandbox knows"]
    found = _lacks(payload, EVENTS[event], "")
    if event == "INTERACTION_CREATE":
        found += _interaction(payload)
    return found


def _lacks(value: Mapping[str, Any], table: tuple[str, ...], path: str) -> list[str]:
    found = []
    for entry in table:
        key = entry.rstrip("?")
        if key not in value:
            found.append(f"{path}{key}")
        elif value[key] is None and not entry.endswith("?"):
            found.append(f"{path}{key} (null)")
    for key, nested in NESTED.items():
        if isinstance(value.get(key), dict):
            found += _lacks(value[key], nested, f"{path}{key}.")
    for key, nested in LISTS.items():
        for index, item in enumerate(value.get(key) or []):
            if isinstance(item, dict):
                found += _lacks(item, nested, f"{path}{key}[{index}].")
    if isinstance(value.get("member"), dict):
        # A thread's "member" is a membership of the thread, everything else's one of the server.
        own = THREAD_MEMBER if "thread_metadata" in value else MEMBER
        found += _lacks(value["member"], own, f"{path}member.")
    for index, component in enumerate(value.get("components") or []):
        found += _component(component, f"{path}components[{index}].")
    return found


def _component(component: Mapping[str, Any], path: str) -> list[str]:
    kind = component.get("type")
    if kind not in COMPONENTS:
        return [f"{path}type"]
    found = [f"{path}{key}" for key in COMPONENTS[kind] if component.get(key) is None]
    for index, child in enumerate(component.get("components") or []):
        found += _component(child, f"{path}components[{index}].")
    for key in ("accessory", "component"):
        if isinstance(component.get(key), dict):
            found += _component(component[key], f"{path}{key}.")
    if kind == 12:
        for index, item in enumerate(component.get("items") or []):
            if "url" not in (item.get("media") or {}):
                found.append(f"{path}items[{index}].media.url")
    return found


def _interaction(payload: Mapping[str, Any]) -> list[str]:
    data = payload.get("data") or {}
    kind = payload.get("type", 0)
    found = [f"data.{key}" for key in DATA.get(kind, ()) if key not in data]
    if kind == 3:
        if "message" not in payload:
            found.append("message")
        if data.get("component_type") in (3, 5, 6, 7, 8) and "values" not in data:
            found.append("data.values")
    if kind == 2 and data.get("type") in (2, 3) and "target_id" not in data:
        found.append("data.target_id")
    if isinstance(payload.get("message"), dict):
        found += _lacks(payload["message"], RESOLVED_MESSAGE, "message.")
    resolved = data.get("resolved") or {}
    for name, table in (("attachments", ATTACHMENT), ("messages", RESOLVED_MESSAGE), ("users", USER)):
        for key, item in (resolved.get(name) or {}).items():
            found += _lacks(item, table, f"data.resolved.{name}.{key}.")
    return found
