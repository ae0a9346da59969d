"""The ladder of sizes, and what a limit leaves: how large a film may be is decided before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from storycore.errors import FilmError
from storycore.film.options import SHAPES

#: Aim a little below the limit: two passes come within one per cent, and a container has its own needs.
TARGET = 0.965
#: Frames a second. 24 halves nothing that the eye misses in slow moves, and costs a fifth less than 30.
FPS = 24
#: The film comes in parts where the limit leaves less than this for the picture, kb/s.
LEAST_KBPS = 150.0
#: Where parts would be too short for that, the film is shown with less, down to this.
LOWEST_KBPS = 20.0
#: A part shorter than this is not worth a message of its own, seconds.
_SHORTEST_PART_S = 6.0
#: Shorter side, the lowest video rate (kb/s at 16:9) at which it still looks better than the next smaller one, and CRF.
# Measured on storyboard scenes, SSIM in the domain of 720p: 720p at 300 kb/s 0.980, 540p at 410 kb/s 0.978. 1080p would
# look a little better earlier, but costs twice the time.
_SIZES = ((1080, 1800, 20), (720, 300, 20), (540, 160, 20), (360, 80, 20), (240, 0, 20))
#: The shorter side of a draft, pixels.
DRAFT = 360


@dataclass(frozen=True, slots=True)
class Rung:
    """How masters are encoded: frame size, frames a second, x264's constant quality."""

    width: int
    height: int
    fps: int
    crf: int

    @property
    def short(self) -> int:
        """The shorter side, pixels: what text sizes are measured by."""
        return min(self.width, self.height)

    @property
    def at_once(self) -> int:
        """How many segments are encoded side by side: two, or one on two threads where two would take 600 MB."""
        return 2 if self.short <= 720 else 1


def frame_size(shape: str, short: int) -> tuple[int, int]:
    """Width and height, both even. Raises ``FilmError`` for a shape that there is not."""
    if shape not in SHAPES:
        raise FilmError(f"A film cannot have the shape {shape[:20]!r}.", "Choose 16:9, 9:16 or 1:1.")
    across, down = SHAPES[shape]
    unit = short / min(across, down)
    return 2 * round(across * unit / 2), 2 * round(down * unit / 2)


def video_kbps(seconds: float, max_bytes: int, audio_bytes: float | None = None) -> float:
    """What a limit leaves for the picture, kb/s (0 or less: nothing).

    That is what the sound (predicted, or ``audio_bytes``), 16 bytes a frame and 4 KiB of container leave of the target.
    """
    audio = audio_kbps(seconds, max_bytes) * 125 * seconds if audio_bytes is None else audio_bytes
    return (max_bytes * TARGET - audio - 16 * FPS * seconds - 4096) * 8 / 1000 / seconds


def parts_needed(seconds: float, max_bytes: int | None) -> int:
    """In how many parts, of much the same length, the film comes so that each leaves 150 kb/s to the picture.

    No part is shorter than six seconds. Raises ``FilmError`` where the limit is too small for anything worth watching.
    """
    if max_bytes is None:
        return 1
    count = 1
    while video_kbps(seconds / count, max_bytes) < LEAST_KBPS and seconds / (count + 1) >= _SHORTEST_PART_S:
        count += 1
    if video_kbps(seconds / count, max_bytes) < LOWEST_KBPS:
        raise too_long(seconds, max_bytes)
    return count


def rung_for(kbps: float | None, shape: str, quality: int) -> Rung:
    """The rung that ``kbps`` of video (None: as many as it takes) can fill, no larger than ``quality`` pixels of the
    shorter side."""
    across, down = SHAPES[shape]
    area = min(across, down) / max(across, down) * 16 / 9  # fewer or more pixels than 16:9 of the same shorter side
    for short, lowest, crf in _SIZES:
        if short > quality and short != _SIZES[-1][0]:
            continue
        if kbps is None or kbps >= lowest / area:
            return Rung(*frame_size(shape, min(short, quality)), FPS, crf)
    raise FilmError("No size fits this film.", "Make a shorter film, or allow a larger file.")


def neighbours(rung: Rung, shape: str, quality: int) -> list[Rung]:
    """The next larger and the next smaller rung, where there are such within ``quality``."""
    sides = sorted({min(short, quality) for short, _, _ in _SIZES if short <= quality or short == _SIZES[-1][0]})
    if rung.short not in sides:
        return []
    place = sides.index(rung.short)
    near = [sides[at] for at in (place + 1, place - 1) if 0 <= at < len(sides)]
    return [Rung(*frame_size(shape, short), rung.fps, rung.crf) for short in near]


def too_long(seconds: float, max_bytes: int) -> FilmError:
    """That film does not fit, in words for a person."""
    minutes = max(1, math.floor(seconds / 60 + 0.5))
    return FilmError(
        f"The film is about {minutes} min long, which does not fit into {max_bytes / 2**20:.1f} MiB.",
        "Allow a larger file, or make it with fewer scenes.",
    )


def audio_kbps(seconds: float, max_bytes: int | None) -> int:
    """Voices and soft music, stereo: 128 kb/s is as good as it gets; where room is short, the picture needs it more.

    It does not depend on whether there is music, so that the picture stays the same when the music changes.
    """
    if max_bytes is None:
        return 128
    room = max_bytes * TARGET * 8 / 1000 / seconds
    return 96 if room >= 900 else 64 if room >= 400 else 48 if room >= 240 else 32 if room >= 110 else 24
