"""A plan becomes a film: timeline, drawing, encoding, a file that fits."""

from storycore.film.make import make_film
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
