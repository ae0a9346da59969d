"""Small networks that rank candidates: a linear part and one hidden layer, a softmax over the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Ranker:
    """Scores rows of features; ``probabilities`` of the candidates of one decision add up to 1."""

    def __init__(self, direct: Floats, inner: Floats, inner_bias: Floats, outer: Floats) -> None:
        self.direct, self.inner, self.inner_bias, self.outer = direct, inner, inner_bias, outer

    def probabilities(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """How likely each row is the right one, in the order given. ``rows`` is not empty."""
        features = np.asarray(rows, dtype=np.float32)
        hidden = np.maximum(features @ self.inner + self.inner_bias, 0.0)
        scores = features @ self.direct + hidden @ self.outer
        scores -= scores.max()
        weights = np.exp(scores)
        found: list[float] = (weights / weights.sum()).tolist()
        return found


def read_rankers(path: Path) -> dict[str, Ranker]:
    """The rankers of a model, by name. Raises ``OSError`` where there are none."""
    with np.load(path) as kept:
        names = sorted({key.partition(".")[0] for key in kept.files})
        return {name: Ranker(*(kept[f"{name}.{part}"].astype(np.float32) for part in PARTS)) for name in names}


def write_rankers(path: Path, rankers: dict[str, Ranker]) -> None:
    """Keep rankers for ``read_rankers``, as half floats."""
    kept = {
        f"{name}.{part}": getattr(ranker, part).astype(np.float16) for name, ranker in rankers.items() for part in PARTS
    }
    np.savez_compressed(path, **kept)


#: What a ranker is made of.
PARTS = ("direct", "inner", "inner_bias", "outer")
