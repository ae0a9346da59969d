"""A script cut into scenes: the front door of this package.

Scenes are found by dynamic programming over the lines: each border costs what it would hurt there (nothing between
paragraphs where time or place change, more inside a paragraph, most between a quote and its “said she”), each scene
what its length is off, and the cheapest cut wins. Headings and breaks are borders always.
"""

from __future__ import annotations

import re

from spacy.language import Language

from storycore.script.blocks import Block, BlockKind, find_blocks
from storycore.script.lines import Piece, cut_paragraph
from storycore.script.markup import plain, spoken
from storycore.script.model import Line, LineKind, Scene, Script
from storycore.script.sentences import reading

#: Between so many words a scene is at its best: 10 to 25 seconds of film.
MIN_WORDS, MAX_WORDS = 25, 60
_TARGET = 46
#: The longest scene title, in characters.
MAX_TITLE = 60

_DAY = "(?:day|night|morning|evening|afternoon|summer|winter|spring|autumn|week|year|time)"
_SPAN = "(?:days?|weeks?|months?|years?|hours?|nights?)"
_CUE = re.compile(
    r"[\"“„'*_]{0,3}(?:then|next|later|soon|suddenly|meanwhile|finally|at last|when|after|before|once|far away|so"
    r"|at (?:dawn|dusk|night|noon|midnight|sunrise|sunset|first)|back (?:at|in|home)"
    rf"|(?:the|that|this|one|another|each|every|all) (?:next |following |same |very )?{_DAY}"
    rf"|(?:a|an|one|two|three|many|some|several|seven|a few) (?:\w{{1,12}} )?{_SPAN} (?:later|passed|after|went)"
    r"|in the (?:morning|evening|afternoon|night|meantime|village|city|end|middle)"
    r"|they (?:climbed|walked|went|rode|came|ran|travelled))\b",
    re.IGNORECASE,
)


def split_script(text: str) -> Script:
    """Cut ``text`` (``\\n`` line ends, plain or Markdown) into scenes of about 25 to 60 words with their lines.

    Any text is taken, also one that ``check_text`` would refuse; without words there are no scenes. Every word is in
    exactly one scene; lines lie within their scene, in order and disjoint; headings, labels and asides are not
    spoken. Lines after a label (``MARTA: …``) carry its name as their speaker, all others none. Linear in the length.
    """
    blocks = find_blocks(text)
    sections: list[tuple[Block | None, list[Piece]]] = []
    headings: list[Block] = []
    fresh = True
    with reading() as nlp:
        for block in blocks:
            if block.kind is not BlockKind.PARAGRAPH:
                fresh = True
                if block.kind is BlockKind.HEADING:
                    headings.append(block)
                continue
            pieces = list(cut_paragraph(nlp, text, block))
            if not pieces:
                continue
            if fresh:
                sections.append((headings[-1] if headings else None, []))
                if headings:
                    pieces[0] = _reaching(pieces[0], headings[0].start)
                headings, fresh = [], False
            sections[-1][1].extend(pieces)
        if not sections:
            sections = [(None, _whatever_there_is(nlp, text, blocks))]
    return Script(text, tuple(_scenes(text, sections)))


def parts(text: str, max_scenes: int) -> list[str]:
    """Cut a long script at scene borders into parts of at most ``max_scenes`` scenes each.

    The parts put together are ``text`` again. ``max_scenes`` is at least 1. A part that splits differently once it
    stands alone is made shorter until it fits.
    """
    if max_scenes < 1:
        raise ValueError("max_scenes must be at least 1")
    found: list[str] = []
    rest = text
    while True:
        scenes = split_script(rest).scenes
        if len(scenes) <= max_scenes:
            return [*found, rest]
        keep = max_scenes
        while keep > 1 and len(split_script(rest[: scenes[keep].start]).scenes) > max_scenes:
            keep -= 1
        found.append(rest[: scenes[keep].start])
        rest = rest[scenes[keep].start :]


def _reaching(piece: Piece, outer: int) -> Piece:
    return Piece(piece.start, piece.end, outer, piece.kind, piece.speaker, piece.words, piece.opens, piece.rests)


def _whatever_there_is(nlp: Language, text: str, blocks: list[Block]) -> list[Piece]:
    """A script of headings or labels alone is read aloud after all: better than no film."""
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    told = [Block(BlockKind.PARAGRAPH, block.start, block.body, block.end, "") for block in headings]
    whole = Block(BlockKind.PARAGRAPH, 0, 0, len(text), "")
    for candidates in (told, [whole]):
        if pieces := [piece for block in candidates for piece in cut_paragraph(nlp, text, block)]:
            return pieces
    return []


def _scenes(text: str, sections: list[tuple[Block | None, list[Piece]]]) -> list[Scene]:
    groups = [
        (heading if k == 0 else None, group)
        for heading, pieces in sections
        for k, group in enumerate(_group(text, pieces))
    ]
    scenes: list[Scene] = []
    for n, (heading, group) in enumerate(groups):
        start = group[0].outer if n else 0
        end = groups[n + 1][1][0].outer if n + 1 < len(groups) else len(text)
        start, end = _tighten(text, start, end, group)
        lines = tuple(_line(text, piece) for piece in group)
        title = _short(plain(text[heading.body : heading.end])) if heading else ""
        scenes.append(Scene(start, end, title or _extract(lines), text[start:end], lines))
    return scenes


def _line(text: str, piece: Piece) -> Line:
    return Line(piece.start, piece.end, spoken(text[piece.start : piece.end]), piece.kind, piece.speaker)


def _tighten(text: str, start: int, end: int, group: list[Piece]) -> tuple[int, int]:
    """Drop white space and rules (``---``) at the ends of a scene; words are never dropped."""
    while start < group[0].outer and not text[start].isalnum():
        start += 1
    stop = group[-1].end
    while end > stop and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _group(text: str, pieces: list[Piece]) -> list[list[Piece]]:
    """The cheapest cut of a section's lines into scenes."""
    best = [0.0] + [float("inf")] * len(pieces)
    came = [0] * (len(pieces) + 1)
    borders = [_border_cost(text, pieces, i) for i in range(len(pieces))]
    for end in range(1, len(pieces) + 1):
        words = 0
        for begin in range(end - 1, -1, -1):
            words += pieces[begin].words
            if words > MAX_WORDS + MIN_WORDS and begin < end - 1:
                break
            cost = best[begin] + borders[begin] + _length_cost(words)
            if cost < best[end]:
                best[end], came[end] = cost, begin
    groups: list[list[Piece]] = []
    end = len(pieces)
    while end:
        groups.append(pieces[came[end] : end])
        end = came[end]
    return groups[::-1]


def _length_cost(words: int) -> float:
    if words < MIN_WORDS:
        return 0.6 + (MIN_WORDS - words) * 0.12
    if words > MAX_WORDS:
        return 2.0 + (words - MAX_WORDS) * 0.3
    return 0.6 * ((words - _TARGET) / 20) ** 2


def _border_cost(text: str, pieces: list[Piece], i: int) -> float:
    """What it hurts to begin a scene with this line."""
    if i == 0:
        return 0.0
    piece, before = pieces[i], pieces[i - 1]
    cue = _CUE.match(text, piece.start) is not None and piece.kind is LineKind.NARRATION
    if not piece.opens:
        if not piece.rests:
            return 3.0
        return 0.7 if cue else 1.2
    if piece.kind is LineKind.SPEECH:
        return 0.9 if before.kind is LineKind.SPEECH or not before.opens else 0.6
    return 0.0 if cue else 0.35


def _extract(lines: tuple[Line, ...]) -> str:
    """A scene's title from its words: the beginning of its first narration, up to a clause's end where one is near."""
    told = [line.text for line in lines if line.kind is LineKind.NARRATION and len(line.text.split()) > 3]
    told = [text for text in told if not text[0].islower()] or told
    text = told[0] if told else lines[0].text
    if not told and lines[0].kind is LineKind.SPEECH:
        return f"“{text}”" if len(text) < MAX_TITLE - 2 else _short(text)
    clause = re.match(r"(.{12,58}?)[,.;:!?—–](?=\s|$)", text)
    return _capital(clause[1] if clause else _short(text.rstrip(".")))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    if len(text) <= MAX_TITLE:
        return text
    return text[: MAX_TITLE - 1].rsplit(None, 1)[0].rstrip(",;:—– ")[: MAX_TITLE - 1] + "…"
