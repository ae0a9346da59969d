"""Pieces of landscape: hills, ground, trees, water and what grows on it."""

from __future__ import annotations

from storycore.images.storyboard.canvas import Canvas
from storycore.images.storyboard.colour import darker, lighter, mix


def hills(canvas: Canvas, count: int = 2, rise: float = 0.1, rough: float = 0.0) -> str:
    """Hill behind hill, paler with distance."""
    parts = []
    for index in range(count):
        distance = 1 - (index + 1) / (count + 1)
        y = canvas.horizon - canvas.height * rise * distance * 0.9
        colour = canvas.hazed(canvas.palette.far, distance * 0.75)
        parts.append(
            canvas.layer(
                canvas.ridge(y, canvas.height * rise * (0.6 + distance * 0.5), 1.1 + index * 0.4, rough), colour, 0.1
            )
        )
    return "".join(parts)


def ground(canvas: Canvas, rise: float = 0.03) -> str:
    """The two sheets that figures stand on."""
    middle = canvas.layer(canvas.ridge(canvas.horizon, canvas.height * rise, 0.8), canvas.palette.ground)
    y = canvas.horizon + (canvas.height - canvas.horizon) * 0.42
    near = canvas.layer(
        canvas.ridge(y, canvas.height * rise * 1.2, 0.7), mix(canvas.palette.ground, canvas.palette.near, 0.45)
    )
    return middle + near


def _paper_tree(canvas: Canvas, x: float, bottom: float, height: float, colour: str, fir: bool) -> str:
    """A far tree without outlines: cut from one sheet."""
    trunk = (
        f'<rect x="{x - height * 0.04:.1f}" y="{bottom - height * 0.3:.1f}" width="{height * 0.08:.1f}" '
        f'height="{height * 0.32:.1f}" fill="{darker(colour, 0.45)}"/>'
    )
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
    light = (
        f'<circle cx="{x - 0.07 * height:.1f}" cy="{bottom - height * 0.76:.1f}" r="{height * 0.13:.1f}" '
        f'fill="{lighter(colour, 0.18)}" fill-opacity="0.6"/>'
    )
    return trunk + crown + light


def trees(canvas: Canvas, count: int, height: float, distance: float, fir: float) -> str:
    colour = canvas.hazed(canvas.palette.near, distance)
    parts = []
    for index in range(count):
        x = canvas.width * (index + canvas.chance.uniform(0.1, 0.9)) / count
        tall = height * canvas.chance.uniform(0.75, 1.2) * canvas.height
        shade = mix(colour, canvas.chance.choice(("#3f7a4a", "#6f9a3c", "#2f6a5f")), 0.18 * (1 - distance))
        if canvas.setting.weather == "snow":
            shade = mix(shade, "#6f8fa0", 0.5)
        parts.append(
            _paper_tree(canvas, x, canvas.horizon + canvas.height * 0.035, tall, shade, canvas.chance.random() < fir)
        )
    return "".join(parts)


def water(canvas: Canvas, top: float, bottom: float, colour: str) -> str:
    """A stretch of water from ``top`` to ``bottom`` with the sky in it."""
    paint = canvas.gradient(((0, mix(colour, canvas.palette.sky[2], 0.55), 1), (1, darker(colour, 0.2), 1)))
    parts = [f'<rect x="0" y="{top:.0f}" width="{canvas.width}" height="{bottom - top:.0f}" fill="{paint}"/>']
    for _ in range(16):
        x, y = canvas.chance.uniform(0, canvas.width), canvas.chance.uniform(top + 6, bottom - 4)
        half = canvas.width * canvas.chance.uniform(0.015, 0.05) * (0.4 + (y - top) / max(bottom - top, 1))
        parts.append(
            f'<path d="M{x - half:.0f} {y:.0f} q{half / 2:.0f} -4 {half:.0f} 0 t{half:.0f} 0" fill="none" '
            f'stroke="#ffffff" stroke-opacity="0.45" stroke-width="2" stroke-linecap="round"/>'
        )
    return "".join(parts)


def blue(canvas: Canvas) -> str:
    return mix("#3f8fbf", canvas.palette.sky[0], 0.35)


def reeds(canvas: Canvas) -> str:
    x0 = canvas.width * canvas.chance.choice((0.06, 0.9))
    y0 = canvas.horizon + (canvas.height - canvas.horizon) * 0.55
    colour = darker(canvas.palette.near, 0.1)
    return "".join(
        (
            f'<path d="M{x0 + dx:.0f} {y0:.0f} q4 -30 {canvas.chance.uniform(-4, 10):.0f} -{tall:.0f}" '
            f'stroke="{colour}" stroke-width="4" fill="none" stroke-linecap="round"/>'
        )
        for dx, tall in ((-26, 56), (-12, 78), (2, 64), (16, 84), (30, 58))
    )


def tufts(canvas: Canvas) -> str:
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
            parts.append(
                f'<path d="M{x - size * 0.4:.0f} {y - size:.0f} L{x:.0f} {y:.0f} L{x + size * 0.1:.0f} '
                f'{y - size * 1.3:.0f} M{x:.0f} {y:.0f} L{x + size * 0.6:.0f} {y - size * 0.9:.0f}" '
                f'stroke="{darker(canvas.palette.near, 0.1)}" stroke-opacity="0.55" '
                'stroke-width="2" fill="none" stroke-linecap="round"/>'
            )
    return "".join(parts)
