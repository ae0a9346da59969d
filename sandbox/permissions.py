"""Discord's permission bits, and who may do what where.

Source: Discord developer documentation, topics/permissions ("Permission Hierarchy", "Permission Overwrites").
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model import Channel, Guild, Member


class Permission(IntFlag):
    """The bits that the sandbox knows; a channel's or role's number may carry others."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


ALL = (1 << 53) - 1

EVERYONE = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What a new server lets everyone do (without voice, which the sandbox has not)."""

MODERATOR = Permission.MANAGE_MESSAGES | Permission.MANAGE_THREADS | Permission.PIN_MESSAGES

BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.ADD_REACTIONS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.EMBED_LINKS
)

# Taken away with SEND_MESSAGES ("implicit permissions").
_NEED_SENDING = (
    Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.USE_EXTERNAL_EMOJIS
)


def guild_permissions(guild: Guild, member: Member) -> int:
    """What the member's roles allow in the whole server, as Discord's number."""
    if guild.owner_id == member.id:
        return ALL
    allowed = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        allowed |= guild.roles[role_id].permissions
    return ALL if allowed & Permission.ADMINISTRATOR else allowed


def channel_permissions(channel: Channel, member: Member) -> int:
    """What the member may do in the channel or thread (a thread follows its parent), as Discord's number."""
    guild = channel.guild
    allowed = guild_permissions(guild, member)
    if allowed == ALL:
        return ALL
    place = channel.parent or channel
    overwrites = {overwrite.target_id: overwrite for overwrite in place.overwrites}
    everyone = overwrites.get(guild.id)
    if everyone is not None:
        allowed = allowed & ~everyone.deny | everyone.allow
    roles = [overwrites[role_id] for role_id in member.role_ids if role_id in overwrites]
    for overwrite in roles:
        allowed &= ~overwrite.deny
    for overwrite in roles:
        allowed |= overwrite.allow
    own = overwrites.get(member.id)
    if own is not None:
        allowed = allowed & ~own.deny | own.allow
    if not allowed & Permission.VIEW_CHANNEL:
        return 0
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    if not allowed & sending:
        allowed &= ~_NEED_SENDING
    return allowed


def may(channel: Channel, member: Member, permission: Permission) -> bool:
    """Whether the member has every bit of `permission` in the channel or thread."""
    return channel_permissions(channel, member) & permission == permission
