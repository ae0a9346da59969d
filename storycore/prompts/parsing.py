"""Sentences with their grammar, as prompts need them: what stands by itself, what is seen, what only is thought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from storycore.cast.lexicon import SPEECH_VERBS
from storycore.prompts.drawable import ABSTRACT, NEGATIONS, is_drawable, singular
from storycore.script.words import word_set

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span, Token

#: A sentence of more words than this is cut at its clauses.
LONG_SENTENCE = 16
#: A clause of more words than this loses what only explains it.
LONG_CLAUSE = 18

_SUBJECTS = ("nsubj", "expl", "csubj")
_FINITE = ("VBD", "VBZ", "VBP", "MD")
_JOINS = word_set("and but or so yet then while when until as before after")
_EXPLAINS = word_set("which who whom whose because since although though lest if whether unless than for that")
_SPEECH = word_set(
    """say ask cry reply answer whisper shout call growl mutter add laugh sing scream yell murmur sigh exclaim hiss
    roar snap beg demand declare announce explain continue groan grumble tell repeat warn order promise"""
)
#: They tag speech, and as often tell what is done meanwhile.
_DEEDS = word_set(
    """went goes began begins smiled grinned laughed laughs nodded sighed sighs thought wept sobbed called calls sang
    sings concluded snapped snaps spat"""
)
_TAGS = (SPEECH_VERBS - _DEEDS) | frozenset(("sang", "retorted"))
_TAIL = re.compile(
    r"(?:,? (?:and|but|then))*(?:,? (?:he|she|they|it))? (?:said|says|asked|cried|answered|replied|whispered|shouted"
    r"|exclaimed|muttered|added|told \w+)(?: to \w+(?: \w+)?)?[\s,:]*$"
)
#: What is done in the mind, or not done at all: there is nothing to see.
_MENTAL = word_set(
    """think know understand believe remember forget wonder hope want wish decide mean seem hear promise need like love
    hate agree expect suppose consider imagine learn realise realize notice resolve intend prefer regret doubt feel
    please dare belong happen become"""
)
_RELATIVE = word_set("that which who whom whose if")
_PEOPLE_PIPE = "people"
_ABSTRACT_END = re.compile(r"(?:ness|tion|sion|ity|ment|ship|hood|ance|ence|ism|dom|cy|ure|ship|ledge|ice|ude|ing)$")


def sentences(nlp: Language, texts: Sequence[str]) -> list[list[Span]]:
    """The sentences of each text, by a pipeline that was borrowed."""
    idle = [name for name in nlp.pipe_names if name == _PEOPLE_PIPE]
    return [list(doc.sents) for doc in nlp.pipe(texts, disable=idle)]


def pieces(sentence: Span) -> list[Span]:
    """A long sentence cut into parts that each have somebody who does something; a short one whole."""
    if _words(sentence) <= LONG_SENTENCE:
        return [sentence]
    found: list[Span] = []
    begin = 0
    for at in range(2, len(sentence) - 2):
        if not _may_cut(sentence, at) or at < begin + 2:
            continue
        left, right = sentence[begin:at], sentence[at:]
        if _stands(left, len(left)) and _stands(right, 8):
            found.append(left)
            begin = at
    return [*found, sentence[begin:]]


def _words(span: Span) -> int:
    return len(str(span.text).split())


def _may_cut(sentence: Span, at: int) -> bool:
    before, here = sentence[at - 1], sentence[at]
    if before.text in (";", "—", "–", "--"):
        return True
    if here.lower_ not in _JOINS:
        return False
    return before.text == "," or here.lower_ in ("and", "but", "while", "until")


def _stands(span: Span, reach: int) -> bool:
    """Whether a subject and its finite verb are in these words, the subject among the first ``reach``."""
    for token in span[:reach]:
        if not token.dep_.startswith(_SUBJECTS):
            continue
        verb = token.head
        if span.start <= verb.i < span.end and (verb.tag_ in _FINITE or _helped(verb)):
            return True
    return False


def _helped(verb: Token) -> bool:
    return any(child.dep_.startswith(("aux", "cop")) and child.tag_ in _FINITE for child in verb.children)


def shortened(piece: Span) -> Span:
    """A long clause without the reasons and relations that trail after it."""
    if _words(piece) <= LONG_CLAUSE:
        return piece
    for at in range(6, len(piece)):
        token = piece[at]
        trails = token.lower_ in _EXPLAINS and (
            piece[at - 1].text == "," or (token.dep_ == "mark" and token.lower_ in ("that", "because", "if"))
        )
        if trails and _stands(piece[:at], at):
            return piece[:at]
    return piece


def is_tag(sentence: Span) -> bool:
    """Whether a sentence begins by saying who spoke: “…” said the old smith, and took the sword."""
    return any(token.lower_ in _TAGS or token.lemma_.lower() in _SPEECH for token in sentence[:5])


def without_tail(text: str) -> str:
    """ "He bowed to the old man and said" -> "He bowed to the old man"."""
    shorter = _TAIL.sub("", text)
    return shorter if len(shorter.split()) > 2 else text


def lacks_subject(text: Span) -> bool:
    """Whether it begins with what somebody does and not with who does it."""
    first = next((token for token in text if token.is_alpha), None)
    return first is not None and first.tag_ in ("VBD", "VBZ", "VBP") and first.pos_ in ("VERB", "AUX")


def clarity(piece: Span) -> float:
    """How much of a clause can be seen: 1 all of it, 0 what did not happen."""
    lowers = [token.lower_ for token in piece]
    if any(word in NEGATIONS or word in ("n't", "n’t", "no") for word in lowers):
        return 0.0
    seen = 1.0
    if any(token.tag_ == "MD" for token in piece):
        seen *= 0.4
    if any(token.lemma_.lower() in _MENTAL and token.pos_ in ("VERB", "AUX") for token in piece):
        seen *= 0.5
    if "had" in lowers and any(token.tag_ == "VBN" for token in piece):
        seen *= 0.6
    first = next((token for token in piece if token.is_alpha), piece[0])
    verbless = not any(token.tag_.startswith(("VB", "MD")) for token in piece)
    if piece[-1].text == "?" or verbless or first.tag_ == "VBG":
        seen *= 0.5
    if any(word in ("if", "because", "whether") for word in lowers):
        seen *= 0.5
    if next((word for word in lowers if word.isalpha()), "") in _RELATIVE:
        seen *= 0.3
    return seen


def nouns(piece: Span) -> tuple[list[str], int]:
    """The things to see in a clause, in singular, each once; and how many other nouns may be such."""
    found: dict[str, None] = {}
    faint: set[str] = set()
    for token in piece:
        if token.pos_ not in ("NOUN", "PROPN") or not token.is_alpha:
            continue
        word = token.lower_
        if is_drawable(word):
            found[singular(word)] = None
        elif token.tag_ in ("NN", "NNS") and word not in ABSTRACT and not _ABSTRACT_END.search(word):
            faint.add(word)
    return list(found), len(faint)
