"""Segments become a file: copied end to end where that fits its place, else encoded once more to just fit it.

Why masters and a fitted copy, rather than segments encoded under a ceiling: see docs/film.md, "Fitting".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storycore.film.model import FilmPlan
from storycore.film.program import Running, program
from storycore.film.rungs import FPS, LOWEST_KBPS, Rung, rung_for, too_long, video_kbps
from storycore.film.segment import PRESET, colour_options
from storycore.film.timeline import Shot

log = logging.getLogger(__name__)

_TITLE_LENGTH = 200
_TRIES = 3
#: A fitted copy that came out too large is made again for this much of what it should have been.
_LESS = 0.97
_MOST_CHAPTERS = 400


@dataclass(frozen=True, slots=True)
class Stretch:
    """One file's worth of film: its shots, its masters in order with the frames of each, and its sound (AAC)."""

    shots: tuple[Shot, ...]
    files: tuple[tuple[Path, int], ...]
    sound: Path

    @property
    def begin(self) -> float:
        """When it begins, seconds of the film."""
        return self.shots[0].begin

    @property
    def seconds(self) -> float:
        """How long it is."""
        return sum(shot.frames for shot in self.shots) / FPS


@dataclass(frozen=True, slots=True)
class Joined:
    """A file that is made: where, how large, and the size of its picture."""

    path: Path
    bytes: int
    width: int
    height: int
    fitted: bool


class Joiner:
    """Joins stretches of one film in ``folder``, where all its temporary files lie."""

    def __init__(self, plan: FilmPlan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder

    async def join(self, stretch: Stretch, name: str, rung: Rung) -> Joined:
        """The file of ``stretch``, no larger than the plan allows. Raises ``FilmError`` where it cannot be."""
        limit = self._plan.max_bytes
        await asyncio.to_thread(self._describe, stretch, name)
        out = self._folder / f"{name}.mp4"
        await self._run([*self._inputs(stretch, name), "-c:v", "copy", *self._finish(out.name)])
        size = (await asyncio.to_thread(out.stat)).st_size
        if limit is None or size <= limit:
            return Joined(out, size, rung.width, rung.height, fitted=False)
        return await self._fitted(stretch, name, rung, limit)

    async def _fitted(self, stretch: Stretch, name: str, rung: Rung, limit: int) -> Joined:
        """The masters encoded once more, in two passes, for what the limit leaves."""
        kbps = video_kbps(stretch.seconds, limit, (await asyncio.to_thread(stretch.sound.stat)).st_size)
        out = self._folder / f"{name}.mp4"
        for _ in range(_TRIES):
            if kbps < LOWEST_KBPS:
                break
            target = rung_for(kbps, self._plan.options.shape, rung.short)
            encode = self._two_passes(stretch, kbps, target, rung)
            read = self._inputs(stretch, name)
            await self._run([*read, "-map", "0:v", *encode, "-pass", "1", "-an", "-f", "null", "-"])
            await self._run([*read, *encode, "-pass", "2", *self._finish(out.name)])
            size = (await asyncio.to_thread(out.stat)).st_size
            log.info("fitted to %.0f kb/s, %dx%d: %d of %d bytes", kbps, target.width, target.height, size, limit)
            if size <= limit:
                return Joined(out, size, target.width, target.height, fitted=True)
            kbps *= min(1.0, limit / size) * _LESS
        raise too_long(stretch.seconds, limit)

    def _two_passes(self, stretch: Stretch, kbps: float, target: Rung, rung: Rung) -> list[str]:
        begins = [f"{shot.begin - stretch.begin:.6f}" for shot in stretch.shots]
        options: dict[str, object] = {
            "c:v": "libx264",
            "preset": PRESET,
            "profile:v": "high",
            "pix_fmt": "yuv420p",
            "b:v": f"{kbps:.0f}k",
            "maxrate": f"{kbps * 3:.0f}k",
            "bufsize": f"{kbps * 6:.0f}k",
            "bf": 5,
            "g": FPS * 10,
            "threads": 2,
            "force_key_frames": ",".join(begins),
            "passlogfile": "passes",
            **colour_options(),
        }
        scale = [] if target == rung else ["-vf", f"scale={target.width}:{target.height}:flags=bicubic"]
        return [*scale, *(part for name, value in options.items() for part in (f"-{name}", str(value)))]

    def _inputs(self, stretch: Stretch, name: str) -> list[str]:
        return [
            *("-f", "concat", "-safe", "0", "-i", f"{name}.txt"),
            *("-i", f"file:{stretch.sound.name}"),
            *("-f", "ffmetadata", "-i", f"{name}.meta"),
        ]

    @staticmethod
    def _finish(out: str) -> list[str]:
        return [
            *("-map", "0:v", "-map", "1:a", "-c:a", "copy", "-map_metadata", "2", "-map_chapters", "2"),
            *("-movflags", "+faststart", "-f", "mp4", out),
        ]

    async def _run(self, args: Sequence[str]) -> None:
        exe = await asyncio.to_thread(program)
        quiet = ["-nostdin", "-hide_banner", "-nostats", "-y"]
        async with Running([exe, *quiet, *args], cwd=self._folder) as running:
            await running.finish()

    def _describe(self, stretch: Stretch, name: str) -> None:
        """Write what ffmpeg reads: the list of masters (under names of our own making), and the words about them."""
        lines = ["ffconcat version 1.0"]
        for index, (path, frames) in enumerate(stretch.files):
            link = self._folder / f"{name}-{index:04d}.mp4"
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
            lines += [f"file {link.name}", f"duration {frames / FPS:.6f}"]
        (self._folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self._folder / f"{name}.meta").write_text(metadata(self._plan, stretch), encoding="utf-8")


def metadata(plan: FilmPlan, stretch: Stretch) -> str:
    """Title, authors and a chapter per scene, in ffmpeg's own notation (FFMETADATA)."""
    lines = [";FFMETADATA1", f"title={_escaped(plan.title)}", "comment=Made with Fireside"]
    if plan.authors:
        lines.append(f"artist={_escaped(', '.join(plan.authors))}")
    scenes = [shot for shot in stretch.shots if shot.scene is not None][:_MOST_CHAPTERS]
    for place, shot in enumerate(scenes):
        # The title belongs to the first scene's chapter and the credits to the last one's: players want no gaps.
        begin = shot.begin - stretch.begin if place else 0.0
        last = place == len(scenes) - 1
        end = stretch.seconds if last else scenes[place + 1].begin - stretch.begin
        scene = shot.scene
        name = "" if scene is None else scene.title or f"Scene {scene.number}"
        times = f"START={round(begin * 1000)}\nEND={round(end * 1000)}"
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", times, f"title={_escaped(name)}"]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)[:_TITLE_LENGTH].strip()
    return "".join(f"\\{char}" if char in "=;#\\" else char for char in plain)
