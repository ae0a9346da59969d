"""Somebody, as far as the reading has come: what a ranker asks of candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from storycore.cast.reading.mentions import Found
from storycore.cast.reading.words import Words

#: How fast attention fades: the weight of a mention a sentence later.
FADE = 0.75


@dataclass(slots=True, eq=False)
class Entity:
    """One chain in the making. ``gender_votes`` count m, f and n; positions are numbers of words and sentences."""

    number: int
    mentions: list[int] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    heads: Counter[str] = field(default_factory=Counter)
    surfaces: Counter[str] = field(default_factory=Counter)
    owned: set[tuple[int, str]] = field(default_factory=set)
    modifiers: set[str] = field(default_factory=set)
    #: Every word of its names and titles, in small letters.
    called: set[str] = field(default_factory=set)
    #: The sentences, of the whole script, that name it: by its name, or by its commonest head where it has none.
    told_in: Sequence[int] = ()
    gender_votes: dict[str, float] = field(default_factory=lambda: {"m": 0.0, "f": 0.0, "n": 0.0})
    plural_votes: float = 0.0
    identity: int = -1
    narrator: bool = False
    last_word: int = -1
    last_sentence: int = -1
    last_paragraph: int = -1
    last_kind: str = ""
    last_role: str = ""
    last_quote: int = -1
    last_subject: int = -99
    last_named: int = -99
    attention: float = 0.0
    attended: int = 0
    spoken: int = 0

    @property
    def gender(self) -> str:
        """m, f, n, or "" where nothing speaks for one of them."""
        votes = self.gender_votes
        best = max(votes, key=lambda gender: votes[gender])
        return best if votes[best] > 0 else ""

    def attention_at(self, sentence: int) -> float:
        """How much the story is about it at a sentence."""
        return float(self.attention * FADE ** max(0, sentence - self.attended))

    def add(self, number: int, mention: Found, words: Words) -> None:
        """Take in a mention."""
        at = mention.core
        sentence = words.sentence[at]
        self.mentions.append(number)
        self.kinds[mention.kind] += 1
        if mention.kind != "PRON":
            core = " ".join(words.lower[mention.core : mention.last + 1])
            self.surfaces[core] += 1
            if mention.kind == "NOM":
                self.heads[mention.head] += 1
                self.modifiers |= mention.modifiers
                if mention.first != mention.core:
                    self.surfaces[" ".join(words.lower[mention.first : mention.last + 1])] += 1
            else:
                self.last_named = sentence
            if mention.plural:
                self.plural_votes += 1
        self._vote(mention)
        weight = 1.0 if mention.role == "subject" else 0.6
        self.attention = self.attention_at(sentence) + weight
        self.attended = sentence
        self.last_word, self.last_sentence, self.last_paragraph = at, sentence, words.paragraph[at]
        self.last_kind, self.last_role, self.last_quote = mention.kind, mention.role, words.quote[at]
        if mention.role == "subject":
            self.last_subject = sentence

    def _vote(self, mention: Found) -> None:
        if mention.gender:
            weight = {"PROP": 1.0, "NOM": 2.0 if mention.gender != "n" else 0.8}.get(mention.kind, 0.7)
            self.gender_votes[mention.gender] += weight
        if mention.pronoun is not None and mention.pronoun.person == 3:
            self.plural_votes += 0.7 if mention.plural else -0.4
