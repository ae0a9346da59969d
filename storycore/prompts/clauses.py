"""The narrator's clauses of a scene, made ready for a picture: tags out, pronouns replaced, each weighed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import emoji

from storycore.cast.lexicon import SPEECH_VERBS
from storycore.cast.mentions import is_verb
from storycore.cast.model import CastMember
from storycore.prompts.drawable import NEGATIONS, NOT_SEEN, drawables
from storycore.prompts.looks import Look, pattern
from storycore.script.model import LineKind, Scene

#: A sentence of more words than this is cut at its clauses.
LONG_SENTENCE = 16

_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’)]*\s+")
_CLAUSE = re.compile(
    r"(?:,|\s[—–-])\s+(?=(?:and|but|or|so|until|while|when|then|because)\s)|;\s+|\s[—–]\s", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:(?:but|and|so|then|or|yet|suddenly|only|ok|well|finally|at last|until|when|while|because)\s+)+(?=\w)",
    re.IGNORECASE,
)
_TAG_WORDS = 7


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. ``nouns`` are its drawable words, ``acted`` that a cast member is in it, ``clarity`` 0 … 1 how much
    of it can be seen at all (0: what is told did not happen).
    """

    text: str
    words: int
    nouns: tuple[str, ...]
    acted: bool
    clarity: float


def told_clauses(
    scene: Scene,
    cast: Sequence[CastMember],
    looks: Mapping[str, Look],
    subject: CastMember | None,
    company: Sequence[CastMember],
) -> tuple[list[Clause], CastMember | None]:
    """The clauses of a scene in order, and whom its last sentences are about.

    ``subject`` and ``company`` are whom the scene before was about: "he" and "they" of the first sentences.
    """
    patterns = {member.name: pattern(member) for member in cast}
    clauses: list[Clause] = []
    for sentence in _sentences(scene):
        about = _subject(sentence, cast, patterns)
        sentence = _named(sentence, subject, company, looks, about is not None)
        subject = about or subject
        here = tuple(member for member in cast if patterns[member.name].search(sentence))
        company = here if len(here) > 1 else company
        clauses.extend(clause for piece in _pieces(sentence) if (clause := _clause(piece, patterns)))
    return clauses, subject


def _sentences(scene: Scene) -> list[str]:
    found: list[str] = []
    after_speech = False
    for line in scene.lines:
        if line.kind is LineKind.SPEECH:
            after_speech = True
            continue
        sentences = _SENTENCE.split(emoji.replace_emoji(line.text, " "))
        if after_speech and sentences:
            sentences[0] = _without_tag(sentences[0])
        found.extend(sentence for sentence in sentences if sentence.strip())
        after_speech = False
    return found


def _without_tag(sentence: str) -> str:
    """ "said Siegfried, and took the sword." -> "took the sword."; a mere tag leaves nothing."""
    words = re.findall(r"[^\W\d_]+", sentence.lower())[:4]
    if not any(word in SPEECH_VERBS for word in words):
        return sentence
    head, comma, rest = sentence.partition(",")
    if len(sentence.split()) <= _TAG_WORDS or not comma:
        return ""
    return rest.strip() if len(head.split()) <= _TAG_WORDS else sentence


def _pieces(sentence: str) -> list[str]:
    """A long sentence cut at clauses that have a subject of their own: "…, and cooled it" stays where it is."""
    if len(sentence.split()) <= LONG_SENTENCE:
        return [sentence]
    pieces: list[str] = []
    at = 0
    for match in _CLAUSE.finditer(sentence):
        words = re.findall(r"[^\W\d_]+", sentence[match.end() : match.end() + 40])
        if len(words) > 1 and is_verb(words[1].lower() if _LEAD.match(words[0] + " x") else words[0].lower()):
            continue
        pieces.append(sentence[at : match.start()])
        at = match.end()
    return [*pieces, sentence[at:]]


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


def _clause(piece: str, patterns: Mapping[str, re.Pattern[str]]) -> Clause | None:
    text = _LEAD.sub("", piece.strip().strip(".,;:!?…—–- ")).strip()
    words = text.split()
    if len(words) < 2:
        return None
    lower = re.findall(r"[^\W\d_]+(?:['’][a-z]+)?", text.lower())
    lower = [word.replace("’", "'") for word in lower]
    hidden = sum(word in NOT_SEEN for word in lower)
    clarity = 0.0 if any(word in NEGATIONS or word.endswith("n't") for word in lower) else 1 / (1 + 2 * hidden)
    acted = any(p.search(text) for p in patterns.values())
    return Clause(text, len(words), tuple(drawables(text)), acted, clarity)
