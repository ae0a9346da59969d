"""What Fountain adds to plain text: a title page, notes and cut passages that nobody hears, forced elements.

After the syntax at fountain.io (version 1.1). ``screenplain`` parses it too, but keeps no offsets and throws away what
it does not print; a scene of ours must say where in the script it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from storycore.script.slugs import is_slug

_KEY = re.compile(r"(?P<key>[A-Za-z][A-Za-z ]{1,24}):[ \t]*(?P<value>.*)$")
_KEYS = frozenset(
    (
        "title",
        "credit",
        "author",
        "authors",
        "source",
        "draft date",
        "date",
        "contact",
        "copyright",
        "notes",
        "revision",
    )
)
_HIDDEN = (("/*", "*/"), ("[[", "]]"))
_SYNOPSIS = re.compile(r"=(?!=)[ \t]*\S")
_FORCED_HEADING = re.compile(r"\.(?=[^\W_])")
#: Longest note, in code points: one that is never closed hides nothing.
_LONGEST = 20_000


def is_fountain(rows: Sequence[str]) -> bool:
    """Whether these rows are a screenplay: a heading that says INT. or EXT., or a title page."""
    return bool(title_page(rows)) or any(len(row) < 120 and is_slug(row.strip()) for row in rows)


def title_page(rows: Sequence[str]) -> dict[int, str]:
    """The rows of the title page by number, with the title in the one that tells it and "" in the others; empty where
    the script does not begin with one.
    """
    found: dict[int, str] = {}
    key = ""
    for i, row in enumerate(rows):
        if not row.strip():
            if found:
                break
            continue
        match = _KEY.match(row)
        if match and match["key"].lower() in _KEYS:
            key = match["key"].lower()
            found[i] = match["value"].strip() if key == "title" else ""
        elif found and row[:1] in " \t":
            found[i] = row.strip() if key == "title" and not any(found.values()) else ""
        else:
            return {}
    return found if len(found) > 1 or any(found.values()) else {}


def hidden(text: str) -> list[tuple[int, int]]:
    """Where Fountain's notes ``[[…]]`` and cut passages ``/*…*/`` stand, in order, disjoint. Linear."""
    found: list[tuple[int, int]] = []
    for opening, closing in _HIDDEN:
        at = text.find(opening)
        while at >= 0:
            end = text.find(closing, at + 2, at + _LONGEST)
            if end >= 0:
                found.append((at, end + 2))
            elif text.find(closing, at + 2) < 0:
                break
            at = text.find(opening, end + 2 if end >= 0 else at + 2)
    found.sort()
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def masked(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """``text`` with blanks for what is hidden; line ends stay, and so do all offsets."""
    pieces: list[str] = []
    at = 0
    for start, end in ranges:
        pieces += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join((*pieces, text[at:]))


def is_synopsis(row: str) -> bool:
    """``= What happens here``: for the writer alone."""
    return bool(_SYNOPSIS.match(row))


def is_forced_heading(row: str) -> bool:
    """``.THE OLD MILL``."""
    return bool(_FORCED_HEADING.match(row))
