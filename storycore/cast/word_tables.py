"""Lemmas and universal tags, looked up: by word and tag where the word is known, by its ending where it is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import srsly

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

#: The name that spaCy knows the component under.
WORDS = "fireside_words"
#: The longest ending that a rule looks at, in letters.
_LONGEST = 5
_AUXILIARY = frozenset(("aux", "aux:pass", "cop"))


class WordTables:
    """The spaCy component ``fireside_words``: sets ``pos_`` and ``lemma_`` from ``tag_`` and ``dep_``."""

    def __init__(self) -> None:
        self.lemmas: dict[str, str] = {}
        self.endings: dict[str, str] = {}
        self.uposes: dict[str, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        for token in doc:
            token.pos_ = self.upos(token)
            token.lemma_ = self.lemma(token.text, token.tag_)
        return doc

    def upos(self, token: Token) -> str:
        """The universal tag of a tagged and parsed word."""
        if token.is_space:
            return "SPACE"
        tag = token.tag_
        found = self.uposes.get(f"{token.lower_}|{tag}") or self.uposes.get(tag, "X")
        if found in ("AUX", "VERB") and tag.startswith("V"):
            return "AUX" if token.dep_ in _AUXILIARY else "VERB"
        return found

    def lemma(self, word: str, tag: str) -> str:
        """The base form of ``word`` under the Penn tag ``tag``; names keep their capitals."""
        proper = tag.startswith("NNP")
        lower = word.lower()
        known = self.lemmas.get(f"{lower}|{tag}")
        if known is not None:
            return known
        base = word if proper else lower
        for length in range(min(_LONGEST, len(lower) - 1), -1, -1):
            rule = self.endings.get(f"{lower[len(lower) - length :]}|{tag}")
            if rule is not None:
                cut, _, added = rule.partition("+")
                return base[: len(base) - int(cut)] + added
        return base

    def learn(self, words: Iterable[tuple[str, str, str, str]]) -> None:
        """Fill the tables from (word, Penn tag, universal tag, lemma) of a treebank."""
        rules: dict[str, Counter[str]] = defaultdict(Counter)
        uposes: dict[str, Counter[str]] = defaultdict(Counter)
        lemmas: dict[str, Counter[str]] = defaultdict(Counter)
        for word, tag, upos, lemma in words:
            lower = word.lower()
            key = f"{lower}|{tag}"
            uposes[key][upos] += 1
            uposes[tag][upos] += 1
            lemmas[key][lemma] += 1
            base = word if tag.startswith("NNP") else lower
            for length in range(min(_LONGEST, len(lower) - 1) + 1):
                rules[f"{lower[len(lower) - length :]}|{tag}"][_rule(base, lemma)] += 1
        clear = {key: _clear(key, found, rules) for key, found in rules.items()}
        self.endings = {key: rule for key, rule in clear.items() if rule is not None}
        general = {key: found.most_common(1)[0][0] for key, found in uposes.items() if "|" not in key}
        self.uposes = general | {
            key: best
            for key, found in uposes.items()
            if "|" in key and (best := found.most_common(1)[0][0]) != general[key.rpartition("|")[2]]
        }
        for key, found in lemmas.items():
            word, _, tag = key.rpartition("|")
            best = found.most_common(1)[0][0]
            if self.lemma(word, tag) != best and not tag.startswith("NNP"):
                self.lemmas[key] = best

    def to_disk(self, path: str | Path, exclude: Any = None) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"lemmas": self.lemmas, "endings": self.endings, "uposes": self.uposes}
        ordered = {name: dict(sorted(table.items())) for name, table in tables.items()}
        srsly.write_json(folder / "tables.json", ordered)

    def from_disk(self, path: str | Path, exclude: Any = None) -> WordTables:
        tables = srsly.read_json(Path(path) / "tables.json")
        self.lemmas, self.endings, self.uposes = tables["lemmas"], tables["endings"], tables["uposes"]
        return self


def _rule(word: str, lemma: str) -> str:
    """How ``word`` becomes ``lemma``: letters to cut at its end, and what is put there instead ("2+y")."""
    same = 0
    while same < min(len(word), len(lemma)) and word[same] == lemma[same]:
        same += 1
    return f"{len(word) - same}+{lemma[same:]}"


def _clear(key: str, found: Counter[str], rules: dict[str, Counter[str]]) -> str | None:
    """The rule of an ending where it was seen often enough and says something that the shorter ending does not."""
    (best, n), total = found.most_common(1)[0], found.total()
    ending, _, tag = key.rpartition("|")
    if not ending:
        return best if n * 2 > total else "0+"
    shorter = rules[f"{ending[1:]}|{tag}"].most_common(1)[0][0]
    return best if total >= 3 and n * 4 >= total * 3 and best != shorter else None


def make_word_tables(nlp: Language, name: str) -> WordTables:
    """The empty component, as spaCy asks for it; ``from_disk`` fills it."""
    return WordTables()


def register() -> None:
    """Make spaCy know the component ``fireside_words``; called before a pipeline that has one is loaded."""
    from spacy.language import Language

    if not Language.has_factory(WORDS):
        assigns, requires = ["token.pos", "token.lemma"], ["token.tag", "token.dep"]
        Language.factory(WORDS, assigns=assigns, requires=requires, func=make_word_tables)
