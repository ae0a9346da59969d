"""The control interface: look at the sandbox and act in it over HTTP, in JSON, under `/control`.

Looking (GET):

    /control/                                      this text
    /control/state                                 is the bot connected; the server, its channels and members; commands
    /control/channels                              every channel and thread: id, name, parent, archived
    /control/channels/CHANNEL/messages?as=Ada      messages, oldest first; `as`: with those only this member sees
    /control/messages/ID/wait?edits=N&seconds=S    a message once it has been edited N times (at most S seconds, 30)
    /control/requests?last=50                      REST traffic: method, path, status, verdict
    /control/violations                            what was not as Discord's contract wants it

CHANNEL is an id or a name. Files are under the `url` that a message gives with each.

Acting (POST, `Content-Type: application/json`), as a member by name:

    /control/members/Ada/send            {"channel", "text", "files": [FILE], "reply_to": ID, "ping": true}
    /control/members/Ada/edit            {"message": ID, "text"}
    /control/members/Ada/thread          {"channel", "name"} or {"message": ID, "name"}
    /control/members/Ada/slash           {"channel", "command": "story new", "options": {"title": "…", "script": FILE}}
    /control/members/Ada/autocomplete    {"channel", "command", "option", "value", "options": {…}}
    /control/members/Ada/menu            {"message": ID, "name": "Make a story"}
    /control/members/Ada/click           {"message": ID, "custom_id" or "label"}
    /control/members/Ada/select          {"message": ID, "custom_id" or "placeholder", "values": […]}
    /control/members/Ada/submit          {"modal": ID, "values": {"custom id or label": "text", […] or [FILE]}}
    /control/members/Ada/react           {"message": ID, "emoji": "1️⃣"}
    /control/members/Ada/unreact         {"message": ID, "emoji": "1️⃣"}
    /control/members/Ada/delete          {"message": ID}
    /control/members/Mo/archive          {"channel": THREAD, "locked": false}; unarchive {"channel"}
    /control/members/Mo/lock             {"channel": THREAD, "locked": true}
    /control/members/Olu/delete_channel  {"channel"}

Discord's bad days: GET /control/trouble lists the switches, what is on, and the counters; POST /control/trouble/SWITCH.

FILE is {"filename", "base64"} or {"filename", "text"}, with "description" if wanted. A slash command's member,
channel or role option takes a name. What an interaction answers: {"acknowledged_after", "type", "failed", "message",
"modal"}; a modal's `id` is for `submit`. With `"wait": S` in the body the answer waits up to S seconds for the bot's
message behind a deferral. Errors: 400 with {"error": "…"}.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.actors import Actor
from sandbox.errors import SandboxError
from sandbox.model import Channel, Message
from sandbox.results import InteractionResult, Modal
from sandbox.snowflake import parse
from sandbox.trouble.control import TroubleControl
from sandbox.views import channel_json, message_json, modal_json
from sandbox.waiting import until
from sandbox.world import File

if TYPE_CHECKING:
    from sandbox.server import Sandbox

MODALS_KEPT = 500
Body = Mapping[str, Any]
Action = Callable[["Control", Actor, Body], Awaitable[Any]]


class Control:
    """The control interface of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._modals: dict[str, Modal] = {}
        self._trouble = TroubleControl(sandbox, self.channel)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Register the routes."""
        router.add_get("/control/", self._answering(self._help))
        router.add_get("/control/state", self._answering(self._state))
        router.add_get("/control/channels", self._answering(self._channels))
        router.add_get("/control/channels/{channel}/messages", self._answering(self._messages))
        router.add_get("/control/messages/{message}/wait", self._answering(self._wait))
        router.add_get("/control/requests", self._answering(self._requests))
        router.add_get("/control/violations", self._answering(self._violations))
        router.add_post("/control/members/{member}/{action}", self._answering(self._act))
        router.add_get("/control/trouble", self._answering(self._troubles))
        router.add_post("/control/trouble/{switch}", self._answering(self._switch))

    def _answering(
        self, look: Callable[[web.Request], Awaitable[Any]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return web.json_response(await look(request))
            except SandboxError as error:
                return web.json_response({"error": str(error)}, status=400)

        return answer

    # Looking

    async def _help(self, _: web.Request) -> Any:
        return {"help": __doc__}

    async def _state(self, _: web.Request) -> Any:
        sandbox = self._sandbox
        guild = sandbox.default_guild
        commands = sandbox.state.commands
        return {
            "api": sandbox.api_url,
            "gateway": sandbox.gateway_url,
            "bot": {
                "id": str(sandbox.world.bot.id),
                "name": sandbox.world.bot.name,
                "connected": sandbox.gateway.ready,
            },
            "server": {"id": str(guild.id), "name": guild.name},
            "channels": [channel_json(channel) for channel in guild.channels],
            "members": [{"id": str(member.id), "name": member.name} for member in guild.members],
            "commands": [item["name"] for scope in (0, guild.id) for item in commands.listed(scope)],
        }

    async def _channels(self, _: web.Request) -> Any:
        return [channel_json(channel) for channel in self._sandbox.default_guild.guild.channels.values()]

    async def _messages(self, request: web.Request) -> Any:
        channel = self.channel(request.match_info["channel"])
        viewer = request.query.get("as")
        messages = self._member(viewer).messages(channel) if viewer else channel.messages
        return [message_json(message) for message in messages]

    async def _wait(self, request: web.Request) -> Any:
        message = self._message(request.match_info["message"])
        edits, seconds = parse(request.query.get("edits", "1")), parse(request.query.get("seconds", "30"))
        if edits is None or seconds is None:
            raise SandboxError("edits and seconds are whole numbers")
        await until(self._sandbox.world, lambda: message.edits >= edits, seconds, f"{edits} edits")
        return message_json(message)

    async def _requests(self, request: web.Request) -> Any:
        last = parse(request.query.get("last", "50")) or 50
        return [
            {
                "method": item.method,
                "path": item.path,
                "route": item.route,
                "status": item.status,
                "verdict": item.verdict,
            }
            for item in self._sandbox.requests[-last:]
        ]

    async def _violations(self, _: web.Request) -> Any:
        return [{"kind": item.kind, "where": item.where, "problem": item.problem} for item in self._sandbox.violations]

    # Acting

    async def _act(self, request: web.Request) -> Any:
        action = _ACTIONS.get(request.match_info["action"])
        if action is None:
            raise SandboxError(f"there is no such action (there are: {', '.join(_ACTIONS)})")
        return await action(self, self._member(request.match_info["member"]), await self._body(request))

    async def _switch(self, request: web.Request) -> Any:
        return await self._trouble.switch(request.match_info["switch"], await self._body(request))

    async def _troubles(self, _: web.Request) -> Any:
        return self._trouble.state()

    async def _body(self, request: web.Request) -> Body:
        # A page of another site cannot send this content type without asking first.
        if request.content_type != "application/json":
            raise SandboxError("the body has to be application/json")
        try:
            body = await request.json()
        except ValueError as error:
            raise SandboxError("the body is no JSON") from error
        if not isinstance(body, dict):
            raise SandboxError("the body has to be a JSON object")
        return body

    def _member(self, name: str) -> Actor:
        return self._sandbox.default_guild.member(name)

    def channel(self, named: object) -> Channel:
        """A channel or thread by id or name; raises `SandboxError`."""
        wanted = parse(named)
        channel = self._sandbox.world.channels.get(wanted) if wanted is not None else None
        return channel or self._sandbox.default_guild.channel(str(named))

    def _message(self, named: object) -> Message:
        wanted = parse(named)
        for channel in self._sandbox.world.channels.values():
            message = channel.get(wanted or 0)
            if message is not None:
                return message
        raise SandboxError(f"there is no message {named}")

    def _values(self, given: object) -> dict[str, Any]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            raise SandboxError("options and values are JSON objects")
        return {key: self._value(value) for key, value in given.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return _file(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return value

    def _options(self, actor: Actor, body: Body) -> dict[str, Any]:
        """A command's options; a name stands for the member, channel or role that the option wants."""
        values = self._values(body.get("options"))
        described = actor.options_of(str(body.get("command", "")))
        guild = self._sandbox.default_guild
        by_name: dict[int, Callable[[str], Any]] = {6: guild.member, 7: self.channel, 8: guild.role}
        return {
            name: by_name[described[name]](value)
            if isinstance(value, str) and described.get(name) in by_name
            else value
            for name, value in values.items()
        }

    async def _told(self, result: InteractionResult, body: Body) -> dict[str, Any]:
        """What came of an interaction."""
        message = result.message
        if body.get("wait") and result.failed is None and result.modal is None:
            message = await result.response(_seconds(body["wait"]))
        told: dict[str, Any] = {
            "acknowledged_after": result.acknowledged_after,
            "type": result.type,
            "failed": result.failed,
            "message": None if message is None else message_json(message),
            "modal": None,
        }
        if result.modal is not None:
            modal_id = str(result.interaction.id)
            self._modals[modal_id] = result.modal
            if len(self._modals) > MODALS_KEPT:
                self._modals.pop(next(iter(self._modals)))
            told["modal"] = modal_json(modal_id, result.modal)
        return told

    async def _send(self, actor: Actor, body: Body) -> Any:
        files = [_file(item) for item in body.get("files") or []]
        channel, text = self.channel(body.get("channel")), str(body.get("text", ""))
        reply_to = None if body.get("reply_to") is None else self._message(body["reply_to"])
        ping = body.get("ping") is not False
        return message_json(await actor.send(channel, text, files, reply_to=reply_to, ping=ping))

    async def _edit(self, actor: Actor, body: Body) -> Any:
        message = self._message(body.get("message"))
        await actor.edit(message, str(body.get("text", "")))
        return message_json(message)

    async def _thread(self, actor: Actor, body: Body) -> Any:
        message = None if body.get("message") is None else self._message(body["message"])
        channel = self.channel(body.get("channel")) if message is None else message.channel
        return channel_json(await actor.start_thread(channel, str(body.get("name", "")), message))

    async def _slash(self, actor: Actor, body: Body) -> Any:
        channel, command = self.channel(body.get("channel")), str(body.get("command", ""))
        return await self._told(await actor.slash(channel, command, **self._options(actor, body)), body)

    async def _autocomplete(self, actor: Actor, body: Body) -> Any:
        others = self._options(actor, body)
        if others.keys() & {"option", "value"}:
            raise SandboxError("options named option or value cannot be given here")
        return await actor.autocomplete(
            self.channel(body.get("channel")),
            str(body.get("command", "")),
            option=str(body.get("option", "")),
            value=str(body.get("value", "")),
            **others,
        )

    async def _menu(self, actor: Actor, body: Body) -> Any:
        result = await actor.message_menu(str(body.get("name", "")), self._message(body.get("message")))
        return await self._told(result, body)

    async def _click(self, actor: Actor, body: Body) -> Any:
        message = self._message(body.get("message"))
        result = await actor.click(message, custom_id=body.get("custom_id"), label=body.get("label"))
        return await self._told(result, body)

    async def _select(self, actor: Actor, body: Body) -> Any:
        result = await actor.select(
            self._message(body.get("message")),
            custom_id=body.get("custom_id"),
            placeholder=body.get("placeholder"),
            values=list(body.get("values") or []),
        )
        return await self._told(result, body)

    async def _submit(self, actor: Actor, body: Body) -> Any:
        modal = self._modals.get(str(body.get("modal")))
        if modal is None:
            raise SandboxError(f"there is no open form {body.get('modal')}")
        return await self._told(await actor.submit(modal, self._values(body.get("values"))), body)

    async def _react(self, actor: Actor, body: Body) -> Any:
        message = self._message(body.get("message"))
        await actor.react(message, str(body.get("emoji", "")))
        return message_json(message)

    async def _unreact(self, actor: Actor, body: Body) -> Any:
        message = self._message(body.get("message"))
        await actor.unreact(message, str(body.get("emoji", "")))
        return message_json(message)

    async def _archive(self, actor: Actor, body: Body) -> Any:
        thread = self.channel(body.get("channel"))
        await actor.archive(thread, locked=body.get("locked") is True)
        return channel_json(thread)

    async def _unarchive(self, actor: Actor, body: Body) -> Any:
        thread = self.channel(body.get("channel"))
        await actor.unarchive(thread)
        return channel_json(thread)

    async def _lock(self, actor: Actor, body: Body) -> Any:
        thread = self.channel(body.get("channel"))
        await actor.lock(thread, body.get("locked") is not False)
        return channel_json(thread)

    async def _delete_channel(self, actor: Actor, body: Body) -> Any:
        channel = self.channel(body.get("channel"))
        await actor.delete_channel(channel)
        return {"deleted": str(channel.id)}

    async def _delete(self, actor: Actor, body: Body) -> Any:
        message = self._message(body.get("message"))
        await actor.delete(message)
        return {"deleted": str(message.id)}


_ACTIONS: dict[str, Action] = {
    "send": Control._send,
    "edit": Control._edit,
    "thread": Control._thread,
    "slash": Control._slash,
    "autocomplete": Control._autocomplete,
    "menu": Control._menu,
    "click": Control._click,
    "select": Control._select,
    "submit": Control._submit,
    "react": Control._react,
    "unreact": Control._unreact,
    "delete": Control._delete,
    "archive": Control._archive,
    "unarchive": Control._unarchive,
    "lock": Control._lock,
    "delete_channel": Control._delete_channel,
}


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
        raise SandboxError("wait is a number of seconds up to 600")
    return float(value)


def _file(described: object) -> File:
    if not isinstance(described, dict) or not isinstance(described.get("filename"), str):
        raise SandboxError('a file is {"filename": …, "base64" or "text": …}')
    if isinstance(described.get("text"), str):
        data = described["text"].encode()
    else:
        try:
            data = base64.b64decode(str(described.get("base64", "")), validate=True)
        except binascii.Error as error:
            raise SandboxError("base64 is not well-formed") from error
    return File(described["filename"], data, described.get("description"))
