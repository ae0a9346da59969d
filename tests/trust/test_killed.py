"""A story killed at ten moments spread over its life ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust.moments import Measured, choose, killed
from tests.trust.seen import Seen, differences

MOMENTS = 10
LIVES = 2


def test_nothing_is_wrong_with_the_undisturbed_life(reference: tuple[Seen, Measured]) -> None:
    seen, measured = reference
    assert seen.wrong == []
    assert seen.film["size"] == (640, 360)
    assert len(seen.rows["scene"]) == 3
    assert len(seen.rows["ballot"]) == 11
    assert measured.requests > 40
    assert measured.commits > 40


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(LIVES))
async def test_a_story_killed_again_and_again_ends_equal(
    number: int, reference: tuple[Seen, Measured], tmp_path: Path
) -> None:
    undisturbed, measured = reference
    moments = choose(20, measured, MOMENTS)[number::LIVES]
    seen, kills, wrong = await killed(tmp_path, moments)
    assert differences(undisturbed, seen) + wrong == [], [str(kill.moment) for kill in kills]
    assert sum(kill.came for kill in kills) >= len(moments) - 1  # the last may come too late in a life made longer
