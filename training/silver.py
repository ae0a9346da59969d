"""Tales labelled by rules, for what LitBank lacks: animals and things that act as people.

Only what is nearly sure is labelled; what may be either way gets "-" and teaches nothing.
"""

from __future__ import annotations

from collections import Counter

from spacy.language import Language
from spacy.tokens import Doc

from storycore.cast.lexicon import ANIMATE, NO_NAMES, SPEECH_VERBS, TITLES
from storycore.script.words import word_set
from training.augment import Passage

_PRONOUNS = word_set("""
    i me my mine myself you your yours yourself he him his himself she her hers herself they them their theirs
    themselves we us our ours ourselves thou thee thy thyself""")
_UNSURE = word_set("""
    it its itself one ones two three four five six seven others other rest all both eldest youngest oldest elder
    younger people folk folks men women children boys girls brothers sisters sons daughters soldiers servants somebody
    nobody everybody anybody everyone anyone someone none who whom whose another poor old young dear little fellow
    majesty highness""")
_DETERMINERS = word_set("the a an my your his her their our this that")
_QUOTES = frozenset('"“”')


def label_tale(nlp: Language, text: str) -> Passage:
    """One stretch of a tale with its labels."""
    doc = nlp.make_doc(text)
    speakers = _speaking_nouns(doc)
    names = _names(doc)
    labels = [_label(doc, i, speakers, names) for i in range(len(doc))]
    for i in range(1, len(labels)):
        if labels[i] == "B-PROP" and labels[i - 1].endswith("-PROP"):
            labels[i] = "I-PROP"
    return Passage([t.text for t in doc], [bool(t.whitespace_) for t in doc], labels)


def _label(doc: Doc, i: int, speakers: set[str], names: set[str]) -> str:
    word, lower = doc[i].text, doc[i].lower_
    if lower in _PRONOUNS:
        return "B-PRON"
    if lower in _UNSURE:
        return "-"
    if word in names:
        return "B-PROP"
    capital = word[0].isupper() and not _begins(doc, i)
    if capital and lower in TITLES and i + 1 < len(doc) and doc[i + 1].text in names:
        return "B-PROP"
    if capital and lower not in NO_NAMES:
        return "-"
    if lower in speakers or lower in ANIMATE:
        compound = i + 1 < len(doc) and (doc[i + 1].lower_ in ANIMATE or doc[i + 1].text == "-")
        return "-" if compound or (lower not in speakers and not _has_determiner(doc, i)) else "B-NOM"
    return "O"


def _begins(doc: Doc, i: int) -> bool:
    return i == 0 or doc[i - 1].is_space or doc[i - 1].text in '.!?"“”‘’:--—'


def _has_determiner(doc: Doc, i: int) -> bool:
    return any(doc[k].lower_ in _DETERMINERS for k in range(max(0, i - 3), i))


def _speaking_nouns(doc: Doc) -> set[str]:
    """Nouns that speak somewhere: “…” said the teapot; the teapot said, “…”"""
    found: set[str] = set()
    for i in range(2, len(doc) - 3):
        verb = doc[i]
        if verb.lower_ not in SPEECH_VERBS:
            continue
        if doc[i - 1].text in _QUOTES and doc[i + 1].lower_ == "the":
            for k in (i + 2, i + 3):
                if k + 1 < len(doc) and doc[k].is_alpha and (doc[k + 1].is_punct or doc[k + 1].is_space):
                    found.add(doc[k].lower_)
                    break
    return {word for word in found if word not in _UNSURE and len(word) > 2}


def _names(doc: Doc) -> set[str]:
    """Capitalised words in the middle of sentences that act as names do, twice or more."""
    middle: Counter[str] = Counter()
    acting: Counter[str] = Counter()
    small = {token.text for token in doc if token.is_lower}
    for i in range(1, len(doc) - 1):
        word = doc[i].text
        if not doc[i].is_title or doc[i].lower_ in NO_NAMES or doc[i].lower_ in TITLES or not doc[i].is_alpha:
            continue
        if not _begins(doc, i):
            middle[word] += 1
        near = (doc[i - 1].lower_, doc[i + 1].lower_)
        if any(word in SPEECH_VERBS for word in near) or near[1] == "'s" or near[0] in ("named", "called"):
            acting[word] += 1
    return {word for word, n in middle.items() if n >= 2 and acting[word] and word.lower() not in small}
