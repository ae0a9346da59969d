"""Rules: which requests meet which trouble, and how often."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.errors import SandboxError
from sandbox.rest.router import ROUTES, Answer, Call
from sandbox.waiting import until
from sandbox.world import World

ANY = "*"
INVALID = frozenset({401, 403, 404, 429})
"""Statuses that Discord counts towards its ban (topics/rate-limits, "Invalid Request Limit"), and 404, which it may."""
INVALID_KEPT = 20_000

Before = Callable[[Call], Awaitable[Answer | None]]
After = Callable[[Call, Answer], Awaitable[None]]


async def _pass(_: Call) -> Answer | None:
    return None


async def _done(_: Call, __: Answer) -> None:
    return None


@dataclass(eq=False)
class Rule:
    """A trouble that is on for some requests until it has been met `times` times (None: until lifted).

    `route` is a template as Discord's documentation writes it ("/channels/{channel_id}/messages"), the start of one
    with a star at its end, or "*". The first `skip` requests that fit pass. `when` may refuse a request that fits.
    """

    what: str
    method: str = ANY
    route: str = ANY
    times: int | None = 1
    skip: int = 0
    when: Callable[[Call], bool] | None = None
    before: Before = _pass
    after: After = _done
    met: int = 0
    lifted: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it will meet nothing more."""
        return self.lifted or (self.times is not None and self.met >= self.times)

    def lift(self) -> None:
        """Take the trouble away."""
        self.lifted = True

    def takes(self, call: Call) -> bool:
        """Whether this request meets it; counts."""
        if self.is_over or not self._fits(call) or (self.when is not None and not self.when(call)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.met += 1
        return True

    def _fits(self, call: Call) -> bool:
        if call.route is None or self.method not in (ANY, call.method):
            return False
        template = call.route.partition(" ")[2]
        return template.startswith(self.route[:-1]) if self.route.endswith(ANY) else template == self.route

    def check(self) -> None:
        """Raise `SandboxError` when no request could ever fit."""
        known = {(item.method, item.template) for item in ROUTES}
        if not any(
            self.method in (ANY, method)
            and (template.startswith(self.route[:-1]) if self.route.endswith(ANY) else template == self.route)
            for method, template in known
        ):
            near = sorted({template for method, template in known if self.method in (ANY, method)})
            raise SandboxError(f"the sandbox has no route {self.method} {self.route} (there are: {', '.join(near)})")
        if (self.times is not None and self.times < 1) or self.skip < 0:
            raise SandboxError("times is 1 or more (or None), skip is 0 or more")


class Book:
    """All rules, and the count of answers that Discord holds against a bot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules: list[Rule] = []
        self._invalid: deque[tuple[float, int]] = deque(maxlen=INVALID_KEPT)

    @property
    def rules(self) -> list[Rule]:
        """The rules that are on."""
        self._rules = [rule for rule in self._rules if not rule.is_over]
        return list(self._rules)

    def add(self, rule: Rule) -> Rule:
        """Switch a trouble on; those before it come first."""
        rule.check()
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Lift all."""
        for rule in self._rules:
            rule.lift()
        self._rules.clear()

    async def before(self, call: Call) -> tuple[Answer | None, list[Rule]]:
        """Let the rules meet a request: the answer that one gives, and the rules that wait for the real answer."""
        met: list[Rule] = []
        for rule in self.rules:
            if rule.takes(call):
                met.append(rule)
                self._world.changed()
                given = await rule.before(call)
                if given is not None:
                    return given, []
        return None, met

    def note(self, status: int) -> None:
        """Count an answer."""
        if status in INVALID:
            self._invalid.append((self._world.clock.time(), status))

    def invalid(self, window_s: float) -> int:
        """Answers of status 401, 403, 404 or 429 in the last `window_s` seconds (counted up to 20,000)."""
        start = self._world.clock.time() - window_s
        return sum(at >= start for at, _ in self._invalid)

    async def meets(self, rule: Rule, times: int, timeout: float) -> None:
        """Wait until a rule has been met; raises `SandboxError` after `timeout` seconds."""
        await until(self._world, lambda: rule.met >= times, timeout, f"{rule.what} to be met {times} times")
