"""What a script is made of. Offsets are code points of :attr:`Script.text`, half-open: ``text[start:end]``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """Who speaks a line: the narrator, or somebody in the story."""

    NARRATION = "narration"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as it is spoken in the film.

    ``text`` is what is read aloud: ``script.text[start:end]`` without quotation marks and Markdown, white space
    folded. ``speaker`` is a cast name, or None for the narrator or an unknown voice. ``confidence`` (0 … 1) and
    ``reason`` say how sure the speaker is, and why.
    """

    start: int
    end: int
    text: str
    kind: LineKind
    speaker: str | None = None
    confidence: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: a stretch of the script that gets one picture. ``lines`` lie within it, in order, disjoint.

    ``place`` and ``time`` are the story's own words ("the old mill", "at night"), "" where it does not say.
    """

    start: int
    end: int
    title: str
    text: str
    lines: tuple[Line, ...]
    place: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A script cut into scenes. ``text`` has ``\\n`` line ends and is otherwise as it was handed in."""

    text: str
    scenes: tuple[Scene, ...]
