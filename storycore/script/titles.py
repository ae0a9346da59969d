"""What a scene is called: its heading, or the words of the story that say most in a few."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storycore.script.model import Line, LineKind

#: The longest scene title, in characters.
MAX_TITLE = 60

_LEAD = re.compile(r"^(?:(?:and|but|so|then|now|or|yet|well|ok|okay)\b[, ]\s*)+(?=\w)", re.IGNORECASE)
_CLAUSE = re.compile(r"(.{12,58}?)[,.;:!?—–](?=\s|$)")
#: No title ends in one of these: "The knight rode to the…" says nothing.
_HANGING = re.compile(
    r"\s+(?:the|a|an|and|or|but|of|to|in|on|at|by|for|with|from|into|that|which|who|his|her|their|its|as|so|very|was"
    r"|were|is|had|he|she|it|they|when|than)$",
    re.IGNORECASE,
)
_TAG = re.compile(r"^\W*(?:\w+ ){0,3}(?:said|says|asked|cried|replied|answered|whispered|shouted)\b", re.IGNORECASE)


def title_of(lines: Sequence[Line]) -> str:
    """A title of at most ``MAX_TITLE`` characters, never empty, from the lines of a scene (at least one).

    The first of its narrator's sentences that is more than a tag, up to a clause's end where one is near; else what
    is said first, in quotation marks.
    """
    told = [line.text for line in lines if line.kind is LineKind.NARRATION and len(line.text.split()) > 3]
    told = [text for text in told if not text[0].islower() and not _TAG.match(text)] or told
    if not told and lines[0].kind is LineKind.SPEECH:
        return f"“{shorten(lines[0].text, MAX_TITLE - 2)}”"
    text = told[0] if told else lines[0].text
    text = _LEAD.sub("", text) or text
    clause = _CLAUSE.match(text)
    return _capital(clause[1] if clause else shorten(text.rstrip(".")))


def shorten(text: str, length: int = MAX_TITLE) -> str:
    """``text`` in at most ``length`` characters (2 or more), cut between words that mean something, with a "…"."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if " " in cut:
        cut = cut.rsplit(None, 1)[0]
    while hanging := _HANGING.search(cut):
        cut = cut[: hanging.start()]
    return (cut.rstrip(",;:—– ") or text[: length - 1]) + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
