"""Places that people made: towns, villages, castles, gardens, graveyards and roads."""

from __future__ import annotations

from storycore.images.storyboard.canvas import Canvas, stamp
from storycore.images.storyboard.ground import ground, hills, trees, tufts


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
        parts.append(
            f'<rect x="{x:.0f}" y="{base - tall:.0f}" width="{wide:.0f}" height="{tall + 12:.0f}" '
            f'fill="{wall}"/>'
            f'<path d="M{x - 8:.0f} {base - tall:.0f} L{x + wide / 2:.0f} '
            f'{base - tall - ridge:.0f} L{x + wide + 8:.0f} {base - tall:.0f}Z" fill="{roof}"/>'
        )
        for row in range(2):
            for column in range(2):
                glass = "#ffd97a" if lit and canvas.chance.random() < 0.7 else canvas.hazed("#5f6f8a", distance)
                parts.append(
                    f'<rect x="{x + wide * (0.2 + column * 0.38):.0f}" '
                    f'y="{base - tall * (0.82 - row * 0.38):.0f}" width="{wide * 0.2:.0f}" '
                    f'height="{tall * 0.2:.0f}" rx="3" fill="{glass}" stroke="#fff" '
                    'stroke-opacity="0.5" stroke-width="2"/>'
                )
    return "".join(parts)


def city(canvas: Canvas) -> str:
    cobbles = "".join(
        (
            f'<ellipse cx="{canvas.chance.uniform(0, canvas.width):.0f}" '
            f'cy="{canvas.chance.uniform(canvas.horizon + 40, canvas.height):.0f}" rx="15" ry="5" fill="#fff" '
            'fill-opacity="0.12"/>'
        )
        for _ in range(60)
    )
    return _houses(canvas, 11, 0.3, 0.6) + _houses(canvas, 8, 0.24, 0.25) + ground(canvas, 0.01) + cobbles


def village(canvas: Canvas) -> str:
    return (
        hills(canvas, 3, 0.14)
        + trees(canvas, 5, 0.16, 0.35, 0.2)
        + _houses(canvas, 6, 0.12, 0.2)
        + ground(canvas)
        + tufts(canvas)
    )


def castle(canvas: Canvas) -> str:
    hill = canvas.hazed(canvas.palette.far, 0.25)
    x = canvas.width * canvas.chance.choice((0.3, 0.5, 0.7))
    top = canvas.horizon - canvas.height * 0.1
    mound = canvas.layer(
        (
            f"M{x - 330:.0f} {canvas.horizon + 30:.0f} Q{x - 150:.0f} {top:.0f} {x:.0f} {top:.0f} "
            f"Q{x + 150:.0f} {top:.0f} {x + 330:.0f} {canvas.horizon + 30:.0f}Z"
        ),
        hill,
    )
    keep = stamp("1F3F0", x, top + 8, canvas.height * 0.36)
    return hills(canvas, 2, 0.12) + mound + keep + trees(canvas, 6, 0.12, 0.25, 0.5) + ground(canvas) + tufts(canvas)


def graveyard(canvas: Canvas) -> str:
    graves = "".join(
        stamp(
            "1FAA6",
            canvas.width * (i + canvas.chance.uniform(0.2, 0.8)) / 6,
            canvas.horizon + canvas.height * canvas.chance.uniform(0.05, 0.14),
            canvas.height * 0.13,
        )
        for i in range(6)
    )
    bare = stamp(
        "1FABE",
        canvas.width * canvas.chance.choice((0.08, 0.92)),
        canvas.horizon + canvas.height * 0.09,
        canvas.height * 0.5,
    )
    return hills(canvas, 2, 0.12) + ground(canvas) + bare + graves + tufts(canvas)


def garden(canvas: Canvas) -> str:
    flowers = "".join(
        stamp(
            canvas.chance.choice(("1F33C", "1F337", "1F33A", "1F33B", "1FABB")),
            canvas.width * (i + canvas.chance.random()) / 11,
            canvas.horizon + canvas.height * canvas.chance.uniform(0.05, 0.12),
            canvas.height * canvas.chance.uniform(0.07, 0.12),
        )
        for i in range(11)
    )
    return hills(canvas, 2, 0.1) + trees(canvas, 8, 0.22, 0.3, 0.1) + ground(canvas) + flowers + tufts(canvas)


def road(canvas: Canvas) -> str:
    x, depth = canvas.width * canvas.chance.uniform(0.35, 0.65), canvas.height - canvas.horizon
    way = (
        f"M{x - 8:.0f} {canvas.horizon + 4:.0f} C{x + 90:.0f} {canvas.horizon + depth * 0.3:.0f} {x - 160:.0f} "
        f"{canvas.horizon + depth * 0.5:.0f} {x - 190:.0f} {canvas.height} "
        f"H{x + 230:.0f} C{x + 80:.0f} {canvas.horizon + depth * 0.55:.0f} {x + 150:.0f} "
        f"{canvas.horizon + depth * 0.3:.0f} {x + 8:.0f} {canvas.horizon + 4:.0f}Z"
    )
    return (
        hills(canvas, 3, 0.13)
        + trees(canvas, 7, 0.15, 0.3, 0.4)
        + ground(canvas, 0.01)
        + f'<path d="{way}" fill="#e3cda4" fill-opacity="0.85"/>'
        + tufts(canvas)
    )
