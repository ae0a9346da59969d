"""The gateway: a WebSocket that tells the bot what happens.

Source: Discord developer documentation, events/gateway (opcodes, close codes, intents, sessions). JSON encoding;
transport compression `zlib-stream` or none. A session is kept for a while after its connection went, and RESUME
replays what was missed; an unknown or expired one gets Invalid Session (9). A client that closes with 1000 or 1001
has given its session up.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import WSMsgType, web

from sandbox import payloads
from sandbox.checks.events import missing_keys
from sandbox.cut import cut
from sandbox.intents import GUILD_MEMBERS, GUILDS, MESSAGE_CONTENT, PRIVILEGED, blank, intent_of
from sandbox.permissions import Permission, may
from sandbox.sessions import Frame, Session, Socket
from sandbox.state import State
from sandbox.world import Event

_log = logging.getLogger(__name__)

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
HEARTBEAT_INTERVAL_MS = 41_250
ACK_AFTER = 0.02
"""Seconds of the real clock. Over loopback an answer can come before discord.py has noted its own sending, and it then
logs that it "can't keep up"; no real network is that quick."""
LATE = 1.5
"""Heartbeat intervals after which a silent client is asked for a heartbeat."""
GRACE = 5.0
"""Seconds of the real clock that a client asked for a heartbeat has to send one before it is closed with 4009."""
CLOSE_WITHIN = 3.0
"""Seconds of the real clock that a client has to answer a close frame."""
RESUMABLE_FOR = 300.0
"""Seconds that a session waits for its client: Discord says only that it does for a while."""
GIVEN_UP = (1000, 1001)
NOT_RESUMABLE = frozenset({1000, 1001, 4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which a session is gone: the documentation says to start a new one, or not to come back."""

FRAMES_KEPT = 2_000

Down = Literal["reset", "silence", "503"]


class Gateway:
    """All sessions. `portal`: the privileged intents that the application has; `complain` records violations."""

    def __init__(self, state: State, portal: frozenset[str], complain: Callable[[str, str], None]) -> None:
        self._state = state
        self._allowed = sum(PRIVILEGED[name] for name in portal)
        self._complain = complain
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        self.ready = False
        self.identified = 0
        self.resumed = 0
        self.heartbeat_interval_ms = HEARTBEAT_INTERVAL_MS
        self.grace = GRACE
        self.resumable_for = RESUMABLE_FOR
        self.answers_heartbeats = True
        self.down: Down | None = None
        self.frames: deque[Frame] = deque(maxlen=FRAMES_KEPT)
        self._count = 0
        state.world.listeners.append(self.tell)

    @property
    def content_allowed(self) -> bool:
        """Whether REST answers may carry others' message content."""
        return bool(self._allowed & MESSAGE_CONTENT)

    @property
    def sockets(self) -> list[Socket]:
        """The open connections."""
        return list(self._sockets)

    @property
    def sessions(self) -> list[Session]:
        """The sessions that are connected or can still be resumed."""
        return list(self._sessions.values())

    def _note(self, body: dict[str, Any], *, sent: bool = True) -> None:
        """Keep a frame for who looks on; a bot's token is in none of them."""
        if body.get("op") in (IDENTIFY, RESUME) and isinstance(body.get("d"), dict):
            body = body | {"d": body["d"] | {"token": "…"}}
        self._count += 1
        self.frames.append(Frame(self._count, self._state.world.clock.time(), sent, body))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The handler of the WebSocket route."""
        if self.down == "503":
            return web.Response(status=503, text="upstream connect error or disconnect/reset before headers")
        if self.down is not None:
            return cut(request, reset=self.down == "reset")
        compress = request.query.get("compress")
        if compress not in (None, "zlib-stream"):
            self._complain("gateway", f"the sandbox cannot compress as {compress}")
        ws = web.WebSocketResponse(compress=False, max_msg_size=4096 * 16, timeout=CLOSE_WITHIN)
        await ws.prepare(request)
        now = self._state.world.clock.time()
        socket = Socket(ws, request, compressed=compress == "zlib-stream", beat_at=now, note=self._note)
        self._sockets.add(socket)
        pump, watch = asyncio.create_task(socket.pump()), asyncio.create_task(self._watch(socket))
        socket.put({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_interval_ms}, "s": None, "t": None})
        try:
            await self._read(socket)
        finally:
            self._lost(socket)
            watch.cancel()
            socket.finish()
            await pump
        return ws

    def _lost(self, socket: Socket) -> None:
        """A connection is over: its session waits, unless it was given up."""
        self._sockets.discard(socket)
        for session in self.sessions:
            if session.socket is socket:
                session.socket = None
                session.lost_at = self._state.world.clock.time()
                if not socket.closed_here and socket.ws.close_code in GIVEN_UP:
                    self.forget(session)
        self._look_ready()

    def _look_ready(self) -> None:
        self.ready = any(session.socket for session in self._sessions.values())
        self._state.world.changed()

    async def _watch(self, socket: Socket) -> None:
        """Close the connection of a client that has stopped sending heartbeats.

        When the clock was set forward, nobody could have sent any: so it is asked for one (op 1) first.
        """
        clock = self._state.world.clock
        while True:
            late = LATE * self.heartbeat_interval_ms / 1000
            await clock.sleep_until(socket.beat_at + late)
            if clock.time() < socket.beat_at + late:
                continue
            beats = socket.beats
            socket.put({"op": HEARTBEAT, "d": None, "s": None, "t": None})
            await asyncio.sleep(self.grace)
            if socket.beats == beats:
                await self._refuse(socket, 4009, "Session timed out.")
                return

    def forget(self, session: Session) -> None:
        """A session is no more: it cannot be resumed, and nothing is kept for it."""
        self._sessions.pop(session.id, None)
        self._look_ready()

    async def close(self, code: int = 1001, words: str = "") -> None:
        """Close every connection."""
        await asyncio.gather(*(self._refuse(socket, code, words) for socket in self.sockets))

    async def _refuse(self, socket: Socket, code: int, words: str) -> None:
        if code in NOT_RESUMABLE:
            for session in self.sessions:
                if session.socket is socket:
                    self.forget(session)
        await socket.close(code, words)

    async def _read(self, socket: Socket) -> None:
        session: Session | None = None
        async for message in socket.ws:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                frame = json.loads(message.data)
                op, data = frame["op"], frame.get("d")
            except (ValueError, KeyError, TypeError):
                await self._refuse(socket, 4002, "Error while decoding payload.")
                return
            self._note(frame, sent=False)
            if op == HEARTBEAT:
                self._heard(socket)
            elif op in (IDENTIFY, RESUME) and session is not None:
                await self._refuse(socket, 4005, "Already authenticated.")
            elif op == IDENTIFY:
                session = await self._identify(socket, data)
            elif op == RESUME:
                session = await self._resume(socket, data)
            elif session is None:
                await self._refuse(socket, 4003, "Not authenticated.")
            elif op == MEMBERS:
                self._chunk(session, data)
            elif op not in (PRESENCE, VOICE):
                await self._refuse(socket, 4001, "Unknown opcode.")

    def _heard(self, socket: Socket) -> None:
        socket.beat(self._state.world.clock.time())
        if self.answers_heartbeats:
            answer = {"op": ACK, "d": None, "s": None, "t": None}
            asyncio.get_running_loop().call_later(ACK_AFTER, socket.put, answer)

    async def _identify(self, socket: Socket, data: dict[str, Any]) -> Session | None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._state.token:
            await self._refuse(socket, 4004, "Authentication failed.")
            return None
        intents = data.get("intents")
        if not isinstance(intents, int):
            await self._refuse(socket, 4013, "Invalid intent(s).")
            return None
        if intents & sum(PRIVILEGED.values()) & ~self._allowed:
            await self._refuse(socket, 4014, "Disallowed intent(s).")
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
        self.identified += 1
        self._look_ready()
        return session

    async def _resume(self, socket: Socket, data: dict[str, Any]) -> Session | None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._state.token:
            await self._refuse(socket, 4004, "Authentication failed.")
            return None
        self._expire()
        session = self._sessions.get(str(data.get("session_id")))
        seen = data.get("seq")
        if session is not None and isinstance(seen, int) and seen > session.sequence:
            await self._refuse(socket, 4007, "Invalid sequence.")
            self.forget(session)
            return None
        if session is None or not isinstance(seen, int) or session.sequence - seen > len(session.sent):
            if session is not None:
                self.forget(session)
            socket.put({"op": INVALID, "d": False, "s": None, "t": None})
            return None
        if session.socket is not None:
            # The client came back before we saw that its old connection had died.
            session.socket.drop()
        session.socket = socket
        for sequence, frame in session.sent:
            if sequence > seen:
                socket.put(frame)
        self._send(session, "RESUMED", {"_trace": []})
        self.resumed += 1
        self._look_ready()
        return session

    def _expire(self) -> None:
        """Forget the sessions that nobody came back to in time."""
        oldest = self._state.world.clock.time() - self.resumable_for
        for session in self.sessions:
            if session.socket is None and session.lost_at < oldest:
                self.forget(session)

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
        self._expire()
        for session in self.sessions:
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
