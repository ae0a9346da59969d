"""Rooms and caves: walls, floors and their furniture."""

from __future__ import annotations

from collections.abc import Callable

from storycore.images.storyboard.canvas import Canvas, stamp
from storycore.images.storyboard.colour import darker, lighter, mix


def room(canvas: Canvas) -> str:
    """Everything behind the figures, indoors."""
    return _ROOMS[canvas.setting.place](canvas)


def _wall(canvas: Canvas, colour: str) -> str:
    paint = canvas.gradient(((0, darker(colour, 0.32), 1), (0.6, colour, 1), (1, darker(colour, 0.18), 1)))
    return f'<rect width="{canvas.width}" height="{canvas.horizon + 2:.0f}" fill="{paint}"/>'


def _floor(canvas: Canvas, boards: bool = True) -> str:
    colour = canvas.palette.ground
    sheet = canvas.layer(f"M-5 {canvas.horizon:.0f} H{canvas.width + 5} V{canvas.height + 5} H-5Z", colour, 0.35)
    middle, lines = canvas.width / 2, []
    for index in range(-9, 10):
        if boards:
            lines.append(f"M{middle + index * canvas.width * 0.08:.0f} {canvas.horizon:.0f} L{middle + index * canvas.width * 0.16:.0f} {canvas.height}")
    if not boards:
        for share in (0.12, 0.32, 0.62):
            lines.append(f"M0 {canvas.horizon + (canvas.height - canvas.horizon) * share:.0f} H{canvas.width}")
        for index in range(-8, 9):
            lines.append(f"M{middle + index * canvas.width * 0.1:.0f} {canvas.horizon:.0f} L{middle + index * canvas.width * 0.2:.0f} {canvas.height}")
    return sheet + f'<path d="{" ".join(lines)}" stroke="#1c1430" stroke-opacity="0.2" stroke-width="2" fill="none"/>'


def _stones(canvas: Canvas, top: float, bottom: float, colour: str) -> str:
    """Rows of hewn stones, each a little different."""
    parts, y, row = [], top, 0
    tall = canvas.height * 0.075
    while y < bottom:
        x = -canvas.width * 0.06 * (row % 2)
        while x < canvas.width:
            wide = canvas.width * canvas.chance.uniform(0.08, 0.13)
            parts.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide - 4:.0f}" height="{min(tall, bottom - y) - 4:.0f}" rx="6" '
                         f'fill="{mix(colour, canvas.chance.choice(("#ffffff", "#1c1430")), canvas.chance.uniform(0, 0.1))}"/>')  # fmt: skip
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


def _window(canvas: Canvas, x: float, y: float, wide: float, tall: float, arched: bool = False) -> str:
    """A window with the hour's sky in it."""
    top, _, low = canvas.palette.sky
    paint = canvas.gradient(((0, top, 1), (1, low, 1)))
    arch = f"M{x:.0f} {y + tall:.0f} V{y + wide / 2:.0f} A{wide / 2:.0f} {wide / 2:.0f} 0 0 1 {x + wide:.0f} {y + wide / 2:.0f} V{y + tall:.0f}Z"
    plain = f"M{x:.0f} {y:.0f} H{x + wide:.0f} V{y + tall:.0f} H{x:.0f}Z"
    shape = arch if arched else plain
    moon = f'<circle cx="{x + wide * 0.65:.0f}" cy="{y + tall * 0.35:.0f}" r="{wide * 0.1:.0f}" fill="#fdf6dc"/>' if canvas.setting.time == "night" else ""
    bars = f'<path d="M{x + wide / 2:.0f} {y:.0f} V{y + tall:.0f} M{x:.0f} {y + tall * 0.55:.0f} H{x + wide:.0f}" stroke="#5b4033" stroke-width="5"/>'
    light = canvas.glow(x + wide / 2, y + tall / 2, wide * 2.2, canvas.palette.light, 0.35)
    return f'{light}<path d="{shape}" fill="{paint}"/>{moon}{bars}<path d="{shape}" fill="none" stroke="#5b4033" stroke-width="9" stroke-linejoin="round"/>'


def _hearth(canvas: Canvas, x: float, size: float) -> str:
    """A stone fireplace with a fire in it, and its glow on the room."""
    base = canvas.horizon + 14
    stone = canvas.layer(f"M{x - size:.0f} {base:.0f} V{base - size * 1.7:.0f} L{x - size * 0.6:.0f} {base - size * 2.2:.0f} V-5 H{x + size * 0.6:.0f} V{base - size * 2.2:.0f} L{x + size:.0f} {base - size * 1.7:.0f} V{base:.0f}Z", "#8d8490")
    mouth = f'<path d="M{x - size * 0.65:.0f} {base:.0f} V{base - size * 0.8:.0f} Q{x:.0f} {base - size * 1.5:.0f} {x + size * 0.65:.0f} {base - size * 0.8:.0f} V{base:.0f}Z" fill="#241a2b"/>'
    fire = stamp("1F525", x, base, size * 0.95)
    return stone + mouth + canvas.glow(x, base - size * 0.5, size * 3.4, "#ff9a3c", 0.6) + fire


def _banner(canvas: Canvas, x: float, colour: str) -> str:
    tall, wide = canvas.horizon * 0.6, canvas.width * 0.07
    path = f"M{x - wide / 2:.0f} 0 H{x + wide / 2:.0f} V{tall:.0f} L{x:.0f} {tall - wide * 0.5:.0f} L{x - wide / 2:.0f} {tall:.0f}Z"
    return canvas.layer(path, colour) + f'<circle cx="{x:.0f}" cy="{tall * 0.45:.0f}" r="{wide * 0.24:.0f}" fill="#f1d27a"/>'


def _beams(canvas: Canvas, colour: str) -> str:
    beam = f'<rect x="0" y="0" width="{canvas.width}" height="{canvas.height * 0.055:.0f}" fill="{darker(colour, 0.4)}"/>'
    posts = "".join(
        f'<rect x="{canvas.width * x:.0f}" y="0" width="{canvas.width * 0.028:.0f}" height="{canvas.horizon:.0f}" fill="{darker(colour, 0.32)}"/>' for x in (0.03, 0.94)
    )
    return beam + posts


def _shelf(canvas: Canvas, x: float, y: float, wide: float, codes: tuple[str, ...]) -> str:
    board = f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="9" rx="3" fill="#5b4033"/>'
    step = wide / len(codes)
    return board + "".join(stamp(code, x + step * (i + 0.5), y, canvas.height * 0.075) for i, code in enumerate(codes))


def _hall(canvas: Canvas) -> str:
    wall = canvas.palette.far
    parts = [_wall(canvas, wall), _stones(canvas, 0, canvas.horizon, wall)]
    accent = canvas.chance.choice(("#a8394a", "#3f5fa0", "#4f7f45"))
    for index, x in enumerate((0.12, 0.31, 0.5, 0.69, 0.88)):
        if index % 2:
            parts.append(_window(canvas, canvas.width * (x - 0.04), canvas.height * 0.1, canvas.width * 0.08, canvas.horizon * 0.55, arched=True))
        else:
            parts.append(_banner(canvas, canvas.width * x, accent))
    parts.append(_floor(canvas, boards=False))
    depth = canvas.height - canvas.horizon
    parts.append(f'<path d="M{canvas.width * 0.42:.0f} {canvas.horizon:.0f} H{canvas.width * 0.58:.0f} L{canvas.width * 0.72:.0f} {canvas.horizon + depth:.0f} H{canvas.width * 0.28:.0f}Z" fill="{accent}" fill-opacity="0.85"/>')
    for x in (0.06, 0.94):
        parts.append(canvas.glow(canvas.width * x, canvas.horizon - 60, canvas.height * 0.3, "#ffb347", 0.5))
        parts.append(stamp("1F56F", canvas.width * x, canvas.horizon + 6, canvas.height * 0.16))
    return "".join(parts)


def _tavern(canvas: Canvas) -> str:
    wall = canvas.palette.far
    hearth = canvas.width * canvas.chance.choice((0.16, 0.84))
    other = canvas.width - hearth
    return "".join((
        _wall(canvas, wall), _planks(canvas, wall), _beams(canvas, wall),
        _window(canvas, canvas.width * 0.45, canvas.height * 0.13, canvas.width * 0.11, canvas.height * 0.19),
        _shelf(canvas, other - canvas.width * 0.12, canvas.height * 0.3, canvas.width * 0.24, ("1F37A", "1F3FA", "1F37A", "1FAD6", "1F377")),
        _floor(canvas), _hearth(canvas, hearth, canvas.height * 0.17),
        _table(canvas, canvas.width * 0.5),
    ))  # fmt: skip


def _table(canvas: Canvas, x: float) -> str:
    y, half = canvas.horizon + 4, canvas.width * 0.11
    legs = f'<path d="M{x - half * 0.8:.0f} {y:.0f} V{y + 46:.0f} M{x + half * 0.8:.0f} {y:.0f} V{y + 46:.0f}" stroke="#4f3525" stroke-width="12"/>'
    top = f'<rect x="{x - half:.0f}" y="{y - 12:.0f}" width="{half * 2:.0f}" height="16" rx="5" fill="#7a5232"/>'
    return legs + top + stamp("1F37A", x - half * 0.5, y - 11, canvas.height * 0.07) + stamp("1F35E", x + half * 0.3, y - 11, canvas.height * 0.055)


def _house(canvas: Canvas) -> str:
    wall = canvas.palette.far
    hearth = canvas.width * canvas.chance.choice((0.17, 0.83))
    return "".join((
        _wall(canvas, wall), _beams(canvas, "#8a5f3c"),
        _window(canvas, canvas.width * 0.44, canvas.height * 0.12, canvas.width * 0.13, canvas.height * 0.24),
        _shelf(canvas, canvas.width - hearth - canvas.width * 0.1, canvas.height * 0.26, canvas.width * 0.2, ("1FAD6", "1F3FA", "1F4DA", "1F56F")),
        _floor(canvas), _hearth(canvas, hearth, canvas.height * 0.15),
        f'<ellipse cx="{canvas.width * 0.5:.0f}" cy="{canvas.horizon + (canvas.height - canvas.horizon) * 0.6:.0f}" rx="{canvas.width * 0.3:.0f}" ry="{(canvas.height - canvas.horizon) * 0.28:.0f}" fill="#b5476f" fill-opacity="0.45"/>',
    ))  # fmt: skip


def _smithy(canvas: Canvas) -> str:
    wall = canvas.palette.far
    side = canvas.chance.choice((0.17, 0.83))
    tools = "".join(
        stamp(code, canvas.width * (1 - side) + dx * canvas.width * 0.06, canvas.height * 0.34, canvas.height * 0.13)
        for dx, code in zip((-1.2, 0.0, 1.2), ("1F5E1", "1F528", "1FA93"), strict=True)
    )
    rail = f'<rect x="{canvas.width * (1 - side) - canvas.width * 0.13:.0f}" y="{canvas.height * 0.19:.0f}" width="{canvas.width * 0.26:.0f}" height="9" rx="3" fill="#3f2a20"/>'
    return "".join((
        _wall(canvas, wall), _stones(canvas, 0, canvas.horizon, wall), _beams(canvas, "#5b4033"), rail, tools,
        _window(canvas, canvas.width * 0.45, canvas.height * 0.12, canvas.width * 0.1, canvas.height * 0.17),
        _floor(canvas, boards=False), _hearth(canvas, canvas.width * side, canvas.height * 0.19), sparks(canvas, canvas.width * side, canvas.horizon - 30, 40),
        anvil(canvas.width * (0.5 + (side - 0.5) * 0.5), canvas.horizon + (canvas.height - canvas.horizon) * 0.4, canvas.height * 0.17),
    ))  # fmt: skip


def anvil(x: float, bottom: float, size: float) -> str:
    """An anvil on its block; OpenMoji has none."""
    block = f'<path d="M{x - size * 0.42:.0f} {bottom:.0f} L{x - size * 0.36:.0f} {bottom - size * 0.5:.0f} H{x + size * 0.36:.0f} L{x + size * 0.42:.0f} {bottom:.0f}Z" fill="#7a5232" stroke="#2a2138" stroke-width="3" stroke-linejoin="round"/>'
    top = bottom - size
    iron = (f'<path d="M{x - size * 0.85:.0f} {top:.0f} Q{x - size * 0.5:.0f} {top + size * 0.3:.0f} {x - size * 0.22:.0f} {top + size * 0.28:.0f} L{x - size * 0.3:.0f} {bottom - size * 0.5:.0f} '
            f'H{x + size * 0.3:.0f} L{x + size * 0.2:.0f} {top + size * 0.28:.0f} H{x + size * 0.5:.0f} V{top:.0f}Z" fill="#5f6678" stroke="#2a2138" stroke-width="3" stroke-linejoin="round"/>'
            f'<path d="M{x - size * 0.7:.0f} {top + 5:.0f} H{x + size * 0.45:.0f}" stroke="#aab2c4" stroke-width="4" stroke-linecap="round"/>')  # fmt: skip
    return block + iron


def sparks(canvas: Canvas, x: float, y: float, count: int) -> str:
    """Sparks flying up from a fire or an anvil."""
    return "".join(
        f'<circle cx="{x + canvas.chance.gauss(0, canvas.width * 0.07):.0f}" cy="{y - abs(canvas.chance.gauss(0, canvas.height * 0.17)):.0f}" '
        f'r="{canvas.chance.uniform(1, 3.4):.1f}" fill="{canvas.chance.choice(("#ffd36b", "#ff9a3c", "#fff1c4"))}"/>'
        for _ in range(count)
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
                parts.append(f'<rect x="{x:.0f}" y="{y + canvas.height * 0.115 - tall:.0f}" width="{wide - 2:.0f}" height="{tall:.0f}" rx="2" fill="{canvas.chance.choice(spines)}"/>')
            x += wide
        parts.append(f'<rect x="0" y="{y + canvas.height * 0.115:.0f}" width="{canvas.width}" height="8" fill="#5b4033"/>')
    parts.append(_window(canvas, canvas.width * 0.45, canvas.height * 0.08, canvas.width * 0.1, canvas.horizon * 0.7, arched=True))
    return "".join(parts) + _floor(canvas)


def _church(canvas: Canvas) -> str:
    wall = canvas.palette.far
    panes = "".join(_window(canvas, canvas.width * (x - 0.05), canvas.height * 0.06, canvas.width * 0.1, canvas.horizon * 0.72, arched=True) for x in (0.2, 0.5, 0.8))
    return _wall(canvas, wall) + _stones(canvas, 0, canvas.horizon, wall) + panes + _floor(canvas, boards=False)


def _dungeon(canvas: Canvas) -> str:
    wall = canvas.palette.far
    bars = _window(canvas, canvas.width * 0.43, canvas.height * 0.1, canvas.width * 0.14, canvas.height * 0.17)
    chains = "".join(stamp("26D3", canvas.width * x, canvas.height * 0.32, canvas.height * 0.2) for x in (0.2, 0.8))
    torch = canvas.glow(canvas.width * 0.66, canvas.height * 0.26, canvas.height * 0.4, "#ff9a3c", 0.5) + stamp("1F525", canvas.width * 0.66, canvas.height * 0.3, canvas.height * 0.1)
    return _wall(canvas, wall) + _stones(canvas, 0, canvas.horizon, wall) + bars + chains + torch + _floor(canvas, boards=False)


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
        hole = (f"M{x - half:.0f} {canvas.height} Q{x - half * 1.02:.0f} {canvas.height * 0.3:.0f} {x - half * 0.5:.0f} {roof:.0f} "
                f"L{x - half * 0.3:.0f} {roof + 30:.0f} L{x - half * 0.16:.0f} {roof - 14:.0f} L{x + half * 0.04:.0f} {roof + 42:.0f} L{x + half * 0.2:.0f} {roof - 10:.0f} "
                f"L{x + half * 0.4:.0f} {roof + 26:.0f} Q{x + half * 1.05:.0f} {canvas.height * 0.26:.0f} {x + half:.0f} {canvas.height}Z")  # fmt: skip
        colour = mix(rock, canvas.palette.sky[2], 0.25) if step == 0 else rock
        sheet = f"M-5 -5 H{canvas.width + 5} V{canvas.height + 5} H-5Z {hole}"
        parts.append(f'<path d="{sheet}" fill-rule="evenodd" fill="#1c1430" fill-opacity="0.25" transform="translate(8 10)"/><path d="{sheet}" fill-rule="evenodd" fill="{colour}"/>')
    for _ in range(9):
        sx, tall = canvas.chance.uniform(0, canvas.width), canvas.height * canvas.chance.uniform(0.06, 0.2)
        parts.append(f'<path d="M{sx - 18:.0f} -4 L{sx:.0f} {tall:.0f} L{sx + 18:.0f} -4Z" fill="{darker(rock, canvas.chance.uniform(0.05, 0.25))}"/>')
    floor = canvas.layer(canvas.ridge(canvas.horizon + canvas.height * 0.03, canvas.height * 0.04, 0.9), canvas.palette.ground)
    stones = "".join(
        f'<ellipse cx="{canvas.width * (side + (1 - 2 * side) * canvas.chance.uniform(0, 0.14)):.0f}" cy="{canvas.horizon + canvas.height * canvas.chance.uniform(0.02, 0.1):.0f}" '
        f'rx="{canvas.chance.uniform(40, 90):.0f}" ry="{canvas.chance.uniform(22, 44):.0f}" fill="{lighter(rock, canvas.chance.uniform(0, 0.1))}"/>'
        for side in (0, 1) for _ in range(3)
    )  # fmt: skip
    return "".join(parts) + floor + stones


_ROOMS: dict[str, Callable[[Canvas], str]] = {
    "hall": _hall, "tavern": _tavern, "house": _house, "smithy": _smithy, "library": _library, "church": _church,
    "dungeon": _dungeon, "cave": _cave,
}  # fmt: skip
