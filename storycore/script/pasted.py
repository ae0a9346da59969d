"""What copying out of a PDF does to a text, undone: words broken at line ends, glued letters, page numbers.

Only a text that was surely broken by a page's margin is touched. The text as it stands after this is the script: all
offsets are its own.
"""

from __future__ import annotations

import re
from collections import Counter

from storycore.script.words import word_set

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"(?P<head>[^\W\d_]{2,30})[-‐\u00ad][ \t]*\n[ \t]*(?P<tail>[^\W\d_]{2,30})")
_PAGE = re.compile(
    r"[ \t]*(?:[-–—][ \t]*)?(?:page[ \t]+)?\d{1,4}(?:[ \t]*(?:of|/)[ \t]*\d{1,4})?(?:[ \t]*[-–—])?[ \t]*$",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?…:;\"”»’')\]*_]\s*$")
#: First parts of words that keep their hyphen: "self-made" is not "selfmade".
_KEEP = word_set(
    "self well half all ever cross ex non semi quasi high low long short far near old new one two three four five six"
    " seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety father mother brother sister"
)
#: So long are lines that a margin broke, at least, and so many of them there are.
_WIDE, _MANY = 45, 6
#: Put together, lines may break anew: so often at most is it looked at again.
_ROUNDS = 20


def tidy_pasted(text: str) -> str:
    """``text`` (``\\n`` line ends) without what a PDF's pages did to it; any other text as it is. Idempotent, linear.

    Ligatures become letters. In hard-wrapped text a word broken at a line's end is put together (its hyphen stays
    where the rest of the text writes it with one), a form feed and a page's number or running head go, and a blank
    line between any two lines is taken back.
    """
    for _ in range(_ROUNDS):
        tidied = _tidied(text)
        if tidied == text:
            break
        text = tidied
    return text


def _tidied(text: str) -> str:
    text = text.translate(_LIGATURES)
    if not is_wrapped(text):
        return text
    text = _without_page_marks(text.replace("\f", "\n"))
    text = _single_spaced(text)
    known = Counter(word.lower() for word in _WORD.findall(text))
    return _BROKEN.sub(lambda match: _whole(match, known), text)


def is_wrapped(text: str) -> bool:
    """Whether a margin broke these lines: most of the long ones end in the middle of a sentence, at about one width."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    long = [line for line in lines if len(line) >= _WIDE]
    if len(long) < _MANY or len(long) * 2 < len(lines) or max(map(len, lines)) > 130:
        return False
    return sum(not _ENDED.search(line) for line in long) * 2 > len(long)


def _whole(match: re.Match[str], known: Counter[str]) -> str:
    head, tail = match["head"], match["tail"]
    if tail[0].isupper() and not head.isupper():
        return f"{head}-{tail}"
    hyphened, whole = known[f"{head}-{tail}".lower()], known[f"{head}{tail}".lower()]
    keep = hyphened > whole or (hyphened == whole and head.lower() in _KEEP)
    return f"{head}-{tail}" if keep else head + tail


def _without_page_marks(text: str) -> str:
    """Lone page numbers between lines go, and running heads: short lines beside them that come back."""
    lines = text.split("\n")
    numbers = {i for i, line in enumerate(lines) if _PAGE.match(line)}
    if len(numbers) < 2:
        return text
    beside = [j for i in numbers for j in _neighbours(lines, i)]
    heads = Counter(lines[j].strip().lower() for j in beside)
    running = any(count > 1 for count in heads.values())
    if not running and all(_ENDED.search(line) or len(line) < _WIDE for line in _above(lines, numbers)):
        return text  # numbered chapters
    gone = numbers | {j for j in beside if heads[lines[j].strip().lower()] > 1 and len(lines[j].split()) < 9}
    kept: list[str] = []
    torn = False
    for i, line in enumerate(lines):
        if i in gone:
            torn = True
        elif line.strip():
            if torn:
                _close(kept, line)
            kept.append(line)
            torn = False
        elif not torn:
            kept.append(line)
    return "\n".join(kept)


def _close(kept: list[str], line: str) -> None:
    """The gap that a page's edge leaves in the middle of a sentence is closed; elsewhere it parts paragraphs."""
    blank = False
    while kept and not kept[-1].strip():
        kept.pop()
        blank = True
    if kept and ((_ENDED.search(kept[-1]) and blank) or not line.lstrip()[0].islower()):
        kept.append("")


def _above(lines: list[str], numbers: set[int]) -> list[str]:
    """The last written line before each number."""
    return [lines[j] for i in numbers for j in _neighbours(lines, i) if j < i]


def _neighbours(lines: list[str], i: int) -> list[int]:
    """The nearest written lines above and below."""
    found: list[int] = []
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(lines) and not lines[j].strip() and abs(j - i) < 4:
            j += step
        if 0 <= j < len(lines) and lines[j].strip():
            found.append(j)
    return found


def _single_spaced(text: str) -> str:
    """Where every line is followed by a blank one, the blank ones mean nothing."""
    parts = re.split(r"\n[ \t]*\n+", text)
    within = [part for part in parts[:-1] if not _ENDED.search(part)]
    onward = sum(after[:1].islower() for after in parts[1:])
    single = sum("\n" not in part for part in parts)
    if len(parts) < _MANY or single * 10 < len(parts) * 9 or len(within) * 2 < len(parts) or onward * 3 < len(parts):
        return text
    return "\n".join(parts)
