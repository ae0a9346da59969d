"""The frames of a segment, one after the other: each take's camera, the blend between two, the fall to black."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from storycore.film import picture
from storycore.film.camera import Camera, blended, dimmed, smooth
from storycore.film.options import Transition
from storycore.film.picture import OVERSAMPLING, Look, Pixels, Planes
from storycore.keys import derived_seed

if TYPE_CHECKING:
    from storycore.film.segment import Segment, Take

#: Frames in which a film falls to black at its end.
_FALL = 14
#: Canvases kept: those of the scenes that are drawn side by side and of their neighbours.
_KEPT = 4


class Grounds:
    """The canvases of one film at one size, made once for a scene and the two overlaps that it is part of.

    For use by several threads. At 1080p a canvas takes 4 MB, and up to 9 MB where the camera has room beside the frame.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Planes] = OrderedDict()

    def of(self, take: Take, width: int, height: int) -> Planes:
        """The canvas of ``take`` for a frame of ``width`` x ``height``."""
        key = (take.digest, take.seed if take.digest is None else 0, take.look, take.framing, width, height)
        with self._lock:  # held while it is made: large pictures take a hundred megabytes while they are read
            planes = self._kept.pop(key, None) or picture.planes_of(_canvas(take, width, height))
            self._kept[key] = planes
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return planes


def _canvas(take: Take, width: int, height: int) -> Pixels:
    across, down = (2 * round(side * OVERSAMPLING / 2) for side in (width, height))
    loaded = picture.load(take.picture) if take.picture is not None and take.digest is not None else None
    if loaded is None:
        ground = picture.card(across, down, derived_seed("card", take.seed))
    else:
        ground = picture.canvas(loaded, across, down, take.framing, whole=take.look is Look.CLEAR)
    return picture.softened(ground) if take.look is Look.SOFT else ground


@dataclass(slots=True)
class _Shown:
    """A take with its camera, which is set up when its first frame is due."""

    take: Take
    camera: Camera | None = None


class Drawing:
    """Draws a segment's frames. Not for use by two threads at once."""

    def __init__(self, segment: Segment, width: int, height: int, grounds: Grounds) -> None:
        self.segment = segment
        self._size = (width, height)
        self._grounds = grounds
        self._takes = [_Shown(take) for take in segment.takes]
        self._mixed: Pixels = np.empty(width * height * 3 // 2, np.uint8)

    def frame(self, index: int) -> Pixels:
        """Frame ``index`` of the segment, yuv420p; the array is used again by the next call."""
        shown = [take for take in self._takes if 0 <= index - take.take.begin < take.take.frames]
        if len(shown) > 1:
            frame = self._between(shown[0], shown[1], index)
        else:
            frame = self._alone(shown[0] if shown else self._takes[-1], index)
        left = self.segment.frames - index
        if self.segment.ends and left <= _FALL:
            return dimmed(frame, self._size[0] * self._size[1], smooth((left - 1) / _FALL), self._mixed)
        return frame

    def _alone(self, shown: _Shown, index: int) -> Pixels:
        take = shown.take
        if shown.camera is None:
            shown.camera = Camera(self._grounds.of(take, *self._size), *self._size, take.path)
        return shown.camera.draw((index - take.begin) / max(1, take.frames - 1))

    def _between(self, first: _Shown, second: _Shown, index: int) -> Pixels:
        begin = max(second.take.begin, 0)
        end = min(first.take.begin + first.take.frames, self.segment.frames)
        part = (index - begin + 0.5) / (end - begin)
        if self.segment.blend is Transition.CUT:
            return self._alone(first if part < 0.5 else second, index)
        if self.segment.blend is not Transition.DIP:
            return blended(self._alone(first, index), self._alone(second, index), smooth(part), self._mixed)
        shown, light = (first, 1 - 2 * part) if part < 0.5 else (second, 2 * part - 1)
        return dimmed(self._alone(shown, index), self._size[0] * self._size[1], smooth(light), self._mixed)
