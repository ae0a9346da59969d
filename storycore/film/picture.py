"""A picture becomes moving frames: any shape fills the frame, and the camera moves by parts of a pixel.

Motion is drawn with OpenCV's ``warpAffine`` on the raw yuv420p planes, from a source 1.15 times oversampled: jitter
0.05 pixels (rms), where ffmpeg's zoompan, which rounds its window to whole pixels, trembles by 1.5.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

log = logging.getLogger(__name__)

cv2.setNumThreads(1)  # segments are drawn side by side; threads inside a frame only cost
Pixels = npt.NDArray[np.uint8]

OVERSAMPLING = 1.15
#: Raised when frames come out differently: part of a segment's key.
VERSION = 2
#: A picture that keeps this part of itself when cropped to the frame's shape fills it; others get blurred sides.
_COVER = 0.7
_MOST_PIXELS = 25_000_000
_LARGEST_SIDE = 4096
_STRIP = 128
_FADE_S = 0.32
#: How bright a title's ground is on average, of 255.
_TITLE_GROUND = 92.0

#: Large pictures take a hundred megabytes while they are read.
_ONE_AT_A_TIME = threading.Lock()

# BT.709, full-range RGB to limited-range Y'CbCr (ITU-R BT.709-6, sections 3.2 and 3.5).
_TO_YUV = np.array(
    [
        [0.2126 * 219 / 255, 0.7152 * 219 / 255, 0.0722 * 219 / 255, 16],
        [-0.2126 / 1.8556 * 224 / 255, -0.7152 / 1.8556 * 224 / 255, 0.5 * 224 / 255, 128],
        [0.5 * 224 / 255, -0.7152 / 1.5748 * 224 / 255, -0.0722 / 1.5748 * 224 / 255, 128],
    ],
    dtype=np.float32,
)


class Look(StrEnum):
    """How a picture stands behind what is written: as it is, or dimmed and soft under a title."""

    CLEAR = "clear"
    SOFT = "soft"


class Move(StrEnum):
    """What the camera does."""

    PUSH_IN = "push in"
    PAN_RIGHT = "pan right"
    PULL_OUT = "pull out"
    PAN_LEFT = "pan left"


def move_for(scene: int) -> Move:
    """The camera's move in scene ``scene``: they take turns."""
    return tuple(Move)[scene % len(Move)]


def content_hash(path: Path) -> str | None:
    """SHA-256 of the picture's file; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def load(path: Path) -> Pixels | None:
    """The picture as RGB, turned upright; None where it is missing, broken, or too large (25 million pixels)."""
    try:
        with _ONE_AT_A_TIME, Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            picture.draft("RGB", (_LARGEST_SIDE, _LARGEST_SIDE))
            picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))  # before anything is copied: memory
            upright = ImageOps.exif_transpose(picture)
            if not upright.has_transparency_data:
                return np.asarray(upright.convert("RGB"))
            ground = Image.new("RGBA", upright.size, (24, 24, 32, 255))
            return np.asarray(Image.alpha_composite(ground, upright.convert("RGBA")).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.warning("a picture cannot be shown: %s", type(error).__name__)
        return None


def card(width: int, height: int, seed: int) -> Pixels:
    """A plain ground for a card: dusk colours that depend on ``seed``, lighter towards the middle."""
    hue = np.random.default_rng(seed).uniform(0, 360)
    light = _hsv(hue, 0.45, 0.46)
    dark = _hsv(hue + 35, 0.60, 0.17)
    blend = np.clip(_distance(width, height, 0.75, 0.8, 0.42), 0, 1)[..., None]
    noise = np.random.default_rng(0).random((height, width, 1), np.float32) * 2 - 1  # hides the gradient's steps
    return cast(Pixels, np.clip(light * (1 - blend) + dark * blend + noise, 0, 255).astype(np.uint8))


def _distance(width: int, height: int, across: float, down: float, middle: float) -> npt.NDArray[np.float32]:
    """How far each pixel is from the centre (``middle``: its height), 1 at ``across`` and ``down`` of the sides."""
    x = (np.arange(width, dtype=np.float32) - width / 2) / np.float32(across * width)
    y = (np.arange(height, dtype=np.float32) - middle * height) / np.float32(down * height)
    return np.asarray(np.hypot(x[None, :], y[:, None]), np.float32)


def _hsv(hue: float, saturation: float, value: float) -> npt.NDArray[np.float32]:
    pixel = np.array([[[hue % 360, saturation, value]]], dtype=np.float32)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0] * 255, np.float32)


def filled(rgb: Pixels, width: int, height: int, *, whole: bool = True) -> Pixels:
    """``rgb`` in a frame of ``width`` x ``height``: cropped where little is lost, else before its own blurred copy.

    ``whole`` False: always cropped (behind a title nobody misses the rest).
    """
    tall, wide = rgb.shape[:2]
    kept = min(wide / tall, width / height) / max(wide / tall, width / height)
    cover = _covering(rgb, width, height)
    if kept >= _COVER or not whole:
        return cover
    small = cv2.resize(cover, (max(16, width // 8), max(16, height // 8)), interpolation=cv2.INTER_AREA)
    sigma = max(1.0, min(width, height) / 8 / 22)
    blurred = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma), (width, height), interpolation=cv2.INTER_CUBIC)
    ground = cv2.convertScaleAbs(blurred, alpha=0.55)
    scale = min(width / wide, height / tall)
    across, down = max(1, min(width, round(wide * scale))), max(1, min(height, round(tall * scale)))
    left, top = (width - across) // 2, (height - down) // 2
    ground[top : top + down, left : left + across] = _scaled(rgb, across, down)
    return cast(Pixels, ground)


def _covering(rgb: Pixels, width: int, height: int) -> Pixels:
    tall, wide = rgb.shape[:2]
    if wide * height > width * tall:
        across = max(1, round(tall * width / height))
        left = (wide - across) // 2
        rgb = rgb[:, left : left + across]
    else:
        down = max(1, round(wide * height / width))
        top = round((tall - down) * 0.4)  # heads are in the upper half
        rgb = rgb[top : top + down]
    return _scaled(rgb, width, height)


def _scaled(rgb: Pixels, width: int, height: int) -> Pixels:
    smaller = width < rgb.shape[1]
    return cast(
        Pixels,
        cv2.resize(
            np.ascontiguousarray(rgb),
            (width, height),
            interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC,
        ),
    )


def softened(rgb: Pixels) -> Pixels:
    """``rgb`` a little out of focus, darker at the edges, and dim enough for white letters: a ground for a title."""
    height, width = rgb.shape[:2]
    blurred = cv2.GaussianBlur(rgb, (0, 0), max(1.0, min(width, height) / 120))
    distance = _distance(width, height, 0.62, 0.62, 0.5)
    dim = min(0.92, max(0.4, _TITLE_GROUND / max(1.0, float(blurred.mean()))))  # a night scene is dark already
    light = (dim * (1 - 0.5 * np.clip(distance, 0, 1) ** 1.5))[..., None]
    return cast(Pixels, (blurred * light).astype(np.uint8))


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as yuv420p planes, BT.709, limited range."""

    y: Pixels
    u: Pixels
    v: Pixels


def planes_of(rgb: Pixels) -> Planes:
    """``rgb`` (sides even) as planes; the range is converted here and nowhere else."""
    height, width = rgb.shape[:2]
    luma = np.empty((height, width), np.uint8)
    blue, red = (np.empty((height // 2, width // 2), np.uint8) for _ in range(2))
    for top in range(0, height, _STRIP):  # in strips: the whole in floats would take a hundred megabytes
        rows = slice(top, min(top + _STRIP, height))
        half = slice(rows.start // 2, rows.stop // 2)
        parts = cv2.split(cv2.transform(rgb[rows].astype(np.float32), _TO_YUV))
        luma[rows] = _rounded(parts[0])
        size = (width // 2, half.stop - half.start)
        blue[half] = _rounded(cv2.resize(parts[1], size, interpolation=cv2.INTER_AREA))
        red[half] = _rounded(cv2.resize(parts[2], size, interpolation=cv2.INTER_AREA))
    return Planes(luma, blue, red)


def _rounded(plane: npt.NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(np.rint(plane), 0, 255), np.uint8)


class Camera:
    """Draws the frames of one segment. Not for use by two threads at once."""

    def __init__(self, planes: Planes, width: int, height: int, move: Move, seconds: float, *, opens: bool) -> None:
        """``opens``: the segment does not rise from black (the film's first frame is what chat shows of it)."""
        self._planes = planes
        self._width, self._height = width, height
        self._move = move
        self._seconds = seconds
        self._opens = opens
        self.frame: Pixels = np.empty(width * height * 3 // 2, np.uint8)
        luma, chroma = width * height, width * height // 4
        self._y = self.frame[:luma].reshape(height, width)
        self._u = self.frame[luma : luma + chroma].reshape(height // 2, width // 2)
        self._v = self.frame[luma + chroma :].reshape(height // 2, width // 2)

    def draw(self, at: float) -> Pixels:
        """The frame at ``at`` seconds, yuv420p; the array is used again by the next call."""
        scale, x, y = self._window(at)
        w, h = self._width, self._height
        # Chroma lies where H.264 expects it: level with the left luma sample of its pair, midway between the rows.
        for plane, target, across, down, half in (
            (self._planes.y, self._y, 0.5, 0.5, 1.0),
            (self._planes.u, self._u, 0.5, 1.0, 2.0),
            (self._planes.v, self._v, 0.5, 1.0, 2.0),
        ):
            shift_x = (scale * (across - w / 2) + x) / half - 0.5
            shift_y = (scale * (down - h / 2) + y) / half - 0.5
            matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
            cv2.warpAffine(
                plane,
                matrix,
                (target.shape[1], target.shape[0]),
                dst=target,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        light = self._light(at)
        if light < 1.0:
            cv2.convertScaleAbs(self._y, dst=self._y, alpha=light, beta=16 * (1 - light))
            for target in (self._u, self._v):
                cv2.convertScaleAbs(target, dst=target, alpha=light, beta=128 * (1 - light))
        return self.frame

    def _window(self, at: float) -> tuple[float, float, float]:
        """Source pixels per frame pixel, and the window's centre in the source."""
        part = min(1.0, max(0.0, at / self._seconds))
        tall, wide = self._planes.y.shape
        whole = min(wide / self._width, tall / self._height)
        reach = min(1.0, 0.35 + self._seconds / 14)  # a short scene moves less, not faster
        if self._move in (Move.PUSH_IN, Move.PULL_OUT):
            inward = part if self._move is Move.PUSH_IN else 1 - part
            return whole * math.exp(-math.log(OVERSAMPLING) * reach * inward), wide / 2, tall / 2
        scale = whole / (1 + (OVERSAMPLING - 1) * 0.55)
        room = (wide - scale * self._width) / 2 * reach
        side = 2 * part - 1 if self._move is Move.PAN_RIGHT else 1 - 2 * part
        return scale, wide / 2 + room * side, tall / 2

    def _light(self, at: float) -> float:
        fade = min(_FADE_S, self._seconds / 4)
        rising = 1.0 if self._opens else at / fade
        falling = (self._seconds - at) / fade
        part = min(1.0, max(0.0, rising), max(0.0, falling))
        return part * part * (3 - 2 * part)
