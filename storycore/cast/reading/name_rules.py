"""Names put right by what the whole script shows: titles, capitals that act, places, common words taken for names."""

from __future__ import annotations

from collections import Counter, defaultdict

from storycore.cast.lexicon import ANIMATE, NO_NAMES, PLACE_WORDS, SPEECH_VERBS
from storycore.cast.reading.people_words import NAME_TITLES, Lexicon
from storycore.cast.reading.words import Words
from storycore.script.words import word_set

Core = tuple[int, int, str]
_STRONG_PLACE = word_set("in at near into through toward towards from throughout")
_PLACE = _STRONG_PLACE | word_set("to of for across over the")
_BEFORE_PLACE = _PLACE | word_set(", and between or")
_ODD = NO_NAMES - NAME_TITLES | word_set("so perhaps indeed if when did can shall")
_CALLED = word_set("named called")
_TITLES = NAME_TITLES - word_set("old young little poor dear big great")
_NO_NAME = NO_NAMES | word_set("street road lane hall inn bar hill bible gospel sir madam")
_PLACES = PLACE_WORDS | word_set("gate barricade observatory company society committee office county avenue terrace")


def mend_names(words: Words, lexicon: Lexicon, cores: list[Core]) -> list[Core]:
    """The cores with names completed ("St. Lawrence", "Sir We"), capitals that act added ("the Frost"), and places
    and common words taken out."""
    titled = _titled(words, cores)
    covered = {i for first, last, _ in titled for i in range(first, last + 1)}
    kept = [core for core in cores if not any(i in covered for i in range(core[0], core[1] + 1))]
    kept = sorted([*kept, *titled])
    taken = {i for first, last, _ in kept for i in range(first, last + 1)}
    kept = sorted([*kept, *_acting(words, lexicon, taken)])
    return _without_places(words, lexicon, _without_common(words, lexicon, kept))


def _is_capital(words: Words, i: int) -> bool:
    return words.words[i][0].isupper()


def _titled(words: Words, cores: list[Core]) -> list[Core]:
    """A title and the capitals after it: one name, whatever the network made of its parts."""
    found: list[Core] = []
    names = {i for first, last, kind in cores if kind == "PROP" for i in range(first, last + 1)}
    # "Hou I", "Sir We": what looks like a pronoun is a name's second half where it keeps coming back
    pairs = Counter(
        (words.words[i], words.words[i + 1]) for i in range(len(words) - 1) if words.words[i + 1] in ("I", "We", "You")
    )
    i = 0
    while i < len(words) - 1:
        capital = _is_capital(words, i)
        title = capital and words.lower[i] in _TITLES and not _breaks(words, i)
        odd = capital and pairs[(words.words[i], words.words[i + 1])] >= 3 and words.lower[i] not in _ODD
        if (title and _is_capital(words, i + 1) and words.lower[i + 1] not in _NO_NAME) or odd:
            last = i + 1
            while (
                last + 1 < len(words)
                and last + 1 in names
                and _is_capital(words, last + 1)
                and words.paragraph[last + 1] == words.paragraph[i]
            ):
                last += 1
            if words.lower[last] not in _PLACES and (title or not words.begins_sentence(i) or odd):
                found.append((i, last, "PROP"))
            i = last
        i += 1
    return found


def _breaks(words: Words, i: int) -> bool:
    """Whether something stands between a word and the next: "said Mother. Tom"; "St. Lawrence" is no break."""
    return words.paragraph[i] != words.paragraph[i + 1] or words.quote[i] != words.quote[i + 1]


def _acting(words: Words, lexicon: Lexicon, taken: set[int]) -> list[Core]:
    """Capitalised words inside sentences that act as people do: "the Frost covered the grass", twice or more; once is
    enough for a word that is no other ("slept Fafnir, the dragon")."""
    places: dict[str, list[int]] = defaultdict(list)
    acts: Counter[str] = Counter()
    for i in range(1, len(words) - 1):
        word = words.lower[i]
        if i in taken or not words.words[i].istitle() or len(word) < 3 or not word.isalpha():
            continue
        if word in _NO_NAME or word in _PLACES or word in NAME_TITLES or words.begins_sentence(i):
            continue
        places[word].append(i)
        acts[word] += _acts(words, lexicon, i)
    found: list[Core] = []
    for word, here in places.items():
        if acts[word] and (len(here) >= 2 or word not in lexicon.common):
            found.extend((i, i, "PROP") for i in here)
    return found


def _acts(words: Words, lexicon: Lexicon, i: int) -> bool:
    before, after = words.lower[i - 1], words.lower[i + 1]
    if before in _PLACE - {"the"}:
        return False
    beside = words.lower[i + 1 : i + 3]
    apposed = beside in ([",", "the"], [",", "a"], [",", "his"], [",", "her"])
    return before in SPEECH_VERBS or before in _CALLED or lexicon.finite(after) or apposed


def _without_common(words: Words, lexicon: Lexicon, cores: list[Core]) -> list[Core]:
    """Where names are capitalised, a common word in small letters is none."""
    cores = _without_openings(words, lexicon, cores)
    names = [core for core in cores if core[2] == "PROP"]
    capitals = sum(_is_capital(words, first) for first, _, _ in names)
    if capitals * 2 < len(names):
        return cores
    written = {words.lower[last] for _, last, _ in names if _is_capital(words, last)}
    kept: list[Core] = []
    for first, last, kind in cores:
        small = kind == "PROP" and not any(_is_capital(words, i) for i in range(first, last + 1))
        if small and words.lower[last] not in written and not (first and words.lower[first - 1] in _CALLED):
            if words.lower[last] in ANIMATE:
                kept.append((last, last, "NOM"))
            continue
        kept.append((first, last, kind))
    return kept


def _without_openings(words: Words, lexicon: Lexicon, cores: list[Core]) -> list[Core]:
    """Without common words that are capitalised only because a sentence begins with them: "Bones lay there"."""
    inside = {words.lower[first] for first, _, kind in cores if kind == "PROP" and not words.begins_sentence(first)}
    return [
        (first, last, kind)
        for first, last, kind in cores
        if kind != "PROP"
        or first != last
        or not words.words[first].istitle()
        or words.lower[first] in inside
        or not words.begins_sentence(first)
        or not (words.lower[first] in lexicon.common or words.lower[first] in NO_NAMES)
    ]


def _without_places(words: Words, lexicon: Lexicon, cores: list[Core]) -> list[Core]:
    """Names that only ever stand where places stand, and names that end in what places are called."""
    where: dict[str, list[int]] = defaultdict(list)
    for first, last, kind in cores:
        if kind == "PROP":
            where[" ".join(words.lower[first : last + 1])].append(first)
    places = {name for name, firsts in where.items() if _is_place(words, lexicon, name, firsts)}
    return [core for core in cores if core[2] != "PROP" or " ".join(words.lower[core[0] : core[1] + 1]) not in places]


def _is_place(words: Words, lexicon: Lexicon, name: str, firsts: list[int]) -> bool:
    parts = name.split(" ")
    if len(parts) > 1 and parts[-1] in _PLACES and parts[0] not in NAME_TITLES:
        return True
    if parts[0] in NAME_TITLES or lexicon.name_gender(parts[0]) or parts[-1] in ANIMATE:
        return False
    strong = 0
    for first in firsts:
        before = words.lower[first - 1] if first else ""
        end = first + len(parts)
        if before not in _BEFORE_PLACE or (end < len(words) and words.lower[end] in ("'s", "’s")):
            return False
        strong += before in _STRONG_PLACE
    return strong > 0
