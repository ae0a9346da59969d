"""What came of every script: a line for people, or one JSON report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storycore.project.model import Order, Outcome

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one order: an outcome, or the sentences that say why there is none."""

    order: Order
    outcome: Outcome | None = None
    error: str | None = None


def as_json(results: Sequence[Result]) -> str:
    """A JSON list with one object per script: ``script``, ``project``, ``film``, ``seconds``, ``bytes``, ``scenes``,
    ``pictures``, ``painted``, ``made``, ``reused``, ``parts``, ``error``, ``notes``. What does not apply is
    null; ``made`` and ``reused`` count the film's segments, or the pictures where no film was asked for."""
    return json.dumps([_entry(result) for result in results], indent=2, ensure_ascii=False)


def _entry(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    entry: dict[str, Any] = {"script": str(result.order.script), "project": str(result.order.project)}
    names = ("title", "film", "seconds", "bytes", "scenes", "pictures", "painted", "made", "reused")
    for name in names:
        value = None if outcome is None else getattr(outcome, name)
        entry[name] = value if value is None or isinstance(value, (int, float, str)) else str(value)
    entry["parts"] = [] if outcome is None else [str(part) for part in outcome.parts]
    entry["error"] = result.error
    entry["notes"] = [] if outcome is None else list(outcome.notes)
    return entry


def as_line(outcome: Outcome) -> str:
    """One line that says what is there now, and how much of it is new."""
    scenes = _counted(outcome.scenes, "scene")
    if outcome.film is None or outcome.seconds is None or outcome.bytes is None:
        there = f"{outcome.project}: {scenes}, {_counted(outcome.pictures, 'picture')}"
        return f"{there}, {_new(outcome.painted, outcome.changed)}"
    length = f"{int(outcome.seconds) // 60}:{int(outcome.seconds) % 60:02}"
    film = f"{outcome.film} and {_counted(len(outcome.parts) - 1, 'more part')}" if outcome.parts else outcome.film
    there = f"{film}: {length} min, {outcome.bytes / _MIB:.1f} MiB, {scenes}"
    if not outcome.changed:
        return f"{there}, already there"
    return f"{there}, {_counted(outcome.made, 'segment')} made, {outcome.reused} reused"


def _new(painted: int, changed: bool) -> str:
    if painted:
        return f"{painted} painted now"
    return "brought up to date" if changed else "already there"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
