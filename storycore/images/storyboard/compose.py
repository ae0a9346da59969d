"""From a reading to one layered SVG: sky, land, what stands behind, who stands in front, and the light on it all."""

from __future__ import annotations

import random
from dataclasses import dataclass

from storycore.images.storyboard.canvas import Canvas
from storycore.images.storyboard.cast import Subject, subjects_of
from storycore.images.storyboard.land import foreground, land
from storycore.images.storyboard.props import Placed, place_things
from storycore.images.storyboard.reading import Reading, read_prompt
from storycore.images.storyboard.rooms import room
from storycore.images.storyboard.setting import palette_of
from storycore.images.storyboard.sky import drifting, falling, sky
from storycore.keys import derived_seed

#: The shorter side of the drawing in its own units; the picture asked for is this scaled.
SHORT_SIDE = 576


@dataclass(frozen=True, slots=True)
class Camera:
    """How a picture is framed; shares of the picture's height. ``most`` is how many subjects it holds."""

    name: str
    horizon: float
    person: float
    feet: float
    most: int


#: Neighbouring seeds take neighbouring cameras, so candidates of one round always differ.
CAMERAS = (
    Camera("medium", 0.60, 0.46, 0.93, 6),
    Camera("close", 0.52, 0.80, 1.10, 2),
    Camera("wide", 0.56, 0.36, 0.90, 7),
    Camera("low", 0.74, 0.58, 0.97, 4),
)


def compose(prompt: str, seed: int, width: int, height: int, subseed: int | None = None) -> str:
    """The SVG of a picture of ``prompt``, ``width`` by ``height`` pixels; equal arguments give equal text.

    With a ``subseed`` it is a variation: framed and lit as with ``seed`` alone, and drawn anew in all else.
    """
    reading = read_prompt(prompt)
    chance = random.Random(derived_seed("picture", prompt, seed))
    camera = CAMERAS[seed % len(CAMERAS)]
    scale = SHORT_SIDE / min(width, height)
    wide, tall = round(width * scale), round(height * scale)
    palette = palette_of(reading.setting, chance.uniform(-1, 1))
    canvas = Canvas(wide, tall, tall * camera.horizon, reading.setting, palette, chance)
    mirrored = bool(chance.getrandbits(1))
    if subseed is not None:
        chance.seed(derived_seed("variation", prompt, seed, subseed))
    body = _layers(canvas, reading, camera, mirrored=mirrored)
    defs = "".join(canvas.defs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {wide} {tall}" '
        f'preserveAspectRatio="none"><defs>{defs}</defs>{body}</svg>'
    )


def _layers(canvas: Canvas, reading: Reading, camera: Camera, mirrored: bool) -> str:
    unit = _unit(canvas, camera)
    subjects, loose = subjects_of(reading, camera.most)
    placed = arrange(canvas, subjects, camera, unit, mirrored)
    things = place_things(canvas, loose, unit, [spot.x for spot in placed])
    back = room(canvas) if reading.setting.indoors else sky(canvas) + land(canvas)
    tint = canvas.palette.shade_share
    parts = [
        back,
        things.behind,
        drifting(canvas, 0.75),
        _tint(canvas, tint * 0.6),
        "".join(_subject(canvas, spot) for spot in sorted(placed, key=lambda spot: spot.feet)),
        things.front,
        foreground(canvas),
        _tint(canvas, tint * 0.38),
        things.lights,
        falling(canvas),
    ]
    return "".join(parts)


def _unit(canvas: Canvas, camera: Camera) -> float:
    """The height of a grown person in this picture."""
    return min(canvas.height, canvas.width * 0.9) * camera.person


def arrange(canvas: Canvas, subjects: list[Subject], camera: Camera, unit: float, mirrored: bool) -> list[Placed]:
    """Set subjects beside each other over the picture's width, the first where the eye goes first."""
    if not subjects:
        return []
    order = subjects[::-1] if mirrored else list(subjects)
    largest = max(subject.height for subject in order)
    if largest < 0.6:
        unit *= 0.66 / largest  # a frog alone is the hero of its picture
    tallest = canvas.height * (0.78 if camera.name != "close" else 0.98)
    heights = [min(unit * subject.height, tallest, canvas.width * 0.62 / max(subject.aspect, 0.2)) for subject in order]
    widths = [height * subject.aspect for height, subject in zip(heights, order, strict=True)]
    room_for = canvas.width * 0.94
    packed = sum(widths) * 0.9
    shrink = min(1.0, room_for / packed) if packed else 1.0
    gap = max(0.0, (canvas.width - sum(widths) * shrink)) / (len(order) + 1)
    if len(order) == 1:
        third = canvas.width * canvas.chance.choice((0.36, 0.44, 0.58, 0.64))
        return [_spot(canvas, order[0], third, heights[0] * shrink, camera)]
    x, placed = gap if gap else (canvas.width - sum(widths) * shrink * 0.9) / 2 - canvas.width * 0.02, []
    for index, (subject, height, wide) in enumerate(zip(order, heights, widths, strict=True)):
        step = wide * shrink * (1.0 if gap else 0.9)
        centre = x + step / 2 + canvas.chance.uniform(-0.22, 0.22) * gap
        row_back = index % 2 == 1 and len(order) > 3
        placed.append(_spot(canvas, subject, centre, height * shrink * (0.88 if row_back else 1), camera, row_back))
        x += step + gap
    return placed


def _spot(canvas: Canvas, subject: Subject, x: float, height: float, camera: Camera, behind: bool = False) -> Placed:
    feet = canvas.height * (camera.feet + canvas.chance.uniform(-0.015, 0.015) - (0.055 if behind else 0))
    if camera.name == "close" and subject.height < 0.75:
        feet = min(feet, canvas.height * 0.95)
    if subject.flying:
        feet = max(height * 1.04, canvas.height * canvas.chance.uniform(0.6, 0.68))
    flipped = (subject.faces_left and x < canvas.width / 2) or (not subject.faces_left and x > canvas.width / 2)
    return Placed(subject, x, feet, height, flipped)


def _subject(canvas: Canvas, spot: Placed) -> str:
    """A subject cut out of paper: its shadow on the ground and behind it, a pale edge, and itself."""
    shadow = canvas.gradient(((0, "#120b22", 0.42), (0.6, "#120b22", 0.2), (1, "#120b22", 0)), radial=True)
    wide = spot.height * spot.subject.aspect
    if spot.subject.flying:
        return spot.svg()
    ground = (
        f'<ellipse cx="{spot.x:.1f}" cy="{spot.feet - 2:.1f}" rx="{wide * 0.52:.1f}" '
        f'ry="{max(7.0, wide * 0.09):.1f}" fill="{shadow}"/>'
    )
    return ground + spot.svg()


def _tint(canvas: Canvas, share: float) -> str:
    if share <= 0.01:
        return ""
    return (
        f'<rect width="{canvas.width}" height="{canvas.height}" fill="{canvas.palette.shade}" '
        f'fill-opacity="{share:.3f}"/>'
    )
