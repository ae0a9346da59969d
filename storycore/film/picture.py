"""A picture becomes a canvas that the camera moves over: any shape fills the frame, and nothing is squeezed."""

from __future__ import annotations

import hashlib
import logging
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
VERSION = 4
#: A picture that keeps this part of itself when cropped to the frame's shape fills it; others get blurred sides.
_COVER = 0.7
#: A camera that goes along a picture shows what a crop hides: down to this part it fills the frame as well.
_ROAMED = 0.45
#: As much of a picture with blurred sides is seen at once, at least, of the side that is too long.
SEEN = 0.72
_MOST_PIXELS = 25_000_000
_LARGEST_SIDE = 4096
_STRIP = 128
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


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture is to fill its frame.

    ``focus`` is its subject's middle (parts of its sides), ``seen`` how much of a side that is too long is to be seen
    at once (0.72 … 1), ``roamed`` whether the camera goes along it.
    """

    focus: tuple[float, float] = (0.5, 0.45)
    seen: float = SEEN
    roamed: bool = False


CENTRED = Framing()


@dataclass(frozen=True, slots=True)
class Placed:
    """A canvas and where the picture lies in it, in units of the widest window's sides.

    ``width`` and ``height`` (1 or more) are the canvas's; ``left`` and ``top`` are below 0 where it is cropped.
    """

    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    def seen_at(self, x: float, y: float) -> tuple[float, float]:
        """A place of the picture (parts of its sides) as parts of the canvas's."""
        return (self.left + x * self.across) / self.width, (self.top + y * self.down) / self.height


def placed(wide: float, tall: float, shape: float, framing: Framing, *, whole: bool = True) -> Placed:
    """How a picture of ``wide`` x ``tall`` fills a frame whose width over height is ``shape``.

    The canvas is the whole picture, larger than the frame, and the camera finds the subject in it: filling the frame
    where that hides little at a time, or where the camera goes along it, else before its own blurred copy. ``whole``
    False: cropped to the frame around its subject (behind a title nobody misses the rest).
    """
    relative = wide / tall / shape  # more than 1: wider than the frame
    covering = (max(1.0, relative), max(1.0, 1 / relative))
    fitting = (min(1.0, relative), min(1.0, 1 / relative))
    if not whole:
        larger = covering[0] / fitting[0]
        across, down = fitting[0] * larger, fitting[1] * larger
        return Placed(1.0, 1.0, _side(across, framing.focus[0]), _side(down, framing.focus[1]), across, down)
    if min(relative, 1 / relative) >= (_ROAMED if framing.roamed else _COVER):
        return Placed(*covering, 0.0, 0.0, *covering)
    across, down = (side / framing.seen for side in fitting)
    width, height = max(1.0, across), max(1.0, down)
    return Placed(width, height, (width - across) / 2, (height - down) / 2, across, down)


def _side(length: float, focus: float) -> float:
    """Where a side of ``length`` (1 or more) begins in one of 1: with the focus as near the middle as can be."""
    return min(0.0, max(1 - length, 0.5 - focus * length))


def canvas(rgb: Pixels, width: int, height: int, framing: Framing = CENTRED, *, whole: bool = True) -> Pixels:
    """``rgb`` as a canvas for windows of up to ``width`` x ``height``, laid out as :func:`placed` says; even sides."""
    tall, wide = rgb.shape[:2]
    place = placed(wide, tall, width / height, framing, whole=whole)
    if not whole:
        return _cropped(rgb, place, width, height)
    full = max(width, _even(width * place.width)), max(height, _even(height * place.height))
    if (place.across, place.down) == (place.width, place.height):
        return _scaled(rgb, *full)
    filling = placed(wide, tall, full[0] / full[1], framing, whole=False)
    behind = _cropped(rgb, filling, full[0] // 8, full[1] // 8)
    sigma = max(1.0, min(width, height) / 8 / 22)
    blurred = cv2.resize(cv2.GaussianBlur(behind, (0, 0), sigma), full, interpolation=cv2.INTER_CUBIC)
    ground = cv2.convertScaleAbs(blurred, alpha=0.55)
    sides = ((full[0], width * place.across), (full[1], height * place.down))
    across, down = (max(1, min(side, round(part))) for side, part in sides)
    left, top = (full[0] - across) // 2, (full[1] - down) // 2
    ground[top : top + down, left : left + across] = _scaled(rgb, across, down)
    return cast(Pixels, ground)


def _even(side: float) -> int:
    return 2 * round(side / 2)


def _cropped(rgb: Pixels, place: Placed, width: int, height: int) -> Pixels:
    """What of the picture lies within the canvas, at ``width`` x ``height`` pixels."""
    tall, wide = rgb.shape[:2]
    left, top = max(0.0, -place.left) / place.across * wide, max(0.0, -place.top) / place.down * tall
    across, down = min(1.0, 1 / place.across) * wide, min(1.0, 1 / place.down) * tall
    x, y = min(wide - 1, round(left)), min(tall - 1, round(top))
    part = rgb[y : y + max(1, round(down)), x : x + max(1, round(across))]
    return _scaled(part, max(1, width), max(1, height))


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
