"""The letters that a film is written in: fonts from wheels, what they can show, and how wide it gets."""

from __future__ import annotations

import importlib.util
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import font_fredoka_one
import fontpkg_inter
from fontTools.ttLib import TTCollection, TTFont

from storycore.film import emoji

#: Names as fontconfig knows them. "Inter SemiBold" is a named instance of the variable font.
TEXT_FONT = "Inter SemiBold"
TITLE_FONT = "Fredoka One"
#: What libass may say it chose: the fonts' PostScript names.
CHOSEN = frozenset(
    {
        "Inter-SemiBold",
        "FredokaOne-Regular",
        emoji.POSTSCRIPT_NAME,
        *(f"NotoSansCJK{face}-Regular" for face in ("jp", "kr", "sc")),
    }
)

_INTER = Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"
_FREDOKA = Path(font_fredoka_one.FredokaOne)
_SEMIBOLD = {"wght": 600.0, "opsz": 14.0}
_MARKS_A_LETTER = 2
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
#: The optional package that brings Chinese, Japanese and Korean letters (the extra "cjk").
_CJK_PACKAGE, _CJK_FACE = "noto_cjk_sans_otc", "Noto Sans CJK SC"
#: Kana, bopomofo and ideographs with their marks: written without spaces between words. Hangul has spaces.
UNSPACED = re.compile("[\u2e80-\u312f\u31a0-\ua4cf\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_EASTERN = re.compile(f"{UNSPACED.pattern}|[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")

# Only our own folder is searched: a font of the machine must never stand in unnoticed. Paths are relative to the
# folder that the program runs in, so that no name needs to be escaped.
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="cwd">fonts</dir><cachedir prefix="cwd">fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Letters:
    """One font: which characters it has, and their widths at a size of 1 (libass's size, ascent plus descent).

    ``others`` stand in, in their order, for characters that it lacks.
    """

    name: str
    cmap: dict[int, str] = field(repr=False)
    widths: dict[str, float] = field(repr=False)
    unit: float = 1.0
    others: tuple[Letters, ...] = field(default=(), repr=False)

    def has(self, char: str) -> bool:
        """Whether ``char`` can be drawn."""
        return ord(char) in self.cmap or any(other.has(char) for other in self.others)

    def of(self, char: str) -> Letters:
        """The font that draws ``char``: this one, or the first of the others that has it."""
        if ord(char) in self.cmap:
            return self
        return next((other for other in self.others if other.has(char)), self)

    def width(self, text: str, size: float) -> float:
        """Pixels that ``text`` takes at ``size`` (kerning left out: within 2 %)."""
        return sum(self.of(char).own_width(char) for char in text) * size

    def own_width(self, char: str) -> float:
        """What ``char`` takes in this very font, at a size of 1."""
        return self.widths.get(self.cmap.get(ord(char), ""), 0.0) * self.unit

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """``text`` in stretches of one font each: the font's name, "" for this one, and the stretch."""
        for font, stretch in groupby(text, self.of):
            run = "".join(stretch)
            yield "" if font is self else _face(font.name, text), run

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


def _face(name: str, text: str) -> str:
    """The face of a font for ``text``: Han characters are drawn otherwise in Japan and in Korea."""
    if name != _CJK_FACE:
        return name
    return f"{name[:-2]}{'JP' if _KANA.search(text) else 'KR' if _HANGUL.search(text) else 'SC'}"


@lru_cache(maxsize=1)
def text_letters() -> Letters:
    """The subtitles' font. Reads font files: call it off the event loop the first time."""
    with TTFont(_INTER) as font:
        return _letters(TEXT_FONT, font, _SEMIBOLD, _others())


@lru_cache(maxsize=1)
def title_letters() -> Letters:
    """The title's font. Reads font files: call it off the event loop the first time."""
    with TTFont(_FREDOKA) as font:
        return _letters(TITLE_FONT, font, None, _others())


def eastern_font() -> Path | None:
    """The file of the optional font for Chinese, Japanese and Korean; None where it is not installed."""
    found = importlib.util.find_spec(_CJK_PACKAGE)
    folders = [] if found is None else found.submodule_search_locations or []
    return next((path for folder in folders for path in sorted(Path(folder).glob("*.tt[cf]"))), None)


def wants_eastern(text: str) -> bool:
    """Whether ``text`` has letters for which the optional font is not there."""
    return _EASTERN.search(text) is not None and eastern_font() is None


def has_emoji(text: str) -> bool:
    """Whether ``text`` is written with OpenMoji's drawings, which ask for a credit. Reads fonts the first time."""
    return any(text_letters().of(char).name == emoji.FONT for char in set(text))


@lru_cache(maxsize=1)
def _others() -> tuple[Letters, ...]:
    pictures = Letters(emoji.FONT, *emoji.glyphs())
    path = eastern_font()
    if path is None:
        return (pictures,)
    # A collection's faces share their letters, but for how some are drawn.
    faces = TTCollection(path, lazy=True).fonts if path.suffix == ".ttc" else [TTFont(path, lazy=True)]
    font = next((face for face in faces if face["name"].getDebugName(1) == _CJK_FACE), None)
    if font is None:
        return (pictures,)
    cmap: dict[int, str] = dict(font.getBestCmap())
    widths = {glyph: float(font["hmtx"].metrics[glyph][0]) for glyph in set(cmap.values())}
    unit = _unit(font)
    for face in faces:
        face.close()
    return Letters(_CJK_FACE, cmap, widths, unit), pictures


def _letters(name: str, font: Any, location: dict[str, float] | None, others: tuple[Letters, ...]) -> Letters:
    cmap: dict[int, str] = dict(font.getBestCmap())
    glyphs = font.getGlyphSet(location=location)
    widths = {glyph: float(glyphs[glyph].width) for glyph in set(cmap.values())}
    return Letters(name, cmap, widths, _unit(font), others)


def _unit(font: Any) -> float:
    return float(1.0 / (font["OS/2"].usWinAscent + font["OS/2"].usWinDescent))


def lay_out_fonts(folder: Path, text: str = "") -> dict[str, str]:
    """Put the fonts that ``text`` needs into ``folder``/fonts; the environment that makes libass use no others.

    Reads and writes files: call it off the event loop.
    """
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    shutil.copyfile(_INTER, fonts / "text.ttf")
    shutil.copyfile(_FREDOKA, fonts / "title.ttf")
    needed: dict[str, set[str]] = {}
    for char in set(text):
        needed.setdefault(text_letters().of(char).name, set()).add(char)
    eastern = eastern_font()
    if _CJK_FACE in needed and eastern is not None:
        (fonts / f"eastern{eastern.suffix}").symlink_to(eastern.resolve())
    if emoji.FONT in needed:
        emoji.write(fonts / "emoji.ttf", needed[emoji.FONT])
    (folder / "fonts.conf").write_text(_FONTS_CONF, encoding="utf-8")
    return {"FONTCONFIG_FILE": str((folder / "fonts.conf").resolve())}
