"""Ballots to a choice: who decides in which mode, and what holds at a tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum


class Mode(StrEnum):
    """Who decides which pictures a film uses."""

    SOLO = "solo"  # the author and their co-authors; what others vote is shown, and decides nothing
    VOTE = "vote"  # everyone who may vote: most votes


class How(StrEnum):
    """How a pick came about."""

    PERSON = "person"
    VOTE = "vote"  # the vote was closed
    BOT = "bot"  # somebody let Fireside pick


def tally(choices: Iterable[int], offered: Iterable[int]) -> dict[int, int]:
    """Votes per candidate number offered, in order, zeros included; a choice that is not offered counts nowhere."""
    counted = Counter(choices)
    return {number: counted[number] for number in sorted(offered)}


def deciding(ballots: Iterable[tuple[int, int]], mode: Mode, authors: Collection[int]) -> list[int]:
    """The choices that decide, of ballots as (member, choice): all of them, or in *solo* the ``authors``' alone."""
    return [choice for member, choice in ballots if mode is Mode.VOTE or member in authors]


def choose(
    votes: Mapping[int, int], pick: int | None, *, earlier: int | None = None, author: int | None = None
) -> int | None:
    """The candidate the film uses: the pick, else the most votes of those that decide.

    Of those with equally many (or none at all) the ``earlier`` pick stands, else what the ``author`` voted for, else
    the lowest number. None when there is no candidate at all.
    """
    if pick is not None and pick in votes:
        return pick
    if not votes:
        return None
    most = max(votes.values())
    tied = [number for number in sorted(votes) if votes[number] == most]
    return next((number for number in (earlier, author) if number in tied), tied[0])
