"""One open tab: it is told what its person sees, and acts as that person.

What is told is worked out anew after every change and sent only where it differs from what was sent before: so the
tab cannot drift from the world, whatever happened in between.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.actors import Actor
from sandbox.errors import SandboxError
from sandbox.model import Channel
from sandbox.permissions import Permission, may
from sandbox.results import Modal
from sandbox.web import acts, shown

if TYPE_CHECKING:
    from sandbox.web.page import Page

_log = logging.getLogger(__name__)

TOGETHER = 0.03
"""Seconds in which changes are gathered into one message."""
LOOK_AGAIN = 1.0
"""Seconds after which it is looked again: typing ends, and frames of the gateway are no change of the world."""
FIRST_LINES = 200
PAGE_SIZE = 60
MOST_MESSAGES = 1_000
MODALS_KEPT = 50


class Visit:
    """The server's side of one tab."""

    def __init__(self, page: Page, socket: web.WebSocketResponse) -> None:
        self.page = page
        self.sandbox = page.sandbox
        self.actor: Actor | None = None
        self.channel: Channel | None = None
        self.modals: dict[str, Modal] = {}
        self.logging = False
        self._socket = socket
        self._changed = asyncio.Event()
        self._told: dict[str, str] = {}
        self._messages: dict[str, str] = {}
        self._shown_in: tuple[str, int] | None = None
        self._limit = PAGE_SIZE
        self._log_at = {"rest": 0, "gateway": 0}
        self._acting: set[asyncio.Task[None]] = set()

    def changed(self) -> None:
        """Something may look different now."""
        self._changed.set()

    async def end(self) -> None:
        """The sandbox stops."""
        await self._socket.close(code=1001, message=b"The sandbox has stopped.")

    def leave(self) -> None:
        """The tab is gone; what it began goes on in the world."""
        for task in self._acting:
            task.cancel()

    # Taking

    def take(self, text: str) -> None:
        """A message from the tab: {"id", "do", ...}. The answer comes when it is there, others are not kept waiting."""
        try:
            body = json.loads(text)
        except ValueError:
            return
        if not isinstance(body, dict):
            return
        task = asyncio.create_task(self._do(body))
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _do(self, body: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"re": body.get("id")}
        try:
            answer["done"] = await acts.act(self, body)
        except SandboxError as error:
            answer["error"] = sentence(str(error))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _log.exception("the page sent what cannot be done")
            answer["error"] = f"The sandbox cannot do that ({type(error).__name__})."
        await self._send(answer)
        self.changed()

    async def _send(self, body: dict[str, Any]) -> None:
        if not self._socket.closed:
            try:
                await self._socket.send_str(json.dumps(body, separators=(",", ":")))
            except ConnectionError:
                return

    # What the tab may say of itself

    def become(self, name: str) -> None:
        """Be this person from now on. Raises `SandboxError`."""
        self.actor = self.sandbox.default_guild.member(name)
        if self.channel is not None and not may(self.channel, self.actor.member, Permission.VIEW_CHANNEL):
            self.channel = None
        self.modals.clear()
        self._forget()

    def open(self, channel: Channel) -> None:
        """Look at this channel from now on."""
        self.person.messages(channel)
        self.channel = channel
        self._limit = PAGE_SIZE
        self._forget()

    def more(self) -> None:
        """Show older messages too."""
        self._limit = min(self._limit + PAGE_SIZE, MOST_MESSAGES)

    def watch(self, on: bool) -> None:
        """Follow the traffic between bot and sandbox, or stop."""
        self.logging = on

    def _forget(self) -> None:
        self._told.clear()
        self._messages.clear()
        self._shown_in = None

    @property
    def person(self) -> Actor:
        """Who acts. Raises `SandboxError` before that was said."""
        if self.actor is None:
            raise SandboxError("say first who you are")
        return self.actor

    def keep(self, modal: Modal) -> str:
        """Remember a form that was opened here; gives the id by which it is sent."""
        modal_id = str(modal.interaction.id)
        self.modals[modal_id] = modal
        if len(self.modals) > MODALS_KEPT:
            self.modals.pop(next(iter(self.modals)))
        return modal_id

    # Telling

    async def push(self) -> None:
        """Tell what changed, for as long as the tab is there."""
        while True:
            self._changed.clear()
            for body in self._news():
                await self._send(body)
            try:
                await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN)
                await asyncio.sleep(TOGETHER)
            except TimeoutError:
                continue

    def _news(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        self._tell_once(told, "bot", self._bot())
        self._tell_once(told, "people", [shown.person(m) for m in self.sandbox.default_guild.guild.members.values()])
        if self.logging:
            told += self._lines()
        if self.actor is None:
            return told
        self._tell_once(told, "me", shown.person(self.actor.member))
        self._tell_once(told, "commands", shown.commands(self.actor, self.sandbox))
        self._tell_once(told, "places", shown.places(self.actor))
        self._look_at_channel(told)
        return told

    def _tell_once(self, told: list[dict[str, Any]], name: str, value: Any) -> None:
        text = json.dumps(value)
        if self._told.get(name) != text:
            self._told[name] = text
            told.append({"tell": name, "value": value})

    def _bot(self) -> dict[str, Any]:
        bot, sandbox = self.page.bot, self.sandbox
        return {
            "name": sandbox.world.bot.name,
            "id": str(sandbox.world.bot.id),
            "server": sandbox.default_guild.name,
            "connected": sandbox.gateway.ready,
            "process": None if bot is None else {"running": bot.running, "ended": bot.ended, "starts": bot.starts},
            "limit": sandbox.state.upload_limit,
            "ahead": round(sandbox.clock.ahead),
            "network": sandbox.network.is_up,
            "gateway": sandbox.gateway.down is None,
            "api": sandbox.api_url,
            "checked": sandbox.checks_requests,
            "violations": len(sandbox.violations),
            "roles": [{"id": str(role.id), "name": role.name} for role in sandbox.default_guild.guild.roles.values()],
        }

    def _look_at_channel(self, told: list[dict[str, Any]]) -> None:
        actor, channel = self.actor, self.channel
        if actor is None or channel is None:
            return
        gone = channel.id not in self.sandbox.world.channels
        if gone or not may(channel, actor.member, Permission.VIEW_CHANNEL):
            self.channel = None
            self._messages.clear()
            told.append({"tell": "closed", "value": str(channel.id)})
            return
        all_of_it = channel.seen_by(actor.id)
        seen = {
            str(item.id): shown.message(item, actor.member, self.sandbox.state.desk)
            for item in all_of_it[-self._limit :]
        }
        texts = {key: json.dumps(value) for key, value in seen.items()}
        here = (str(channel.id), actor.id)
        fresh = [value for key, value in seen.items() if self._messages.get(key) != texts[key]]
        gone_ids = [key for key in self._messages if key not in texts]
        if fresh or gone_ids or self._shown_in != here:
            value = {
                "channel": here[0],
                "whole": self._shown_in != here,
                "set": fresh,
                "gone": gone_ids,
                "more": len(all_of_it) > self._limit,
            }
            told.append({"tell": "messages", "value": value})
        self._messages, self._shown_in = texts, here
        typing = shown.typing(channel, actor.member, self.sandbox.clock.time())
        self._tell_once(told, "typing", typing)

    def _lines(self) -> list[dict[str, Any]]:
        rest = self._newer("rest", self.sandbox.requests, lambda item: item.number)
        frames = self._newer("gateway", list(self.sandbox.gateway.frames), lambda item: item.number)
        lines = [shown.request_line(item) for item in rest] + [shown.frame_line(item) for item in frames]
        lines.sort(key=lambda line: line["at"])
        return [{"tell": "lines", "value": lines}] if lines else []

    def _newer(self, kind: str, items: list[Any], number: Callable[[Any], int]) -> list[Any]:
        found: list[Any] = []
        for item in reversed(items):
            if number(item) <= self._log_at[kind] or len(found) >= FIRST_LINES:
                break
            found.append(item)
        if found:
            self._log_at[kind] = number(found[0])
        return found[::-1]


def sentence(words: str) -> str:
    """An error as the page shows it."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?", ")")) else ".")
