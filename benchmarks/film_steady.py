"""How steady a moving picture is: frames against the same frames computed exactly, in floating point.

The reference samples the picture's luma with Keys' cubic (a = -1/2; IEEE Trans. ASSP 29(6), 1981) in double precision
at the exact places of the window. Jitter is the rms of the shift that phase correlation finds between a frame and its
reference, the mean taken off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.film_plans import CANVAS, HEIGHT, WIDTH
from storycore.film.camera import Camera, CameraPath, Window
from storycore.film.picture import OVERSAMPLING, planes_of

#: Frames of the moved picture, and how many of them are looked at.
FRAMES = 96
_LOOKED_AT = range(8, FRAMES - 8, 5)

Plane = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Steadiness:
    """Jitter in pixels (rms), and the PSNR of luma against the reference in dB."""

    jitter: float
    psnr: float


def luma_of(folder: Path) -> Plane:
    """The moved picture's luma, as the film has it (BT.709, limited range)."""
    with Image.open(folder / "moved.png") as picture:
        return planes_of(np.asarray(picture.convert("RGB"))).y.astype(np.float64)


def exact(luma: Plane, scale: float) -> Plane:
    """The frame whose window is ``scale`` picture pixels a frame pixel, around the picture's middle."""
    tall, wide = luma.shape
    rows = _weights(HEIGHT, scale, tall)
    columns = _weights(WIDTH, scale, wide)
    return np.asarray(rows @ luma @ columns.T)


def _weights(length: int, scale: float, source: int) -> Plane:
    places = source / 2 + (np.arange(length) + 0.5 - length / 2) * scale - 0.5
    weights = np.zeros((length, source))
    first = np.floor(places).astype(int)
    for offset in range(-1, 3):
        distance = np.abs(places - (first + offset))
        near = 1.5 * distance**3 - 2.5 * distance**2 + 1
        far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
        index = np.clip(first + offset, 0, source - 1)
        np.add.at(weights, (np.arange(length), index), np.where(distance <= 1, near, np.where(distance < 2, far, 0)))
    return weights


def _compared(luma: Plane, frame_at: Callable[[int], Plane], scale_at: Callable[[int], float]) -> Steadiness:
    edge = 16
    shifts: list[tuple[float, float]] = []
    errors: list[float] = []
    for index in _LOOKED_AT:
        reference, frame = exact(luma, scale_at(index)), frame_at(index)
        shift, _ = cv2.phaseCorrelate(reference, frame, cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_64F))
        shifts.append((shift[0], shift[1]))
        inner = (slice(edge, -edge), slice(edge, -edge))
        errors.append(float(np.mean((reference[inner] - frame[inner]) ** 2)))
    moved = np.array(shifts)
    jitter = float(np.sqrt(np.mean(np.sum((moved - moved.mean(axis=0)) ** 2, axis=1))))
    return Steadiness(jitter, 10 * float(np.log10(255**2 / np.mean(errors))))


def of_camera(folder: Path) -> Steadiness:
    """Fireside's camera, pushing in."""
    luma = luma_of(folder)
    with Image.open(folder / "moved.png") as picture:
        planes = planes_of(np.asarray(picture.convert("RGB")))
    path = CameraPath(Window(0.5, 0.5, 1.0), Window(0.5, 0.5, OVERSAMPLING))
    camera = Camera(planes, WIDTH, HEIGHT, path)
    wide = min(CANVAS[0] / WIDTH, CANVAS[1] / HEIGHT, OVERSAMPLING)

    def frame_at(index: int) -> Plane:
        return camera.draw(index / FRAMES)[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH).astype(np.float64)

    return _compared(luma, frame_at, lambda index: wide / path.at(index / FRAMES).zoom)


def of_frames(path: Path, folder: Path) -> Steadiness:
    """Frames in the file ``path`` (luma alone, one after the other) that zoom evenly from 1 to 1.15."""
    luma = luma_of(folder)
    frames = np.memmap(path, np.uint8, "r").reshape(-1, HEIGHT, WIDTH)

    def scale_at(index: int) -> float:
        return CANVAS[0] / WIDTH / (1 + (OVERSAMPLING - 1) * index / FRAMES)

    return _compared(luma, lambda index: frames[index].astype(np.float64), scale_at)
