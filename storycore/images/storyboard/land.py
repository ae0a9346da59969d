"""The land: hills, water, trees and walls behind the figures, and what frames them in front."""

from __future__ import annotations

from collections.abc import Callable

from storycore.images.storyboard.canvas import Canvas, stamp, tree
from storycore.images.storyboard.colour import darker, mix
from storycore.images.storyboard.ground import blue, ground, hills, reeds, trees, tufts, water
from storycore.images.storyboard.towns import castle, city, garden, graveyard, road, village


def land(canvas: Canvas) -> str:
    """Everything between the sky and the figures."""
    return _PLACES.get(canvas.setting.place, _meadow)(canvas)


def _meadow(canvas: Canvas) -> str:
    return hills(canvas, 3, 0.13) + trees(canvas, 6, 0.13, 0.3, 0.2) + ground(canvas) + tufts(canvas)


def _forest(canvas: Canvas) -> str:
    parts = [
        hills(canvas, 1, 0.1),
        trees(canvas, 13, 0.36, 0.62, 0.7),
        trees(canvas, 10, 0.4, 0.35, 0.6),
        ground(canvas),
        tufts(canvas),
    ]
    winter = canvas.setting.weather == "snow"
    for side in (0, 1):
        for _ in range(2):
            x = canvas.width * (side + (1 - 2 * side) * canvas.chance.uniform(-0.01, 0.15))
            code = "1F332" if winter or canvas.chance.random() < 0.5 else "1F333"
            parts.append(
                tree(
                    code,
                    x,
                    canvas.horizon + canvas.height * canvas.chance.uniform(0.05, 0.13),
                    canvas.height * canvas.chance.uniform(0.42, 0.6),
                )
            )
    return "".join(parts)


def _mountain(canvas: Canvas) -> str:
    parts = []
    for distance, rise in ((0.65, 0.34), (0.35, 0.24)):
        colour = canvas.hazed(mix(canvas.palette.far, "#7884a6", 0.5), distance)
        for _ in range(3):
            x = canvas.width * canvas.chance.uniform(0, 1)
            half, tall = (
                canvas.width * canvas.chance.uniform(0.16, 0.26),
                canvas.height * rise * canvas.chance.uniform(0.8, 1.25),
            )
            base, peak = canvas.horizon + 20, canvas.horizon - tall
            path = (
                f"M{x - half:.0f} {base:.0f} L{x - half * 0.35:.0f} {peak + tall * 0.36:.0f} L{x:.0f} "
                f"{peak:.0f} L{x + half * 0.42:.0f} {peak + tall * 0.44:.0f} L{x + half:.0f} {base:.0f}Z"
            )
            side = (
                f"M{x:.0f} {peak:.0f} L{x + half * 0.42:.0f} {peak + tall * 0.44:.0f} L{x + half:.0f} "
                f"{base:.0f} H{x + half * 0.1:.0f} L{x + half * 0.16:.0f} {peak + tall * 0.5:.0f}Z"
            )
            cap = (
                f"M{x:.0f} {peak:.0f} L{x + half * 0.24:.0f} {peak + tall * 0.25:.0f} L{x + half * 0.08:.0f} "
                f"{peak + tall * 0.2:.0f} "
                f"L{x - half * 0.04:.0f} {peak + tall * 0.3:.0f} L{x - half * 0.12:.0f} "
                f"{peak + tall * 0.19:.0f} L{x - half * 0.24:.0f} {peak + tall * 0.25:.0f}Z"
            )
            parts.append(
                canvas.layer(path, colour, 0.08)
                + (
                    f'<path d="{side}" fill="#1c1430" fill-opacity="0.10"/><path d="{cap}" fill="#fdfdff" '
                    'fill-opacity="0.92"/>'
                )
            )
    return (
        "".join(parts) + hills(canvas, 1, 0.08) + trees(canvas, 7, 0.1, 0.3, 0.9) + ground(canvas, 0.05) + tufts(canvas)
    )


def _sea(canvas: Canvas) -> str:
    shore = canvas.horizon + (canvas.height - canvas.horizon) * 0.5
    waves = water(canvas, canvas.horizon, canvas.height, blue(canvas))
    foam = canvas.layer(canvas.ridge(shore - 5, canvas.height * 0.03, 1.2), "#f6f3e6", 0.02)
    beach = canvas.layer(canvas.ridge(shore + 3, canvas.height * 0.03, 1.2), canvas.palette.ground)
    return hills(canvas, 1, 0.05) + waves + foam + beach


def _ship(canvas: Canvas) -> str:
    waves = water(canvas, canvas.horizon, canvas.height, blue(canvas))
    deck = canvas.horizon + (canvas.height - canvas.horizon) * 0.42
    rail = "".join(
        f'<rect x="{x:.0f}" y="{deck - 54:.0f}" width="9" height="58" fill="#6b4329"/>'
        for x in range(10, canvas.width, 74)
    )
    rail += f'<rect x="0" y="{deck - 62:.0f}" width="{canvas.width}" height="14" rx="5" fill="#8a5a36"/>'
    floor = canvas.layer(f"M-5 {deck:.0f} H{canvas.width + 5} V{canvas.height + 5} H-5Z", canvas.palette.ground)
    mast_x = canvas.width * canvas.chance.choice((0.2, 0.8))
    mast = f'<rect x="{mast_x:.0f}" y="-5" width="22" height="{deck + 20:.0f}" fill="#7a4f30"/>'
    sail = canvas.layer(
        f"M{mast_x - 150:.0f} 30 Q{mast_x + 11:.0f} 60 {mast_x + 172:.0f} 30 Q{mast_x + 200:.0f} "
        f"{deck * 0.35:.0f} {mast_x + 165:.0f} {deck * 0.6:.0f} "
        f"Q{mast_x + 11:.0f} {deck * 0.7:.0f} {mast_x - 143:.0f} {deck * 0.6:.0f} "
        f"Q{mast_x - 180:.0f} {deck * 0.35:.0f} {mast_x - 150:.0f} 30Z",
        "#f1e6cc",
        0.12,
    )
    return waves + sail + mast + rail + floor + _planks(canvas, deck)


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
    back = hills(canvas, 3, 0.13) + trees(canvas, 7, 0.15, 0.3, 0.4)
    far_bank = canvas.layer(canvas.ridge(canvas.horizon, canvas.height * 0.02, 0.9), canvas.palette.ground)
    bank = canvas.layer(
        canvas.ridge(bottom, canvas.height * 0.04, 0.9), mix(canvas.palette.ground, canvas.palette.near, 0.4)
    )
    return back + far_bank + water(canvas, top + 12, bottom + 40, blue(canvas)) + bank + reeds(canvas) + tufts(canvas)


def _lake(canvas: Canvas) -> str:
    depth = canvas.height - canvas.horizon
    shore = canvas.layer(canvas.ridge(canvas.horizon + depth * 0.55, canvas.height * 0.035, 0.8), canvas.palette.ground)
    return (
        hills(canvas, 3, 0.16)
        + trees(canvas, 9, 0.12, 0.35, 0.7)
        + water(canvas, canvas.horizon, canvas.horizon + depth * 0.66, blue(canvas))
        + shore
        + reeds(canvas)
        + tufts(canvas)
    )


def _desert(canvas: Canvas) -> str:
    return hills(canvas, 3, 0.12) + ground(canvas, 0.06)


def _swamp(canvas: Canvas) -> str:
    dead = "".join(
        stamp(
            "1FABE",
            canvas.width * x,
            canvas.horizon + canvas.height * 0.08,
            canvas.height * canvas.chance.uniform(0.3, 0.45),
        )
        for x in (canvas.chance.uniform(0.03, 0.2), canvas.chance.uniform(0.8, 0.97))
    )
    pools = "".join(
        f'<ellipse cx="{canvas.chance.uniform(0, canvas.width):.0f}" '
        f'cy="{canvas.chance.uniform(canvas.horizon + 50, canvas.height - 20):.0f}" '
        f'rx="{canvas.chance.uniform(60, 130):.0f}" ry="{canvas.chance.uniform(9, 17):.0f}" fill="#7fa7a0" '
        'fill-opacity="0.55"/>'
        for _ in range(5)
    )
    return hills(canvas, 2, 0.08) + trees(canvas, 8, 0.2, 0.5, 0.5) + ground(canvas) + pools + dead + reeds(canvas)


def _space(canvas: Canvas) -> str:
    x = canvas.width * canvas.chance.choice((0.2, 0.78))
    planet = canvas.glow(x, canvas.height * 0.3, canvas.height * 0.4, "#b48fe0", 0.5) + stamp(
        "1FA90", x, canvas.height * 0.42, canvas.height * 0.26
    )
    craters = "".join(
        (
            f'<ellipse cx="{canvas.chance.uniform(0, canvas.width):.0f}" '
            f'cy="{canvas.chance.uniform(canvas.horizon + 30, canvas.height):.0f}" '
            f'rx="{canvas.chance.uniform(20, 60):.0f}" ry="9" fill="#1c1430" fill-opacity="0.18"/>'
        )
        for _ in range(10)
    )
    return planet + ground(canvas, 0.05) + craters


def _deep(canvas: Canvas) -> str:
    paint = canvas.gradient(((0, "#4fb3c9", 1), (0.5, "#1f7fa5", 1), (1, "#0f4a72", 1)))
    rays = "".join(
        (
            f'<path d="M{x:.0f} -5 L{x + 60:.0f} -5 L{x - 60:.0f} {canvas.height} L{x - 220:.0f} '
            f'{canvas.height}Z" fill="#ffffff" fill-opacity="0.07"/>'
        )
        for x in (canvas.width * 0.3, canvas.width * 0.55, canvas.width * 0.85)
    )
    weeds = "".join(
        stamp(
            canvas.chance.choice(("1FAB8", "1F33F")),
            canvas.width * (i + canvas.chance.random()) / 8,
            canvas.horizon + canvas.height * 0.1,
            canvas.height * canvas.chance.uniform(0.1, 0.2),
        )
        for i in range(8)
    )
    bubbles = "".join(
        (
            f'<circle cx="{canvas.chance.uniform(0, canvas.width):.0f}" '
            f'cy="{canvas.chance.uniform(0, canvas.height):.0f}" r="{canvas.chance.uniform(3, 10):.0f}" '
            'fill="#ffffff" fill-opacity="0.15" stroke="#fff" stroke-opacity="0.5"/>'
        )
        for _ in range(30)
    )
    return (
        f'<rect width="{canvas.width}" height="{canvas.height}" fill="{paint}"/>{rays}'
        + ground(canvas, 0.05)
        + weeds
        + bubbles
    )


_PLACES: dict[str, Callable[[Canvas], str]] = {
    "forest": _forest,
    "mountain": _mountain,
    "sea": _sea,
    "ship": _ship,
    "river": _river,
    "lake": _lake,
    "desert": _desert,
    "swamp": _swamp,
    "graveyard": graveyard,
    "city": city,
    "village": village,
    "castle": castle,
    "garden": garden,
    "road": road,
    "space": _space,
    "deep": _deep,
    "meadow": _meadow,
}


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
            parts.append(
                f"M{x - 12:.0f} {canvas.height + 5} Q{x - 8 + lean * 0.3:.0f} {canvas.height - tall * 0.6:.0f} "
                f"{x + lean:.0f} {canvas.height - tall:.0f} "
                f"Q{x + 14 + lean * 0.3:.0f} {canvas.height - tall * 0.5:.0f} {x + 12:.0f} "
                f"{canvas.height + 5}Z"
            )
    return f'<path d="{" ".join(parts)}" fill="{colour}" fill-opacity="0.9"/>'
