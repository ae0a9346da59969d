"""Lines that say who speaks them: ``MARTA: The lamp is out!``, and the screenplay's name on a line of its own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from storycore.script.words import word_set

#: A name, perhaps an aside, a colon, then what is said. Bounded everywhere, so that matching stays linear.
LABEL = re.compile(
    r"[ \t>]{0,8}[*_]{0,3}(?P<name>[^\W\d_][\w .'’&#-]{0,38}?)(?P<aside>[ \t]*\([^()\n]{1,60}\))?"
    r"[*_]{0,3}[ \t]?[:：][*_]{0,3}"
    r"(?=[ \t]|[\"“„«]|$)"
)
ASIDE = re.compile(r"[ \t]*[*_]{0,3}\([^()\n]{1,80}\)[*_]{0,3}[ \t]*")
_CUE = re.compile(
    r"[ \t]*(?P<forced>@)?[*_]{0,3}(?P<name>[^\W\d_][\w .'’&#-]{1,38}?)(?P<aside>[ \t]*\([^()\n]{1,60}\))?"
    r"[ \t]*\^?[*_]{0,3}[ \t]*$"
)
#: Set in the middle of the page with blanks or tabs.
_CENTRED = re.compile(r"(?:[ ]{12,}|\t{2,})\S")
_PARTICLES = word_set("the of von van de la le der du and & a an old young little big")
_NOT_NAMES = word_set(
    """note notes title chapter scene act part author by warning moral example result summary ps p.s. nb todo date time
    place setting characters cast suddenly then remember so but and or because when if now here there this that these
    those finally first second third next last once meanwhile however also end question answer http https ftp mailto
    what who why how yes no well listen look one thing problem rule today yesterday tomorrow sometimes maybe still
    prompt description subject re fwd edit update trigger tw cw tl;dr tldr spoiler fade cut"""
)
_NARRATORS = word_set("narrator narration narrater voiceover erzähler teller storyteller")
_NO_CUES = frozenset(("THE END", "END", "FIN", "ENDE", "CONTINUED", "TITLE", "MONTAGE"))


@dataclass(frozen=True, slots=True)
class Label:
    """Who speaks from here on. ``body`` is where the spoken words begin, counted from the start of their line.

    ``alone`` says that the name has a line of its own and the words are on the next. ``name`` is "" for a narrator.
    """

    name: str
    body: int
    alone: bool = False


def find_labels(lines: list[str]) -> dict[int, Label]:
    """The labels among ``lines``, by line number.

    A capitalised name counts when the script has two labels or more, a name in capitals at once, a name in small
    letters when it comes back: "one thing was clear: …" is no speaker.
    """
    found = {i: m for i, line in enumerate(lines) if (m := LABEL.match(line)) and _is_possible(m["name"])}
    names = Counter(" ".join(m["name"].split()) for m in found.values())
    labels: dict[int, Label] = {}
    for i, match in found.items():
        name = " ".join(match["name"].split())
        capital = _is_capitalised(name)
        if name.lower() in _NARRATORS or names[name] > 1 or name.isupper() or (capital and len(found) > 1):
            labels[i] = Label(_tidy(name), _after_aside(lines[i], match.end()))
    for i, line in enumerate(lines[:-1]):
        if i not in labels and (cue := _CUE.match(line)) and _is_cue(lines, i, cue):
            labels[i] = Label(
                _tidy(" ".join(cue["name"].split())), _after_aside(lines[i + 1], 0, whole=True), alone=True
            )
    return labels


def _is_possible(name: str) -> bool:
    words = name.lower().split()
    if len(words) > 4 or words[0].strip(".'’-") in _NOT_NAMES or " ".join(words) in _NOT_NAMES:
        return False
    return words[-1] not in _NOT_NAMES and not words[-1].endswith(("said", "asked", "cried"))


def _is_capitalised(name: str) -> bool:
    words = name.split()
    return all(word[0].isupper() or word[0].isdigit() or word.lower() in _PARTICLES for word in words)


def _is_cue(lines: list[str], i: int, match: re.Match[str]) -> bool:
    """A screenplay's cue: a short name in capitals, a blank line above, the words right below."""
    name = match["name"].strip()
    below = lines[i + 1].strip()
    above = i == 0 or not lines[i - 1].strip()
    if match["forced"]:
        return bool(below)
    letters = sum(map(str.isalpha, name))
    shown = name.isupper() or (_CENTRED.match(lines[i]) is not None and _is_capitalised(name))
    plain = shown and len(name.split()) <= 3 and letters >= 2
    plain = plain and name.upper() not in _NO_CUES and name.lower() not in _NOT_NAMES
    return plain and above and bool(below) and not below.isupper() and not re.match(r"[=\-*_~#]", below)


def _after_aside(line: str, at: int, whole: bool = False) -> int:
    """Past an aside like (laughing); past one that fills the line only where ``whole`` says that more follows."""
    aside = ASIDE.match(line, at)
    return aside.end() if aside and (whole or aside.end() < len(line)) else at


def _tidy(name: str) -> str:
    """ "OLD MARTA" and "old marta" as they are written in prose: "Old Marta"; "" for a narrator."""
    if name.lower() in _NARRATORS:
        return ""
    shouted = name.isupper() and len(name) > 2
    return re.sub(r"(['’])S\b", r"\1s", name.title()) if shouted or name.islower() else name
