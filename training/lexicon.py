"""Word lists counted in the novels, the tales and the treebank: sexes of names, common words, finite verbs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from storycore.cast.lexicon import NO_NAMES, TITLES
from storycore.script.words import word_set

_TOKEN = re.compile(r"[^\W\d_]+|[.!?;:,\"“”]")
_HE = word_set("he his him himself")
_SHE = word_set("she her hers herself")
_SIR = word_set("mr sir king prince lord uncle father brother monsieur herr don captain")
_MADAM = word_set("mrs miss ms lady queen princess aunt mother sister madame frau madam")
_REACH = 10
_AT = word_set("in at near from into through towards")
_FINITE = ("VBD", "VBZ", "VBP", "MD")


def count_names(texts: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Capitalised words with the sex of the pronouns that follow them ("m", "f"), and common words in small letters."""
    sexes: dict[str, Counter[str]] = defaultdict(Counter)
    small: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for text in texts:
        words = _TOKEN.findall(text)
        pending: list[tuple[int, str]] = []
        for i, word in enumerate(words):
            lower = word.lower()
            if word.islower():
                small[word] += 1
                if sex := ("m" if lower in _HE else "f" if lower in _SHE else ""):
                    if pending and i - pending[-1][0] <= _REACH:
                        sexes[pending[-1][1]][sex] += 1
                    pending.clear()
            elif word[0].isupper() and len(word) > 2:
                large[lower] += 1
                before = words[i - 1].lower() if i and words[i - 1] != "." else words[i - 2].lower() if i > 1 else ""
                if before in _SIR or before in _MADAM:
                    sexes[lower]["m" if before in _SIR else "f"] += 2
                if lower not in NO_NAMES and lower not in TITLES:
                    pending.append((i, lower))
    names = {}
    for word, found in sorted(sexes.items()):
        total = found.total()
        sex, n = found.most_common(1)[0]
        if total >= 12 and n >= 0.78 * total and large[word] > 2 * small[word]:
            names[word] = sex
    common = sorted(word for word, n in small.items() if n >= 30 and n > large[word])
    return names, common


def count_places(texts: Iterable[str]) -> list[str]:
    """Capitalised words (in small letters) that stand where places stand, in three books or more."""
    books: dict[str, int] = defaultdict(int)
    large: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    for text in texts:
        words = _TOKEN.findall(text)
        here: set[str] = set()
        for before, word in pairwise(words):
            if word[0].isupper() and len(word) > 2 and not word.isupper() and before not in '.!?"“”':
                large[word.lower()] += 1
                placed[word.lower()] += before in _AT
                if before in _AT:
                    here.add(word.lower())
        for word in here:
            books[word] += 1
    return sorted(word for word, n in placed.items() if books[word] >= 3 and n * 5 >= large[word])


def count_verbs(words: Iterable[tuple[str, str]]) -> list[str]:
    """Words that are mostly finite verbs, from (word, Penn tag)."""
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for word, tag in words:
        tags[word.lower()][tag] += 1
    return sorted(
        word
        for word, found in tags.items()
        if word.isalpha() and sum(found[tag] for tag in _FINITE) * 10 >= found.total() * 6
    )
