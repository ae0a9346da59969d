"""Understanding by the model: mentions by the pipeline, names by a sieve, chains and speakers by small rankers."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from storycore.cast.base import register, understander
from storycore.cast.facts import NOTHING_KNOWN, Facts, folded
from storycore.cast.model import CastMember, Mention, MentionKind, Quote, Understanding
from storycore.cast.pipeline import MODEL, people_pipeline
from storycore.cast.reading.chains import Chains, Likeness, Reading
from storycore.cast.reading.mentions import Found, find_mentions
from storycore.cast.reading.names import identify
from storycore.cast.reading.people import MAX_ALIASES, Person, gather
from storycore.cast.reading.people_words import read_lexicon
from storycore.cast.reading.policy import RankerPolicy
from storycore.cast.reading.questions import UNSURE_SPEAKER, ask
from storycore.cast.reading.ranker import read_rankers
from storycore.cast.reading.words import Words, read_words
from storycore.script.language import ENGLISH, language_of
from storycore.script.model import Line, LineKind, Script
from storycore.script.scenes import cut, lines_of, read_draft

if TYPE_CHECKING:
    from spacy.language import Language

_VERSION = "1"
#: Halves of a character: no text has them, and nothing can be made of them.
_HALF = re.compile("[\ud800-\udfff]")


class ModelUnderstander:
    """The understander ``model``. Knows English; what it does with other languages is the rules' work."""

    def __init__(self) -> None:
        self._nlp = people_pipeline()
        self._lexicon = read_lexicon(MODEL)
        rankers = read_rankers(MODEL / "rankers.npz")
        self._policy, self._judge = RankerPolicy(rankers), rankers["somebody"]
        self._likeness = likeness_of(self._nlp)

    @property
    def name(self) -> str:
        return "model"

    def fingerprint(self) -> str:
        return f"model-{_VERSION}-{_model_print()}"

    def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        """See ``Understander``; in other languages than English names, labels and turns are what is found."""
        text = _HALF.sub("\ufffd", text)
        language = facts.language or language_of(text)
        if language != ENGLISH:
            return understander("rules").understand(text, facts)
        draft = read_draft(text, facts)
        lines = lines_of(draft)
        if not lines:  # nothing is told, so there is nowhere to be
            return Understanding(cut(draft), ())
        words = read_words(self._nlp, text, lines)
        mentions = find_mentions(words, self._lexicon, facts, self._judge)
        apart = frozenset(frozenset((folded(a), folded(b))) for a, b in facts.apart)
        identities = identify(words, mentions, self._lexicon, apart)
        told = _told(words, lines, facts)
        reading = Chains(
            words, mentions, identities, self._lexicon, self._policy, self._likeness, apart=apart, told=told
        ).read()
        people, of_entity = gather(words, mentions, identities, reading, facts)
        _tell(words, people, of_entity, reading, told)
        script = cut(draft, _presence(words, mentions, people))
        return _understanding(script, words, mentions, reading, people, of_entity, lines)


def likeness_of(nlp: Language) -> Likeness:
    """The cosine of two words' vectors; 0 where one has none."""

    @lru_cache(maxsize=20_000)
    def likeness(one: str, other: str) -> float:
        first, second = nlp.vocab[one], nlp.vocab[other]
        if not (first.has_vector and second.has_vector):
            return 0.0
        return float(first.similarity(second))

    return likeness


@cache
def _model_print() -> str:
    digest = sha256()
    for path in sorted(MODEL.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _told(words: Words, lines: list[Line], facts: Facts) -> dict[int, str | None]:
    """The quotes whose speakers people told, by their words."""
    if not facts.speakers:
        return {}
    of_line = {line: number for number, speech in enumerate(words.speeches) for line in speech.lines}
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if line.kind is LineKind.SPEECH:
            places.setdefault(line.text, []).append(number)
    told: dict[int, str | None] = {}
    for fact in facts.speakers:
        here = places.get(fact.text, ())
        if fact.nth < len(here) and here[fact.nth] in of_line:
            told[of_line[here[fact.nth]]] = fact.speaker
    return told


def _presence(words: Words, mentions: list[Found], people: list[Person]) -> list[tuple[int, int]]:
    """Where somebody of the cast is told of, so that scenes can part where others come in."""
    return sorted(
        (words.starts[mentions[number].core], at)
        for at, person in enumerate(people)
        if person.in_cast
        for number in person.mentions
    )


def _tell(
    words: Words, people: list[Person], of_entity: list[int], reading: Reading, told: dict[int, str | None]
) -> None:
    """Speakers whom people named and who only come up later in the text, or under a name of people's own."""
    for number, name in told.items():
        attribution = reading.attributions[number]
        if name is None or attribution.speaker >= 0:
            continue
        for person in people:
            if person.in_cast and (folded(person.name) == folded(name) or folded(name) in person.folded):
                attribution.speaker = person.entities[0]
                break


def _understanding(
    script: Script,
    words: Words,
    mentions: list[Found],
    reading: Reading,
    people: list[Person],
    of_entity: list[int],
    lines: list[Line],
) -> Understanding:
    # the cast's clusters come first, so that they number the cast in order of appearance
    order = sorted(range(len(people)), key=lambda at: (not people[at].in_cast, at))
    cluster = {at: number for number, at in enumerate(order)}
    script = _with_speakers(script, words, reading, people, of_entity, lines)
    placed = tuple(
        Mention(
            words.starts[mention.first],
            words.ends[mention.last],
            MentionKind(mention.kind),
            cluster[of_entity[reading.of_mention[number]]],
        )
        for number, mention in enumerate(mentions)
    )
    quotes = tuple(
        Quote(
            speech.start,
            speech.end,
            cluster[of_entity[told.speaker]] if told.speaker >= 0 else None,
            words.starts[mentions[told.mention].first] if told.mention >= 0 else None,
            words.ends[mentions[told.mention].last] if told.mention >= 0 else None,
            told.confidence,
            told.reason,
        )
        for speech, told in zip(words.speeches, reading.attributions, strict=True)
    )
    questions = ask(words, mentions, reading, people, of_entity, lines)
    cast = _cast(script, words, mentions, people, cluster)
    return Understanding(script, cast, tuple(sorted(placed, key=lambda m: (m.start, m.end))), quotes, questions)


def _with_speakers(
    script: Script, words: Words, reading: Reading, people: list[Person], of_entity: list[int], lines: list[Line]
) -> Script:
    changed = list(lines)
    for speech, told in zip(words.speeches, reading.attributions, strict=True):
        person = people[of_entity[told.speaker]] if told.speaker >= 0 else None
        name = person.name if person is not None and person.in_cast else None
        reason = told.reason
        if name and told.confidence < UNSURE_SPEAKER:
            # most of these would be wrong: the narrator tells it until somebody says who speaks
            name, reason = None, f"Perhaps {name}. {reason}".strip()
        for number in speech.lines:
            changed[number] = replace(lines[number], speaker=name, confidence=told.confidence, reason=reason)
    scenes = []
    at = 0
    for scene in script.scenes:
        scenes.append(replace(scene, lines=tuple(changed[at : at + len(scene.lines)])))
        at += len(scene.lines)
    return replace(script, scenes=tuple(scenes))


def _cast(
    script: Script, words: Words, mentions: list[Found], people: list[Person], cluster: dict[int, int]
) -> tuple[CastMember, ...]:
    starts = [scene.start for scene in script.scenes]
    spoken: dict[str, list[int]] = {}
    for number, scene in enumerate(script.scenes):
        for line in scene.lines:
            if line.kind is LineKind.SPEECH and line.speaker:
                spoken.setdefault(line.speaker, []).append(number)
    members: list[CastMember] = []
    for at, person in enumerate(people):
        if not person.in_cast:
            continue
        here = spoken.get(person.name, [])
        told = {max(0, bisect_right(starts, words.starts[mentions[n].first]) - 1) for n in person.mentions}
        members.append(
            CastMember(
                person.name,
                tuple(form for form in person.forms if form != person.name)[:MAX_ALIASES],
                tuple(sorted(told | set(here))),
                len(here),
                cluster[at],
                person.pronouns,
                person.known_as,
            )
        )
    return tuple(members)


register("model", ModelUnderstander)
