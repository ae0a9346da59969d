"""Who is in a story and who speaks, cross-validated: LitBank's training documents, the tales and the chat scripts.

    python -m benchmarks.story_folds [--work build/model] [--data ../shared/story] [--rounds 200]

``make model`` leaves a network for each quarter of LitBank's training documents, of the tales and of the chat scripts,
trained without it. Here each quarter is read by its network, which is one of the teachers of the one that is shipped
and a little worse, and by rankers and a judge of names that learnt from the other documents. The vectors and word lists
were counted in all novels. Prints one table as ``benchmarks.story`` does, and how often speakers of each confidence
were right.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.story import FIGURES, figures, scorer
from storycore.cast.pipeline import MODEL, people_pipeline
from storycore.cast.reader import likeness_of
from storycore.cast.reading.chains import Chains, Reading
from storycore.cast.reading.people_words import read_lexicon
from storycore.cast.reading.policy import RankerPolicy
from storycore.cast.reading.ranker import Ranker
from training.chains import RECIPE, ROUNDS, Lesson, learn, learn_names, lesson_of, unseen_lessons, whose
from training.data import FOLDS, Document, fold_of, litbank, own_documents

_DATA = Path(__file__).resolve().parents[2] / "shared" / "story"
_LEXICON = read_lexicon(MODEL)
_NLP = people_pipeline()
_LIKENESS = likeness_of(_NLP)
#: (confidence, was it right) of every speaker of a set.
Sure = list[tuple[float, bool]]


def read(lesson: Lesson, rankers: dict[str, Ranker]) -> Reading:
    """One lesson, read by rankers."""
    policy = RankerPolicy(rankers)
    return Chains(lesson.words, lesson.mentions, lesson.identities, _LEXICON, policy, _LIKENESS).read()


def as_object(document: Document, lesson: Lesson, reading: Reading) -> dict[str, Any]:
    """What was read, in the scorer's format."""
    words = lesson.words
    mentions = [
        {"start": words.starts[m.first], "end": words.ends[m.last], "cluster": who, "type": m.kind}
        for m, who in zip(lesson.mentions, reading.of_mention, strict=True)
    ]
    quotes = [
        {"start": speech.start, "end": speech.end, "speaker_cluster": told.speaker if told.speaker >= 0 else None}
        for speech, told in zip(words.speeches, reading.attributions, strict=True)
    ]
    return {"id": document["id"], "mentions": mentions, "quotes": quotes}


def sureness(lesson: Lesson, reading: Reading) -> Sure:
    """How sure each speaker was, and whether the chain is mostly theirs."""
    return [
        (told.confidence, whose(lesson, reading.entities[told.speaker]) == speaker)
        for told, speaker in zip(reading.attributions, lesson.speakers, strict=True)
        if speaker is not None and told.speaker >= 0
    ]


def reliability(sure: Sure) -> str:
    """One line: of decisions of each confidence, how many were right."""
    bins: dict[int, list[bool]] = defaultdict(list)
    for confidence, right in sure:
        bins[min(9, int(confidence * 10))].append(right)
    return ", ".join(
        f"{b / 10:.1f}: {100 * sum(got) / len(got):.0f} % of {len(got)}" for b, got in sorted(bins.items())
    )


def cross(data: Path, work: Path) -> dict[str, tuple[list[Document], list[dict[str, Any]], Sure]]:
    """Documents, what was found in them, and how sure: by the name of the set."""
    documents, ours = litbank(data, "train"), own_documents(data)
    lessons, our_lessons = unseen_lessons(_LEXICON, data, work)
    sets: dict[str, tuple[list[Document], list[dict[str, Any]], Sure]] = defaultdict(lambda: ([], [], []))
    for fold in range(FOLDS):
        apart = [x for n, x in enumerate(lessons) if fold_of(n) != fold]
        own_apart = [x for n, x in enumerate(our_lessons) if fold_of(n) != fold]
        judge = learn_names([*apart, *own_apart], _LEXICON)
        judged = [lesson_of(x.words, _LEXICON, d, judge) for x, d in zip(lessons, documents, strict=True)]
        own = [lesson_of(x.words, _LEXICON, d, judge) for x, d in zip(our_lessons, ours, strict=True)]
        known = [x for n, x in enumerate(judged) if fold_of(n) != fold]
        own_known = [x for n, x in enumerate(own) if fold_of(n) != fold]
        rankers = learn(known, own_known, _LEXICON, _LIKENESS, ROUNDS, RECIPE)
        held = [("LitBank", documents[n], x) for n, x in enumerate(judged) if fold_of(n) == fold]
        held += [
            ("tales" if ours[n]["id"].startswith("tale") else "chat scripts", ours[n], x)
            for n, x in enumerate(own)
            if fold_of(n) == fold
        ]
        for name, document, lesson in held:
            reading = read(lesson, rankers)
            sets[name][0].append(document)
            sets[name][1].append(as_object(document, lesson, reading))
            sets[name][2].extend(sureness(lesson, reading))
    return sets


def table(columns: dict[str, dict[str, str]]) -> Sequence[str]:
    """The rows of a Markdown table."""
    head = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return head + [f"| {row} | " + " | ".join(column[row] for column in columns.values()) + " |" for row in FIGURES]


def main() -> None:
    """Print the table and the reliability."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.story_folds", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/model"))
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args()
    if not (chosen.work / "people-0").is_dir():
        parser.error(f"{chosen.work} has no networks of folds: run make model first.")
    score = scorer(chosen.data)
    sets = cross(chosen.data, chosen.work)
    print("\n".join(table({name: figures(score, *found[:2], chosen.rounds) for name, found in sets.items()})))
    for name, (_, _, sure) in sets.items():
        print(f"{name}, speakers right by confidence: {reliability(sure)}")


if __name__ == "__main__":
    main()
