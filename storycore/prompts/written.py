"""A prompt in its parts, as it was written from a scene: who is seen, where, what happens, in what style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storycore.prompts.escape import escape

#: The most of the cast in one picture: more become a crowd.
MAX_WHO = 3


@dataclass(frozen=True, slots=True)
class Written:
    """``people`` are cast names with the words they are shown by ("Mime", "Mime, an old smith"); ``where`` says place
    and light; ``seen`` is what happens. Only ``seen`` is escaped already; ``style`` is taken as it is.
    """

    people: tuple[tuple[str, str], ...]
    where: tuple[str, ...]
    seen: str
    style: str

    @property
    def text(self) -> str:
        """The prompt, without the looks of a server's characters."""
        lead = ", ".join(filter(None, (joined_names([words for _, words in self.people]), *self.where)))
        return sentences([escape(lead), self.seen], self.style)

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        people = [list(pair) for pair in self.people]
        return {"people": people, "where": list(self.where), "seen": self.seen, "style": self.style}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Written | None:
        """From a row; None for one that was written before its parts were kept."""
        if "seen" not in data:
            return None
        people = tuple((str(name), str(words)) for name, words in data["people"])
        return cls(people, tuple(map(str, data["where"])), str(data["seen"]), str(data["style"]))


def joined_names(names: Sequence[str]) -> str:
    """ "Siegfried, a young man, and Mime, an old smith"."""
    names = [name for name in names if name]
    if len(names) < 2:
        return "".join(names)
    comma = "," if any("," in name for name in names) else ""
    return f"{', '.join(names[:-1])}{comma} and {names[-1]}"


def sentences(parts: Sequence[str], style: str) -> str:
    """Parts as sentences, and the style behind them as it is; empty ones are left out."""
    told = [sentence(part).rstrip(".,; ") for part in parts]
    return ". ".join(part for part in (*told, style) if part.strip(".,; "))


def sentence(text: str) -> str:
    """With a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
