"""What several networks agree on: stretches of novels and tales that nobody annotated, for one network to learn from.

Each network was trained without another quarter of the annotated documents, so that they err in different places;
together they are better than any of them, and what they teach is that (Buciluǎ, Caruana and Niculescu-Mizil, "Model
Compression", 2006). Where they are divided, a word teaches nothing ("-").
"""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from storycore.cast.smooth import smooth
from training.augment import Passage

#: Stretches of so many characters are drawn, so many from each text at most.
_STRETCH, _DRAWN = 1_000, 24
#: A core is one with this share of the votes or more; a word is none with this share or less.
_FOR, _AGAINST = 0.75, 0.25
_SEED = 17


def write_votes(networks: Sequence[Language], texts: Iterable[str], path: Path) -> None:
    """Draw stretches of whole paragraphs from ``texts``, let ``networks`` label each, and write what they agree on."""
    stretches = list(_drawn(texts))
    labelled = [_labels(network, stretches) for network in networks]
    blank = networks[0]
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        for number, text in enumerate(stretches):
            doc = blank.make_doc(text)
            labels = vote([votes[number] for votes in labelled], len(doc))
            row = [[t.text for t in doc], [bool(t.whitespace_) for t in doc], labels]
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_votes(path: Path) -> list[Passage]:
    """What ``write_votes`` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [Passage(*json.loads(line)) for line in file]


Core = tuple[int, int, str]


def vote(found: Sequence[Sequence[Core]], size: int) -> list[str]:
    """One label for each of ``size`` words from the cores (first word, behind the last, kind) that each voter found."""
    labels = ["O"] * size
    cores = Counter(core for one in found for core in one)
    touched = Counter(i for one in found for first, end, _ in one for i in range(first, end))
    for i, votes in touched.items():
        if votes > _AGAINST * len(found):
            labels[i] = "-"
    for (first, end, kind), votes in cores.items():
        if votes >= _FOR * len(found):
            labels[first:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - first - 1)]
    return labels


def _labels(network: Language, stretches: Sequence[str]) -> list[list[Core]]:
    docs: Iterator[Doc] = network.pipe(stretches, batch_size=64)
    return [[(span.start, span.end, span.label_) for span in doc.ents] for doc in docs]


def _drawn(texts: Iterable[str]) -> Iterator[str]:
    chance = random.Random(_SEED)
    for text in texts:
        paragraphs = [smooth(p) for p in text.split("\n\n") if p.strip()]
        stretches: list[str] = []
        here: list[str] = []
        for paragraph in paragraphs:
            here.append(paragraph)
            if sum(map(len, here)) >= _STRETCH:
                stretches.append("\n\n".join(here))
                here = []
        yield from chance.sample(stretches, min(_DRAWN, len(stretches)))
