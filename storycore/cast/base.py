"""The interface of understanding: a text goes in, scenes with speakers and a cast come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding
from storycore.errors import SettingsError

DEFAULT_UNDERSTANDER = "model"


class Understander(Protocol):
    """Somebody who reads a story and says who is in it. Pure: equal texts give equal answers."""

    @property
    def name(self) -> str:
        """The name it is registered under."""
        ...

    def fingerprint(self) -> str:
        """What, beside the text, decides the answer: changes whenever the rules or the model do."""
        ...

    def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        """Understand ``text`` (``\\n`` line ends), believing ``facts``. CPU-bound and blocking: call it in a process
        pool."""
        ...


_MAKERS: dict[str, Callable[[], Understander]] = {}
_MADE: dict[str, Understander] = {}


def register(name: str, maker: Callable[[], Understander]) -> None:
    """Make an understander known under ``name``; ``maker`` is called once per process, when it is first needed."""
    _MAKERS[name] = maker
    _MADE.pop(name, None)


def understander(name: str = DEFAULT_UNDERSTANDER) -> Understander:
    """The understander of that name. Raises ``SettingsError`` where there is none."""
    if name not in _MADE:
        if name not in _MAKERS:
            known = ", ".join(sorted(_MAKERS))
            raise SettingsError(f"There is no understander called “{name}”.", f"Known are: {known}.")
        _MADE[name] = _MAKERS[name]()
    return _MADE[name]
