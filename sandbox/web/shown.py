"""What the page is shown, in JSON: only what this person may see."""

from __future__ import annotations

from typing import Any

from sandbox import look, payloads
from sandbox.actors import Actor
from sandbox.checks.forms import CHAT_INPUT, MESSAGE_MENU
from sandbox.http import Request
from sandbox.interactions import Desk
from sandbox.model import Channel, Member, Message
from sandbox.permissions import Permission, channel_permissions, guild_permissions, may
from sandbox.results import InteractionResult, Modal
from sandbox.server import Sandbox
from sandbox.sessions import Frame
from sandbox.snowflake import created
from sandbox.writing import WRITTEN

Json = dict[str, Any]

TYPING_LASTS = 10.0
"""Seconds."""
BODY_KEPT = 60_000
"""Characters of one logged body; a longer one is left out."""


def person(member: Member) -> Json:
    """Someone in the list of people, with a word on what they may do."""
    allowed = guild_permissions(member.guild, member)
    roles = [member.guild.roles[role_id].name for role_id in member.role_ids]
    word = "owner" if member.guild.owner_id == member.id else ", ".join(roles)
    return {
        "id": str(member.id),
        "name": member.name,
        "bot": member.user.bot,
        "word": word,
        "admin": bool(allowed & Permission.ADMINISTRATOR),
    }


def places(actor: Actor) -> list[Json]:
    """The channels and threads that this person sees."""
    guild = actor.member.guild
    return [
        _place(channel, actor.member)
        for channel in guild.channels.values()
        if may(channel, actor.member, Permission.VIEW_CHANNEL)
    ]


def _place(channel: Channel, member: Member) -> Json:
    allowed = channel_permissions(channel, member)
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    state = channel.thread
    locked = state is not None and state.locked
    moderates = bool(allowed & Permission.MANAGE_THREADS)
    seen = [message.id for message in channel.seen_by(member.id)[-1:]]
    return {
        "id": str(channel.id),
        "name": channel.name,
        "topic": channel.topic or "",
        "parent": None if channel.parent is None else str(channel.parent.id),
        "archived": state is not None and state.archived,
        "locked": locked,
        "last": str(seen[0]) if seen else "0",
        "may": {
            "send": bool(allowed & sending) and (moderates or not locked),
            "attach": bool(allowed & Permission.ATTACH_FILES),
            "react": bool(allowed & Permission.ADD_REACTIONS),
            "commands": bool(allowed & Permission.USE_APPLICATION_COMMANDS),
            "moderate": bool(allowed & Permission.MANAGE_MESSAGES),
            "threads": moderates,
            "reply": bool(allowed & sending and allowed & Permission.READ_MESSAGE_HISTORY),
            "begin_thread": state is None and bool(allowed & Permission.CREATE_PUBLIC_THREADS),
            "own": state is not None and state.owner_id == member.id,
        },
    }


def message(what: Message, viewer: Member, desk: Desk) -> Json:
    """A message as this person sees it. `desk` knows which command it answers."""
    guild = what.channel.guild
    body: Json = {
        "id": str(what.id),
        "author": _author(what),
        "type": what.type,
        "time": what.timestamp,
        "edited": what.edited,
        "content": what.content,
        "embeds": what.embeds,
        "components": what.components,
        "v2": what.is_v2,
        "ephemeral": what.visible_to is not None,
        "loading": what.is_loading,
        "pings": what.mention_everyone or viewer.id in what.mention_ids,
        "written": what.type in WRITTEN and what.visible_to is None,
        "files": [payloads.attachment(item) for item in what.attachments if item.id not in _shown(what)],
        "uploads": {
            str(item.id): {"name": item.filename, "size": item.size, "kind": item.content_type}
            for item in what.attachments
        },
        "reactions": [
            {
                "emoji": item.emoji,
                "count": item.count,
                "mine": viewer.id in item.user_ids,
                "who": [guild.members[one].name for one in item.user_ids if one in guild.members],
            }
            for item in what.reactions
        ],
    }
    if what.thread is not None:
        body["thread"] = {
            "id": str(what.thread.id),
            "name": what.thread.name,
            "messages": len(what.thread.by_id),
            "archived": bool(what.thread.thread and what.thread.thread.archived),
        }
    if what.interaction is not None:
        body["asked"] = {"who": _asker(what), "kind": what.interaction["type"], "command": _command(what, desk)}
    if what.reference is not None and what.type != 0:
        gone = what.reference.deleted
        body["about"] = {"gone": True} if gone else _about(what.reference)
    return body


def _about(what: Message) -> Json:
    """The message that another answers, in a line."""
    text = " ".join(what.text.split())
    words = text or ("an attachment" if what.attachments else "a message")
    return {"id": str(what.id), "author": _author(what)["name"], "bot": what.author.bot, "text": words[:120]}


def _shown(what: Message) -> set[int]:
    return look.attachment_ids(what.components)


def _author(what: Message) -> Json:
    member = what.channel.guild.members.get(what.author.id)
    name = what.author.name if member is None else member.name
    return {"id": str(what.author.id), "name": name, "bot": what.author.bot}


def _command(what: Message, desk: Desk) -> str | None:
    """The command that a message answers, as its user sees it: with a slash, but for one of a message's menu."""
    asked = desk.get(int((what.interaction or {})["id"]))
    if asked is None or "name" not in asked.data:
        return None
    words, options = [str(asked.data["name"])], asked.data.get("options") or []
    while options and options[0]["type"] in (1, 2):
        words.append(options[0]["name"])
        options = options[0].get("options") or []
    return ("/" if asked.data.get("type") == CHAT_INPUT else "") + " ".join(words)


def _asker(what: Message) -> str:
    asked = what.interaction or {}
    user = asked.get("user") or {}
    return str(user.get("global_name") or user.get("username") or "")


def typing(channel: Channel, viewer: Member, now: float) -> list[str]:
    """Who else is typing in the channel."""
    members = channel.guild.members
    late = [user_id for user_id, at in channel.typing if now - at < TYPING_LASTS and user_id != viewer.id]
    return sorted(
        {members[user_id].name for user_id in late if user_id in members and not _has_written(channel, user_id, now)}
    )


def _has_written(channel: Channel, user_id: int, now: float) -> bool:
    """Whether someone has sent a message after their last sign of typing."""
    at = max((at for one, at in channel.typing if one == user_id), default=0.0)
    return any(created(item.id) > at for item in reversed(channel.messages) if item.author.id == user_id)


def commands(actor: Actor, sandbox: Sandbox) -> Json:
    """The commands that this person is offered: a slash command's leaves with their options, and message menus."""
    offered = sandbox.state.commands.offered(actor.member)
    slash = [leaf for item in offered if item["type"] == CHAT_INPUT for leaf in _leaves(item, item["name"])]
    return {
        "slash": sorted(slash, key=lambda leaf: str(leaf["name"])),
        "menus": [item["name"] for item in offered if item["type"] == MESSAGE_MENU],
    }


def _leaves(node: Json, name: str) -> list[Json]:
    inner = [item for item in node.get("options") or [] if item["type"] in (1, 2)]
    if inner:
        return [leaf for item in inner for leaf in _leaves(item, f"{name} {item['name']}")]
    return [{"name": name, "description": node.get("description") or "", "options": node.get("options") or []}]


def modal(modal_id: str, what: Modal) -> Json:
    """A form: its raw components, drawn by the page."""
    return {
        "id": modal_id,
        "title": what.title,
        "components": what.raw["components"],
        "least": {field.custom_id: field.least for field in what.fields},
        "most": {field.custom_id: field.most for field in what.fields},
    }


def result(what: InteractionResult) -> Json:
    """What came of an interaction, but for its form."""
    return {"failed": what.failed, "type": what.type, "message": None if what.message is None else str(what.message.id)}


def request_line(entry: Request) -> Json:
    """One line of the log of REST traffic."""
    return {
        "kind": "rest",
        "n": entry.number,
        "at": entry.at,
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "verdict": entry.verdict,
        "answer": "; ".join(entry.answer_problems),
        "files": list(entry.files),
    }


def frame_line(frame: Frame) -> Json:
    """One line of the log of gateway traffic."""
    return {
        "kind": "gateway",
        "n": frame.number,
        "at": frame.at,
        "sent": frame.sent,
        "op": frame.body.get("op"),
        "name": frame.body.get("t"),
    }
