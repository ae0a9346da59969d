"""How often one person is answered: what costs whoever runs the bot money is not asked for without end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from storycore.errors import StateError

#: So many suggestions a person gets in so many seconds.
MOST = 6
WITHIN_S = 600.0
_MOST_PEOPLE = 10_000


class Limits:
    """Who asked when, in this process: a restart forgives. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: dict[int, deque[float]] = {}

    def take(self, member_id: int | None) -> None:
        """Count one request of a member's (None: nobody's). Raises ``StateError`` that says when there is another."""
        if member_id is None:
            return
        now = self._clock()
        asked = self._asked.pop(member_id, deque())
        while asked and asked[0] <= now - WITHIN_S:
            asked.popleft()
        self._asked[member_id] = asked  # whoever asked last stands last
        if len(asked) >= MOST:
            minutes = max(1, -(-round(asked[0] + WITHIN_S - now) // 60))
            raise StateError(
                f"You had {MOST} suggestions in {WITHIN_S / 60:.0f} minutes.",
                f"There is another in {minutes} {'minute' if minutes == 1 else 'minutes'}.",
            )
        asked.append(now)
        if len(self._asked) > _MOST_PEOPLE:
            del self._asked[next(iter(self._asked))]
