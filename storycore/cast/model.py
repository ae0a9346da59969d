"""Who is in a story, and the whole of what was understood of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storycore.script.model import Script


class MentionKind(StrEnum):
    """How somebody is mentioned: by a proper name, by a description ("the old king"), by a pronoun."""

    NAME = "PROP"
    DESCRIPTION = "NOM"
    PRONOUN = "PRON"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that speaks of somebody: ``script.text[start:end]``; ``cluster`` numbers who, from 0."""

    start: int
    end: int
    kind: MentionKind
    cluster: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Direct speech, ``script.text[start:end]``, quotation marks included (a screenplay line: without its label).

    ``speaker`` is a cluster, or None where it is the narrator's or nobody can tell. ``speaker_start`` and
    ``speaker_end`` are the mention it was told from, where there is one.
    """

    start: int
    end: int
    speaker: int | None
    speaker_start: int | None = None
    speaker_end: int | None = None
    confidence: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CastMember:
    """A character's part in one story.

    ``aliases`` are the other names and descriptions met ("the knight"); ``scenes`` are indexes into
    ``script.scenes``; ``lines`` is how many lines the member speaks; ``cluster`` is its number among the mentions
    (None: told from labels alone); ``pronouns`` is "she", "he", "they", "it", or None where the text does not say.
    """

    name: str
    aliases: tuple[str, ...] = ()
    scenes: tuple[int, ...] = ()
    lines: int = 0
    cluster: int | None = None
    pronouns: str | None = None
    #: The name of the server's character it was recognised as.
    known_as: str | None = None


class QuestionKind(StrEnum):
    """What the reader is unsure of."""

    SAME = "same"  # are ``about`` and ``other`` one character?
    SPEAKER = "speaker"  # who says the line ``about``? ``options`` are cast names, likeliest first
    CHARACTER = "character"  # is ``about`` somebody at all?


@dataclass(frozen=True, slots=True)
class Question:
    """Something the reader is unsure of, put to people instead of guessed.

    ``about`` and ``other`` are names or the line's words (with ``nth`` of equal ones, from 0); ``start`` and ``end``
    are a place in the text that shows it; ``confidence`` (0 … 1) is that of the answer assumed meanwhile; ``reason`` is
    why, in a short English sentence.
    """

    kind: QuestionKind
    about: str
    other: str | None = None
    options: tuple[str, ...] = ()
    nth: int = 0
    start: int = 0
    end: int = 0
    confidence: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A script with its speakers filled in, and its cast in order of first appearance.

    ``language`` is an ISO 639-1 code ("en"); ``notes`` are sentences for the author (another language, a form that
    was not understood). Mentions and quotes are in the order of the text.
    """

    script: Script
    cast: tuple[CastMember, ...]
    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    questions: tuple[Question, ...] = ()
    language: str = "en"
    notes: tuple[str, ...] = ()
