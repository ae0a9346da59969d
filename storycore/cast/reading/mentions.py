"""Mentions: the pipeline's cores, names that the whole script or the server knows, labels; and what each one is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from storycore.cast.facts import Facts
from storycore.cast.lexicon import ANIMATE, CREATURES, NO_NAMES, SPEECH_VERBS
from storycore.cast.reading.missed import beside_names, introduced, introductions, speaking
from storycore.cast.reading.name_judge import NOBODY, Named, likely_nobody
from storycore.cast.reading.name_rules import mend_names
from storycore.cast.reading.people_words import (
    KIN,
    NAME_TITLES,
    PRONOUNS,
    Lexicon,
    Pronoun,
    is_plural,
    noun_gender,
)
from storycore.cast.reading.ranker import Ranker
from storycore.cast.reading.words import Words
from storycore.script.words import fold, word_set

_DETERMINERS = word_set("the a an this that these those my your his her its our their thy another one some two three")
_OWNERS = word_set("my your his her its our their thy")
_PREPOSITIONS = word_set(
    """of to in on at with from for by into onto upon over under about near beside behind before after against between
    among through without toward towards like than past around across along"""
)
_STOP = word_set(
    """and or but nor if as that which who whom whose when where while so because then is was were are be been being am
    has have had do does did not n't 's ’s"""
)
#: The most words a description is widened by to its left.
_WIDEST = 5


@dataclass(slots=True)
class Found:
    """One mention: words ``first`` … ``last`` (both in it), ``core`` the first word of the core; who it is comes later.

    ``role`` is "subject", "object", "oblique" or "owner"; ``owner`` the index of the mention that owns it ("*his*
    sister"), or -1; ``determiner`` the word before a description, or "", and ``modifiers`` the words between that and
    the head; ``doubt`` how likely a name is nobody's (0 … 1).
    """

    first: int
    core: int
    last: int
    kind: str
    head: str
    role: str = ""
    determiner: str = ""
    owner: int = -1
    gender: str = ""
    plural: bool = False
    pronoun: Pronoun | None = None
    known: str | None = None
    label: bool = False
    identity: int = -1
    modifiers: frozenset[str] = frozenset()
    doubt: float = 0.0


def find_mentions(words: Words, lexicon: Lexicon, facts: Facts, judge: Ranker | None = None) -> list[Found]:
    """All mentions of a script, in order, no two with the same core. ``judge`` drops names that are nobody's."""
    spans: dict[int, tuple[int, int, str, str | None]] = {}
    taken = [False] * len(words)

    def take(first: int, last: int, kind: str, known: str | None = None) -> None:
        if not any(taken[first : last + 1]):
            spans[first] = (first, last, kind, known)
            taken[first : last + 1] = [True] * (last - first + 1)

    for first, last, known in _gazetteer(words, facts):
        take(first, last, "PROP", known)
    labels = dict.fromkeys((first for first, _, _ in words.labels), True)
    for first, last, _name in words.labels:
        take(first, last, _label_kind(words, first, last))
    for first, last, kind in mend_names(words, lexicon, words.cores):
        take(*_mended(words, first, last, kind))
    _drop_titles(words, spans, taken)
    for core in speaking(words, taken):
        take(*core)
    for core in introductions(words, taken, [last for _, last, kind, _ in spans.values() if kind == "NOM"]):
        take(*core)
    for first, last in _sweep(words, lexicon, taken, list(spans.values())):
        take(first, last, "PROP")
    names = [(first, last) for first, last, kind, _ in spans.values() if kind == "PROP"]
    for core in beside_names(words, taken, names):
        take(*core)
    doubts = _without_nobodies(words, lexicon, spans, labels, judge) if judge is not None else {}
    forbidden = {fold(name).casefold() for name in facts.not_characters}
    found: list[Found] = []
    for first, last, kind, whose in sorted(spans.values(), key=lambda span: span[:2]):
        mention = _describe(words, lexicon, found, (first, last, kind))
        mention.known, mention.label = whose, first in labels
        mention.doubt = doubts.get(first, 0.0)
        if not forbidden or not _is_forbidden(words, mention, forbidden):
            found.append(mention)
    return found


def _without_nobodies(
    words: Words,
    lexicon: Lexicon,
    spans: dict[int, tuple[int, int, str, str | None]],
    labels: Iterable[int],
    judge: Ranker,
) -> dict[int, float]:
    """Drop the names that are surely nobody's; how likely that is of each of the others that may be doubted."""
    doubts = likely_nobody(words, lexicon, open_to_doubt(words, spans, labels), judge)
    for first in [first for first, likely in doubts.items() if likely > NOBODY]:
        del spans[first]
    return doubts


def open_to_doubt(
    words: Words, spans: dict[int, tuple[int, int, str, str | None]], labels: Iterable[int]
) -> list[Named]:
    """The names written large that no person, no label and no "girl named …" vouches for, and whether the network found
    each itself.
    (Where all is written small, how a name is written says nothing, and the judge would drop too many.)"""
    vouched = _vouched(words, spans) | set(labels)
    sure = {words.lower[span[1]] for first, span in spans.items() if first in vouched}
    network = {i for first, last, kind in words.cores if kind == "PROP" for i in range(first, last + 1)}
    return [
        (first, last, last in network)
        for first, last, kind, known in sorted(spans.values(), key=lambda span: span[:2])
        if kind == "PROP" and known is None and words.lower[last] not in sure and not words.words[last].islower()
    ]


def _vouched(words: Words, spans: dict[int, tuple[int, int, str, str | None]]) -> set[int]:
    """Where names stand that a description says to be somebody's: "a girl named Linh", "her cat, Pepper"."""
    found: set[int] = set()
    for _, last, kind, _ in spans.values():
        if kind == "NOM":
            found.add(introduced(words, last))
            if words.lower[last] in KIN | CREATURES:
                found.add(last + (2 if last + 1 < len(words) and words.words[last + 1] == "," else 1))
    return found


def _drop_titles(words: Words, spans: dict[int, tuple[int, int, str, str | None]], taken: list[bool]) -> None:
    """What is named in headings alone is a title or a place, and nobody: "# Lighthouse"."""
    if not words.headings:
        return
    elsewhere = {
        words.lower[last] for first, last, _, _ in spans.values() if words.paragraph[first] not in words.headings
    }
    for first, last, _kind, known in list(spans.values()):
        if words.paragraph[first] in words.headings and not known and words.lower[last] not in elsewhere:
            del spans[first]
            taken[first : last + 1] = [False] * (last - first + 1)


def _is_forbidden(words: Words, mention: Found, forbidden: set[str]) -> bool:
    whole = " ".join(words.lower[mention.first : mention.last + 1])
    core = " ".join(words.lower[mention.core : mention.last + 1])
    return whole in forbidden or core in forbidden or f"the {core}" in forbidden


def _gazetteer(words: Words, facts: Facts) -> Iterable[tuple[int, int, str]]:
    """Where a known character's name or alias stands, however it is capitalised; longer names first."""
    by_first: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
    for character in facts.known:
        for name in (character.name, *character.aliases):
            parts = fold(name).casefold().replace("’", "'").split()
            if parts:
                by_first[parts[0]].append((parts, character.name))
    for options in by_first.values():
        options.sort(key=lambda option: -len(option[0]))
    if not by_first:
        return
    for i, word in enumerate(words.lower):
        for parts, name in by_first.get(fold(word).casefold(), ()):
            here = [fold(word).casefold() for word in words.lower[i : i + len(parts)]]
            if here == parts:
                yield i, i + len(parts) - 1, name
                break


def _label_kind(words: Words, first: int, last: int) -> str:
    core = words.lower[last]
    return "NOM" if core in ANIMATE and not any(w in NAME_TITLES for w in words.lower[first:last]) else "PROP"


def _mended(words: Words, first: int, last: int, kind: str) -> tuple[int, int, str]:
    """A core without marks at its ends; what is a pronoun is one."""
    while first < last and not words.words[first][0].isalnum():
        first += 1
    while last > first and not any(map(str.isalnum, words.words[last])):
        last -= 1
    while last > first and words.lower[last] in ("'s", "’s"):
        last -= 1
    while kind == "PROP" and last > first and words.words[first].istitle() and words.words[last].islower():
        last -= 1  # "Pepper jumps"
    if first == last and words.lower[first] in PRONOUNS and kind != "PRON":
        kind = "PRON"
    return first, last, kind


def _sweep(
    words: Words, lexicon: Lexicon, taken: list[bool], spans: list[tuple[int, int, str, str | None]]
) -> Iterable[tuple[int, int]]:
    """Names once found are names wherever they stand: the single words of names, elsewhere in the script."""
    names: Counter[str] = Counter()
    others: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    for first, last, kind, known in spans:
        if kind == "PRON":
            continue
        for i in range(first, last + 1):
            if kind == "PROP" and words.lower[i] not in NAME_TITLES and len(words.lower[i]) > 2:
                names[words.lower[i]] += 1
                sure[words.lower[i]] += 1 if known or words.words[i][0].isupper() else 0
            elif kind == "NOM":
                others[words.lower[i]] += 1
    small = Counter(word for i, word in enumerate(words.lower) if not taken[i] and words.words[i] == word)
    run: list[int] = []
    for i, word in enumerate(words.lower):
        free = not taken[i] and names[word] > others[word] and word not in NO_NAMES and word.isalpha()
        capital = words.words[i][0].isupper()
        common = word in lexicon.common or word in lexicon.verbs
        fits = free and (
            (capital and (names[word] > 1 or not words.begins_sentence(i)) and small[word] <= sure[word])
            or (not capital and not common and names[word] >= 1)
        )
        if fits:
            run.append(i)
        elif run:
            yield run[0], run[-1]
            run = []
    if run:
        yield run[0], run[-1]


def _describe(words: Words, lexicon: Lexicon, before: list[Found], span: tuple[int, int, str]) -> Found:
    first, last, kind = span
    head = words.lower[last]
    mention = Found(first, first, last, kind, head)
    if kind == "PRON":
        mention.pronoun = PRONOUNS.get(head)
        if mention.pronoun:
            mention.gender, mention.plural = mention.pronoun.gender, mention.pronoun.plural
    elif kind == "NOM":
        _widen(words, before, mention)
        begin = mention.first + (mention.first < mention.core and mention.determiner != "'s")
        mention.modifiers = frozenset(word for word in words.lower[begin : mention.last] if word.isalpha())
        mention.gender, mention.plural = noun_gender(head), is_plural(head)
    else:
        mention.plural = words.lower[max(0, first - 1)] == "the" and head.endswith("s") and first == last
    mention.role = _role(words, lexicon, mention)
    return mention


def _widen(words: Words, before: list[Found], mention: Found) -> None:
    """Back to the determiner: "the poor old woman", "his sister"."""
    owners = {m.first: n for n, m in enumerate(before[-4:], start=max(0, len(before) - 4))}
    limit = before[-1].last if before else -1
    for at in range(mention.core - 1, max(-1, mention.core - 1 - _WIDEST), -1):
        word = words.lower[at]
        if words.paragraph[at] != words.paragraph[mention.core]:
            return
        if at == limit and not (at in owners and word in _OWNERS):
            if word in ("'s", "’s"):
                mention.owner = len(before) - 1
            return
        if word in ("'s", "’s"):
            mention.owner, mention.determiner = len(before) - 1 if before and before[-1].last == at - 1 else -1, "'s"
            return
        if word in _DETERMINERS:
            mention.first, mention.determiner = at, word
            mention.owner = owners.get(at, -1) if word in _OWNERS else -1
            return
        if not word.isalpha() and word not in ("-", ","):
            return
        if word in _PREPOSITIONS or word in _STOP or word in PRONOUNS or word in SPEECH_VERBS:
            return


def _role(words: Words, lexicon: Lexicon, mention: Found) -> str:
    """A mention's part in its clause, told from the words beside it."""
    pronoun = mention.pronoun
    after = mention.last + 1
    if after < len(words) and words.lower[after] in ("'s", "’s") and not _is_verb_after(words, after):
        return "owner"
    if pronoun and pronoun.owner and mention.head not in ("mine", "hers", "theirs", "ours", "yours"):
        return "owner"
    if pronoun and mention.head in ("him", "me", "them", "us", "thee"):
        return "object"
    if pronoun and mention.head in ("i", "he", "she", "they", "we", "thou"):
        return "subject"
    if mention.head == "her" and pronoun:
        nxt = words.lower[after] if after < len(words) else ""
        return "owner" if nxt.isalpha() and nxt not in _PREPOSITIONS | _STOP and not nxt.endswith("ly") else "object"
    before = words.lower[mention.first - 1] if mention.first else ""
    for at in range(after, min(after + 3, len(words))):
        word = words.lower[at]
        if lexicon.finite(word):
            return "subject" if before not in _PREPOSITIONS else "oblique"
        if not (word.endswith("ly") or word in ("then", "only", "just", "also", "now", "had", "never", "himself")):
            break
    if before in _PREPOSITIONS:
        return "oblique"
    if before in SPEECH_VERBS and mention.first > 1 and words.quote[mention.first] < 0:
        return "subject"
    return "subject" if words.begins_sentence(mention.first) else "object"


def _is_verb_after(words: Words, at: int) -> bool:
    """ "Tom's here" against "Tom's house": a following verb form or determiner."""
    nxt = words.lower[at + 1] if at + 1 < len(words) else ""
    return nxt in ("been", "a", "the", "not", "here", "gone", "going", "there") or nxt.endswith("ing")
