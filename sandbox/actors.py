"""Members that act, with what Discord's client would let them do and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import forms, look, options, payloads
from sandbox.checks.forms import CHAT_INPUT, MESSAGE_MENU
from sandbox.commands import subcommand
from sandbox.errors import ApiError, SandboxError
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction
from sandbox.model import Channel, Guild, Member, Message, Role, ThreadState
from sandbox.options import Value
from sandbox.permissions import Permission
from sandbox.rest.channels import sending
from sandbox.rest.reactions import check_reaction
from sandbox.results import InteractionResult, Modal
from sandbox.state import State
from sandbox.world import File
from sandbox.writing import Writer

__all__ = ["Actor", "File", "GuildView", "InteractionResult", "Modal"]

_FILLED_IN_S = 0.02


class GuildView:
    """A server, its things by name."""

    def __init__(self, state: State, guild: Guild) -> None:
        self._state = state
        self.guild = guild

    @property
    def id(self) -> int:
        return self.guild.id

    @property
    def name(self) -> str:
        return self.guild.name

    @property
    def channels(self) -> list[Channel]:
        """Its text channels."""
        return list(self.guild.text_channels())

    @property
    def members(self) -> list[Actor]:
        """Its people."""
        return [Actor(self._state, member) for member in self.guild.members.values() if not member.user.bot]

    @property
    def bot(self) -> Member:
        """The bot as a member."""
        return self.guild.members[self._state.world.bot.id]

    def channel(self, name: str) -> Channel:
        """A channel or thread by name; raises `SandboxError`."""
        for channel in self.guild.channels.values():
            if channel.name == name:
                return channel
        raise SandboxError(f"{self.name} has no channel {name!r}")

    def member(self, name: str) -> Actor:
        """A person by name; raises `SandboxError`."""
        for member in self.guild.members.values():
            if member.name == name and not member.user.bot:
                return Actor(self._state, member)
        raise SandboxError(f"{self.name} has no member {name!r}")

    def role(self, name: str) -> Role:
        """A role by name; raises `SandboxError`."""
        for role in self.guild.roles.values():
            if role.name == name:
                return role
        raise SandboxError(f"{self.name} has no role {name!r}")


class Actor(Writer):
    """One person in one server. What the client would not allow raises `SandboxError`."""

    def __repr__(self) -> str:
        return f"<Actor {self.name}>"

    def messages(self, channel: Channel) -> list[Message]:
        """What this person sees in the channel, ephemeral messages for them too, oldest first."""
        self._see(channel)
        return channel.seen_by(self.id)

    # Reacting

    async def react(self, message: Message, emoji: str) -> None:
        """Give a reaction."""
        self._look_at(message)
        try:
            check_reaction(message.channel, message, self.member, emoji)
        except ApiError as error:
            raise SandboxError(f"{self.name} cannot react with {emoji}: {error.message}") from error
        self._state.world.react(message, self.id, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take an own reaction away."""
        self._look_at(message)
        reaction = message.reaction(emoji)
        if reaction is None or self.id not in reaction.user_ids:
            raise SandboxError(f"{self.name} has not reacted with {emoji}")
        self._state.world.unreact(message, self.id, emoji)

    # Moderating

    async def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Close a thread (an own one, or as a moderator), and lock it if wanted."""
        state = _thread(thread)
        if locked or state.owner_id != self.id:
            self._may(thread, Permission.MANAGE_THREADS)
        self._state.world.update_channel(thread, {"archived": True} | ({"locked": True} if locked else {}))

    async def unarchive(self, thread: Channel) -> None:
        """Open a thread again; a locked one only as a moderator."""
        self._may(thread, Permission.MANAGE_THREADS if _thread(thread).locked else sending(thread))
        self._state.world.update_channel(thread, {"archived": False})

    async def lock(self, thread: Channel, locked: bool = True) -> None:
        """Lock an open thread as a moderator, or unlock it: in a locked one only moderators write."""
        _thread(thread)
        self._may(thread, Permission.MANAGE_THREADS)
        self._state.world.update_channel(thread, {"locked": locked})

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a thread (as a moderator) or a channel (as who may manage channels: the owner, Olu)."""
        self._may(channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
        self._state.world.delete_channel(channel)

    async def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """Take all reactions away as a moderator, or all with one emoji."""
        self._look_at(message)
        self._may(message.channel, Permission.MANAGE_MESSAGES)
        self._state.world.clear_reactions(message, emoji)

    # Commands

    async def slash(self, channel: Channel, command: str, /, **values: Value) -> InteractionResult:
        """Run a slash command ("story new"), and wait for its acknowledgement (at most 3 s)."""
        found, words, node = self._command(channel, command)
        resolved: dict[str, dict[str, Any]] = {}
        given = options.fill(self._state, channel, node, values, resolved)
        data = _nested(found, words, given) | ({"resolved": resolved} if resolved else {})
        return await self._act(COMMAND, channel, data)

    async def autocomplete(
        self, channel: Channel, command: str, /, *, option: str, value: str = "", **others: Value
    ) -> list[dict[str, Any]]:
        """What is offered for an option while `value` is typed into it: name and value of each choice."""
        found, words, node = self._command(channel, command)
        described = next((item for item in node.get("options") or [] if item["name"] == option), None)
        if described is None or not described.get("autocomplete"):
            raise SandboxError(f"/{command} has no autocompleted option {option!r}")
        given = options.fill(self._state, channel, node, others, {}, partial=True)
        given.append({"name": option, "type": described["type"], "value": value, "focused": True})
        result = await self._act(AUTOCOMPLETE, channel, _nested(found, words, given))
        if result.failed:
            raise SandboxError(result.failed)
        return list(result.interaction.choices or [])

    async def message_menu(self, name: str, message: Message) -> InteractionResult:
        """Run a command from a message's "Apps" menu."""
        self._look_at(message)
        if message.visible_to is not None:
            raise SandboxError("ephemeral messages have no Apps menu")
        self._may(message.channel, Permission.USE_APPLICATION_COMMANDS)
        found = self._state.commands.find(self.member, MESSAGE_MENU, name)
        # The chosen message comes in full, whatever the bot's intents.
        target = payloads.message(message, self._state.world.bot.id)
        data = {
            "id": found["id"],
            "name": found["name"],
            "type": MESSAGE_MENU,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): target}},
        }
        return await self._act(COMMAND, message.channel, data)

    def options_of(self, command: str) -> dict[str, int]:
        """The options of a slash command that this person is offered: type by name."""
        name, *words = command.removeprefix("/").split() or [""]
        node = subcommand(self._state.commands.find(self.member, CHAT_INPUT, name), words)
        return {item["name"]: item["type"] for item in node.get("options") or []}

    def _command(self, channel: Channel, command: str) -> tuple[Mapping[str, Any], list[str], Mapping[str, Any]]:
        self._may(channel, Permission.USE_APPLICATION_COMMANDS)
        name, *words = command.removeprefix("/").split() or [""]
        found = self._state.commands.find(self.member, CHAT_INPUT, name)
        return found, words, subcommand(found, words)

    # Buttons, menus, forms

    async def click(
        self, message: Message, *, custom_id: str | None = None, label: str | None = None
    ) -> InteractionResult:
        """Press a button, named by its custom id or by what stands on it (label or emoji)."""
        self._look_at(message)
        found = [
            button
            for button in message.buttons
            if (custom_id is not None and button.custom_id == custom_id)
            or (label is not None and label in (button.label, button.emoji))
        ]
        if not found:
            shown = ", ".join(repr(button.label or button.emoji) for button in message.buttons) or "none"
            raise SandboxError(f"the message has no button {custom_id or label!r} (there are: {shown})")
        button = found[0]
        if button.disabled:
            raise SandboxError(f"the button {button.label or button.custom_id!r} is disabled")
        if button.custom_id is None:
            raise SandboxError(f"the button {button.label!r} is a link")
        data = {"component_type": look.BUTTON, "custom_id": button.custom_id}
        return await self._act(COMPONENT, message.channel, data, message=message)

    async def select(
        self,
        message: Message,
        *,
        values: Sequence[Value],
        custom_id: str | None = None,
        placeholder: str | None = None,
    ) -> InteractionResult:
        """Choose in a menu, named by its custom id or placeholder. `values`: options by value or label; things."""
        self._look_at(message)
        found = [
            menu
            for menu in message.selects
            if (custom_id is not None and menu.custom_id == custom_id)
            or (placeholder is not None and menu.placeholder == placeholder)
        ]
        if not found:
            shown = ", ".join(repr(menu.placeholder or menu.custom_id) for menu in message.selects) or "none"
            raise SandboxError(f"the message has no menu {custom_id or placeholder!r} (there are: {shown})")
        menu = found[0]
        if menu.disabled:
            raise SandboxError(f"the menu {menu.placeholder or menu.custom_id!r} is disabled")
        resolved: dict[str, dict[str, Any]] = {}
        data: dict[str, Any] = {
            "component_type": menu.type,
            "custom_id": menu.custom_id,
            "values": options.choose(self._state, message.channel, menu, values, resolved),
        }
        if menu.type != look.STRING_SELECT:
            data["resolved"] = resolved
        return await self._act(COMPONENT, message.channel, data, message=message)

    async def submit(self, modal: Modal, values: Mapping[str, Any] | None = None) -> InteractionResult:
        """Send a form. `values`: by custom id or label, a text, a list of options, or a list of `File`s;
        what is not named stays as it stood."""
        opener: Interaction = modal.interaction
        if opener.member.id != self.id:
            raise SandboxError(f"the form was opened for {opener.member.name}, not for {self.name}")
        if opener.modal_closed:
            raise SandboxError("the form is closed: it has been sent")
        data = forms.fill(self._state, opener.channel, modal, values or {})
        # Nobody fills a form in before its bot has heard that it is open: discord.py knows it from that answer on.
        await asyncio.sleep(_FILLED_IN_S)
        result = await self._act(MODAL_SUBMIT, opener.channel, data, message=opener.message, origin=opener)
        # The client closes the form only once the bot has taken it.
        opener.modal_closed = result.failed is None
        return result

    # What stands behind

    async def _act(
        self,
        kind: int,
        channel: Channel,
        data: Mapping[str, Any],
        *,
        message: Message | None = None,
        origin: Interaction | None = None,
    ) -> InteractionResult:
        interaction = self._state.desk.open(kind, self.member, channel, data, message=message, origin=origin)
        result = InteractionResult(self._state, interaction)
        await result.settle()
        return result


def _thread(channel: Channel) -> ThreadState:
    if channel.thread is None:
        raise SandboxError(f"#{channel.name} is no thread")
    return channel.thread


def _nested(found: Mapping[str, Any], words: Sequence[str], given: list[dict[str, Any]]) -> dict[str, Any]:
    """A command's data, its options inside its subcommands."""
    node = given
    for depth, word in reversed(list(enumerate(words))):
        kind = 1 if depth == len(words) - 1 else 2
        node = [{"name": word, "type": kind, "options": node}]
    data: dict[str, Any] = {"id": found["id"], "name": found["name"], "type": CHAT_INPUT, "options": node}
    if "guild_id" in found:
        data["guild_id"] = found["guild_id"]
    return data
