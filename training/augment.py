"""One text told in many ways: other names, animals for people, small letters, the way chat writes."""

from __future__ import annotations

import random
from dataclasses import dataclass

from storycore.cast.lexicon import CREATURES, TITLES
from storycore.script.words import word_set
from training import names

_EMOJI = ("😂", "😭", "🔥", "💀", "✨", "🐉", "👀", "😱", "🥺", "❤️", "🙏", "😤", "🎉", "🌙", "👑", "🗡️")
_SHORT = {"you": "u", "are": "r", "your": "ur", "because": "bc", "though": "tho", "people": "ppl", "okay": "ok"}
_THINGS = word_set(
    "teapot kettle mirror broom lamp candle clock tree oak stone river wind moon sun cloud mountain sword robot"
)
_ANIMALS = tuple(sorted(CREATURES | _THINGS))
_SINGULAR = word_set("""
    man woman boy girl gentleman lady fellow person child friend stranger doctor captain officer lad sailor servant
    visitor companion soldier master mistress husband wife poet artist widow nurse""")


@dataclass(slots=True)
class Passage:
    """Words, whether a space follows each, and their labels (B-PROP, I-PROP, B-NOM, B-PRON, O, or "-" for unknown)."""

    words: list[str]
    spaces: list[bool]
    labels: list[str]

    def copy(self) -> Passage:
        return Passage(list(self.words), list(self.spaces), list(self.labels))


def vary(passage: Passage, chance: random.Random) -> Passage:
    """One telling of the passage: four in ten times as it is."""
    kind = chance.random()
    if kind < 0.36:
        return passage
    told = passage.copy()
    if kind < 0.92 and chance.random() < 0.75:
        swap_names(told, chance)
    if chance.random() < 0.35:
        swap_people(told, chance)
    if kind < 0.60:
        return told
    if kind < 0.80:
        lower(told)
    elif kind < 0.94:
        chat(told, chance)
    else:
        shout_names(told)
    return told


def swap_names(passage: Passage, chance: random.Random) -> None:
    """Every word of every name becomes another, the same one the same; titles and initials stay."""
    swapped: dict[str, str] = {}
    for i, label in enumerate(passage.labels):
        word = passage.words[i]
        if not label.endswith("-PROP") or len(word) < 2 or word.lower() in TITLES or not word[0].isupper():
            continue
        if word not in swapped:
            swapped[word] = names.family(chance) if label == "I-PROP" else names.given(chance)
        new = swapped[word]
        passage.words[i] = new.upper() if word.isupper() else new


def swap_people(passage: Passage, chance: random.Random) -> None:
    """Some common heads of descriptions become animals and things: "the gentleman" is "the hedgehog" throughout."""
    swapped: dict[str, str] = {}
    for i, label in enumerate(passage.labels):
        word = passage.words[i]
        if label == "B-NOM" and word in _SINGULAR:
            if word not in swapped:
                swapped[word] = chance.choice(_ANIMALS) if chance.random() < 0.5 else word
            passage.words[i] = swapped[word]


def lower(passage: Passage) -> None:
    """Small letters throughout."""
    passage.words[:] = [word.lower() for word in passage.words]


def shout_names(passage: Passage) -> None:
    """Names in capitals, as a screenplay writes them."""
    passage.words[:] = [
        word.upper() if label.endswith("-PROP") else word
        for word, label in zip(passage.words, passage.labels, strict=True)
    ]


def chat(passage: Passage, chance: random.Random) -> None:
    """As chat writes: few capitals, emoji, shortened words, slips, marks left out."""
    keep_names = chance.random() < 0.3
    words: list[str] = []
    spaces: list[bool] = []
    labels: list[str] = []
    for word, space, label in zip(passage.words, passage.spaces, passage.labels, strict=True):
        new = word if keep_names and label.endswith("-PROP") else word.lower()
        if label != "B-PRON":
            new = _SHORT.get(new, new) if chance.random() < 0.3 else new
        if new.isalpha() and len(new) > 4 and chance.random() < 0.02:
            at = chance.randrange(1, len(new) - 1)
            new = new[:at] + new[at + 1] + new[at] + new[at + 2 :]
        if new in (".", ",", ";") and chance.random() < 0.25:
            if words:
                spaces[-1] = True
            continue
        words.append({"“": '"', "”": '"', "’": "'"}.get(new, new))
        spaces.append(space)
        labels.append(label)
        if new in (".", "!", "?", "”", '"') and chance.random() < 0.08:
            spaces[-1] = True
            words.append(chance.choice(_EMOJI))
            spaces.append(True)
            labels.append("O")
    passage.words[:], passage.spaces[:], passage.labels[:] = words, spaces, labels
