"""Several scripts handed in at once, as files or as ZIP archives of them: everything bounded, nothing believed.

What an archive says of itself (sizes, names, how it is packed) is never trusted: each file is unpacked only as far as
a script may be long, and names are used for titles alone.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from storycore.errors import ScriptError
from storycore.script.reading import MAX_BYTES, read_script

#: The most stories of one batch, and the most files of an archive that are looked at.
MOST_SCRIPTS = 20
MOST_ENTRIES = 200
#: The largest archive taken in, in bytes.
MAX_ARCHIVE_BYTES = 8 << 20
#: Together unpacked, in bytes: an archive that goes beyond is no collection of scripts.
_MAX_UNPACKED = 2 * MOST_SCRIPTS * MAX_BYTES
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
#: Documents that are archives themselves: they are read as documents.
_DOCUMENTS = ("[Content_Types].xml", "mimetype")
_TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it was handed in."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Script:
    """A script that can be told: ``title`` from its file's name."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The scripts found, in order, and a sentence for each file that was left out."""

    scripts: tuple[Script, ...]
    left_out: tuple[str, ...]


def unpack(files: Sequence[HandedIn]) -> Unpacked:
    """All scripts in ``files`` and in the archives among them. Takes long for large files: call it in a thread.

    Raises ``ScriptError`` when there is not a single one, or when there are more than ``MOST_SCRIPTS``.
    """
    scripts: list[Script] = []
    left_out: list[str] = []
    for name, data in _all(files, left_out):
        if data is None:
            left_out.append(f"{name}: it is larger than a script may be ({MAX_BYTES >> 20} MiB).")
            continue
        try:
            text = read_script(data, name)
        except ScriptError as error:
            left_out.append(f"{name}: {error.message}")
            continue
        scripts.append(Script(title_of(name), text))
        if len(scripts) > MOST_SCRIPTS:
            raise ScriptError(f"These are more than {MOST_SCRIPTS} stories.", "Hand them in over several nights.")
    if not scripts:
        reason = f" {left_out[0]}" if left_out else ""
        raise ScriptError(f"There is no script in that.{reason}", "Hand in text files, or a ZIP archive of them.")
    return Unpacked(tuple(scripts), tuple(left_out))


def title_of(name: str) -> str:
    """A title from a file's name: its last part without the ending, readable; never empty."""
    plain = "".join(c if c.isprintable() else " " for c in PurePosixPath(name.replace("\\", "/")).stem)
    words = " ".join(plain.replace("_", " ").replace("-", " ").split())[:_TITLE_LENGTH].strip()
    return words[:1].upper() + words[1:] if words else "Untitled story"


def _all(files: Sequence[HandedIn], left_out: list[str]) -> Iterator[tuple[str, bytes | None]]:
    for file in files:
        archive = _archive(file)
        if archive is None:
            yield shown(file.name), file.data if len(file.data) <= MAX_BYTES else None
            continue
        with archive:
            yield from _entries(file, archive, left_out)


def _archive(file: HandedIn) -> zipfile.ZipFile | None:
    """The archive that a file is, whatever it is called; None for anything else. Raises ``ScriptError``."""
    if not file.data.startswith(b"PK\x03\x04"):
        return None
    if len(file.data) > MAX_ARCHIVE_BYTES:
        raise ScriptError(
            f"{shown(file.name)} is too large; an archive may have {MAX_ARCHIVE_BYTES >> 20} MiB.",
            "Hand in fewer stories at once.",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{shown(file.name)} is a damaged archive.", "Pack it once more.") from error
    return None if any(name in _DOCUMENTS for name in archive.namelist()[:MOST_ENTRIES]) else archive


def _entries(file: HandedIn, archive: zipfile.ZipFile, left_out: list[str]) -> Iterator[tuple[str, bytes | None]]:
    found = [info for info in archive.infolist()[: 5 * MOST_ENTRIES] if _is_wanted(info)]
    if len(found) > MOST_ENTRIES or len(archive.infolist()) > 5 * MOST_ENTRIES:
        raise ScriptError(f"{shown(file.name)} holds too many files.", f"A batch has at most {MOST_SCRIPTS} stories.")
    unpacked = 0
    for info in sorted(found, key=lambda info: info.filename):
        name = shown(info.filename)
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            left_out.append(f"{name}: it is encrypted, or packed in a way I do not read.")
            continue
        try:
            with archive.open(info) as entry:
                data = entry.read(MAX_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
            left_out.append(f"{name}: it is damaged.")
            continue
        unpacked += len(data)
        if unpacked > _MAX_UNPACKED:
            raise ScriptError(f"{shown(file.name)} is no collection of scripts: it unpacks to far too much.")
        yield name, data if len(data) <= MAX_BYTES else None


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    """Files only, without the traces that systems leave in archives."""
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    return (
        not info.is_dir()
        and bool(parts)
        and not any((p.startswith(".") and p != "..") or p == "__MACOSX" for p in parts)
    )


def shown(name: str) -> str:
    """A file's own name, short and printable: nothing that stands in an archive reaches a path or a reply as it is."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = " ".join("".join(c if c.isprintable() else " " for c in last).split())
    return plain[:60] or "a file"
