"""Who says a quote: the candidates, and what speaks for each. Tags first, then the people around, then turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log1p

from storycore.cast.reading.entities import Entity
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.speech import Cues
from storycore.cast.reading.words import Speech, Words

#: How many numbers a row has.
TURN_WIDTH = 47
#: So many paragraphs back people are still talking with each other.
_TALK = 6


@dataclass(slots=True)
class Said:
    """A quote that has its speaker."""

    speech: int
    paragraph: int
    speaker: int
    vocatives: frozenset[int]
    alone: bool


@dataclass(slots=True)
class Turn:
    """What is known where a quote asks for its speaker. Numbers are entities', -1 is nobody."""

    cues: Cues
    tag: int = -1
    subject_before: int = -1
    subject_after: int = -1
    near_before: int = -1
    near_after: int = -1
    vocatives: frozenset[int] = frozenset()
    inside: frozenset[int] = frozenset()
    next_tag: int = -1
    after_next_tag: int = -1
    next_gap: int = 9
    history: list[Said] = field(default_factory=list)
    narrator: int = -1
    first_person_tag: bool = False


def candidates(turn: Turn, recent: list[int]) -> list[int]:
    """Whom a quote may be by, in a fixed order without repeats; ``recent`` are the latest mentioned in narration."""
    last = [said.speaker for said in reversed(turn.history[-8:])]
    order = [
        turn.tag,
        turn.subject_before,
        turn.subject_after,
        turn.near_before,
        turn.near_after,
        *last,
        *(who for said in turn.history[-1:] for who in sorted(said.vocatives)),
        turn.after_next_tag,
        turn.next_tag,
        turn.narrator,
        *recent,
    ]
    found: dict[int, None] = {}
    for who in order:
        if who >= 0:
            found[who] = None
    return list(found)[:14]


def turn_row(words: Words, speech: Speech, turn: Turn, entity: Entity, rank: int) -> list[float]:
    """The row of one candidate."""
    cues, number = turn.cues, entity.number
    history = turn.history
    last = history[-1] if history else None
    near = last is not None and speech.paragraph - last.paragraph <= 1
    same_paragraph = last is not None and last.paragraph == speech.paragraph
    talking = last is not None and speech.paragraph - last.paragraph <= _TALK
    before = next((said for said in reversed(history[:-1]) if last and said.paragraph != last.paragraph), None)
    other = next((said for said in reversed(history) if last and said.speaker != last.speaker), None)
    alone = cues.alone and not cues.leads_in
    sentence = words.sentence[speech.first]
    tagged = cues.tag >= 0
    return [
        1.0,
        float(number == turn.tag and cues.strength == 3),
        float(number == turn.tag and cues.strength == 2),
        float(number == turn.tag and cues.strength == 1),
        float(tagged and number != turn.tag),
        float(number == turn.subject_before),
        float(number == turn.subject_after),
        float(number == turn.near_before),
        float(number == turn.near_after),
        float(number == turn.subject_before and not tagged),
        float(number == turn.subject_after and not tagged),
        float(cues.leads_in and number == turn.subject_before),
        float(same_paragraph and last is not None and last.speaker == number),
        float(same_paragraph and last is not None and last.speaker != number),
        float(near and not same_paragraph and last is not None and last.speaker == number),
        float(near and alone and last is not None and last.speaker == number and not same_paragraph),
        float(talking and not near and last is not None and last.speaker == number),
        float(other is not None and talking and other.speaker == number),
        float(other is not None and near and alone and other.speaker == number),
        float(other is not None and other.speaker == number and speech.paragraph - other.paragraph == 2),
        float(before is not None and talking and before.speaker == number),
        float(before is not None and near and alone and before.speaker == number),
        float(last is not None and near and number in last.vocatives),
        float(last is not None and near and alone and number in last.vocatives),
        float(number in turn.vocatives),
        float(number in turn.inside),
        float(number == turn.next_tag),
        float(number == turn.next_tag and alone and turn.next_gap == 1),
        float(number == turn.after_next_tag and alone),
        float(turn.next_gap == 0 and number == turn.next_tag),
        float(entity.narrator),
        float(turn.first_person_tag and entity.narrator),
        log1p(max(0, sentence - entity.last_sentence)),
        float(0 <= sentence - entity.last_subject <= 1),
        1.0 / (1 + rank),
        log1p(entity.spoken),
        log1p(len(entity.mentions)),
        float(entity.kinds["PROP"] > 0),
        float(entity.plural_votes > 0.5),
        min(3.0, entity.attention_at(sentence)),
        float(entity.last_quote >= 0 and entity.kinds["PROP"] == 0 and entity.spoken == 0),
        float(alone),
        float(alone and number == turn.subject_before),
        float(any(said.speaker == number for said in history[-5:])),
        float(entity.gender == "n"),
        float(len({said.speaker for said in history[-6:]}) == 2 and talking and other is not None)
        * float(other is not None and other.speaker == number),
        float(cues.self_name >= 0 and entity.kinds["PROP"] > 0 and number in turn.inside),
    ]


def reason(turn: Turn, words: Words, mentions: list[Found], speaker: int) -> str:
    """Why a quote is somebody's, in a few words for people."""
    cues = turn.cues
    if speaker == turn.tag and cues.tag >= 0:
        mention = mentions[cues.tag]
        said = words.text[words.starts[mention.first] : words.ends[mention.last]]
        return f"The text says so beside it: “{said}”."
    last = turn.history[-1] if turn.history else None
    if last is not None and last.speaker == speaker and last.paragraph == words.paragraph[words.at(0)]:
        return "It goes on with the same paragraph."
    if speaker in (turn.subject_before, turn.subject_after):
        return "The sentence beside it is about them."
    if last is not None and speaker in last.vocatives:
        return "The line before speaks to them."
    if last is not None and any(said.speaker == speaker for said in turn.history[-4:-1]):
        return "They take turns."
    if last is not None and last.speaker == speaker:
        return "They spoke last."
    if speaker == turn.narrator:
        return "The storyteller takes part."
    return "They were spoken of last."
