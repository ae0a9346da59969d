"""A script as columns of words: each with its paragraph, its sentence and the quote it stands in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storycore.cast.smooth import smooth
from storycore.script.blocks import BlockKind, find_blocks
from storycore.script.model import Line, LineKind

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: The pipeline reads so many characters at a time, so that memory stays flat; cut between paragraphs where it can.
CHUNK = 12_000
_ENDING = frozenset((".", "!", "?", "…", "...", "!!", "??", "?!"))
_CLOSING = frozenset("\"”’'»)]›")
_QUOTE_MARKS = '"“”„‟«»‹›「」『』'


@dataclass(slots=True)
class Speech:
    """One quote of the script: ``start`` … ``end`` in the text, its words ``first`` … ``last`` (last excluded), the
    numbers of the lines it was cut into, and the name that a label gives it."""

    start: int
    end: int
    first: int
    last: int
    paragraph: int
    label: str | None
    lines: tuple[int, ...]


@dataclass(slots=True)
class Words:
    """Parallel columns, one entry a word or mark; ``quote`` is an index into ``speeches`` or -1."""

    text: str
    words: list[str] = field(default_factory=list)
    lower: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    paragraph: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    quote: list[int] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)
    #: Cores of mentions as the pipeline found them: first word, last word, PROP, NOM or PRON.
    cores: list[tuple[int, int, str]] = field(default_factory=list)
    #: Words of speakers' labels: first word, last word, name.
    labels: list[tuple[int, int, str]] = field(default_factory=list)
    #: The paragraphs (by number) that are headings.
    headings: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.words)

    def at(self, offset: int) -> int:
        """The index of the word that contains ``offset`` or the first one after it."""
        index = bisect_right(self.starts, offset) - 1
        return index if index >= 0 and self.ends[index] > offset else index + 1

    def begins_sentence(self, i: int) -> bool:
        """Whether a sentence or a quote begins with this word."""
        return (
            i == 0
            or self.sentence[i] != self.sentence[i - 1]
            or self.words[i - 1] in ("“", '"', "‘", "'", ":", "—", "(")
        )


def read_words(nlp: Language, text: str, lines: Sequence[Line]) -> Words:
    """The words of a script (``lines`` are all of its lines, in order), read by the pipeline's ``people`` component."""
    found = Words(text)
    plain = smooth(text)
    people = nlp.get_pipe("people")
    for start, end in _chunks(plain):
        doc = nlp.make_doc(plain[start:end])
        _add(found, people(doc), start)
    _number_paragraphs(found)
    _add_speeches(found, lines)
    _number_sentences(found)
    return found


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(text):
        end = min(len(text), at + CHUNK)
        if end < len(text):
            for border in ("\n\n", "\n", ". ", " "):
                cut = text.rfind(border, at + CHUNK // 2, end)
                if cut > 0:
                    end = cut + len(border)
                    break
        yield at, end
        at = end


def _add(found: Words, doc: Doc, offset: int) -> None:
    kept: dict[int, int] = {}
    for token in doc:
        if token.is_space:
            continue
        kept[token.i] = len(found.words)
        found.words.append(token.text)
        found.lower.append(token.lower_)
        found.starts.append(offset + token.idx)
        found.ends.append(offset + token.idx + len(token.text))
    for span in doc.ents:
        inside = [kept[i] for i in range(span.start, span.end) if i in kept]
        if inside and any(map(str.isalnum, found.text[found.starts[inside[0]] : found.ends[inside[-1]]])):
            found.cores.append((inside[0], inside[-1], span.label_))


def _number_paragraphs(found: Words) -> None:
    blocks = find_blocks(found.text)
    starts = [block.start for block in blocks]
    found.headings = {number for number, block in enumerate(blocks, start=1) if block.kind is BlockKind.HEADING}
    found.paragraph = [bisect_right(starts, start) for start in found.starts]


def _add_speeches(found: Words, lines: Sequence[Line]) -> None:
    found.quote = [-1] * len(found)
    before = 0
    group: list[int] = []
    for i, line in enumerate(lines):
        if line.kind is LineKind.SPEECH:
            if group and _goes_on(found.text, lines[group[-1]], line):
                group.append(i)
            else:
                _add_speech(found, lines, group, before)
                before = lines[group[-1]].end if group else before
                group = [i]
        else:
            _add_speech(found, lines, group, before)
            before = line.end
            group = []
    _add_speech(found, lines, group, before)


def _goes_on(text: str, last: Line, line: Line) -> bool:
    """Whether two lines of speech are pieces of one quote: no mark closes the first, none opens the second."""
    gap = text[last.end : line.start]
    closed = text[last.end - 1] in _QUOTE_MARKS
    opened = text[line.start] in _QUOTE_MARKS
    return last.speaker == line.speaker and not gap.strip() and "\n\n" not in gap and not (closed or opened)


def _add_speech(found: Words, lines: Sequence[Line], group: list[int], before: int) -> None:
    if not group:
        return
    line, end = lines[group[0]], lines[group[-1]].end
    first, last = found.at(line.start), found.at(end)
    if last <= first:
        return
    number = len(found.speeches)
    found.speeches.append(Speech(line.start, end, first, last, found.paragraph[first], line.speaker, tuple(group)))
    found.quote[first:last] = [number] * (last - first)
    if line.speaker is not None:
        at = found.text[before : line.start].lower().rfind(line.speaker.lower())
        if at >= 0:
            begin = found.at(before + at)
            stop = found.at(before + at + len(line.speaker))
            if stop > begin:
                found.labels.append((begin, stop - 1, line.speaker))


def _number_sentences(found: Words) -> None:
    """A full stop ends a sentence; not one inside a quote that a tag in small letters follows: “Run!” she cried."""
    number, ended = 0, False
    for i, word in enumerate(found.words):
        tag = i > 0 and found.quote[i] < 0 <= found.quote[i - 1] and word[0].islower()
        if i and (found.paragraph[i] != found.paragraph[i - 1] or (ended and word not in _CLOSING and not tag)):
            number, ended = number + 1, False
        found.sentence.append(number)
        ended = word in _ENDING or (ended and word in _CLOSING)
