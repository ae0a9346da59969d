"""Word vectors of our own: PPMI weights of what stands left and right of a word, cut down by an SVD.

After Levy, Goldberg and Dagan 2015, "Improving Distributional Similarity with Lessons Learned from Word Embeddings":
context smoothing 0.75, singular values to the power of one half. No chance in it: equal texts give equal vectors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_]+|[.,;:!?\"—-]")
_CUTS = (("n't", " not "), ("’", "'"), ("'s ", " "), ("”", '"'), ("“", '"'), ("_", ""))


@dataclass(frozen=True, slots=True)
class Shape:
    """``words`` rows of ``width``; contexts are the ``contexts`` commonest words, ``window`` to either side."""

    words: int
    width: int
    contexts: int
    window: int


def make_vectors(texts: Iterable[str], shape: Shape) -> tuple[list[str], Floats]:
    """Words in lower case, commonest first, and their vectors of length 1 (float32, one row a word)."""
    streams: list[list[str]] = []
    counts: Counter[str] = Counter()
    for text in texts:
        words = _words(text)
        counts.update(words)
        streams.append(words)
    vocabulary = [word for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n >= 3]
    vocabulary = vocabulary[: shape.words]
    number = {word: i for i, word in enumerate(vocabulary)}
    pad = [-1] * shape.window
    ids = np.array([i for words in streams for i in (*(number.get(w, -1) for w in words), *pad)], dtype=np.int64)
    del streams
    return vocabulary, _reduce(_count(ids, len(vocabulary), shape), shape.width)


def _words(text: str) -> list[str]:
    lower = text.lower()
    for old, new in _CUTS:
        lower = lower.replace(old, new)
    return _WORD.findall(lower)


def _count(ids: npt.NDArray[np.int64], words: int, shape: Shape) -> Floats:
    contexts = min(shape.contexts, words)
    table = np.zeros((words, 2 * contexts), dtype=np.float32)
    for offset in range(1, shape.window + 1):
        before, after = ids[:-offset], ids[offset:]
        both = (before >= 0) & (after >= 0)
        left, right = before[both], after[both]
        for word, context, side in ((left, right, 1), (right, left, 0)):
            near = context < contexts
            flat = word[near] * contexts + context[near]
            counted = np.bincount(flat, minlength=words * contexts).reshape(words, contexts)
            table[:, side * contexts : (side + 1) * contexts] += counted / offset
    return table


def _reduce(table: Floats, width: int) -> Floats:
    total = float(table.sum())
    of_word = table.sum(axis=1, keepdims=True)
    of_context = table.sum(axis=0, keepdims=True) ** 0.75
    of_context /= of_context.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        table = np.log(table / (of_word * of_context))
    table[~np.isfinite(table)] = 0.0
    np.maximum(table, 0.0, out=table)
    if total <= 0:
        return np.zeros((len(table), width), dtype=np.float32)
    values, axes = np.linalg.eigh(table.T @ table)
    best = np.argsort(values)[::-1][:width]
    scale = np.maximum(values[best], 1e-9) ** -0.25  # U·S^½ = M·V·S^-½, and S² are the eigenvalues
    reduced = (table @ axes[:, best].astype(np.float32)) * scale.astype(np.float32)
    norms = np.linalg.norm(reduced, axis=1, keepdims=True)
    scaled: Floats = (reduced / np.maximum(norms, 1e-9)).astype(np.float32)
    return scaled
