"""The ladder of sizes: how large, how smooth and how many bits a film may have, decided before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from storycore.errors import FilmError
from storycore.film.options import SHAPES

#: Aim a little below the limit: rate control is not exact.
_TARGET = 0.95
#: Frames a second. 24 halves nothing that the eye misses in slow moves, and costs a fifth less than 30.
FPS = 24
#: Shorter side, the lowest video rate (kb/s at 16:9) at which it still looks better than the next smaller one, and CRF.
# Measured on storyboard scenes, SSIM in the domain of 720p: 720p at 300 kb/s 0.980, 540p at 410 kb/s 0.978. 1080p would
# look a little better earlier, but costs twice the time.
_SIZES = ((1080, 1800, 22), (720, 300, 21), (540, 160, 21), (360, 80, 22), (240, 0, 24))
#: Rates come in steps, so that a line more or less seldom changes every segment's recipe.
_STEP = 1.12
_BASE_KBPS = 20.0
#: Each segment may begin with a full buffer, which is room beyond its rate; a quarter of it is more than is used.
_BUFFER_S = 2.0
_BUFFER_USED = 0.25
#: Nothing worth watching fits below this step.
LOWEST_STEP = 1


@dataclass(frozen=True, slots=True)
class Rung:
    """How segments are encoded. ``kbps`` is the ceiling of the video rate, None where there is no limit."""

    width: int
    height: int
    fps: int
    crf: int
    kbps: int | None

    @property
    def short(self) -> int:
        """The shorter side, pixels: what text sizes are measured by."""
        return min(self.width, self.height)

    @property
    def at_once(self) -> int:
        """How many segments are encoded side by side: two, or one on two threads where two would take 600 MB."""
        return 2 if self.short <= 720 else 1

    @property
    def buffer_kbit(self) -> int | None:
        """The rate control's buffer."""
        return None if self.kbps is None else round(self.kbps * _BUFFER_S)


def frame_size(shape: str, short: int) -> tuple[int, int]:
    """Width and height, both even. Raises ``FilmError`` for a shape that there is not."""
    if shape not in SHAPES:
        raise FilmError(f"A film cannot have the shape {shape[:20]!r}.", "Choose 16:9, 9:16 or 1:1.")
    across, down = SHAPES[shape]
    unit = short / min(across, down)
    return 2 * round(across * unit / 2), 2 * round(down * unit / 2)


def first_step(seconds: float, segments: int, max_bytes: int) -> int:
    """The rate step (see :func:`rung_at`) that fits ``seconds`` of film into ``max_bytes``.

    The video's share is what the sound, 16 bytes a frame and 4 KiB of container leave of 95 % of the limit. Raises
    ``FilmError`` where not even the smallest rung fits.
    """
    audio = audio_kbps(seconds, max_bytes) * 125 * seconds
    video_bits = (max_bytes * _TARGET - audio - 16 * FPS * seconds - 4096) * 8
    kbps = video_bits / 1000 / (seconds + segments * _BUFFER_S * _BUFFER_USED)
    if kbps < _BASE_KBPS * _STEP**LOWEST_STEP:
        raise too_long(seconds, max_bytes)
    return math.floor(math.log(kbps / _BASE_KBPS) / math.log(_STEP))


def lower_step(step: int, size: int, max_bytes: int) -> int:
    """The step to try after a film of ``size`` bytes came out over the limit; at least one lower."""
    return step - max(1, math.ceil(math.log(size / (max_bytes * _TARGET)) / math.log(_STEP)))


def possible(step: int) -> bool:
    """Whether there is such a step."""
    return step >= LOWEST_STEP


def rung_at(step: int | None, shape: str, quality: int) -> Rung:
    """The rung for a rate step (None: no limit), no larger than ``quality`` pixels of the shorter side."""
    kbps = None if step is None else round(_BASE_KBPS * _STEP**step)
    across, down = SHAPES.get(shape, (16, 9))
    area = min(across, down) / max(across, down) * 16 / 9  # fewer or more pixels than 16:9 of the same shorter side
    for short, lowest, crf in _SIZES:
        if short > quality and short != _SIZES[-1][0]:
            continue
        if kbps is None or kbps >= lowest / area:
            width, height = frame_size(shape, min(short, quality))
            return Rung(width, height, FPS, crf if kbps is not None else crf - 2, kbps)
    raise FilmError("No size fits this film.", "Make a shorter film, or allow a larger file.")


def too_long(seconds: float, max_bytes: int) -> FilmError:
    """That film does not fit, in words for a person."""
    minutes = max(1, round(seconds / 60))
    return FilmError(
        f"The film is about {minutes} min long, which does not fit into {max_bytes / 2**20:.1f} MiB.",
        "Make it in parts, or with fewer scenes.",
    )


def audio_kbps(seconds: float, max_bytes: int | None) -> int:
    """One voice, mono: 64 kb/s cannot be told from the clip; where room is short, the picture needs it more."""
    if max_bytes is None:
        return 64
    room = max_bytes * _TARGET * 8 / 1000 / seconds
    return 64 if room >= 400 else 48 if room >= 240 else 32 if room >= 110 else 24
