"""The sky: its gradient, what shines in it, clouds, and what falls from it."""

from __future__ import annotations

import math

from storycore.images.storyboard.canvas import Canvas
from storycore.images.storyboard.colour import lighter, mix


def sky(canvas: Canvas) -> str:
    """Everything behind the land."""
    top, middle, low = canvas.palette.sky
    paint = canvas.gradient(((0, top, 1), (0.55, middle, 1), (1, low, 1)))
    parts = [f'<rect width="{canvas.width}" height="{canvas.horizon + canvas.height * 0.2:.0f}" fill="{paint}"/>']
    clear = canvas.setting.weather in {"clear", "snow", "cloud"}
    if canvas.setting.time == "night" and canvas.setting.weather in {"clear", "snow"}:
        parts.append(_stars(canvas))
    if clear:
        parts.append(_light(canvas))
    parts.append(_clouds(canvas))
    if canvas.setting.weather == "storm":
        parts.append(_lightning(canvas))
    return "".join(parts)


def _light(canvas: Canvas) -> str:
    """Sun or moon, with its halo."""
    unit = min(canvas.width, canvas.height)
    x = canvas.width * canvas.chance.choice((0.16, 0.24, 0.74, 0.84))
    night = canvas.setting.time == "night"
    low = canvas.setting.time in {"dawn", "dusk"}
    y = canvas.horizon - unit * 0.09 if low else canvas.height * canvas.chance.uniform(0.14, 0.24)
    radius = unit * (0.1 if low else 0.065)
    colour = "#fdf6dc" if night else ("#ffd27a" if low else "#fff0a8")
    halo = canvas.glow(x, y, radius * (5.5 if low else 4.0), canvas.palette.light, 0.55)
    disc = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"/>'
    if night:
        craters = "".join(
            (
                f'<circle cx="{x + dx * radius:.1f}" cy="{y + dy * radius:.1f}" r="{r * radius:.1f}" '
                'fill="#e4d9b4" fill-opacity="0.7"/>'
            )
            for dx, dy, r in ((-0.3, -0.2, 0.22), (0.35, 0.25, 0.16), (-0.1, 0.45, 0.12), (0.3, -0.4, 0.1))
        )
        return halo + disc + craters
    return (
        halo + disc + f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius * 0.78:.1f}" fill="#ffffff" fill-opacity="0.25"/>'
    )


def _stars(canvas: Canvas) -> str:
    parts = []
    for _ in range(70):
        x, y = canvas.chance.uniform(0, canvas.width), canvas.chance.uniform(0, canvas.horizon * 0.9)
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{canvas.chance.uniform(0.7, 2.0):.1f}" '
            f'fill="#fff8e0" fill-opacity="{canvas.chance.uniform(0.4, 1):.2f}"/>'
        )
    for _ in range(5):
        x, y = canvas.chance.uniform(0, canvas.width), canvas.chance.uniform(0, canvas.horizon * 0.6)
        size = canvas.chance.uniform(5, 9)
        parts.append(
            f'<path d="M{x:.0f} {y - size:.0f} Q{x:.0f} {y:.0f} {x + size:.0f} {y:.0f} Q{x:.0f} {y:.0f} {x:.0f} '
            f"{y + size:.0f} "
            f'Q{x:.0f} {y:.0f} {x - size:.0f} {y:.0f} Q{x:.0f} {y:.0f} {x:.0f} {y - size:.0f}Z" '
            'fill="#fff8e0"/>'
        )
    return "".join(parts)


def _cloud(canvas: Canvas, x: float, y: float, size: float, colour: str, seen: float) -> str:
    """A cloud cut from paper: round above, flat below."""
    bumps = canvas.chance.randint(3, 5)
    arcs = [f"M{x - size:.0f} {y:.0f}"]
    step = 2 * size / bumps
    for index in range(bumps):
        lift = math.sin((index + 0.5) / bumps * math.pi)
        arcs.append(f"a{step / 2:.0f} {step * (0.35 + 0.4 * lift):.0f} 0 0 1 {step:.0f} 0")
    path = " ".join(arcs) + (
        f" q{size * 0.12:.0f} {size * 0.18:.0f} {-size * 0.2:.0f} {size * 0.18:.0f} h{-size * 1.6:.0f} "
        f"q{-size * 0.32:.0f} 0 {-size * 0.2:.0f} {-size * 0.18:.0f}Z"
    )
    shadow = f'<path d="{path}" transform="translate(-3 6)" fill="#1c1430" fill-opacity="0.08"/>'
    return f'<g opacity="{seen:.2f}">{shadow}<path d="{path}" fill="{colour}"/></g>'


def _clouds(canvas: Canvas) -> str:
    weather, night = canvas.setting.weather, canvas.setting.time == "night"
    count = {"clear": 3, "cloud": 7, "rain": 8, "storm": 9, "snow": 6, "fog": 4}[weather]
    tone = {"storm": "#4a5168", "rain": "#8a96a8", "cloud": "#e3e7ec"}.get(weather, "#ffffff")
    tone = mix(tone, canvas.palette.sky[1], 0.55 if night else 0.15)
    parts = []
    for index in range(count):
        x = canvas.width * ((index + canvas.chance.uniform(0.1, 0.9)) / count)
        y = canvas.chance.uniform(0.06, 0.30 if weather == "clear" else 0.36) * canvas.height
        size = canvas.width * canvas.chance.uniform(0.06, 0.10) * (1.35 if count > 4 else 1)
        parts.append(
            _cloud(
                canvas, x, y, size, lighter(tone, canvas.chance.uniform(0, 0.2)), 0.92 if weather != "clear" else 0.85
            )
        )
    return "".join(parts)


def _lightning(canvas: Canvas) -> str:
    x, y = canvas.width * canvas.chance.uniform(0.2, 0.8), canvas.height * 0.22
    points = [(x, y)]
    while y < canvas.horizon - 10:
        x += canvas.chance.uniform(-1, 1) * canvas.width * 0.035
        y += canvas.height * canvas.chance.uniform(0.05, 0.09)
        points.append((x, y))
    line = " ".join(f"{px:.0f},{py:.0f}" for px, py in points)
    flash = canvas.glow(points[0][0], points[0][1], canvas.height * 0.5, "#dfe6ff", 0.5)
    return f'{flash}<polyline points="{line}" fill="none" stroke="#fffbe0" stroke-width="5" stroke-linejoin="bevel"/>'


def falling(canvas: Canvas) -> str:
    """Rain, snow or drifting mist, in front of everything."""
    weather = canvas.setting.weather
    if canvas.setting.indoors:
        return ""
    if weather in {"rain", "storm"}:
        drops = []
        for _ in range(150):
            x, y = canvas.chance.uniform(-40, canvas.width), canvas.chance.uniform(-20, canvas.height)
            long = canvas.chance.uniform(12, 28)
            drops.append(f"M{x:.0f} {y:.0f} l{long * 0.35:.0f} {long:.0f}")
        return (
            f'<path d="{" ".join(drops)}" stroke="#e6f0fb" stroke-opacity="0.5" stroke-width="1.6" '
            'stroke-linecap="round"/>'
        )
    if weather == "snow":
        return "".join(
            f'<circle cx="{canvas.chance.uniform(0, canvas.width):.0f}" '
            f'cy="{canvas.chance.uniform(0, canvas.height):.0f}" '
            f'r="{canvas.chance.choice((1.5, 2, 2.5, 3.5, 5)):.1f}" fill="#ffffff" '
            f'fill-opacity="{canvas.chance.uniform(0.55, 0.95):.2f}"/>'
            for _ in range(130)
        )
    return drifting(canvas, 0.3)


def drifting(canvas: Canvas, strength: float) -> str:
    """Banks of mist over the ground; ``strength`` 0 … 1 is how thick they are."""
    if canvas.setting.weather != "fog" or canvas.setting.indoors:
        return ""
    tone = mix("#eef2f4", canvas.palette.sky[1], 0.25)
    paint = canvas.gradient(((0, tone, 0), (0.5, tone, strength), (1, tone, 0)))
    return "".join(
        f'<rect x="0" y="{canvas.horizon + canvas.height * at:.0f}" width="{canvas.width}" '
        f'height="{canvas.height * 0.24:.0f}" fill="{paint}"/>'
        for at in (-0.16, 0.0, 0.2)
    )
