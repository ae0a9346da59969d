"""Composition: prompts joined by ``AND``, each with a weight at its end (``a AND b :0.5``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_AND = re.compile(r"\bAND\b")
_WEIGHT = re.compile(r"\s*:\s*([-+]?(?:\d+\.?|\d*\.\d+))\s*\Z")


@dataclass(frozen=True, slots=True)
class Composition:
    """``flat``: each different text once; ``indexes``: per prompt its parts as (index into ``flat``, weight)."""

    indexes: list[list[tuple[int, float]]]
    flat: list[str]


def split_weight(part: str) -> tuple[str, float, int | None]:
    """A part's text, its weight (1.0 where it has none), and where the weight begins."""
    match = _WEIGHT.search(part)
    if match is None:
        return part.rstrip(), 1.0, None
    return part[: match.start()], float(match[1]), match.start()


def multicond(prompts: Sequence[str]) -> Composition:
    """Take ``prompts`` apart at ``AND``. After modules/prompt_parser.py of the WebUI v1.10.1.

    A weight is read at the end of every part, also where there is no ``AND``: "chapter 12:30" weighs 30.
    """
    places: dict[str, int] = {}
    indexes: list[list[tuple[int, float]]] = []
    for prompt in prompts:
        parts: list[tuple[int, float]] = []
        for part in _AND.split(prompt):
            text, weight, _ = split_weight(part)
            parts.append((places.setdefault(text, len(places)), weight))
        indexes.append(parts)
    return Composition(indexes, list(places))
