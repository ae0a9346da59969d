"""Word documents (.docx) as text: what the author sees, with headings marked as Markdown does.

A document comes from a stranger. What is no text in it (pictures, macros, embedded files) is never unpacked, what is
text only up to a limit; links lead nowhere, entities are not resolved. Then python-docx reads it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from storycore.errors import ScriptError

#: The most files in a document, and the most bytes of all its XML, unpacked.
MAX_PARTS, MAX_XML = 2_000, 16 << 20

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, OpcError, etree.LxmlError,
    KeyError, ValueError, AttributeError, IndexError, TypeError, AssertionError,
)  # fmt: skip
_MACROS = b"application/vnd.ms-word.document.macroEnabled.main+xml"
_PLAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MAIN = "word/document.xml"
_TYPES = "[Content_Types].xml"

_P, _T, _TAB, _BR, _CR = qn("w:p"), qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")
_HYPHEN, _PPR = qn("w:noBreakHyphen"), qn("w:pPr")
_UNSEEN = {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", _PPR}
_HEADING = re.compile(r"heading (\d)$|titre (\d)$|überschrift (\d)$", re.IGNORECASE)
#: As far as this from the margin, in twentieths of a point, stand a screenplay's names.
_CUE_INDENT = 1_800
_SIDES = ("left", "start")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    style: str
    centred: bool
    indent: int
    bold: bool


def is_word(data: bytes) -> bool:
    """Whether these bytes are a ZIP archive with a Word document in it."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _MAIN in archive.namelist()
    except _DAMAGED:
        return False


def read_word(data: bytes) -> str:
    """The text of a .docx file: its paragraphs with ``\\n`` line ends, headings as ``# …``, deleted text left out.

    CPU-bound, up to a second or two: not for an event loop. Raises ``ScriptError`` for what is damaged, locked or
    would unpack to more than ``MAX_XML`` bytes.
    """
    try:
        document = docx.Document(io.BytesIO(_only_text(data)))
        paragraphs = list(_paragraphs(document))
    except _DAMAGED:
        raise ScriptError(
            "This Word document cannot be read: it is damaged, or locked with a password.",
            "Open it in Word, save it again without a password, or as plain text (.txt), and hand that in.",
        ) from None
    return _put_together(paragraphs)


def _only_text(data: bytes) -> bytes:
    """The same package with nothing but its XML unpacked. Raises ``ScriptError`` where that is too much."""
    room = MAX_XML
    names: set[str] = set()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(file, "w") as kept:
        if len(archive.infolist()) > MAX_PARTS:
            raise _too_much()
        for part in archive.infolist():
            if part.filename in names:
                continue
            names.add(part.filename)
            content = b""
            if part.filename.endswith((".xml", ".rels")):
                room -= part.file_size
                if room < 0:
                    raise _too_much()
                content = archive.read(part)  # never more than it says: zipfile checks
            if part.filename == _TYPES:
                content = content.replace(_MACROS, _PLAIN)
            kept.writestr(zipfile.ZipInfo(part.filename), content)
    return file.getvalue()


def _too_much() -> ScriptError:
    return ScriptError(
        "This Word document unpacks to far more than a story can be.",
        "Copy the story's text into a new document, or save it as plain text (.txt), and hand that in.",
    )


def _paragraphs(document: Document) -> Iterator[_Paragraph]:
    styles = {str(style.style_id): str(style.name or "").lower() for style in document.styles}
    for element in document.element.body.iter(_P):
        if any(parent.tag in _UNSEEN or parent.tag == _P for parent in element.iterancestors()):
            continue
        yield _paragraph(element, styles)


def _paragraph(element: etree._Element, styles: dict[str, str]) -> _Paragraph:
    style = _value(element, "w:pPr/w:pStyle")
    runs = [run for run in element.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
    bold = bool(runs) and all(_is_bold(run) for run in runs)
    indent = element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    left = max((_number(indent.get(qn(f"w:{side}"), "0")) for side in _SIDES), default=0) if indent is not None else 0
    text = "".join(_texts(element)).strip("\n\t ")
    return _Paragraph(text, styles.get(style, style.lower()), _value(element, "w:pPr/w:jc") == "center", left, bold)


def _texts(element: etree._Element) -> Iterator[str]:
    """What is seen of a paragraph, in order; not what was deleted, nor text boxes that float beside it."""
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag == _T:
            yield (child.text or "").replace("\r", "")
        elif child.tag in (_BR, _CR):
            yield "\n"
        elif child.tag == _TAB:
            yield "\t"
        elif child.tag == _HYPHEN:
            yield "-"
        elif child.tag not in _UNSEEN and child.tag != _P:
            waiting.append(iter(child))


def _value(element: etree._Element, path: str) -> str:
    found = element.find("/".join(qn(name) for name in path.split("/")))
    return "" if found is None else str(found.get(qn("w:val"), ""))


def _number(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,6}", value) else 0


def _is_bold(run: etree._Element) -> bool:
    bold = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
    return bold is not None and bold.get(qn("w:val"), "1") not in ("0", "false", "off")


def _put_together(paragraphs: list[_Paragraph]) -> str:
    """Paragraphs as a person would type them: a blank line between, none after a screenplay's name.

    Where the author pressed Enter twice after paragraphs, a single Enter means a new line only.
    """
    filled = [paragraph for paragraph in paragraphs if paragraph.text]
    empty = sum(not p.text for p in paragraphs[: max((i for i, p in enumerate(paragraphs) if p.text), default=0)])
    apart = "\n" if empty * 4 >= len(filled) > 3 else "\n\n"
    pieces: list[str] = []
    joined = False
    for paragraph in paragraphs:
        if not paragraph.text:
            joined = False
            if pieces and not pieces[-1].endswith("\n\n"):
                pieces.append("\n" if pieces[-1].endswith("\n") else "\n\n")
            continue
        cue = _is_cue(paragraph)
        head = _heading(paragraph)
        if pieces and not pieces[-1].endswith("\n\n"):
            pieces.append("\n" if joined else "\n\n" if cue or head else apart)
        aside = joined and paragraph.text.startswith("(") and paragraph.text.endswith(")")
        pieces.append(f"{head} {' '.join(paragraph.text.split())}\n\n" if head else _shown(paragraph, cue))
        joined = cue or aside
    return "".join(pieces).strip("\n") + "\n"


def _shown(paragraph: _Paragraph, cue: bool) -> str:
    return paragraph.text.upper() if cue else paragraph.text


def _is_cue(paragraph: _Paragraph) -> bool:
    """A name on a line of its own, above what is said: by its style, or set apart in capitals."""
    name = paragraph.text.partition("(")[0].strip()
    if not name or len(name) > 40 or "\n" in name:
        return False
    if paragraph.style in ("character", "character name"):
        return True
    return name.isupper() and (paragraph.centred or paragraph.indent >= _CUE_INDENT) and name[-1] not in ".!?:"


def _heading(paragraph: _Paragraph) -> str:
    """``#`` … ``######``, or "" for what is no heading. A short bold line without an end is one too."""
    text = paragraph.text
    if len(text) > 120 or "\n" in text:
        return ""
    if paragraph.style == "title":
        return "#"
    if match := _HEADING.match(paragraph.style):
        level = next(int(group) for group in match.groups() if group)
        return "#" * min(max(level, 1), 6)
    ends = text[-1] in '.!?…:;,"”»)' or text.endswith(("TO", "OUT", "IN"))
    short = len(text) <= 70 and len(text.split()) <= 10
    return "##" if paragraph.bold and short and not ends and not text.isupper() and text[0].isalnum() else ""
