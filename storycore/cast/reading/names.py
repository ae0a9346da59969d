"""Which names are one person's: titles, given and family names, sexes, nicknames."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from storycore.cast.reading.mentions import Found
from storycore.cast.reading.people_words import (
    FEMALE_TITLES,
    MALE_TITLES,
    NAME_TITLES,
    NICKNAMES,
    SEXED_TITLES,
    Lexicon,
)
from storycore.cast.reading.words import Words
from storycore.script.words import INVISIBLE

_LINKS = frozenset(("of", "the", "de", "von", "van", "la", "le", "del", "da", "di", "and", ".", "-", "'", "’"))
_SUFFIXES = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "esq", "esq.", "bart"))


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: its titles that tell a sex or a rank, and its own words, all folded."""

    titles: tuple[str, ...]
    parts: tuple[str, ...]
    plural: bool = False

    @property
    def key(self) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        return tuple(t for t in self.titles if t in SEXED_TITLES), self.parts, self.plural


@dataclass(slots=True)
class Identity:
    """One bearer of names. ``full`` are the names of two words or more, ``single`` the others; ``gender`` m, f, ""."""

    number: int
    names: list[Name] = field(default_factory=list)
    gender: str = ""
    titles: set[str] = field(default_factory=set)
    count: int = 0
    known: str | None = None


def take_apart(words: Words, mention: Found) -> Name:
    """The titles and the own words of a name. A name of titles alone ("Mother", "the King") keeps them as its own."""
    bare = [INVISIBLE.sub("", w).strip("*_~.'’-") or w for w in words.lower[mention.core : mention.last + 1]]
    bare = [word for word in bare if word not in _LINKS and word[:1].isalnum()]
    titles: list[str] = []
    while len(bare) > 1 and bare[0] in NAME_TITLES:
        titles.append(bare.pop(0))
    while len(bare) > 1 and bare[-1] in _SUFFIXES:
        bare.pop()
    if not bare:
        bare = words.lower[mention.core : mention.last + 1]
    return Name(tuple(titles), tuple(bare), mention.plural)


def identify(words: Words, mentions: list[Found], lexicon: Lexicon, apart: frozenset[frozenset[str]]) -> list[Identity]:
    """Give every name among ``mentions`` its ``identity``, and say which there are. ``apart`` are pairs of folded
    names that are never one person's."""
    named = [(mention, take_apart(words, mention)) for mention in mentions if mention.kind == "PROP"]
    counts = Counter(name.key for _, name in named)
    first_of = {name.key: name for _, name in reversed(named)}
    known = {name.key: mention.known for mention, name in named if mention.known}
    book = _Book(lexicon, apart)
    # long names first: "Walter Elliot" must be there when "Elliot" asks whose name it is
    order = {key: at for at, key in enumerate(first_of)}
    for key in sorted(first_of, key=lambda k: (k not in known, -len(k[1]), -counts[k], order[k])):
        book.enter(first_of[key], counts[key], known.get(key))
    latest: dict[int, int] = {}
    for at, (mention, name) in enumerate(named):
        options = book.bearers[name.key]
        most = max(book.identities[number].count for number in options)
        options = [number for number in options if book.identities[number].count * 3 >= most]
        chosen = max(options, key=lambda number: (latest.get(number, -1), book.identities[number].count))
        mention.identity = chosen
        mention.gender = mention.gender or book.identities[chosen].gender
        latest[chosen] = at
    return book.identities


class _Book:
    """The identities met so far, and whose each name may be."""

    def __init__(self, lexicon: Lexicon, apart: frozenset[frozenset[str]]) -> None:
        self._lexicon = lexicon
        self._apart = apart
        self.identities: list[Identity] = []
        self.bearers: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[int]] = {}
        self._by_part: dict[str, list[int]] = defaultdict(list)
        self._by_beginning: dict[str, list[int]] = defaultdict(list)
        self._known: dict[str, int] = {}

    def enter(self, name: Name, count: int, known: str | None) -> None:
        options = [self._known[known]] if known in self._known and known else []
        options = options or [i for i in self._candidates(name) if self._may_be(name, self.identities[i], known)]
        if len(options) > 1 and (name.titles or len(name.parts) > 1):
            options = options[:1]
        if not options:
            options = [self._new()]
        self.bearers[name.key] = options
        for number in options[:1]:
            self._join(self.identities[number], name, count)
            if known:
                self.identities[number].known = known
                self._known[known] = number

    def _candidates(self, name: Name) -> list[int]:
        found: dict[int, int] = {}
        for position, part in enumerate(name.parts):
            for alike in NICKNAMES.get(part, frozenset((part,))) if position == 0 else (part,):
                for number in (*self._by_part.get(alike, ()), *self._by_beginning.get(alike[:3], ())[:20]):
                    found[number] = found.get(number, 0) + self.identities[number].count
        return sorted(found, key=lambda number: (-found[number], number))

    def _may_be(self, name: Name, other: Identity, known: str | None) -> bool:
        if known and other.known and known != other.known:
            return False
        if any(name.plural != theirs.plural for theirs in other.names):
            return False
        gender = self._gender(name)
        if gender and other.gender and gender != other.gender:
            return False
        if self._are_apart(name, other):
            return False
        return any(self._match(name, theirs, other) for theirs in other.names)

    def _match(self, name: Name, theirs: Name, other: Identity) -> bool:
        if name.parts == theirs.parts:
            return self._titles_agree(name, other)
        one, two = len(name.parts) == 1, len(theirs.parts) == 1
        if one and two:
            return _are_short(name.parts[0], theirs.parts[0]) and not (name.titles or theirs.titles)
        if one or two:
            single, full = (name, theirs) if one else (theirs, name)
            if single.parts[0] == full.parts[-1] and len(full.parts) > 1:
                return self._titles_agree(name, other)
            given = NICKNAMES.get(single.parts[0], frozenset((single.parts[0],)))
            return full.parts[0] in given and not (set(single.titles) & {"mr", "mr.", "mrs", "mrs."})
        return self._same_full(name.parts, theirs.parts)

    def _same_full(self, parts: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
        if parts[-1] != theirs[-1]:
            short, long = sorted((parts, theirs), key=len)
            return len(short) < len(long) and set(short) <= set(long)
        first, other = parts[0], theirs[0]
        initial = len(first) == 1 or len(other) == 1
        return other in NICKNAMES.get(first, frozenset((first,))) or (initial and first[0] == other[0])

    def _titles_agree(self, name: Name, other: Identity) -> bool:
        mine = {title.rstrip(".") for title in name.titles if title in SEXED_TITLES}
        theirs = {title.rstrip(".") for title in other.titles if title in SEXED_TITLES}
        if not mine or not theirs:
            return True
        if mine & theirs:
            return True
        # Miss and Mrs are two people; a king may have been a prince
        return not ({"mr", "mrs", "miss", "sir"} & (mine | theirs))

    def _are_apart(self, name: Name, other: Identity) -> bool:
        if not self._apart:
            return False
        mine = " ".join((*name.titles, *name.parts))
        return any(
            frozenset((a, b)) in self._apart
            for a in (mine, " ".join(name.parts))
            for theirs in other.names
            for b in (" ".join((*theirs.titles, *theirs.parts)), " ".join(theirs.parts))
        )

    def _gender(self, name: Name) -> str:
        for title in name.titles:
            if title in MALE_TITLES:
                return "m"
            if title in FEMALE_TITLES:
                return "f"
        if len(name.parts) == 1 and name.parts[0] in SEXED_TITLES:
            return "m" if name.parts[0] in MALE_TITLES else "f"
        return self._lexicon.name_gender(name.parts[0])

    def _new(self) -> int:
        self.identities.append(Identity(len(self.identities)))
        return len(self.identities) - 1

    def _join(self, identity: Identity, name: Name, count: int) -> None:
        identity.names.append(name)
        identity.titles.update(name.titles)
        identity.count += count
        identity.gender = identity.gender or self._gender(name)
        if len(name.parts) == 1 and identity.number not in self._by_beginning[name.parts[0][:3]]:
            self._by_beginning[name.parts[0][:3]].append(identity.number)
        for part in name.parts:
            if identity.number not in self._by_part[part]:
                self._by_part[part].append(identity.number)


def _are_short(one: str, other: str) -> bool:
    """Whether one name is short for the other: Deb and Deborah, Tom and Thomas."""
    if other in NICKNAMES.get(one, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and len(long) - len(short) >= 2 and long.startswith(short)
