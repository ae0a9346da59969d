"""How the cast looks, as far as the story says so: "Fafnir" is "a dragon", "Siegfried" "a young man"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from storycore.cast.lexicon import ANIMATE, CREATURES, FEMALE, MALE
from storycore.cast.model import CastMember
from storycore.script.model import LineKind, Scene

_AGES = ("young", "old", "little", "tall", "fat", "tiny", "brave", "wild")
_PRONOUN = re.compile(r"\b(he|him|his|she|her|hers)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """How one member appears in prompts. ``gender`` is m, f, n or ""; ``words`` as "a dragon", or ""."""

    words: str
    gender: str


def forms(member: CastMember) -> list[str]:
    """What a member is called, longest first."""
    return sorted((member.name, *member.aliases), key=len, reverse=True)


@lru_cache(maxsize=1024)
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


def find_looks(scenes: Sequence[Scene], cast: Sequence[CastMember]) -> dict[str, Look]:
    """The looks of all of ``cast``, by name."""
    told = narration(scenes)
    patterns = {member.name: pattern(member) for member in cast}
    return {member.name: _look(member, told, patterns) for member in cast}


def _look(member: CastMember, told: str, patterns: dict[str, re.Pattern[str]]) -> Look:
    words = {word for form in forms(member) for word in form.lower().split()}
    gender = "m" if words & MALE else "f" if words & FEMALE else "n" if words & CREATURES else ""
    gender = gender or _by_pronouns(member, told, patterns)
    if member.name.startswith("the ") or {word.lower() for word in member.name.split()} & ANIMATE:
        return Look("", gender)
    described = [alias[4:] for alias in member.aliases if alias.startswith("the ")]
    if described:
        return Look(
            _with_article(max(described, key=lambda words: (len(words.split()), -described.index(words)))), gender
        )
    age = re.search(rf"\b({'|'.join(_AGES)}) {re.escape(member.name)}\b", told, re.IGNORECASE)
    noun = {"m": "man", "f": "woman"}.get(gender, "")
    return Look(_with_article(f"{age[1].lower()} {noun}" if age else noun) if noun else "", gender)


def _with_article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _by_pronouns(member: CastMember, told: str, patterns: dict[str, re.Pattern[str]]) -> str:
    votes = {"m": 0, "f": 0}
    for match in patterns[member.name].finditer(told):
        after = told[match.end() : match.end() + 90]
        pronoun = _PRONOUN.search(after)
        if pronoun is None:
            continue
        between = after[: pronoun.start()]
        if not any(other.search(between) for name, other in patterns.items() if name != member.name):
            votes["m" if pronoun[1].lower() in ("he", "him", "his") else "f"] += 1
    if votes["m"] == votes["f"]:
        return ""
    return "m" if votes["m"] > votes["f"] else "f"
