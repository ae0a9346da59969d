"""Emphasis ``(a)``, ``[a]`` and ``(a:1.2)``: how strongly each part of a text counts."""

from __future__ import annotations

import re

from storycore.prompts.check import PromptError

#: Weight of the marker between two chunks.
BREAK_WEIGHT = -1.0
BREAK = "BREAK"

_ROUND, _SQUARE = 1.1, 1 / 1.1
_PART = re.compile(
    r"""
    \\[()\[\]\\]                      # an escaped bracket or backslash is a letter
    | \\                              # a backslash before anything else is dropped
    | [(\[]
    | :\s*([+-]?[.\d]+)\s*\)          # a weight, and the end of what it weighs
    | [)\]]
    | [^\\()\[\]:]+
    | :
    """,
    re.VERBOSE,
)
_BREAK = re.compile(r"\s*\bBREAK\b\s*")


class WeightError(PromptError, ValueError):
    """A weight that is no number, as in ``(a:1..5)``: a host answers with an error. ``at`` is where it stands."""

    def __init__(self, weight: str, at: int) -> None:
        super().__init__(
            f"“{weight}” is no number: a painter cannot read this weight.", "Write a weight as 1.2, in (word:1.2)."
        )
        self.at = at


def attention(text: str) -> list[tuple[str, float]]:
    """The parts of ``text`` with their weights (1.0 is plain), runs of equal weight joined; never empty.

    ``BREAK`` stands as a part of its own with weight -1 (more or less where it is emphasised: it is then only a word).
    After modules/prompt_parser.py of the WebUI v1.10.1. Raises ``WeightError`` where that raises ``ValueError``.
    """
    parts: list[list[str | float]] = []
    open_: dict[str, list[int]] = {"(": [], "[": []}

    def weigh(start: int, factor: float) -> None:
        for part in parts[start:]:
            part[1] = float(part[1]) * factor

    for match in _PART.finditer(text):
        found, weight = match.group(), match.group(1)
        if found.startswith("\\"):
            parts.append([found[1:], 1.0])
        elif found in open_:
            open_[found].append(len(parts))
        elif weight is not None and open_["("]:
            weigh(open_["("].pop(), _number(weight, match.start(1)))
        elif found == ")" and open_["("]:
            weigh(open_["("].pop(), _ROUND)
        elif found == "]" and open_["["]:
            weigh(open_["["].pop(), _SQUARE)
        else:
            parts.extend(_words(found))
    for start in open_["("]:
        weigh(start, _ROUND)
    for start in open_["["]:
        weigh(start, _SQUARE)
    return _joined(parts)


def _words(text: str) -> list[list[str | float]]:
    first, *rest = _BREAK.split(text)
    words: list[list[str | float]] = [[first, 1.0]]
    for piece in rest:
        words += [[BREAK, BREAK_WEIGHT], [piece, 1.0]]
    return words


def _number(weight: str, at: int) -> float:
    try:
        return float(weight)
    except ValueError:
        raise WeightError(weight, at) from None


def _joined(parts: list[list[str | float]]) -> list[tuple[str, float]]:
    joined: list[tuple[str, float]] = []
    for text, weight in parts:
        if joined and joined[-1][1] == weight:
            joined[-1] = (joined[-1][0] + str(text), float(weight))
        else:
            joined.append((str(text), float(weight)))
    return joined or [("", 1.0)]
