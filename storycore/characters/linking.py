"""Who of a story's cast is one of the library's characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from storycore.cast.facts import folded
from storycore.cast.model import CastMember
from storycore.characters.model import Character
from storycore.script.words import word_set

#: What a person said of a cast member: which character it is, None for none of them.
Links = Sequence[tuple[str, int | None]]

#: How a cast member is called who is only ever described.
DESCRIPTION = re.compile(r"(?:the|a|an) ", re.IGNORECASE)
#: What a story calls its hero beside the name; kings, fathers and innkeepers are mostly somebody else.
_EPITHETS = word_set(
    """knight hero heroine man woman boy girl lad lass youth maiden lady warrior swordsman fighter adventurer
    traveller traveler wanderer pilgrim rider hunter huntress fisherman sailor captain soldier thief detective wizard
    witch sorceress prince princess dwarf elf child kid student apprentice smith painter inventor pilot explorer"""
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


def link_cast(
    cast: Sequence[CastMember], characters: Iterable[Character], links: Links = (), text: str = ""
) -> dict[str, int]:
    """Cast names -> character ids. What people said goes first, then names and aliases; ``text`` is the script.

    Somebody who is only ever described ("the knight") is a character whom the story names, if its look says that it is
    one and nobody else could be meant, or if it is the only one who could be.
    """
    known = {character.id: character for character in characters}
    said = {folded(name): number for name, number in links}
    found: dict[str, int] = {}
    open_: list[CastMember] = []
    by_name = _by_name(known)
    for member in cast:
        told = [said[folded(name)] for name in (member.name, *member.aliases) if folded(name) in said]
        if told:
            if told[0] is not None and told[0] in known:
                found[member.name] = told[0]
            continue
        number = _named(member, by_name)
        if number is not None:
            found[member.name] = number
        else:
            open_.append(member)
    named = {name: known[number] for name, number in found.items()}
    if named:
        told_in = {member.name: set(member.scenes) for member in cast if member.name in named}
        for member in open_:
            if (
                DESCRIPTION.match(member.name)
                and (number := _described(member, told_in, named, open_, text)) is not None
            ):
                found[member.name] = number
    return found


def _by_name(known: Mapping[int, Character]) -> dict[str, int]:
    return {
        folded(name): number
        for number, character in known.items()
        if not character.removed
        for name in character.sheet.names
    }


def _named(member: CastMember, by_name: Mapping[str, int]) -> int | None:
    names = (member.known_as or member.name, member.name, *member.aliases)
    return next((by_name[folded(name)] for name in names if folded(name) in by_name), None)


def _described(
    member: CastMember,
    told_in: Mapping[str, set[int]],
    named: Mapping[str, Character],
    open_: Sequence[CastMember],
    text: str,
) -> int | None:
    """The character whom a mere description means; never one that stands beside it in a scene, as somebody else.

    ``told_in`` are the scenes of those who are ``named``. Looks through others only until the first who could be meant.
    """
    here = set(member.scenes)
    possible = {
        character.id: character
        for name, character in named.items()
        if told_in[name]
        and not told_in[name] & here
        and min(told_in[name]) < min(here, default=0)
        and _agree(member.pronouns, character.sheet.pronouns)
    }
    if not possible:
        return None
    noun = _noun(member.name)
    rivals = (other for other in open_ if other is not member and _agree(other.pronouns, member.pronouns))
    by_look = [character.id for character in possible.values() if noun in _words(character.sheet.look)]
    if len(by_look) == 1:
        return None if any(_noun(other.name) == noun for other in rivals) else by_look[0]
    people = [character for character in possible.values() if character.sheet.pronouns not in (None, "it")]
    if not (len(possible) == len(named) == len(people) == 1 and noun in _EPITHETS) or any(True for _ in rivals):
        return None
    introduced = re.search(rf"\b(?:a|an|another)\s+(?:\w+\s+)?{re.escape(noun)}\b", text, re.IGNORECASE)
    return None if introduced else people[0].id


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _noun(name: str) -> str:
    words = _WORD.findall(name.lower())
    return words[-1] if words else ""


def _words(look: str) -> set[str]:
    return set(_WORD.findall(look.lower()))
