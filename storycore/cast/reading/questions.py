"""What the reading is unsure of, as a few questions, the most useful first."""

from __future__ import annotations

from storycore.cast.model import Question, QuestionKind
from storycore.cast.reading.chains import Reading
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.people import Person
from storycore.cast.reading.words import Words
from storycore.script.model import Line

#: The most questions of one story, and of these about lines.
MOST, MOST_LINES = 5, 3
#: A speaker less sure than this is asked for: cross-validated, four of ten of them are right, and two of three
#: from there to 0.8.
UNSURE_SPEAKER = 0.5
#: A description that went to somebody with less than this is asked for.
UNSURE_MERGE = 0.6
#: A name that is nobody's with more than this, wherever it stands, is asked for (from 0.4 on it is not taken at all).
UNSURE_NAME = 0.25
#: A thing that does something is somebody from two deeds on; one with no more than these is asked for.
FEW_DEEDS = 2


def ask(
    words: Words, mentions: list[Found], reading: Reading, people: list[Person], of_entity: list[int], lines: list[Line]
) -> tuple[Question, ...]:
    """At most ``MOST`` questions: whether two of the cast are one first (it changes most), whether somebody is nobody,
    then who says what."""
    merges = _merges(words, mentions, reading, people, of_entity)
    speakers = _speakers(words, reading, people, of_entity, lines)
    nobodies = _nobodies(words, mentions, people)[:1]
    kept = [*merges[: MOST - min(MOST_LINES, len(speakers)) - len(nobodies)], *nobodies]
    return tuple([*kept, *speakers[: MOST - len(kept)]][:MOST])


def _merges(
    words: Words, mentions: list[Found], reading: Reading, people: list[Person], of_entity: list[int]
) -> list[Question]:
    found: dict[frozenset[int], tuple[float, Question]] = {}
    for doubt in reading.doubts:
        if doubt.other < 0 or doubt.confidence >= UNSURE_MERGE:
            continue
        one, other = people[of_entity[doubt.chosen]], people[of_entity[doubt.other]]
        pair = frozenset((of_entity[doubt.chosen], of_entity[doubt.other]))
        if len(pair) < 2 or not (one.in_cast and other.in_cast) or (one.named and other.named):
            continue
        if one.pronouns and other.pronouns and one.pronouns != other.pronouns:
            continue
        mention = mentions[doubt.mention]
        question = Question(
            QuestionKind.SAME,
            one.name,
            other.name,
            start=words.starts[mention.first],
            end=words.ends[mention.last],
            confidence=doubt.confidence,
            reason=f"{one.name} may be another word for {other.name}.",
        )
        weight = float(min(len(one.mentions), len(other.mentions)))
        if pair not in found or weight > found[pair][0]:
            found[pair] = (weight, question)
    best = sorted(found.values(), key=lambda item: -item[0])
    return [question for weight, question in best if weight >= 2]


def _nobodies(words: Words, mentions: list[Found], people: list[Person]) -> list[Question]:
    """Who of the cast may be nobody: a name that may be a place's, a thing that hardly does anything."""
    found: list[tuple[int, Question]] = []
    for person in people:
        if not person.in_cast or person.quotes or person.known_as:
            continue
        own = [mentions[number] for number in person.mentions]
        names = [mention.doubt for mention in own if mention.kind == "PROP"]
        things = [mention for mention in own if mention.kind == "NOM"]
        deeds = sum(mention.role == "subject" or mention.kind == "PRON" for mention in own)
        if names and min(names) > UNSURE_NAME:
            likely, why = sum(names) / len(names), f"{person.name} may be a place or a thing."
        elif not names and deeds <= FEW_DEEDS and all(mention.gender == "n" for mention in things):
            likely, why = 0.5, f"{person.name} does hardly anything."
        else:
            continue
        first = own[0]
        question = Question(
            QuestionKind.CHARACTER,
            person.name,
            start=words.starts[first.first],
            end=words.ends[first.last],
            confidence=1 - likely,
            reason=why[:1].upper() + why[1:],
        )
        found.append((len(own), question))
    return [question for _, question in sorted(found, key=lambda item: (-item[0], item[1].start))]


def _speakers(
    words: Words, reading: Reading, people: list[Person], of_entity: list[int], lines: list[Line]
) -> list[Question]:
    found: list[Question] = []
    counted: dict[str, int] = {}
    for speech, attribution in zip(words.speeches, reading.attributions, strict=True):
        line = lines[speech.lines[0]]
        nth = counted.get(line.text, 0)
        counted[line.text] = nth + 1
        if attribution.confidence >= UNSURE_SPEAKER or (attribution.speaker < 0 and not people):
            continue
        numbers = [attribution.speaker, *(number for number, _ in attribution.runners_up)]
        options = tuple(
            dict.fromkeys(people[of_entity[n]].name for n in numbers if n >= 0 and people[of_entity[n]].in_cast)
        )
        if len(options) < 2:
            continue
        found.append(
            Question(
                QuestionKind.SPEAKER,
                line.text,
                options=options,
                nth=nth,
                start=speech.start,
                end=speech.end,
                confidence=attribution.confidence,
                reason=attribution.reason,
            )
        )
    return sorted(found, key=lambda question: (question.confidence, question.start))
