"""Where sentences end (spaCy), and where a sentence that is too long to read in one breath may be cut."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from storycore.script.words import LONG_RUN, RUN, weight

if TYPE_CHECKING:
    from spacy.language import Language

#: The most words of a line, so that its subtitle fits two rows and its clip is handy.
MAX_LINE_WORDS = 30
#: Two sentences share a line up to so many words.
PAIR_WORDS = 22
#: A stretch without white space is cut after so many code points: nobody's word, but it must not break the film.
MAX_RUN = 200

_CLAUSE = re.compile(
    r"[,;:—–…](?=\s)[\"”’]?|\s(?=(?:and|but|or|so|because|while|until|when|who|which|that|und|aber)\s)"
)
_CLOSED = re.compile(r"[!?…\"”’»)\]*_]$|\.\.$")
_turn = threading.RLock()


@cache
def _language() -> Language:
    """spaCy's English rules with its sentencizer, loaded once per process."""
    import spacy  # only where scripts are read

    nlp = spacy.blank("en")
    nlp.max_length = 1 << 22
    nlp.add_pipe("sentencizer")
    return nlp


@contextmanager
def reading() -> Iterator[Language]:
    """spaCy for the length of one script, for one thread at a time: what it learned of the script's words is given back
    afterwards.
    """
    with _turn:
        nlp = _language()
        with nlp.memory_zone():
            yield nlp


def sentence_ends(nlp: Language, text: str) -> list[int]:
    """The offsets in ``text`` right after each sentence, its closing marks included, but for the last."""
    masked = RUN.sub(_mask, text)
    ends: list[int] = []
    for sentence in nlp(masked).sents:
        begin = sentence.start_char
        following = text[begin : begin + 40].lstrip("\"'“”‘’*_ ")
        if ends and following[:1].islower() and _CLOSED.search(text[:begin].rstrip()[-3:]):
            ends.pop()  # “Run!” she cried: the tag belongs to the sentence
        ends.append(sentence.end_char)
    return ends[:-1]


def _mask(match: re.Match[str]) -> str:
    """spaCy's rules look at a long run again and again; such a run is a word to it, closed by its last mark."""
    run = match.group()
    return run if len(run) <= LONG_RUN else "x" * (len(run) - 1) + run[-1]


def cut_segment(text: str, start: int, end: int, ends: list[int]) -> list[tuple[int, int]]:
    """Cut ``text[start:end]`` into lines of one or two sentences and at most ``MAX_LINE_WORDS`` words.

    ``ends`` are the sentence ends within it, ascending. Every run of white space falls between lines or inside one;
    every word is in exactly one line. Linear.
    """
    lines: list[tuple[int, int, int, int]] = []  # start, end, words, sentences
    for begin, stop in _between(start, end, ends):
        for piece_start, piece_end, words in _breaths(text, begin, stop):
            last = lines[-1] if lines else None
            joined = last[2] + words if last else 0
            small = last is not None and (last[2] == 0 or words == 0)
            if last and (small or (joined <= PAIR_WORDS and last[3] < 2)):
                lines[-1] = (last[0], piece_end, joined, last[3] + (0 if small else 1))
            else:
                lines.append((piece_start, piece_end, words, 1))
    return [(a, b) for a, b, _, _ in lines]


def _between(start: int, end: int, ends: list[int]) -> Iterator[tuple[int, int]]:
    for stop in (*ends, end):
        if stop > start:
            yield start, min(stop, end)
            start = stop


def _breaths(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """A sentence in pieces of at most ``MAX_LINE_WORDS`` words, cut at clauses where there are some, else at words."""
    runs = list(_runs(text, start, end))
    total = sum(words for _, _, words in runs)
    clauses = {m.end() for m in _CLAUSE.finditer(text, start, end)} if total > MAX_LINE_WORDS else set()
    first = 0
    while first < len(runs):
        stop, words = _breath(runs, first, total, clauses)
        total -= words
        yield runs[first][0], runs[stop - 1][1], words
        first = stop


def _breath(runs: list[tuple[int, int, int]], first: int, total: int, clauses: set[int]) -> tuple[int, int]:
    """Where the piece that begins with run ``first`` stops, and its words; ``total`` words are left in all."""
    if total <= MAX_LINE_WORDS:
        return len(runs), total
    target = total / -(-total // MAX_LINE_WORDS)
    words, stop = 0, first
    at_clause, at_word = (0, 0), (0, 0)
    while stop < len(runs) and (stop == first or words + runs[stop][2] <= MAX_LINE_WORDS):
        words += runs[stop][2]
        stop += 1
        if words <= target or not at_word[0]:
            at_word = (stop, words)
        clause = runs[stop - 1][1] in clauses or runs[stop - 1][1] + 1 in clauses
        if clause and words >= 8 and total - words >= 4 and abs(words - target) <= abs(at_clause[1] - target):
            at_clause = (stop, words)
    return at_clause if at_clause[0] else at_word


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    for match in RUN.finditer(text, start, end):
        for at in range(match.start(), match.end(), MAX_RUN):
            stop = min(at + MAX_RUN, match.end())
            yield at, stop, weight(text[at:stop])
