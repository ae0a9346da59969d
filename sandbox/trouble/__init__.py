"""`sandbox.trouble`: Discord's bad days, one switch each.

REST troubles meet requests by method and route template, a count, and a predicate; those set first come first. They
stand between the reading of a request (its token is right) and its handling, so that "refused" means that nothing was
done, and a lost answer means that all was done. Gateway troubles act on the connections that are there.

Everything here is deterministic: nothing happens by chance, and nothing happens unless it was switched on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandbox.cut import CutError
from sandbox.errors import SandboxError
from sandbox.gateway import HEARTBEAT, INVALID, RECONNECT, Down, Gateway
from sandbox.model import Channel
from sandbox.network import Network
from sandbox.permissions import Permission
from sandbox.rest.router import Answer, Call
from sandbox.state import State
from sandbox.trouble.answers import CODES, limited, page, refusal
from sandbox.trouble.rules import ANY, Book, Rule

__all__ = ["ANY", "CODES", "Hold", "Rule", "Trouble"]

When = Callable[[Call], bool]


class Hold:
    """A door at which requests wait until `release` or `drop`. `arrived` is set when one waits."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.arrived = asyncio.Event()
        self._opened = asyncio.Event()
        self._dropped = False

    def release(self) -> None:
        """Let what waits (and what still comes) go on."""
        self._opened.set()

    def drop(self) -> None:
        """Cut off what waits (and what still comes): it is never done, or, if done already, never answered."""
        self._dropped = True
        self._opened.set()

    async def wait(self) -> None:
        """The request's side."""
        self.arrived.set()
        await self._opened.wait()
        if self._dropped:
            raise CutError("held, and dropped", reset=False)


class Trouble:
    """All switches of one sandbox."""

    def __init__(self, book: Book, state: State, gateway: Gateway, network: Network) -> None:
        self._book = book
        self._state = state
        self._gateway = gateway
        self._network = network
        self._revoked: dict[int, int] = {}
        self._holds: list[Hold] = []

    # REST

    def refuse(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        status: int | None = None,
        code: int = 0,
        message: str | None = None,
        body: str = "json",
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Rule:
        """Answer with an error, and do nothing. `status` may be left out for a `code` in `CODES`.

        `body`: "json" is Discord's own error, "empty" has none, "html" is a page of the proxy before Discord.
        """
        answer = refusal(status, code, message, body)
        return self._answering(f"{answer.status}/{code}", answer, method, route, times, skip, when)

    def rate_limit(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        retry_after: float = 0.3,
        is_global: bool = False,
        scope: str = "user",
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Rule:
        """Answer 429 as discord.py waits for and tries again. `retry_after`: seconds; `scope`: user or shared."""
        answer = limited(retry_after, is_global=is_global, scope=scope)
        return self._answering("429", answer, method, route, times, skip, when)

    def ban(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Rule:
        """Answer 429 as Cloudflare does to who is banned: an HTML page, no `Via`. discord.py raises at once."""
        return self._answering("a ban", page(429, "Too Many Requests"), method, route, times, skip, when)

    def _answering(
        self, what: str, answer: Answer, method: str, route: str, times: int | None, skip: int, when: When | None
    ) -> Rule:
        async def before(_: Call) -> Answer | None:
            return answer

        return self._book.add(Rule(what, method, route, times, skip, when, before=before))

    def reset(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Rule:
        """Reset the connection (TCP RST) before the request is handled: nothing is done."""

        async def before(_: Call) -> Answer | None:
            raise CutError("reset before it was handled", reset=True)

        return self._book.add(Rule("a reset", method, route, times, skip, when, before=before))

    def lose_answer(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Rule:
        """Do what was asked, tell the gateway, and close the connection without an answer."""

        async def after(_: Call, __: Answer) -> None:
            raise CutError("done, its answer lost", reset=False)

        return self._book.add(Rule("a lost answer", method, route, times, skip, when, after=after))

    def slow(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        seconds: float,
        done: bool = True,
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Rule:
        """Answer late, by the sandbox's clock. `done`: the request is handled before the wait, else after it."""
        clock = self._state.world.clock

        async def after(_: Call, __: Answer) -> None:
            await clock.sleep_until(clock.time() + seconds)

        async def before(_: Call) -> Answer | None:
            await clock.sleep_until(clock.time() + seconds)
            return None

        rule = Rule("a slow answer", method, route, times, skip, when)
        if done:
            rule.after = after
        else:
            rule.before = before
        return self._book.add(rule)

    def hold(
        self,
        method: str = ANY,
        route: str = ANY,
        *,
        done: bool = False,
        times: int | None = 1,
        skip: int = 0,
        when: When | None = None,
    ) -> Hold:
        """Let requests wait until released: the moment to kill a bot at. `done`: handled first, only unanswered."""
        rule = Rule("a hold", method, route, times, skip, when)
        hold = Hold(rule)

        async def before(_: Call) -> Answer | None:
            await hold.wait()
            return None

        async def after(_: Call, __: Answer) -> None:
            await hold.wait()

        if done:
            rule.after = after
        else:
            rule.before = before
        self._book.add(rule)
        self._holds.append(hold)
        return hold

    @property
    def rules(self) -> list[Rule]:
        """The REST troubles that are on; `rule.met` counts, `rule.lift()` ends one."""
        return self._book.rules

    async def met(self, rule: Rule, times: int = 1, timeout: float = 10.0) -> None:
        """Wait until a trouble has been met `times` times; raises `SandboxError` after `timeout` seconds."""
        await self._book.meets(rule, times, timeout)

    def expire_interactions(self) -> None:
        """Every interaction so far is 15 minutes old: follow-ups get 401/50027, first answers 404/10062."""
        self._state.desk.expire()

    def invalid_requests(self, window_s: float = 600.0) -> int:
        """Answers 401, 403, 404 and 429 of the last `window_s` seconds: Discord bans at 10,000 in ten minutes."""
        return self._book.invalid(window_s)

    # Gateway

    async def reconnect(self) -> None:
        """Op 7: the client is to reconnect and resume."""
        for socket in self._gateway.sockets:
            socket.put({"op": RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9. Not resumable: the session is gone, and what happens until the bot identifies anew it never sees."""
        for socket in self._gateway.sockets:
            socket.put({"op": INVALID, "d": resumable, "s": None, "t": None})
        if not resumable:
            self.forget_sessions()

    async def close_gateway(self, code: int = 4000) -> None:
        """Close every connection with a code. After 4003, 4004, 4007, 4009 and 4010-4014 the session is gone too."""
        if not 1000 <= code <= 4999:
            raise SandboxError("a close code is from 1000 to 4999")
        await self._gateway.close(code)

    async def drop_gateway(self) -> None:
        """End every connection without a close frame; sessions can be resumed."""
        for socket in self._gateway.sockets:
            socket.drop()

    def forget_sessions(self) -> None:
        """No session can be resumed any more; what is connected hears nothing further."""
        for session in self._gateway.sessions:
            self._gateway.forget(session)

    async def ask_heartbeat(self) -> None:
        """Op 1: the client is to send a heartbeat now."""
        for socket in self._gateway.sockets:
            socket.put({"op": HEARTBEAT, "d": None, "s": None, "t": None})

    def mute_heartbeats(self) -> None:
        """Leave heartbeats unanswered. Events still come: discord.py goes on for as long as anything comes."""
        self._gateway.answers_heartbeats = False

    def answer_heartbeats(self) -> None:
        """Answer them again."""
        self._gateway.answers_heartbeats = True

    def freeze_gateway(self) -> None:
        """Make zombies of the connections: open, but nothing comes through them. A new connection works."""
        for socket in self._gateway.sockets:
            socket.frozen = True

    async def gateway_down(self, how: Down = "reset") -> None:
        """Drop every connection and take no new one until `gateway_up`; REST goes on.

        `how`: "reset" by TCP, "silence" closes without a word, "503" answers the handshake with that.
        """
        self._gateway.down = how
        await self.drop_gateway()

    async def gateway_up(self) -> None:
        """Take connections again."""
        self._gateway.down = None

    # Both

    async def network_down(self) -> None:
        """Cut every connection, REST, gateway and CDN, and refuse new ones (ECONNREFUSED) until `network_up`."""
        await self._network.down()

    async def network_up(self) -> None:
        """Listen again, on the same port."""
        await self._network.up()

    # What administrators do

    def revoke(self, permission: Permission, channel: Channel | None = None) -> None:
        """Take a permission from the bot, in one channel (of a thread: its parent) or in all of its servers."""
        for place in self._places(channel):
            denied = self._revoked.get(place.id, 0) | permission
            self._deny(place, denied)

    def restore(self, permission: Permission | None = None, channel: Channel | None = None) -> None:
        """Give back what `revoke` took: one permission, or all."""
        for place in self._places(channel):
            denied = 0 if permission is None else self._revoked.get(place.id, 0) & ~permission
            self._deny(place, denied)

    def _places(self, channel: Channel | None) -> list[Channel]:
        if channel is not None:
            return [channel.parent or channel]
        return [place for guild in self._state.world.guilds.values() for place in guild.text_channels()]

    def _deny(self, place: Channel, denied: int) -> None:
        self._revoked[place.id] = denied
        self._state.world.set_overwrite(place, self._state.bot_in(place), deny=denied)

    # And over

    def drop_holds(self) -> None:
        """Cut off everything that is held."""
        for hold in self._holds:
            hold.drop()
        self._holds.clear()

    async def calm(self) -> None:
        """Switch everything off: rules lifted, holds released, gateway and network up, permissions given back."""
        self._book.clear()
        for hold in self._holds:
            hold.release()
        self._holds.clear()
        self.answer_heartbeats()
        await self.gateway_up()
        await self.network_up()
        for place in [self._state.world.channels[key] for key in self._revoked if key in self._state.world.channels]:
            self._deny(place, 0)
        self._revoked.clear()
