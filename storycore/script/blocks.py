"""A script's outline: headings, breaks and paragraphs, with who is named before a paragraph as its speaker.

Takes plain text and Markdown alike. Offsets are code points, half-open. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from storycore.script.fountain import hidden, is_forced_heading, is_fountain, is_synopsis, masked, title_page
from storycore.script.labels import ASIDE, LABEL, Label, find_labels
from storycore.script.slugs import is_slug
from storycore.script.words import has_words


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    BREAK = "break"
    PARAGRAPH = "paragraph"
    NOTE = "note"  # for the writer alone: neither told nor a border


@dataclass(frozen=True, slots=True)
class Block:
    """One block. ``start`` is where it begins, label and all; ``body`` … ``end`` is what may be spoken.

    For a heading that is its title. ``label`` names the speaker of a paragraph ("" for the narrator's own label).
    """

    kind: BlockKind
    start: int
    body: int
    end: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    end: int
    text: str


_HEADING = re.compile(r"[ \t]{0,3}#{1,6}(?:[ \t]+|(?=[^\W\d_]))(?P<title>.*?)[ \t]*#*[ \t]*$")
_BREAK = re.compile(r"[ \t]*(?:([-*_~=•·+#])(?:[ \t]*\1){2,}|[⁂❦❧§]|\*[ \t]*\*|<hr ?/?>)[ \t]*$", re.IGNORECASE)
_UNDERLINE = re.compile(r"[ \t]{0,3}(?:={2,}|-{2,})[ \t]*$")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_LEAD = re.compile(r"[ \t]*(?:>[ \t]*)*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?")
_QUOTED = re.compile(r"[ \t]*>")
_ITEM = re.compile(r"[ \t]*(?:>[ \t]*)*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")
_NUMBER = r"(?:\d+|[ivxlc]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|the last)"
_CHAPTER = re.compile(
    rf"(?:(?:chapter|scene|act|part|book|kapitel|szene|teil)[ \t]+{_NUMBER}\b|prologue\b|epilogue\b).{{0,60}}$",
    re.IGNORECASE,
)
_TRANSITION = re.compile(
    r"(?:FADE (?:IN|OUT|TO [A-Z ]+)|(?:SMASH |JUMP |MATCH )?CUT TO(?: [A-Z ]+)?|DISSOLVE TO)[.:]?$"
)
_CROSSING = re.compile(r">[ \t]*[^<a-z]+[.:]?$|[^a-z]+ TO:$")
_MARKED = re.compile(r"[ \t]*(?:>[ \t]*(?P<told>\S[^<\n]*?)[ \t]*<|[!~](?P<action>\S.*))[ \t]*$")
_ENDED = re.compile(r"[.!?…:;—–\"”»“’')\]*_~|。！？」』]$")
_DASH = re.compile(r"[ \t]*(?:—|–|―|--)[ \t]*\S")
_INDENT = re.compile(r"[ \t]{2,}\S")
#: A quotation mark that is not closed within so many lines was forgotten.
_VERSE = 8
_OPENS = re.compile(r"[ \t]*[\"“„«»‹]")


def find_blocks(text: str) -> list[Block]:
    """The blocks of ``text`` in order; what lies between them is white space, markup or fences."""
    rows = _rows(text)
    screenplay = is_fountain([row.text for row in rows])
    if screenplay:
        rows = _rows(masked(text, hidden(text)))
    blocks = _title_page(rows) if screenplay else []
    labels = find_labels([row.text for row in rows])
    group: list[int] = []

    def flush() -> None:
        blocks.extend(_paragraphs(rows, group, labels))
        group.clear()

    first = next((i for i, row in enumerate(rows) if row.text.strip()), -1)
    for i, row in enumerate(rows):
        if not row.text.strip() or _FENCE.match(row.text):
            flush()
            continue
        if group and _UNDERLINE.match(row.text) and _can_be_title(rows[group[-1]].text, len(group)):
            last = rows[group.pop()]
            flush()
            blocks.append(_heading(last, last.text.strip()))
        elif block := (_forced(rows[i]) if screenplay else None) or _outline(rows, i, first):
            flush()
            blocks.append(block)
        else:
            group.append(i)
    flush()
    return blocks


def unheard(text: str) -> list[tuple[int, int]]:
    """What nobody hears although it stands within paragraphs: a screenplay's notes and cut passages."""
    ranges = hidden(text)
    return ranges if ranges and is_fountain(text.split("\n")) else []


def _rows(text: str) -> list[_Row]:
    return [_Row(m.start(), m.end(), m.group()) for m in re.finditer(r"[^\n]+|(?<=\n)(?=\n)", text)]


def _title_page(rows: list[_Row]) -> list[Block]:
    """The title page's blocks; its rows are emptied, so that nothing else is seen in them."""
    blocks: list[Block] = []
    for i, title in title_page([row.text for row in rows]).items():
        row = rows[i]
        blocks.append(_heading(row, title) if title else Block(BlockKind.NOTE, row.start, row.end, row.end))
        rows[i] = _Row(row.start, row.end, "")
    return blocks


def _forced(row: _Row) -> Block | None:
    """What a screenplay marks by its first character: a heading, a synopsis, a transition, a centred line, action."""
    bare = row.text.strip()
    if is_synopsis(row.text):
        return Block(BlockKind.NOTE, row.start, row.end, row.end)
    if is_forced_heading(row.text):
        return _heading(row, bare)
    if _CROSSING.match(bare):
        return Block(BlockKind.BREAK, row.start, row.end, row.end)
    if marked := _MARKED.match(row.text):
        group = "told" if marked["told"] is not None else "action"
        return Block(BlockKind.PARAGRAPH, row.start, row.start + marked.start(group), row.start + marked.end(group))
    return None


def _outline(rows: list[_Row], i: int, first: int) -> Block | None:
    """The heading or break that row ``i`` is, if it is one."""
    row = rows[i]
    bare = row.text.strip().strip("*_").strip()
    if _BREAK.match(row.text) or _TRANSITION.match(bare):
        return Block(BlockKind.BREAK, row.start, row.end, row.end)
    marked = _HEADING.match(row.text)
    if marked and has_words(marked["title"]):
        return _heading(row, marked["title"])
    if len(row.text) > 100 or not has_words(bare):
        return None
    if is_slug(bare) or (_CHAPTER.match(bare) and not bare.endswith((",", ";"))):
        return _heading(row, bare)
    alone = (i == 0 or not rows[i - 1].text.strip()) and (i + 1 == len(rows) or not rows[i + 1].text.strip())
    if alone and (i == first or bare.isupper()) and _can_be_title(bare, 1) and i + 1 < len(rows):
        return _heading(row, bare)
    return None


def _heading(row: _Row, title: str) -> Block:
    body = row.start + row.text.index(title)
    return Block(BlockKind.HEADING, row.start, body, body + len(title))


def _can_be_title(row: str, lines: int) -> bool:
    """A short line that does not end as a sentence does: "Siegfried and the Dragon"."""
    bare = row.strip().strip("*_").strip()
    if lines != 1 or not 3 <= len(bare) <= 70 or len(bare.split()) > 10 or not bare[0].isalnum():
        return False
    if bare.lower().replace(".", "") in ("the end", "fin", "end", "ende"):
        return False
    return not bare[0].islower() and not re.search(r"[.!?…:;,\"”»]$", bare) and not re.match(LABEL, bare)


def _paragraphs(rows: list[_Row], group: list[int], labels: dict[int, Label]) -> Iterator[Block]:
    """Cut a run of unbroken rows into paragraphs: where rows are paragraphs of their own, each; else all one."""
    current: list[int] = []
    width = _width([rows[i].text for i in group[:-1] if i not in labels])
    for i in group:
        if current and _starts_anew(rows, i, current, labels, width):
            yield from _said(rows, current, labels)
            current = []
        current.append(i)
    if current:
        yield from _said(rows, current, labels)


def _said(rows: list[_Row], members: list[int], labels: dict[int, Label]) -> Iterator[Block]:
    """A paragraph; below a screenplay's name each stretch between asides like (beat) that have a line of their own."""
    label = labels.get(members[0])
    asides = [i for i in members[1:] if label and label.alone and ASIDE.fullmatch(rows[i].text)]
    begin = 0
    for aside in asides:
        stop = members.index(aside)
        if stop > max(begin, 1):
            yield _after(rows, members[begin:stop], labels, label)
            begin = stop
    last = _after(rows, members[begin:], labels, label)
    if last.body < last.end or not asides:
        yield last


def _after(rows: list[_Row], members: list[int], labels: dict[int, Label], label: Label | None) -> Block:
    """The stretch that begins with a name's row, or with an aside's."""
    if members[0] in labels or label is None:
        return _paragraph(rows, members, labels)
    first, last = rows[members[0]], rows[members[-1]]
    body = rows[members[1]].start if len(members) > 1 else last.end
    return Block(BlockKind.PARAGRAPH, first.start, body, last.end, label.name)


def _width(lines: list[str]) -> int:
    """The margin at which an editor broke these lines, so that their ends mean nothing; 0 where each is a paragraph."""
    if not lines:
        return 0
    lengths = Counter(len(line) >= 40 for line in lines)
    unended = sum(not _ENDED.search(line.rstrip()) for line in lines)
    widest = max(map(len, lines))
    return widest if widest <= 120 and lengths[True] * 2 >= len(lines) and unended * 2 >= len(lines) else 0


def _starts_anew(rows: list[_Row], i: int, current: list[int], labels: dict[int, Label], width: int) -> bool:
    row, before = rows[i].text, rows[i - 1].text
    if i in labels or _ITEM.match(row) or _DASH.match(row):
        return True
    label = labels.get(current[0])
    if label is not None and label.alone:
        return False
    ended = bool(_ENDED.search(before.rstrip()))
    if label is not None:  # a labelled line goes on only where a margin broke it
        return ended or len(before) < 50
    if bool(_QUOTED.match(row)) != bool(_QUOTED.match(before)):
        return True
    if _is_open([rows[k].text for k in current[-_VERSE:]]) and not _OPENS.match(row):
        return False
    if not width:
        return True
    indented = _INDENT.match(row) and not _INDENT.match(before)
    return ended and bool(_OPENS.match(row) or indented or len(before.rstrip()) < 0.7 * width)


def _is_open(lines: list[str]) -> bool:
    """Whether somebody is still speaking at the end of these lines: a verse in quotation marks."""
    said = "".join(lines)
    return said.count('"') % 2 == 1 or said.count("“") > said.count("”")


def _paragraph(rows: list[_Row], members: list[int], labels: dict[int, Label]) -> Block:
    first, last = rows[members[0]], rows[members[-1]]
    label = labels.get(members[0])
    if label is None:
        lead = _LEAD.match(first.text)
        body = first.start + (lead.end() if lead else 0)
        return Block(BlockKind.PARAGRAPH, first.start, body, last.end)
    spoken_row = rows[members[1]] if label.alone and len(members) > 1 else first
    body = spoken_row.start + label.body
    return Block(BlockKind.PARAGRAPH, first.start, min(body, last.end), last.end, label.name)
