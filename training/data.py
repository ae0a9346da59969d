"""Reading what is trained on: LitBank, the tales, the English Web Treebank."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]
#: LitBank's training documents, and our own, are cross-validated in so many parts.
FOLDS = 4


def fold_of(number: int) -> int:
    """The part that document ``number`` is in, in its file's order."""
    return number % FOLDS


def read_documents(path: Path) -> list[Document]:
    """The JSON objects of a ``.jsonl`` or ``.jsonl.gz``, one a line."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").split("\n") if line.strip()]


def litbank(data: Path, split: str) -> list[Document]:
    """LitBank's excerpts, ``train`` or ``dev``: ``text``, ``mentions``, ``quotes`` (see the kit's README)."""
    name = "train.jsonl.gz" if split == "train" else f"{split}.jsonl"
    return read_documents(data / "litbank" / name)


def own_documents(data: Path) -> list[Document]:
    """Our tales and chat scripts, annotated by the same scheme."""
    return read_documents(data / "tales_dev.jsonl")


def novels(data: Path) -> Iterator[str]:
    """The full novels that LitBank's training excerpts are from."""
    for novel in read_documents(data / "litbank" / "novels_train.jsonl.gz"):
        yield novel["text"]


def tales(data: Path, split: str = "train") -> list[list[str]]:
    """The fairy tales, each a list of sections of paragraphs (``\\n`` between paragraphs)."""
    return [tale["sections"] for tale in read_documents(data / "tales" / f"{split}.jsonl.gz")]


@dataclass(slots=True)
class Paragraph:
    """A paragraph of the treebank: parallel lists, ``heads`` count words of the paragraph from 0."""

    words: list[str]
    spaces: list[bool]
    tags: list[str]
    uposes: list[str]
    lemmas: list[str]
    heads: list[int]
    deps: list[str]
    starts: list[bool]


def treebank(data: Path, split: str) -> Iterator[Paragraph]:
    """The paragraphs of the English Web Treebank, ``train``, ``dev`` or ``test``. Empty nodes are left out."""
    paragraph = _empty()
    with gzip.open(data / "ewt" / f"en_ewt-{split}.conllu.gz", "rt", encoding="utf-8") as lines:
        sentence: list[list[str]] = []
        joined: dict[int, bool] = {}
        for line in lines:
            row = line.rstrip("\n")
            if row.startswith(("# newpar", "# newdoc")) and paragraph.words and not sentence:
                yield paragraph
                paragraph = _empty()
            elif not row and sentence:
                _add(paragraph, sentence, joined)
                sentence, joined = [], {}
            elif row and row[0] != "#":
                columns = row.split("\t")
                if "-" in columns[0]:  # "don't": its words stand without a space between them
                    first, last = map(int, columns[0].split("-"))
                    joined |= dict.fromkeys(range(first, last), False)
                    joined[last] = "SpaceAfter=No" not in columns[9]
                elif "." not in columns[0]:
                    sentence.append(columns)
    if paragraph.words:
        yield paragraph


def _empty() -> Paragraph:
    return Paragraph([], [], [], [], [], [], [], [])


def _add(paragraph: Paragraph, sentence: list[list[str]], joined: dict[int, bool]) -> None:
    base = len(paragraph.words)
    for number, columns in enumerate(sentence, start=1):
        head = int(columns[6])
        paragraph.words.append(columns[1])
        paragraph.spaces.append(joined.get(number, "SpaceAfter=No" not in columns[9]))
        paragraph.lemmas.append(columns[2])
        paragraph.uposes.append(columns[3])
        paragraph.tags.append(columns[4])
        paragraph.heads.append(base + (head - 1 if head else number - 1))
        paragraph.deps.append("ROOT" if columns[7] == "root" else columns[7])
        paragraph.starts.append(number == 1)
