"""Whether a name is somebody's or a place's, a house's, a stone's: told from everywhere that the script says it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log1p

from storycore.cast.lexicon import ANIMATE, CREATURES, NO_NAMES, PLACE_WORDS, SPEECH_VERBS
from storycore.cast.reading.people_words import NAME_TITLES, Lexicon
from storycore.cast.reading.ranker import Ranker
from storycore.cast.reading.words import Words
from storycore.script.words import word_set

#: First word, last word, and whether the network found it itself.
Named = tuple[int, int, bool]
_STRONG = word_set("in at near into through throughout towards toward within outside")
_WEAK = word_set("of to from for by on across around beyond past")
_STOPS = word_set("and or but as that who when than if while because so then not")
_CALLS = frozenset((",", "“", '"', "oh", "dear"))
#: A name that is likelier nobody's than this is dropped; of 0.3, 0.4, 0.5 and 0.6 the best, cross-validated.
NOBODY = 0.4


@dataclass(slots=True)
class _Told:
    """What stands around every place that says one word as a name."""

    count: int = 0
    network: int = 0
    seen: Counter[str] = field(default_factory=Counter)


def likely_nobody(words: Words, lexicon: Lexicon, names: Sequence[Named], judge: Ranker) -> dict[int, float]:
    """How likely each of ``names`` (by its first word) is nobody's; those that the script vouches for are left out."""
    rows = name_rows(words, lexicon, names)
    sure = {words.lower[last] for first, last, _ in names if _is_vouched_for(words, lexicon, first, last)}
    return {
        first: judge.probabilities([row, [0.0] * len(row)])[1]
        for (first, last, _), row in zip(names, rows, strict=True)
        if words.lower[last] not in sure
    }


def _is_vouched_for(words: Words, lexicon: Lexicon, first: int, last: int) -> bool:
    """Whether it speaks, is an animal's ("Stop, Fox!"), stands beside who it is ("Fafnir, the dragon"), or is a common
    word that is written large and acts, as in tales: "the Frost covered the grass"."""
    before = words.lower[first - 1] if first else ""
    if (before in SPEECH_VERBS and words.quote[first] < 0) or before in ANIMATE or words.lower[last] in CREATURES:
        return True
    beside = words.lower[last + 1 : last + 6]
    if beside[:1] == [","] and beside[1:2] in (["the"], ["a"], ["his"], ["her"]) and not ANIMATE.isdisjoint(beside[2:]):
        return True
    common = first == last and words.lower[last] in lexicon.common and words.words[first].istitle()
    return common and not words.begins_sentence(first) and _local(words, lexicon, first, last)["verb"]


def name_rows(words: Words, lexicon: Lexicon, names: Sequence[Named]) -> list[list[float]]:
    """One row of numbers for each name, for a ranker to hold against a row of zeros."""
    told: dict[str, _Told] = defaultdict(_Told)
    local = [_local(words, lexicon, first, last) for first, last, _ in names]
    for (_, last, network), here in zip(names, local, strict=True):
        one = told[words.lower[last]]
        one.count += 1
        one.network += network
        one.seen.update(name for name, value in here.items() if value)
    small = Counter(word for word in words.words if word.islower())
    return [
        _row(words, lexicon, name, here, told[words.lower[name[1]]], small[words.lower[name[1]]])
        for name, here in zip(names, local, strict=True)
    ]


def _local(words: Words, lexicon: Lexicon, first: int, last: int) -> dict[str, bool]:
    before = words.lower[first - 1] if first else ""
    after = words.lower[last + 1] if last + 1 < len(words) else ""
    later = words.lower[last + 2] if last + 2 < len(words) else ""
    beside = bool(after) and words.paragraph[last + 1] == words.paragraph[last]
    verb = beside and (lexicon.finite(after) or after in SPEECH_VERBS)
    plain = beside and after.isalpha() and words.words[last + 1].islower()
    return {
        "strong": before in _STRONG,
        "weak": before in _WEAK,
        "the": before == "the",
        "mark before": not before[:1].isalnum(),
        "verb": verb,
        "speaks": before in SPEECH_VERBS or (beside and after in SPEECH_VERBS),
        "owns": after in ("'s", "’s"),
        "noun": plain and not verb and after not in _STOPS | _STRONG | _WEAK and after in lexicon.common,
        "capital": beside and words.words[last + 1][:1].isupper(),
        "place": after in PLACE_WORDS or words.lower[last] in PLACE_WORDS,
        "comma": after == ",",
        "stop": after in (".", "!", "?", ";"),
        "and": after == "and" or before == "and",
        "relative": (after if after != "," else later) in ("who", "whom", "whose"),
        "title": any(word in NAME_TITLES for word in words.lower[first:last]) or before in NAME_TITLES,
        "spoken to": words.quote[first] >= 0
        and before in (",", "“", '"', "oh", "dear")
        and after in (",", "!", "?", "”"),
        "long": last > first,
    }


def _row(words: Words, lexicon: Lexicon, name: Named, here: dict[str, bool], told: _Told, small: int) -> list[float]:
    first, last, network = name
    word, given = words.lower[last], words.lower[first]
    shares = [told.seen[key] / told.count for key in here]
    return [
        1.0,
        float(network),
        told.network / told.count,
        log1p(told.count),
        log1p(small),
        float(word in lexicon.common),
        float(bool(lexicon.name_gender(given) or lexicon.name_gender(word))),
        float(given in NO_NAMES or word in NO_NAMES),
        float(word.endswith("s")),
        float(words.words[last].isupper()),
        float(words.words[last].islower()),
        float(words.begins_sentence(first)),
        float(words.quote[first] >= 0),
        float(len(word) < 4),
        float(word in lexicon.places),
        float(given in lexicon.places),
        *(float(value) for value in here.values()),
        *shares,
    ]
