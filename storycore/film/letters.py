"""The letters that a film is written in: fonts from wheels, what they can show, and how wide it gets."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import font_fredoka_one
import fontpkg_inter
from fontTools.ttLib import TTFont

#: Names as fontconfig knows them. "Inter SemiBold" is a named instance of the variable font.
TEXT_FONT = "Inter SemiBold"
TITLE_FONT = "Fredoka One"
#: Their PostScript names: what libass must say it chose.
CHOSEN = frozenset({"Inter-SemiBold", "FredokaOne-Regular"})

_INTER = Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"
_FREDOKA = Path(font_fredoka_one.FredokaOne)
_SEMIBOLD = {"wght": 600.0, "opsz": 14.0}
_MARKS_A_LETTER = 2
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}

# Only our own folder is searched: a font of the machine must never stand in unnoticed. Paths are relative to the
# folder that the program runs in, so that no name needs to be escaped.
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="cwd">fonts</dir><cachedir prefix="cwd">fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Letters:
    """One font: which characters it has, and their widths at a size of 1 (libass's size, ascent plus descent)."""

    name: str
    cmap: dict[int, str] = field(repr=False)
    widths: dict[str, float] = field(repr=False)
    unit: float = 1.0

    def has(self, char: str) -> bool:
        """Whether the font can draw ``char``."""
        return ord(char) in self.cmap

    def width(self, text: str, size: float) -> float:
        """Pixels that ``text`` takes at ``size`` (kerning left out: within 2 %)."""
        return sum(self.widths.get(self.cmap.get(ord(char), ""), 0.0) for char in text) * size * self.unit

    def clean(self, text: str) -> tuple[str, int]:
        """``text`` as this font can show it, on one line, and how many characters had to be left out.

        Control characters, zero-width characters and direction overrides go silently (nobody sees them);
        compatibility forms that the font lacks are folded; accents piled up are thinned to two a letter.
        """
        out: list[str] = []
        lost = 0
        marks = 0
        for char in unicodedata.normalize("NFC", text):
            category = unicodedata.category(char)
            if char.isspace() or (category == "Cc" and char != "\0"):
                out.append(" ")
                continue
            if category in _DROPPED or 0xFE00 <= ord(char) <= 0xFE0F:
                continue
            marks = marks + 1 if category in {"Mn", "Me"} else 0
            if marks > _MARKS_A_LETTER:
                continue
            shown = self._shown(char)
            lost += not shown and not _is_mark(char)
            out.append(shown)
        return " ".join("".join(out).split()), lost

    def _shown(self, char: str) -> str:
        if self.has(char):
            return char
        for form in ("NFKC", "NFKD"):
            folded = "".join(c for c in unicodedata.normalize(form, char) if form == "NFKC" or not _is_mark(c))
            if folded and all(self.has(c) for c in folded):
                return folded
        return ""


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me"}


@lru_cache(maxsize=1)
def text_letters() -> Letters:
    """The subtitles' font. Reads a font file: call it off the event loop the first time."""
    with TTFont(_INTER) as font:
        return _letters(TEXT_FONT, font, _SEMIBOLD)


@lru_cache(maxsize=1)
def title_letters() -> Letters:
    """The title's font. Reads a font file: call it off the event loop the first time."""
    with TTFont(_FREDOKA) as font:
        return _letters(TITLE_FONT, font, None)


def _letters(name: str, font: Any, location: dict[str, float] | None) -> Letters:
    cmap: dict[int, str] = dict(font.getBestCmap())
    glyphs = font.getGlyphSet(location=location)
    widths = {glyph: float(glyphs[glyph].width) for glyph in set(cmap.values())}
    height = font["OS/2"].usWinAscent + font["OS/2"].usWinDescent
    return Letters(name, cmap, widths, 1.0 / height)


def lay_out_fonts(folder: Path) -> dict[str, str]:
    """Put the fonts into ``folder``/fonts; the environment that makes libass use these and no others."""
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    shutil.copyfile(_INTER, fonts / "text.ttf")
    shutil.copyfile(_FREDOKA, fonts / "title.ttf")
    (folder / "fonts.conf").write_text(_FONTS_CONF, encoding="utf-8")
    return {"FONTCONFIG_FILE": str((folder / "fonts.conf").resolve())}
