"""Tokens of a prompt and the simple forms of English words: enough to find nouns, quick enough for a click."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


def listed(text: str) -> frozenset[str]:
    """The words of a long list, written as text so that it can be read."""
    return frozenset(text.split())


#: Names of several words that would be read as something else.
_PHRASES = (
    (re.compile(r"(?:little\s+)?red\s+riding\s+hood", re.IGNORECASE), "Redcap"),
    (re.compile(r"\bsnow[\s-]white\b", re.IGNORECASE), "Snowwhite"),
    (re.compile(r"\bsleeping\s+beauty\b", re.IGNORECASE), "Briarrose"),
    (re.compile(r"\bpuss\s+in\s+boots\b", re.IGNORECASE), "tomcat"),
)

#: How much of a prompt is read for things to draw (code points). All of it decides the picture's chance.
READ_LIMIT = 4000

_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "geese": "goose",
    "mice": "mouse",
    "oxen": "ox",
    "dwarves": "dwarf",
    "elves": "elf",
    "wolves": "wolf",
    "leaves": "leaf",
    "knives": "knife",
    "thieves": "thief",
    "wives": "wife",
    "loaves": "loaf",
    "calves": "calf",
    "ships": "ship",
    "fishes": "fish",
    "witches": "witch",
    "torches": "torch",
    "sang": "sing",
    "sung": "sing",
    "wept": "weep",
    "slept": "sleep",
    "ridden": "ride",
    "riding": "ride",
    "bled": "bleed",
    "dove": "dove",
}

_PLURALS = frozenset({"men", "women", "children", "geese", "mice", "oxen", "dwarves", "elves", "wolves", "thieves"})

#: Words that are things only behind an article or the like: "the great bear", but not "he could not bear it".
AMBIGUOUS = listed(
    """
    bear rose saw spring fall wave ring bow lead fly duck well watch match bat bank train horn key crane mine
    rock leaf kid ram ash edge pick pipe drop tear box trap hide seal swallow lark rook cock hum drink present
    school guard camp fire sack map spell rope knot pit steel lime palm grain lock wax log wood bus can ass hind hart
    sow mare message letter race bell hail wall pot ride sail gate dash pike worm keep die corn
    """
)
_DETERMINERS = listed(
    """
    a an the his her hers their my your its our this that these those each every some two three four five six
    seven eight nine ten many of with no another any in on from by into onto under behind beside
    """
)
NEGATIONS = frozenset({"no", "without", "not", "never"})

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NETWORK = re.compile(r"<[^<>]{0,200}:[^<>]{0,200}>")
_WEIGHT = re.compile(r":\s*[\d.]+\s*(?=[)\]])")


@dataclass(frozen=True, slots=True)
class Token:
    """One word as written, its lower-case form without 's, and what stands before it."""

    text: str
    low: str
    opens: bool
    gap: str

    @property
    def capital(self) -> bool:
        """Written with one capital at its head, like a name."""
        return self.text[:1].isupper() and not self.text[1:].isupper()


def tokens_of(prompt: str) -> list[Token]:
    """The words of a prompt's first :data:`READ_LIMIT` code points, without the WebUI's networks and weights."""
    text = _WEIGHT.sub(" ", _NETWORK.sub(" ", prompt[:READ_LIMIT]))
    for phrase, name in _PHRASES:
        text = phrase.sub(name, text)
    found: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        word = match[0]
        possessive = re.sub(r"['’]s?$", "", word)
        opens = not found or bool(re.search(r"[.!?:;\n\"“”»«]", gap))
        found.append(Token(word, possessive.lower(), opens, gap))
        end = match.end()
    return found


def _stems(word: str) -> list[str]:
    found = []
    if word.endswith("ies") and len(word) > 4:
        found.append(word[:-3] + "y")
    if word.endswith("es") and len(word) > 3:
        found.append(word[:-2])
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        found.append(word[:-1])
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            stem = word[: -len(suffix)]
            found.extend((stem, stem + "e"))
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
    return found


@lru_cache(maxsize=8192)
def lemmas(word: str) -> tuple[str, ...]:
    """``word`` and its likely dictionary forms, likeliest first, without repeats."""
    forms = [_IRREGULAR[word]] if word in _IRREGULAR else []
    forms += [word, *_stems(word)]
    if "-" in word:
        forms += [part for part in reversed(word.split("-")) if part]
    return tuple(dict.fromkeys(forms))


def is_plural(word: str) -> bool:
    """Whether a lower-case word looks like the plural of another."""
    if word in _IRREGULAR:
        return _IRREGULAR[word] in {word[:-3] + end for end in ("f", "fe", "")} or word in _PLURALS
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def is_likened(tokens: list[Token], index: int) -> bool:
    """Whether the word is only a comparison: "hissed like a snake", "as black as a kettle"."""
    for back in (1, 2, 3):
        if index < back or tokens[index].opens:
            return False
        word = tokens[index - back].low
        if word in {"like", "as"}:
            return True
        if word not in {"a", "an", "the"} and back > 1:
            return False
    return False


def is_thing_here(tokens: list[Token], index: int) -> bool:
    """Whether the word at ``index``, if it can be noun or verb, stands where a noun stands; and is not denied."""
    before = [token.low for token in tokens[max(0, index - 2) : index]]
    if any(word in NEGATIONS for word in before) or before[-1:] == ["sun"] or is_likened(tokens, index):
        return False
    after = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if tokens[index].low == "ring" and after == "of":
        return False
    if not any(form in AMBIGUOUS for form in lemmas(tokens[index].low)):
        return True
    if not before or tokens[index].opens:
        return True
    if re.search(r"[,;(]", tokens[index].gap):
        return True
    return before[-1] in _DETERMINERS or (before[0] in _DETERMINERS and before[-1] not in {"who", "that", "to"})
