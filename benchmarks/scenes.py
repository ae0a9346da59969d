"""Scenes against the sections that people made of fairy tales (FairytaleQA), beside the plain length rule.

    python -m benchmarks.scenes [--split val] [--fit] [--speed] [--json]

Boundary precision, recall and F1 (a border counts where it stands at the same word), WindowDiff (Pevzner and Hearst,
2002) and Pk (Beeferman, Berger and Lafferty, 1999), both by NLTK over words, lower is better; 95 % intervals by
bootstrap over tales. Every rule is run at two paces: the sections' own (about 147 words) and a film's (about 46), where
three borders of four cannot be a section's. ``--fit`` prints the weights of ``storycore.script.borders`` from train,
``--speed`` the CPU time for tales of 1,000, 5,000 and 20,000 words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from nltk.metrics.segmentation import pk, windowdiff

from storycore.cast.understand import understand
from storycore.script.borders import FEATURES, Presence, find_borders
from storycore.script.draft import read_draft
from storycore.script.scenes import FILM, Pace, cut, split_script

TALES = Path(__file__).resolve().parents[2] / "shared" / "story" / "tales"
#: The pace at which people cut the tales.
SECTIONS = Pace(85, 140, 210)
_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Tale:
    """One tale: its text, and where people let sections begin (offsets, without the first)."""

    text: str
    borders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What one rule did to one tale."""

    found: int
    wanted: int
    hit: int
    windowdiff: float
    pk: float


def load(split: str) -> list[Tale]:
    """The tales of a split, their sections put together with a blank line, as they stand in the books."""
    with gzip.open(TALES / f"{split}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [_tale([section.strip() for section in json.loads(line)["sections"]]) for line in file]


def _tale(sections: Sequence[str]) -> Tale:
    at, borders = 0, []
    for section in sections[:-1]:
        at += len(section) + 2
        borders.append(at)
    return Tale("\n\n".join(sections), tuple(borders))


@cache
def presence(text: str) -> Presence:
    """Who of the cast is told of where, as the model finds it."""
    found = understand(text)
    cast = {member.cluster for member in found.cast}
    return sorted((mention.start, mention.cluster) for mention in found.mentions if mention.cluster in cast)


def ours(tale: Tale, pace: Pace) -> list[int]:
    """Where scenes begin, by everything: what stories are cut with."""
    return [scene.start for scene in cut(read_draft(tale.text), presence(tale.text), pace).scenes][1:]


def capitals(tale: Tale, pace: Pace) -> list[int]:
    """The same with capitalised words in the cast's stead."""
    return [scene.start for scene in split_script(tale.text, pace=pace).scenes][1:]


def plain(tale: Tale, pace: Pace) -> list[int]:
    """The plain length rule: a scene ends with the paragraph that brings it to three quarters of the target or more."""
    found: list[int] = []
    words = 0
    for start, size in _paragraphs(tale.text):
        if words >= 0.75 * pace.target:
            found.append(start)
            words = 0
        words += size
    return found


def even(tale: Tale, pace: Pace) -> list[int]:
    """The same without looking at paragraphs: after the sentence that reaches the target."""
    found: list[int] = []
    words = 0
    for section in read_draft(tale.text).sections:
        for piece in section.pieces:
            if words >= pace.target and piece.rests:
                found.append(piece.start)
                words = 0
            words += piece.words
    return found


def _paragraphs(text: str) -> list[tuple[int, int]]:
    at, found = 0, []
    for part in text.split("\n\n"):
        if part.strip():
            found.append((at + len(part) - len(part.lstrip()), len(part.split())))
        at += len(part) + 2
    return found


def score(tale: Tale, found: Sequence[int]) -> Score:
    """One rule's borders against people's."""
    words = [0]
    for word in tale.text.split():
        words.append(tale.text.index(word, words[-1]))
    words = words[1:]
    human, rule = _marks(words, tale.borders), _marks(words, found)
    k = max(2, round(len(words) / (2 * (len(tale.borders) + 1))))
    hit = len(set(found) & set(tale.borders))
    return Score(len(found), len(tale.borders), hit, windowdiff(human, rule, k), pk(human, rule, k))


def _marks(words: Sequence[int], borders: Sequence[int]) -> str:
    wanted = set(borders)
    return "".join("1" if word in wanted else "0" for word in words)


def f1(scores: Sequence[Score]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all borders."""
    hit, found, wanted = (sum(getattr(s, name) for s in scores) for name in ("hit", "found", "wanted"))
    precision, recall = hit / max(1, found), hit / max(1, wanted)
    return precision, recall, 2 * hit / max(1, found + wanted)


def _interval(scores: Sequence[Score], measure: Callable[[Sequence[Score]], float]) -> tuple[float, float]:
    dice = random.Random(5)
    drawn = sorted(measure(dice.choices(scores, k=len(scores))) for _ in range(_ROUNDS))
    return drawn[round(0.025 * _ROUNDS)], drawn[round(0.975 * _ROUNDS) - 1]


def table(tales: Sequence[Tale]) -> list[dict[str, float | str]]:
    """One row for each rule and pace."""
    rows: list[dict[str, float | str]] = []
    for name, pace in (("sections", SECTIONS), ("film", FILM)):
        for rule in (ours, capitals, plain, even):
            scores = [score(tale, rule(tale, pace)) for tale in tales if tale.borders]
            precision, recall, f = f1(scores)
            low, high = _interval(scores, lambda some: f1(some)[2])
            apart = float(np.mean([s.windowdiff for s in scores]))
            wd = _interval(scores, lambda some: float(np.mean([s.windowdiff for s in some])))
            rows.append(
                {
                    "pace": name, "rule": rule.__name__, "precision": precision, "recall": recall, "f1": f,
                    "f1_low": low, "f1_high": high, "windowdiff": apart, "windowdiff_low": wd[0],
                    "windowdiff_high": wd[1], "pk": float(np.mean([s.pk for s in scores])),
                }
            )  # fmt: skip
    return rows


def fit(tales: Sequence[Tale]) -> list[float]:
    """Weights by logistic regression (Newton's method, a small ridge) over the paragraphs of ``tales``.

    How long the section has been is known to it while it learns, so that it does not stand for something else.
    """
    rows: list[tuple[float, ...]] = []
    marks: list[float] = []
    for tale in tales:
        wanted = set(tale.borders)
        for section in read_draft(tale.text).sections:
            words = 0
            borders = find_borders(tale.text, section.pieces, presence(tale.text))
            for piece, border in zip(section.pieces, borders, strict=True):
                if piece.opens and words:
                    rows.append((*border.features, math.log(words / 147)))
                    marks.append(float(piece.start in wanted))
                words = piece.words if piece.start in wanted else words + piece.words
    x, y = np.array(rows), np.array(marks)
    weights = np.zeros(x.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - p) - weights
        weights += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.eye(len(weights)), slope)
    return [round(float(w), 3) for w in weights]


def speed(tales: Sequence[Tale]) -> list[tuple[int, float]]:
    """CPU seconds for texts of so many words, cut from the tales one after another."""
    words = " ".join(tale.text for tale in tales).split(" ")
    split_script("Once, to load what is loaded once.")
    found = []
    for size in (1_000, 5_000, 20_000):
        text = " ".join(words[:size])
        before = time.process_time()
        split_script(text)
        found.append((size, time.process_time() - before))
    return found


def main() -> None:
    """Print the table, or the weights."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--split", choices=("val", "train"), default="val")
    asked.add_argument("--fit", action="store_true")
    asked.add_argument("--speed", action="store_true")
    asked.add_argument("--json", action="store_true")
    wanted = asked.parse_args()
    if not TALES.is_dir():
        sys.exit("The tales are not here: this benchmark reads ../shared/story/tales.")
    if wanted.fit:
        for name, weight in zip((*FEATURES, "length"), fit(load("train")), strict=True):
            print(f"{weight:8.3f}  {name}")
        return
    if wanted.speed:
        for size, seconds in speed(load("train")):
            print(f"{size:6} words  {seconds:6.2f} s  {size / seconds:8.0f} words a CPU second")
        return
    rows = table(load(wanted.split))
    if wanted.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'pace':9} {'rule':8} {'P':>5} {'R':>5} {'F1':>5}  {'95 %':12} {'WindowDiff':>10}  {'95 %':14} {'Pk':>5}")
    for row in rows:
        print(
            f"{row['pace']:9} {row['rule']:8} {row['precision']:5.3f} {row['recall']:5.3f} {row['f1']:5.3f}  "
            f"{row['f1_low']:.3f}-{row['f1_high']:.3f}  {row['windowdiff']:10.3f}  "
            f"{row['windowdiff_low']:.3f}-{row['windowdiff_high']:.3f}    {row['pk']:5.3f}"
        )


if __name__ == "__main__":
    main()
