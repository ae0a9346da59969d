"""A painter and a film maker that can be told to be ill, away or slow, and say how many are waiting on them."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path

from storycore.errors import PainterError, PainterUnreachableError
from storycore.film.model import FilmPlan, FilmProgressCallback, FilmReport, MadeCache
from storycore.images.base import Painting, PaintRequest, ProgressCallback
from tests.support.workshops import QuickPainter


class Mood(StrEnum):
    """How the painter is: it paints, refuses what it is asked, or takes its time until it is told to go on."""

    WELL = "well"
    REFUSING = "refusing"
    HOLDING = "holding"


class MoodyPainter(QuickPainter):
    """A painter with moods. ``away``: how many of the next requests find it unreachable."""

    def __init__(self) -> None:
        super().__init__()
        self.mood = Mood.WELL
        self.away = 0
        self.inside = 0
        self.faults = self._fault

    def feel(self, mood: Mood) -> None:
        """Change the mood; what waited goes on unless the painter holds again."""
        self.mood = mood
        if self.gate is not None:
            self.gate.set()
        self.gate = asyncio.Event() if mood is Mood.HOLDING else None

    def _fault(self, request: PaintRequest) -> None:
        if self.away > 0:
            self.away -= 1
            raise PainterUnreachableError("The painter does not answer.")
        if self.mood is Mood.REFUSING:
            raise PainterError("The painter is ill.", "Ask again later.")

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        """As the quick painter, counted while inside."""
        self.inside += 1
        try:
            return await super().generate(request, on_progress)
        finally:
            self.inside -= 1


class QuickStudio:
    """Makes films of a few bytes, at once, or when its door is opened."""

    def __init__(self) -> None:
        self.gate: asyncio.Event | None = None
        self.inside = 0
        self.made = 0

    def close_door(self) -> None:
        """Let films wait from now on."""
        self.gate = self.gate or asyncio.Event()

    def open_door(self) -> None:
        """Let them go on."""
        if self.gate is not None:
            self.gate.set()
        self.gate = None

    async def make_film(
        self,
        plan: FilmPlan,
        path: Path,
        *,
        cache: MadeCache,
        work_dir: Path,
        on_progress: FilmProgressCallback | None = None,
    ) -> FilmReport:
        """Stands in for ``storycore.film.make.make_film``."""
        self.inside += 1
        try:
            if self.gate is not None:
                await self.gate.wait()
            self.made += 1
            data = b"\0\0\0\x18ftypmp42" + self.made.to_bytes(4, "big") * 64
            await asyncio.to_thread(_write, path, data)
        finally:
            self.inside -= 1
        count = len(plan.scenes)
        return FilmReport(path, 4.0, len(data), 640, 360, 24, scenes=count, made=count, reused=0)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
