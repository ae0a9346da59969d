"""From chains to people: what each is called, which of them are in the cast, and what people have said about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from storycore.cast.facts import Facts, folded
from storycore.cast.lexicon import DETERMINERS
from storycore.cast.reading.chains import Reading
from storycore.cast.reading.entities import Entity
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.names import Identity
from storycore.cast.reading.words import Words
from storycore.script.words import INVISIBLE, fold, word_set

#: The most aliases kept of one member.
MAX_ALIASES = 8
_NOBODY = word_set(
    """one ones nobody somebody anybody everybody everyone anyone someone none people person folk folks else other
    others rest all some many company party family body creature thing men women"""
)
_PRONOUN = {"m": "he", "f": "she", "n": "it"}


@dataclass(slots=True)
class Person:
    """Somebody of the story. ``entities`` are the chains that were put together; ``forms`` the names and descriptions
    as they are written, commonest first; ``folded`` the same, to compare with what people type."""

    entities: list[int]
    name: str
    forms: list[str] = field(default_factory=list)
    folded: set[str] = field(default_factory=set)
    named: bool = False
    pronouns: str | None = None
    known_as: str | None = None
    mentions: list[int] = field(default_factory=list)
    in_cast: bool = False
    quotes: int = 0


def gather(
    words: Words, mentions: list[Found], identities: list[Identity], reading: Reading, facts: Facts
) -> tuple[list[Person], list[int]]:
    """The people in order of first appearance, and whose each entity is (an index of the first)."""
    groups = _joined(words, mentions, reading, facts)
    people: list[Person] = []
    of_entity = [-1] * len(reading.entities)
    for members in groups:
        entities = [reading.entities[number] for number in members]
        person = _person(words, mentions, identities, entities, facts)
        people.append(person)
    people.sort(key=lambda person: person.mentions[0] if person.mentions else len(mentions))
    for at, person in enumerate(people):
        for number in person.entities:
            of_entity[number] = at
    for attribution in reading.attributions:
        if attribution.speaker >= 0:
            people[of_entity[attribution.speaker]].quotes += 1
    for person in people:
        person.in_cast = _is_in_cast(mentions, person)
    _rename(people, facts)
    return people, of_entity


def _joined(words: Words, mentions: list[Found], reading: Reading, facts: Facts) -> list[list[int]]:
    """Chains put together where people said that two names are one."""
    parent = list(range(len(reading.entities)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    if facts.same:
        surfaces: dict[str, set[int]] = {}
        for entity in reading.entities:
            for surface in entity.surfaces:
                surfaces.setdefault(folded(surface), set()).add(entity.number)
        for one, other in facts.same:
            both = [*sorted(surfaces.get(folded(one), ())), *sorted(surfaces.get(folded(other), ()))]
            if surfaces.get(folded(one)) and surfaces.get(folded(other)):
                for number in both[1:]:
                    parent[root(number)] = root(both[0])
    groups: dict[int, list[int]] = {}
    for entity in reading.entities:
        if entity.mentions:
            groups.setdefault(root(entity.number), []).append(entity.number)
    return list(groups.values())


def _person(
    words: Words, mentions: list[Found], identities: list[Identity], entities: list[Entity], facts: Facts
) -> Person:
    numbers = sorted(number for entity in entities for number in entity.mentions)
    names: Counter[str] = Counter()
    descriptions: Counter[str] = Counter()
    surfaces = {folded(surface) for entity in entities for surface in entity.surfaces}
    known = None
    for number in numbers:
        mention = mentions[number]
        if mention.kind == "PROP":
            names[_name_form(words, mention)] += 1
            known = known or identities[mention.identity].known if mention.identity >= 0 else known
        elif mention.kind == "NOM":
            descriptions[_description_form(words, mention)] += 1
    best_names = sorted(names, key=lambda form: (-_weight(form, names[form]), form))
    best_descriptions = sorted(descriptions, key=lambda form: (-descriptions[form], form))
    forms = [*best_names, *best_descriptions]
    person = Person([entity.number for entity in entities], forms[0] if forms else "", forms, surfaces, bool(names))
    person.mentions = numbers
    person.known_as = known
    person.pronouns = _pronouns(entities)
    if known:
        character = next(c for c in facts.known if c.name == known)
        person.pronouns = character.pronouns or person.pronouns
        person.forms = [known, *(form for form in forms if folded(form) != folded(known))]
        person.name = known
    return person


def _weight(form: str, count: int) -> float:
    """A full name is what somebody is called, unless hardly anybody does."""
    return count * (1.0 + 0.5 * min(2, form.count(" ")))


def _name_form(words: Words, mention: Found) -> str:
    form = fold(INVISIBLE.sub("", words.text[words.starts[mention.core] : words.ends[mention.last]]))
    shouted = form.isupper() and len(form) > 2
    if shouted or form.islower():
        form = " ".join(part[:1].upper() + part[1:].lower() for part in form.split(" "))
    return form.strip("*_~`")


def _description_form(words: Words, mention: Found) -> str:
    """ "his old horse" and "an old horse" are "the old horse" to others."""
    parts = words.words[mention.first : mention.last + 1]
    if parts and parts[0].lower() in DETERMINERS:
        parts = parts[1:]
    parts = [part.lower() for part in parts if part not in (",", "*")] or [mention.head]
    form = " ".join(parts).replace(" - ", "-")
    return form if mention.plural and parts[0] in ("two", "three", "both") else f"the {form}"


def _pronouns(entities: list[Entity]) -> str | None:
    plural = sum(entity.plural_votes for entity in entities)
    if plural > 1:
        return "they"
    votes = Counter({key: sum(entity.gender_votes[key] for entity in entities) for key in ("m", "f", "n")})
    best, count = votes.most_common(1)[0]
    return _PRONOUN[best] if count > 0.5 else None


def _is_in_cast(mentions: list[Found], person: Person) -> bool:
    if not person.forms:
        return False
    if person.named or person.quotes:
        return True
    heads = {mentions[number].head for number in person.mentions if mentions[number].kind == "NOM"}
    if heads <= _NOBODY:
        return False
    if all(mentions[n].gender == "n" for n in person.mentions if mentions[n].kind == "NOM"):
        # an animal or a thing that nobody speaks as: somebody where it acts, scenery where it only lies about
        acts = sum(mentions[n].role == "subject" or mentions[n].kind == "PRON" for n in person.mentions)
        return acts >= 2
    plural = all(mentions[n].plural for n in person.mentions if mentions[n].kind == "NOM")
    return len(person.mentions) >= (4 if plural else 2)


def _rename(people: list[Person], facts: Facts) -> None:
    for found, shown in facts.renamed:
        for person in people:
            if person.forms and (folded(person.name) == folded(found) or folded(found) in person.folded):
                person.forms = [shown, *(form for form in person.forms if form != shown)]
                person.name, person.folded = shown, person.folded | {folded(shown)}
                break
    taken: Counter[str] = Counter()
    for person in people:
        if person.in_cast:
            taken[person.name] += 1
            if taken[person.name] > 1:
                person.name = f"{person.name} ({taken[person.name]})"
