"""What is asked of a project, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storycore.project.folder import ProjectFolder
    from storycore.work.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Order:
    """One script to be painted, or (with ``film``, the file to write) to be filmed as well.

    ``candidates`` 1 … 9 is how many pictures every scene has at least; None: the house's number for a new story, as
    it is for one that is there. ``max_bytes`` None: the film is as good as it gets. ``options`` are the film's, in
    words (``storycore.film.options``), as far as they are to be other than ``story.yaml`` says.
    """

    script: Path
    project: Path
    film: Path | None = None
    candidates: int | None = None
    max_bytes: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """How projects are worked on: who opens a workshop in a folder (not at work yet), and how pictures begin."""

    open: Callable[[ProjectFolder], Awaitable[Workshop]]
    candidates: int = 4
    width: int = 1024
    height: int = 576


class Step(StrEnum):
    """What is being done."""

    READING = "reading"
    PAINTING = "painting"
    FILMING = "filming"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: ``done`` of ``total``, scenes while painting, parts of 1 while filming.

    ``left`` is how many seconds of work are left, where that is known.
    """

    step: Step
    done: float
    total: float
    left: float | None = None


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order.

    ``made`` and ``reused`` count segments of the film, or pictures where none was asked for; ``pictures`` is how many
    there are and ``painted`` how many of them were painted now. ``changed`` is False when everything was there already.
    """

    script: Path
    project: Path
    title: str
    scenes: int
    pictures: int
    painted: int
    made: int
    reused: int
    changed: bool
    film: Path | None = None
    seconds: float | None = None
    bytes: int | None = None
    notes: tuple[str, ...] = ()
    #: The film's files, where it comes in several parts; ``film`` is then the first of them.
    parts: tuple[Path, ...] = ()
