"""From mentions to people: which names and descriptions are one and the same, and who of them is in the cast."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from storycore.cast.lexicon import ANIMATE, CREATURES, DETERMINERS, FEMALE, MALE, PERSON_PRONOUNS, PLAIN_TITLES
from storycore.cast.mentions import Mention
from storycore.cast.tokens import Token

#: The most aliases kept of one member.
MAX_ALIASES = 8
_CALLED = ("called", "named")


@dataclass(slots=True)
class Person:
    """Somebody in the story: all their mentions, in order. ``gender`` is m, f, n (an animal or thing) or ""."""

    name: str
    mentions: list[Mention]
    gender: str = ""
    aliases: tuple[str, ...] = ()
    labels: set[str] = field(default_factory=set)


class _Sets:
    """Disjoint sets of keys."""

    def __init__(self) -> None:
        self._parent: dict[tuple[str, str], tuple[str, str]] = {}

    def find(self, key: tuple[str, str]) -> tuple[str, str]:
        self._parent.setdefault(key, key)
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def join(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        self._parent[self.find(other)] = self.find(one)


def _key(mention: Mention) -> tuple[str, str]:
    return ("name" if mention.name else "noun", mention.key.lower())


def find_people(tokens: list[Token], mentions: list[Mention], labels: dict[str, str]) -> list[Person]:
    """The people behind ``mentions`` (in order) and ``labels`` (as written, by their small letters)."""
    sets = _Sets()
    names = _without_places(mentions, labels)
    _join_names(sets, {m.key.lower() for m in names} | labels.keys())
    kept = sorted([*names, *(m for m in mentions if not m.name)], key=lambda m: m.start)
    _join_descriptions(sets, tokens, kept, labels)
    groups: dict[tuple[str, str], Person] = {}
    for mention in kept:
        root = sets.find(_key(mention))
        groups.setdefault(root, Person("", [])).mentions.append(mention)
    for label in labels:
        root = sets.find(("name", label))
        groups.setdefault(root, Person("", [])).labels.add(label)
    people = [person for person in groups.values() if _is_somebody(person)]
    for person in people:
        _describe(person, tokens, labels)
    return people


def _without_places(mentions: list[Mention], labels: dict[str, str]) -> list[Mention]:
    """The mentions by name, but for those of places: never doing anything, and met after "in" or "at"."""
    by_name: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.name:
            by_name[mention.key.lower()].append(mention)
    kept: list[Mention] = []
    for name, group in by_name.items():
        acts = sum(m.acts for m in group)
        places = sum(m.place for m in group)
        if name in labels or places == 0 or acts >= places:
            kept.extend(group)
    return kept


def _join_names(sets: _Sets, names: set[str]) -> None:
    """ "Kriemhild" is "Queen Kriemhild", if there is only one such."""
    longer: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for word in name.split():
            if word != name:
                longer[word].add(name)
    for word, full in longer.items():
        if word in names and len(full) == 1:
            sets.join(("name", next(iter(full))), ("name", word))


def _join_descriptions(sets: _Sets, tokens: list[Token], mentions: list[Mention], labels: dict[str, str]) -> None:
    links: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for before, after in pairwise(mentions):
        if before.name != after.name and _are_one(tokens, before, after):
            named, described = (before, after) if before.name else (after, before)
            links[described.key].add(sets.find(_key(named)))
    for mention in mentions:
        if mention.name and mention.title in ANIMATE:
            links[mention.title].add(sets.find(_key(mention)))
    for label in labels:
        bare = [word for word in label.split() if word not in DETERMINERS | PLAIN_TITLES]
        if len(bare) == 1 and bare[0] in ANIMATE:
            links[bare[0]].add(sets.find(("name", label)))
    for noun, roots in links.items():
        if len(roots) == 1:
            sets.join(next(iter(roots)), ("noun", noun))


def _are_one(tokens: list[Token], before: Mention, after: Mention) -> bool:
    """Whether two neighbouring mentions, a name and a description, mean the same somebody."""
    between = tokens[before.last + 1 : after.first]
    if tokens[before.last].possessive or after.first <= before.last:
        return False
    first = tokens[after.first]
    following = tokens[after.last + 1] if after.last + 1 < len(tokens) else None
    if not before.name:
        if len(between) == 1 and between[0].lower in _CALLED:
            return True
        if len(between) == 3 and [t.lower for t in between[1:]] in (["name", "is"], ["name", "was"]):
            return True
        if len(between) <= 12 and [t.lower for t in between[-2:]] in (["name", "is"], ["name", "was"]):
            return True
    if between:
        return False
    if not before.name and first.joined:  # the old smith Mime
        return True
    closed = following is None or following.comma or following.starts
    listed = following is not None and following.lower == "and"
    return first.comma and closed and not listed and not after.acts  # Fafnir, the dragon, …


def _is_somebody(person: Person) -> bool:
    if person.labels or any(m.name for m in person.mentions):
        return True
    told = [m for m in person.mentions if not m.speech]
    return any(m.acts for m in told) or len(told) > 2


def _describe(person: Person, tokens: list[Token], labels: dict[str, str]) -> None:
    forms = [m.key for m in person.mentions if m.name] + [labels[label] for label in sorted(person.labels)]
    forms = [form for form in forms if not (form.isupper() and len(form) > 3)] or forms
    if forms:
        person.name = max(forms, key=lambda form: (len(form.split()), -forms.index(form)))
    else:
        person.name = f"the {person.mentions[0].key}"
    seen = {person.name.lower()}
    aliases: list[str] = []
    for alias in [*forms, *(_surface(m, tokens) for m in person.mentions if not m.name)]:
        if alias.lower() not in seen and not alias.isupper():
            seen.add(alias.lower())
            aliases.append(alias)
    person.aliases = tuple(aliases[:MAX_ALIASES])
    person.gender = _gender(person, tokens)


def _surface(mention: Mention, tokens: list[Token]) -> str:
    """ "Her old cat" -> "the old cat"."""
    words = [token.text + ("'s" if token.possessive else "") for token in tokens[mention.first + 1 : mention.last + 1]]
    words[-1] = tokens[mention.last].text
    return " ".join(("the", *words))


def _gender(person: Person, tokens: list[Token]) -> str:
    nouns = {m.key for m in person.mentions if not m.name} | {m.title for m in person.mentions}
    nouns |= {word for label in person.labels for word in label.split()}
    for gender, words in (("m", MALE), ("f", FEMALE)):
        if nouns & words:
            return gender
    votes = {"m": 0, "f": 0, "n": 0}
    for mention in person.mentions:
        for token in tokens[mention.last + 1 : mention.last + 9]:
            if token.capital and not token.starts and token.lower not in PERSON_PRONOUNS:
                break
            if pronoun := PERSON_PRONOUNS.get(token.lower):
                votes[pronoun] += 1
                break
    best = max(votes, key=lambda gender: votes[gender])
    if nouns & CREATURES:
        return best if best in "mf" and votes[best] > votes["n"] + 1 else "n"
    votes["n"] = 0
    best = max(votes, key=lambda gender: votes[gender])
    return best if votes[best] else ""
