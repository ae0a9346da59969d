"""What a picture shows, as far as the camera needs to know: where the eye goes first, and how wide that is.

The spectral residual (Hou and Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007) beside the contrast
of colours, weighted towards the middle, where painters put what matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from storycore.film import picture
from storycore.film.picture import Pixels

_SIDE = 64
_BLUR = 2.2
#: What stands out: at least this part of the strongest.
_STANDING_OUT = 0.45
#: A picture whose colours vary less than this (of 255) has no subject.
_PLAIN = 0.5
_DIGITS = 3

Map = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sight:
    """A picture seen: the digest of its file, its sides in pixels, and its subject.

    ``x``, ``y`` are the subject's middle and ``across``, ``down`` its sides, in parts of the picture's (0 … 1).
    """

    digest: str
    width: int
    height: int
    x: float = 0.5
    y: float = 0.5
    across: float = 1.0
    down: float = 1.0


def look_at(path: Path) -> Sight | None:
    """The picture at ``path`` seen; None where it is missing, broken, or too large. Reads it: off the event loop."""
    digest = picture.content_hash(path)
    rgb = None if digest is None else picture.load(path)
    if digest is None or rgb is None:
        return None
    x, y, across, down = subject(rgb)
    return Sight(digest, rgb.shape[1], rgb.shape[0], x, y, across, down)


def subject(rgb: Pixels) -> tuple[float, float, float, float]:
    """Middle and sides of what the eye goes to first, in parts of the picture's sides."""
    if float(cv2.resize(rgb, (16, 16), interpolation=cv2.INTER_AREA).std(axis=(0, 1)).max()) < _PLAIN:
        return 0.5, 0.45, 1.0, 1.0
    standing_out = saliency(rgb)
    tall, wide = standing_out.shape
    strong = np.where(standing_out >= standing_out.max() * _STANDING_OUT, standing_out, 0)
    total = float(strong.sum())
    if total <= 1e-9:
        return 0.5, 0.45, 1.0, 1.0
    y, x = np.mgrid[0:tall, 0:wide]
    middle_x, middle_y = float((strong * x).sum()) / total, float((strong * y).sum()) / total
    # Two standard deviations to each side hold nearly all of it.
    across = 4 * float(np.sqrt((strong * (x - middle_x) ** 2).sum() / total)) / wide
    down = 4 * float(np.sqrt((strong * (y - middle_y) ** 2).sum() / total)) / tall
    x_, y_ = (middle_x + 0.5) / wide, (middle_y + 0.5) / tall
    return round(x_, _DIGITS), round(y_, _DIGITS), round(min(1.0, across), _DIGITS), round(min(1.0, down), _DIGITS)


def saliency(rgb: Pixels) -> Map:
    """How much each part of the picture draws the eye, 0 … 1, on a raster whose longer side is 64."""
    tall, wide = rgb.shape[:2]
    scale = _SIDE / max(tall, wide)
    size = (max(8, round(wide * scale)), max(8, round(tall * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    contrast = np.linalg.norm(lab - lab.mean(axis=(0, 1)), axis=2)
    spectrum = np.fft.fft2(lab[..., 0])
    amplitude = np.log(np.abs(spectrum) + 1e-6)
    residual = amplitude - cv2.blur(amplitude, (3, 3))
    unusual = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    maps = [
        _scaled(np.asarray(cv2.GaussianBlur(part.astype(np.float32), (0, 0), _BLUR), np.float32))
        for part in (unusual, contrast)
    ]
    return _scaled(np.asarray((0.6 * maps[0] + 0.4 * maps[1]) * _middle(size), np.float32))


def _scaled(part: npt.NDArray[np.float32]) -> Map:
    low, high = float(part.min()), float(part.max())
    return np.asarray((part - low) / (high - low) if high - low > 1e-6 else np.zeros_like(part), np.float32)


def _middle(size: tuple[int, int]) -> Map:
    """Weights that fall off towards the edges; a little above the middle weighs most, where heads are."""
    x = (np.arange(size[0], dtype=np.float32) + 0.5) / size[0] - 0.5
    y = (np.arange(size[1], dtype=np.float32) + 0.5) / size[1] - 0.45
    return np.asarray(np.exp(-(x[None, :] ** 2 + y[:, None] ** 2) / (2 * 0.33**2)), np.float32)
