"""Learning to chain mentions and to attribute quotes: the reading itself runs over the training texts, a teacher
decides, and what it saw and decided is what the rankers learn; then once more with the rankers' own mistakes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spacy.language import Language

from storycore.cast.facts import NOTHING_KNOWN
from storycore.cast.reading.chains import Chains, Likeness
from storycore.cast.reading.entities import Entity
from storycore.cast.reading.mentions import Found, find_mentions
from storycore.cast.reading.name_judge import name_rows
from storycore.cast.reading.names import Identity, identify
from storycore.cast.reading.people_words import Lexicon
from storycore.cast.reading.policy import RankerPolicy
from storycore.cast.reading.ranker import Ranker
from storycore.cast.reading.words import Words, read_words
from storycore.script.scenes import lines_of, read_draft
from training.assemble import alone
from training.cores import head_of
from training.data import FOLDS, Document, fold_of, litbank, own_documents
from training.fitting import Decisions, Recipe, fit

KINDS = ("he", "you", "nom", "name", "turn")
ROUNDS = 2
RECIPE = Recipe(hidden=32, epochs=10)
NAME_RECIPE = Recipe(hidden=8, epochs=14, seeds=3)
_OWN_WEIGHT = 2


@dataclass(slots=True)
class Lesson:
    """One text, ready to be read again and again: whose each mention and each quote really is (None: not told)."""

    words: Words
    mentions: list[Found]
    identities: list[Identity]
    clusters: list[str | None]
    silent: list[bool]
    speakers: list[str | None]


def prepare(
    nlp: Language, lexicon: Lexicon, document: Document, judge: Ranker | None = None, *, gold_mentions: bool = False
) -> Lesson:
    """A document's lesson: mentions as the pipeline finds them (and ``judge`` leaves them), or the annotators' own."""
    text = document["text"]
    words = read_words(nlp, text, lines_of(read_draft(text)))
    gold = _gold(words, document)
    if gold_mentions:
        found = {last: (first, last, kind) for first, last, kind in words.cores if last in gold}
        words.cores = sorted(found.get(head, (head, head, kind)) for head, (_, _, kind) in gold.items())
    return lesson_of(words, lexicon, document, judge)


def lesson_of(words: Words, lexicon: Lexicon, document: Document, judge: Ranker | None) -> Lesson:
    """The lesson of a document whose words were read already."""
    gold = _gold(words, document)
    mentions = find_mentions(words, lexicon, NOTHING_KNOWN, judge)
    identities = identify(words, mentions, lexicon, frozenset())
    clusters: list[str | None] = []
    silent: list[bool] = []
    for mention in mentions:
        here = next((gold[i] for i in range(mention.last, mention.core - 1, -1) if i in gold), None)
        clusters.append(here[0] if here else None)
        silent.append(bool(here and here[1]))
    return Lesson(words, mentions, identities, clusters, silent, _speakers(words, document))


def _gold(words: Words, document: Document) -> dict[int, tuple[str, bool, str]]:
    """Head word -> whose it is, whether it only says what somebody is, and its kind, as the annotators have it."""
    gold: dict[int, tuple[str, bool, str]] = {}
    for mention in document["mentions"]:
        first, last = words.at(mention["start"]), words.at(mention["end"] - 1)
        head = first + head_of(words.words[first : last + 1] or [""])
        cop = mention.get("link") == "COP"
        gold[head] = (mention.get("attr_of", mention["cluster"]), cop, mention["type"])
    return gold


def learn_names(lessons: list[Lesson], lexicon: Lexicon) -> Ranker:
    """The judge of names: of what the pipeline takes for names, which are somebody's. The lessons' mentions are found
    by networks that never saw them (or all would look right), and without a judge."""
    decisions = Decisions()
    for lesson in lessons:
        named = [n for n, mention in enumerate(lesson.mentions) if mention.kind == "PROP" and not mention.label]
        network = {i for first, last, kind in lesson.words.cores if kind == "PROP" for i in range(first, last + 1)}
        places = [lesson.mentions[n] for n in named]
        rows = name_rows(lesson.words, lexicon, [(m.core, m.last, m.last in network) for m in places])
        for n, row in zip(named, rows, strict=True):
            decisions.add([row, [0.0] * len(row)], frozenset((0 if lesson.clusters[n] is not None else 1,)))
    return fit(decisions, NAME_RECIPE)


def _speakers(words: Words, document: Document) -> list[str | None]:
    found: list[str | None] = []
    for speech in words.speeches:
        best, share = None, 0.5
        for quote in document["quotes"]:
            common = min(speech.end, quote["end"]) - max(speech.start, quote["start"])
            union = max(speech.end, quote["end"]) - min(speech.start, quote["start"])
            if common > share * union:
                best, share = quote["speaker"], common / union
        found.append(best)
    return found


@dataclass(slots=True)
class Teacher:
    """Decides as the annotators did, or lets the rankers decide, and writes down what was right."""

    lesson: Lesson
    rankers: dict[str, Ranker] | None
    decisions: dict[str, Decisions] = field(default_factory=lambda: {kind: Decisions() for kind in KINDS})

    def choose_entity(
        self, kind: str, rows: list[list[float]], options: Sequence[Entity], mention: int
    ) -> tuple[int, float]:
        cluster = self.lesson.clusters[mention]
        right = frozenset(i for i, e in enumerate(options) if cluster is not None and self._whose(e) == cluster)
        right = right or frozenset((len(options),))
        if not self.lesson.silent[mention] and len(options):
            self.decisions[kind].add(rows, right)
        if self.rankers is None:
            return min(right), 1.0
        return RankerPolicy(self.rankers).choose_entity(kind, rows, options, mention)

    def choose_speaker(self, rows: list[list[float]], options: Sequence[Entity], speech: int) -> tuple[int, float]:
        cluster = self.lesson.speakers[speech]
        right = frozenset(i for i, e in enumerate(options) if self._whose(e) == cluster)
        if cluster is not None and right:
            self.decisions["turn"].add(rows, right)
        if self.rankers is None and right:
            return min(right), 1.0
        if self.rankers is None:
            return len(options), 0.0
        return RankerPolicy(self.rankers).choose_speaker(rows, options, speech)

    def _whose(self, entity: Entity) -> str | None:
        return whose(self.lesson, entity)


def whose(lesson: Lesson, entity: Entity) -> str | None:
    """Whose most of a chain's mentions really are."""
    best = Counter(lesson.clusters[number] for number in entity.mentions).most_common(1)
    return best[0][0] if best else None


def read_lesson(lesson: Lesson, lexicon: Lexicon, teacher: Teacher, likeness: Likeness) -> None:
    """Read one text under a teacher."""
    Chains(lesson.words, lesson.mentions, lesson.identities, lexicon, teacher, likeness).read()


def unseen_lessons(lexicon: Lexicon, data: Path, work: Path) -> tuple[list[Lesson], list[Lesson]]:
    """LitBank's training documents and our own, each read by the network of ``work`` that was trained without it. No
    judge of names as yet."""
    networks = [alone(work / f"people-{fold}" / "model-last") for fold in range(FOLDS)]
    lessons, own = (
        [prepare(networks[fold_of(n)], lexicon, document) for n, document in enumerate(documents)]
        for documents in (litbank(data, "train"), own_documents(data))
    )
    return lessons, own


def learn(
    lessons: list[Lesson], own: list[Lesson], lexicon: Lexicon, likeness: Likeness, rounds: int, recipe: Recipe
) -> dict[str, Ranker]:
    """The rankers, learnt in ``rounds``: the first under the annotators' decisions, the others under the rankers'.

    What the ``own`` lessons teach counts ``_OWN_WEIGHT`` times: they are few, and what is judged is like them.
    """
    gathered = {kind: Decisions() for kind in KINDS}
    rankers: dict[str, Ranker] | None = None
    for _round in range(rounds):
        for lesson, weight in [*((x, 1) for x in lessons), *((x, _OWN_WEIGHT) for x in own)]:
            teacher = Teacher(lesson, rankers)
            read_lesson(lesson, lexicon, teacher, likeness)
            for kind in KINDS:
                for _ in range(weight):
                    gathered[kind].extend(teacher.decisions[kind])
        rankers = {kind: fit(gathered[kind], recipe) for kind in KINDS}
    return rankers or {}
