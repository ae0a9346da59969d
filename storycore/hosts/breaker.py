"""A circuit breaker: a host that failed is left alone for a while, then tried with one job before it gets more.

(Nygard, "Release It!", 2007, chapter 5: Stability Patterns.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic


class Breaking(StrEnum):
    """Closed: work flows. Open: none does. Half open: the time is over, and one trial decides."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class Breaker:
    """Opens after ``most_failures`` in a row, for ``waits`` seconds (the last one again and again)."""

    waits: tuple[float, ...] = (20.0, 20.0, 40.0, 60.0, 120.0)
    most_failures: int = 1
    clock: Callable[[], float] = field(default=monotonic, repr=False)
    failures: int = 0
    opened: int = 0
    _until: float | None = None

    @property
    def state(self) -> Breaking:
        """Where it stands now."""
        if self._until is None:
            return Breaking.CLOSED
        return Breaking.OPEN if self.clock() < self._until else Breaking.HALF_OPEN

    @property
    def seconds_left(self) -> float:
        """How long it stays open, 0 when it is not."""
        return 0.0 if self._until is None else max(0.0, self._until - self.clock())

    def succeeded(self) -> None:
        """It worked: closed again."""
        self.failures = self.opened = 0
        self._until = None

    def failed(self, longest: float = 0.0) -> bool:
        """It did not; says whether the breaker is open now. A failed trial opens it again, for longer.

        ``longest``: after the last of ``waits`` each is twice as long as the one before, up to so many seconds.
        """
        self.failures += 1
        if self._until is None and self.failures < self.most_failures:
            return False
        wait = self.waits[min(self.opened, len(self.waits) - 1)]
        if longest:
            wait = min(max(longest, wait), wait * 2 ** min(20, max(0, self.opened - len(self.waits) + 1)))
        self._until = self.clock() + wait
        self.opened += 1
        return True

    def try_now(self) -> None:
        """Somebody looked after it: if it is open, it is half open at once."""
        if self._until is not None:
            self._until = self.clock()
