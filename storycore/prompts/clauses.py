"""The narrator's clauses of a scene, made ready for a picture: tags out, pronouns replaced, each weighed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import emoji

from storycore.cast.model import CastMember
from storycore.prompts import parsing
from storycore.prompts.looks import Look, pattern
from storycore.script.model import LineKind, Scene

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span

_LEAD = re.compile(
    r"^(?:(?:but|and|so|then|or|yet|suddenly|only|ok|well|finally|at last|at length|now|however|therefore|presently)\b"
    r",?\s+)+(?=\w)",
    re.IGNORECASE,
)
#: These too, where a sentence was cut before them.
_JOIN = re.compile(r"^(?:until|when|while|because|for|as|before|after)\s+(?!if\b)(?=\w)", re.IGNORECASE)
_ONCE = re.compile(r"^(?:once upon a time|once),?\s+", re.IGNORECASE)
_TAG_WORDS = 7


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. ``nouns`` are its drawable words and ``faint`` how many more there may be, ``acted`` that a cast
    member is in it, ``clarity`` 0 … 1 how much of it can be seen at all (0: what is told did not happen).
    """

    text: str
    words: int
    nouns: tuple[str, ...]
    acted: bool
    clarity: float
    faint: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """One of the narrator's sentences; ``speaker`` is who spoke right before it, if somebody did."""

    sentence: Span
    after_speech: bool
    speaker: str | None


def told_sentences(nlp: Language, scenes: Sequence[Scene], texts: Mapping[int, str]) -> list[list[Told]]:
    """The narrator's sentences, scene by scene, by a borrowed pipeline. ``texts`` are lines as they are to be read, by
    their start.
    """
    narrated = [line for scene in scenes for line in scene.lines if line.kind is LineKind.NARRATION]
    words = [emoji.replace_emoji(texts.get(line.start, line.text), " ").strip() for line in narrated]
    parsed = {line.start: found for line, found in zip(narrated, parsing.sentences(nlp, words), strict=True)}
    return [list(_told(scene, parsed)) for scene in scenes]


def _told(scene: Scene, parsed: Mapping[int, list[Span]]) -> Iterator[Told]:
    speech = False
    speaker: str | None = None
    for line in scene.lines:
        if line.kind is LineKind.SPEECH:
            speech, speaker = True, line.speaker
            continue
        for sentence in parsed[line.start]:
            yield Told(sentence, speech, speaker)
            speech = False


def told_clauses(
    told: Sequence[Told],
    cast: Sequence[CastMember],
    looks: Mapping[str, Look],
    subject: CastMember | None,
    company: Sequence[CastMember],
    *,
    resolved: bool = False,
) -> tuple[list[Clause], CastMember | None]:
    """The clauses of a scene in order, and whom its last sentences are about.

    ``subject`` and ``company`` are whom the scene before was about: "he" and "they" of the first sentences, unless
    pronouns are ``resolved`` already.
    """
    patterns = {member.name: pattern(member) for member in cast}
    clauses: list[Clause] = []
    for one in told:
        whole = str(one.sentence.text)
        about = _subject(whole, cast, patterns)
        for number, piece in enumerate(parsing.pieces(one.sentence)):
            text, seen = _text(piece, one, first=number == 0)
            if number:
                text = _JOIN.sub("", _LEAD.sub("", text.lstrip(" ,;—–-")))
            if not resolved:
                text = _named(text, subject, company, looks, about is not None)
            if seen is not None and (clause := _clause(text, seen, patterns)):
                clauses.append(clause)
        subject = about or subject
        here = tuple(member for member in cast if patterns[member.name].search(whole))
        company = here if len(here) > 1 else company
    return clauses, subject


def _text(piece: Span, told: Told, *, first: bool) -> tuple[str, Span | None]:
    """A clause's words as the picture needs them; no span for what is a mere tag."""
    if first and told.after_speech and parsing.is_tag(piece):
        rest = _without_tag(piece)
        if rest is None:
            return "", None
        text = str(rest.text)
        stripped = _LEAD.sub("", text.strip(" ,;"))
        if told.speaker and (parsing.lacks_subject(rest) or stripped != text.strip(" ,;")):
            text = f"{told.speaker} {stripped}"
        return text, rest
    short = parsing.shortened(piece)
    return str(short.text), short


def _without_tag(piece: Span) -> Span | None:
    """ "said Siegfried, and took the sword." -> "and took the sword."; a mere tag leaves nothing."""
    comma = next((token.i - piece.start for token in piece if token.text == ","), None)
    if comma is None or comma > _TAG_WORDS + 1 or len(piece) - comma < 4:
        return None if len(str(piece.text).split()) <= 2 * _TAG_WORDS else piece
    return piece[comma + 1 :]


def _subject(sentence: str, cast: Sequence[CastMember], patterns: Mapping[str, re.Pattern[str]]) -> CastMember | None:
    """Whom a sentence is about: the first of the cast in it, not as an owner ("the dragon's blood")."""
    first: tuple[int, CastMember] | None = None
    for member in cast:
        for match in patterns[member.name].finditer(sentence):
            if sentence[match.end() : match.end() + 2] not in ("'s", "’s"):
                if first is None or match.start() < first[0]:
                    first = (match.start(), member)
                break
    return first[1] if first else None


def _named(
    sentence: str, subject: CastMember | None, company: Sequence[CastMember], looks: Mapping[str, Look], named: bool
) -> str:
    """The sentence with its first subject pronoun replaced by the name it stands for, where that is clear."""
    if company and len(company) > 1 and re.match(r"\W*they\b", sentence, re.IGNORECASE):
        both = " and ".join(member.name for member in company[:2])
        return re.sub(r"\bthey\b", lambda _: both, sentence, count=1, flags=re.IGNORECASE)
    if subject is None:
        return sentence
    pronouns = {"m": "he", "f": "she", "n": "it|he|she"}.get(looks[subject.name].gender, "he|she")
    at = re.search(rf"\b(?:{pronouns})\b", sentence, re.IGNORECASE)
    begins = at is not None and len(sentence[: at.start()].split()) <= (0 if named or at.group().lower() == "it" else 4)
    if at is None or not begins:
        return sentence
    return sentence[: at.start()] + subject.name + sentence[at.end() :]


def _clause(piece: str, span: Span, patterns: Mapping[str, re.Pattern[str]]) -> Clause | None:
    bare = _ONCE.sub("", " ".join(piece.split()).strip(".,;:!?…—–- "))
    text = parsing.without_tail(_LEAD.sub("", bare).strip())
    words = text.split()
    if len(words) < 2:
        return None
    things, faint = parsing.nouns(span)
    acted = any(p.search(text) for p in patterns.values())
    return Clause(text, len(words), tuple(things), acted, parsing.clarity(span), faint)
