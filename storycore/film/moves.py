"""Which way the camera goes in a scene, and how one scene gives way to the next: by what is shown and told.

A scene's choice looks at the scene itself and its number, never at its neighbour's choice: otherwise one other pick
would move all scenes after it.
"""

from __future__ import annotations

import re
from enum import StrEnum

from storycore.film.camera import CameraPath, Window, reach
from storycore.film.model import FilmScene
from storycore.film.options import Motion, Transition
from storycore.film.picture import OVERSAMPLING
from storycore.film.sight import Sight

#: A subject wider than this part of its picture is a view: the camera goes along it.
_WIDE = 0.62
#: A picture this many times as long as the frame, to one side, has more to show than fits.
_LONG = 1.4
#: A picture as wide as this, for its height, is a view too.
_PANORAMA = 2.2
#: How fast a pan goes, frame sides per second; and how far its subject may be from the window's middle, in half sides.
_PAN_SPEED, _PAN_REACH = 0.045, 0.55
#: The shortest that a pan is, in half sides.
_LEAST_PAN = 0.3
#: Frames of a scene, at its beginning and at its end, that belong to its overlap with the neighbour, whatever the
#: transition: so another transition never touches what lies between.
HALF = 7
_DIGITS = 4

#: Words at the beginning of a scene that say: elsewhere, or another time.
_ELSEWHERE = re.compile(
    r"\W*(?:\d+ |one |two |three |many |some |several |a few |long |much )?"
    r"(?:hours?|days?|weeks?|months?|years?|moons?|later|the next|next|"
    r"that (?:night|evening|morning|day|winter|summer)|at (?:dawn|dusk|night|sunrise|midnight)|"
    r"meanwhile|elsewhere|far away|afterwards?|when (?:morning|night|spring|summer|autumn|winter)|the following)\b",
    re.IGNORECASE,
)


class Move(StrEnum):
    """What the camera does in one scene."""

    STILL = "still"
    PUSH = "push in"
    PULL = "pull out"
    PAN = "pan"


def move_for(number: int, sight: Sight | None, motion: Motion, longer: float = 1.0) -> Move:
    """The move of scene ``number``: what was asked for, else by its picture; neighbours never push both, or pull both.

    A view is panned along, and so is, now and then, what is ``longer`` than the frame (its shape over the frame's, or
    the other way round); towards a subject that stands out the camera pushes in, or away from it it pulls out.
    """
    if motion is not Motion.AUTO:
        return {Motion.STILL: Move.STILL, Motion.PUSH: Move.PUSH, Motion.PULL: Move.PULL, Motion.PAN: Move.PAN}[motion]
    if sight is not None and longer > 1 and sight.width > _PANORAMA * sight.height:
        return Move.PAN
    if sight is not None and number % 4 in (2, 3) and max(sight.across, sight.down, longer / _LONG * _WIDE) > _WIDE:
        return Move.PAN
    return Move.PUSH if number % 2 else Move.PULL


def path_for(move: Move, number: int, sight: Sight | None, canvas: tuple[float, float], seconds: float) -> CameraPath:
    """The camera's way in a scene of ``seconds``, with the subject in view from its beginning to its end.

    ``canvas`` is the canvas's size over that of the widest window (1 or more to each side).
    """
    x, y = (sight.x, sight.y) if sight is not None else (0.5, 0.5)
    near = OVERSAMPLING
    if move is Move.STILL:
        still = _inside(x, y, 1.0, canvas)
        return CameraPath(still, still)
    if move is Move.PAN:
        return _pan(number, x, y, canvas, seconds)
    wide, close = _inside(x, y, 1.0, canvas), _inside(x, y, round(near ** reach(seconds), _DIGITS), canvas)
    return CameraPath(wide, close) if move is Move.PUSH else CameraPath(close, wide)


def _pan(number: int, x: float, y: float, canvas: tuple[float, float], seconds: float) -> CameraPath:
    """Along the side that has more to show, the subject in view; towards it, or in turns to either side."""
    zoom = min(OVERSAMPLING, max(1.0, OVERSAMPLING / max(canvas)))  # no nearer than it takes to have a way to go
    middle = _inside(x, y, zoom, canvas)
    across = canvas[0] >= canvas[1]
    place, side = (x, canvas[0]) if across else (y, canvas[1])
    half = 0.5 / (side * zoom)  # half a window, in parts of the canvas
    low = min(max(half, place - _PAN_REACH * half), 1 - half)
    high = max(min(1 - half, place + _PAN_REACH * half), half)
    if high - low < _LEAST_PAN * half:  # a subject at the very edge
        low, high = max(half, low - _LEAST_PAN * half), min(1 - half, high + _LEAST_PAN * half)
    length = min(high - low, _PAN_SPEED * seconds * 2 * half)
    begin = min(max(place - length / 2, low), high - length)
    ends = [round(begin, _DIGITS), round(begin + length, _DIGITS)]
    beside = (ends[0] + ends[1]) / 2 - place
    if beside > half * 0.1 or (number // 2 % 2 and beside >= -half * 0.1):
        ends.reverse()
    a, b = (Window(at, middle.y, zoom) if across else Window(middle.x, at, zoom) for at in ends)
    return CameraPath(a, b)


def _inside(x: float, y: float, zoom: float, canvas: tuple[float, float]) -> Window:
    """The window around a place that lies within the canvas."""
    half_x, half_y = 0.5 / (canvas[0] * zoom), 0.5 / (canvas[1] * zoom)
    return Window(
        round(min(max(x, half_x), 1 - half_x), _DIGITS), round(min(max(y, half_y), 1 - half_y), _DIGITS), zoom
    )


def transition_for(before: FilmScene | None, after: FilmScene | None, wanted: Transition) -> Transition:
    """How ``before`` gives way to ``after`` (None: the title, the credits).

    By itself: a dip to black where the story goes elsewhere, a cut where people go on talking, else a crossfade.
    """
    if wanted is not Transition.AUTO:
        return wanted
    if before is None or after is None:
        return Transition.FADE
    first = after.lines[0].text if after.lines else after.title
    if _ELSEWHERE.match(first) or _ELSEWHERE.match(after.title):
        return Transition.DIP
    talking = before.lines and after.lines and before.lines[-1].speaker and after.lines[0].speaker
    return Transition.CUT if talking else Transition.FADE


def half_of(frames: int) -> int:
    """A shot's share of an overlap, in frames: at most a sixth of its own."""
    return min(HALF, frames // 6)
