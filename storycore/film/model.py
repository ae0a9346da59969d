"""What a film is made from, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from storycore.film.options import FilmOptions
from storycore.narration.base import WordTime


@dataclass(frozen=True, slots=True)
class FilmLine:
    """One line of a film: what the subtitle says, who says it (None: the narrator), and its voice clip.

    ``speech`` is a mono 16-bit PCM WAV file, or None where the voice failed: the subtitle is then shown for
    ``seconds`` all the same.
    """

    text: str
    speaker: str | None
    speech: Path | None
    seconds: float
    words: tuple[WordTime, ...] = ()


@dataclass(frozen=True, slots=True)
class FilmScene:
    """One scene of a film: its picture (None: a title card says so) and its lines in order.

    ``second`` is a picture that takes over half-way through the scene.
    """

    number: int
    title: str
    picture: Path | None
    lines: tuple[FilmLine, ...]
    second: Path | None = None


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """A whole film. ``max_bytes`` None means: as good as it gets. ``credits`` are shown at the end, a line each.

    ``options`` say how it is to be made; ``max_bytes`` holds whatever their ``max_mib`` says. ``music`` is the file
    that they name (None: their "off" and "auto" hold), ``authors`` are written into the file beside the title.
    """

    title: str
    scenes: tuple[FilmScene, ...]
    credits: tuple[str, ...] = ()
    max_bytes: int | None = None
    options: FilmOptions = field(default_factory=FilmOptions)
    music: Path | None = None
    authors: tuple[str, ...] = ()
    #: The tallest picture side wanted, pixels of the shorter side (1080, 720, 540, 360); the limit may force less.
    quality: int = 1080
    #: What is known already and belongs among the report's notes, a sentence each.
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that may be written in it."""
        lines = [f"{line.text} {line.speaker or ''}" for scene in self.scenes for line in scene.lines]
        return " ".join([self.title, *self.credits, *(scene.title for scene in self.scenes), *lines])


@dataclass(frozen=True, slots=True)
class FilmProgress:
    """How far the film is: ``done`` of ``total`` seconds of film drawn; ``left`` seconds of work, as far as known."""

    done: float
    total: float
    left: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FilmPart:
    """One file of a film: its length in seconds, its size, and its subtitles as WebVTT ("" where it has none)."""

    path: Path
    seconds: float
    bytes: int
    captions: str = ""


@dataclass(frozen=True, slots=True)
class FilmReport:
    """What came of it: the file, its length in seconds, its size, and how much of it had to be made.

    A film that would leave the picture too little room comes in ``parts``; ``path`` is then the first of them, and
    ``seconds`` and ``bytes`` are those of all. ``made`` and ``reused`` count segments: one a scene, one for the title,
    one for the credits; the overlaps between them go uncounted. ``fitted``: it was encoded once more to fit its place.
    ``notes`` are sentences for the person who asked: what could not be shown or heard as it was wanted.
    """

    path: Path
    seconds: float
    bytes: int
    width: int
    height: int
    fps: int
    scenes: int
    made: int
    reused: int
    notes: tuple[str, ...] = ()
    parts: tuple[FilmPart, ...] = ()
    fitted: bool = False


@dataclass(frozen=True, slots=True)
class FilmProbe:
    """What a film file says of itself. ``sound`` is the audio codec, None where there is none."""

    seconds: float
    bytes: int
    width: int
    height: int
    fps: float
    video: str
    pixels: str
    sound: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """Something stored: its file (never to be changed in place) and what was noted about it (JSON values)."""

    path: Path
    details: Mapping[str, Any] = field(default_factory=dict)


class MadeCache(Protocol):
    """Where made things are kept by the key of their recipe (``storycore.keys.recipe_key``)."""

    async def find(self, key: str) -> Made | None:
        """What was kept under ``key``, or None if it is not there (or its file is damaged)."""
        ...

    async def keep(self, key: str, source: Path, suffix: str, details: Mapping[str, Any]) -> Made:
        """Move ``source`` into the store under ``key``, atomically. Raises ``StorageError``."""
        ...


FilmProgressCallback = Callable[[FilmProgress], None]
