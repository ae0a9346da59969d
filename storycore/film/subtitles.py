"""Subtitles, titles and credits as ASS documents. Text from chat is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pysubs2

from storycore.film.cues import Cue, Token, cut, spaced, tokens_of
from storycore.film.letters import Letters, text_letters, title_letters
from storycore.film.model import FilmLine
from storycore.film.options import SubtitleMode
from storycore.keys import derived_seed

_WORD_JOINER = "\u2060"
#: Everything is measured in parts of the frame's shorter side.
_SIZE = 0.074
_NAME_SIZE = 0.72  # of the text's size
_TITLE_SIZE = 0.20
_CREDIT_SIZE = 0.062
#: Part of the frame's width that a row may take, and of its height left free below, by shape (wide, square, tall).
_ROW_WIDTH = {"wide": 0.76, "square": 0.86, "tall": 0.86}
_BOTTOM = {"wide": 0.065, "square": 0.07, "tall": 0.16}
_CREDITS_A_PAGE = 6
#: A word that is heard takes the style's colour; lines without that are white throughout.
_STYLES = {SubtitleMode.WORDS: "Line", SubtitleMode.LINES: "Plain"}

_WHITE = pysubs2.Color(255, 255, 255, 0)
_HEARD = pysubs2.Color(255, 226, 150, 0)
_INK = pysubs2.Color(12, 12, 20, 24)
_SHADE = pysubs2.Color(0, 0, 0, 120)
_NAME_COLOURS = ("FFC2A1", "A8E6CF", "B5D3FF", "FFD98A", "E3C1FF", "FFB7CE", "BFEAF5", "D6EE9F")


@dataclass(frozen=True, slots=True)
class Written:
    """An ASS document, and what could not be written as it was asked: characters lost, words shortened."""

    ass: str
    lost: int = 0
    shortened: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """A line with its place in the segment, seconds."""

    line: FilmLine
    begin: float
    seconds: float


def escaped(text: str) -> str:
    """``text`` so that libass shows it letter by letter and obeys none of it.

    A word joiner after each backslash keeps it from meaning anything; braces are written with one.
    """
    plain = "".join(" " if char in "\r\n\t\x0b\x0c\x85\u2028\u2029" else char for char in text if char != "\0")
    return plain.replace("\\", "\\" + _WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def inked(text: str, letters: Letters) -> str:
    """``text`` escaped, each stretch of it in a font that has it; afterwards it is written in ``letters`` again."""
    return "".join(
        f"{{\\fn{font}}}{escaped(run)}{{\\fn{letters.name}}}" if font else escaped(run)
        for font, run in letters.runs(text)
    )


def scene_subtitles(
    lines: Sequence[Heard], seconds: float, width: int, height: int, mode: SubtitleMode = SubtitleMode.WORDS
) -> Written:
    """The subtitles of one scene of ``seconds``: word by word as they are heard, or line by line; empty for "off"."""
    letters = text_letters()
    document = _document(width, height)
    if mode is SubtitleMode.OFF:
        return Written(document.to_string("ass"))
    size = _text_size(width, height)
    widest = _ROW_WIDTH[_shape(width, height)] * width / size
    lost = shortened = 0
    cues: list[tuple[Cue, str]] = []
    for index, heard in enumerate(lines):
        shown = tokens_of(heard.line, heard.begin, heard.seconds, letters, widest)
        name, missing = letters.clean(heard.line.speaker[:60]) if heard.line.speaker else ("", 0)
        lost += shown.lost + missing
        shortened += shown.shortened
        until = lines[index + 1].begin if index + 1 < len(lines) else seconds - 0.1
        cues.extend((cue, name) for cue in cut(shown.tokens, letters.width(" ", 1.0), widest, until))
    for index, (cue, name) in enumerate(cues):
        event = _cue_event(cue, name, letters, size, widest, mode)
        if index + 1 < len(cues):  # two at once would be stacked, and the second would stand too high
            event.end = min(event.end, _ms(cues[index + 1][0].begin) - 10)
        document.append(event)
    return Written(document.to_string("ass"), lost, shortened)


def _cue_event(
    cue: Cue, name: str, letters: Letters, size: float, widest: float, mode: SubtitleMode
) -> pysubs2.SSAEvent:
    if mode is SubtitleMode.WORDS:
        text = "\\N".join(_row(row, cue, index, letters) for index, row in enumerate(cue.rows))
    else:
        text = "\\N".join(spaced(row, [inked(token.text, letters) for token in row]) for row in cue.rows)
    if name:
        small = round(size * _NAME_SIZE)
        while name and letters.width(name, _NAME_SIZE) > widest:
            name = name[:-2].rstrip() + "…"
        colour = _NAME_COLOURS[derived_seed("colour", name.casefold()) % len(_NAME_COLOURS)]
        bgr = colour[4:] + colour[2:4] + colour[:2]
        text = f"{{\\fs{small}\\1c&H{bgr}&\\2c&H{bgr}&}}{inked(name, letters)}{{\\r}}\\N{text}"
    return pysubs2.SSAEvent(
        start=_ms(cue.begin), end=_ms(cue.end), style=_STYLES[mode], text="{\\fad(90,60)}" + text, marginv=0
    )


def _row(row: Sequence[Token], cue: Cue, index: int, letters: Letters) -> str:
    """One row with a karaoke mark before each word: it takes its colour when it is heard."""
    parts: list[str] = []
    at = cue.begin if index == 0 else row[0].begin
    # Marks count from one another across rows, in hundredths: rounded against the sum, so they never drift.
    for place, token in enumerate(row):
        begin = max(token.begin, cue.begin)
        wait = round((begin - cue.begin) * 100) - round((max(at, cue.begin) - cue.begin) * 100)
        stop = max(row[place + 1].begin if place + 1 < len(row) else token.end, begin)
        length = round((stop - cue.begin) * 100) - round((begin - cue.begin) * 100)
        lead = f"{{\\k{wait}}}" if wait > 0 else ""
        parts.append(f"{lead}{{\\k{max(0, length)}}}{inked(token.text, letters)}")
        at = stop
    return spaced(row, parts)


def title_card(title: str, seconds: float, width: int, height: int) -> Written:
    """The title, large, there from the first frame on."""
    letters = _letters_for(title)
    text, lost = letters.clean(title[:300])
    rows_, size = _fitted_rows(text or " ", letters, width * 0.84, _TITLE_SIZE * min(width, height), 4)
    document = _document(width, height)
    shown = "\\N".join(inked(row, letters) for row in rows_)
    head = f"{{\\an5\\fn{letters.name}\\fs{size}\\pos({width // 2},{height // 2})\\fad(0,350)}}"
    document.append(pysubs2.SSAEvent(start=0, end=_ms(seconds), style="Title", text=head + shown))
    return Written(document.to_string("ass"), lost)


def scene_card(text: str, written: Written, seconds: float, width: int, height: int) -> Written:
    """``written`` with a card's heading added above the middle: what stands where a picture is missing."""
    letters = _letters_for(text)
    clean, lost = letters.clean(text[:200])
    if not clean:
        return written
    rows_, size = _fitted_rows(clean, letters, width * 0.8, 0.12 * min(width, height), 3)
    document = pysubs2.SSAFile.from_string(written.ass, format_="ass")
    head = f"{{\\an5\\fn{letters.name}\\fs{size}\\pos({width // 2},{round(height * 0.42)})\\fad(300,300)}}"
    shown = "\\N".join(inked(row, letters) for row in rows_)
    document.append(pysubs2.SSAEvent(start=0, end=_ms(seconds), style="Title", text=head + shown))
    return Written(document.to_string("ass"), written.lost + lost, written.shortened)


def credit_pages(credits_: Sequence[str]) -> int:
    """How many pages the credits take."""
    return -(-len(credits_) // _CREDITS_A_PAGE)


def credits_card(title: str, credits_: Sequence[str], seconds: float, width: int, height: int) -> Written:
    """The credits, a page after the other, each under the film's title."""
    letters = text_letters()
    document = _document(width, height)
    pages = credit_pages(credits_)
    heading_letters = _letters_for(title)
    heading, lost = heading_letters.clean(title[:120])
    size = _CREDIT_SIZE * min(width, height)
    more = int(_shape(width, height) == "tall")  # narrow, but with room for rows
    for page in range(pages):
        rows_: list[str] = []
        for credit in credits_[page * _CREDITS_A_PAGE : (page + 1) * _CREDITS_A_PAGE]:
            clean, missing = letters.clean(credit[:300])
            lost += missing
            fitting, small = _fitted_rows(clean or " ", letters, width * 0.84, size, 1, smallest=0.8)
            if fitting[0] != (clean or " "):
                fitting, small = _fitted_rows(clean, letters, width * 0.84, size, 2 + more)
            rows_.extend(f"{{\\fs{small}}}{inked(row, letters)}" for row in fitting)
        top, big = _fitted_rows(heading or " ", heading_letters, width * 0.8, size * 1.7, 1 + more)
        head = f"{{\\an5\\pos({width // 2},{height // 2})\\fad(400,400)\\fn{heading_letters.name}\\fs{big}}}"
        gap = f"{{\\r\\fs{round(size * 0.7)}}}\\h\\N"
        text = head + "\\N".join(inked(row, heading_letters) for row in top) + f"\\N{gap}" + "\\N".join(rows_)
        begin, end = seconds * page / pages, seconds * (page + 1) / pages
        document.append(pysubs2.SSAEvent(start=_ms(begin), end=_ms(end), style="Credit", text=text))
    return Written(document.to_string("ass"), lost)


def _letters_for(text: str) -> Letters:
    """The title's font where it has every letter, else the text's."""
    title = title_letters()
    return title if title.clean(text)[0] == text_letters().clean(text)[0] else text_letters()


def _fitted_rows(
    text: str, letters: Letters, room: float, size: float, most: int, *, smallest: float = 0.42
) -> tuple[list[str], int]:
    """``text`` in at most ``most`` rows no wider than ``room`` pixels, as large as ``size`` allows; rows and size.

    Where it does not fit at ``smallest`` of that size, the rest is left out and an ellipsis says so.
    """
    words = text.split() or [" "]
    smallest *= size
    while True:
        rows_ = _wrapped(words, letters, room, size)
        if len(rows_) <= most and all(letters.width(row, size) <= room for row in rows_):
            return _balanced(words, len(rows_), letters, size), round(size)
        if size * 0.93 < smallest:
            break
        size *= 0.93
    kept = [_cropped(row, letters, room, size) for row in rows_[:most]]
    if len(rows_) > most:
        kept[-1] = _cropped(kept[-1] + " …", letters, room, size)
    return kept, round(size)


def _wrapped(words: Sequence[str], letters: Letters, room: float, size: float) -> list[str]:
    rows_: list[str] = []
    for word in words:
        if rows_ and letters.width(f"{rows_[-1]} {word}", size) <= room:
            rows_[-1] += f" {word}"
        else:
            rows_.append(word)
    return rows_


def _balanced(words: Sequence[str], count: int, letters: Letters, size: float) -> list[str]:
    """The narrowest room that still gives ``count`` rows: rows of much the same width."""
    low, high = 0.0, letters.width(" ".join(words), size) + 1
    for _ in range(20):
        middle = (low + high) / 2
        wrapped = _wrapped(words, letters, middle, size)
        if len(wrapped) <= count and all(letters.width(row, size) <= middle for row in wrapped):
            high = middle
        else:
            low = middle
    return _wrapped(words, letters, high, size)


def _cropped(row: str, letters: Letters, room: float, size: float) -> str:
    if letters.width(row, size) <= room:
        return row
    while row and letters.width(row + "…", size) > room:
        row = row[:-1].rstrip()
    return row + "…"


def _document(width: int, height: int) -> pysubs2.SSAFile:
    document = pysubs2.SSAFile()
    document.info.update(
        {
            "PlayResX": str(width),
            "PlayResY": str(height),
            "WrapStyle": "2",
            "ScaledBorderAndShadow": "yes",
            "YCbCr Matrix": "TV.709",
        }
    )
    size = _text_size(width, height)
    side = round(width * (1 - _ROW_WIDTH[_shape(width, height)]) / 2) - round(size / 4)
    line = pysubs2.SSAStyle(
        fontname=text_letters().name,
        fontsize=round(size),
        primarycolor=_HEARD,
        secondarycolor=_WHITE,
        outlinecolor=_INK,
        backcolor=_SHADE,
        outline=round(size * 0.08, 2),
        shadow=round(size * 0.035, 2),
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=max(0, side),
        marginr=max(0, side),
        marginv=round(height * _BOTTOM[_shape(width, height)]),
    )
    plain = line.copy()
    plain.primarycolor = _WHITE
    title = plain.copy()
    title.outline, title.shadow = round(size * 0.07, 2), round(size * 0.06, 2)
    credit = line.copy()
    credit.primarycolor, credit.alignment = _WHITE, pysubs2.Alignment.MIDDLE_CENTER
    credit.fontsize = round(_CREDIT_SIZE * min(width, height))
    credit.outline = round(size * 0.04, 2)
    document.styles = {"Line": line, "Plain": plain, "Title": title, "Credit": credit}
    return document


def _text_size(width: int, height: int) -> float:
    return float(round(_SIZE * min(width, height)))


def _shape(width: int, height: int) -> str:
    if width > height * 1.2:
        return "wide"
    return "tall" if height > width * 1.2 else "square"


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
