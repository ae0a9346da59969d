"""Emoji and East Asian letters: drawn where there is a font for them, and said where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from storycore.film import letters
from storycore.film.letters import has_emoji, lay_out_fonts, text_letters, wants_eastern
from storycore.film.model import FilmLine, FilmPlan, FilmScene
from storycore.film.options import SubtitleMode
from storycore.film.subtitles import Heard, scene_subtitles
from storycore.film.timeline import lay_out
from storycore.film.vtt import vtt_of
from tests.film.test_subtitles import HEIGHT, SIZE, WIDTH, drawn

TALE = "很久以前，在河边的村子里，住着一个什么都不怕的年轻铁匠。"


def forget() -> None:
    for known in (letters._others, letters.text_letters, letters.title_letters):
        known.cache_clear()


@pytest.fixture
def eastern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The optional font, as far as the tale needs it: boxes."""
    path = tmp_path / "eastern.ttf"
    chars = sorted(set(TALE))
    pen = TTGlyphPen(None)
    for index, point in enumerate([(80, 0), (80, 800), (920, 800), (920, 0)]):
        (pen.lineTo if index else pen.moveTo)(point)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    names = [".notdef", *(f"u{ord(char):04X}" for char in chars)]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(char): name for char, name in zip(chars, names[1:], strict=True)})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 80)))
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    builder.setupNameTable(
        {"familyName": "Noto Sans CJK SC", "styleName": "Regular", "psName": "NotoSansCJKsc-Regular"}
    )
    builder.setupOS2(usWinAscent=1160, usWinDescent=288)
    builder.setupPost()
    builder.save(path)
    monkeypatch.setattr(letters, "eastern_font", lambda: path)
    forget()
    yield
    forget()


@pytest.fixture
def nothing_eastern(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(letters, "eastern_font", lambda: None)
    forget()
    yield
    forget()


@pytest.mark.parametrize("mode", [SubtitleMode.WORDS, SubtitleMode.LINES])
def test_emoji_are_drawn(tmp_path: Path, nothing_eastern: None, mode: SubtitleMode) -> None:
    text = "A 🐉 and ❤️ {\\an8} 🏰"
    written = scene_subtitles([Heard(FilmLine(text, "🦊", None, 0.9), 0.05, 0.9)], 1.2, WIDTH, HEIGHT, mode)
    assert written.lost == 0
    (ink,) = drawn(tmp_path, written.ass, 1)
    assert ink is not None
    assert ink.width == pytest.approx(text_letters().width("A 🐉 and ❤ {\\an8} 🏰", SIZE), rel=0.08)
    assert ink.top > HEIGHT / 2
    assert has_emoji(text) and not has_emoji("A dragon, C:\\ & 7 €")
    assert not (tmp_path / "fonts" / "eastern.ttf").exists()


@pytest.mark.parametrize("mode", [SubtitleMode.WORDS, SubtitleMode.LINES])
def test_chinese_is_drawn_in_rows_that_fit(tmp_path: Path, eastern: None, mode: SubtitleMode) -> None:
    lines = [Heard(FilmLine(TALE * 2, None, None, 8.0), 0.0, 8.0)]
    written = scene_subtitles(lines, 8.5, WIDTH, HEIGHT, mode)
    assert (written.lost, written.shortened) == (0, 0)
    inks = [ink for ink in drawn(tmp_path, written.ass, 8) if ink is not None]
    assert len(inks) == 8 and max(ink.width for ink in inks) <= WIDTH * 0.78
    assert not wants_eastern(TALE)


def test_chinese_beside_the_film_has_no_spaces() -> None:
    scene = FilmScene(1, "", None, (FilmLine(f"{TALE} He said: Привет.", None, None, 8.0),))
    told = vtt_of(lay_out(FilmPlan("T", (scene,))))
    rows = [row for row in told.split("\n") if row and "-->" not in row][1:]
    assert "".join(rows).startswith(TALE) and rows[-1].endswith("He said: Привет.")
    assert all(len(row) <= 40 and row[0] not in "，。" for row in rows)


def test_what_has_no_font_is_said(tmp_path: Path, nothing_eastern: None) -> None:
    written = scene_subtitles([Heard(FilmLine("Hi 你好", None, None, 0.9), 0, 0.9)], 1, WIDTH, HEIGHT)
    assert written.lost == 2
    assert wants_eastern("Hi 你好") and not wants_eastern("Hi 🐉")
    lay_out_fonts(tmp_path, "Hi 你好")
    assert sorted(path.name for path in (tmp_path / "fonts").iterdir()) == ["text.ttf", "title.ttf"]
