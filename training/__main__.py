"""``python -m training``: makes ``storycore/cast/model`` anew. About 45 minutes of one core, most of it the
networks'.

Every step is seeded; on the same machine and versions the same data give the same model.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from spacy.cli.train import train

from storycore.cast.pipeline import MODEL, people_pipeline
from storycore.cast.reader import likeness_of
from storycore.cast.reading.people_words import read_lexicon
from storycore.cast.reading.ranker import write_rankers
from training.assemble import alone, assemble, blank_with_vectors, write_lexicon
from training.chains import RECIPE, ROUNDS, learn, learn_names, lesson_of, unseen_lessons
from training.data import FOLDS, litbank, novels, own_documents, tales, treebank
from training.lexicon import count_names, count_places, count_verbs
from training.readers import natural  # (importing it registers what the configurations ask for by name)
from training.vectors import Shape, make_vectors
from training.votes import write_votes

_HERE = Path(__file__).parent
_SHAPE = Shape(words=20_000, width=96, contexts=1_500, window=3)
_FOLD_STEPS = 1_600


def main() -> None:
    """Make the model, step by step."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/story"), help="where the data lie")
    parser.add_argument("--work", type=Path, default=Path("build/model"), help="where steps leave what the next needs")
    parser.add_argument("--only", choices=list(_STEPS), help="one step alone, on what the others left")
    chosen = parser.parse_args()
    if not (chosen.data / "litbank").is_dir():
        parser.error(f"{chosen.data} has no litbank folder: name the folder of the data with --data.")
    chosen.work.mkdir(parents=True, exist_ok=True)
    for name, step in _STEPS.items():
        if chosen.only in (None, name):
            print(f"== {name}", flush=True)
            step(chosen.data, chosen.work)


def _texts(data: Path) -> Iterator[str]:
    yield from novels(data)
    yield from ("\n".join(sections) for sections in tales(data))


def _vectors(data: Path, work: Path) -> None:
    texts = [*_texts(data), *(" ".join(paragraph.words) for paragraph in treebank(data, "train"))]
    words, vectors = make_vectors(texts, _SHAPE)
    blank_with_vectors(words, vectors.astype("float16").astype("float32")).to_disk(work / "vectors")


def _lexicon(data: Path, work: Path) -> None:
    sexes, common = count_names(_texts(data))
    rows = (row for p in treebank(data, "train") for row in zip(p.words, p.tags, strict=True))
    MODEL.mkdir(exist_ok=True)
    write_lexicon(MODEL, sexes, common, count_verbs(rows), count_places(_texts(data)))


def _network(name: str, data: Path, work: Path, **more: Any) -> None:
    overrides = {"paths.data": str(data), "paths.vectors": str(work / "vectors"), **more}
    train(_HERE / f"{name.partition('-')[0]}.cfg", work / name, overrides=overrides)


def _folds(data: Path, work: Path) -> None:
    """Networks that are trained without a quarter of the documents each: rankers learn from what they find there, and
    together they teach the one that is shipped."""
    for fold in range(FOLDS):
        steps = {"training.max_steps": _FOLD_STEPS, "training.eval_frequency": _FOLD_STEPS}
        _network(f"people-{fold}", data, work, **steps, **{"corpora.train.without": fold})


def _votes(data: Path, work: Path) -> None:
    networks = [alone(work / f"people-{fold}" / "model-last") for fold in range(FOLDS)]
    told = (natural(sections) for sections in tales(data))
    write_votes(networks, chain(novels(data), told), work / "votes.jsonl.gz")


def _people(data: Path, work: Path) -> None:
    _network("people", data, work, **{"paths.votes": str(work / "votes.jsonl.gz")})


def _assemble(data: Path, work: Path) -> None:
    assemble(data, work / "syntax" / "model-best", work / "people" / "model-best", MODEL)


def _rankers(data: Path, work: Path) -> None:
    nlp, lexicon = people_pipeline(), read_lexicon(MODEL)
    documents = [*litbank(data, "train"), *own_documents(data)]
    lessons, own = unseen_lessons(lexicon, data, work)
    judge = learn_names([*lessons, *own], lexicon)
    judged = [lesson_of(x.words, lexicon, d, judge) for x, d in zip([*lessons, *own], documents, strict=True)]
    lessons, own = judged[: len(lessons)], judged[len(lessons) :]
    rankers = learn(lessons, own, lexicon, likeness_of(nlp), ROUNDS, RECIPE)
    write_rankers(MODEL / "rankers.npz", {**rankers, "somebody": judge})


_STEPS = {
    "vectors": _vectors,
    "lexicon": _lexicon,
    "syntax": lambda data, work: _network("syntax", data, work),
    "folds": _folds,
    "votes": _votes,
    "people": _people,
    "assemble": _assemble,
    "rankers": _rankers,
}

if __name__ == "__main__":
    main()
