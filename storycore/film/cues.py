"""Lines cut into cues: two rows at most, broken where a reader would breathe, each as long as its words are heard."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from storycore.film.letters import UNSPACED, Letters
from storycore.film.model import FilmLine

#: Shown this long before its first word and kept this long after its last, seconds.
_EARLY_S = 0.06
_HOLD_S = 0.3
_LONGEST_S = 7.0
_MOST_TOKENS = 24
#: What is looked at of a word, in characters; more of what has no spaces between its words.
_MOST_LETTERS, _MOST_UNSPACED = 400, 4000

_SENTENCE_ENDS = ".!?…。！？"
_PHRASE_ENDS = ",;:—–)،、，"
_CLOSERS = "\"'”’»)]"
_OPENING, _CLOSING = "「『（《〈【“‘", "。、，．！？：；」』）》〉】”’…ー々"
#: A piece of East Asian text: what opens, one letter (or a stretch of others), and the marks that must not begin a row.
_PIECE = re.compile(f"[{_OPENING}]*(?:{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})[^{_OPENING}])+)[{_CLOSING}]*|.+")
_JOINERS = frozenset(
    re.findall(
        r"\w+",
        "and but or nor so yet for as if than that then when where while who whom whose which because until unless "
        "though to of in on at by with from into over under through after before about against between without like "
        "a an the",
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is shown: its text, when it is heard (seconds of the segment), its width at a size of 1.

    ``glued``: it follows the one before it without a space, as East Asian letters do.
    """

    text: str
    begin: float
    end: float
    width: float
    glued: bool = False

    def gap(self, space: float) -> float:
        """What lies between it and the one before, where a space takes ``space``."""
        return 0.0 if self.glued else space


@dataclass(frozen=True, slots=True)
class Cue:
    """What is on the screen at one time: one or two rows of tokens."""

    begin: float
    end: float
    rows: tuple[tuple[Token, ...], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line ready to be shown. ``lost`` characters have no glyph, ``shortened`` words were too wide for a row."""

    tokens: tuple[Token, ...]
    lost: int
    shortened: int


def tokens_of(line: FilmLine, begin: float, seconds: float, letters: Letters, widest: float) -> Shown:
    """The words of ``line``, heard from ``begin`` for ``seconds``; none is wider than ``widest`` (at a size of 1)."""
    spans = _spans(line.text)
    times = _times(line, spans, seconds)
    tokens: list[Token] = []
    lost = shortened = 0
    for (start, end), (first, last) in zip(spans, times, strict=True):
        raw = line.text[start:end]
        most = _MOST_UNSPACED if UNSPACED.search(raw) else _MOST_LETTERS
        text, missing = letters.clean(raw[:most])
        lost += missing
        shortened += len(raw) > most
        words = text.split()
        said, letters_said = 0, sum(map(len, words))
        for word in words:
            for place, piece in enumerate(_pieces(word)):
                fitting = _fitted(piece, letters, widest)
                shortened += fitting != piece and len(raw) <= most
                at, said = said, said + len(piece)
                from_, to = (begin + first + (last - first) * part / letters_said for part in (at, said))
                tokens.append(Token(fitting, from_, to, letters.width(fitting, 1.0), glued=place > 0))
    return Shown(tuple(tokens), lost, shortened)


def _pieces(word: str) -> list[str]:
    """``word`` in pieces between which a row may end: East Asian letters one by one, their marks with them."""
    return _PIECE.findall(word) if UNSPACED.search(word) else [word]


def spaced(tokens: Sequence[Token], texts: Sequence[str]) -> str:
    """``texts``, one for each of ``tokens``, in a row: spaces between them, but not before what is glued."""
    return "".join(
        text if token.glued or not at else f" {text}"
        for at, (token, text) in enumerate(zip(tokens, texts, strict=True))
    )


def _spans(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for at, char in enumerate(text):
        if char.isspace():
            if start is not None:
                spans.append((start, at))
            start = None
        elif start is None:
            start = at
    if start is not None:
        spans.append((start, len(text)))
    return spans


def _times(line: FilmLine, spans: Sequence[tuple[int, int]], seconds: float) -> list[tuple[float, float]]:
    """When each span is heard, from the line's start: by the voice's words, else in proportion to the letters."""
    begins: list[float | None] = []
    for start, end in spans:
        heard = [word.begin_s for word in line.words if word.start < end and word.end > start]
        begins.append(min(max(min(heard), 0.0), seconds) if heard and math.isfinite(min(heard)) else None)
    total = sum(end - start + 1 for start, end in spans)
    if not line.words and total:
        passed = 0
        for index, (start, end) in enumerate(spans):
            begins[index] = seconds * passed / total
            passed += end - start + 1
    filled = _fill(begins, seconds)
    return [(begin, filled[index + 1] if index + 1 < len(filled) else seconds) for index, begin in enumerate(filled)]


def _fill(begins: list[float | None], seconds: float) -> list[float]:
    """Gaps spread evenly between their neighbours; never backwards."""
    known = [(-1, 0.0), *((i, b) for i, b in enumerate(begins) if b is not None), (len(begins), seconds)]
    filled = [0.0] * len(begins)
    for (left, at), (right, until) in itertools.pairwise(known):
        for index in range(max(left, 0), right):
            share = (index - left) / (right - left) if left >= 0 else index / max(1, right)
            filled[index] = at + (max(at, until) - at) * share
    for index in range(1, len(filled)):
        filled[index] = max(filled[index], filled[index - 1])
    return filled


def _fitted(word: str, letters: Letters, widest: float) -> str:
    if letters.width(word, 1.0) <= widest:
        return word
    room = widest - letters.width("…", 1.0)
    for length, char in enumerate(word):
        room -= letters.width(char, 1.0)
        if room < 0:
            return word[:length] + "…"
    return word


def cut(tokens: Sequence[Token], space: float, widest: float, until: float) -> list[Cue]:
    """Cues for one line's tokens: the cheapest way to break them, by dynamic programming over the breaks.

    ``space`` is a space's width and ``widest`` a row's, both at a size of 1; ``until`` is when the next line begins
    (the last cue ends there at the latest).
    """
    count = len(tokens)
    best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * count
    for end in range(1, count + 1):
        for start in range(end - 1, max(-1, end - 1 - _MOST_TOKENS), -1):
            cost = _cost(tokens[start:end], space, widest, last=end == count)
            if cost is None:
                break
            total = best[start][0] + cost
            if total < best[end][0]:
                best[end] = (total, start)
    bounds: list[tuple[int, int]] = []
    end = count
    while end > 0:
        start = best[end][1]
        bounds.append((start, end))
        end = start
    bounds.reverse()
    cues: list[Cue] = []
    for index, (start, end) in enumerate(bounds):
        begin = max(tokens[start].begin - _EARLY_S, cues[-1].end if cues else 0.0)
        following = tokens[bounds[index + 1][0]].begin - _EARLY_S if index + 1 < len(bounds) else until
        stop = min(max(following, begin), tokens[end - 1].end + _HOLD_S)
        cues.append(Cue(begin, max(stop, begin + 0.05), rows(tokens[start:end], space, widest) or ()))
    return cues


def _cost(tokens: Sequence[Token], space: float, widest: float, *, last: bool) -> float | None:
    """What showing ``tokens`` as one cue costs; None where they do not fit (more tokens will not either)."""
    if rows(tokens, space, widest) is None:
        return None
    seconds = tokens[-1].end - tokens[0].begin
    fill = _width(tokens, space) / (2 * widest)
    cost = 0.35 + 0.8 * max(0.0, 0.55 - fill) ** 2 * 3 + 0.3 * max(0.0, seconds - _LONGEST_S)
    return cost if last else cost + _break_cost(tokens[-1].text)


def _width(tokens: Sequence[Token], space: float) -> float:
    return sum(token.width for token in tokens) + sum(token.gap(space) for token in tokens[1:])


def _break_cost(text: str) -> float:
    """How bad it is to break after ``text``."""
    bare = text.rstrip(_CLOSERS)
    if bare and bare[-1] in _SENTENCE_ENDS:
        return 0.0
    if text[-1:] in _PHRASE_ENDS or (bare and bare[-1] in _PHRASE_ENDS):
        return 0.25
    return 1.2 if bare.casefold() in _JOINERS else 0.8


def rows(tokens: Sequence[Token], space: float, widest: float) -> tuple[tuple[Token, ...], ...] | None:
    """``tokens`` in one row or two of much the same width, no row ending in a joining word; None if too wide."""
    total = _width(tokens, space)
    if total <= widest:
        return (tuple(tokens),)
    if total > 2 * widest:
        return None
    choice: tuple[float, int] | None = None
    for index in range(1, len(tokens)):
        upper, lower = _width(tokens[:index], space), _width(tokens[index:], space)
        if upper > widest or lower > widest:
            continue
        # A lower row a little longer than the upper one reads best.
        uneven = abs(lower - upper * 1.1) / widest + 0.25 * _break_cost(tokens[index - 1].text)
        if choice is None or uneven < choice[0]:
            choice = (uneven, index)
    if choice is None:
        return None
    return tuple(tokens[: choice[1]]), tuple(tokens[choice[1] :])
