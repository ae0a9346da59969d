"""Counting words, in any script: what the limits, the scenes and the lines are measured in."""

from __future__ import annotations

import re
import unicodedata

#: Longest stretch without white space that counts as one word, in code points; a longer one counts as several.
LONG_RUN = 60

#: Scripts that put no spaces between words (Han, kana, Thai, Lao, Khmer, Burmese): two characters count as a word.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)

#: Invisible characters that are no part of what is read or shown: controls, bidirectional marks, zero-width spaces.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

#: White space, as ``str.split`` sees it.
RUN = re.compile(r"\S+")


def word_set(text: str) -> frozenset[str]:
    """The words of a word list, white space apart."""
    return frozenset(text.split())


def has_words(text: str) -> bool:
    """Whether there is anything to tell: at least one letter or digit of any script."""
    return any(map(str.isalnum, text))


def weight(run: str) -> int:
    """How many words one stretch without white space counts as: 0 for mere punctuation, else at least 1."""
    if not has_words(run):
        return 0
    if len(run) < 3:
        return 1
    unspaced = len(UNSPACED.findall(run))
    return max(1, (unspaced + 1) // 2, -(-len(run) // LONG_RUN))


def count_words(text: str) -> int:
    """How many words ``text`` has, in time linear in its length."""
    return sum(map(weight, text.split()))


def fold(text: str) -> str:
    """``text`` in Unicode's composed form, without invisible characters, every white space one blank."""
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
