"""Pictures made smaller: the contact sheet of a whole story, and light copies for chat."""

from __future__ import annotations

import asyncio
import importlib.resources
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from storycore.errors import StorageError

#: Pictures longer than this on a side are not opened (pixels).
LONGEST_SIDE = 16_384
_MOST_PIXELS = 64_000_000
#: JPEG ends at 65,535 pixels; a story of very many scenes gets lower rows instead of a second sheet.
_TALLEST = 60_000
_ROW, _GAP, _LABEL, _MARGIN = 180, 14, 250, 24
PAPER, INK, SOFT, PICKED = "#f7f2e7", "#2a2138", "#8b8296", "#d9643a"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One scene of a contact sheet: its number and title, its candidates' files in order, and the pick's index (from
    0) or None."""

    number: int
    title: str
    candidates: tuple[Path, ...]
    pick: int | None = None


async def contact_sheet(rows: Sequence[SheetRow]) -> bytes:
    """All candidates of a story on one sheet (JPEG), a row a scene, numbered, the pick framed.

    A candidate whose file is missing or damaged is shown as an empty frame. Drawn in a thread.
    """
    return await asyncio.to_thread(_sheet, tuple(rows))


async def light_copy(data: bytes, max_side: int = 1024, quality: int = 88) -> bytes:
    """A JPEG of a picture, at most ``max_side`` pixels on its longer side, never enlarged; ``quality`` 1 … 95.

    Raises ``StorageError`` when ``data`` is no picture, damaged, or too large to open.
    """
    return await asyncio.to_thread(_light_copy, data, max_side, quality)


def _light_copy(data: bytes, max_side: int, quality: int) -> bytes:
    image = opened(io.BytesIO(data), (max_side, max_side))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=max(1, min(quality, 95)), optimize=True, progressive=True)
    return out.getvalue()


def opened(source: io.BytesIO | Path, most: tuple[int, int]) -> Image.Image:
    """A picture no larger than ``most``, on white where it was transparent. Raises ``StorageError``."""
    try:
        with Image.open(source, formats=("PNG", "JPEG", "WEBP")) as image:
            if max(image.size) > LONGEST_SIDE or image.width * image.height > _MOST_PIXELS:
                raise StorageError(
                    "This picture is too large to be opened.", "Use a picture of at most 8000 pixels a side."
                )
            image.draft("RGB", most)
            image.thumbnail(most, Image.Resampling.LANCZOS)
            if image.mode in {"RGBA", "LA", "P", "PA"}:
                layer = image.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise StorageError("This picture is damaged or not a picture.", "Have it painted again.") from error


@lru_cache(maxsize=8)
def face(size: int, heading: bool = False) -> Font:
    """Fredoka One for numbers and headings, Inter for titles; both come in wheels."""
    package, name = (
        ("font_fredoka_one", "FredokaOne-Regular.ttf") if heading else ("fontpkg_inter", "Inter[opsz,wght].ttf")
    )
    file = importlib.resources.files(package) / "files" / name
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), size)


def _sheet(rows: tuple[SheetRow, ...]) -> bytes:
    most = max((len(row.candidates) for row in rows), default=1) or 1
    height = max(24, min(_ROW, (_TALLEST - 2 * _MARGIN) // max(1, len(rows)) - _GAP))
    wide = height * 16 // 9
    width = _MARGIN * 2 + _LABEL + most * (wide + _GAP)
    sheet = Image.new("RGB", (width, _MARGIN * 2 + max(1, len(rows)) * (height + _GAP)), PAPER)
    draw = ImageDraw.Draw(sheet)
    if not rows:
        draw.text((_MARGIN, _MARGIN), "No scenes yet", font=face(24, heading=True), fill=SOFT)
    for index, row in enumerate(rows):
        top = _MARGIN + index * (height + _GAP)
        _label(draw, row, top, height)
        for at, path in enumerate(row.candidates):
            box = (_MARGIN + _LABEL + at * (wide + _GAP), top, wide, height)
            _cell(sheet, draw, path, box, at + 1, picked=row.pick == at)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _label(draw: ImageDraw.ImageDraw, row: SheetRow, top: int, height: int) -> None:
    """The scene's number and its title on as many lines as fit."""
    size = min(44, height // 2)
    draw.text((_MARGIN, top), str(row.number), font=face(size, heading=True), fill=PICKED)
    font = face(min(20, max(9, height // 6)))
    step = int(font.size * 1.3) if isinstance(font, ImageFont.FreeTypeFont) else 14
    room = max(1, (height - size - 6) // step)
    for line_number, line in enumerate(_wrapped(draw, row.title, font, _LABEL - 20, room)):
        draw.text((_MARGIN, top + size + 6 + line_number * step), line, font=font, fill=INK)


def _wrapped(draw: ImageDraw.ImageDraw, text: str, font: Font, width: int, most: int) -> list[str]:
    """``text`` on at most ``most`` lines of ``width`` pixels, the last ended by an ellipsis where it is cut."""
    words, lines, line = _UNPRINTABLE.sub(" ", text[:400]).split(), [], ""
    for word in words:
        longer = f"{line} {word}".strip()
        if draw.textlength(longer, font=font) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
    lines.append(line)
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] += "…"
    return [shortened(draw, line, font, width) for line in lines]


def shortened(draw: ImageDraw.ImageDraw, line: str, font: Font, width: int) -> str:
    """``line`` within ``width`` pixels, ended by an ellipsis where it is cut."""
    while len(line) > 1 and draw.textlength(line, font=font) > width:
        line = line[:-2] + "…"
    return line


def _cell(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, path: Path, box: tuple[int, int, int, int], number: int, picked: bool
) -> None:
    """One candidate, its number in the corner, framed when it is the pick."""
    left, top, wide, height = box
    try:
        picture = ImageOps.pad(opened(path, (wide * 2, height * 2)), (wide, height), color="#e8e0cf")
    except StorageError:
        draw.rectangle((left, top, left + wide, top + height), outline=SOFT, width=2)
        draw.text((left + wide // 2, top + height // 2), "missing", font=face(14), fill=SOFT, anchor="mm")
    else:
        sheet.paste(picture, (left, top))
    if picked:
        for offset in range(5):
            frame = (left - offset, top - offset, left + wide - 1 + offset, top + height - 1 + offset)
            draw.rectangle(frame, outline=PICKED)
    size = max(10, height // 7)
    badge = (left + 6, top + 6, left + 6 + size, top + 6 + size)
    draw.ellipse(badge, fill=PICKED if picked else PAPER, outline=INK)
    draw.text(
        ((badge[0] + badge[2]) / 2, (badge[1] + badge[3]) / 2), str(number), font=face(size * 2 // 3, heading=True),
        fill="white" if picked else INK, anchor="mm",
    )  # fmt: skip
