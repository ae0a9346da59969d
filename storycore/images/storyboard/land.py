"""The land: hills, water, trees and walls behind the figures, and what frames them in front."""

from __future__ import annotations

from collections.abc import Callable

from storycore.images.storyboard.canvas import Canvas, stamp
from storycore.images.storyboard.colour import darker, lighter, mix


def land(canvas: Canvas) -> str:
    """Everything between the sky and the figures."""
    return _PLACES.get(canvas.setting.place, _meadow)(canvas)


def _hills(canvas: Canvas, count: int = 2, rise: float = 0.1, rough: float = 0.0) -> str:
    """Hill behind hill, paler with distance."""
    parts = []
    for index in range(count):
        distance = 1 - (index + 1) / (count + 1)
        y = canvas.horizon - canvas.height * rise * distance * 0.9
        colour = canvas.hazed(canvas.palette.far, distance * 0.75)
        parts.append(canvas.layer(canvas.ridge(y, canvas.height * rise * (0.6 + distance * 0.5), 1.1 + index * 0.4, rough), colour, 0.1))
    return "".join(parts)


def _ground(canvas: Canvas, rise: float = 0.03) -> str:
    """The two sheets that figures stand on."""
    middle = canvas.layer(canvas.ridge(canvas.horizon, canvas.height * rise, 0.8), canvas.palette.ground)
    y = canvas.horizon + (canvas.height - canvas.horizon) * 0.42
    near = canvas.layer(canvas.ridge(y, canvas.height * rise * 1.2, 0.7), mix(canvas.palette.ground, canvas.palette.near, 0.45))
    return middle + near


def _paper_tree(canvas: Canvas, x: float, bottom: float, height: float, colour: str, fir: bool) -> str:
    """A far tree without outlines: cut from one sheet."""
    trunk = f'<rect x="{x - height * 0.04:.1f}" y="{bottom - height * 0.3:.1f}" width="{height * 0.08:.1f}" height="{height * 0.32:.1f}" fill="{darker(colour, 0.45)}"/>'
    if fir:
        tiers = []
        for tier in range(3):
            top, half = bottom - height * (1 - tier * 0.25), height * (0.16 + tier * 0.07)
            tiers.append(f"M{x:.1f} {top:.1f} L{x + half:.1f} {top + height * 0.38:.1f} H{x - half:.1f}Z")
        return f'{trunk}<path d="{" ".join(tiers)}" fill="{colour}"/>'
    crown = "".join(
        f'<circle cx="{x + dx * height:.1f}" cy="{bottom - height * dy:.1f}" r="{height * r:.1f}" fill="{colour}"/>'
        for dx, dy, r in ((0, 0.72, 0.26), (-0.2, 0.55, 0.2), (0.2, 0.55, 0.2), (0.02, 0.5, 0.22))
    )
    light = f'<circle cx="{x - 0.07 * height:.1f}" cy="{bottom - height * 0.76:.1f}" r="{height * 0.13:.1f}" fill="{lighter(colour, 0.18)}" fill-opacity="0.6"/>'
    return trunk + crown + light


def _trees(canvas: Canvas, count: int, height: float, distance: float, fir: float) -> str:
    colour = canvas.hazed(canvas.palette.near, distance)
    parts = []
    for index in range(count):
        x = canvas.width * (index + canvas.chance.uniform(0.1, 0.9)) / count
        tall = height * canvas.chance.uniform(0.75, 1.2) * canvas.height
        shade = mix(colour, canvas.chance.choice(("#3f7a4a", "#6f9a3c", "#2f6a5f")), 0.18 * (1 - distance))
        if canvas.setting.weather == "snow":
            shade = mix(shade, "#6f8fa0", 0.5)
        parts.append(_paper_tree(canvas, x, canvas.horizon + canvas.height * 0.035, tall, shade, canvas.chance.random() < fir))
    return "".join(parts)


def _meadow(canvas: Canvas) -> str:
    return _hills(canvas, 3, 0.13) + _trees(canvas, 6, 0.13, 0.3, 0.2) + _ground(canvas) + _tufts(canvas)


def _forest(canvas: Canvas) -> str:
    parts = [_hills(canvas, 1, 0.1), _trees(canvas, 13, 0.36, 0.62, 0.7), _trees(canvas, 10, 0.4, 0.35, 0.6), _ground(canvas), _tufts(canvas)]
    winter = canvas.setting.weather == "snow"
    for side in (0, 1):
        for _ in range(2):
            x = canvas.width * (side + (1 - 2 * side) * canvas.chance.uniform(-0.01, 0.15))
            code = "1F332" if winter or canvas.chance.random() < 0.5 else "1F333"
            parts.append(stamp(code, x, canvas.horizon + canvas.height * canvas.chance.uniform(0.05, 0.13),
                               canvas.height * canvas.chance.uniform(0.42, 0.6)))  # fmt: skip
    return "".join(parts)


def _mountain(canvas: Canvas) -> str:
    parts = []
    for distance, rise in ((0.65, 0.34), (0.35, 0.24)):
        colour = canvas.hazed(mix(canvas.palette.far, "#7884a6", 0.5), distance)
        for _ in range(3):
            x = canvas.width * canvas.chance.uniform(0, 1)
            half, tall = canvas.width * canvas.chance.uniform(0.16, 0.26), canvas.height * rise * canvas.chance.uniform(0.8, 1.25)
            base, peak = canvas.horizon + 20, canvas.horizon - tall
            path = f"M{x - half:.0f} {base:.0f} L{x - half * 0.35:.0f} {peak + tall * 0.36:.0f} L{x:.0f} {peak:.0f} L{x + half * 0.42:.0f} {peak + tall * 0.44:.0f} L{x + half:.0f} {base:.0f}Z"
            side = f"M{x:.0f} {peak:.0f} L{x + half * 0.42:.0f} {peak + tall * 0.44:.0f} L{x + half:.0f} {base:.0f} H{x + half * 0.1:.0f} L{x + half * 0.16:.0f} {peak + tall * 0.5:.0f}Z"
            cap = (f"M{x:.0f} {peak:.0f} L{x + half * 0.24:.0f} {peak + tall * 0.25:.0f} L{x + half * 0.08:.0f} {peak + tall * 0.2:.0f} "
                   f"L{x - half * 0.04:.0f} {peak + tall * 0.3:.0f} L{x - half * 0.12:.0f} {peak + tall * 0.19:.0f} L{x - half * 0.24:.0f} {peak + tall * 0.25:.0f}Z")  # fmt: skip
            parts.append(canvas.layer(path, colour, 0.08) + f'<path d="{side}" fill="#1c1430" fill-opacity="0.10"/><path d="{cap}" fill="#fdfdff" fill-opacity="0.92"/>')
    return "".join(parts) + _hills(canvas, 1, 0.08) + _trees(canvas, 7, 0.1, 0.3, 0.9) + _ground(canvas, 0.05) + _tufts(canvas)


def _water(canvas: Canvas, top: float, bottom: float, colour: str) -> str:
    """A stretch of water from ``top`` to ``bottom`` with the sky in it."""
    paint = canvas.gradient(((0, mix(colour, canvas.palette.sky[2], 0.55), 1), (1, darker(colour, 0.2), 1)))
    parts = [f'<rect x="0" y="{top:.0f}" width="{canvas.width}" height="{bottom - top:.0f}" fill="{paint}"/>']
    for _ in range(16):
        x, y = canvas.chance.uniform(0, canvas.width), canvas.chance.uniform(top + 6, bottom - 4)
        half = canvas.width * canvas.chance.uniform(0.015, 0.05) * (0.4 + (y - top) / max(bottom - top, 1))
        parts.append(f'<path d="M{x - half:.0f} {y:.0f} q{half / 2:.0f} -4 {half:.0f} 0 t{half:.0f} 0" fill="none" '
                     f'stroke="#ffffff" stroke-opacity="0.45" stroke-width="2" stroke-linecap="round"/>')  # fmt: skip
    return "".join(parts)


def _blue(canvas: Canvas) -> str:
    return mix("#3f8fbf", canvas.palette.sky[0], 0.35)


def _sea(canvas: Canvas) -> str:
    shore = canvas.horizon + (canvas.height - canvas.horizon) * 0.5
    water = _water(canvas, canvas.horizon, canvas.height, _blue(canvas))
    foam = canvas.layer(canvas.ridge(shore - 5, canvas.height * 0.03, 1.2), "#f6f3e6", 0.02)
    beach = canvas.layer(canvas.ridge(shore + 3, canvas.height * 0.03, 1.2), canvas.palette.ground)
    return _hills(canvas, 1, 0.05) + water + foam + beach


def _ship(canvas: Canvas) -> str:
    water = _water(canvas, canvas.horizon, canvas.height, _blue(canvas))
    deck = canvas.horizon + (canvas.height - canvas.horizon) * 0.42
    rail = "".join(f'<rect x="{x:.0f}" y="{deck - 54:.0f}" width="9" height="58" fill="#6b4329"/>' for x in range(10, canvas.width, 74))
    rail += f'<rect x="0" y="{deck - 62:.0f}" width="{canvas.width}" height="14" rx="5" fill="#8a5a36"/>'
    floor = canvas.layer(f"M-5 {deck:.0f} H{canvas.width + 5} V{canvas.height + 5} H-5Z", canvas.palette.ground)
    mast_x = canvas.width * canvas.chance.choice((0.2, 0.8))
    mast = f'<rect x="{mast_x:.0f}" y="-5" width="22" height="{deck + 20:.0f}" fill="#7a4f30"/>'
    sail = canvas.layer(f"M{mast_x - 150:.0f} 30 Q{mast_x + 11:.0f} 60 {mast_x + 172:.0f} 30 Q{mast_x + 200:.0f} {deck * 0.35:.0f} {mast_x + 165:.0f} {deck * 0.6:.0f} "
                        f"Q{mast_x + 11:.0f} {deck * 0.7:.0f} {mast_x - 143:.0f} {deck * 0.6:.0f} Q{mast_x - 180:.0f} {deck * 0.35:.0f} {mast_x - 150:.0f} 30Z", "#f1e6cc", 0.12)  # fmt: skip
    return water + sail + mast + rail + floor + _planks(canvas, deck)


def _planks(canvas: Canvas, top: float) -> str:
    """Floor boards running to the horizon."""
    middle, parts = canvas.width / 2, []
    for index in range(-9, 10):
        near, far = middle + index * canvas.width * 0.13, middle + index * canvas.width * 0.075
        parts.append(f"M{far:.0f} {top:.0f} L{near:.0f} {canvas.height}")
    return f'<path d="{" ".join(parts)}" stroke="#1c1430" stroke-opacity="0.22" stroke-width="2" fill="none"/>'


def _river(canvas: Canvas) -> str:
    depth = canvas.height - canvas.horizon
    top, bottom = canvas.horizon + depth * 0.08, canvas.horizon + depth * 0.5
    back = _hills(canvas, 3, 0.13) + _trees(canvas, 7, 0.15, 0.3, 0.4)
    far_bank = canvas.layer(canvas.ridge(canvas.horizon, canvas.height * 0.02, 0.9), canvas.palette.ground)
    bank = canvas.layer(canvas.ridge(bottom, canvas.height * 0.04, 0.9), mix(canvas.palette.ground, canvas.palette.near, 0.4))
    return back + far_bank + _water(canvas, top + 12, bottom + 40, _blue(canvas)) + bank + _reeds(canvas) + _tufts(canvas)


def _lake(canvas: Canvas) -> str:
    depth = canvas.height - canvas.horizon
    shore = canvas.layer(canvas.ridge(canvas.horizon + depth * 0.55, canvas.height * 0.035, 0.8), canvas.palette.ground)
    return _hills(canvas, 3, 0.16) + _trees(canvas, 9, 0.12, 0.35, 0.7) + _water(canvas, canvas.horizon, canvas.horizon + depth * 0.66, _blue(canvas)) + shore + _reeds(canvas) + _tufts(canvas)


def _reeds(canvas: Canvas) -> str:
    x0 = canvas.width * canvas.chance.choice((0.06, 0.9))
    y0 = canvas.horizon + (canvas.height - canvas.horizon) * 0.55
    colour = darker(canvas.palette.near, 0.1)
    return "".join(
        f'<path d="M{x0 + dx:.0f} {y0:.0f} q4 -30 {canvas.chance.uniform(-4, 10):.0f} -{tall:.0f}" stroke="{colour}" stroke-width="4" fill="none" stroke-linecap="round"/>'
        for dx, tall in ((-26, 56), (-12, 78), (2, 64), (16, 84), (30, 58))
    )


def _desert(canvas: Canvas) -> str:
    return _hills(canvas, 3, 0.12) + _ground(canvas, 0.06)


def _swamp(canvas: Canvas) -> str:
    dead = "".join(
        stamp("1FABE", canvas.width * x, canvas.horizon + canvas.height * 0.08, canvas.height * canvas.chance.uniform(0.3, 0.45))
        for x in (canvas.chance.uniform(0.03, 0.2), canvas.chance.uniform(0.8, 0.97))
    )
    pools = "".join(
        f'<ellipse cx="{canvas.chance.uniform(0, canvas.width):.0f}" cy="{canvas.chance.uniform(canvas.horizon + 50, canvas.height - 20):.0f}" '
        f'rx="{canvas.chance.uniform(60, 130):.0f}" ry="{canvas.chance.uniform(9, 17):.0f}" fill="#7fa7a0" fill-opacity="0.55"/>'
        for _ in range(5)
    )
    return _hills(canvas, 2, 0.08) + _trees(canvas, 8, 0.2, 0.5, 0.5) + _ground(canvas) + pools + dead + _reeds(canvas)


def _graveyard(canvas: Canvas) -> str:
    graves = "".join(
        stamp("1FAA6", canvas.width * (i + canvas.chance.uniform(0.2, 0.8)) / 6, canvas.horizon + canvas.height * canvas.chance.uniform(0.05, 0.14), canvas.height * 0.13)
        for i in range(6)
    )
    tree = stamp("1FABE", canvas.width * canvas.chance.choice((0.08, 0.92)), canvas.horizon + canvas.height * 0.09, canvas.height * 0.5)
    return _hills(canvas, 2, 0.12) + _ground(canvas) + tree + graves + _tufts(canvas)


def _houses(canvas: Canvas, count: int, height: float, distance: float) -> str:
    """A row of gabled paper houses with lit windows."""
    parts = []
    lit = canvas.setting.time in {"night", "dusk"}
    for index in range(count):
        wide = canvas.width / count * canvas.chance.uniform(0.75, 1.05)
        tall = canvas.height * height * canvas.chance.uniform(0.7, 1.25)
        x = canvas.width * index / count + canvas.chance.uniform(-10, 10)
        base = canvas.horizon + canvas.height * 0.03
        wall = canvas.hazed(canvas.chance.choice(("#d9b38c", "#c98f6b", "#e3cda4", "#b8a0a8", "#d8a08a")), distance)
        roof = canvas.hazed(canvas.chance.choice(("#a5503f", "#7f4a4a", "#5f6a8a", "#8a5a3c")), distance)
        ridge = tall * 0.38
        parts.append(f'<rect x="{x:.0f}" y="{base - tall:.0f}" width="{wide:.0f}" height="{tall + 12:.0f}" fill="{wall}"/>'
                     f'<path d="M{x - 8:.0f} {base - tall:.0f} L{x + wide / 2:.0f} {base - tall - ridge:.0f} L{x + wide + 8:.0f} {base - tall:.0f}Z" fill="{roof}"/>')  # fmt: skip
        for row in range(2):
            for column in range(2):
                glass = "#ffd97a" if lit and canvas.chance.random() < 0.7 else canvas.hazed("#5f6f8a", distance)
                parts.append(f'<rect x="{x + wide * (0.2 + column * 0.38):.0f}" y="{base - tall * (0.82 - row * 0.38):.0f}" width="{wide * 0.2:.0f}" '
                             f'height="{tall * 0.2:.0f}" rx="3" fill="{glass}" stroke="#fff" stroke-opacity="0.5" stroke-width="2"/>')  # fmt: skip
    return "".join(parts)


def _city(canvas: Canvas) -> str:
    cobbles = "".join(
        f'<ellipse cx="{canvas.chance.uniform(0, canvas.width):.0f}" cy="{canvas.chance.uniform(canvas.horizon + 40, canvas.height):.0f}" rx="15" ry="5" fill="#fff" fill-opacity="0.12"/>'
        for _ in range(60)
    )
    return _houses(canvas, 11, 0.3, 0.6) + _houses(canvas, 8, 0.24, 0.25) + _ground(canvas, 0.01) + cobbles


def _village(canvas: Canvas) -> str:
    return _hills(canvas, 3, 0.14) + _trees(canvas, 5, 0.16, 0.35, 0.2) + _houses(canvas, 6, 0.12, 0.2) + _ground(canvas) + _tufts(canvas)


def _castle(canvas: Canvas) -> str:
    hill = canvas.hazed(canvas.palette.far, 0.25)
    x = canvas.width * canvas.chance.choice((0.3, 0.5, 0.7))
    top = canvas.horizon - canvas.height * 0.1
    mound = canvas.layer(f"M{x - 330:.0f} {canvas.horizon + 30:.0f} Q{x - 150:.0f} {top:.0f} {x:.0f} {top:.0f} Q{x + 150:.0f} {top:.0f} {x + 330:.0f} {canvas.horizon + 30:.0f}Z", hill)
    keep = stamp("1F3F0", x, top + 8, canvas.height * 0.36)
    return _hills(canvas, 2, 0.12) + mound + keep + _trees(canvas, 6, 0.12, 0.25, 0.5) + _ground(canvas) + _tufts(canvas)


def _garden(canvas: Canvas) -> str:
    flowers = "".join(
        stamp(canvas.chance.choice(("1F33C", "1F337", "1F33A", "1F33B", "1FABB")), canvas.width * (i + canvas.chance.random()) / 11,
              canvas.horizon + canvas.height * canvas.chance.uniform(0.05, 0.12), canvas.height * canvas.chance.uniform(0.07, 0.12))
        for i in range(11)
    )  # fmt: skip
    return _hills(canvas, 2, 0.1) + _trees(canvas, 8, 0.22, 0.3, 0.1) + _ground(canvas) + flowers + _tufts(canvas)


def _road(canvas: Canvas) -> str:
    x, depth = canvas.width * canvas.chance.uniform(0.35, 0.65), canvas.height - canvas.horizon
    way = (f"M{x - 8:.0f} {canvas.horizon + 4:.0f} C{x + 90:.0f} {canvas.horizon + depth * 0.3:.0f} {x - 160:.0f} {canvas.horizon + depth * 0.5:.0f} {x - 190:.0f} {canvas.height} "
           f"H{x + 230:.0f} C{x + 80:.0f} {canvas.horizon + depth * 0.55:.0f} {x + 150:.0f} {canvas.horizon + depth * 0.3:.0f} {x + 8:.0f} {canvas.horizon + 4:.0f}Z")  # fmt: skip
    return _hills(canvas, 3, 0.13) + _trees(canvas, 7, 0.15, 0.3, 0.4) + _ground(canvas, 0.01) + f'<path d="{way}" fill="#e3cda4" fill-opacity="0.85"/>' + _tufts(canvas)


def _space(canvas: Canvas) -> str:
    x = canvas.width * canvas.chance.choice((0.2, 0.78))
    planet = canvas.glow(x, canvas.height * 0.3, canvas.height * 0.4, "#b48fe0", 0.5) + stamp("1FA90", x, canvas.height * 0.42, canvas.height * 0.26)
    craters = "".join(
        f'<ellipse cx="{canvas.chance.uniform(0, canvas.width):.0f}" cy="{canvas.chance.uniform(canvas.horizon + 30, canvas.height):.0f}" rx="{canvas.chance.uniform(20, 60):.0f}" ry="9" fill="#1c1430" fill-opacity="0.18"/>'
        for _ in range(10)
    )
    return planet + _ground(canvas, 0.05) + craters


def _deep(canvas: Canvas) -> str:
    paint = canvas.gradient(((0, "#4fb3c9", 1), (0.5, "#1f7fa5", 1), (1, "#0f4a72", 1)))
    rays = "".join(
        f'<path d="M{x:.0f} -5 L{x + 60:.0f} -5 L{x - 60:.0f} {canvas.height} L{x - 220:.0f} {canvas.height}Z" fill="#ffffff" fill-opacity="0.07"/>'
        for x in (canvas.width * 0.3, canvas.width * 0.55, canvas.width * 0.85)
    )
    weeds = "".join(
        stamp(canvas.chance.choice(("1FAB8", "1F33F")), canvas.width * (i + canvas.chance.random()) / 8, canvas.horizon + canvas.height * 0.1, canvas.height * canvas.chance.uniform(0.1, 0.2))
        for i in range(8)
    )
    bubbles = "".join(
        f'<circle cx="{canvas.chance.uniform(0, canvas.width):.0f}" cy="{canvas.chance.uniform(0, canvas.height):.0f}" r="{canvas.chance.uniform(3, 10):.0f}" fill="#ffffff" fill-opacity="0.15" stroke="#fff" stroke-opacity="0.5"/>'
        for _ in range(30)
    )
    return f'<rect width="{canvas.width}" height="{canvas.height}" fill="{paint}"/>{rays}' + _ground(canvas, 0.05) + weeds + bubbles


def _tufts(canvas: Canvas) -> str:
    """Grass and small flowers strewn over the ground."""
    if canvas.setting.weather == "snow":
        return ""
    parts = []
    for _ in range(26):
        x = canvas.chance.uniform(0, canvas.width)
        y = canvas.chance.uniform(canvas.horizon + canvas.height * 0.09, canvas.height)
        size = 5 + 11 * (y - canvas.horizon) / max(canvas.height - canvas.horizon, 1)
        if canvas.chance.random() < 0.25:
            petal = canvas.chance.choice(("#fff6d8", "#f7b6c2", "#f9d65c", "#cfc3f2"))
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{size * 0.32:.1f}" fill="{petal}"/>')
        else:
            parts.append(f'<path d="M{x - size * 0.4:.0f} {y - size:.0f} L{x:.0f} {y:.0f} L{x + size * 0.1:.0f} {y - size * 1.3:.0f} M{x:.0f} {y:.0f} L{x + size * 0.6:.0f} {y - size * 0.9:.0f}" '
                         f'stroke="{darker(canvas.palette.near, 0.1)}" stroke-opacity="0.55" stroke-width="2" fill="none" stroke-linecap="round"/>')  # fmt: skip
    return "".join(parts)


_PLACES: dict[str, Callable[[Canvas], str]] = {
    "forest": _forest, "mountain": _mountain, "sea": _sea, "ship": _ship, "river": _river, "lake": _lake, "desert": _desert,
    "swamp": _swamp, "graveyard": _graveyard, "city": _city, "village": _village, "castle": _castle, "garden": _garden,
    "road": _road, "space": _space, "deep": _deep, "meadow": _meadow,
}  # fmt: skip


def foreground(canvas: Canvas) -> str:
    """Dark leaves or stones in the nearest corners, to look past."""
    if canvas.setting.indoors or canvas.setting.place in {"ship", "space", "city"}:
        return ""
    colour = darker(canvas.palette.near, 0.42)
    parts = []
    for side in (-1, 1):
        corner = 0 if side < 0 else canvas.width
        for _ in range(7):
            x = corner - side * canvas.chance.uniform(-20, canvas.width * 0.13)
            tall = canvas.height * canvas.chance.uniform(0.08, 0.2)
            lean = canvas.chance.uniform(-30, 30)
            parts.append(f"M{x - 12:.0f} {canvas.height + 5} Q{x - 8 + lean * 0.3:.0f} {canvas.height - tall * 0.6:.0f} {x + lean:.0f} {canvas.height - tall:.0f} "
                         f"Q{x + 14 + lean * 0.3:.0f} {canvas.height - tall * 0.5:.0f} {x + 12:.0f} {canvas.height + 5}Z")  # fmt: skip
    return f'<path d="{" ".join(parts)}" fill="{colour}" fill-opacity="0.9"/>'
