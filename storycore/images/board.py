"""The picture on a storyboard: the scenes' pictures in their order, numbered and titled, on one sheet."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from storycore.errors import StorageError
from storycore.images.sheet import INK, PAPER, PICKED, SOFT, face, opened, shortened

#: As chat shows pictures: not wider, in pixels.
WIDTH = 1024
#: So many scenes go on one sheet.
PAGE = 12
_MARGIN, _GAP, _TITLE, _FRAME = 20, 16, 40, 6
_EMPTY = "#ebe4d3"


@dataclass(frozen=True, slots=True)
class Cell:
    """A scene on the sheet: its number, its title, its picture (and the one that takes over half-way), or ``words`` for
    why there is none yet; ``picked`` once it is decided."""

    number: int
    title: str
    picture: Path | None = None
    second: Path | None = None
    words: str = ""
    picked: bool = False


def columns(cells: int) -> int:
    """How many scenes stand beside each other: as few as keep the sheet from growing taller than a screen."""
    return 1 if cells <= 1 else 2 if cells <= 4 else 3 if cells <= 9 else 4


async def board_picture(cells: Sequence[Cell], aspect: float = 16 / 9) -> bytes:
    """The sheet as a JPEG, ``WIDTH`` pixels wide; ``aspect`` is the pictures' width by their height. At most ``PAGE``
    cells. A picture whose file is missing or damaged is left empty. Drawn in a thread.
    """
    return await asyncio.to_thread(_draw, tuple(cells[:PAGE]), min(max(aspect, 0.5), 2.5))


def _draw(cells: tuple[Cell, ...], aspect: float) -> bytes:
    beside = columns(len(cells))
    wide = (WIDTH - 2 * _MARGIN - (beside - 1) * _GAP) // beside
    high = round(wide / aspect)
    rows = -(-len(cells) // beside)
    sheet = Image.new("RGB", (WIDTH, 2 * _MARGIN + rows * (high + _TITLE) + (rows - 1) * _GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    for at, cell in enumerate(cells):
        left = _MARGIN + at % beside * (wide + _GAP)
        top = _MARGIN + at // beside * (high + _TITLE + _GAP)
        _cell(sheet, draw, cell, (left, top, wide, high))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=92, optimize=True)
    return out.getvalue()


def _cell(sheet: Image.Image, draw: ImageDraw.ImageDraw, cell: Cell, box: tuple[int, int, int, int]) -> None:
    left, top, wide, high = box
    picture = _picture(cell, wide, high)
    if picture is None:
        draw.rounded_rectangle((left, top, left + wide - 1, top + high - 1), 12, fill=_EMPTY)
        draw.text((left + wide / 2, top + high / 2), cell.words, font=face(26), fill=SOFT, anchor="mm")
    else:
        sheet.paste(picture, (left, top))
    if cell.picked:
        edge = (left - _FRAME, top - _FRAME, left + wide - 1 + _FRAME, top + high - 1 + _FRAME)
        draw.rectangle(edge, outline=PICKED, width=_FRAME)
    _badge(draw, cell, left + 8, top + 8)
    if cell.title:
        title = shortened(draw, cell.title, face(25), wide)
        draw.text((left + 2, top + high + _FRAME + 4), title, font=face(25), fill=INK)


def _badge(draw: ImageDraw.ImageDraw, cell: Cell, left: int, top: int) -> None:
    """The scene's number in the corner; filled once it is decided."""
    size = 46 if cell.number < 100 else 60
    draw.ellipse((left, top, left + size, top + size), fill=PICKED if cell.picked else PAPER, outline=INK, width=2)
    middle, ink = (left + size / 2, top + size / 2), "white" if cell.picked else INK
    draw.text(middle, str(cell.number), font=face(27, heading=True), fill=ink, anchor="mm")


def _picture(cell: Cell, wide: int, high: int) -> Image.Image | None:
    """The scene's picture; of two, the left half of the first and the right half of the second."""
    if cell.picture is None:
        return None
    try:
        first = ImageOps.fit(opened(cell.picture, (wide * 2, high * 2)), (wide, high))
        if cell.second is not None:
            second = ImageOps.fit(opened(cell.second, (wide * 2, high * 2)), (wide, high))
            first.paste(second.crop((wide // 2, 0, wide, high)), (wide // 2, 0))
            ImageDraw.Draw(first).line((wide // 2, 0, wide // 2, high), fill=PAPER, width=4)
    except StorageError:
        return None
    return first
