"""How well a scene may begin with a line: by time, place, cast, talk and words, each told from the text around it.

The weights were set by hand near a logistic regression over the borders that people drew in 232 fairy tales (which
``benchmarks/scenes.py --fit`` prints); that words change where the matter does is Hearst's TextTiling (Computational
Linguistics 23.1, 1997).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storycore.script.lines import Piece
from storycore.script.model import LineKind
from storycore.script.setting import find_places, find_times
from storycore.script.words import word_set

#: Who is told of where: (offset, number of a character), in order.
Presence = Sequence[tuple[int, int]]

#: So many words on either side of a border are compared.
_WINDOW = 50
_HEAD = 70
_WORD = re.compile(r"[^\W\d_]{1,40}")
_CAPITAL = re.compile(r"(?<=[^\W\d_,;:] )[^\W\d_a-z][^\W\d_]{1,30}")
_SEQUENCE = re.compile(
    r"\W{0,4}(?:then|next|later|soon|suddenly|meanwhile|finally|at (?:last|length|first)|when|after|before|as soon"
    r"|far away|so|now|now it|thus|hardly|scarcely|no sooner|in the end)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\W{0,3}(?:he|she|it|they|this|his|her|their|him)\b", re.IGNORECASE)
_GO = re.compile(
    r"\b(?:went|came|walked|rode|ran|climbed|travelled|traveled|set (?:out|off)|reached|arrived|returned|left|entered"
    r"|sailed|journeyed|flew|followed|wandered|hurried|marched)\b",
    re.IGNORECASE,
)
_COMMON = word_set(
    """the and of to he she you it his her that with for not they had but said my what this have from there were your
    are who when then him them their our we be been is which would could out into by as i in a an on at was so all no
    me if will do did up down one upon or has shall let can now come came go went very more any how than some about
    before after over again back its own too must might only just like see saw man little old good great"""
)

#: One weight for each of ``FEATURES``; positive is a border.
FEATURES = (
    "bias",
    "time",
    "vague time",
    "sequence",
    "place",
    "moves",
    "cast",
    "newcomer",
    "speech",
    "after speech",
    "talk",
    "words",
    "pronoun",
    "colon",
    "long paragraph",
    "after long",
)
WEIGHTS = (-1.8, 0.3, 0.3, 0.4, 0.2, 0.1, 0.2, 0.15, -0.25, 0.1, -0.65, 0.15, -0.25, -2.1, 2.0, 0.85)


@dataclass(frozen=True, slots=True)
class Border:
    """The place before one line: how it fits as a border (``score``, log odds; 0 is even) and what told so."""

    score: float
    features: tuple[float, ...]


def find_borders(text: str, pieces: Sequence[Piece], presence: Presence | None = None) -> list[Border]:
    """The border before each of ``pieces``; the first one's is never used. Without ``presence`` capitalised words
    serve as names. Linear.
    """
    who = _Who(presence if presence is not None else _names(text, pieces))
    words = [_content(text, piece) for piece in pieces]
    places = [_place(text, piece) for piece in pieces]
    change = _changes(pieces, words)
    found: list[Border] = []
    here = ""
    for i, piece in enumerate(pieces):
        features = _features(text, pieces, i, here, places, who, change[i])
        found.append(Border(sum(w * f for w, f in zip(WEIGHTS, features, strict=True)), features))
        here = places[i] or here
        who.seen(piece)
    return found


def _features(
    text: str, pieces: Sequence[Piece], i: int, here: str, places: Sequence[str], who: _Who, change: float
) -> tuple[float, ...]:
    piece, before = pieces[i], pieces[i - 1] if i else pieces[i]
    told = piece.kind is LineKind.NARRATION
    head = text[piece.start : min(piece.end, piece.start + _HEAD)] if told else ""
    times = find_times(head)
    time = max((phrase.weight for phrase in times), default=0.0)
    moved = bool(places[i]) and places[i] != here
    talk = not told and before.kind is LineKind.SPEECH
    return (
        1.0,
        float(time == 1.0),
        float(time == 0.5),
        float(bool(_SEQUENCE.match(head))),
        float(moved),
        float(told and bool(_GO.search(text[piece.start : piece.end]))),
        who.change(pieces, i),
        float(who.newcomer(piece)),
        float(not told),
        float(told and before.kind is LineKind.SPEECH),
        float(talk),
        change,
        float(bool(_PRONOUN.match(head))),
        float(text[before.start : before.end].rstrip().endswith((":", ",", "—", "--"))),
        _long(pieces, i, 1),
        _long(pieces, i - 1, -1),
    )


def _long(pieces: Sequence[Piece], i: int, step: int) -> float:
    """How long the paragraph is that begins (``step`` 1) or ends (-1) here: 0 … 1 for 0 … 60 words and more."""
    words = 0
    while 0 <= i < len(pieces) and words < 60:
        words += pieces[i].words
        i += step
        at = i if step > 0 else i + 1
        if not 0 <= at < len(pieces) or pieces[at].opens:
            break
    return min(words, 60) / 60


def _place(text: str, piece: Piece) -> str:
    if piece.kind is not LineKind.NARRATION:
        return ""
    found = find_places(text[piece.start : piece.end])
    return found[-1].head if found else ""


def _content(text: str, piece: Piece) -> list[str]:
    words = (word.lower() for word in _WORD.findall(text[piece.start : piece.end]))
    return [word[:6] for word in words if len(word) > 2 and word not in _COMMON]


def _names(text: str, pieces: Sequence[Piece]) -> Presence:
    """A stand-in for the cast: words that are capitalised within sentences, and the speakers of labels."""
    numbers: dict[str, int] = {}
    for piece in pieces:
        for match in _CAPITAL.finditer(text, piece.start, piece.end):
            numbers.setdefault(match.group().lower(), len(numbers))
        if piece.speaker:
            numbers.setdefault(piece.speaker.lower(), len(numbers))
    found: list[tuple[int, int]] = []
    for piece in pieces:
        if piece.speaker:
            found.append((piece.start, numbers[piece.speaker.lower()]))
        found.extend(
            (match.start(), numbers[match.group().lower()])
            for match in _WORD.finditer(text, piece.start, piece.end)
            if match.group()[0].isupper() and match.group().lower() in numbers
        )
    return found


class _Who:
    """Who is told of around a border."""

    def __init__(self, presence: Presence) -> None:
        self._starts = [start for start, _ in presence]
        self._who = [who for _, who in presence]
        self._known: set[int] = set()

    def _within(self, start: int, end: int) -> list[int]:
        return self._who[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def seen(self, piece: Piece) -> None:
        """This line was told: whoever is in it is no newcomer any more."""
        self._known.update(self._within(piece.outer, piece.end))

    def newcomer(self, piece: Piece) -> bool:
        """Whether somebody is told of for the first time here."""
        return not self._known.issuperset(self._within(piece.start, piece.end))

    def change(self, pieces: Sequence[Piece], i: int) -> float:
        """How much of the cast is another after the border than before it: 0 … 1."""
        before = set(self._within(_reach(pieces, i - 1, -1), pieces[i].start))
        after = set(self._within(pieces[i].start, _reach(pieces, i, 1)))
        if not before or not after:
            return 0.5
        return 1 - len(before & after) / len(before | after)


def _reach(pieces: Sequence[Piece], i: int, step: int) -> int:
    """The end of the ``_WINDOW`` words from line ``i`` on, backwards or forwards."""
    words = 0
    at = i
    while 0 <= at + step < len(pieces) and words < _WINDOW:
        words += max(1, pieces[at].words)
        at += step
    at = min(max(at, 0), len(pieces) - 1)
    return pieces[at].end if step > 0 else pieces[at].start


def _changes(pieces: Sequence[Piece], words: Sequence[Sequence[str]]) -> list[float]:
    """How little the words before and after each border have in common: 1 minus their cosine."""
    return [1 - _cosine(_around(words, i - 1, -1), _around(words, i, 1)) for i in range(len(pieces))]


def _around(words: Sequence[Sequence[str]], i: int, step: int) -> Counter[str]:
    bag: Counter[str] = Counter()
    count = 0
    while 0 <= i < len(words) and count < _WINDOW // 2:
        bag.update(words[i])
        count += max(1, len(words[i]))
        i += step
    return bag


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    if not one or not other:
        return 0.5
    shared = sum(count * other[word] for word, count in one.items() if word in other)
    return shared / math.sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()))
