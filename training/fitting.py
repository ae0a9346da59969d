"""Fitting the small rankers: softmax over each decision's candidates, Adam, and nothing but numpy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from storycore.cast.reading.ranker import Ranker

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class Decisions:
    """Decisions to learn from: each a list of rows and the indexes of the right ones (chains that should be one are
    all right)."""

    rows: list[list[list[float]]] = field(default_factory=list)
    right: list[frozenset[int]] = field(default_factory=list)

    def add(self, rows: list[list[float]], right: frozenset[int]) -> None:
        self.rows.append(rows)
        self.right.append(right)

    def extend(self, others: Decisions) -> None:
        self.rows.extend(others.rows)
        self.right.extend(others.right)

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a ranker is fitted."""

    hidden: int = 24
    epochs: int = 14
    batch: int = 64
    rate: float = 0.004
    decay: float = 0.0004
    dropout: float = 0.15
    seed: int = 5
    seeds: int = 1


def fit(decisions: Decisions, recipe: Recipe) -> Ranker:
    """The ranker that finds the right candidates likeliest: the mean of ``recipe.seeds`` ones, as one network. Seeded:
    equal decisions give equal weights."""
    fitted = [_fit(decisions, recipe, recipe.seed + n) for n in range(recipe.seeds)]
    direct: Floats = np.mean([one[0] for one in fitted], axis=0, dtype=np.float32)
    outer: Floats = (np.concatenate([one[3] for one in fitted]) / recipe.seeds).astype(np.float32)
    inner, bias = np.concatenate([one[1] for one in fitted], axis=1), np.concatenate([one[2] for one in fitted])
    return Ranker(direct, inner, bias, outer)


def _fit(decisions: Decisions, recipe: Recipe, seed: int) -> list[Floats]:
    chance = np.random.default_rng(seed)
    flat = np.asarray([row for rows in decisions.rows for row in rows], dtype=np.float32)
    sizes = np.asarray([len(rows) for rows in decisions.rows])
    firsts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    right = np.zeros(len(flat), dtype=np.float32)
    right[[first + i for first, chosen in zip(firsts, decisions.right, strict=True) for i in chosen]] = 1.0
    width = flat.shape[1]
    weights: list[Floats] = [
        np.zeros(width, dtype=np.float32),
        (chance.standard_normal((width, recipe.hidden)) * np.sqrt(1.0 / width)).astype(np.float32),
        np.zeros(recipe.hidden, dtype=np.float32),
        (chance.standard_normal(recipe.hidden) * 0.1).astype(np.float32),
    ]
    moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]
    average = [w.copy() for w in weights]
    step = 0
    total = recipe.epochs * (len(sizes) // recipe.batch + 1)
    for _epoch in range(recipe.epochs):
        order = chance.permutation(len(sizes))
        for begin in range(0, len(order), recipe.batch):
            chosen = order[begin : begin + recipe.batch]
            step += 1
            gradients = _gradients(flat, sizes, firsts, right, chosen, weights, recipe, chance)
            rate = recipe.rate * (1.0 - 0.9 * step / total)
            for at, gradient in enumerate(gradients):
                _adam(weights[at], moments[at], gradient + recipe.decay * weights[at], rate, step)
                average[at] += (weights[at] - average[at]) * max(0.005, 1.0 / step)
    return average


def _gradients(
    flat: Floats,
    sizes: npt.NDArray[np.int64],
    firsts: npt.NDArray[np.int64],
    right: Floats,
    chosen: npt.NDArray[np.int64],
    weights: list[Floats],
    recipe: Recipe,
    chance: np.random.Generator,
) -> list[Floats]:
    direct, inner, inner_bias, outer = weights
    picked = np.concatenate([np.arange(firsts[i], firsts[i] + sizes[i]) for i in chosen])
    group = np.repeat(np.arange(len(chosen)), sizes[chosen])
    features = flat[picked]
    before = features @ inner + inner_bias
    mask = (chance.random(recipe.hidden) >= recipe.dropout).astype(np.float32) / (1 - recipe.dropout)
    hidden = np.maximum(before, 0.0) * mask
    scores = features @ direct + hidden @ outer
    highest = np.full(len(chosen), -np.inf, dtype=np.float32)
    np.maximum.at(highest, group, scores)
    powers = np.exp(scores - highest[group])
    likely = powers / np.bincount(group, weights=powers, minlength=len(chosen))[group]
    wanted = likely * right[picked]  # the chance of all that is right, shared as it is now
    wanted /= np.maximum(np.bincount(group, weights=wanted, minlength=len(chosen)), 1e-12)[group]
    error = (likely - wanted).astype(np.float32) / len(chosen)
    back = np.outer(error, outer) * (before > 0) * mask
    return [features.T @ error, features.T @ back, back.sum(axis=0), hidden.T @ error]


def _adam(weight: Floats, moment: tuple[Floats, Floats], gradient: Floats, rate: float, step: int) -> None:
    first, second = moment
    first *= 0.9
    first += 0.1 * gradient
    second *= 0.999
    second += 0.001 * gradient * gradient
    weight -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
