"""Who is in a story, and the whole of what was understood of it."""

from __future__ import annotations

from dataclasses import dataclass

from storycore.script.model import Script


@dataclass(frozen=True, slots=True)
class CastMember:
    """A character's part in one story.

    ``aliases`` are the other names and descriptions met ("the knight"); ``scenes`` are indexes into
    ``script.scenes``; ``lines`` is how many lines the member speaks.
    """

    name: str
    aliases: tuple[str, ...] = ()
    scenes: tuple[int, ...] = ()
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Understanding:
    """A script with its speakers filled in, and its cast in order of first appearance."""

    script: Script
    cast: tuple[CastMember, ...]
