"""What people know of a story, and the reader must believe: the server's characters, and corrections."""

from __future__ import annotations

from dataclasses import dataclass

from storycore.script.words import fold


def folded(name: str) -> str:
    """A name as it is compared: without case, invisible characters, the apostrophe's shape and a leading article."""
    words = fold(name).casefold().replace("’", "'").split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


@dataclass(frozen=True, slots=True)
class KnownCharacter:
    """A character of the server's library: found under its name and aliases however they are capitalised.

    ``pronouns`` is "she", "he", "they", "it", or None where nobody said.
    """

    name: str
    aliases: tuple[str, ...] = ()
    pronouns: str | None = None


@dataclass(frozen=True, slots=True)
class SpeakerFact:
    """Who says a line: ``text`` as it stands in the script (the line's words), the ``nth`` of equal ones, from 0.

    By words and not by offset: it holds when something before it is rewritten. ``speaker`` None is the narrator.
    """

    text: str
    speaker: str | None
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known beforehand. Names are surface forms ("the knight", "Siegfried"), compared folded.

    ``same``: pairs of one character, the second's names go to the first (merge, and a question answered yes).
    ``apart``: pairs that are never one character (split, and a question answered no). ``renamed``: (found name, name
    to show). ``not_characters``: names and descriptions that are nobody. ``language``: forced, or None to find out.
    """

    known: tuple[KnownCharacter, ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    not_characters: tuple[str, ...] = ()
    speakers: tuple[SpeakerFact, ...] = ()
    #: Scene borders people set: a scene begins at the ``nth`` place (from 0) where this text stands …
    begins: tuple[tuple[str, int], ...] = ()
    #: … and none begins here, whatever the rules say.
    joined: tuple[tuple[str, int], ...] = ()
    language: str | None = None


NOTHING_KNOWN = Facts()
