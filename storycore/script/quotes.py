"""Direct speech: which stretches of a paragraph somebody says.

Marks are paired by their kind and by the side a space stands on; the outermost pair counts, a quote that is never
closed ends with its paragraph, and so does one that another opening mark interrupts (at that mark). One pass, linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Opening mark -> the marks that close it. German „…“ and reversed guillemets »…« are pairs too.
_PAIRS = {"“": "”", "„": "“”‟", "«": "»", "»": "«", "‹": "›", "「": "」", "『": "』", '"': '"', "‟": "”“"}
_MARKS = re.compile(r"[\"“”„‟«»‹›「」『』]")
_SINGLE = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[—–(]))['‘](?=[^\W_]|[.…¿¡])")
_SINGLE_END = re.compile(r"(?<=[,.!?…—–-])['’](?!\w)")
_DASH = re.compile(r"\s*(?:—|–|―|--)\s*")
_TAG = re.compile(
    r"\s*(?:he|she|they|it|[A-Z][\w’'-]*|the\s+\w+)?\s*"
    r"(?:said|says|asked|asks|cried|replied|answered|whispered|shouted|called|growled|muttered|added|laughed)\b"
)
_TAGGED = re.compile(r"\b(?:said|says|asked|cried|cry|replied|answered|whispered|shouted|called|saying|exclaimed)\s*$")
#: So few words in the middle of a sentence are a word in inverted commas, not speech: the first “note,” of Europe.
_FEW = 3
_SPEECH_END = re.compile(r"[,.!?…:;—–-]\W{0,4}$")


@dataclass(frozen=True, slots=True)
class Quote:
    """One stretch of direct speech, marks included; ``inside`` … ``inside_end`` is what lies between them."""

    start: int
    end: int
    inside: int
    inside_end: int


def find_quotes(text: str, start: int, end: int) -> list[Quote]:
    """The direct speech in the paragraph ``text[start:end]``, in order, disjoint. Scare quotes are left out."""
    part = text[start:end]
    dash = _DASH.match(part)
    quotes = _dash_dialogue(part, dash.end()) if dash else _marked(part)
    return [
        Quote(start + q.start, start + q.end, start + q.inside, start + q.inside_end)
        for q in quotes
        if _is_speech(part, q)
    ]


def _marked(part: str) -> list[Quote]:
    """By the marks that stand outermost: double ones, or single ones with the double inside."""
    double, single = _paired(part), _single(part)
    if not double:
        return single
    outer = any(s.start < double[0].start and double[0].end <= s.end for s in single)
    return single if outer else double


def _paired(part: str) -> list[Quote]:
    quotes: list[Quote] = []
    opened: int | None = None
    closers = ""
    for match in _MARKS.finditer(part):
        at, mark = match.start(), match.group()
        if opened is None:
            if _opens(part, at, mark):
                opened, closers = at, _PAIRS[mark]
            continue
        if mark in closers and not _reopens(part, at, mark, opened):
            quotes.append(Quote(opened, at + 1, opened + 1, at))
            opened = None
        elif part[opened] == mark and _opens(part, at, mark):
            quotes.append(Quote(opened, at, opened + 1, at))
            opened = at
    if opened is not None and part[opened + 1 :].strip():
        quotes.append(Quote(opened, len(part), opened + 1, len(part)))
    return quotes


def _before(part: str, at: int) -> str:
    return part[at - 1] if at else " "


def _after(part: str, at: int) -> str:
    return part[at + 1] if at + 1 < len(part) else " "


def _opens(part: str, at: int, mark: str) -> bool:
    if mark not in _PAIRS:
        return False
    if mark == '"' and _before(part, at).isdigit():  # six feet and 2" tall
        return False
    return mark != '"' or not _after(part, at).isspace() or _before(part, at).isspace()


def _reopens(part: str, at: int, mark: str, opened: int) -> bool:
    """A straight mark with a space before it and a word after opens again: the one before was never closed."""
    if mark != '"':
        return False
    return _before(part, at).isspace() and not _after(part, at).isspace() and at > opened + 1


def _single(part: str) -> list[Quote]:
    """Single quotation marks, only where they are surely no apostrophes: a close needs punctuation before it."""
    quotes: list[Quote] = []
    at = 0
    while opening := _SINGLE.search(part, at):
        closing = _SINGLE_END.search(part, opening.end())
        if closing is None:
            break
        quotes.append(Quote(opening.start(), closing.end(), opening.end(), closing.start()))
        at = closing.end()
    return quotes


def _dash_dialogue(part: str, begin: int) -> list[Quote]:
    """— Come here, — said the wolf. — I am hungry. The dashes take turns between speech and tag."""
    quotes: list[Quote] = []
    opened, inside = 0, begin
    for dash in re.finditer(r"(?<=\s)(?:—|–|―|--)\s*|(?<=[,.!?…])(?:—|–|―|--)\s*", part[begin:]):
        at = begin + dash.start()
        if opened >= 0 and _TAG.match(part, begin + dash.end()):
            quotes.append(Quote(opened, at, inside, at))
            opened = -1
        elif opened < 0:
            opened, inside = at, begin + dash.end()
    if opened >= 0 and part[inside:].strip():
        quotes.append(Quote(opened, len(part), inside, len(part)))
    return quotes


def _is_speech(part: str, quote: Quote) -> bool:
    """Speech, not a name or a word in inverted commas: it ends as speech does, follows a comma, or stands alone."""
    inside = part[quote.inside : quote.inside_end].strip()
    if not inside:
        return False
    before = part[max(0, quote.start - 80) : quote.start].rstrip()
    if not before or (before.endswith((",", ":", "—", "–")) and not inside[0].islower()):
        return True
    few = len(inside.split(None, _FEW)) <= _FEW and inside[-1] not in "!?…"
    if few and before[-1].isalnum() and not _TAGGED.search(before):
        return bool(re.match(r"\W{0,3}" + _TAG.pattern, part[quote.end : quote.end + 80]))
    if _SPEECH_END.search(inside[-8:]) or len(inside.split(None, 6)) > 5:
        return True
    return bool(re.match(r"\W{0,3}" + _TAG.pattern, part[quote.end : quote.end + 80]))
