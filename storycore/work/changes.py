"""Who wants to know that a story changed: a signal within the process; the rows stay the truth."""

from __future__ import annotations

from collections.abc import Callable


class Changes:
    """Tells listeners which story changed, after the commit. A listener must not block and must not raise."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Call ``listener(story_id)`` at every change; gives a function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, story_id: int) -> None:
        """Say that a story's rows changed."""
        for listener in tuple(self._listeners):
            listener(story_id)
