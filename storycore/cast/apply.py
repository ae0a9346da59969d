"""Facts on top of what was understood: whatever a reader made of them, in the end they hold. Applied twice is once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from storycore.cast.facts import NOTHING_KNOWN, Facts, folded
from storycore.cast.model import CastMember, Mention, Question, QuestionKind, Quote, Understanding
from storycore.script.model import Line, LineKind, Scene, Script

_SAID = "somebody who knows the story said so"


@dataclass(slots=True)
class _Member:
    """A cast member being changed. ``old`` are the names its lines may still carry."""

    member: CastMember
    names: list[str]
    scenes: set[int]
    old: set[str] = field(default_factory=set)
    clusters: set[int] = field(default_factory=set)

    def is_called(self, name: str) -> bool:
        return folded(name) in {folded(own) for own in self.names}


def apply_facts(understood: Understanding, facts: Facts) -> Understanding:
    """``understood``, changed so that ``facts`` hold of its cast and speakers. Pure; scene borders are the script's.

    Lines, mentions and quotes follow their people. Cost is linear in the script and the facts.
    """
    if facts == NOTHING_KNOWN:
        return understood
    cast = _Cast(understood)
    for keep, gone in facts.same:
        cast.merge(keep, gone)
    for one, other in facts.apart:
        cast.split(one, other)
    for name in facts.not_characters:
        cast.remove(name)
    for known in facts.known:
        cast.know(known.name)
    cast.speak(facts)
    for before, after in facts.renamed:
        cast.rename(before, after)
    return cast.result(facts)


class _Cast:
    """The cast while facts are applied to it."""

    def __init__(self, understood: Understanding) -> None:
        self._understood = understood
        self._members = [
            _Member(
                member,
                [member.name, *member.aliases],
                set(member.scenes),
                {member.name},
                set() if member.cluster is None else {member.cluster},
            )
            for member in understood.cast
        ]
        self._mentions = list(understood.mentions)
        self._nobody: set[str] = set()
        self._said: dict[int, str | None] = {}

    def _find(self, name: str) -> _Member | None:
        exact = [m for m in self._members if folded(m.names[0]) == folded(name)]
        return next(iter(exact), None) or next((m for m in self._members if m.is_called(name)), None)

    def merge(self, keep: str, gone: str) -> None:
        first, second = self._find(keep), self._find(gone)
        if first is None and second is not None:
            second.names = [keep, *second.names]
        elif first is not None and second is None:
            first.names = _unique([*first.names, gone])
        elif first is not None and second is not None and first is not second:
            first.names = _unique([*first.names, *second.names])
            first.scenes |= second.scenes
            first.old |= second.old
            first.clusters |= second.clusters
            self._members.remove(second)

    def split(self, one: str, other: str) -> None:
        """``other`` goes from ``one``'s names to somebody of its own (or the other way round, where it is the name)."""
        both = next((m for m in self._members if m.is_called(one) and m.is_called(other)), None)
        if both is None or folded(one) == folded(other):
            return
        away = one if folded(both.names[0]) == folded(other) else other
        both.names = [name for name in both.names if folded(name) != folded(away)]
        cluster = 1 + max((m.cluster for m in self._mentions), default=-1)
        text = self._understood.script.text
        moved = [m.cluster in both.clusters and folded(text[m.start : m.end]) == folded(away) for m in self._mentions]
        if any(moved):
            pairs = zip(self._mentions, moved, strict=True)
            self._mentions = [replace(m, cluster=cluster) if goes else m for m, goes in pairs]
        self._add(away, cluster if any(moved) else None)

    def remove(self, name: str) -> None:
        found = self._find(name)
        if found is None:
            return
        if folded(found.names[0]) != folded(name):
            found.names = [own for own in found.names if folded(own) != folded(name)]
            return
        self._members.remove(found)
        self._nobody |= found.old
        self._mentions = [mention for mention in self._mentions if mention.cluster not in found.clusters]

    def know(self, name: str) -> None:
        if self._find(name) is None and self._places(name):
            self._add(name, None)

    def speak(self, facts: Facts) -> None:
        """Lines whose speaker is known; whoever is new thereby joins the cast."""
        wanted = {(fact.text, fact.nth): fact.speaker for fact in facts.speakers}
        met: dict[str, int] = {}
        for line in self._lines():
            nth = met.get(line.text, 0)
            met[line.text] = nth + 1
            if (line.text, nth) not in wanted:
                continue
            speaker = wanted[line.text, nth]
            if speaker is None:
                self._said[line.start] = None
                continue
            member = self._find(speaker) or self._add(speaker, None)
            self._said[line.start] = member.names[0]
            member.old.add(member.names[0])

    def rename(self, before: str, after: str) -> None:
        found = self._find(before)
        if found is not None:
            found.names = _unique([after, *found.names])

    def _add(self, name: str, cluster: int | None) -> _Member:
        clusters = set() if cluster is None else {cluster}
        made = _Member(CastMember(name, cluster=cluster), [name], set(self._places(name)), {name}, clusters)
        self._members.append(made)
        return made

    def _places(self, name: str) -> list[int]:
        """The scenes in which a name stands."""
        words = rf"(?<!\w){re.escape(folded(name))}(?!\w)".replace(r"\ ", r"\s+")
        pattern = re.compile(words, re.IGNORECASE)
        return [at for at, scene in enumerate(self._understood.script.scenes) if pattern.search(scene.text)]

    def _lines(self) -> Iterator[Line]:
        return (line for scene in self._understood.script.scenes for line in scene.lines)

    def result(self, facts: Facts) -> Understanding:
        owner = {name: member.names[0] for member in self._members for name in member.old}
        script = self._understood.script
        scenes = tuple(self._scene(scene, owner) for scene in script.scenes)
        renumbered = {number: _number(m) for m in self._members for number in m.clusters}
        mentions = tuple(replace(m, cluster=renumbered.get(m.cluster, m.cluster)) for m in self._mentions)
        changed = Script(script.text, scenes)
        cast = _ordered(changed, [_cast_member(member, scenes) for member in self._members], mentions)
        gone = {m.cluster for m in self._understood.mentions} - {m.cluster for m in self._mentions}
        quotes = tuple(_quote(quote, renumbered, gone) for quote in self._understood.quotes)
        questions = tuple(q for q in self._understood.questions if not _answered(q, facts))
        return replace(
            self._understood, script=changed, cast=cast, mentions=mentions, quotes=quotes, questions=questions
        )

    def _scene(self, scene: Scene, owner: dict[str, str]) -> Scene:
        return replace(scene, lines=tuple(self._line(line, owner) for line in scene.lines))

    def _line(self, line: Line, owner: dict[str, str]) -> Line:
        if line.start in self._said:
            said = self._said[line.start]
            if said is None:
                return replace(line, speaker=None, confidence=1.0, reason=_SAID)
            speaker = owner.get(said, said)
            return replace(line, kind=LineKind.SPEECH, speaker=speaker, confidence=1.0, reason=_SAID)
        if line.speaker is None:
            return line
        if line.speaker in owner:
            return line if owner[line.speaker] == line.speaker else replace(line, speaker=owner[line.speaker])
        return replace(line, speaker=None) if line.speaker in self._nobody else line


def _unique(names: Iterable[str]) -> list[str]:
    return list({name.casefold(): name for name in reversed(list(names))}.values())[::-1]


def _number(member: _Member) -> int:
    own = member.member.cluster
    return own if own is not None else min(member.clusters)


def _cast_member(member: _Member, scenes: Sequence[Scene]) -> CastMember:
    spoken = [at for at, scene in enumerate(scenes) for line in scene.lines if line.speaker == member.names[0]]
    return replace(
        member.member,
        name=member.names[0],
        aliases=tuple(member.names[1:]),
        scenes=tuple(sorted(member.scenes | set(spoken))),
        lines=sum(
            line.speaker == member.names[0] and line.kind is LineKind.SPEECH for scene in scenes for line in scene.lines
        ),
        cluster=_number(member) if member.clusters else None,
    )


def _ordered(script: Script, cast: list[CastMember], mentions: Sequence[Mention]) -> tuple[CastMember, ...]:
    """The cast in its order before; whoever is new stands where they first appear, as far as scenes tell."""
    first: dict[int, int] = {}
    for mention in mentions:
        first.setdefault(mention.cluster, mention.start)

    def place(member: CastMember) -> int:
        if member.cluster is not None and member.cluster in first:
            return first[member.cluster]
        return script.scenes[member.scenes[0]].start if member.scenes else len(script.text)

    return tuple(sorted(cast, key=place)) if mentions else tuple(cast)


def _quote(quote: Quote, renumbered: dict[int, int], gone: set[int]) -> Quote:
    if quote.speaker is None:
        return quote
    if quote.speaker in gone and quote.speaker not in renumbered:
        return replace(quote, speaker=None)
    return replace(quote, speaker=renumbered.get(quote.speaker, quote.speaker))


def _answered(question: Question, facts: Facts) -> bool:
    """Whether the facts say it already."""
    about = {folded(question.about), folded(question.other or question.about)}
    match question.kind:
        case QuestionKind.SAME:
            pairs = (*facts.same, *facts.apart)
            return any({folded(one), folded(other)} == about for one, other in pairs) or any(
                folded(name) in about for name in facts.not_characters
            )
        case QuestionKind.SPEAKER:
            return any((fact.text, fact.nth) == (question.about, question.nth) for fact in facts.speakers)
        case QuestionKind.CHARACTER:
            names = (*facts.not_characters, *(known.name for known in facts.known))
            return any(folded(name) == folded(question.about) for name in names)
