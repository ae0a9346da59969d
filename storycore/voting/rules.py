"""Ballots to a choice. Rules until servers can set their own: the pick, else the most votes, else the lowest number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping


def tally(choices: Iterable[int], offered: Iterable[int]) -> dict[int, int]:
    """Votes per candidate number offered, in order, zeros included; a choice that is not offered counts nowhere."""
    counted = Counter(choices)
    return {number: counted[number] for number in sorted(offered)}


def choose(votes: Mapping[int, int], pick: int | None) -> int | None:
    """The candidate the film uses: the pick, else the most votes; ties and no votes at all go to the lowest number.

    None when there is no candidate at all.
    """
    if pick is not None and pick in votes:
        return pick
    if not votes:
        return None
    return min(votes, key=lambda number: (-votes[number], number))
