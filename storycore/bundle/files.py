"""A story's file: packed, and taken apart. Blocking: call it in a thread.

Nothing in a file from elsewhere is believed: sizes are counted while it is unpacked, names are only compared with those
that belong there (never used as paths), pictures are opened and their hashes made anew.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from pydantic import ValidationError

from storycore.bundle.model import Bundle
from storycore.errors import FiresideError

#: The largest file taken in, and what it may come to unpacked, in bytes.
MOST_BYTES = 64 << 20
_MOST_JSON = 8 << 20
_MOST_PICTURE = 16 << 20
_MOST_UNPACKED = 256 << 20
_MOST_ENTRIES = 6000
_MOST_PIXELS = 8192 * 8192
_FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
_PICTURE = re.compile(r"pictures/([0-9a-f]{64})\.(png|jpg|webp)")
_STORY = "story.json"
_READ_ME = """A story made with Fireside (docs/bundle.md says what is in here).

/story import takes it back, on any server. voices/ is for your ears: on import every line is spoken anew.
"""


class BundleError(FiresideError):
    """A file that is no story, or one that goes beyond what is taken in."""


def pack(bundle: Bundle, pictures: Mapping[str, Path], voices: Mapping[str, Path]) -> bytes:
    """The file of a story; ``pictures`` by hash, ``voices`` by the name that they get (without suffix)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _READ_ME)
        archive.writestr(_STORY, bundle.model_dump_json(indent=1))
        for content_hash, path in pictures.items():
            archive.write(path, f"pictures/{content_hash}{path.suffix}", zipfile.ZIP_STORED)
        for name, path in voices.items():
            archive.write(path, f"voices/{name}{path.suffix}")
    return file.getvalue()


def unpack(data: bytes) -> tuple[Bundle, dict[str, tuple[bytes, str]]]:
    """The story in a file, and its pictures by hash: their bytes and suffix. Raises ``BundleError``."""
    if len(data) > MOST_BYTES:
        raise BundleError("That file is too large.", f"A story may have {MOST_BYTES >> 20} MiB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BundleError("That is no story's file.", "`/story export` makes one.") from error


def _unpacked(archive: zipfile.ZipFile) -> tuple[Bundle, dict[str, tuple[bytes, str]]]:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES or len({entry.filename for entry in entries}) != len(entries):
        raise BundleError("That file holds more than a story.")
    named = {entry.filename: entry for entry in entries}
    if _STORY not in named:
        raise BundleError("There is no story in that file.", "`/story export` makes one.")
    bundle = _story(_read(archive, named[_STORY], _MOST_JSON))
    left, pictures = _MOST_UNPACKED, {}
    for name, entry in named.items():
        found = _PICTURE.fullmatch(name)
        if found is None or found[1] not in bundle.files:
            continue
        content = _read(archive, entry, min(_MOST_PICTURE, left))
        left -= len(content)
        pictures[found[1]] = (content, _checked(content, found[1], bundle))
    missing = bundle.files.keys() - pictures.keys()
    if missing:
        raise BundleError(f"{len(missing)} of its pictures are missing in that file.", "Export the story once more.")
    return bundle, pictures


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's content, whatever the archive says of its size."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleError("That file is packed in a way I do not read.")
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise BundleError("That file unpacks to more than a story may have.")
    return content


def _story(content: bytes) -> Bundle:
    try:
        return Bundle.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:100]
        raise BundleError(
            f"story.json in that file does not fit, at “{where}”.", "Only this version's files fit."
        ) from None


def _checked(content: bytes, content_hash: str, bundle: Bundle) -> str:
    """The suffix of a picture that is one, and the one it is said to be."""
    if hashlib.sha256(content).hexdigest() != content_hash:
        raise BundleError("A picture in that file is not the one that the story names.")
    try:
        with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
            told = bundle.files[content_hash]
            if image.width * image.height > _MOST_PIXELS or image.size != (told.width, told.height):
                raise BundleError("A picture in that file has another size than the story says.")
            kind = image.format or ""
            image.load()
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise BundleError("A picture in that file cannot be read.") from None
    return _FORMATS[kind]
