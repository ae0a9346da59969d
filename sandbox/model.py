"""The things of the sandbox's world: users, servers, channels, threads, messages. Data only; `world.py` changes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox import look
from sandbox.look import Button, GalleryItem, Select

TEXT = 0
PUBLIC_THREAD = 11

FLAG_SUPPRESS_EMBEDS = 1 << 2
FLAG_HAS_THREAD = 1 << 5
FLAG_EPHEMERAL = 1 << 6
FLAG_LOADING = 1 << 7
FLAG_SUPPRESS_NOTIFICATIONS = 1 << 12
FLAG_COMPONENTS_V2 = 1 << 15

MESSAGE_DEFAULT = 0
MESSAGE_THREAD_CREATED = 18
MESSAGE_REPLY = 19
MESSAGE_CHAT_INPUT_COMMAND = 20
MESSAGE_THREAD_STARTER = 21
MESSAGE_CONTEXT_MENU_COMMAND = 23


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int
    position: int
    managed_by: int | None = None


@dataclass(eq=False)
class Overwrite:
    """What a channel changes for one role or member."""

    target_id: int
    for_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(eq=False, repr=False)
class Member:
    user: User
    guild: Guild
    joined_at: str
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None

    def __repr__(self) -> str:
        return f"<Member {self.name}>"

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.nick or self.user.name


@dataclass(eq=False)
class Attachment:
    id: int
    filename: str
    data: bytes
    url: str
    content_type: str | None = None
    description: str | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(eq=False)
class Reaction:
    emoji: str
    user_ids: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.user_ids)


@dataclass(eq=False)
class ThreadState:
    """What only threads have. `active_at`: when it was last written in or opened, by the sandbox's clock."""

    owner_id: int
    create_timestamp: str
    archive_timestamp: str
    auto_archive_duration: int = 4320
    archived: bool = False
    locked: bool = False
    members: dict[int, str] = field(default_factory=dict)
    total_sent: int = 0
    active_at: float = 0.0


@dataclass(eq=False, repr=False)
class Channel:
    """A text channel, or a thread in one (then `thread` and `parent` are set)."""

    id: int
    guild: Guild
    name: str
    type: int = TEXT
    position: int = 0
    topic: str | None = None
    parent: Channel | None = None
    thread: ThreadState | None = None
    overwrites: list[Overwrite] = field(default_factory=list)
    by_id: dict[int, Message] = field(default_factory=dict)
    hidden: dict[int, Message] = field(default_factory=dict)
    typing: list[tuple[int, float]] = field(default_factory=list)
    rate_limit_per_user: int = 0
    nsfw: bool = False
    old_edits: deque[float] = field(default_factory=deque)

    def __repr__(self) -> str:
        return f"<Channel #{self.name}>"

    @property
    def is_thread(self) -> bool:
        return self.thread is not None

    @property
    def messages(self) -> list[Message]:
        """What everyone in the channel sees, oldest first (ephemeral messages are in `seen_by`)."""
        return list(self.by_id.values())

    @property
    def threads(self) -> list[Channel]:
        """The threads of this channel, oldest first."""
        return [channel for channel in self.guild.channels.values() if channel.parent is self]

    def seen_by(self, member_id: int) -> list[Message]:
        """`messages` and the ephemeral ones for this member, oldest first."""
        own = [message for message in self.hidden.values() if message.visible_to == member_id]
        return sorted([*self.by_id.values(), *own], key=lambda message: message.id)

    def get(self, message_id: int) -> Message | None:
        """A message by id, ephemeral ones too."""
        return self.by_id.get(message_id) or self.hidden.get(message_id)


@dataclass(eq=False, repr=False)
class Message:
    """A message. `components` are as Discord would return them; the properties below say what a person sees."""

    id: int
    channel: Channel
    author: User
    timestamp: str
    content: str = ""
    type: int = MESSAGE_DEFAULT
    flags: int = 0
    tts: bool = False
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    edited: str | None = None
    nonce: str | int | None = None
    mention_ids: list[int] = field(default_factory=list)
    mention_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reference: Message | None = None
    thread: Channel | None = None
    interaction: dict[str, Any] | None = None
    visible_to: int | None = None
    deleted: bool = False
    edits: int = 0

    def __repr__(self) -> str:
        return f"<Message {self.id} by {self.author.name}: {self.text[:60]!r}>"

    @property
    def is_v2(self) -> bool:
        """Whether it is made of Components V2."""
        return bool(self.flags & FLAG_COMPONENTS_V2)

    @property
    def is_loading(self) -> bool:
        """Whether the client shows "… is thinking" in its place."""
        return bool(self.flags & FLAG_LOADING)

    @property
    def text(self) -> str:
        """All visible text: content, embeds' texts, text displays, in order of appearance, a line each."""
        return look.text(self.content, self.embeds, self.components)

    @property
    def buttons(self) -> list[Button]:
        return look.buttons(self.components)

    @property
    def selects(self) -> list[Select]:
        return look.selects(self.components)

    @property
    def gallery(self) -> list[GalleryItem]:
        """The pictures and films shown by media galleries, with the uploaded attachment where there is one."""
        by_id = {attachment.id: attachment for attachment in self.attachments}
        return look.gallery(self.components, by_id)

    @property
    def files(self) -> list[Attachment]:
        """The uploads that File components or the plain attachment list show."""
        used = look.attachment_ids(self.components, kinds={look.MEDIA_GALLERY, look.THUMBNAIL})
        return [attachment for attachment in self.attachments if attachment.id not in used]

    def reaction(self, emoji: str) -> Reaction | None:
        """The reaction with this emoji, if anyone gave it."""
        return next((reaction for reaction in self.reactions if reaction.emoji == emoji), None)


@dataclass(eq=False, repr=False)
class Guild:
    id: int
    name: str
    owner_id: int
    joined_at: str
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Guild {self.name}>"

    def text_channels(self) -> Iterator[Channel]:
        """The channels that are no threads."""
        return (channel for channel in self.channels.values() if not channel.is_thread)
