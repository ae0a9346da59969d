"""What the network misses. Whoever speaks is somebody: “…,” said the ferryman, and so is every ferryman of that
script. So is who bears a name: "her cat, Pepper", "Rex, the dog"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storycore.cast.lexicon import ANIMATE, SPEECH_VERBS
from storycore.cast.reading.words import Words
from storycore.script.words import word_set

Core = tuple[int, int, str]
_DETERMINERS = word_set("the a an this that my your his her its our their another one")
_NOT_HEADS = word_set("same other one way and or but who as with in to at from very so then first next of for")
_ADVERBS = word_set("then softly again at last once")
_CALLED = [
    *(
        "named",
        "called",
        "by the name of",
        "of the name of",
        "who went by the name of",
        "whose name was",
        "whose name is",
    ),
    *(f"{who} {be} {so}" for who in ("who", "that") for be in ("was", "is") for so in ("named", "called")),
]
#: What stands between a description and the name it leads to.
NAMED = [comma + so.split() for so in _CALLED for comma in ([], [","])]
#: The most words between a determiner and its noun, and the noun itself.
_REACH = 3


def speaking(words: Words, taken: list[bool]) -> Iterator[Core]:
    """Cores that the network missed beside quotes: nouns, here and wherever they stand with a determiner, and "it"."""
    heads: dict[str, None] = {}
    for speech in words.speeches:
        for at in (_after(words, speech.last), _before(words, speech.first - 1)):
            if at < 0 or taken[at]:
                continue
            if words.lower[at] == "it":
                yield at, at, "PRON"
            elif words.words[at].islower():
                heads[words.lower[at]] = None
    if not heads:
        return
    for i, word in enumerate(words.lower):
        if word in heads and not taken[i] and words.words[i].islower() and _is_determined(words, taken, i):
            yield i, i, "NOM"


def _after(words: Words, at: int) -> int:
    """The noun or "it" of “…” said the old ferryman, and of “…” it said; -1 where there is none."""
    while at < len(words) and words.words[at] in (",", ".", "-", "—"):
        at += 1
    if at + 2 >= len(words) or words.quote[at] >= 0:
        return -1
    if words.lower[at] == "it":
        return at if words.lower[at + 1] in SPEECH_VERBS else -1
    if words.lower[at] not in SPEECH_VERBS:
        return -1
    if words.lower[at + 1] == "it":
        return at + 1
    return _noun(words, at + 2) if words.lower[at + 1] in _DETERMINERS else -1


def _noun(words: Words, begin: int) -> int:
    """The last of the words from ``begin`` before a mark or a word that ends a noun phrase."""
    for at in range(begin, min(begin + _REACH, len(words) - 1)):
        word, following = words.lower[at], words.lower[at + 1]
        if not word.isalpha() or word in _NOT_HEADS:
            return -1
        if not following.isalpha() or following in _NOT_HEADS or following in _ADVERBS or following.endswith("ly"):
            return at if not following.startswith(("'", "’")) else -1
    return -1


def _before(words: Words, at: int) -> int:
    """The noun of The ferryman said, “…”; -1 where there is none."""
    if at < 3 or words.words[at] not in (",", ":") or words.quote[at] >= 0 or words.lower[at - 1] not in SPEECH_VERBS:
        return -1
    noun = at - 2
    plain = words.lower[noun].isalpha() and words.lower[noun] not in _NOT_HEADS and words.lower[noun] != "it"
    if not plain or words.lower[noun] in _DETERMINERS:
        return -1
    return noun if any(words.lower[k] in _DETERMINERS for k in range(max(0, noun - _REACH), noun)) else -1


def _is_determined(words: Words, taken: list[bool], i: int) -> bool:
    for k in range(i - 1, max(-1, i - 1 - _REACH), -1):
        if words.lower[k] in _DETERMINERS:
            return True
        if not words.words[k].islower() or taken[k]:
            return False
    return False


def introduced(words: Words, last: int) -> int:
    """Where the name begins that a description ending with the word ``last`` leads to ("a girl named Linh"), or -1."""
    for way in NAMED:
        begin = last + 1 + len(way)
        if words.lower[last + 1 : begin] == way and begin < len(words) and words.words[begin][0].isalpha():
            return begin
    return -1


def introductions(words: Words, taken: list[bool], nouns: Sequence[int]) -> Iterator[Core]:
    """Names in capitals that descriptions lead to (``nouns``: where those end): "a girl by the name of Linh"."""
    for noun in nouns:
        begin = end = introduced(words, noun)
        while 0 <= end < len(words) and words.words[end].istitle() and not taken[end]:
            end += 1
        if end > begin:
            yield begin, end - 1, "PROP"


def beside_names(words: Words, taken: list[bool], names: Sequence[tuple[int, int]]) -> Iterator[Core]:
    """Cores of nouns for somebody that stand beside a name (``names``: first and last word of each)."""
    for first, last in names:
        before = first - 2 if first > 1 and words.words[first - 1] == "," else first - 1
        after = next((k for k in range(last + 2, min(last + 6, len(words))) if words.lower[k] in ANIMATE), -1)
        if after > 0 and (words.words[last + 1] != "," or words.lower[last + 2] not in _DETERMINERS):
            after = -1
        for at in (before, after):
            alone = at > 0 and not taken[at] and words.lower[at] in ANIMATE and words.words[at].islower()
            if alone and words.paragraph[at] == words.paragraph[first] and _is_determined(words, taken, at):
                yield at, at, "NOM"
