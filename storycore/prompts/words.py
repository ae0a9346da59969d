"""Words that do not go into prompts: found however they are spelled, and taken out of what a script put there.

Whole words and phrases are compared without case, accents and what cannot be seen, with digits and letters that look
like others (``n1ght``, Cyrillic ``а``), drawn out (``niiight``), spelled out (``n i g h t``) or broken by brackets and
hyphens (``ni(ght``). A word that ends in ``*`` is the beginning of words. A script without blanks (Chinese, Thai) is
searched as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from storycore.prompts.check import PromptError
from storycore.prompts.grammar import attention, schedule
from storycore.script.words import INVISIBLE, UNSPACED

#: So many words and phrases a list has at most, and so long is one.
MOST_WORDS = 300
WORD_LENGTH = 60
_MOST_JOINED = 6
_STEPS = 8
#: Letters of other alphabets that look like Latin ones (Unicode's confusables, the common ones).
_LOOKALIKES = dict(zip("аеорсухіјѕԁӏһквмнтгαερορτυνικɑɡıłøđ", "aeopcyxijsdlhkbmhtraepoptuvikagilod", strict=True))
_LEET = str.maketrans("034578@$!€", "oeastbasie")
_SIGNS = "@$!€"
_TOKEN = re.compile(rf"(?:(?<![@$€])[@$€]{{1,3}})?[^\W_]+(?:[{_SIGNS}]{{1,3}}[^\W_]+)*(?:[@$€]{{1,3}}(?![@$€]))?")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_SHORTEST_SPELLED = 3
_TAG = re.compile(r"<\w+:[^<>]*>")
#: What may stand inside a word that is broken: brackets, hyphens, dots; never what ends a clause.
_BREAKS = re.compile(r"[()\[\]{}\\_*'’.‐-―-]+")
_EMPTY = re.compile(r"\(\s*(?::\s*[\d.]*\s*)?\)|\[\s*\]")


@dataclass(frozen=True, slots=True)
class Found:
    """A word of a list in a text: the stretch ``start`` … ``end``, and the list's own spelling."""

    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Phrase:
    word: str
    tokens: tuple[frozenset[str], ...]
    beginning: bool


class WordList:
    """Words and phrases to be looked for; made once for a list, by :func:`word_list`."""

    def __init__(self, words: Sequence[str]) -> None:
        self._by_first: dict[str, list[_Phrase]] = {}
        self._beginnings: list[_Phrase] = []
        #: What those begin with: one look tells that a token is none of them.
        self._starts: tuple[str, ...] = ()
        self._unspaced: list[tuple[str, str]] = []
        for word in words:
            folded, _ = _folded(word)
            if UNSPACED.search(folded):
                self._unspaced.append((folded.replace(" ", ""), word))
                continue
            tokens = _tokens(folded)
            phrase = _Phrase(word, tuple(token.forms for token in tokens), word.rstrip().endswith("*"))
            if tokens and phrase.beginning and len(tokens) == 1:
                self._beginnings.append(phrase)
            elif tokens:
                for form in tokens[0].forms:
                    self._by_first.setdefault(form, []).append(phrase)
        self._starts = tuple({begin for phrase in self._beginnings for begin in phrase.tokens[0]})

    def __bool__(self) -> bool:
        return bool(self._by_first or self._beginnings or self._unspaced)

    def find(self, text: str) -> list[Found]:
        """Where words of the list stand in ``text``, in order. Linear in the text's length."""
        if not self:
            return []
        folded, places, tokens = _read(text)
        found = [*self._phrases(tokens), *self._broken(folded, tokens), *self._spelled(tokens)]
        for part, word in self._unspaced:
            found += [Found(m.start(), m.end(), word) for m in re.finditer(re.escape(part), folded)]
        if places is not None:
            found = [Found(places[f.start], places[f.end - 1] + 1, f.word) for f in found]
        return sorted(found, key=lambda f: (f.start, -f.end))

    def without(self, text: str) -> tuple[str, tuple[str, ...]]:
        """``text`` without the words of the list, and those that were in it; the very same text where there is none."""
        found = self.find(text)
        if not found:
            return text, ()
        kept, at = [], 0
        for one in found:
            kept.append(text[at : max(at, one.start)])
            at = max(at, one.end)
        return _mended("".join([*kept, text[at:]])), tuple(dict.fromkeys(one.word for one in found))

    def _phrases(self, tokens: Sequence[_Token]) -> Iterator[Found]:
        for index, token in enumerate(tokens):
            for form in token.forms:
                for phrase in self._by_first.get(form, ()):
                    span = tokens[index : index + len(phrase.tokens)]
                    if len(span) == len(phrase.tokens) and _same(span, phrase):
                        yield Found(token.start, span[-1].end, phrase.word)
            if word := self._begun(token.forms):
                yield Found(token.start, token.end, word)

    def _broken(self, folded: str, tokens: Sequence[_Token]) -> Iterator[Found]:
        """Words with brackets or hyphens in them."""
        for index, token in enumerate(tokens):
            forms, last = token.forms, token
            for after in tokens[index + 1 : index + _MOST_JOINED]:
                if not _BREAKS.fullmatch(folded, last.end, after.start):
                    break
                forms = frozenset(a + b for a in forms for b in after.forms)
                last = after
                if word := self._single(forms):
                    yield Found(token.start, last.end, word)
                    break

    def _spelled(self, tokens: Sequence[_Token]) -> Iterator[Found]:
        """Words whose letters stand one by one."""
        run: list[_Token] = []
        for token in [*tokens, None]:
            if token is not None and token.end - token.start == 1:
                run.append(token)
                continue
            if len(run) >= _SHORTEST_SPELLED:
                yield from self._in_run(run)
            run = []

    def _in_run(self, run: Sequence[_Token]) -> Iterator[Found]:
        letters = "".join(min(token.forms) for token in run)
        for phrases in self._by_first.values():
            for phrase in phrases:
                word = min(phrase.tokens[0]) if len(phrase.tokens) == 1 else ""
                if len(word) >= _SHORTEST_SPELLED and (at := letters.find(word)) >= 0:
                    yield Found(run[at].start, run[at + len(word) - 1].end, phrase.word)

    def _single(self, forms: frozenset[str]) -> str:
        for form in forms:
            for phrase in self._by_first.get(form, ()):
                if len(phrase.tokens) == 1:
                    return phrase.word
        return self._begun(forms)

    def _begun(self, forms: frozenset[str]) -> str:
        """The word that one of the forms begins with, "" where there is none."""
        if not any(form.startswith(self._starts) for form in forms):
            return ""
        begun = (
            phrase for phrase in self._beginnings for begin in phrase.tokens[0] for f in forms if f.startswith(begin)
        )
        return next(phrase.word for phrase in begun)


@lru_cache(maxsize=256)
def word_list(words: tuple[str, ...]) -> WordList:
    """The list of these words, made once."""
    return WordList(words)


def readings(prompt: str) -> tuple[str, ...]:
    """``prompt`` as it stands, and as a painter reads it: emphasis and schedules resolved, tags out.

    CPU-bound for brackets made to be slow (seconds): call it off the event loop where there is a ``[``.
    """
    plain = _TAG.sub(" ", prompt)
    texts = [plain]
    try:
        scheduled = [text for _, text in schedule(plain, _STEPS)] if "[" in plain else [plain]
        texts += ["".join(part for part, _ in attention(text)) for text in scheduled]
    except PromptError:  # a host would not read it either, or as it stands
        pass
    return tuple(dict.fromkeys(texts))


def _same(span: Sequence[_Token], phrase: _Phrase) -> bool:
    *middle, last = zip(span, phrase.tokens, strict=True)
    if any(token.forms.isdisjoint(forms) for token, forms in middle):
        return False
    token, forms = last
    if phrase.beginning:
        return any(form.startswith(begin) for form in token.forms for begin in forms)
    return not token.forms.isdisjoint(forms)


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[str, list[int] | None, list[_Token]]:
    """A text as it is compared; several lists look through each."""
    folded, places = _folded(text)
    return folded, places, _tokens(folded)


def _tokens(folded: str) -> list[_Token]:
    return [_Token(m.start(), m.end(), _forms(m[0])) for m in _TOKEN.finditer(folded)]


@lru_cache(maxsize=8192)
def _forms(token: str) -> frozenset[str]:
    """What a token may be meant as: its digits as letters (a 1 as i, and as l), what is drawn out as one or two."""
    forms = {token}
    if any(letter.isalpha() for letter in token) and not token.isalpha():
        plain = token.translate(_LEET)
        forms |= {plain.replace("1", "i"), plain.replace("1", "l")}
    for form in list(forms):
        if _DRAWN_OUT.search(form):
            forms |= {_DRAWN_OUT.sub(r"\1", form), _DRAWN_OUT.sub(r"\1\1", form)}
    return frozenset(forms)


def _folded(text: str) -> tuple[str, list[int] | None]:
    """Small letters without accents and what cannot be seen; and where each stood (None: where it stands)."""
    if text.isascii() and not INVISIBLE.search(text):
        return text.lower(), None
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in _plain(letter):
            letters.append(plain)
            places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=8192)
def _plain(letter: str) -> str:
    if INVISIBLE.match(letter) or unicodedata.category(letter) in ("Cf", "Cs"):
        return ""
    apart = unicodedata.normalize("NFKD", letter).casefold()
    kept = (c for c in unicodedata.normalize("NFKD", apart) if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    return "".join(_LOOKALIKES.get(c, c) for c in kept)


def _mended(text: str) -> str:
    """A text from which words were taken: no empty brackets, no commas without anything between."""
    text = _EMPTY.sub("", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.;])", r"\1", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r"\.(?:\s*\.)+", ".", text)
    return re.sub(r"^[\s,.;]+|[\s,;]+$", "", re.sub(r",\s*\.", ".", text))
