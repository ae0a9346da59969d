"""Discord's ids: milliseconds since 2015 in the high bits, a counter in the low 22."""

from __future__ import annotations

from sandbox.clock import Clock

EPOCH = 1_420_070_400.0
"""2015-01-01T00:00:00Z, seconds since 1970."""


class Snowflakes:
    """Gives ids that always grow, as Discord's do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.last = 0

    def next(self) -> int:
        """A new id, larger than every one before."""
        fresh = int((self._clock.time() - EPOCH) * 1000) << 22
        self.last = max(fresh, self.last + 1)
        return self.last


def created(snowflake: int) -> float:
    """When an id was given, in seconds since 1970."""
    return (snowflake >> 22) / 1000 + EPOCH


def parse(value: object) -> int | None:
    """An id from what a request carried (a string of digits, or a number), else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and value >= 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    return None
