"""What spaCy's training asks for by name: the corpora of the configurations in this folder."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from storycore.cast.smooth import smooth
from training.augment import Passage, vary
from training.cores import label_cores
from training.data import Paragraph, fold_of, litbank, own_documents, tales, treebank
from training.silver import label_tale
from training.votes import read_votes

Corpus = Callable[[Language], Iterator[Example]]
#: Our own documents are few, and what is judged is like them.
_OWN_TIMES = 3


@registry.readers("fireside.treebank.v1")  # type: ignore[untyped-decorator]
def treebank_corpus(data: str, split: str, lowered: float, seed: int) -> Corpus:
    """The treebank's paragraphs; a share of ``lowered`` comes a second time as chat writes it: in small letters."""

    def read(nlp: Language) -> Iterator[Example]:
        chance = random.Random(seed)
        for paragraph in treebank(Path(data), split):
            yield _example(nlp, paragraph)
            if chance.random() < lowered:
                paragraph.words = [word.lower() for word in paragraph.words]
                yield _example(nlp, paragraph)

    return read


def _example(nlp: Language, paragraph: Paragraph) -> Example:
    reference = Doc(
        nlp.vocab,
        words=paragraph.words,
        spaces=paragraph.spaces,
        tags=paragraph.tags,
        pos=paragraph.uposes,
        lemmas=paragraph.lemmas,
        heads=paragraph.heads,
        deps=paragraph.deps,
        sent_starts=list(paragraph.starts),
    )
    return Example(nlp.make_doc(reference.text), reference)


@registry.readers("fireside.people.v1")  # type: ignore[untyped-decorator]
def people_corpus(
    data: str,
    split: str,
    varied: bool,
    tales_share: float,
    seed: int,
    without: int,
    votes: str | None,
    votes_share: float,
) -> Corpus:
    """LitBank's passages with the cores of their mentions, but those of the fold ``without`` (-1: all of them).

    ``varied`` tells each anew in every epoch, adds our own tales and chat scripts (``_OWN_TIMES``; likewise without the
    fold), a share of the tales that rules have labelled, and so much of what networks voted on (``training.votes``;
    ``votes`` is their file) as ``votes_share`` times LitBank's passages.
    """
    made: list[tuple[list[Passage], list[Passage], list[Passage]]] = []
    chance = random.Random(seed)

    def read(nlp: Language) -> Iterator[Example]:
        if not made:
            own = own_documents(Path(data)) if varied else []
            kept = [d for n, d in enumerate(litbank(Path(data), split)) if fold_of(n) != without]
            kept += [d for n, d in enumerate(own) if fold_of(n) != without] * _OWN_TIMES
            cores = (label_cores(nlp, document) for document in kept)
            tellings = [label_tale(nlp, natural(sections)) for sections in tales(Path(data))] if varied else []
            voted = read_votes(Path(votes)) if votes else []
            made.append(([p for doc, labels in cores for p in cut(_passage(doc, labels))], _stretches(tellings), voted))
        passages, told, voted = made[0]
        order = [*passages, *chance.sample(told, int(len(told) * tales_share))]
        order += chance.sample(voted, min(len(voted), int(len(passages) * votes_share)))
        if varied:
            chance.shuffle(order)
        for passage in order:
            yield _people_example(nlp, vary(passage, chance) if varied else passage)

    return read


def natural(sections: list[str]) -> str:
    """Paragraphs apart; a line that ends in the middle of a sentence was only wrapped."""
    return smooth(re.sub(r"(?<=[.!?:;,\"”'’])\n", "\n\n", "\n\n".join(sections)))


def _passage(doc: Doc, labels: list[str]) -> Passage:
    return Passage([t.text for t in doc], [bool(t.whitespace_) for t in doc], labels)


def _stretches(tellings: list[Passage]) -> list[Passage]:
    return [stretch for telling in tellings for stretch in cut(telling)]


def cut(passage: Passage, words: int = 160) -> Iterator[Passage]:
    """Stretches of whole paragraphs, ``words`` long or more."""
    begin = 0
    for i, word in enumerate(passage.words):
        if (word.isspace() and i - begin >= words) or i == len(passage.words) - 1:
            yield Passage(passage.words[begin : i + 1], passage.spaces[begin : i + 1], passage.labels[begin : i + 1])
            begin = i + 1


def _people_example(nlp: Language, passage: Passage) -> Example:
    labels: list[Any] = [None if label == "-" else label for label in passage.labels]
    reference = Doc(nlp.vocab, words=passage.words, spaces=passage.spaces, ents=labels)
    return Example(Doc(nlp.vocab, words=passage.words, spaces=passage.spaces), reference)
