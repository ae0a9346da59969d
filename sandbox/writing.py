"""What people write: messages, replies, changes to their own, threads; with what Discord's client would let them do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox import options
from sandbox.checks.limits import CONTENT
from sandbox.compose import mentioned
from sandbox.errors import ApiError, SandboxError
from sandbox.model import (
    FLAG_HAS_THREAD,
    MESSAGE_CHAT_INPUT_COMMAND,
    MESSAGE_CONTEXT_MENU_COMMAND,
    MESSAGE_DEFAULT,
    MESSAGE_REPLY,
    Channel,
    Member,
    Message,
)
from sandbox.permissions import Permission, channel_permissions
from sandbox.rest.channels import ARCHIVE_AFTER, sending
from sandbox.rest.messages import refuse_archived
from sandbox.rest.threads import refuse_crowd
from sandbox.state import State
from sandbox.world import File

#: Messages that people or bots wrote; the others are Discord's own notices.
WRITTEN = frozenset({MESSAGE_DEFAULT, MESSAGE_REPLY, MESSAGE_CHAT_INPUT_COMMAND, MESSAGE_CONTEXT_MENU_COMMAND})
THREAD_NAME = 100


class Writer:
    """One person in one server, writing. What the client would not allow raises `SandboxError`."""

    def __init__(self, state: State, member: Member) -> None:
        self._state = state
        self.member = member

    @property
    def id(self) -> int:
        return self.member.id

    @property
    def name(self) -> str:
        return self.member.name

    async def send(
        self,
        channel: Channel,
        text: str = "",
        files: Sequence[File] = (),
        *,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Write a message, or with `reply_to` a reply (`ping`: its author is mentioned)."""
        self._may(channel, sending(channel))
        if files:
            self._may(channel, Permission.ATTACH_FILES)
        self._check_text(text)
        if not text and not files:
            raise SandboxError("there is nothing to send")
        if channel.thread is not None and channel.thread.locked:
            self._may(channel, Permission.MANAGE_THREADS, "this thread is locked")
        if reply_to is not None:
            self._check_reply(channel, reply_to)
        for file in files:
            options.check_upload(self._state, file)
        uploads = [self._state.world.attach(channel, file) for file in files]
        if channel.is_thread:
            self._state.world.join_thread(channel, self.id)
        fields = self._mentions(channel, text)
        if reply_to is not None:
            fields |= {"type": MESSAGE_REPLY, "reference": reply_to}
            if ping and reply_to.author.id not in fields["mention_ids"]:
                fields["mention_ids"].append(reply_to.author.id)
        return self._state.world.post(channel, self.member.user, content=text, attachments=uploads, **fields)

    async def edit(self, message: Message, text: str) -> None:
        """Change the text of an own message."""
        self._look_at(message)
        if message.author.id != self.id or message.type not in WRITTEN:
            raise SandboxError("one can change only what one has written")
        self._refuse_archived(message.channel)
        self._check_text(text)
        if not text and not message.attachments:
            raise SandboxError("nothing would be left of the message: delete it")
        if text == message.content:
            return
        mentions = self._mentions(message.channel, text)
        self._state.world.edit(message, content=text, **mentions)

    async def delete(self, message: Message) -> None:
        """Delete an own message, or as a moderator another's."""
        self._look_at(message)
        if message.author.id != self.id:
            self._may(message.channel, Permission.MANAGE_MESSAGES)
        self._refuse_archived(message.channel)
        self._state.world.delete(message)

    async def start_thread(
        self, channel: Channel, name: str, message: Message | None = None, *, archive_after: int = 4320
    ) -> Channel:
        """Begin a thread, from a message of the channel or free. `archive_after`: minutes of silence."""
        if channel.is_thread:
            raise SandboxError("a thread has no threads of its own")
        self._may(channel, Permission.CREATE_PUBLIC_THREADS)
        name = name.strip()
        if not 1 <= len(name) <= THREAD_NAME:
            raise SandboxError(f"a thread's name has 1 to {THREAD_NAME} characters")
        if archive_after not in ARCHIVE_AFTER:
            raise SandboxError(f"a thread falls asleep after {ARCHIVE_AFTER} minutes")
        if message is not None:
            self._may(channel, Permission.READ_MESSAGE_HISTORY)
            self._look_at(message)
            if message.channel is not channel or message.visible_to is not None or message.type not in WRITTEN:
                raise SandboxError("no thread can begin at this message")
            if message.flags & FLAG_HAS_THREAD or message.id in self._state.world.channels:
                raise SandboxError("this message has a thread already")
        try:
            refuse_crowd(self._state, channel)
        except ApiError as error:
            raise SandboxError(error.message) from error
        return self._state.world.start_thread(channel, self.member, name, message, archive_after)

    # What stands behind

    def _check_reply(self, channel: Channel, message: Message) -> None:
        self._may(channel, Permission.READ_MESSAGE_HISTORY)
        self._look_at(message)
        if message.channel is not channel or message.visible_to is not None or message.type not in WRITTEN:
            raise SandboxError("one cannot reply to this message")

    def _check_text(self, text: str) -> None:
        if len(text) > CONTENT:
            raise SandboxError(f"a message is at most {CONTENT} characters")

    def _mentions(self, channel: Channel, text: str) -> dict[str, Any]:
        """Who is mentioned: everyone only by who may; roles only by who may, as none here is open to all."""
        users, roles, everyone = mentioned(channel.guild, text)
        may_all = bool(channel_permissions(channel, self.member) & Permission.MENTION_EVERYONE)
        return {
            "mention_ids": users,
            "mention_role_ids": roles if may_all else [],
            "mention_everyone": everyone and may_all,
        }

    def _refuse_archived(self, channel: Channel) -> None:
        try:
            refuse_archived(channel)
        except ApiError as error:
            raise SandboxError(error.message) from error

    def _see(self, channel: Channel) -> None:
        self._may(channel, Permission.VIEW_CHANNEL)

    def _may(self, channel: Channel, permission: Permission, instead: str = "") -> None:
        if channel.id not in self._state.world.channels:
            raise SandboxError(f"#{channel.name} is gone")
        allowed = channel_permissions(channel, self.member)
        if not allowed & Permission.VIEW_CHANNEL:
            raise SandboxError(f"{self.name} cannot see #{channel.name}")
        if not allowed & permission:
            raise SandboxError(instead or f"{self.name} has no {permission.name} in #{channel.name}")

    def _look_at(self, message: Message) -> None:
        self._see(message.channel)
        if message.deleted:
            raise SandboxError("the message is gone")
        if message.visible_to not in (None, self.id):
            raise SandboxError(f"{self.name} does not see this message")
