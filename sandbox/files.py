"""Files that people and bots upload: their names, types and sizes as Discord keeps them."""

from __future__ import annotations

import io
import mimetypes
import re
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError


@dataclass(frozen=True)
class File:
    """A file that someone uploads. `description` is its alt text."""

    filename: str
    data: bytes = field(repr=False)
    description: str | None = None


def clean_filename(name: str) -> str:
    """A file's name as Discord stores it: spaces become underscores, what is no ASCII letter, digit, `_.-` goes."""
    cleaned = re.sub(r"[^A-Za-z0-9._-]", "", name.strip().replace(" ", "_")).lstrip(".")
    return cleaned or "unknown"


def content_type(filename: str) -> str | None:
    """The type that goes with a file's ending, texts with their encoding; None for an unknown ending."""
    kind = mimetypes.guess_type(filename)[0]
    if kind is None and filename.lower().endswith(".md"):
        kind = "text/markdown"
    return f"{kind}; charset=utf-8" if kind and kind.startswith("text/") else kind


def image_size(data: bytes) -> tuple[int | None, int | None]:
    """Width and height in pixels when `data` is a picture (only its head is read), else two Nones."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.width, picture.height
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None, None
