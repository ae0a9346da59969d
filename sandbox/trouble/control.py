"""The troubles over HTTP: `/control/trouble`.

REST switches take {"method", "route", "times" (null: until lifted), "skip", "channel" (only requests for it)}, all
optional, and what stands behind them; they answer {"rule": N}.

    refuse              {"status", "code", "message", "body": "json", "empty" or "html"}
    rate_limit          {"retry_after", "is_global", "scope"}
    ban                 {}          429 without Via, an HTML page
    reset               {}          TCP reset, nothing done
    lose_answer         {}          done, but not answered
    slow                {"seconds", "done"}
    hold                {"done"}    waits until release
    release, lift       {"rule": N}

Gateway and network:

    reconnect; invalidate {"resumable"}; close_gateway {"code"}; drop_gateway; forget_sessions; ask_heartbeat;
    mute_heartbeats; answer_heartbeats; freeze_gateway; gateway_down {"how": "reset", "silence" or "503"}; gateway_up;
    network_down {"seconds"}: this interface is away as long; network_up ends it early

Everything else:

    expire_interactions; revoke and restore {"permission": "SEND_MESSAGES", "channel"}; advance {"seconds"};
    limits {"old_edits", "old_edit_retry_after", "active_threads", "nonce_lasts", "thread_again"}; calm
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import SandboxError
from sandbox.model import Channel
from sandbox.permissions import Permission
from sandbox.rest.router import Call
from sandbox.trouble import ANY, Hold, Rule, Trouble

if TYPE_CHECKING:
    from sandbox.server import Sandbox

RULES_KEPT = 1_000
LONGEST_OUTAGE = 600.0
"""Seconds."""
Body = Mapping[str, Any]

_MATCH: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "route": (str,),
    "times": (int, type(None)),
    "skip": (int,),
    "channel": (str, int),
}
_RULES: dict[str, tuple[Callable[..., Rule | Hold], dict[str, tuple[type, ...]]]] = {
    "refuse": (Trouble.refuse, {"status": (int, type(None)), "code": (int,), "message": (str,), "body": (str,)}),
    "rate_limit": (Trouble.rate_limit, {"retry_after": (int, float), "is_global": (bool,), "scope": (str,)}),
    "ban": (Trouble.ban, {}),
    "reset": (Trouble.reset, {}),
    "lose_answer": (Trouble.lose_answer, {}),
    "slow": (Trouble.slow, {"seconds": (int, float), "done": (bool,)}),
    "hold": (Trouble.hold, {"done": (bool,)}),
}
_GATEWAY: dict[str, tuple[Callable[..., Awaitable[None] | None], dict[str, tuple[type, ...]]]] = {
    "reconnect": (Trouble.reconnect, {}),
    "invalidate": (Trouble.invalidate, {"resumable": (bool,)}),
    "close_gateway": (Trouble.close_gateway, {"code": (int,)}),
    "drop_gateway": (Trouble.drop_gateway, {}),
    "forget_sessions": (Trouble.forget_sessions, {}),
    "ask_heartbeat": (Trouble.ask_heartbeat, {}),
    "mute_heartbeats": (Trouble.mute_heartbeats, {}),
    "answer_heartbeats": (Trouble.answer_heartbeats, {}),
    "freeze_gateway": (Trouble.freeze_gateway, {}),
    "gateway_down": (Trouble.gateway_down, {"how": (str,)}),
    "gateway_up": (Trouble.gateway_up, {}),
    "network_up": (Trouble.network_up, {}),
    "expire_interactions": (Trouble.expire_interactions, {}),
    "calm": (Trouble.calm, {}),
}


def checked(body: Body, allowed: Mapping[str, tuple[type, ...]]) -> dict[str, Any]:
    """The body's fields when they are allowed and of the right kind; raises `SandboxError`."""
    for name, value in body.items():
        if name not in allowed:
            raise SandboxError(f"{name} is no field here (there are: {', '.join(allowed) or 'none'})")
        if not isinstance(value, allowed[name]) or (isinstance(value, bool) and bool not in allowed[name]):
            raise SandboxError(f"{name} cannot be {value!r}")
    return dict(body)


class TroubleControl:
    """`/control/trouble` of one sandbox. `find` gives a channel by id or name."""

    def __init__(self, sandbox: Sandbox, find: Callable[[object], Channel]) -> None:
        self._sandbox = sandbox
        self._find = find
        self._rules: dict[int, Rule | Hold] = {}
        self._count = 0
        self._outages: set[asyncio.Task[None]] = set()

    def state(self) -> dict[str, Any]:
        """The switches in words, the rules that are on, and the counters."""
        sandbox = self._sandbox
        on = sandbox.trouble.rules
        return {
            "help": __doc__,
            "rules": [
                {"rule": number, "what": rule.what, "method": rule.method, "route": rule.route, "met": rule.met}
                for number, rule in ((number, _rule(item)) for number, item in self._rules.items())
                if rule in on
            ],
            "invalid_requests": sandbox.trouble.invalid_requests(),
            "connections": sandbox.connections,
            "identified": sandbox.gateway.identified,
            "resumed": sandbox.gateway.resumed,
            "duplicates": [[str(message.id) for message in group] for group in sandbox.duplicates()],
            "limits": dataclasses.asdict(sandbox.limits),
        }

    async def switch(self, name: str, body: Body) -> dict[str, Any]:
        """Do what a POST asks; raises `SandboxError`."""
        if name in _RULES:
            return self._add(name, body)
        if name in _GATEWAY:
            act, allowed = _GATEWAY[name]
            arguments = checked(body, allowed)
            if arguments.get("how", "reset") not in ("reset", "silence", "503"):
                raise SandboxError("how is reset, silence or 503")
            done = act(self._sandbox.trouble, **arguments)
            if isinstance(done, Awaitable):
                await done
        elif name in _OTHERS:
            _OTHERS[name](self, body)
        else:
            raise SandboxError(f"there is no such switch (there are: {', '.join([*_RULES, *_GATEWAY, *_OTHERS])})")
        return {"done": name}

    def _add(self, name: str, body: Body) -> dict[str, Any]:
        act, allowed = _RULES[name]
        arguments = checked(body, _MATCH | allowed)
        if name == "slow" and "seconds" not in arguments:
            raise SandboxError("slow needs seconds")
        if "channel" in arguments:
            wanted = str(self._find(arguments.pop("channel")).id)
            arguments["when"] = lambda call: _of(call) == wanted
        made = act(self._sandbox.trouble, arguments.pop("method", ANY), arguments.pop("route", ANY), **arguments)
        self._count += 1
        self._rules[self._count] = made
        if len(self._rules) > RULES_KEPT:
            self._rules.pop(next(iter(self._rules)))
        return {"rule": self._count}

    def _known(self, body: Body) -> Rule | Hold:
        found = self._rules.get(checked(body, {"rule": (int,)}).get("rule", 0))
        if found is None:
            raise SandboxError(f"there is no rule {body.get('rule')}")
        return found

    def _lift(self, body: Body) -> None:
        _rule(self._known(body)).lift()

    def _release(self, body: Body) -> None:
        hold = self._known(body)
        if not isinstance(hold, Hold):
            raise SandboxError("only a hold is released; others are lifted")
        hold.rule.lift()
        hold.release()

    def _permission(self, body: Body) -> tuple[Permission | None, Channel | None]:
        given = checked(body, {"permission": (str,), "channel": (str, int)})
        name = given.get("permission")
        if name is not None and name not in Permission.__members__:
            raise SandboxError(f"there is no permission {name} (there are: {', '.join(Permission.__members__)})")
        channel = self._find(given["channel"]) if "channel" in given else None
        return None if name is None else Permission[name], channel

    def _revoke(self, body: Body) -> None:
        permission, channel = self._permission(body)
        if permission is None:
            raise SandboxError("say which permission")
        self._sandbox.trouble.revoke(permission, channel)

    def _restore(self, body: Body) -> None:
        self._sandbox.trouble.restore(*self._permission(body))

    def _advance(self, body: Body) -> None:
        self._sandbox.clock.advance(_seconds(body, 10**9))

    def _limits(self, body: Body) -> None:
        limits = self._sandbox.limits
        kinds: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,)}
        allowed = {item.name: kinds[str(item.type)] for item in dataclasses.fields(limits)}
        for name, value in checked(body, allowed).items():
            setattr(limits, name, value)

    def _network_down(self, body: Body) -> None:
        seconds = _seconds(body, LONGEST_OUTAGE)

        async def outage() -> None:
            # First the answer to who asked for it goes out.
            await asyncio.sleep(0.05)
            await self._sandbox.trouble.network_down()
            await asyncio.sleep(seconds)
            await self._sandbox.trouble.network_up()

        task = asyncio.create_task(outage())
        self._outages.add(task)
        task.add_done_callback(self._outages.discard)


_OTHERS: dict[str, Callable[[TroubleControl, Body], None]] = {
    "lift": TroubleControl._lift,
    "release": TroubleControl._release,
    "revoke": TroubleControl._revoke,
    "restore": TroubleControl._restore,
    "advance": TroubleControl._advance,
    "limits": TroubleControl._limits,
    "network_down": TroubleControl._network_down,
}


def _rule(item: Rule | Hold) -> Rule:
    return item.rule if isinstance(item, Hold) else item


def _of(call: Call) -> str | None:
    """The channel that a request is about."""
    if "channel_id" in call.args:
        return call.args["channel_id"]
    interactions = call.state.desk
    token = call.args.get("interaction_token") or call.args.get("webhook_token")
    found = next((item for item in interactions.opened if item.token == token), None)
    return None if found is None else str(found.channel.id)


def _seconds(body: Body, most: float) -> float:
    seconds = checked(body, {"seconds": (int, float)}).get("seconds")
    if seconds is None or not 0 <= seconds <= most:
        raise SandboxError(f"seconds is a number from 0 to {most:g}")
    return float(seconds)
