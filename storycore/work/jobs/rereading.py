"""A story read again, beside what it was: which lines, which cast and which prompts it has now. Pure and picklable.

Scene borders are those of the rows: people set them, and no reader moves them afterwards. Lines that a person rewrote
keep their words; scenes and lines that a person added stay.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from storycore.cast.facts import folded
from storycore.cast.model import CastMember, Mention, Understanding
from storycore.prompts.write import write_scene, write_scenes
from storycore.prompts.written import Written
from storycore.script.model import Line, LineKind, Scene, Script


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line as a row has it; ``start`` and ``end`` None where a person added it."""

    start: int | None
    end: int | None
    kind: LineKind
    text: str
    speaker: str | None
    rewritten: bool = False
    confidence: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ToldScene:
    """A scene as a row has it; ``start`` and ``end`` None where a person added it."""

    id: int
    start: int | None
    end: int | None
    title: str
    lines: tuple[ToldLine, ...]


@dataclass(frozen=True, slots=True)
class ToldMember:
    """A cast member, and the ids of the scenes it is in."""

    member: CastMember
    scenes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Told:
    """A story as its rows tell it: ``scenes`` in the order they are told, ``gone`` what people took out of it."""

    text: str
    scenes: tuple[ToldScene, ...]
    cast: tuple[ToldMember, ...]
    gone: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reread:
    """The story now. ``before`` and ``after`` are the prompts that are written from it as it was, and as it is."""

    lines: Mapping[int, tuple[ToldLine, ...]]
    cast: tuple[ToldMember, ...]
    before: Mapping[int, Written]
    after: Mapping[int, Written]
    #: Scenes with somebody who is called otherwise now, or who came or went.
    touched: frozenset[int]
    #: Where a cast member's name went, None for those who are gone.
    names: Mapping[str, str | None] = field(default_factory=dict)


def reread(told: Told, understood: Understanding, known: Collection[str] = ()) -> Reread:
    """What becomes of ``told`` once its script was ``understood`` (with everything people corrected).

    ``known`` are cast names, of before and of now, who are characters of the server's.
    """
    names = names_after([known.member for known in told.cast], understood.cast)
    read = [line for scene in understood.script.scenes for line in scene.lines]
    lines = {scene.id: _lines(scene, read, told.gone, names) for scene in told.scenes}
    now = tuple(replace(scene, lines=lines[scene.id]) for scene in told.scenes)
    cast = _cast(now, understood)
    # The prompts of before are written with what is known now of who is meant where, so that only names differ.
    clusters = {known.member.name: known.member.cluster for known in cast}
    before = tuple(
        replace(known, member=replace(known.member, cluster=clusters.get(names[known.member.name] or "")))
        for known in told.cast
    )
    mentions = understood.mentions
    return Reread(
        lines,
        cast,
        _prompts(told.text, told.scenes, before, mentions, known),
        _prompts(told.text, now, cast, mentions, known),
        _touched(told.cast, cast),
        names,
    )


def _touched(old: Sequence[ToldMember], new: Sequence[ToldMember]) -> frozenset[int]:
    def called(cast: Sequence[ToldMember]) -> set[tuple[int, str, tuple[str, ...]]]:
        return {(at, known.member.name, known.member.aliases) for known in cast for at in known.scenes}

    return frozenset(at for at, _, _ in called(old) ^ called(new))


def names_after(old: Sequence[CastMember], new: Sequence[CastMember]) -> dict[str, str | None]:
    """What those of the ``old`` cast are called in the ``new`` one; None: they are not in it any more."""
    known: dict[str, str] = {}
    for member in new:
        for name in (member.name, *member.aliases):
            known.setdefault(folded(name), member.name)
    known |= {folded(member.name): member.name for member in new}
    return {member.name: known.get(folded(member.name)) for member in old}


def _lines(
    scene: ToldScene, read: Sequence[Line], gone: Sequence[tuple[int, int]], names: Mapping[str, str | None]
) -> tuple[ToldLine, ...]:
    """A scene's lines as they are now."""
    if scene.start is None or scene.end is None:
        return tuple(_renamed(line, names) for line in scene.lines)
    first = bisect_right(read, scene.start - 1, key=lambda line: line.start)
    fresh: list[Line] = []
    for line in read[first:]:
        if line.start >= scene.end:
            break
        if not any(start <= line.start < end for start, end in gone):
            fresh.append(line)
    kept = [line for line in scene.lines if line.rewritten and line.start is not None]
    result = [_fresh(line) for line in fresh if not any(_covers(k, line.start) for k in kept)]
    by_start = {line.start: line for line in fresh}
    for own in kept:
        now = by_start.get(own.start or 0)
        result.append(_renamed(own, names) if now is None else _spoken_as(own, now))
    if not result and not fresh:
        result = [_renamed(line, names) for line in scene.lines if line.start is not None]
    result.sort(key=lambda line: line.start or 0)
    return tuple(_with_added(result, scene.lines, names))


def _covers(line: ToldLine, place: int) -> bool:
    return line.start is not None and line.end is not None and line.start <= place < line.end


def _fresh(line: Line) -> ToldLine:
    return ToldLine(
        line.start, line.end, line.kind, line.text, line.speaker, confidence=line.confidence, reason=line.reason
    )


def _spoken_as(line: ToldLine, now: Line) -> ToldLine:
    return replace(line, kind=now.kind, speaker=now.speaker, confidence=now.confidence, reason=now.reason)


def _renamed(line: ToldLine, names: Mapping[str, str | None]) -> ToldLine:
    if line.speaker is None or line.speaker not in names:
        return line
    return replace(line, speaker=names[line.speaker])


def _with_added(lines: list[ToldLine], before: Sequence[ToldLine], names: Mapping[str, str | None]) -> list[ToldLine]:
    """``lines`` with those that a person added, each behind the line it stood behind."""
    last: int | None = None
    at = 0
    for line in before:
        if line.start is not None:
            last = line.start
            at = sum((known.start or 0) <= last for known in lines if known.start is not None)
            at += sum(known.start is None for known in lines[:at])
            continue
        lines.insert(at, _renamed(line, names))
        at += 1
    return lines


def _cast(scenes: Sequence[ToldScene], understood: Understanding) -> tuple[ToldMember, ...]:
    """The cast with the scenes of the rows, and whoever speaks a line that a person wrote."""
    cast = list(understood.cast)
    known = {member.name for member in cast}
    for scene in scenes:
        for line in scene.lines:
            if line.speaker and line.speaker not in known:
                known.add(line.speaker)
                cast.append(CastMember(line.speaker))
    places = _Places(scenes, understood)
    spoken: dict[str, list[int]] = {}
    for scene in scenes:
        for line in scene.lines:
            if line.speaker and line.kind is LineKind.SPEECH:
                spoken.setdefault(line.speaker, []).append(scene.id)
    result: list[ToldMember] = []
    for member in cast:
        said = spoken.get(member.name, [])
        result.append(ToldMember(replace(member, lines=len(said)), frozenset({*places.of(member), *said})))
    return tuple(result)


class _Places:
    """In which of the rows' scenes somebody is."""

    def __init__(self, scenes: Sequence[ToldScene], understood: Understanding) -> None:
        with_text = [scene for scene in scenes if scene.start is not None and scene.end is not None]
        self._scenes = sorted(with_text, key=lambda scene: scene.start or 0)
        self._starts = [scene.start or 0 for scene in self._scenes]
        self._understood = understood
        self._mentioned: dict[int, set[int]] = {}
        for mention in understood.mentions:
            if (scene := self._at(mention.start)) is not None:
                self._mentioned.setdefault(mention.cluster, set()).add(scene.id)

    def _at(self, place: int) -> ToldScene | None:
        index = bisect_right(self._starts, place) - 1
        scene = self._scenes[index] if index >= 0 else None
        return scene if scene is not None and scene.end is not None and place < scene.end else None

    def of(self, member: CastMember) -> set[int]:
        """The ids of the scenes a member is in."""
        if member.cluster is not None and self._understood.mentions:
            return self._mentioned.get(member.cluster, set())
        words = "|".join(re.escape(folded(name)) for name in (member.name, *member.aliases))
        pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
        found: set[int] = set()
        for index in member.scenes:
            read = self._understood.script.scenes[index]
            beside = [s for s in self._scenes if (s.start or 0) < read.end and read.start < (s.end or 0)]
            text = self._understood.script.text
            found |= {s.id for s in beside if len(beside) == 1 or pattern.search(text, s.start or 0, s.end or 0)}
        return found


def _prompts(
    text: str,
    scenes: Sequence[ToldScene],
    cast: Sequence[ToldMember],
    mentions: Sequence[Mention],
    known: Collection[str],
) -> dict[int, Written]:
    """The prompts of all scenes: who and where are carried on in the script's order, not in that of telling."""
    in_script = sorted((s for s in scenes if s.start is not None), key=lambda scene: scene.start or 0)
    index = {scene.id: at for at, scene in enumerate(in_script)}
    members = [replace(m.member, scenes=tuple(sorted(index[i] for i in m.scenes if i in index))) for m in cast]
    script = Script(text, tuple(_scene(text, scene) for scene in in_script))
    prompts = dict(zip(index, write_scenes(script, members, mentions, known=known), strict=True))
    for scene in scenes:
        if scene.start is None:
            prompts[scene.id] = write_scene(_scene(text, scene), members, known=known)
    return prompts


def _scene(text: str, scene: ToldScene) -> Scene:
    """A told scene as a script's; one that a person added stands in a script of its own."""
    if scene.start is not None and scene.end is not None:
        at = [(line, line.start, line.end) for line in scene.lines if line.start is not None and line.end is not None]
        lines = tuple(Line(start, end, line.text, line.kind, line.speaker) for line, start, end in at)
        return Scene(scene.start, scene.end, scene.title, text[scene.start : scene.end], lines)
    told: list[Line] = []
    place = 0
    for line in scene.lines:
        told.append(Line(place, place + len(line.text), line.text, line.kind, line.speaker))
        place += len(line.text) + 1
    words = " ".join(line.text for line in scene.lines)
    return Scene(0, len(words), scene.title, words, tuple(told))
