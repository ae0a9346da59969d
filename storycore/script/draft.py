"""A script before it has scenes: its sections and lines, and what people said of its borders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.script.blocks import Block, BlockKind, find_blocks, unheard
from storycore.script.lines import Piece, cut_paragraph
from storycore.script.sentences import reading
from storycore.script.words import count_words, has_words

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(slots=True)
class Section:
    """What stands between two headings or breaks: its lines in order, and the heading over it.

    ``held`` are indexes of ``pieces`` that no scene may begin with, because people joined what they would part.
    """

    heading: Block | None
    pieces: list[Piece]
    held: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Draft:
    """``text`` in lines. Read once, cut as often as more is known of it (``storycore.script.scenes.cut``)."""

    text: str
    sections: list[Section]


def read_draft(text: str, facts: Facts = NOTHING_KNOWN) -> Draft:
    """The lines of ``text`` (``\\n`` line ends; any form), and the borders that people set in it. Linear."""
    with reading() as nlp:
        blocks = find_blocks(text)
        sections = _sections(nlp, text, blocks)
        if not sections:
            told = _whatever_there_is(nlp, text, blocks)
            sections = [Section(None, told)] if told else []
    for begin in _anchors(text, facts.begins):
        _begin(text, sections, begin)
    for joined in _anchors(text, facts.joined):
        _join(sections, joined)
    return Draft(text, sections)


def _sections(nlp: Language, text: str, blocks: Sequence[Block]) -> list[Section]:
    sections: list[Section] = []
    headings: list[Block] = []
    fresh = True
    notes = unheard(text)
    for block in blocks:
        if block.kind is BlockKind.NOTE:
            continue
        if block.kind is not BlockKind.PARAGRAPH:
            fresh = True
            if block.kind is BlockKind.HEADING:
                headings.append(block)
            continue
        pieces = list(cut_paragraph(nlp, text, block, notes))
        if not pieces:
            continue
        if fresh:
            if headings:
                pieces[0] = replace(pieces[0], outer=headings[0].start)
            sections.append(Section(headings[-1] if headings else None, []))
            headings, fresh = [], False
        sections[-1].pieces.extend(pieces)
    return sections


def _whatever_there_is(nlp: Language, text: str, blocks: Sequence[Block]) -> list[Piece]:
    """A script of headings or labels alone is read aloud after all: better than no film."""
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    told = [Block(BlockKind.PARAGRAPH, block.start, block.body, block.end, "") for block in headings]
    whole = Block(BlockKind.PARAGRAPH, 0, 0, len(text), "")
    for candidates in (told, [whole]):
        if pieces := [piece for block in candidates for piece in cut_paragraph(nlp, text, block)]:
            return pieces
    return []


def _anchors(text: str, anchors: Sequence[tuple[str, int]]) -> Iterator[int]:
    """Where the anchors stand in ``text``, however its white space runs; those that do not (any more) are passed."""
    for words, nth in anchors:
        parts = [re.escape(part) for part in words.split()]
        if not parts or not has_words(words):
            continue
        for count, match in enumerate(re.finditer(r"\s+".join(parts), text)):
            if count == nth:
                yield match.start()
                break


def _begin(text: str, sections: list[Section], at: int) -> None:
    """A section begins where the words at ``at`` do; a line that stands across is cut in two."""
    for number, section in enumerate(sections):
        found = next((i for i, piece in enumerate(section.pieces) if piece.end > at), None)
        if found is None:
            continue
        piece = section.pieces[found]
        if piece.start < at and has_words(text[piece.start : at]) and has_words(text[at : piece.end]):
            section.pieces[found : found + 1] = _halves(text, piece, at)
            found += 1
        if found:
            later = Section(None, section.pieces[found:])
            del section.pieces[found:]
            sections.insert(number + 1, later)
        return


def _halves(text: str, piece: Piece, at: int) -> list[Piece]:
    stop = at
    while stop > piece.start and text[stop - 1].isspace():
        stop -= 1
    before, after = count_words(text[piece.outer : at]), count_words(text[at : piece.end])
    return [
        replace(piece, end=stop, words=before),
        replace(piece, start=at, outer=at, words=after, opens=False, rests=True),
    ]


def _join(sections: list[Section], at: int) -> None:
    """No scene begins with the line that the words at ``at`` stand in."""
    for number, section in enumerate(sections):
        found = next((i for i, piece in enumerate(section.pieces) if piece.end > at), None)
        if found is None:
            continue
        if found:
            section.held.add(found)
        elif number:
            before = sections[number - 1]
            shift = len(before.pieces)
            before.held |= {shift, *(shift + i for i in section.held)}
            before.pieces.extend(section.pieces)
            del sections[number]
        return
