"""The words of a script's lines, with what the rules need to know of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storycore.script.model import LineKind, Script

_WORD = re.compile(r"[^\W\d_]{1,60}(?:['’‑-][^\W\d_]{1,60}){0,4}")
_STOPS = re.compile(r"[.!?…:;\"“”„«»—()\n]")


@dataclass(slots=True)
class Token:
    """One word. ``text`` is without a possessive ending; ``starts`` says that a sentence or quote begins with it.

    ``joined`` says that nothing but white space lies between it and the word before; ``comma`` that a comma does.
    """

    start: int
    end: int
    text: str
    lower: str
    possessive: bool
    starts: bool
    joined: bool
    comma: bool
    speech: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


def find_tokens(script: Script) -> list[Token]:
    """All words of all lines, in order. Headings, labels and asides are left out."""
    tokens: list[Token] = []
    for scene in script.scenes:
        for line in scene.lines:
            speech = line.kind is LineKind.SPEECH
            for match in _WORD.finditer(script.text, line.start, line.end):
                tokens.append(_token(script.text, match, tokens[-1] if tokens else None, speech))
    return tokens


def _token(text: str, match: re.Match[str], last: Token | None, speech: bool) -> Token:
    word = match.group()
    possessive = word.endswith(("'s", "’s")) and len(word) > 2
    if possessive:
        word = word[:-2]
    gap = text[last.end : match.start()] if last and match.start() - last.end <= 40 else "\n\n"
    abbreviation = last is not None and gap == ". " and last.lower in ("mr", "mrs", "ms", "dr", "st")
    starts = not abbreviation and bool(_STOPS.search(gap.replace("\n", " ") if gap.count("\n") == 1 else gap))
    joined = abbreviation or (not gap.strip(" \n*_") and gap.count("\n") < 2)
    return Token(match.start(), match.end(), word, word.lower(), possessive, starts, joined, gap.strip() == ",", speech)
