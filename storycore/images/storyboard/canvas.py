"""What every part of a picture needs: the size, the chance, the colours, and small pieces of SVG."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from storycore.images.storyboard.art import INK, THICKEST, ink_box, recoloured, thinned, tinted
from storycore.images.storyboard.colour import darker, lighter, mix
from storycore.images.storyboard.setting import Palette, Setting

Point = tuple[float, float]


@dataclass(slots=True)
class Canvas:
    """A picture in the making. ``horizon`` is where the ground begins, in pixels from the top."""

    width: int
    height: int
    horizon: float
    setting: Setting
    palette: Palette
    chance: random.Random
    defs: list[str] = field(default_factory=list)

    def gradient(self, stops: Sequence[tuple[float, str, float]], radial: bool = False) -> str:
        """Define a gradient, top to bottom or from the centre; stops are (offset, colour, opacity). "
        "Returns its paint."""
        name = f"g{len(self.defs)}"
        inner = "".join(
            f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{seen}"/>' for at, colour, seen in stops
        )
        kind = "radialGradient" if radial else "linearGradient"
        line = "" if radial else ' x1="0" y1="0" x2="0" y2="1"'
        self.defs.append(f'<{kind} id="{name}"{line}>{inner}</{kind}>')
        return f"url(#{name})"

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 0.7) -> str:
        """A soft round light."""
        paint = self.gradient(((0, colour, strength), (0.45, colour, strength * 0.4), (1, colour, 0)), radial=True)
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{paint}"/>'

    def layer(self, path: str, colour: str, depth: float = 0.22) -> str:
        """One sheet of cut paper: lit along its upper edge, darker below, throwing a soft shadow on the "
        "sheet behind."""
        paint = self.gradient(((0, lighter(colour, 0.12), 1), (1, darker(colour, depth), 1)))
        shadows = "".join(
            f'<path d="{path}" transform="translate({-lift * 0.4:.1f} {-lift})" fill="#1c1430" fill-opacity="0.05"/>'
            for lift in (3, 6, 10)
        )
        return (
            f'{shadows}<path d="{path}" fill="{paint}"/><path d="{path}" fill="none" stroke="#ffffff" '
            'stroke-opacity="0.22" stroke-width="1.6"/>'
        )

    def hazed(self, colour: str, distance: float) -> str:
        """``colour`` seen from afar: ``distance`` 0 (here) … 1 (at the horizon)."""
        return mix(colour, self.palette.sky[2], distance)

    def ridge(self, y: float, rise: float, waves: float = 2.0, rough: float = 0.0) -> str:
        """The path of a hill line around height ``y``, as deep as the picture; ``rough`` 0 … 1 makes it craggy."""
        phases = [self.chance.uniform(0, math.tau) for _ in range(3)]
        step = self.width / (14 if rough else 48)
        points: list[Point] = []
        x = -step
        while x <= self.width + step:
            turn = x / self.width * math.tau * waves
            wave = (
                math.sin(turn + phases[0])
                + 0.45 * math.sin(turn * 2.1 + phases[1])
                + 0.2 * math.sin(turn * 4.3 + phases[2])
            )
            points.append((x, y - rise * 0.5 * wave - rough * rise * self.chance.uniform(-0.5, 0.9)))
            x += step
        line = " L".join(f"{px:.1f} {py:.1f}" for px, py in points)
        return f"M{line} L{self.width + step:.1f} {self.height + 20} L{-step:.1f} {self.height + 20}Z"


def stamp(
    code: str,
    x: float,
    bottom: float,
    height: float,
    mirrored: bool = False,
    turn: float = 0.0,
    colours: dict[str, str] | None = None,
    tint: str = "",
) -> str:
    """An OpenMoji drawing whose ink is ``height`` pixels high and stands on (``x``, ``bottom``)."""
    left, top, right, low = ink_box(code)
    scale = height / max(low - top, 1.0)
    flip = "scale(-1 1) " if mirrored else ""
    spin = f"rotate({turn:.1f}) " if turn else ""
    art = thinned(tinted(code, tint), scale)
    if colours:
        art = recoloured(art, colours)
    move = (
        f"translate({x:.1f} {bottom:.1f}) {spin}{flip}scale({scale:.4f}) translate({-(left + right) / 2:.1f} "
        f"{-low:.1f})"
    )
    return f'<g transform="{move}">{art}</g>'


#: Trees whose trunk OpenMoji draws as bare lines: share of the height, and of the width at the foot.
_TRUNKS = {"1F333": 0.42, "1F332": 0.2}


def tree(code: str, x: float, bottom: float, height: float) -> str:
    """A tree standing on (``x``, ``bottom``), with a trunk to lean on."""
    share = _TRUNKS.get(code)
    if share is None:
        return stamp(code, x, bottom, height)
    half, top = height * 0.035, bottom - height * share
    trunk = (
        f'<path d="M{x - half * 1.7:.1f} {bottom:.1f} Q{x - half * 0.8:.1f} {bottom - height * 0.1:.1f} '
        f"{x - half:.1f} {top:.1f} "
        f'H{x + half:.1f} Q{x + half * 0.8:.1f} {bottom - height * 0.1:.1f} {x + half * 1.7:.1f} {bottom:.1f}Z" '
        f'fill="#8a5f3c" stroke="{INK}" stroke-width="{min(THICKEST, height / 36):.1f}" stroke-linejoin="round"/>'
    )
    crown = stamp(code, x, bottom - height * 0.04, height * 0.96)
    return trunk + crown


def aspect(code: str) -> float:
    """Width over height of a drawing's ink."""
    left, top, right, low = ink_box(code)
    return (right - left) / max(low - top, 1.0)
