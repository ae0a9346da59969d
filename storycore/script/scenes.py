"""A script cut into scenes: the front door of this package.

Scenes are found by dynamic programming over the lines: each border costs what it would hurt there (least where time,
place and cast change between paragraphs, more inside a paragraph, most between a quote and its “said she”), each scene
what its length is off, and the cheapest cut wins. Headings, breaks and what people said are borders always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.script.blocks import Block
from storycore.script.borders import Presence, find_borders
from storycore.script.draft import Draft, Section, read_draft
from storycore.script.lines import Piece
from storycore.script.markup import plain, spoken
from storycore.script.model import Line, LineKind, Scene, Script
from storycore.script.setting import find_places, find_times
from storycore.script.slugs import read_slug
from storycore.script.titles import MAX_TITLE, shorten, title_of

__all__ = [
    "FILM", "MAX_TITLE", "MAX_WORDS", "MIN_WORDS", "Pace", "cut", "lines_of", "parts", "read_draft", "split_script",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pace:
    """How long scenes are, in words: at their best between ``least`` and ``most``, best of all ``target``."""

    least: int = 25
    target: int = 46
    most: int = 60


#: 10 to 25 seconds of film for a picture.
FILM = Pace()
MIN_WORDS, MAX_WORDS = FILM.least, FILM.most

#: What a border of even odds costs between paragraphs, and how much one step of the log odds changes that.
_EVEN, _STEP = 0.1, 0.4


def split_script(text: str, facts: Facts = NOTHING_KNOWN, pace: Pace = FILM) -> Script:
    """Cut ``text`` (``\\n`` line ends, any form) into scenes of about 25 to 60 words with their lines.

    Any text is taken, also one that ``check_text`` would refuse; without words there are no scenes. Every word is in
    exactly one scene; lines lie within their scene, in order and disjoint; headings, labels and asides are not
    spoken. Lines after a label (``MARTA: …``) carry its name as their speaker, all others none. Borders that people
    set (``facts.begins``, ``facts.joined``) hold where their words still stand. Linear in the length.
    """
    return cut(read_draft(text, facts), pace=pace)


def cut(draft: Draft, presence: Presence | None = None, pace: Pace = FILM) -> Script:
    """Cut a draft into scenes. ``presence`` (who is told of where, by offset) lets a change of cast count for what it
    is; without it capitalised words stand in.
    """
    groups = [
        (section.heading if k == 0 else None, group)
        for section in draft.sections
        for k, group in enumerate(_group(draft.text, section, presence, pace))
    ]
    return Script(draft.text, tuple(_scenes(draft.text, groups)))


def lines_of(draft: Draft) -> list[Line]:
    """The lines of a draft in order: those that the scenes of ``cut`` have, all of them, whatever the cut."""
    return [_line(draft.text, piece) for section in draft.sections for piece in section.pieces]


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


def _scenes(text: str, groups: Sequence[tuple[Block | None, list[Piece]]]) -> list[Scene]:
    scenes: list[Scene] = []
    slug = ("", "")
    for n, (heading, group) in enumerate(groups):
        start = group[0].outer if n else 0
        end = groups[n + 1][1][0].outer if n + 1 < len(groups) else len(text)
        start, end = _tighten(text, start, end, group)
        lines = tuple(_line(text, piece) for piece in group)
        head = plain(text[heading.body : heading.end]) if heading else ""
        if head:
            slug = read_slug(head) or ("", "")
        place, time = (slug[0] or _told_place(text, group)), (slug[1] or _told_time(text, group))
        title = shorten(_title(head, *slug)) if head else title_of(lines)
        scenes.append(Scene(start, end, title, text[start:end], lines, place, time))
    return scenes


def _title(head: str, place: str, time: str) -> str:
    """ "INT. THRONE ROOM - NIGHT" reads "Throne room, night"; any other heading stays as it is."""
    if not place:
        return head
    return f"{place[:1].upper()}{place[1:]}{', ' if time else ''}{time}"


def _line(text: str, piece: Piece) -> Line:
    return Line(piece.start, piece.end, spoken(text[piece.start : piece.end]), piece.kind, piece.speaker)


def _told_place(text: str, group: Sequence[Piece]) -> str:
    """Where the narrator puts the scene: the place that comes back in it, else the first."""
    found = [
        phrase
        for piece in group
        if piece.kind is LineKind.NARRATION
        for phrase in find_places(text[piece.start : piece.end])
    ]
    if not found:
        return ""
    heads = [phrase.head for phrase in found]
    best = max(range(len(found)), key=lambda i: (heads.count(heads[i]) * found[i].weight, -i))
    return plain(found[best].text)


def _told_time(text: str, group: Sequence[Piece]) -> str:
    """When: the first time the narrator tells that says an hour or a season, else the first at all."""
    found = [
        phrase
        for piece in group
        if piece.kind is LineKind.NARRATION
        for phrase in find_times(text[piece.start : piece.end])
    ]
    return plain(max(found, key=lambda phrase: phrase.weight).text) if found else ""


def _tighten(text: str, start: int, end: int, group: list[Piece]) -> tuple[int, int]:
    """Drop white space and rules (``---``) at the ends of a scene; words are never dropped."""
    while start < group[0].outer and not text[start].isalnum():
        start += 1
    stop = group[-1].end
    while end > stop and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _group(text: str, section: Section, presence: Presence | None, pace: Pace) -> list[list[Piece]]:
    """The cheapest cut of a section's lines into scenes; lines that are held together are one."""
    pieces = section.pieces
    borders = find_borders(text, pieces, presence)
    costs = [_border_cost(pieces, i, borders[i].score) for i in range(len(pieces))]
    firsts = [i for i in range(len(pieces)) if i == 0 or i not in section.held]
    ends = [*firsts[1:], len(pieces)]
    best = [0.0] + [float("inf")] * len(firsts)
    came = [0] * (len(firsts) + 1)
    sizes = [sum(piece.words for piece in pieces[a:b]) for a, b in zip(firsts, ends, strict=True)]
    for end in range(1, len(firsts) + 1):
        words = 0
        for begin in range(end - 1, -1, -1):
            words += sizes[begin]
            if words > pace.most + pace.least and begin < end - 1:
                break
            cost = best[begin] + costs[firsts[begin]] + _length_cost(words, pace)
            if cost < best[end]:
                best[end], came[end] = cost, begin
    groups: list[list[Piece]] = []
    end = len(firsts)
    while end:
        groups.append(pieces[firsts[came[end]] : ends[end - 1]])
        end = came[end]
    return groups[::-1]


def _length_cost(words: int, pace: Pace) -> float:
    if words < pace.least:
        return 0.6 + (pace.least - words) * 3 / pace.least
    if words > pace.most:
        return 2.0 + (words - pace.most) * 18 / pace.most
    return 0.6 * ((words - pace.target) * 2.3 / pace.target) ** 2


def _border_cost(pieces: Sequence[Piece], i: int, score: float) -> float:
    """What it hurts to begin a scene with this line."""
    if i == 0:
        return 0.0
    piece = pieces[i]
    if not piece.opens and not piece.rests:
        return 3.0
    cost = max(0.0, _EVEN - _STEP * score)
    return cost if piece.opens else cost + 0.8
