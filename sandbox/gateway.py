"""The gateway: a WebSocket that tells the bot what happens.

Source: Discord developer documentation, events/gateway (opcodes, close codes, intents, sessions). JSON encoding;
transport compression `zlib-stream` or none. A session is kept after the socket closes, and RESUME replays what was
missed; an unknown session gets Invalid Session (9).
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox import payloads
from sandbox.checks.events import missing_keys
from sandbox.permissions import Permission, may
from sandbox.state import State
from sandbox.world import Event

_log = logging.getLogger(__name__)

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
HEARTBEAT_INTERVAL_MS = 41_250
KEPT_EVENTS = 5_000

GUILDS, GUILD_MEMBERS, PRESENCES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 15
GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = 1 << 9, 1 << 10, 1 << 11
PRIVILEGED = {"members": GUILD_MEMBERS, "presences": PRESENCES, "message_content": MESSAGE_CONTENT}

_INTENT_OF = {
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS,
    "THREAD_MEMBERS_UPDATE": GUILDS,
    "TYPING_START": GUILD_TYPING,
    "INTERACTION_CREATE": 0,
}
_INTENT_BY_START = {
    "GUILD_": GUILDS,
    "CHANNEL_": GUILDS,
    "THREAD_": GUILDS,
    "MESSAGE_REACTION_": GUILD_REACTIONS,
    "MESSAGE_": GUILD_MESSAGES,
}


def intent_of(event: str) -> int:
    """The intent that an event needs; 0 for none."""
    if event in _INTENT_OF:
        return _INTENT_OF[event]
    return next((intent for start, intent in _INTENT_BY_START.items() if event.startswith(start)), 0)


def blank(message: dict[str, Any], bot_id: int) -> None:
    """Take out, in place, what a bot without the message content intent does not get of others' messages."""
    reference = message.get("referenced_message")
    if isinstance(reference, dict):
        blank(reference, bot_id)
    mentioned = any(str(user.get("id")) == str(bot_id) for user in message.get("mentions") or [])
    if str((message.get("author") or {}).get("id")) == str(bot_id) or mentioned:
        return
    message["content"] = ""
    for key in ("attachments", "embeds", "components"):
        message[key] = []


@dataclass(eq=False)
class Session:
    """One identified bot; it outlives its socket."""

    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    sent: deque[tuple[int, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    socket: Socket | None = None


class Socket:
    """One connection: frames in order, compressed as asked."""

    def __init__(self, ws: web.WebSocketResponse, *, compressed: bool) -> None:
        self.ws = ws
        self._deflate = zlib.compressobj() if compressed else None
        self._queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def put(self, frame: dict[str, Any]) -> None:
        """Send a frame after those before it."""
        self._queue.put_nowait(frame)

    def finish(self) -> None:
        """Stop `pump` once the frames before are sent."""
        self._queue.put_nowait(None)

    async def pump(self) -> None:
        """Send what is put, until finished or the other side is gone."""
        while (frame := await self._queue.get()) is not None:
            text = json.dumps(frame, separators=(",", ":"), ensure_ascii=False)
            try:
                if self._deflate is None:
                    await self.ws.send_str(text)
                else:
                    await self.ws.send_bytes(
                        self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    )
            except ConnectionError:
                return


class Gateway:
    """All sessions. `portal`: the privileged intents that the application has; `complain` records violations."""

    def __init__(self, state: State, portal: frozenset[str], complain: Callable[[str, str], None]) -> None:
        self._state = state
        self._allowed = sum(PRIVILEGED[name] for name in portal)
        self._complain = complain
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        self.ready = False
        state.world.listeners.append(self.tell)

    @property
    def content_allowed(self) -> bool:
        """Whether REST answers may carry others' message content."""
        return bool(self._allowed & MESSAGE_CONTENT)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """The handler of the WebSocket route."""
        compress = request.query.get("compress")
        if compress not in (None, "zlib-stream"):
            self._complain("gateway", f"the sandbox cannot compress as {compress}")
        ws = web.WebSocketResponse(compress=False, max_msg_size=4096 * 16, autoping=True)
        await ws.prepare(request)
        socket = Socket(ws, compressed=compress == "zlib-stream")
        self._sockets.add(socket)
        pump = asyncio.create_task(socket.pump())
        socket.put({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_INTERVAL_MS}, "s": None, "t": None})
        try:
            await self._read(socket)
        finally:
            self._sockets.discard(socket)
            for session in self._sessions.values():
                if session.socket is socket:
                    session.socket = None
            self.ready = any(session.socket for session in self._sessions.values())
            socket.finish()
            await pump
        return ws

    async def close(self, code: int = 1001) -> None:
        """Close every connection."""
        for socket in list(self._sockets):
            await socket.ws.close(code=code)

    async def _read(self, socket: Socket) -> None:
        session: Session | None = None
        async for message in socket.ws:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                frame = json.loads(message.data)
                op, data = frame["op"], frame.get("d")
            except (ValueError, KeyError, TypeError):
                await socket.ws.close(code=4002, message=b"Error while decoding payload.")
                return
            if op == HEARTBEAT:
                socket.put({"op": ACK, "d": None, "s": None, "t": None})
            elif op in (IDENTIFY, RESUME) and session is not None:
                await socket.ws.close(code=4005, message=b"Already authenticated.")
            elif op == IDENTIFY:
                session = await self._identify(socket, data)
            elif op == RESUME:
                session = await self._resume(socket, data)
            elif session is None:
                await socket.ws.close(code=4003, message=b"Not authenticated.")
            elif op == MEMBERS:
                self._chunk(session, data)
            elif op not in (PRESENCE, VOICE):
                await socket.ws.close(code=4001, message=b"Unknown opcode.")

    async def _identify(self, socket: Socket, data: dict[str, Any]) -> Session | None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._state.token:
            await socket.ws.close(code=4004, message=b"Authentication failed.")
            return None
        intents = data.get("intents")
        if not isinstance(intents, int):
            await socket.ws.close(code=4013, message=b"Invalid intent(s).")
            return None
        if intents & sum(PRIVILEGED.values()) & ~self._allowed:
            await socket.ws.close(code=4014, message=b"Disallowed intent(s).")
            return None
        # A bot that identifies anew will not come back to its old session.
        self._sessions = {key: item for key, item in self._sessions.items() if item.socket is not None}
        session = Session(intents, socket=socket)
        self._sessions[session.id] = session
        world = self._state.world
        ready: dict[str, Any] = {
            "v": 10,
            "user_settings": {},
            "user": payloads.user(world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "session_type": "normal",
            "session_id": session.id,
            "resume_gateway_url": self._state.gateway_url,
            "relationships": [],
            "private_channels": [],
            "presences": [],
            "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in world.guilds],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "application": {"id": str(world.bot.id), "flags": 0},
        }
        if data.get("shard"):
            ready["shard"] = data["shard"]
        self._send(session, "READY", ready)
        if intents & GUILDS:
            for guild in world.guilds.values():
                full = payloads.guild_create(guild, world.bot.id, all_members=bool(intents & GUILD_MEMBERS))
                self._send(session, "GUILD_CREATE", full)
        self.ready = True
        world.changed()
        return session

    async def _resume(self, socket: Socket, data: dict[str, Any]) -> Session | None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._state.token:
            await socket.ws.close(code=4004, message=b"Authentication failed.")
            return None
        session = self._sessions.get(str(data.get("session_id")))
        seen = data.get("seq")
        if session is None or not isinstance(seen, int) or session.sequence - seen > len(session.sent):
            socket.put({"op": INVALID, "d": False, "s": None, "t": None})
            return None
        session.socket = socket
        for sequence, frame in session.sent:
            if sequence > seen:
                socket.put(frame)
        self._send(session, "RESUMED", {"_trace": []})
        self.ready = True
        self._state.world.changed()
        return session

    def forget_sessions(self) -> None:
        """Make every later RESUME fail (a test of op 9)."""
        self._sessions = {key: session for key, session in self._sessions.items() if session.socket}
        for session in self._sessions.values():
            session.id = secrets.token_hex(16)
        self._sessions = {session.id: session for session in self._sessions.values()}

    def _chunk(self, session: Session, data: dict[str, Any]) -> None:
        guild = self._state.world.guilds.get(int(data.get("guild_id", 0)))
        if guild is None:
            return
        members = list(guild.members.values())
        wanted = data.get("user_ids")
        if wanted is not None:
            ids = {int(item) for item in ([wanted] if isinstance(wanted, str | int) else wanted)}
            members = [member for member in members if member.id in ids]
        elif data.get("query"):
            start = str(data["query"]).lower()
            members = [member for member in members if member.name.lower().startswith(start)]
        elif not session.intents & GUILD_MEMBERS:
            members = [guild.members[self._state.world.bot.id]]
        if data.get("limit"):
            members = members[: int(data["limit"])]
        chunk: dict[str, Any] = {
            "guild_id": str(guild.id),
            "members": [payloads.member(member) for member in members],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        self._send(session, "GUILD_MEMBERS_CHUNK", chunk)

    def tell(self, event: Event) -> None:
        """Send an event to the sessions that may see it."""
        for session in self._sessions.values():
            intent = intent_of(event.name)
            if intent and not session.intents & intent:
                continue
            if event.channel is not None and not self._visible(event):
                continue
            self._send(session, event.name, self._blanked(session, event))

    def _visible(self, event: Event) -> bool:
        channel = event.channel
        if channel is None or event.name.startswith("CHANNEL_"):
            return True
        return may(channel, self._state.bot_in(channel), Permission.VIEW_CHANNEL)

    def _blanked(self, session: Session, event: Event) -> dict[str, Any]:
        payload = copy.deepcopy(event.payload)
        if session.intents & MESSAGE_CONTENT:
            return payload
        bot_id = self._state.world.bot.id
        if event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            blank(payload, bot_id)
        return payload

    def _send(self, session: Session, name: str, payload: dict[str, Any]) -> None:
        missing = missing_keys(name, payload)
        if missing:
            # Sent, it would kill discord.py's reader and hide the cause; withheld, the complaint is what is seen.
            self._complain("event", f"{name} lacks {', '.join(missing[:8])}")
            return
        session.sequence += 1
        frame = {"op": DISPATCH, "t": name, "s": session.sequence, "d": payload}
        session.sent.append((session.sequence, frame))
        if session.socket is not None:
            session.socket.put(frame)
