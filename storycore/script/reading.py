"""From bytes to text: a script is taken in whole or refused with a reason, never guessed at."""

from __future__ import annotations

import codecs

import filetype

from storycore.errors import ScriptError
from storycore.script.markup import spoken
from storycore.script.pasted import tidy_pasted
from storycore.script.words import UNSPACED, count_words, has_words

#: The largest file taken in: 1 MiB. 20,000 English words are about 120,000 bytes.
MAX_BYTES = 1 << 20
#: The largest file taken in at all: 8 MiB, for a Word document with pictures.
MAX_FILE_BYTES = 8 << 20
#: The most words a script may have.
MAX_WORDS = 20_000
#: The longest stretch without white space taken for a word, in code points (scripts without spaces apart).
MAX_WORD_LENGTH = 500

_ZIP = b"PK\x03\x04"
_SAVE_AS_TEXT = "Open it where you wrote it, save it as plain text (.txt, UTF-8), and hand that in."
_UTF8 = "Save the file as UTF-8 (in most editors under “Save as …”) and hand it in again."

#: Beginnings that are valid text and yet no story.
_TEXT_FORMATS = (
    ("%pdf-", "a PDF"),
    ("{\\rtf", "an RTF document"),
    ("%!ps", "a PostScript file"),
    ("<!doctype html", "a web page (HTML)"),
    ("<html", "a web page (HTML)"),
)
_NAMES = {
    "application/zip": "a ZIP archive",
    "application/pdf": "a PDF",
    "application/msword": "a Word document",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text (.odt)",
    "application/epub+zip": "an e-book (EPUB)",
}


def is_archive(data: bytes) -> bool:
    """Whether reading this file means unpacking it: better in a process of its own."""
    return data.startswith(_ZIP)


def read_script(data: bytes, filename: str = "") -> str:
    """The text of a script file.

    Takes UTF-8 (with or without a byte order mark), UTF-16 with one, at most ``MAX_BYTES`` bytes, and Word documents
    (.docx) of at most ``MAX_FILE_BYTES``, whatever the file is called; ``filename`` only serves the wording of a
    refusal. Line ends become ``\\n``, a byte order mark goes, and so does what copying out of a PDF did
    (``tidy_pasted``); nothing else is changed. CPU-bound. Raises ``ScriptError`` for what is empty, too large, no
    text, or no story.
    """
    if is_archive(data) and len(data) <= MAX_FILE_BYTES:
        from storycore.script.word import is_word, read_word  # takes a while to load, and few need it

        if is_word(data):
            return check_text(read_word(data))
    most = MAX_FILE_BYTES if is_archive(data) else MAX_BYTES
    if len(data) > most:
        raise ScriptError(
            f"This file has {len(data):,} bytes; a script may have at most {most:,} ({most >> 20} MiB).",
            "Hand in the story as plain text, in several parts if it is that long.",
        )
    if not data.strip(b"\x00 \t\r\n\v\f"):
        raise ScriptError("This file is empty.", "Put the story into it and hand it in again.")
    text = _decode(data, filename)
    return check_text(text)


def check_text(text: str) -> str:
    """The same for text that was pasted: line ends become ``\\n``, a leading byte order mark goes, a PDF's line breaks
    are mended (``tidy_pasted``), the rest stays. Idempotent.

    Raises ``ScriptError`` for what is empty, too long, no text, or no story.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ScriptError("This script is empty.", "Write or paste the story and send it again.")
    if len(text) > MAX_BYTES:
        raise ScriptError(
            f"This script has {len(text):,} characters; at most {MAX_BYTES:,} are possible.",
            "Hand the story in as several parts.",
        )
    _refuse_other_formats(text)
    _refuse_binary(text)
    if not has_words(spoken(text)):
        raise ScriptError("There are no words in this script.", "A story needs at least one sentence to tell.")
    _refuse_too_long(text)
    return tidy_pasted(text)


def _decode(data: bytes, filename: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ScriptError(
                f"This file begins as UTF-16, but breaks off at byte {error.start + 1:,}.", _UTF8
            ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        known = _format_of(data, filename)
        if known:
            raise _not_text(known) from None
        if 0 in data or _looks_random(data):
            raise ScriptError("This file is not text.", _SAVE_AS_TEXT) from None
        bad = error.object[error.start]
        line = data.count(b"\n", 0, error.start) + 1
        raise ScriptError(
            f"This file is not UTF-8: byte {error.start + 1:,} (0x{bad:02X}) in line {line:,} belongs to no character.",
            _UTF8,
        ) from None
    if "\x00" in text:
        known = _format_of(data, filename)
        raise _not_text(known) if known else ScriptError("This file is not text: it holds zero bytes.", _UTF8)
    return text


def _format_of(data: bytes, filename: str) -> str:
    """What kind of file this is, in words; "" where nothing is known."""
    kind = filetype.guess(data[:8192])
    if kind is None:
        return ""
    mime = str(kind.mime)
    family = mime.split("/", 1)[0]
    if family in ("image", "audio", "video", "font"):
        article = "an" if family in ("image", "audio") else "a"
        return f"{article} {family} file"
    return _NAMES.get(mime, f"a .{kind.extension} file")


def _not_text(what: str) -> ScriptError:
    if what.startswith("a Word"):
        return ScriptError(
            f"This is {what} of the old kind, or a locked one.",
            "Save it as .docx without a password, or as plain text (.txt), and hand that in.",
        )
    return ScriptError(f"This is {what}, not plain text.", _SAVE_AS_TEXT)


def _looks_random(data: bytes) -> bool:
    sample = data[:4096]
    odd = sum(byte < 32 and byte not in b"\t\n\v\f\r" for byte in sample)
    return odd * 50 > len(sample)


def _refuse_other_formats(text: str) -> None:
    head = text[:64].lstrip().lower()
    for beginning, what in _TEXT_FORMATS:
        if head.startswith(beginning):
            raise _not_text(what)


def _refuse_binary(text: str) -> None:
    if "\x00" in text:
        raise ScriptError("This script holds zero bytes, so it is not plain text.", _UTF8)
    surrogate = next((i for i, c in enumerate(text) if "\ud800" <= c <= "\udfff"), None)
    if surrogate is not None:
        raise ScriptError(f"Character {surrogate + 1:,} of this script is half a character.", _UTF8)
    odd = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 32), 127))
    if odd * 50 > len(text):
        raise ScriptError(
            f"This is not text: {odd:,} of its {len(text):,} characters are control codes.", _SAVE_AS_TEXT
        )


def _refuse_too_long(text: str) -> None:
    if run := _monster(text):
        at, length = run
        line = text.count("\n", 0, at) + 1
        raise ScriptError(
            f"Line {line:,} holds {length:,} characters without a single space; nobody could read that aloud.",
            f"Words may have up to {MAX_WORD_LENGTH} characters: take it out or put spaces in.",
        )
    words = count_words(text)
    if words > MAX_WORDS:
        raise ScriptError(
            f"This script has {words:,} words; at most {MAX_WORDS:,} are possible.",
            "Hand it in as several stories, a chapter each.",
        )


def _monster(text: str) -> tuple[int, int] | None:
    """Where the first endless word begins and how long it is."""
    at = 0
    for run in text.split():
        at = text.index(run, at)
        if len(run) > MAX_WORD_LENGTH and has_words(run) and len(UNSPACED.findall(run)) * 2 < len(run):
            return at, len(run)
        at += len(run)
    return None
