"""Mentions cut down to their cores, which never overlap: a name, the head of a description, a pronoun."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from storycore.cast.smooth import smooth
from storycore.script.words import word_set
from training.data import Document

#: Where a noun phrase's head is past, and what stands before it: LitBank's spans are whole noun phrases.
_CUT = word_set("""
    who whom whose which that of in on at with from to for by as where when after before whether than like upon over
    under about into near beyond among between without within through against behind beneath beside but or and nor
    , ; : -- ( ) " “ ” ’ ‘ ' — – . ! ?""")
_SKIP = word_set("""
    the a an this that these those my your his her its our their thy no any every each both all some such what which
    whose of " “ ‘ ' — -""")
#: Parts of a name that are written small.
_SMALL = word_set("of de la le du van von der den di da the and st dr mr mrs ms")


def head_of(words: list[str]) -> int:
    """The index of the head of an English noun phrase, given as its words: past the determiners, before what follows
    the noun. Of "match-maker", three words to us, it is the last; of "sister-in-law" the first."""
    lower = [word.lower() for word in words]
    first = 0
    while first < len(words) - 1 and lower[first] in _SKIP and not (lower[first] == "of" and first == 0):
        first += 1
    last = first + 1
    while (
        last < len(words)
        and lower[last] not in _CUT
        and not lower[last].isspace()
        and not (lower[last] in ("'s", "’s") and last == len(words) - 1)
    ):
        last += 1
    if lower[last - 1] == "-" and last > first + 1:
        last -= 1
    return last - 1


def label_cores(nlp: Language, document: Document) -> tuple[Doc, list[str]]:
    """The document's words, and for each "B-PROP", "I-PROP", "B-NOM", "B-PRON" or "O"."""
    doc = nlp.make_doc(smooth(document["text"]))
    labels = ["O"] * len(doc)
    order = {"PRON": 0, "NOM": 1, "PROP": 2}
    for mention in sorted(document["mentions"], key=lambda m: (order[m["type"]], m["end"] - m["start"])):
        span = doc.char_span(mention["start"], mention["end"], alignment_mode="expand")
        if span is None:
            continue
        head = span.start + head_of([token.text for token in span])
        if labels[head] != "O":
            continue
        labels[head] = f"B-{mention['type']}"
        if mention["type"] == "PROP":
            _widen(doc, labels, span.start, head)
    return doc, labels


def _widen(doc: Doc, labels: list[str], first: int, head: int) -> None:
    """A name's words before its head: capitals, and the small words between them."""
    begin = head
    for at in range(head - 1, first - 1, -1):
        word = doc[at].text
        if labels[at] != "O" or word.lower() in ("the", "a", "an"):
            break
        if word[0].isupper() or (doc[at].is_lower and doc[head].is_lower and at == head - 1):
            begin = at
        elif word.lower() not in _SMALL and word not in (".", "-", "'", "’"):
            break
    for at in range(begin, head + 1):
        labels[at] = ("B-" if at == begin else "I-") + "PROP"
