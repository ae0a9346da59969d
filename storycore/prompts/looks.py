"""How the cast looks, as far as the story says so: "Fafnir" is "a dragon", "Siegfried" "a young man"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from storycore.cast.lexicon import ANIMATE, CREATURES, FEMALE, MALE
from storycore.cast.model import CastMember
from storycore.cast.reading.people_words import is_plural
from storycore.script.model import LineKind, Scene
from storycore.script.words import word_set

_AGED = re.compile(r"\b(young|old|little|tall|fat|tiny|brave|wild) ", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'](?!s\b)[^\W\d_]+)*")
#: What somebody is to another shows nothing: "the brother" is a man.
_KIN = {
    "m": word_set("""brother father dad daddy papa son uncle husband nephew grandfather grandpa stepfather stepbrother
        stepson grandson widower bridegroom"""),
    "f": word_set("""sister mother mum mom mummy mama mamma daughter aunt wife niece grandmother grandma granny
        stepmother stepsister stepdaughter granddaughter widow bride"""),
    "": word_set("cousin friend child parent twin sibling neighbour neighbor one other lover enemy companion guest"),
}
_CHILDREN = word_set("son daughter child stepson stepdaughter grandson granddaughter niece nephew")
_SAID = {"he": "m", "she": "f", "it": "n"}
_PRONOUN = re.compile(r"\b(he|him|his|she|her|hers)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """How one member appears in prompts. ``gender`` is m, f, n or ""; ``words`` as "a dragon", or ""."""

    words: str
    gender: str


def forms(member: CastMember) -> list[str]:
    """What a member is called, longest first."""
    return sorted((member.name, *member.aliases), key=len, reverse=True)


@lru_cache(maxsize=8192)
def pattern(member: CastMember) -> re.Pattern[str]:
    """Matches the member's names and descriptions; "the" also as "a" or "his", with words in between allowed for."""
    parts = []
    for form in forms(member):
        if form.startswith("the "):
            noun = re.escape(form[4:])
            parts.append(rf"(?i:the|a|an|his|her|my|their|our) (?:[a-z]+ )?(?i:{noun})")
        else:
            parts.append(re.escape(form))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def narration(scenes: Sequence[Scene]) -> str:
    """Everything the narrator says, as one text."""
    return " ".join(line.text for scene in scenes for line in scene.lines if line.kind is LineKind.NARRATION)


def present(scene: Scene, cast: Sequence[CastMember]) -> list[CastMember]:
    """Those of ``cast`` who may be in a scene, because a word of theirs is: spares a large cast a long search."""
    words = set(_WORD.findall(scene.text.lower()))
    speakers = {line.speaker for line in scene.lines}
    return [member for member in cast if member.name in speakers or not words.isdisjoint(_tails(member))]


@lru_cache(maxsize=8192)
def _tails(member: CastMember) -> frozenset[str]:
    """The last word of every name and description of a member, in small letters."""
    return frozenset(_WORD.findall(form.lower())[-1] for form in (member.name, *member.aliases) if _WORD.search(form))


def find_looks(scenes: Sequence[Scene], cast: Sequence[CastMember]) -> dict[str, Look]:
    """The looks of all of ``cast``, by name."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    ages: dict[str, str] = {}
    for scene in scenes:
        told = narration([scene])
        here = present(scene, cast)
        for member in here:
            votes[member.name] += _pronouns(member, here, told)
            age = next((m for m in _AGED.finditer(told) if told.startswith(member.name, m.end())), None)
            if age:
                ages.setdefault(member.name, age[1].lower())
    return {member.name: _look(member, votes[member.name], ages.get(member.name, "")) for member in cast}


def _look(member: CastMember, votes: Counter[str], age: str) -> Look:
    words = {word for form in forms(member) for word in form.lower().split()}
    gender = "m" if words & MALE else "f" if words & FEMALE else "n" if words & CREATURES else ""
    gender = gender or _SAID.get(member.pronouns or "", "")
    if not gender and member.pronouns is None and votes["m"] != votes["f"]:
        gender = "m" if votes["m"] > votes["f"] else "f"
    if member.name.startswith("the ") or {word.lower() for word in member.name.split()} & ANIMATE:
        return Look("", gender)
    described = [alias[4:] for alias in member.aliases if alias.startswith("the ")]
    shown = [words for words in described if _kin(words) is None]
    if shown:
        return Look(_with_article(max(shown, key=lambda words: len(words.split()))), gender)
    noun = {"m": "man", "f": "woman"}.get(gender, "")
    if noun and not age and any(words.split()[-1] in _CHILDREN for words in described):
        age = "young"
    return Look(_with_article(f"{age} {noun}".strip()) if noun else "", gender)


def _kin(words: str) -> str | None:
    """The gender of "old brother", "" of "cousin"; None of what can be seen."""
    head = words.split()[-1].lower()
    return next((gender for gender, kin in _KIN.items() if head in kin), None)


def _with_article(words: str) -> str:
    if is_plural(words.split()[-1].lower()):
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _pronouns(member: CastMember, here: Sequence[CastMember], told: str) -> Counter[str]:
    """How often the first pronoun after the member's name is "he", and how often "she", with nobody named between."""
    votes: Counter[str] = Counter()
    for match in pattern(member).finditer(told):
        after = told[match.end() : match.end() + 90]
        pronoun = _PRONOUN.search(after)
        if pronoun is None:
            continue
        between = after[: pronoun.start()]
        if not any(pattern(other).search(between) for other in here if other is not member):
            votes["m" if pronoun[1].lower() in ("he", "him", "his") else "f"] += 1
    return votes
