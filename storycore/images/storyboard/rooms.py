"""Rooms and caves: walls, floors and their furniture."""

from __future__ import annotations

from collections.abc import Callable

from storycore.images.storyboard.canvas import Canvas, stamp
from storycore.images.storyboard.colour import darker, lighter, mix
from storycore.images.storyboard.furniture import anvil, banner, beams, hearth, shelf, sparks, table, window


def room(canvas: Canvas) -> str:
    """Everything behind the figures, indoors."""
    return _ROOMS[canvas.setting.place](canvas)


def _wall(canvas: Canvas, colour: str) -> str:
    paint = canvas.gradient(((0, darker(colour, 0.32), 1), (0.6, colour, 1), (1, darker(colour, 0.18), 1)))
    return f'<rect width="{canvas.width}" height="{canvas.horizon + 2:.0f}" fill="{paint}"/>'


def _floor(canvas: Canvas, boards: bool = True) -> str:
    colour = canvas.palette.ground
    sheet = canvas.layer(f"M-5 {canvas.horizon:.0f} H{canvas.width + 5} V{canvas.height + 5} H-5Z", colour, 0.35)
    middle, top, low = canvas.width / 2, canvas.horizon, canvas.height
    near, far = (0.16, 0.08) if boards else (0.2, 0.1)
    lines = [
        f"M{middle + index * canvas.width * far:.0f} {top:.0f} L{middle + index * canvas.width * near:.0f} {low}"
        for index in range(-9, 10)
    ]
    if not boards:
        lines += [f"M0 {top + (low - top) * share:.0f} H{canvas.width}" for share in (0.12, 0.32, 0.62)]
    return sheet + f'<path d="{" ".join(lines)}" stroke="#1c1430" stroke-opacity="0.2" stroke-width="2" fill="none"/>'


def _stones(canvas: Canvas, top: float, bottom: float, colour: str) -> str:
    """Rows of hewn stones, each a little different."""
    parts, y, row = [], top, 0
    tall = canvas.height * 0.075
    while y < bottom:
        x = -canvas.width * 0.06 * (row % 2)
        while x < canvas.width:
            wide = canvas.width * canvas.chance.uniform(0.08, 0.13)
            parts.append(
                f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide - 4:.0f}" height="{min(tall, bottom - y) - 4:.0f}" '
                'rx="6" '
                f'fill="{mix(colour, canvas.chance.choice(("#ffffff", "#1c1430")), canvas.chance.uniform(0, 0.1))}"/>'
            )
            x += wide
        y += tall
        row += 1
    return "".join(parts)


def _planks(canvas: Canvas, colour: str) -> str:
    parts, x = [], 0.0
    while x < canvas.width:
        wide = canvas.width * canvas.chance.uniform(0.05, 0.08)
        shade = mix(colour, canvas.chance.choice(("#ffffff", "#1c1430")), canvas.chance.uniform(0, 0.09))
        parts.append(f'<rect x="{x:.0f}" y="0" width="{wide - 3:.0f}" height="{canvas.horizon:.0f}" fill="{shade}"/>')
        x += wide
    return "".join(parts)


def _hall(canvas: Canvas) -> str:
    wall = canvas.palette.far
    parts = [_wall(canvas, wall), _stones(canvas, 0, canvas.horizon, wall)]
    accent = canvas.chance.choice(("#a8394a", "#3f5fa0", "#4f7f45"))
    for index, x in enumerate((0.12, 0.31, 0.5, 0.69, 0.88)):
        if index % 2:
            parts.append(
                window(
                    canvas,
                    canvas.width * (x - 0.04),
                    canvas.height * 0.1,
                    canvas.width * 0.08,
                    canvas.horizon * 0.55,
                    arched=True,
                )
            )
        else:
            parts.append(banner(canvas, canvas.width * x, accent))
    parts.append(_floor(canvas, boards=False))
    depth = canvas.height - canvas.horizon
    parts.append(
        f'<path d="M{canvas.width * 0.42:.0f} {canvas.horizon:.0f} H{canvas.width * 0.58:.0f} '
        f'L{canvas.width * 0.72:.0f} {canvas.horizon + depth:.0f} H{canvas.width * 0.28:.0f}Z" '
        f'fill="{accent}" fill-opacity="0.85"/>'
    )
    for x in (0.06, 0.94):
        parts.append(canvas.glow(canvas.width * x, canvas.horizon - 60, canvas.height * 0.3, "#ffb347", 0.5))
        parts.append(stamp("1F56F", canvas.width * x, canvas.horizon + 6, canvas.height * 0.16))
    return "".join(parts)


def _tavern(canvas: Canvas) -> str:
    wall = canvas.palette.far
    at = canvas.width * canvas.chance.choice((0.16, 0.84))
    other = canvas.width - at
    return "".join(
        (
            _wall(canvas, wall),
            _planks(canvas, wall),
            beams(canvas, wall),
            window(canvas, canvas.width * 0.45, canvas.height * 0.13, canvas.width * 0.11, canvas.height * 0.19),
            shelf(
                canvas,
                other - canvas.width * 0.12,
                canvas.height * 0.3,
                canvas.width * 0.24,
                ("1F37A", "1F3FA", "1F37A", "1FAD6", "1F377"),
            ),
            _floor(canvas),
            hearth(canvas, at, canvas.height * 0.17),
            table(canvas, canvas.width * 0.5),
        )
    )


def _house(canvas: Canvas) -> str:
    wall = canvas.palette.far
    at = canvas.width * canvas.chance.choice((0.17, 0.83))
    return "".join(
        (
            _wall(canvas, wall),
            beams(canvas, "#8a5f3c"),
            window(canvas, canvas.width * 0.44, canvas.height * 0.12, canvas.width * 0.13, canvas.height * 0.24),
            shelf(
                canvas,
                canvas.width - at - canvas.width * 0.1,
                canvas.height * 0.26,
                canvas.width * 0.2,
                ("1FAD6", "1F3FA", "1F4DA", "1F56F"),
            ),
            _floor(canvas),
            hearth(canvas, at, canvas.height * 0.15),
            (
                f'<ellipse cx="{canvas.width * 0.5:.0f}" '
                f'cy="{canvas.horizon + (canvas.height - canvas.horizon) * 0.6:.0f}" rx="{canvas.width * 0.3:.0f}" '
                f'ry="{(canvas.height - canvas.horizon) * 0.28:.0f}" fill="#b5476f" fill-opacity="0.45"/>'
            ),
        )
    )


def _smithy(canvas: Canvas) -> str:
    wall = canvas.palette.far
    side = canvas.chance.choice((0.17, 0.83))
    tools = "".join(
        stamp(code, canvas.width * (1 - side) + dx * canvas.width * 0.06, canvas.height * 0.34, canvas.height * 0.13)
        for dx, code in zip((-1.2, 0.0, 1.2), ("1F5E1", "1F528", "1FA93"), strict=True)
    )
    rail = (
        f'<rect x="{canvas.width * (1 - side) - canvas.width * 0.13:.0f}" y="{canvas.height * 0.19:.0f}" '
        f'width="{canvas.width * 0.26:.0f}" height="9" rx="3" fill="#3f2a20"/>'
    )
    return "".join(
        (
            _wall(canvas, wall),
            _stones(canvas, 0, canvas.horizon, wall),
            beams(canvas, "#5b4033"),
            rail,
            tools,
            window(canvas, canvas.width * 0.45, canvas.height * 0.12, canvas.width * 0.1, canvas.height * 0.17),
            _floor(canvas, boards=False),
            hearth(canvas, canvas.width * side, canvas.height * 0.19),
            sparks(canvas, canvas.width * side, canvas.horizon - 30, 40),
            anvil(
                canvas.width * (0.5 + (side - 0.5) * 0.5),
                canvas.horizon + (canvas.height - canvas.horizon) * 0.4,
                canvas.height * 0.17,
            ),
        )
    )


def _library(canvas: Canvas) -> str:
    wall = canvas.palette.far
    parts = [_wall(canvas, wall)]
    spines = ("#a8394a", "#3f5fa0", "#4f7f45", "#c98f3a", "#6f4a8a", "#2f7f83", "#8a5a36", "#e3cda4")
    for row in range(4):
        y = canvas.height * (0.06 + row * 0.13)
        if y + canvas.height * 0.12 > canvas.horizon:
            break
        x = 0.0
        while x < canvas.width:
            wide, tall = canvas.chance.uniform(10, 24), canvas.height * canvas.chance.uniform(0.075, 0.11)
            if not canvas.width * 0.44 < x < canvas.width * 0.56:
                parts.append(
                    f'<rect x="{x:.0f}" y="{y + canvas.height * 0.115 - tall:.0f}" width="{wide - 2:.0f}" '
                    f'height="{tall:.0f}" rx="2" fill="{canvas.chance.choice(spines)}"/>'
                )
            x += wide
        parts.append(
            f'<rect x="0" y="{y + canvas.height * 0.115:.0f}" width="{canvas.width}" height="8" fill="#5b4033"/>'
        )
    parts.append(
        window(canvas, canvas.width * 0.45, canvas.height * 0.08, canvas.width * 0.1, canvas.horizon * 0.7, arched=True)
    )
    return "".join(parts) + _floor(canvas)


def _church(canvas: Canvas) -> str:
    wall = canvas.palette.far
    panes = "".join(
        window(
            canvas,
            canvas.width * (x - 0.05),
            canvas.height * 0.06,
            canvas.width * 0.1,
            canvas.horizon * 0.72,
            arched=True,
        )
        for x in (0.2, 0.5, 0.8)
    )
    return _wall(canvas, wall) + _stones(canvas, 0, canvas.horizon, wall) + panes + _floor(canvas, boards=False)


def _dungeon(canvas: Canvas) -> str:
    wall = canvas.palette.far
    bars = window(canvas, canvas.width * 0.43, canvas.height * 0.1, canvas.width * 0.14, canvas.height * 0.17)
    chains = "".join(stamp("26D3", canvas.width * x, canvas.height * 0.32, canvas.height * 0.2) for x in (0.2, 0.8))
    torch = canvas.glow(canvas.width * 0.66, canvas.height * 0.26, canvas.height * 0.4, "#ff9a3c", 0.5) + stamp(
        "1F525", canvas.width * 0.66, canvas.height * 0.3, canvas.height * 0.1
    )
    return (
        _wall(canvas, wall)
        + _stones(canvas, 0, canvas.horizon, wall)
        + bars
        + chains
        + torch
        + _floor(canvas, boards=False)
    )


def _cave(canvas: Canvas) -> str:
    """A dark vault that opens on the sky; stalactites above, boulders below."""
    rock, parts = canvas.palette.far, []
    top, middle, low = canvas.palette.sky
    paint = canvas.gradient(((0, top, 1), (0.6, middle, 1), (1, low, 1)))
    x, base = canvas.width * canvas.chance.choice((0.32, 0.5, 0.68)), canvas.horizon + 6
    parts.append(f'<rect width="{canvas.width}" height="{canvas.height}" fill="{paint}"/>')
    parts.append(canvas.glow(x, canvas.horizon * 0.7, canvas.height * 0.6, canvas.palette.light, 0.5))
    parts.append(canvas.layer(canvas.ridge(base - 20, canvas.height * 0.06, 1.4), canvas.hazed("#6f8f8a", 0.4)))
    for step, share in enumerate((0.36, 0.29)):
        half, roof = canvas.width * share, canvas.height * (0.06 + step * 0.07)
        hole = (
            f"M{x - half:.0f} {canvas.height} Q{x - half * 1.02:.0f} {canvas.height * 0.3:.0f} "
            f"{x - half * 0.5:.0f} {roof:.0f} "
            f"L{x - half * 0.3:.0f} {roof + 30:.0f} L{x - half * 0.16:.0f} {roof - 14:.0f} "
            f"L{x + half * 0.04:.0f} {roof + 42:.0f} L{x + half * 0.2:.0f} {roof - 10:.0f} "
            f"L{x + half * 0.4:.0f} {roof + 26:.0f} Q{x + half * 1.05:.0f} {canvas.height * 0.26:.0f} "
            f"{x + half:.0f} {canvas.height}Z"
        )
        colour = mix(rock, canvas.palette.sky[2], 0.25) if step == 0 else rock
        sheet = f"M-5 -5 H{canvas.width + 5} V{canvas.height + 5} H-5Z {hole}"
        parts.append(
            f'<path d="{sheet}" fill-rule="evenodd" fill="#1c1430" fill-opacity="0.25" '
            f'transform="translate(8 10)"/><path d="{sheet}" fill-rule="evenodd" fill="{colour}"/>'
        )
    for _ in range(9):
        sx, tall = canvas.chance.uniform(0, canvas.width), canvas.height * canvas.chance.uniform(0.06, 0.2)
        parts.append(
            f'<path d="M{sx - 18:.0f} -4 L{sx:.0f} {tall:.0f} L{sx + 18:.0f} -4Z" '
            f'fill="{darker(rock, canvas.chance.uniform(0.05, 0.25))}"/>'
        )
    floor = canvas.layer(
        canvas.ridge(canvas.horizon + canvas.height * 0.03, canvas.height * 0.04, 0.9), canvas.palette.ground
    )
    stones = "".join(
        f'<ellipse cx="{canvas.width * (side + (1 - 2 * side) * canvas.chance.uniform(0, 0.14)):.0f}" '
        f'cy="{canvas.horizon + canvas.height * canvas.chance.uniform(0.02, 0.1):.0f}" '
        f'rx="{canvas.chance.uniform(40, 90):.0f}" ry="{canvas.chance.uniform(22, 44):.0f}" '
        f'fill="{lighter(rock, canvas.chance.uniform(0, 0.1))}"/>'
        for side in (0, 1)
        for _ in range(3)
    )
    return "".join(parts) + floor + stones


_ROOMS: dict[str, Callable[[Canvas], str]] = {
    "hall": _hall,
    "tavern": _tavern,
    "house": _house,
    "smithy": _smithy,
    "library": _library,
    "church": _church,
    "dungeon": _dungeon,
    "cave": _cave,
}
