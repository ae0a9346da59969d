"""The world's things as Discord writes them in JSON: what REST answers and gateway events carry.

Source: Discord developer documentation (resources/*) and discord.py's `discord/types/*.py`.
"""

from __future__ import annotations

from typing import Any

from sandbox import look
from sandbox.model import Attachment, Channel, Guild, Member, Message, Role, User
from sandbox.permissions import channel_permissions, guild_permissions

Json = dict[str, Any]


def user(who: User) -> Json:
    return {
        "id": str(who.id),
        "username": who.name.lower(),
        "discriminator": "0",
        "global_name": who.name,
        "avatar": None,
        "bot": who.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "avatar_decoration_data": None,
        "primary_guild": None,
    }


def member(who: Member, *, with_user: bool = True) -> Json:
    body: Json = {
        "roles": [str(role_id) for role_id in who.role_ids],
        "nick": who.nick,
        "avatar": None,
        "banner": None,
        "joined_at": who.joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    if with_user:
        body["user"] = user(who.user)
    return body


def role(what: Role) -> Json:
    body: Json = {
        "id": str(what.id),
        "name": what.name,
        "description": None,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": what.position,
        "permissions": str(int(what.permissions)),
        "managed": what.managed_by is not None,
        "mentionable": False,
        "flags": 0,
    }
    if what.managed_by is not None:
        body["tags"] = {"bot_id": str(what.managed_by)}
    return body


def channel(what: Channel) -> Json:
    """A text channel or a thread."""
    if what.thread is not None:
        return thread(what)
    return {
        "id": str(what.id),
        "type": what.type,
        "guild_id": str(what.guild.id),
        "name": what.name,
        "position": what.position,
        "topic": what.topic,
        "nsfw": what.nsfw,
        "flags": 0,
        "parent_id": None,
        "rate_limit_per_user": what.rate_limit_per_user,
        "last_message_id": _last(what),
        "permission_overwrites": [
            {
                "id": str(overwrite.target_id),
                "type": int(overwrite.for_member),
                "allow": str(int(overwrite.allow)),
                "deny": str(int(overwrite.deny)),
            }
            for overwrite in what.overwrites
        ],
    }


def _last(what: Channel) -> str | None:
    return str(next(reversed(what.by_id))) if what.by_id else None


def thread(what: Channel, *, me: int | None = None) -> Json:
    """A thread; with `me`, a user's id, also that user's membership when there is one."""
    state = what.thread
    if state is None or what.parent is None:
        raise ValueError(f"channel {what.id} is no thread")
    body: Json = {
        "id": str(what.id),
        "type": what.type,
        "guild_id": str(what.guild.id),
        "parent_id": str(what.parent.id),
        "owner_id": str(state.owner_id),
        "name": what.name,
        "flags": 0,
        "rate_limit_per_user": what.rate_limit_per_user,
        "last_message_id": _last(what),
        "message_count": min(len(what.by_id), 50),
        "member_count": min(len(state.members), 50),
        "total_message_sent": state.total_sent,
        "thread_metadata": {
            "archived": state.archived,
            "archive_timestamp": state.archive_timestamp,
            "auto_archive_duration": state.auto_archive_duration,
            "locked": state.locked,
            "create_timestamp": state.create_timestamp,
        },
    }
    if me is not None and me in state.members:
        body["member"] = thread_member(what, me)
    return body


def thread_member(what: Channel, user_id: int) -> Json:
    if what.thread is None:
        raise ValueError(f"channel {what.id} is no thread")
    return {
        "id": str(what.id),
        "user_id": str(user_id),
        "join_timestamp": what.thread.members[user_id],
        "flags": 0,
    }


def attachment(what: Attachment) -> Json:
    body: Json = {
        "id": str(what.id),
        "filename": what.filename,
        "size": what.size,
        "url": what.url,
        "proxy_url": what.url,
        "flags": 0,
    }
    optional = {
        "content_type": what.content_type,
        "description": what.description,
        "title": what.title,
        "width": what.width,
        "height": what.height,
        "ephemeral": what.ephemeral or None,
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def media_item(what: Attachment) -> Json:
    """An upload as a component shows it."""
    return {
        "id": str(what.id),
        "url": what.url,
        "proxy_url": what.url,
        "width": what.width,
        "height": what.height,
        "content_type": what.content_type,
        "loading_state": 2,
        "flags": 0,
        "attachment_id": str(what.id),
    }


def emoji(name: str) -> Json:
    return {"id": None, "name": name}


def message(what: Message, bot_id: int, *, reference: bool = True) -> Json:
    """A message as REST answers it. Uploads that components show are not among `attachments`, as in Discord."""
    shown = look.attachment_ids(what.components)
    guild = what.channel.guild
    body: Json = {
        "id": str(what.id),
        "channel_id": str(what.channel.id),
        "author": user(what.author),
        "type": what.type,
        "content": what.content,
        "timestamp": what.timestamp,
        "edited_timestamp": what.edited,
        "tts": what.tts,
        "mention_everyone": what.mention_everyone,
        "mentions": [user(guild.members[user_id].user) for user_id in what.mention_ids if user_id in guild.members],
        "mention_roles": [str(role_id) for role_id in what.mention_role_ids],
        "attachments": [attachment(item) for item in what.attachments if item.id not in shown],
        "embeds": what.embeds,
        "components": what.components,
        "pinned": False,
        "flags": what.flags,
    }
    if what.reactions:
        body["reactions"] = [
            {
                "emoji": emoji(reaction.emoji),
                "count": reaction.count,
                "count_details": {"burst": 0, "normal": reaction.count},
                "burst_colors": [],
                "me": bot_id in reaction.user_ids,
                "me_burst": False,
                "burst_me": False,
                "burst_count": 0,
            }
            for reaction in what.reactions
        ]
    if what.nonce is not None:
        body["nonce"] = what.nonce
    if what.thread is not None:
        body["thread"] = thread(what.thread, me=bot_id)
    if what.interaction is not None:
        body |= {
            "application_id": str(what.author.id),
            "webhook_id": str(what.author.id),
            "interaction_metadata": what.interaction,
        }
    if what.channel.is_thread:
        body["position"] = list(what.channel.by_id).index(what.id) if what.id in what.channel.by_id else 0
    if what.reference is not None:
        body["message_reference"] = {
            "type": 0,
            "message_id": str(what.reference.id),
            "channel_id": str(what.reference.channel.id),
            "guild_id": str(guild.id),
        }
        if reference:
            gone = what.reference.deleted
            body["referenced_message"] = None if gone else message(what.reference, bot_id, reference=False)
    return body


def message_event(what: Message, bot_id: int) -> Json:
    """A message as MESSAGE_CREATE and MESSAGE_UPDATE carry it: with the server's id and the author's membership."""
    body = message(what, bot_id)
    body["guild_id"] = str(what.channel.guild.id)
    author = what.channel.guild.members.get(what.author.id)
    if author is not None:
        body["member"] = member(author, with_user=False)
    return body


def guild(what: Guild) -> Json:
    """A server as REST answers it."""
    return {
        "id": str(what.id),
        "name": what.name,
        "icon": None,
        "icon_hash": None,
        "splash": None,
        "discovery_splash": None,
        "home_header": None,
        "banner": None,
        "description": None,
        "owner_id": str(what.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role(item) for item in sorted(what.roles.values(), key=lambda item: item.position)],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "max_presences": None,
        "max_members": 500000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "widget_enabled": False,
        "widget_channel_id": None,
        "hub_type": None,
        "incidents_data": None,
    }


def guild_create(what: Guild, bot_id: int, *, all_members: bool) -> Json:
    """A server as GUILD_CREATE carries it; without the members intent, of the members only the bot itself."""
    members = list(what.members.values()) if all_members else [what.members[bot_id]]
    return guild(what) | {
        "joined_at": what.joined_at,
        "large": False,
        "unavailable": False,
        "member_count": len(what.members),
        "voice_states": [],
        "members": [member(item) for item in members],
        "channels": [channel(item) for item in what.text_channels()],
        "threads": [
            thread(item, me=bot_id)
            for item in what.channels.values()
            if item.thread is not None and not item.thread.archived
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def interaction_member(who: Member, where: Channel) -> Json:
    """Who acted, with what they may do there."""
    return member(who) | {"permissions": str(channel_permissions(where, who))}


def interaction_channel(where: Channel, who: Member) -> Json:
    """Where it happened, with what the member may do there."""
    return channel(where) | {"permissions": str(channel_permissions(where, who))}


def own_guild(what: Guild, bot: Member) -> Json:
    """A server as /users/@me/guilds lists it."""
    return {
        "id": str(what.id),
        "name": what.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(guild_permissions(what, bot)),
        "features": [],
    }
