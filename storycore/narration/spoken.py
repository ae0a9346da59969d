"""From a line as it is written to the words a person would say, each with its place in the line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Raised when the cleaning changes what is heard: it is part of a clip's key.
VERSION = 1

#: A "word" longer than this is no word: a voice reads only its beginning.
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """``text`` is what is said for ``line[start:end]`` (code points)."""

    text: str
    start: int
    end: int


_MENTION = re.compile(r"<(?:@[!&]?|#|t:|id:)[\w:\-]*>|<a?:(?P<emoji>\w{2,32}):\d+>")
_LINK = re.compile(r"!?\[(?P<label>[^\[\]\n]*)\]\([^()\s]*\)")
_URL = re.compile(r"<?\b(?:https?://|www\.)(?P<host>[\w.\-]+)[^\s<>]*>?", re.IGNORECASE)
_MENTION_WORDS = {"@": "someone", "#": "a channel"}
#: What is read by its name, though nobody says it: markup, braces, bars.
_SILENT = frozenset("*_~`|#<>\\{}[]^=/")
_SAID = {"&": "and", "+": "plus", "@": "at", "=": "equals", "/": " ", "…": "...", "—": ", ", "–": ", ", "―": ", "}


def spoken_words(line: str) -> list[SpokenWord]:
    """The words of ``line`` as they are said, in order; [] where there is nothing to say.

    Markdown, links' addresses, mentions, emoji and control characters are not read out. Marks that only shape the
    melody (commas, full stops, question marks) stay with the word before them.
    """
    words: list[SpokenWord] = []
    for start, end, replacement in _stretches(line):
        if replacement is not None:
            words.extend(SpokenWord(word, start, end) for word in (_said(replacement),) if word)
            continue
        for match in re.finditer(r"\S+", line[start:end]):
            said = _said(match.group())
            if said:
                words.append(SpokenWord(said, start + match.start(), start + match.end()))
    return words if any(_speakable(word.text) for word in words) else []


def _stretches(line: str) -> list[tuple[int, int, str | None]]:
    """``line`` cut at links, addresses and mentions, each with the words said in its place."""
    found: list[tuple[int, int, str | None]] = []
    at = 0
    pattern = re.compile(f"(?P<mention>{_MENTION.pattern})|(?P<link>{_LINK.pattern})|(?P<url>{_URL.pattern})", re.I)
    for match in pattern.finditer(line):
        if match.start() > at:
            found.append((at, match.start(), None))
        if match.group("mention"):
            said = match.group("emoji") or _MENTION_WORDS.get(match.group()[1], "")
        elif match.group("link"):
            said = match.group("label")
        else:
            said = match.group("host").rstrip(".").removeprefix("www.").replace(".", " dot ")
        found.append((match.start(), match.end(), said.replace("_", " ")))
        at = match.end()
    if at < len(line):
        found.append((at, len(line), None))
    return found


def _said(word: str) -> str:
    """What is said for one written word: compatibility forms folded, marks that nobody reads taken out."""
    out: list[str] = []
    for char in unicodedata.normalize("NFKC", word):
        if char in _SILENT:
            out.append(" " if char in "/\\|_=" else "")
        elif char in _SAID:
            out.append(_SAID[char] if char in "…—–―" else f" {_SAID[char]} ")
        elif unicodedata.category(char) in {"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"} or 0xFE00 <= ord(char) <= 0xFE0F:
            continue
        elif char.isspace():
            out.append(" ")
        else:
            out.append(char)
    said = re.sub(r"([^\w\s])\1{2,}", r"\1\1\1", "".join(out))
    return " ".join(part if len(part) <= LONGEST_WORD else part[:LONGEST_WORD] for part in said.split())


def _speakable(text: str) -> bool:
    return any(char.isalnum() for char in text)
