"""How a scene's pictures were painted, as its rows tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storycore.store.models import RoundRow, SceneRow


def _shown(scene: SceneRow) -> RoundRow | None:
    return next((row for row in scene.rounds if row.number == scene.round), None)


def restyled(scene: SceneRow) -> bool:
    """Whether the pictures shown were painted with another sampler, size or the like than the scene asks for now."""
    row = _shown(scene)
    now: Mapping[str, Any] = scene.composed.get("extras", {})
    return row is not None and bool(scene.composed) and row.extras.get("style") != now.get("style")


def means_of(scene: SceneRow) -> str:
    """What the painter told of its means; the same for all candidates of a round."""
    row = _shown(scene)
    for candidate in () if row is None else row.candidates:
        told = candidate.parameters.get("means")
        if isinstance(told, str):
            return told
    return ""
