"""A plan becomes a film: timeline, drawing, encoding, a file that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storycore.film.model import (
    FilmLine,
    FilmPart,
    FilmPlan,
    FilmProbe,
    FilmProgress,
    FilmProgressCallback,
    FilmReport,
    FilmScene,
    Made,
    MadeCache,
)
from storycore.film.options import FilmOptions

if TYPE_CHECKING:
    from storycore.film.make import make_film
    from storycore.film.program import probe

__all__ = [
    "FilmLine",
    "FilmOptions",
    "FilmPart",
    "FilmPlan",
    "FilmProbe",
    "FilmProgress",
    "FilmProgressCallback",
    "FilmReport",
    "FilmScene",
    "Made",
    "MadeCache",
    "make_film",
    "probe",
]


def __getattr__(name: str) -> Any:
    """What draws and encodes takes long to import, and whoever only reads options has no need of it."""
    if name == "make_film":
        from storycore.film.make import make_film

        return make_film
    if name == "probe":
        from storycore.film.program import probe

        return probe
    raise AttributeError(name)
