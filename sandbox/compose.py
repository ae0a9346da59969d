"""From the body of a request (and its files) to the fields of a message: checks, uploads, references, mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox import look, payloads
from sandbox.checks.limits import ATTACHMENTS, check_message
from sandbox.errors import ApiError, FormErrors
from sandbox.look import Path
from sandbox.model import (
    FLAG_COMPONENTS_V2,
    FLAG_EPHEMERAL,
    FLAG_SUPPRESS_EMBEDS,
    FLAG_SUPPRESS_NOTIFICATIONS,
    Attachment,
    Channel,
    Guild,
    Message,
)
from sandbox.snowflake import parse
from sandbox.world import File, World, clean_filename

SENDABLE = FLAG_COMPONENTS_V2 | FLAG_EPHEMERAL | FLAG_SUPPRESS_EMBEDS | FLAG_SUPPRESS_NOTIFICATIONS
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass
class Draft:
    """What a message will be made of."""

    content: str = ""
    flags: int = 0
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mention_ids: list[int] = field(default_factory=list)
    mention_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False

    def fields(self) -> dict[str, Any]:
        """As keyword arguments for `World.post` and `World.edit`."""
        return dict(vars(self))


class Composer:
    """Composes messages for one channel. `upload_limit`: most bytes of one file."""

    def __init__(self, world: World, channel: Channel, upload_limit: int) -> None:
        self._world = world
        self._channel = channel
        self._limit = upload_limit

    def new(
        self, body: Mapping[str, Any], files: Mapping[int, File], *, base: Path = (), ephemeral: bool = False
    ) -> Draft:
        """The message that this body asks for; raises `ApiError` when Discord would refuse it."""
        flags = (body.get("flags") or 0) & SENDABLE
        draft = Draft(flags=flags | (FLAG_EPHEMERAL if ephemeral else 0))
        self._fill(draft, body, files, [], base)
        return draft

    def change(self, message: Message, body: Mapping[str, Any], files: Mapping[int, File], *, base: Path = ()) -> Draft:
        """The message as this body changes it: what the body leaves out stays."""
        wanted = body.get("flags")
        flags = message.flags
        if wanted is not None:
            changeable = FLAG_SUPPRESS_EMBEDS
            flags = flags & ~changeable | wanted & changeable | wanted & FLAG_COMPONENTS_V2
        draft = Draft(
            content=message.content,
            flags=flags,
            embeds=message.embeds,
            components=message.components,
            mention_ids=message.mention_ids,
            mention_role_ids=message.mention_role_ids,
            mention_everyone=message.mention_everyone,
        )
        if flags & FLAG_COMPONENTS_V2 and not message.is_v2:
            draft.content = "" if body.get("content", message.content) is None else draft.content
            self._refuse_leftovers(message, body, base)
        self._fill(draft, body, files, message.attachments, base)
        return draft

    def _refuse_leftovers(self, message: Message, body: Mapping[str, Any], base: Path) -> None:
        """A message becomes one of Components V2 only when its content and embeds go."""
        errors = FormErrors()
        for name, left in (("content", message.content), ("embeds", message.embeds)):
            if left and name not in body:
                errors.add(
                    (*base, "flags"),
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
        errors.raise_if_any()

    def _fill(
        self, draft: Draft, body: Mapping[str, Any], files: Mapping[int, File], old: list[Attachment], base: Path
    ) -> None:
        v2 = bool(draft.flags & FLAG_COMPONENTS_V2)
        for file in files.values():
            if len(file.data) > self._limit:
                raise ApiError(413, 40005, "Request entity too large")
        errors = check_message(body, v2=v2, base=base)
        errors.raise_if_any()
        kept, fresh = self._attachments(body, files, old, errors, base)
        if len(kept) + len(fresh) > ATTACHMENTS:
            errors.add((*base, "attachments"), "BASE_TYPE_BAD_LENGTH", f"Must be {ATTACHMENTS} or fewer in length.")
        errors.raise_if_any()
        if "content" in body:
            draft.content = body["content"] or ""
        if "embeds" in body:
            draft.embeds = list(body["embeds"] or [])
        by_name = {item.filename: item for item in kept}
        uploads = [
            self._world.attach(self._channel, file, ephemeral=bool(draft.flags & FLAG_EPHEMERAL)) for file in fresh
        ]
        by_name |= {file.filename: item for file, item in zip(fresh, uploads, strict=True)}
        by_name |= {item.filename: item for item in uploads}
        draft.attachments = [*kept, *uploads]
        if body.get("components") is not None:
            resolver = _Resolver(by_name, {item.url.split("?")[0]: item for item in draft.attachments}, errors)
            draft.components = resolver.components(body["components"], (*base, "components"))
            errors.raise_if_any()
        draft.embeds = [_resolve_embed(embed, by_name) for embed in draft.embeds]
        self._refuse_empty(draft, v2=v2)
        self._mentions(draft, body)

    def _refuse_empty(self, draft: Draft, *, v2: bool) -> None:
        if v2 and not draft.components:
            raise ApiError(400, 50006, "Cannot send an empty message")
        if not v2 and not (draft.content.strip() or draft.embeds or draft.attachments):
            raise ApiError(400, 50006, "Cannot send an empty message")

    def _attachments(
        self,
        body: Mapping[str, Any],
        files: Mapping[int, File],
        old: list[Attachment],
        errors: FormErrors,
        base: Path,
    ) -> tuple[list[Attachment], list[File]]:
        """Which old uploads stay, and the new ones with their alt texts."""
        listed: Sequence[Mapping[str, Any]] | None = body.get("attachments")
        if listed is None:
            return old, list(files.values())
        by_id = {item.id: item for item in old}
        kept: list[Attachment] = []
        fresh = dict(files)
        for index, entry in enumerate(listed):
            wanted = parse(entry.get("id"))
            if wanted is not None and wanted in by_id:
                kept.append(by_id[wanted])
            elif wanted is not None and wanted in files:
                file = files[wanted]
                fresh[wanted] = File(entry.get("filename") or file.filename, file.data, entry.get("description"))
            else:
                errors.add((*base, "attachments", index, "id"), "ATTACHMENT_NOT_FOUND", "Uploaded attachment not found")
        return kept, list(fresh.values())

    def _mentions(self, draft: Draft, body: Mapping[str, Any]) -> None:
        """Who is really mentioned: what the text says, as far as `allowed_mentions` lets it."""
        shown = look.text(draft.content, [], draft.components)
        allowed = body.get("allowed_mentions")
        parse_all = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
        named = {parse(item) for item in (allowed or {}).get("users") or []}
        named_roles = {parse(item) for item in (allowed or {}).get("roles") or []}
        users, roles, everyone = mentioned(self._channel.guild, shown)
        draft.mention_ids = [user_id for user_id in users if "users" in parse_all or user_id in named]
        draft.mention_role_ids = [role_id for role_id in roles if "roles" in parse_all or role_id in named_roles]
        draft.mention_everyone = "everyone" in parse_all and everyone


def mentioned(guild: Guild, text: str) -> tuple[list[int], list[int], bool]:
    """The members and roles that a text names, in order, each once; and whether it names everyone."""
    users = dict.fromkeys(int(found) for found in _USER.findall(text))
    roles = dict.fromkeys(int(found) for found in _ROLE.findall(text))
    return (
        [user_id for user_id in users if user_id in guild.members],
        [role_id for role_id in roles if role_id in guild.roles],
        bool(_EVERYONE.search(text)),
    )


def _resolve_embed(embed: Mapping[str, Any], by_name: Mapping[str, Attachment]) -> dict[str, Any]:
    resolved = {"type": "rich"} | dict(embed)
    for key in ("image", "thumbnail"):
        url = (resolved.get(key) or {}).get("url", "")
        name = url.removeprefix("attachment://")
        if name != url and name in by_name:
            resolved[key] = {"url": by_name[name].url, "proxy_url": by_name[name].url}
    return resolved


class _Resolver:
    """Turns requested components into stored ones: ids given, `attachment://` names replaced by uploads."""

    def __init__(self, by_name: Mapping[str, Attachment], by_url: Mapping[str, Attachment], errors: FormErrors) -> None:
        self._by_name = by_name
        self._by_url = by_url
        self._errors = errors
        self._taken: set[int] = set()
        self._next = 0

    def components(self, components: Sequence[Mapping[str, Any]], base: Path) -> list[dict[str, Any]]:
        self._taken = {item["id"] for _, item in look.walk(components) if item.get("id")}
        return [self._component(item, (*base, index)) for index, item in enumerate(components)]

    def _component(self, component: Mapping[str, Any], path: Path) -> dict[str, Any]:
        stored = {key: value for key, value in component.items() if value is not None}
        stored["id"] = component.get("id") or self._give()
        stored = _plain_emoji(stored)
        if "options" in stored:
            stored["options"] = [_plain_emoji(option) for option in stored["options"]]
        if "components" in stored:
            here = (*path, "components")
            stored["components"] = [
                self._component(child, (*here, index)) for index, child in enumerate(stored["components"])
            ]
        if "accessory" in stored:
            stored["accessory"] = self._component(stored["accessory"], (*path, "accessory"))
        match stored["type"]:
            case look.THUMBNAIL:
                stored["media"] = self._media(stored["media"], (*path, "media"))
            case look.MEDIA_GALLERY:
                stored["items"] = [
                    {"description": None, "spoiler": False}
                    | item
                    | {"media": self._media(item["media"], (*path, "items", index, "media"))}
                    for index, item in enumerate(stored["items"])
                ]
            case look.FILE:
                self._file(stored, path)
        return _with_defaults(stored)

    def _file(self, stored: dict[str, Any], path: Path) -> None:
        stored["file"] = self._media(stored["file"], (*path, "file"))
        upload = next(
            (item for item in self._by_name.values() if str(item.id) == stored["file"].get("attachment_id")), None
        )
        stored["name"] = upload.filename if upload else None
        stored["size"] = upload.size if upload else None

    def _give(self) -> int:
        self._next += 1
        while self._next in self._taken:
            self._next += 1
        return self._next

    def _media(self, item: Mapping[str, Any], path: Path) -> dict[str, Any]:
        url: str = item["url"]
        if url.startswith("attachment://"):
            name = url.removeprefix("attachment://")
            upload = self._by_name.get(name) or self._by_name.get(clean_filename(name))
            if upload is None:
                self._errors.add(
                    (*path, "url"),
                    "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                    f"The referenced attachment '{name}' was not found",
                )
                return dict(item)
            return payloads.media_item(upload)
        known = self._by_url.get(url.split("?")[0])
        if known is not None:
            return payloads.media_item(known)
        return {
            "id": "0",
            "url": url,
            "proxy_url": url,
            "width": None,
            "height": None,
            "content_type": None,
            "flags": 0,
        }


def _plain_emoji(item: Mapping[str, Any]) -> dict[str, Any]:
    """Of an emoji that is no server's own, Discord answers the name alone."""
    emoji = item.get("emoji")
    if not emoji:
        return dict(item)
    return {**item, "emoji": {key: value for key, value in emoji.items() if value is not None}}


def _with_defaults(stored: dict[str, Any]) -> dict[str, Any]:
    """What Discord fills in when it answers."""
    match stored["type"]:
        case look.STRING_SELECT | look.USER_SELECT | look.ROLE_SELECT | look.MENTIONABLE_SELECT | look.CHANNEL_SELECT:
            return {"min_values": 1, "max_values": 1, "disabled": False} | stored
        case look.SEPARATOR:
            return {"spacing": 1, "divider": True} | stored
        case look.CONTAINER:
            return {"accent_color": None, "spoiler": False} | stored
        case look.THUMBNAIL:
            return {"description": None, "spoiler": False} | stored
        case look.FILE:
            return {"spoiler": False} | stored
        case _:
            return stored
