"""How long a line is shown where no voice reads it."""

from __future__ import annotations

#: Words a second: a little slower than speech, as captions are read.
WORDS_A_SECOND = 2.6
_SHORTEST_S = 1.2
_LETTERS_A_WORD = 12


def caption_seconds(text: str) -> float:
    """Seconds for which ``text`` is shown: about 2.6 words a second, never under 1.2, never over 60.

    A "word" of many letters (a script without spaces, a run of nonsense) counts as several.
    """
    words = sum(1 + (len(word) - 1) // _LETTERS_A_WORD for word in text.split())
    return min(60.0, max(_SHORTEST_S, words / WORDS_A_SECOND + 0.4))
