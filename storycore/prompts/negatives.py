"""Negative prompts of several sources in one: each part once."""

from __future__ import annotations


def joined_negative(*negatives: str) -> str:
    """``negatives`` one after the other, without the parts that were said before; case and blanks do not tell apart.

    Parts are what stands between commas, but for those within brackets.
    """
    kept: dict[str, str] = {}
    for negative in negatives:
        for part in _parts(negative):
            kept.setdefault(" ".join(part.casefold().split()), part)
    return ", ".join(kept.values())


def _parts(negative: str) -> list[str]:
    parts, begin, depth = [], 0, 0
    for at, letter in enumerate(negative):
        if letter in "([" and negative[at - 1 : at] != "\\":
            depth += 1
        elif letter in ")]" and negative[at - 1 : at] != "\\":
            depth = max(0, depth - 1)
        elif letter == "," and depth == 0:
            parts.append(negative[begin:at])
            begin = at + 1
    parts.append(negative[begin:])
    return [tidy for part in parts if (tidy := " ".join(part.split()))]
