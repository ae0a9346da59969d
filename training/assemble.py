"""Putting the parts together: one folder that ``storycore.cast.pipeline`` loads."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import spacy
import srsly
from spacy.language import Language
from spacy.vectors import Vectors

from storycore.cast.word_tables import WORDS, WordTables, register
from training.data import treebank
from training.vectors import Floats


def blank_with_vectors(words: list[str], vectors: Floats) -> Language:
    """An empty English pipeline with the vectors, found by words in small letters."""
    nlp = spacy.blank("en")
    keys = [nlp.vocab.strings.add(word) for word in words]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=vectors, keys=keys, name="fireside", attr="LOWER")
    return nlp


def alone(people: Path) -> Language:
    """A trained network for people, as a pipeline of its one component ``people``."""
    nlp = spacy.load(people)
    nlp.replace_listeners("tok2vec", "people", ["model.tok2vec"])
    nlp.remove_pipe("tok2vec")
    return nlp


def tables_of(data: Path) -> WordTables:
    """Lemmas and universal tags as the treebank's training part has them."""
    tables = WordTables()
    tables.learn(
        row
        for paragraph in treebank(data, "train")
        for row in zip(paragraph.words, paragraph.tags, paragraph.uposes, paragraph.lemmas, strict=True)
    )
    return tables


def assemble(data: Path, syntax: Path, people: Path, out: Path) -> Language:
    """Syntax and people in one pipeline, written to ``out``; what else lies there (card, rankers) stays."""
    register()
    nlp = spacy.load(syntax)
    words: Any = nlp.add_pipe(WORDS)
    tables = tables_of(data)
    words.lemmas, words.endings, words.uposes = tables.lemmas, tables.endings, tables.uposes
    other = spacy.load(people)
    other.replace_listeners("tok2vec", "people", ["model.tok2vec"])
    nlp.add_pipe("people", source=other)
    nlp.meta.update(_META)
    # the corpora are none of what is shipped, and their readers are not there at run time
    nlp.config["corpora"] = {}
    nlp.config["training"] = {}
    nlp.config["initialize"] = {"vectors": None}
    nlp.config["paths"] = {}
    temporary = out.with_suffix(".new")
    shutil.rmtree(temporary, ignore_errors=True)
    nlp.to_disk(temporary)
    _halve(temporary / "vocab" / "vectors")
    for network in sorted(temporary.glob("*/model")):
        _halve_network(network)
    _lighten(temporary)
    out.mkdir(parents=True, exist_ok=True)
    for part in sorted(temporary.iterdir()):
        target = out / part.name
        if target.is_dir():
            shutil.rmtree(target)
        part.replace(target)
    temporary.rmdir()
    return nlp


_META = {
    "name": "fireside",
    "version": "1.0.0",
    "description": "Who is in a story: tags, parses, and the cores of mentions",
    "author": "Fireside",
    "license": "CC BY-SA 4.0",
}


def _halve(path: Path) -> None:
    """Vectors as half floats: half the size, and the same neighbours. Networks likewise."""
    with path.open("rb") as opened:
        data = np.load(opened)
    with path.open("wb") as opened:
        np.save(opened, data.astype(np.float16))


def _halve_network(path: Path) -> None:
    kept = srsly.msgpack_loads(path.read_bytes())
    for params in kept["params"]:
        for name, value in params.items():
            if isinstance(value, np.ndarray) and value.dtype == np.float32:
                params[name] = value.astype(np.float16)
    path.write_bytes(srsly.msgpack_dumps(kept))


def _lighten(folder: Path) -> None:
    """Without the scores of training, which say nothing at run time and change with every machine."""
    meta = srsly.read_json(folder / "meta.json")
    meta.pop("performance", None)
    srsly.write_json(folder / "meta.json", meta)


def write_lexicon(
    out: Path, sexes: dict[str, str], common: Iterable[str], verbs: Iterable[str], places: Iterable[str]
) -> None:
    """The lists of ``training.lexicon``, as ``people_words.read_lexicon`` wants them."""
    lists = {"sexes": sexes, "common": list(common), "verbs": list(verbs), "places": list(places)}
    srsly.write_json(out / "lexicon.json", lists, indent=0)
