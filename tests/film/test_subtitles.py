"""Text from chat is shown letter by letter and obeyed in nothing."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storycore.film.letters import lay_out_fonts, text_letters, title_letters
from storycore.film.model import FilmLine
from storycore.film.options import SubtitleMode
from storycore.film.program import program
from storycore.film.subtitles import Heard, credit_pages, credits_card, escaped, scene_card, scene_subtitles, title_card

WIDTH, HEIGHT = 1280, 720
SIZE = round(0.074 * HEIGHT)

#: What somebody may write, and what must be read on the screen.
HOSTILE = {
    r"{\an8}x": r"{\an8}x",
    r"{\fs400}BIG": r"{\fs400}BIG",
    r"{\p1}m 0 0 l 900 0{\p0}": r"{\p1}m 0 0 l 900 0{\p0}",
    r"{\t(0,1,\fscx10000)}x": r"{\t(0,1,\fscx10000)}x",
    r"C:\new\hope": r"C:\new\hope",
    "hi\nDialogue: 0,,,INJECTED": "hi Dialogue: 0,,,INJECTED",
    "%{localtime}": "%{localtime}",
    "',drawtext=textfile=/etc/passwd:x=0": "',drawtext=textfile=/etc/passwd:x=0",
    ";amovie=/etc/passwd": ";amovie=/etc/passwd",
    "[0:v]nullsink;[x]": "[0:v]nullsink;[x]",
    "trailing \\": "trailing \\",
    "alone\rCR": "alone CR",
    "NU\0L": "NUL",
    "\u202eright\u202c to \u2066left\u2069\u200f": "right to left",
    "zero\u200bwidth\u2060\ufeff": "zerowidth",
    r"\{not a brace\}": r"\{not a brace\}",
    r"\N\n\h": r"\N\n\h",
    "{": "{",
    "}{": "}{",
    "\\{\\}": "\\{\\}",
    "@everyone <@123> **bold** `code`": "@everyone <@123> **bold** `code`",
    "𝓕𝓪𝓷𝓬𝔂 ﬁ": "Fancy fi",
    "naïve Ærøskøbing Łódź Ωμέγα Привет": "naïve Ærøskøbing Łódź Ωμέγα Привет",
}


@dataclass(frozen=True)
class Ink:
    """Where something was drawn: pixels, edges included."""

    left: int
    right: int
    top: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left + 1


def drawn(folder: Path, document: str, seconds: int) -> list[Ink | None]:
    """What libass draws at the middle of each second, on plain grey; checked to have used our fonts alone."""
    env = {**os.environ, **lay_out_fonts(folder, document)}
    (folder / "text.ass").write_text(document, encoding="utf-8")
    grey = f"color=gray:s={WIDTH}x{HEIGHT}:r=2:d={seconds}"
    ass = "ass=filename=text.ass:fontsdir=fonts"
    args = [
        "-nostdin",
        "-hide_banner",
        "-f",
        "lavfi",
        "-i",
        grey,
        "-vf",
        ass,
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
        "-",
    ]
    done = subprocess.run([program(), *args], cwd=folder, env=env, capture_output=True, check=True)
    assert b"fontselect: failed" not in done.stderr
    assert b"not found" not in done.stderr
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH)
    inks: list[Ink | None] = []
    for frame in frames[1::2]:
        rows, columns = np.nonzero(np.abs(frame.astype(int) - int(frame[0, 0])) > 40)
        inks.append(Ink(columns.min(), columns.max(), rows.min(), rows.max()) if len(rows) else None)
    return inks


@pytest.mark.parametrize("mode", [SubtitleMode.WORDS, SubtitleMode.LINES])
def test_hostile_text_is_shown_as_it_is_written(tmp_path: Path, mode: SubtitleMode) -> None:
    lines = [Heard(FilmLine(text, None, None, 0.9), at + 0.05, 0.9) for at, text in enumerate(HOSTILE)]
    written = scene_subtitles(lines, len(lines) + 1, WIDTH, HEIGHT, mode)
    assert written.lost == 0
    plain = [Heard(FilmLine("Hx", None, None, 0.9), 0.05, 0.9)]
    (measure,) = drawn(tmp_path, scene_subtitles(plain, 1.2, WIDTH, HEIGHT).ass, 1)
    assert measure is not None
    inks = drawn(tmp_path, written.ass, len(lines))
    letters = text_letters()
    for (text, shown), ink in zip(HOSTILE.items(), inks, strict=True):
        assert ink is not None, text
        expected = letters.width(shown, SIZE)
        assert abs(ink.width - expected) < 0.03 * expected + 8, text  # outline and side bearings
        assert abs((ink.left + ink.right) / 2 - WIDTH / 2) < 8, text
        assert abs(ink.bottom - measure.bottom) < SIZE * 0.35, text  # one row, at the bottom
        assert ink.bottom - ink.top < SIZE * 1.35, text


def test_the_measure_would_notice_text_that_is_obeyed(tmp_path: Path) -> None:
    document = pysubs2.SSAFile.from_string(
        scene_subtitles([Heard(FilmLine("x", None, None, 0.9), 0.05, 0.9)], 1.2, WIDTH, HEIGHT).ass
    )
    seen: list[int] = []
    for raw in (r"{\an8}x", r"{\fs400}BIG", r"C:\new\hope"):
        document.events[0].text = raw
        (ink,) = drawn(tmp_path, document.to_string("ass"), 1)
        assert ink is not None
        shown = HOSTILE[raw]
        expected = text_letters().width(shown, SIZE)
        seen.append(abs(ink.width - expected) > 0.03 * expected + 8)
    assert seen == [True, True, True]


def test_a_long_word_is_shortened_and_counted(tmp_path: Path) -> None:
    line = FilmLine("Look: " + "a" * 10_000 + " !", None, None, 0.9)
    written = scene_subtitles([Heard(line, 0.05, 0.9)], 1.2, WIDTH, HEIGHT)
    assert written.shortened == 1
    assert len(written.ass) < 5_000
    (ink,) = drawn(tmp_path, written.ass, 1)
    assert ink is not None
    assert ink.width <= WIDTH * 0.78


def test_glyphs_that_the_font_lacks_are_counted_and_left_out() -> None:
    line = FilmLine("Hello ܫܠܡ world", "ܐܒ", None, 1.0)  # Syriac
    written = scene_subtitles([Heard(line, 0, 1.0)], 2, WIDTH, HEIGHT)
    assert written.lost == 5
    assert "Hello" in written.ass
    assert "ܫ" not in written.ass


@given(st.text(max_size=60))
def test_no_text_adds_an_event_or_opens_a_tag(text: str) -> None:
    written = scene_subtitles([Heard(FilmLine(text, text, None, 1.0), 0.1, 1.0)], 2, WIDTH, HEIGHT)
    document = pysubs2.SSAFile.from_string(written.ass, format_="ass")
    assert {event.style for event in document} <= {"Line"}
    shown = escaped(text)
    depth = 0
    for at, char in enumerate(shown):
        if char in "{}":
            depth += shown[at - 1] != "\\" or at == 0
        assert char not in "\r\n\0"
    assert depth == 0


@pytest.mark.parametrize("width, height", [(1920, 1080), (1280, 720), (720, 1280), (1080, 1080), (426, 240)])
def test_every_row_stays_within_the_safe_area(tmp_path: Path, width: int, height: int) -> None:
    text = "Because those who went did not come back, you foolish boy, and the forest keeps what it takes. " * 2
    document = pysubs2.SSAFile.from_string(
        scene_subtitles([Heard(FilmLine(text, "Mime the Smith", None, 9.0), 0.2, 9.0)], 10, width, height).ass
    )
    letters = text_letters()
    assert len(document) >= 2
    for event in document:
        rows = event.plaintext.split("\n")
        assert 2 <= len(rows) <= 3  # the name, then one row or two
        assert rows[0] == "Mime the Smith"
        assert all(letters.width(row, round(0.074 * min(width, height))) <= width * 0.88 for row in rows)
    ends = [event.end for event in document]
    assert all(event.start >= end for event, end in zip(document.events[1:], ends, strict=False))


def test_titles_use_the_text_font_where_the_title_font_lacks_letters() -> None:
    assert title_letters().name in title_card("Siegfried", 2, WIDTH, HEIGHT).ass
    russian = title_card("Мороз и солнце", 2, WIDTH, HEIGHT)
    assert russian.lost == 0
    assert rf"\fn{text_letters().name}" in russian.ass


def test_long_titles_shrink_and_then_end_in_an_ellipsis(tmp_path: Path) -> None:
    for title in ("A", "word " * 60, "w" * 299):
        (ink,) = drawn(tmp_path, title_card(title, 2, WIDTH, HEIGHT).ass, 1)
        assert ink is not None
        assert ink.left > WIDTH * 0.05
        assert ink.right < WIDTH * 0.95
        assert ink.top > HEIGHT * 0.05


def test_many_credits_take_several_pages(tmp_path: Path) -> None:
    names = [f"Somebody with a rather long name, number {index}" for index in range(20)]
    pages = credit_pages(names)
    assert pages == 4
    for ink in drawn(tmp_path, credits_card("A Film", names, pages, WIDTH, HEIGHT).ass, pages):
        assert ink is not None
        assert ink.top > HEIGHT * 0.05
        assert ink.bottom < HEIGHT * 0.95
        assert ink.left > WIDTH * 0.05


def test_a_card_s_heading_is_escaped_too() -> None:
    base = scene_subtitles([], 3, WIDTH, HEIGHT)
    card = scene_card(r"{\fs400} \N {", base, 3, WIDTH, HEIGHT)
    assert "\\{\\\u2060fs400\\}" in card.ass


def test_lines_stand_still_and_off_is_off() -> None:
    lines = [Heard(FilmLine("One two three four.", "Ada", None, 2.0), 0.5, 2.0)]
    words, still, off = (
        pysubs2.SSAFile.from_string(scene_subtitles(lines, 4, WIDTH, HEIGHT, mode).ass)
        for mode in (SubtitleMode.WORDS, SubtitleMode.LINES, SubtitleMode.OFF)
    )
    assert len(off.events) == 0
    assert [event.plaintext for event in still.events] == [event.plaintext for event in words.events]
    assert all(r"\k" in event.text for event in words.events)
    assert not any(r"\k" in event.text for event in still.events)
    white = pysubs2.Color(255, 255, 255, 0)
    assert all(still.styles[event.style].primarycolor == white for event in still.events)
    assert all(words.styles[event.style].primarycolor != white for event in words.events)


def test_hostile_text_is_escaped_line_by_line_too() -> None:
    for text in HOSTILE:
        (event,) = pysubs2.SSAFile.from_string(
            scene_subtitles(
                [Heard(FilmLine(text, text, None, 1.0), 0.1, 1.0)], 2, WIDTH, HEIGHT, SubtitleMode.LINES
            ).ass
        ).events
        assert not re.search(r"(?<!\\)\{(?!\\fad\(90,60\)\}|\\fs\d+\\1c&H\w{6}&\\2c&H\w{6}&\}|\\r\})", event.text)
