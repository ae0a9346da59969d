"""The front door of understanding. Both functions are pure, and what goes in and comes out can be pickled."""

from __future__ import annotations

from functools import lru_cache

from storycore.cast import reader as _reader
from storycore.cast import rules as _rules
from storycore.cast.apply import apply_facts
from storycore.cast.base import DEFAULT_UNDERSTANDER, understander
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Understanding

#: The understanders that come with Fireside; a plug-in calls ``storycore.cast.base.register``.
BUILT_IN = (_rules.RulesUnderstander, _reader.ModelUnderstander)


def understand(text: str, name: str = DEFAULT_UNDERSTANDER, facts: Facts = NOTHING_KNOWN) -> Understanding:
    """Cut ``text`` (``\\n`` line ends) into scenes and lines, and say who is in it and who speaks.

    CPU-bound: about a millisecond for a hundred words, and spaCy is loaded by the first call in a process; call it
    through ``storycore.cast.pool.UnderstandingPool`` from an event loop. Raises ``SettingsError`` for an unknown name.
    What people know (``facts``) holds of the answer, whoever read. The last few answers are kept: after a correction
    that the reader is not told, the same is asked again.
    """
    return _understand(name, id(understander(name)), text, facts)


@lru_cache(maxsize=4)
def _understand(name: str, _made: int, text: str, facts: Facts) -> Understanding:
    return apply_facts(understander(name).understand(text, facts), facts)


def understanding_fingerprint(name: str = DEFAULT_UNDERSTANDER) -> str:
    """What, beside the text, decides the answer: part of the key of everything made from it."""
    return understander(name).fingerprint()
