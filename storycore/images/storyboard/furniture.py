"""What stands and hangs in rooms."""

from __future__ import annotations

from storycore.images.storyboard.canvas import Canvas, stamp
from storycore.images.storyboard.colour import darker


def window(canvas: Canvas, x: float, y: float, wide: float, tall: float, arched: bool = False) -> str:
    """A window with the hour's sky in it."""
    top, _, low = canvas.palette.sky
    paint = canvas.gradient(((0, top, 1), (1, low, 1)))
    arch = (
        f"M{x:.0f} {y + tall:.0f} V{y + wide / 2:.0f} A{wide / 2:.0f} {wide / 2:.0f} 0 0 1 {x + wide:.0f} "
        f"{y + wide / 2:.0f} V{y + tall:.0f}Z"
    )
    plain = f"M{x:.0f} {y:.0f} H{x + wide:.0f} V{y + tall:.0f} H{x:.0f}Z"
    shape = arch if arched else plain
    moon = (
        f'<circle cx="{x + wide * 0.65:.0f}" cy="{y + tall * 0.35:.0f}" r="{wide * 0.1:.0f}" fill="#fdf6dc"/>'
        if canvas.setting.time == "night"
        else ""
    )
    bars = (
        f'<path d="M{x + wide / 2:.0f} {y:.0f} V{y + tall:.0f} M{x:.0f} {y + tall * 0.55:.0f} H{x + wide:.0f}" '
        'stroke="#5b4033" stroke-width="5"/>'
    )
    light = canvas.glow(x + wide / 2, y + tall / 2, wide * 2.2, canvas.palette.light, 0.35)
    return (
        f'{light}<path d="{shape}" fill="{paint}"/>{moon}{bars}<path d="{shape}" fill="none" stroke="#5b4033" '
        'stroke-width="9" stroke-linejoin="round"/>'
    )


def hearth(canvas: Canvas, x: float, size: float) -> str:
    """A stone fireplace with a fire in it, and its glow on the room."""
    base = canvas.horizon + 14
    stone = canvas.layer(
        (
            f"M{x - size:.0f} {base:.0f} V{base - size * 1.7:.0f} L{x - size * 0.6:.0f} {base - size * 2.2:.0f} "
            f"V-5 H{x + size * 0.6:.0f} V{base - size * 2.2:.0f} L{x + size:.0f} {base - size * 1.7:.0f} "
            f"V{base:.0f}Z"
        ),
        "#8d8490",
    )
    mouth = (
        f'<path d="M{x - size * 0.65:.0f} {base:.0f} V{base - size * 0.8:.0f} Q{x:.0f} {base - size * 1.5:.0f} '
        f'{x + size * 0.65:.0f} {base - size * 0.8:.0f} V{base:.0f}Z" fill="#241a2b"/>'
    )
    fire = stamp("1F525", x, base, size * 0.95)
    return stone + mouth + canvas.glow(x, base - size * 0.5, size * 3.4, "#ff9a3c", 0.6) + fire


def banner(canvas: Canvas, x: float, colour: str) -> str:
    tall, wide = canvas.horizon * 0.6, canvas.width * 0.07
    path = (
        f"M{x - wide / 2:.0f} 0 H{x + wide / 2:.0f} V{tall:.0f} L{x:.0f} {tall - wide * 0.5:.0f} "
        f"L{x - wide / 2:.0f} {tall:.0f}Z"
    )
    return (
        canvas.layer(path, colour)
        + f'<circle cx="{x:.0f}" cy="{tall * 0.45:.0f}" r="{wide * 0.24:.0f}" fill="#f1d27a"/>'
    )


def beams(canvas: Canvas, colour: str) -> str:
    beam = (
        f'<rect x="0" y="0" width="{canvas.width}" height="{canvas.height * 0.055:.0f}" fill="{darker(colour, 0.4)}"/>'
    )
    posts = "".join(
        (
            f'<rect x="{canvas.width * x:.0f}" y="0" width="{canvas.width * 0.028:.0f}" '
            f'height="{canvas.horizon:.0f}" fill="{darker(colour, 0.32)}"/>'
        )
        for x in (0.03, 0.94)
    )
    return beam + posts


def shelf(canvas: Canvas, x: float, y: float, wide: float, codes: tuple[str, ...]) -> str:
    board = f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="9" rx="3" fill="#5b4033"/>'
    step = wide / len(codes)
    return board + "".join(stamp(code, x + step * (i + 0.5), y, canvas.height * 0.075) for i, code in enumerate(codes))


def table(canvas: Canvas, x: float) -> str:
    y, half = canvas.horizon + 4, canvas.width * 0.11
    legs = (
        f'<path d="M{x - half * 0.8:.0f} {y:.0f} V{y + 46:.0f} M{x + half * 0.8:.0f} {y:.0f} V{y + 46:.0f}" '
        'stroke="#4f3525" stroke-width="12"/>'
    )
    top = f'<rect x="{x - half:.0f}" y="{y - 12:.0f}" width="{half * 2:.0f}" height="16" rx="5" fill="#7a5232"/>'
    return (
        legs
        + top
        + stamp("1F37A", x - half * 0.5, y - 11, canvas.height * 0.07)
        + stamp("1F35E", x + half * 0.3, y - 11, canvas.height * 0.055)
    )


def anvil(x: float, bottom: float, size: float) -> str:
    """An anvil on its block; OpenMoji has none."""
    block = (
        f'<path d="M{x - size * 0.42:.0f} {bottom:.0f} L{x - size * 0.36:.0f} {bottom - size * 0.5:.0f} '
        f'H{x + size * 0.36:.0f} L{x + size * 0.42:.0f} {bottom:.0f}Z" fill="#7a5232" stroke="#2a2138" '
        'stroke-width="3" stroke-linejoin="round"/>'
    )
    top = bottom - size
    iron = (
        f'<path d="M{x - size * 0.85:.0f} {top:.0f} Q{x - size * 0.5:.0f} {top + size * 0.3:.0f} '
        f"{x - size * 0.22:.0f} {top + size * 0.28:.0f} L{x - size * 0.3:.0f} {bottom - size * 0.5:.0f} "
        f"H{x + size * 0.3:.0f} L{x + size * 0.2:.0f} {top + size * 0.28:.0f} H{x + size * 0.5:.0f} "
        f'V{top:.0f}Z" fill="#5f6678" stroke="#2a2138" stroke-width="3" stroke-linejoin="round"/>'
        f'<path d="M{x - size * 0.7:.0f} {top + 5:.0f} H{x + size * 0.45:.0f}" stroke="#aab2c4" '
        'stroke-width="4" stroke-linecap="round"/>'
    )
    return block + iron


def sparks(canvas: Canvas, x: float, y: float, count: int) -> str:
    """Sparks flying up from a fire or an anvil."""
    return "".join(
        f'<circle cx="{x + canvas.chance.gauss(0, canvas.width * 0.07):.0f}" '
        f'cy="{y - abs(canvas.chance.gauss(0, canvas.height * 0.17)):.0f}" '
        f'r="{canvas.chance.uniform(1, 3.4):.1f}" fill="{canvas.chance.choice(("#ffd36b", "#ff9a3c", "#fff1c4"))}"/>'
        for _ in range(count)
    )
