"""The in-memory Discord: one application, its servers, and everything said in them.

Pure: no sockets, no event loop. Every change is told to `listeners` as a gateway event (name and payload as Discord
sends it, unfiltered) and to `watchers`; who may see an event is the gateway's business (`gateway.py`). Nothing here
checks permissions or limits either: that is done where a request or an actor comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import payloads
from sandbox.clock import Clock
from sandbox.files import File, clean_filename, content_type, image_size
from sandbox.model import (
    FLAG_EPHEMERAL,
    FLAG_HAS_THREAD,
    MESSAGE_THREAD_CREATED,
    MESSAGE_THREAD_STARTER,
    PUBLIC_THREAD,
    Attachment,
    Channel,
    Guild,
    Member,
    Message,
    Overwrite,
    Reaction,
    Role,
    ThreadState,
    User,
)
from sandbox.permissions import BOT, EVERYONE, MODERATOR, Permission
from sandbox.snowflake import Snowflakes

HIDDEN_KEPT = 500
"""Ephemeral messages of a channel; a client forgets them too."""
TYPING_KEPT = 100


@dataclass(frozen=True)
class Event:
    """Something the gateway may tell the bot. `channel` and `author_id` say whether and how it may see it."""

    name: str
    payload: dict[str, Any]
    channel: Channel | None = None
    author_id: int | None = None


class World:
    """What exists. `cdn` is where attachments are served, without a trailing slash."""

    def __init__(self, clock: Clock | None = None, *, bot_name: str = "Bot", bot_permissions: int = BOT) -> None:
        self.clock = clock or Clock()
        self.ids = Snowflakes(self.clock)
        self.cdn = "http://127.0.0.1"
        self.bot = User(self.ids.next(), bot_name, bot=True)
        self.bot_permissions = bot_permissions
        self.guilds: dict[int, Guild] = {}
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self.listeners: list[Callable[[Event], None]] = []
        self.watchers: list[Callable[[], None]] = []

    # Telling

    def emit(
        self, name: str, payload: dict[str, Any], channel: Channel | None = None, author_id: int | None = None
    ) -> None:
        """Tell an event to who listens."""
        for listener in list(self.listeners):
            listener(Event(name, payload, channel, author_id))
        self.changed()

    def changed(self) -> None:
        """Tell that something changed which has no event of its own."""
        for watcher in list(self.watchers):
            watcher()

    def now(self) -> str:
        """This moment as Discord writes it."""
        return self.clock.iso()

    # Servers

    def add_guild(self, name: str, owner: str, bot_permissions: int | None = None) -> Guild:
        """A server with its owner and the bot in it."""
        master = User(self.ids.next(), owner)
        self.users[master.id] = master
        guild = Guild(self.ids.next(), name, master.id, self.now())
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE, 0)
        self.guilds[guild.id] = guild
        guild.members[master.id] = Member(master, guild, self.now())
        permissions = self.bot_permissions if bot_permissions is None else bot_permissions
        role = Role(self.ids.next(), self.bot.name, permissions, 1, managed_by=self.bot.id)
        guild.roles[role.id] = role
        guild.members[self.bot.id] = Member(self.bot, guild, self.now(), [role.id])
        self.emit("GUILD_CREATE", payloads.guild_create(guild, self.bot.id, all_members=True))
        return guild

    def add_role(self, guild: Guild, name: str, permissions: int) -> Role:
        """A role above those there."""
        role = Role(self.ids.next(), name, permissions, len(guild.roles))
        guild.roles[role.id] = role
        self.emit("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": payloads.role(role)})
        return role

    def set_role_permissions(self, guild: Guild, role: Role, permissions: int) -> None:
        """Change what a role may do."""
        role.permissions = permissions
        self.emit("GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": payloads.role(role)})

    def add_member(self, guild: Guild, name: str, roles: Iterable[Role] = ()) -> Member:
        """A new person in the server."""
        user = User(self.ids.next(), name)
        self.users[user.id] = user
        member = Member(user, guild, self.now(), [role.id for role in roles])
        guild.members[user.id] = member
        self.emit("GUILD_MEMBER_ADD", payloads.member(member) | {"guild_id": str(guild.id)})
        return member

    def add_channel(self, guild: Guild, name: str) -> Channel:
        """A new text channel."""
        channel = Channel(self.ids.next(), guild, name, position=len(guild.channels))
        self._place(channel)
        self.emit("CHANNEL_CREATE", payloads.channel(channel))
        return channel

    def _place(self, channel: Channel) -> None:
        channel.guild.channels[channel.id] = channel
        self.channels[channel.id] = channel

    def set_overwrite(self, channel: Channel, target: Role | Member, *, allow: int = 0, deny: int = 0) -> None:
        """Change what a role or a member may do in a channel (both 0: as elsewhere)."""
        channel.overwrites = [item for item in channel.overwrites if item.target_id != target.id]
        if allow or deny:
            channel.overwrites.append(Overwrite(target.id, isinstance(target, Member), allow, deny))
        self.emit("CHANNEL_UPDATE", payloads.channel(channel))

    def update_channel(self, channel: Channel, changes: dict[str, Any]) -> None:
        """Set attributes of a channel or thread, and tell."""
        for name, value in changes.items():
            if channel.thread is not None and hasattr(channel.thread, name):
                setattr(channel.thread, name, value)
            else:
                setattr(channel, name, value)
        if channel.thread is not None and "archived" in changes:
            channel.thread.archive_timestamp = self.now()
            channel.thread.active_at = self.clock.time()
        name = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        self.emit(name, payloads.channel(channel), channel)

    def delete_channel(self, channel: Channel) -> None:
        """Remove a channel with its threads, or a thread. Of a channel's threads nothing is told on their own."""
        for place in (*channel.threads, channel):
            place.guild.channels.pop(place.id)
            self.channels.pop(place.id)
            for message in (*place.messages, *place.hidden.values()):
                message.deleted = True
                self._discard(message.attachments)
        if channel.parent is None:
            self.emit("CHANNEL_DELETE", payloads.channel(channel), channel)
            return
        starter = channel.parent.by_id.get(channel.id)
        if starter is not None:
            starter.thread = None
        gone = {
            "id": str(channel.id),
            "guild_id": str(channel.guild.id),
            "parent_id": str(channel.parent.id),
            "type": channel.type,
        }
        self.emit("THREAD_DELETE", gone, channel)

    # Threads

    def start_thread(
        self, parent: Channel, owner: Member, name: str, starter: Message | None, auto_archive_duration: int
    ) -> Channel:
        """A public thread, from a message (its id is the message's) or free."""
        now = self.now()
        members, active_at = {owner.id: now}, self.clock.time()
        state = ThreadState(owner.id, now, now, auto_archive_duration, members=members, active_at=active_at)
        thread_id = self.ids.next() if starter is None else starter.id
        thread = Channel(thread_id, parent.guild, name, PUBLIC_THREAD, parent=parent, thread=state)
        self._place(thread)
        self.emit("THREAD_CREATE", payloads.thread(thread, me=self.bot.id) | {"newly_created": True}, thread)
        if starter is None:
            self.post(parent, owner.user, content=name, type=MESSAGE_THREAD_CREATED)
        else:
            starter.thread = thread
            starter.flags |= FLAG_HAS_THREAD
            self._tell_update(starter)
            self.post(thread, starter.author, type=MESSAGE_THREAD_STARTER, reference=starter)
        self._tell_members(thread, added=[owner.id])
        return thread

    def join_thread(self, thread: Channel, user_id: int) -> None:
        """Add someone to a thread; a member already is no change."""
        if thread.thread is not None and user_id not in thread.thread.members:
            thread.thread.members[user_id] = self.now()
            self._tell_members(thread, added=[user_id])

    def leave_thread(self, thread: Channel, user_id: int) -> None:
        """Take someone out of a thread; who is not in it is no change."""
        if thread.thread is not None and thread.thread.members.pop(user_id, None) is not None:
            self._tell_members(thread, removed=[user_id])

    def _tell_members(self, thread: Channel, *, added: Sequence[int] = (), removed: Sequence[int] = ()) -> None:
        if thread.thread is None:
            raise ValueError(f"channel {thread.id} is no thread")
        body: dict[str, Any] = {
            "id": str(thread.id),
            "guild_id": str(thread.guild.id),
            "member_count": min(len(thread.thread.members), 50),
        }
        if added:
            body["added_members"] = [
                payloads.thread_member(thread, user_id)
                | {"member": payloads.member(thread.guild.members[user_id]), "presence": None}
                for user_id in added
            ]
        if removed:
            body["removed_member_ids"] = [str(user_id) for user_id in removed]
        self.emit("THREAD_MEMBERS_UPDATE", body, thread)

    # Messages

    def post(self, channel: Channel, author: User, **fields: Any) -> Message:
        """A new message; `fields` are those of `Message`. Ephemeral ones are told to nobody but watchers."""
        message = Message(self.ids.next(), channel, author, self.now(), **fields)
        if message.flags & FLAG_EPHEMERAL:
            channel.hidden[message.id] = message
            if len(channel.hidden) > HIDDEN_KEPT:
                channel.hidden.pop(next(iter(channel.hidden)))
            self.changed()
            return message
        thread = channel.thread
        if thread is not None:
            thread.total_sent += 1
            thread.active_at = self.clock.time()
            if thread.archived:
                self.update_channel(channel, {"archived": False})
        channel.by_id[message.id] = message
        self.emit("MESSAGE_CREATE", payloads.message_event(message, self.bot.id), channel, author.id)
        return message

    def edit(self, message: Message, **fields: Any) -> None:
        """Set fields of a message, and tell. Without `edited` among them the message counts as edited now."""
        if "attachments" in fields:
            kept = {item.id for item in fields["attachments"]}
            self._discard(item for item in message.attachments if item.id not in kept)
        fields.setdefault("edited", self.now())
        for name, value in fields.items():
            setattr(message, name, value)
        message.edits += 1
        self._tell_update(message)

    def _tell_update(self, message: Message) -> None:
        if message.flags & FLAG_EPHEMERAL:
            self.changed()
            return
        self.emit("MESSAGE_UPDATE", payloads.message_event(message, self.bot.id), message.channel, message.author.id)

    def delete(self, message: Message) -> None:
        """Remove a message and its uploads."""
        message.deleted = True
        self._discard(message.attachments)
        channel = message.channel
        if channel.hidden.pop(message.id, None) is not None:
            self.changed()
            return
        channel.by_id.pop(message.id, None)
        gone = {"id": str(message.id), "channel_id": str(channel.id), "guild_id": str(channel.guild.id)}
        self.emit("MESSAGE_DELETE", gone, channel)

    def _discard(self, attachments: Iterable[Attachment]) -> None:
        for attachment in attachments:
            self.attachments.pop(attachment.id, None)

    def attach(self, channel: Channel, file: File, *, ephemeral: bool = False) -> Attachment:
        """Store an upload where the CDN serves it; its name is cleaned as Discord does."""
        attachment_id = self.ids.next()
        filename = clean_filename(file.filename)
        folder = "ephemeral-attachments" if ephemeral else "attachments"
        stamp = int(self.clock.time())
        url = (
            f"{self.cdn}/{folder}/{channel.id}/{attachment_id}/{filename}"
            f"?ex={stamp + 86400:x}&is={stamp:x}&hm={attachment_id:064x}&"
        )
        width, height = image_size(file.data)
        attachment = Attachment(
            id=attachment_id,
            filename=filename,
            data=file.data,
            url=url,
            content_type=content_type(filename),
            description=file.description,
            title=file.filename.rsplit(".", 1)[0] if filename != file.filename else None,
            width=width,
            height=height,
            ephemeral=ephemeral,
        )
        self.attachments[attachment_id] = attachment
        return attachment

    # Reactions

    def react(self, message: Message, user_id: int, emoji: str) -> None:
        """Add one person's reaction; one that is there already is no change."""
        reaction = message.reaction(emoji)
        if reaction is None:
            reaction = Reaction(emoji)
            message.reactions.append(reaction)
        if user_id in reaction.user_ids:
            return
        reaction.user_ids.append(user_id)
        body = self._reaction(message, user_id, emoji)
        body["message_author_id"] = str(message.author.id)
        body["member"] = payloads.member(message.channel.guild.members[user_id])
        self.emit("MESSAGE_REACTION_ADD", body, message.channel, user_id)

    def unreact(self, message: Message, user_id: int, emoji: str) -> None:
        """Take one person's reaction away; one that is not there is no change."""
        reaction = message.reaction(emoji)
        if reaction is None or user_id not in reaction.user_ids:
            return
        reaction.user_ids.remove(user_id)
        if not reaction.user_ids:
            message.reactions.remove(reaction)
        self.emit("MESSAGE_REACTION_REMOVE", self._reaction(message, user_id, emoji), message.channel, user_id)

    def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """Take all reactions away, or all with one emoji."""
        body: dict[str, Any] = {
            "channel_id": str(message.channel.id),
            "message_id": str(message.id),
            "guild_id": str(message.channel.guild.id),
        }
        message.reactions = [item for item in message.reactions if emoji is not None and item.emoji != emoji]
        if emoji is None:
            self.emit("MESSAGE_REACTION_REMOVE_ALL", body, message.channel)
        else:
            self.emit("MESSAGE_REACTION_REMOVE_EMOJI", body | {"emoji": payloads.emoji(emoji)}, message.channel)

    def _reaction(self, message: Message, user_id: int, emoji: str) -> dict[str, Any]:
        return {
            "user_id": str(user_id),
            "channel_id": str(message.channel.id),
            "message_id": str(message.id),
            "guild_id": str(message.channel.guild.id),
            "emoji": payloads.emoji(emoji),
            "burst": False,
            "type": 0,
        }

    def type_in(self, channel: Channel, member: Member) -> None:
        """Show "… is typing"."""
        channel.typing.append((member.id, self.clock.time()))
        del channel.typing[:-TYPING_KEPT]
        body = {
            "channel_id": str(channel.id),
            "guild_id": str(channel.guild.id),
            "user_id": str(member.id),
            "timestamp": int(self.clock.time()),
            "member": payloads.member(member),
        }
        self.emit("TYPING_START", body, channel, member.id)


def default_world(world: World) -> Guild:
    """Fill the world with the server "Campfire": #stories, #general; Ada, Bo, Cy; Mo, a moderator; Olu owns it."""
    guild = world.add_guild("Campfire", owner="Olu")
    moderators = world.add_role(guild, "Moderator", int(MODERATOR))
    for name in ("stories", "general"):
        world.add_channel(guild, name)
    for name in ("Ada", "Bo", "Cy"):
        world.add_member(guild, name)
    world.add_member(guild, "Mo", [moderators])
    return guild


__all__ = ["Event", "File", "Permission", "World", "clean_filename", "default_world"]
