"""From paragraphs to lines: who says it, narrator or somebody, in pieces that can be read aloud one by one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storycore.script.blocks import Block
from storycore.script.markup import spoken
from storycore.script.model import LineKind
from storycore.script.quotes import find_quotes
from storycore.script.sentences import cut_segment, sentence_ends
from storycore.script.words import count_words, has_words

if TYPE_CHECKING:
    from spacy.language import Language

_ENDS = re.compile(r"[.!?…。！？:][\"”’'»›)\]*_」』“]*\s*$")
#: Between sentences: a whole sentence in brackets, or a word for the actor.
_ASIDE = re.compile(
    r"(?<=[.!?…\"”’*_] )"
    r"\((?:(?P<told>[^\W\da-z][^()\n]{8,300}[.!?…])|(?:beat|pause|pauses|laughs|sighs|silence|whispering|softly))\)[ ]?"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A line before it has a scene. ``outer`` is where its label begins; ``opens`` that it begins a paragraph;
    ``rests`` that what came before it in the paragraph ended a sentence, so that a scene may begin here.
    """

    start: int
    end: int
    outer: int
    kind: LineKind
    speaker: str | None
    words: int
    opens: bool
    rests: bool


def cut_paragraph(nlp: Language, text: str, block: Block, unheard: Sequence[tuple[int, int]] = ()) -> Iterator[Piece]:
    """The lines of one paragraph, in order, disjoint; every word of its body is in exactly one of them, but for those
    in the ``unheard`` ranges (in order, disjoint).
    """
    outer, opens = block.start, True
    ends = [block.body + end for end in sentence_ends(nlp, text[block.body : block.end])]
    for start, end, kind in _heard(_segments(text, block), unheard):
        inner = _slice(ends, start, end)
        for a, b in cut_segment(text, start, end, inner):
            if not has_words(spoken(text[a:b])):
                continue
            words = count_words(text[outer if opens else a : b])
            rests = opens or (bool(_ENDS.search(text[max(0, a - 12) : a])) and not _is_tag(text, a, b))
            speaker = (block.label or None) if kind is LineKind.SPEECH else None
            yield Piece(a, b, outer if opens else a, kind, speaker, words, opens, rests)
            opens = False


def _heard(
    segments: Iterable[tuple[int, int, LineKind]], unheard: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, LineKind]]:
    for start, end, kind in segments:
        at = start
        first = bisect_right(unheard, start, key=lambda note: note[1])
        for note_start, note_end in unheard[first : bisect_left(unheard, end, key=lambda note: note[0])]:
            if note_start > at:
                yield at, note_start, kind
            at = note_end
        if at < end:
            yield at, end, kind


def _is_tag(text: str, start: int, end: int) -> bool:
    """Whether it goes on with a small letter: “Run!” she cried."""
    return text[start:end].lstrip("\"“”'’*_ ")[:1].islower()


def _slice(ends: list[int], start: int, end: int) -> list[int]:
    return ends[bisect_right(ends, start) : bisect_left(ends, end)]


def _segments(text: str, block: Block) -> Iterator[tuple[int, int, LineKind]]:
    """The paragraph's stretches of narration and speech, in order."""
    if block.label is not None:
        yield from _labelled(text, block, LineKind.SPEECH if block.label else LineKind.NARRATION)
        return
    at = block.body
    for quote in find_quotes(text, block.body, block.end):
        if not has_words(text[quote.inside : quote.inside_end]):
            continue
        if has_words(text[at : quote.start]):
            yield at, quote.start, LineKind.NARRATION
        yield quote.start, quote.end, LineKind.SPEECH
        at = quote.end
    if has_words(text[at : block.end]):
        yield at, block.end, LineKind.NARRATION


def _labelled(text: str, block: Block, kind: LineKind) -> Iterator[tuple[int, int, LineKind]]:
    """What a label's speaker says, and what happens meanwhile: (She takes the lamp.) is told, (beat) is not."""
    at = block.body
    for aside in _ASIDE.finditer(text, block.body, block.end):
        if has_words(text[at : aside.start()]):
            yield at, aside.start(), kind
        if aside["told"]:
            yield aside.start(), aside.end(), LineKind.NARRATION
        at = aside.end()
    if has_words(text[at : block.end]):
        yield at, block.end, kind
