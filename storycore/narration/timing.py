"""When each word is heard, for voices that do not say so: from the sound's pauses and the words' lengths."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from storycore.narration.base import WordTime
from storycore.narration.spoken import SpokenWord

_BLOCK_S = 0.02
_SHORTEST_PAUSE_S = 0.11
#: Of the loudest stretch: below it is silence.
_QUIET = 0.03
_ENDS = ".!?…"
_BREAKS = ",;:—–"
#: What a sentence's end and a comma are worth, in letters' time, when the pauses are looked for.
_END_WEIGHT, _BREAK_WEIGHT = 5.0, 2.5

Signal = npt.NDArray[np.float32]


def estimated(words: Sequence[SpokenWord], pcm: bytes, sample_rate: int) -> tuple[WordTime, ...]:
    """Times for ``words``, heard in 16-bit mono ``pcm``.

    Words that end a clause are tied to the pauses that are really there; what lies between is shared out by the
    words' lengths. On espeak-ng's own clips half of all words are within 0.07 s of its events.
    """
    samples = np.asarray(np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2") / 32768, np.float32)
    seconds = len(samples) / sample_rate
    if not words:
        return ()
    first, last, pauses = _pauses(samples, sample_rate)
    weights = [_weight(word.text) for word in words]
    gaps = [_gap(word.text) for word in words]
    scale = max(0.0, last - first - sum(until - at for at, until in pauses)) / max(1e-9, sum(weights))
    anchors = _anchors(weights, gaps, first, scale, pauses)
    return _between(words, weights, anchors, first, max(first, min(last, seconds)))


def _weight(text: str) -> float:
    """How long a word takes, in letters: short ones take longer than their letters say."""
    return 2.0 + sum(1.0 + 0.35 * (char.casefold() in "aeiouy") for char in text if char.isalnum())


def _gap(text: str) -> float:
    bare = re.sub(r"[\"'”’»)\]]+$", "", text)
    return (
        _END_WEIGHT if bare[-1:] and bare[-1] in _ENDS else _BREAK_WEIGHT if bare[-1:] and bare[-1] in _BREAKS else 0.0
    )


def _pauses(samples: Signal, rate: int) -> tuple[float, float, list[tuple[float, float]]]:
    """When the voice begins and ends, and its pauses between, seconds."""
    block = max(1, round(rate * _BLOCK_S))
    whole = len(samples) // block * block
    if not whole:
        return 0.0, len(samples) / rate, []
    levels = np.sqrt(np.square(samples[:whole].reshape(-1, block)).mean(axis=1))
    loud = levels > max(1e-4, float(levels.max()) * _QUIET)
    heard = np.flatnonzero(loud)
    if not len(heard):
        return 0.0, len(samples) / rate, []
    begin, end = int(heard[0]), int(heard[-1]) + 1
    pauses: list[tuple[float, float]] = []
    for left, right in itertools.pairwise(heard):
        quiet = (int(right) - int(left) - 1) * block / rate
        if quiet >= _SHORTEST_PAUSE_S:
            pauses.append(((int(left) + 1) * block / rate, int(right) * block / rate))
    return begin * block / rate, end * block / rate, pauses


def _anchors(
    weights: Sequence[float], gaps: Sequence[float], first: float, scale: float, pauses: Sequence[tuple[float, float]]
) -> dict[int, tuple[float, float]]:
    """For words that a pause follows: when they end, and when the next one begins.

    The cheapest matching, in order, of clause ends to pauses: a pause belongs where about as much has been said.
    """
    ends = [index for index, gap in enumerate(gaps[:-1]) if gap]
    if not ends or not pauses:
        return {}
    said = np.cumsum(weights)
    spoken_before: list[float] = []
    quiet = 0.0
    for at, until in pauses:  # how much of the clip is speech until this pause
        spoken_before.append(at - first - quiet)
        quiet += until - at
    count, there = len(ends), len(pauses)
    costs = np.full((count + 1, there + 1), np.inf)
    costs[0, :] = np.arange(there + 1) * 0.12
    costs[:, 0] = np.arange(count + 1) * 0.45
    for i in range(1, count + 1):
        expected = float(said[ends[i - 1]]) * scale
        for j in range(1, there + 1):
            off = abs(spoken_before[j - 1] - expected)
            longer = 0.15 * min(1.0, pauses[j - 1][1] - pauses[j - 1][0])
            costs[i, j] = min(costs[i - 1, j - 1] + off - longer, costs[i - 1, j] + 0.45, costs[i, j - 1] + 0.12)
    anchors: dict[int, tuple[float, float]] = {}
    i, j = count, there
    while i and j:
        if costs[i, j] == costs[i, j - 1] + 0.12:
            j -= 1
        elif costs[i, j] == costs[i - 1, j] + 0.45:
            i -= 1
        else:
            anchors[ends[i - 1]] = pauses[j - 1]
            i, j = i - 1, j - 1
    return anchors


def _between(
    words: Sequence[SpokenWord],
    weights: Sequence[float],
    anchors: dict[int, tuple[float, float]],
    first: float,
    last: float,
) -> tuple[WordTime, ...]:
    times: list[WordTime] = []
    begin, start = first, 0
    for stop in [*sorted(anchors), len(words) - 1]:
        end, following = anchors.get(stop, (last, last))
        end = max(begin, end)
        share = (end - begin) / max(1e-9, sum(weights[start : stop + 1]))
        at = begin
        for index in range(start, stop + 1):
            until = end if index == stop else at + weights[index] * share
            times.append(WordTime(at, until, words[index].start, words[index].end))
            at = until
        begin, start = max(end, following), stop + 1
        if start >= len(words):
            break
    return tuple(times)
