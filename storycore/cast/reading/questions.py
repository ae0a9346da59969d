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
#: A speaker less sure than this is asked for: cross-validated, about every second of them is wrong.
UNSURE_SPEAKER = 0.6
#: A description that went to somebody with less than this is asked for.
UNSURE_MERGE = 0.6


def ask(
    words: Words, mentions: list[Found], reading: Reading, people: list[Person], of_entity: list[int], lines: list[Line]
) -> tuple[Question, ...]:
    """At most ``MOST`` questions: whether two of the cast are one first (it changes most), then who says what."""
    merges = _merges(words, mentions, reading, people, of_entity)
    speakers = _speakers(words, reading, people, of_entity, lines)
    kept = merges[: MOST - min(MOST_LINES, len(speakers))]
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
