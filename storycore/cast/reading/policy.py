"""The policy of everyday reading: the likeliest candidate, where it is likely enough."""

from __future__ import annotations

from collections.abc import Sequence

from storycore.cast.reading.entities import Entity
from storycore.cast.reading.ranker import Ranker

#: How much likelier than "somebody new" a description's or a name's best candidate must be: wrong merging is worse
#: than a missed one, for people see it on the cast sheet. 1.0 takes the
#: likelier; cross-validated, 0.7, 1.5 and 2.2 were no better over all.
MERGE_MARGIN = {"nom": 1.0, "name": 1.0, "he": 1.0, "you": 1.0}


class RankerPolicy:
    """Decides by the rankers of a model."""

    def __init__(self, rankers: dict[str, Ranker]) -> None:
        self._rankers = rankers

    def choose_entity(
        self, kind: str, rows: list[list[float]], options: Sequence[Entity], mention: int
    ) -> tuple[int, float]:
        if not options:
            return 0, 1.0
        likely = self._rankers[kind].probabilities(rows)
        best = max(range(len(options)), key=lambda i: likely[i])
        if likely[best] < MERGE_MARGIN[kind] * likely[-1]:
            best = len(options)
        return best, likely[best]

    def choose_speaker(self, rows: list[list[float]], options: Sequence[Entity], speech: int) -> tuple[int, float]:
        likely = self._rankers["turn"].probabilities(rows)
        best = max(range(len(likely)), key=lambda i: likely[i])
        return best, likely[best]
