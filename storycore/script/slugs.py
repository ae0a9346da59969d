"""A screenplay's headings: ``INT. THRONE ROOM - NIGHT`` says where and when."""

from __future__ import annotations

import re

_SLUG = re.compile(
    r"\.?(?P<kind>(?:INT|EXT|EST|I/E)(?:\.?/(?:INT|EXT))?)[. ]+(?P<rest>\S.*?)(?:[ \t]*#[\w.-]+#)?$", re.IGNORECASE
)
_FORCED = re.compile(r"\.(?=[^\W_])(?P<rest>\S.*?)(?:[ \t]*#[\w.-]+#)?$")
_TIME = re.compile(
    r"\b(?:day|night|morning|evening|afternoon|dawn|dusk|noon|midnight|sunrise|sunset|later|continuous|same|"
    r"moments|twilight|winter|summer|spring|autumn|today|tomorrow|yesterday|past|present|future|hours?|years?)\b",
    re.IGNORECASE,
)
_DASH = re.compile(r"[ \t]+[-–—]+[ \t]+|[ \t]*[–—][ \t]*|,[ \t]+(?=[^,]*$)")
#: "INT. CAVE - CONTINUOUS" tells no time of its own.
_NO_TIME = frozenset(("continuous", "same", "same time", "later", "moments later"))


def read_slug(heading: str) -> tuple[str, str] | None:
    """Place and time of a screenplay's heading in small letters ("throne room", "night"); None for any other heading.

    The time is "" where it is not told. Fountain's forced heading (``.THE OLD MILL``) is one too.
    """
    match = _SLUG.match(heading.strip()) or _FORCED.match(heading.strip())
    if match is None:
        return None
    cut = [part.strip() for part in _DASH.split(match["rest"]) if part.strip()]
    time = ""
    if len(cut) > 1 and _TIME.search(cut[-1]) and len(cut[-1].split()) <= 4:
        time = cut.pop()
    place = _tidy(", ".join(cut))
    return (place, "" if time.lower() in _NO_TIME else _tidy(time)) if place else None


def is_slug(row: str) -> bool:
    """Whether a line is surely a screenplay's heading: in capitals, or in small letters with a full stop and a time."""
    match = _SLUG.match(row)
    if match is None:
        return False
    if match["kind"].isupper():
        return True
    told = read_slug(row)
    return row[match.end("kind")] == "." and told is not None and bool(told[1])


def _tidy(words: str) -> str:
    """Small letters for what is shouted; what is written with care stays."""
    return words.lower() if words.isupper() else words
