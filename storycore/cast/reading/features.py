"""What speaks for and against a mention and somebody being one and the same: one row of numbers a candidate."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import log1p

from storycore.cast.reading.entities import Entity
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.people_words import KIN
from storycore.cast.reading.words import Words
from storycore.script.words import word_set

#: How many numbers a row has.
MENTION_WIDTH = 86


@dataclass(slots=True)
class Talk:
    """Who talks to whom where a mention stands inside a quote (numbers of entities, -1: nobody known)."""

    speaker: int = -1
    addressee: int = -1
    previous: int = -1
    vocatives: frozenset[int] = frozenset()


@dataclass(slots=True)
class Tag:
    """What is known where a mention says who speaks a quote: “…,” said *he*. Numbers are entities', -1 is nobody:
    who spoke in the paragraph before, who before them, whom that line spoke to, whom this one speaks to."""

    last: int = -1
    before: int = -1
    spoken_to: frozenset[int] = frozenset()
    speaks_to: frozenset[int] = frozenset()


def own_features(words: Words, mention: Found, options: int, talk: Talk, tag: Tag | None, told: int) -> list[float]:
    """What a mention brings itself, whoever the candidate is: the beginning of each of its rows. ``told`` counts how
    often the whole script says its head."""
    at = mention.core
    pronoun = mention.pronoun
    determiner = mention.determiner
    return [
        1.0,
        float(words.quote[at] >= 0),
        float(pronoun is not None and pronoun.person == 1),
        float(pronoun is not None and pronoun.person == 2),
        float(mention.plural),
        float(pronoun is not None and pronoun.reflexive),
        float(mention.role == "owner"),
        float(mention.role == "subject"),
        float(mention.role == "oblique"),
        float(determiner in ("the", "this", "that", "these", "those")),
        float(determiner in ("a", "an", "another", "one", "some")),
        float(mention.owner >= 0),
        float(mention.kind == "NOM" and not determiner),
        float(mention.head in KIN),
        float(mention.gender == "n"),
        float(not mention.gender),
        log1p(options),
        float(talk.speaker >= 0),
        float(words.begins_sentence(mention.first)),
        float(mention.first > 0 and words.paragraph[mention.first - 1] != words.paragraph[mention.first]),
        float(bool(mention.modifiers & _OTHERS)),
        float(bool(mention.modifiers)),
        float(tag is not None),
        log1p(told),
    ]


_OWN = 24
_OTHERS = word_set("other second third fourth next another new different former latter first last strange")


def new_row(own: list[float]) -> list[float]:
    """The row of "somebody new"."""
    return [*own, 1.0, *([0.0] * (MENTION_WIDTH - _OWN - 1))]


def candidate_row(
    words: Words,
    mention: Found,
    own: list[float],
    entity: Entity,
    rank: int,
    talk: Talk,
    tag: Tag | None,
    likeness: float,
    owner: int,
) -> list[float]:
    """The row of a candidate. ``rank`` counts candidates from the latest mentioned, ``likeness`` is the cosine of the
    heads' vectors (0 where there are none), ``owner`` whom the mention belongs to ("*his* sister") or -1."""
    at = mention.core
    sentence = words.sentence[at]
    distance = sentence - entity.last_sentence
    gap = max(0, at - entity.last_word)
    named = entity.kinds["PROP"] > 0
    same_head = entity.heads[mention.head] if mention.kind == "NOM" else 0
    gender = entity.gender
    gendered = bool(mention.gender and gender)
    mismatch = gendered and gender != mention.gender
    plural = entity.plural_votes > 0.5
    single = entity.plural_votes < -0.3 or (named and not plural)
    pronoun = mention.pronoun
    surface = " ".join(words.lower[mention.first : mention.last + 1])
    inside = words.quote[at] >= 0
    return [
        *own,
        0.0,
        log1p(max(0, distance)),
        float(distance <= 0),
        float(distance == 1),
        log1p(gap),
        1.0 / (1 + rank),
        float(rank == 0),
        float(entity.last_role == "subject"),
        float(entity.last_role == "owner"),
        float(entity.last_role in ("object", "oblique")),
        float(entity.last_paragraph == words.paragraph[at]),
        float(entity.last_kind == "PROP"),
        float(entity.last_kind == "NOM"),
        float((entity.last_quote >= 0) != inside),
        float(inside and entity.last_quote == words.quote[at]),
        float(0 <= sentence - entity.last_subject <= 1),
        log1p(len(entity.mentions)),
        float(len(entity.mentions) == 1),
        float(named),
        min(3.0, entity.attention_at(sentence)),
        float(gendered and not mismatch),
        float(mismatch),
        float(mismatch and "n" in (gender, mention.gender)),
        float(bool(mention.gender) and not gender),
        float(plural and mention.plural),
        float(plural and not mention.plural),
        float(single and mention.plural),
        log1p(same_head),
        float(mention.kind == "NOM" and entity.surfaces[surface] > 0),
        float(mention.kind == "NOM" and bool(entity.heads) and not same_head),
        float(mention.kind == "NOM" and named and not entity.heads),
        likeness,
        float(owner >= 0 and (owner, mention.head) in entity.owned),
        float(gap <= 4 and distance <= 0 and entity.last_kind != "PRON" and _is_beside(words, mention, entity)),
        float(entity.number == talk.speaker),
        float(entity.number == talk.addressee),
        float(entity.number == talk.previous),
        float(entity.number in talk.vocatives),
        float(entity.narrator),
        float(entity.number == owner or _clashes(words, mention, entity)),
        float(mention.role == entity.last_role),
        float(distance <= 0 and entity.last_role == "owner" and mention.role == "owner"),
        float(mention.kind == "PROP" and entity.heads[mention.head] > 0),
        float(pronoun is not None and pronoun.person == 3 and entity.number == talk.speaker),
        float(entity.spoken > 0),
        log1p(max(0, sentence - entity.last_named)) if named else 3.0,
        float(entity.kinds["PRON"] == len(entity.mentions)),
        min(1.0, len(entity.mentions) / max(1, sentence + 1)),
        float(bool(same_head and mention.modifiers and mention.modifiers <= entity.modifiers)),
        float(bool(same_head and mention.modifiers and entity.modifiers and not mention.modifiers & entity.modifiers)),
        float(bool(same_head and not mention.modifiers)),
        log1p(len(entity.told_in)),
        *_around(entity, sentence),
        *(_of_tag(tag, entity.number) if tag is not None else _NO_TAG),
        float(bool(entity.heads) and named),
        float(mention.kind == "NOM" and mention.head in entity.called),
    ]


def _around(entity: Entity, sentence: int) -> tuple[float, float, float]:
    """How near the script names it next, how often around here, and whether it is all over by now."""
    told = entity.told_in
    at = bisect_left(told, sentence)
    following = told[at] - sentence if at < len(told) else 60
    near = bisect_left(told, sentence + 6) - bisect_left(told, sentence - 5)
    return 1.0 / (1 + following), log1p(near), float(at >= len(told) > 0)


_NO_TAG = (0.0,) * 5


def _of_tag(tag: Tag, number: int) -> tuple[float, ...]:
    return (
        float(number == tag.last),
        float(number == tag.before),
        float(number in tag.spoken_to),
        float(number in tag.speaks_to),
        float(number not in (tag.last, tag.before)),
    )


def _is_beside(words: Words, mention: Found, entity: Entity) -> bool:
    """An apposition: "Fafnir, the dragon", "the dragon Fafnir", "a knight named Tigran"."""
    between = words.words[entity.last_word + 1 : mention.first]
    return not between or between in ([","], ["named"], ["called"], [",", "named"], [",", "called"], ["—"], ["("])


def _clashes(words: Words, mention: Found, entity: Entity) -> bool:
    """Two parts of one clause are two people, unless a reflexive says otherwise: "Tom saw him", "her sister"."""
    if mention.pronoun is not None and (mention.pronoun.reflexive or mention.role == "owner"):
        return False
    if entity.last_sentence != words.sentence[mention.core] or (entity.last_quote >= 0) != (
        words.quote[mention.core] >= 0
    ):
        return False
    between = words.words[entity.last_word + 1 : mention.first]
    if len(between) > 5:
        return False
    if entity.last_role == "owner":
        return len(between) <= 2 and "and" not in between
    return not any(word in (",", ";", "and", "but", "—", "that", "when", "as", "if", "(") for word in between)
