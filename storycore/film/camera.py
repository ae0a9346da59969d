"""The camera: a path over a canvas, and frames drawn along it by parts of a pixel.

Drawn with OpenCV's ``warpAffine`` on the raw yuv420p planes, from a canvas 1.15 times oversampled: jitter below 0.05
pixels (rms), where ffmpeg's zoompan, which rounds its window to whole pixels, trembles by 1.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from storycore.film.picture import OVERSAMPLING, Pixels, Planes

#: How much of the motion is eased at its ends: it sets off and arrives gently, and still moves while scenes blend.
_EASED = 0.6


@dataclass(frozen=True, slots=True)
class Window:
    """What the camera sees: its middle in parts of the canvas, and how near it is (1: all that fits, to 1.15)."""

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class CameraPath:
    """From one window to another, eased."""

    begin: Window = Window()
    end: Window = Window()

    @property
    def still(self) -> bool:
        """Whether nothing moves."""
        return self.begin == self.end

    def at(self, part: float) -> Window:
        """The window after ``part`` (0 … 1) of the time. Zooming is even to the eye: by equal factors, not sums."""
        part = min(1.0, max(0.0, part))
        eased = (1 - _EASED) * part + _EASED * part * part * (3 - 2 * part)
        a, b = self.begin, self.end
        if abs(a.zoom - b.zoom) < 1e-9:
            return Window(a.x + (b.x - a.x) * eased, a.y + (b.y - a.y) * eased, a.zoom)
        zoom = a.zoom * (b.zoom / a.zoom) ** eased
        # The edges move in step with the window's size, so that no window on the way leaves the canvas.
        share = (1 / a.zoom - 1 / zoom) / (1 / a.zoom - 1 / b.zoom)
        return Window(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share, zoom)


class Camera:
    """Draws frames of one canvas. Not for use by two threads at once."""

    def __init__(self, planes: Planes, width: int, height: int, path: CameraPath) -> None:
        """``width`` and ``height`` are the frame's; the canvas is at least 1.15 times as large."""
        self._planes = planes
        self._size = (width, height)
        self._path = path
        self._drawn: Window | None = None
        self.frame: Pixels = np.empty(width * height * 3 // 2, np.uint8)
        luma, chroma = width * height, width * height // 4
        self._targets = (
            self.frame[:luma].reshape(height, width),
            self.frame[luma : luma + chroma].reshape(height // 2, width // 2),
            self.frame[luma + chroma :].reshape(height // 2, width // 2),
        )

    def draw(self, part: float) -> Pixels:
        """The frame after ``part`` (0 … 1) of the path, yuv420p; the array is used again by the next call."""
        window = self._path.at(part)
        if window == self._drawn:
            return self.frame
        self._drawn = window
        tall, wide = self._planes.y.shape
        w, h = self._size
        scale = self._scale(window)
        x = min(max(window.x * wide, scale * w / 2), wide - scale * w / 2)
        y = min(max(window.y * tall, scale * h / 2), tall - scale * h / 2)
        # Chroma lies where H.264 expects it: level with the left luma sample of its pair, midway between the rows.
        for plane, target, across, down, half in (
            (self._planes.y, self._targets[0], 0.5, 0.5, 1.0),
            (self._planes.u, self._targets[1], 0.5, 1.0, 2.0),
            (self._planes.v, self._targets[2], 0.5, 1.0, 2.0),
        ):
            shift_x = (scale * (across - w / 2) + x) / half - 0.5
            shift_y = (scale * (down - h / 2) + y) / half - 0.5
            cv2.warpAffine(
                plane,
                np.array([[scale, 0, shift_x], [0, scale, shift_y]]),
                (target.shape[1], target.shape[0]),
                dst=target,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        return self.frame

    def _scale(self, window: Window) -> float:
        """Canvas pixels per frame pixel."""
        tall, wide = self._planes.y.shape
        w, h = self._size
        return float(min(OVERSAMPLING, wide / w, tall / h) / window.zoom)


def blended(below: Pixels, above: Pixels, part: float, out: Pixels) -> Pixels:
    """``above`` over ``below``, both yuv420p, ``part`` (0 … 1) of the way; written to ``out``."""
    cv2.addWeighted(below, 1 - part, above, part, 0.0, dst=out)
    return out


def dimmed(frame: Pixels, luma: int, light: float, out: Pixels) -> Pixels:
    """``frame``, whose first ``luma`` samples are brightness, at ``light`` (0: black … 1), written to ``out``."""
    np.copyto(out, frame)
    if light < 1.0:
        cv2.convertScaleAbs(frame[:luma], dst=out[:luma], alpha=light, beta=16 * (1 - light))
        cv2.convertScaleAbs(frame[luma:], dst=out[luma:], alpha=light, beta=128 * (1 - light))
    return out


def smooth(part: float) -> float:
    """``part`` (0 … 1) eased at both ends."""
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)


def reach(seconds: float) -> float:
    """How far a camera goes in ``seconds``, 0 … 1 of what it can: a short scene moves less, not faster."""
    return min(1.0, 0.35 + seconds / 14) if math.isfinite(seconds) else 1.0
