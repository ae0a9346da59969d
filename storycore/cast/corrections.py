"""What people corrected, one after the other, and the facts that follow: later corrections win over earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storycore.cast.facts import Facts, KnownCharacter, SpeakerFact, folded
from storycore.cast.model import Understanding

Pair = tuple[str, str]


class CorrectionKind(StrEnum):
    """What was corrected. The first six tell the reader something; the rest changed the story's own rows."""

    SAME = "same"  # names: the first keeps, the second's names go to it
    APART = "apart"  # names: the second is somebody else than the first
    RENAMED = "renamed"  # names: as shown before, as shown from now on
    NOBODY = "nobody"  # names: one that is no character
    SOMEBODY = "somebody"  # names: one that is a character
    SPEAKER = "speaker"  # text, nth, speaker (None: the narrator)
    LINKED = "linked"  # names: one; character: the id of the server's character it is (None: of none), called: its name
    WORDS = "words"
    BORDER = "border"  # begins and joined: [text, nth] where a scene begins now, and where none does any more
    MOVED = "moved"
    ADDED = "added"
    DELETED = "deleted"


#: Corrections that the reader is told.
TOLD = (
    CorrectionKind.SAME,
    CorrectionKind.APART,
    CorrectionKind.RENAMED,
    CorrectionKind.NOBODY,
    CorrectionKind.SOMEBODY,
    CorrectionKind.SPEAKER,
)
#: Corrections that can be taken back.
UNDOABLE = (*TOLD, CorrectionKind.LINKED)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction; what ``data`` holds is said at its kind. Names are as people saw them at that moment."""

    kind: CorrectionKind
    data: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """The names it is about."""
        return [str(name) for name in self.data.get("names", ())]

    def words(self) -> str:
        """What the reader is told by it, in a few words, as the names were written.

        Raises ``ValueError`` for a kind that is not one of ``TOLD``.
        """
        match self.kind:
            case CorrectionKind.SAME:
                return f"{self.names[1]} is {self.names[0]}"
            case CorrectionKind.APART:
                return f"{self.names[1]} is not {self.names[0]}"
            case CorrectionKind.RENAMED:
                return f"{self.names[0]} is called {self.names[1]}"
            case CorrectionKind.NOBODY | CorrectionKind.SOMEBODY:
                return f"{self.names[0]} is {self.kind.value}"
            case CorrectionKind.LINKED:
                return f"{self.names[0]} is {self.data.get('called') or 'none'} of the server's characters"
            case CorrectionKind.SPEAKER:
                return f"{self.data['speaker'] or 'the narrator'} says “{self.data['text']}”"
            case _:
                raise ValueError(f"the reader is told nothing by {self.kind}")


@dataclass(slots=True)
class _Known:
    """What is known so far; ``shown`` gives for a name that people gave the one that stands in the script."""

    same: list[Pair]
    apart: list[Pair]
    renamed: dict[str, Pair]
    nobody: dict[str, str]
    somebody: dict[str, str]
    speakers: dict[tuple[str, int], SpeakerFact]
    begins: list[tuple[str, int]]
    joined: list[tuple[str, int]]

    def found(self, name: str) -> str:
        """The name in the script that is shown as ``name``."""
        return next((before for before, after in self.renamed.values() if folded(after) == folded(name)), name)

    def take(self, correction: Correction) -> None:
        names = [self.found(name) for name in correction.names]
        match correction.kind:
            case CorrectionKind.SAME:
                self.apart = _without(self.apart, names)
                self.nobody.pop(folded(names[1]), None)
                self.same = [*_without(self.same, names), (names[0], names[1])]
            case CorrectionKind.APART:
                self.same = _without(self.same, names)
                self.apart = [*_without(self.apart, names), (names[0], names[1])]
            case CorrectionKind.RENAMED:
                self.renamed[folded(names[0])] = (names[0], correction.names[1])
            case CorrectionKind.NOBODY:
                self.somebody.pop(folded(names[0]), None)
                self.nobody[folded(names[0])] = names[0]
            case CorrectionKind.SOMEBODY:
                self.nobody.pop(folded(names[0]), None)
                self.somebody[folded(names[0])] = names[0]
            case CorrectionKind.SPEAKER:
                self._speaker(correction.data)
            case CorrectionKind.BORDER:
                self._border(correction.data)
            case _:
                pass

    def _speaker(self, data: Mapping[str, Any]) -> None:
        text, nth, speaker = str(data["text"]), int(data["nth"]), data["speaker"]
        fact = SpeakerFact(text, None if speaker is None else self.found(str(speaker)), nth)
        self.speakers[text, nth] = fact

    def _border(self, data: Mapping[str, Any]) -> None:
        begins, joined = ([(str(text), int(nth)) for text, nth in data.get(key, ())] for key in ("begins", "joined"))
        self.begins = [place for place in self.begins if place not in joined] + begins
        self.joined = [place for place in self.joined if place not in begins] + joined


def _without(pairs: Iterable[Pair], names: Sequence[str]) -> list[Pair]:
    about = {folded(name) for name in names}
    return [pair for pair in pairs if {folded(name) for name in pair} != about]


def facts_of(corrections: Iterable[Correction], known: Sequence[KnownCharacter] = ()) -> Facts:
    """The facts that follow from ``corrections``, in the order they were made; ``known`` are the server's characters.

    Names that were given by a renaming are told as they stand in the script, so that the reader finds them there.
    """
    so_far = _Known([], [], {}, {}, {}, {}, [], [])
    for correction in corrections:
        so_far.take(correction)
    somebody = tuple(KnownCharacter(name) for name in so_far.somebody.values())
    return Facts(
        known=(*known, *somebody),
        same=tuple(so_far.same),
        apart=tuple(so_far.apart),
        renamed=tuple(so_far.renamed.values()),
        not_characters=tuple(so_far.nobody.values()),
        speakers=tuple(so_far.speakers.values()),
        begins=tuple(so_far.begins),
        joined=tuple(so_far.joined),
    )


def fits(correction: Correction, text: str, understood: Understanding) -> bool:
    """Whether what a correction is about still stands in the script ``text``, as it was understood without it."""
    if correction.kind is CorrectionKind.SPEAKER:
        said = [line.text for scene in understood.script.scenes for line in scene.lines]
        return said.count(str(correction.data["text"])) > int(correction.data["nth"])
    if correction.kind not in TOLD:
        return True
    folded_text = " ".join(text.casefold().split())
    names = correction.names[:1] if correction.kind is CorrectionKind.RENAMED else correction.names
    known = {folded(name) for member in understood.cast for name in (member.name, *member.aliases)}
    return all(folded(name) in known or folded(name) in folded_text for name in names)
