"""Chains and speakers, found together: a paragraph's narration first, then who says its quotes, then who is in them.

Names are one person's by their sieve (``names``); descriptions, pronouns and speakers are decided one after another by
small rankers over what was found so far. A policy makes the decisions, so that training can put its own in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from storycore.cast.lexicon import CREATURES
from storycore.cast.reading.apposition import apposed, called, follows_name
from storycore.cast.reading.entities import Entity
from storycore.cast.reading.features import Tag, Talk, candidate_row, new_row, own_features
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.names import Identity
from storycore.cast.reading.people_words import Lexicon
from storycore.cast.reading.speech import CueFinder, Cues
from storycore.cast.reading.turns import Said, Turn, candidates, reason, turn_row
from storycore.cast.reading.words import Speech, Words

#: The most candidates of a mention, and how many sentences back they are looked for.
_MOST, _BACK = 10, 25
Likeness = Callable[[str, str], float]


class Policy(Protocol):
    """Who decides. ``choose_*`` return the index of a candidate, and how likely it is."""

    def choose_entity(
        self, kind: str, rows: list[list[float]], options: Sequence[Entity], mention: int
    ) -> tuple[int, float]:
        """Which of ``options`` a mention speaks of; ``len(options)``, the last row, is somebody new."""
        ...

    def choose_speaker(self, rows: list[list[float]], options: Sequence[Entity], speech: int) -> tuple[int, float]:
        """Who says a quote; ``len(options)`` is nobody known (it has no row)."""
        ...


@dataclass(slots=True)
class Attribution:
    """The speaker of one quote: an entity's number or -1, the mention it was told from or -1, and why."""

    speaker: int
    mention: int = -1
    confidence: float = 0.0
    reason: str = ""
    runners_up: tuple[tuple[int, float], ...] = ()


@dataclass(slots=True)
class Doubt:
    """A mention that nearly went to somebody else: entities' numbers (``other`` -1: somebody new) and likelihood."""

    mention: int
    chosen: int
    other: int
    confidence: float


@dataclass(slots=True)
class Reading:
    """What was read: whose each mention is, who says each quote, and where it was close."""

    entities: list[Entity]
    of_mention: list[int]
    attributions: list[Attribution]
    doubts: list[Doubt] = field(default_factory=list)


class Chains:
    """One reading of one script; ``read`` is called once."""

    def __init__(
        self,
        words: Words,
        mentions: list[Found],
        identities: list[Identity],
        lexicon: Lexicon,
        policy: Policy,
        likeness: Likeness,
        *,
        apart: frozenset[frozenset[str]] = frozenset(),
        told: dict[int, str | None] | None = None,
    ) -> None:
        self._words, self._mentions, self._policy, self._likeness = words, mentions, policy, likeness
        self._identities = identities
        self._apart = apart
        self._told = told or {}
        self._cues = CueFinder(words, mentions, lexicon)
        self._entities: list[Entity] = []
        self._of_mention = [-1] * len(mentions)
        self._of_identity: dict[int, int] = {}
        self._of_head: dict[str, list[int]] = defaultdict(list)
        self._recent: dict[int, None] = {}
        self._told_recent: dict[int, None] = {}
        self._narrator = -1
        self._history: list[Said] = []
        self._doubts: list[Doubt] = []
        self._attributions: list[Attribution] = []
        self._cue_cache: dict[int, Cues] = {}
        self._tags: dict[int, int] = {}
        self._told_in = _told_in(words, mentions)

    def read(self) -> Reading:
        """Read the whole script."""
        words = self._words
        by_paragraph: dict[int, list[int]] = defaultdict(list)
        for number, mention in enumerate(self._mentions):
            by_paragraph[words.paragraph[mention.core]].append(number)
        speeches: dict[int, list[int]] = defaultdict(list)
        for number, speech in enumerate(words.speeches):
            speeches[speech.paragraph].append(number)
            self._attributions.append(Attribution(-1))
        for paragraph in sorted({*by_paragraph, *speeches}):
            here = by_paragraph[paragraph]
            for speech_number in speeches[paragraph]:
                cues = self._cue(speech_number)
                if cues.strength >= 2:
                    self._tags.setdefault(cues.tag, speech_number)
            for number in here:
                if words.quote[self._mentions[number].core] < 0:
                    self._resolve(number, Talk())
            for speech_number in speeches[paragraph]:
                self._attribute(speech_number)
                self._inside(speech_number)
        return Reading(self._entities, self._of_mention, self._attributions, self._doubts)

    # --- mentions

    def _resolve(self, number: int, talk: Talk) -> None:
        mention = self._mentions[number]
        if mention.identity >= 0 and mention.identity in self._of_identity:
            self._give(number, self._of_identity[mention.identity])
            return
        if (beside := self._apposed(number)) >= 0:
            self._give(number, beside)
            return
        pronoun = mention.pronoun
        if pronoun and pronoun.person == 1 and not pronoun.plural and self._words.quote[mention.core] < 0:
            self._narrate(number)
            return
        owner = self._of_mention[mention.owner] if 0 <= mention.owner < number else -1
        options = self._options(mention, talk, owner)
        tag = self._tag(self._tags[number]) if number in self._tags else None
        told = len(self._told_in.get(mention.head, ())) if mention.kind == "NOM" else 0
        own = own_features(self._words, mention, len(options), talk, tag, told)
        rows = [
            candidate_row(self._words, mention, own, entity, rank, talk, tag, self._alike(mention, entity), owner)
            for rank, entity in enumerate(options)
        ]
        rows.append(new_row(own))
        kind = _kind(mention)
        chosen, confidence = self._policy.choose_entity(kind, rows, options, number)
        entity = options[chosen] if chosen < len(options) else self._new()
        if kind in ("nom", "name") and confidence < 0.8:
            other = -1 if chosen < len(options) else max(range(len(options)), default=-1)
            self._doubts.append(Doubt(number, entity.number, other, confidence))
        self._give(number, entity.number)
        if owner >= 0:
            entity.owned.add((owner, mention.head))

    def _apposed(self, number: int) -> int:
        """Whose a mention is because another one beside it says so, or -1."""
        other = apposed(self._words, self._mentions, number)
        if other < 0:
            return self._same_word(number)
        mention, theirs = self._mentions[number], self._mentions[other]
        who = self._of_mention[other]
        if who < 0 and theirs.identity >= 0:  # "the old smith Mime": the name comes next
            who = self._of_identity.get(theirs.identity, -1)
        if who < 0 or (mention.kind == "PROP" and self._entities[who].identity >= 0):
            return -1
        entity = self._entities[who]
        clash = bool(mention.gender and entity.gender) and "n" not in (mention.gender, entity.gender)
        clash = clash and mention.gender != entity.gender
        return -1 if clash or entity.narrator or (self._apart and self._are_apart(mention, entity)) else who

    def _same_word(self, number: int) -> int:
        """The unnamed one whom a first name names: "Stop, Fox!" to the fox; "Fafnir, the dragon" of whom was heard."""
        mention = self._mentions[number]
        if mention.kind != "PROP":
            return -1
        heads = [mention.head] if mention.head in CREATURES and mention.core == mention.last else []
        for later in self._mentions[number + 1 : number + 3]:
            heads += [later.head] * (later.determiner == "the" and follows_name(self._words, mention, later))
        for head in heads:
            unnamed = [who for who in self._of_head.get(head, ()) if self._entities[who].identity < 0]
            if len(unnamed) == 1:
                return unnamed[0]
        return -1

    def _tag(self, speech_number: int) -> Tag:
        """Who talked before the quote that a mention is the tag of."""
        speech = self._words.speeches[speech_number]
        tag = Tag(speaks_to=frozenset(self._guess(m) for m in self._cue(speech_number).vocatives) - {-1})
        for said in reversed(self._history[-6:]):
            if speech.paragraph - said.paragraph > 4:
                break
            if said.paragraph == speech.paragraph:
                continue
            if tag.last < 0:
                tag.last, tag.spoken_to = said.speaker, said.vocatives
            elif said.speaker != tag.last:
                tag.before = said.speaker
                break
        return tag

    def _narrate(self, number: int) -> None:
        if self._narrator < 0:
            entity = self._new()
            entity.narrator = True
            self._narrator = entity.number
        self._give(number, self._narrator)

    def _options(self, mention: Found, talk: Talk, owner: int) -> list[Entity]:
        sentence = self._words.sentence[mention.core]
        found: dict[int, None] = {}
        for number in (talk.speaker, talk.addressee):
            if number >= 0 and mention.kind == "PRON":
                found[number] = None
        if mention.kind != "PRON":
            for number in self._of_head.get(mention.head, ())[-4:]:
                found[number] = None
        for passed, number in enumerate(reversed(self._recent)):
            entity = self._entities[number]
            if len(found) >= _MOST or passed > 3 * _MOST or sentence - entity.last_sentence > _BACK:
                break
            if mention.kind == "PROP" and entity.identity >= 0:
                continue
            found[number] = None
        options = [self._entities[number] for number in found]
        if self._apart and mention.kind != "PRON":
            options = [entity for entity in options if not self._are_apart(mention, entity)]
        if mention.kind == "PROP":
            options = [e for e in options if e.identity < 0 and not e.narrator and self._may_be_named(mention, e)]
        options.sort(key=lambda entity: -entity.last_word)
        return options

    def _may_be_named(self, mention: Found, entity: Entity) -> bool:
        gender, theirs = mention.gender, entity.gender
        return not (gender and theirs and theirs != "n" and gender != theirs)

    def _are_apart(self, mention: Found, entity: Entity) -> bool:
        words = self._words.lower
        own = (" ".join(words[mention.first : mention.last + 1]), " ".join(words[mention.core : mention.last + 1]))
        return any(frozenset((a, b)) in self._apart for a in own for b in entity.surfaces)

    def _alike(self, mention: Found, entity: Entity) -> float:
        if mention.kind != "NOM" or not entity.heads or mention.head in entity.heads:
            return 0.0
        return max(self._likeness(mention.head, head) for head in list(entity.heads)[:4])

    def _new(self) -> Entity:
        self._entities.append(Entity(len(self._entities)))
        return self._entities[-1]

    def _give(self, number: int, who: int) -> None:
        mention, entity = self._mentions[number], self._entities[who]
        self._of_mention[number] = who
        entity.add(number, mention, self._words)
        if mention.identity >= 0 and mention.identity not in self._of_identity:
            self._of_identity[mention.identity] = who
            entity.identity = mention.identity
            entity.told_in = self._told_in.get(mention.identity, ())
            entity.called = called(self._identities[mention.identity])
            gender = self._identities[mention.identity].gender
            if gender:
                entity.gender_votes[gender] += 3.0
        if mention.kind == "NOM" and who not in self._of_head[mention.head]:
            self._of_head[mention.head].append(who)
            told = self._told_in.get(mention.head, ())
            if entity.identity < 0 and len(told) > len(entity.told_in):
                entity.told_in = told
        self._recent.pop(who, None)
        self._recent[who] = None
        if self._words.quote[mention.core] < 0:
            self._told_recent.pop(who, None)
            self._told_recent[who] = None

    # --- speakers

    def _cue(self, number: int) -> Cues:
        if number not in self._cue_cache:
            self._cue_cache[number] = self._cues.find(self._words.speeches[number])
        return self._cue_cache[number]

    def _attribute(self, number: int) -> None:
        speech = self._words.speeches[number]
        turn = self._turn(number, speech)
        found = self._labelled(speech)
        if found is None:
            found = self._by_turn(number, speech, turn)
        if number in self._told:
            found = self._as_told(self._told[number], found)
        self._attributions[number] = found
        if found.speaker >= 0:
            self._entities[found.speaker].spoken += 1
            vocatives = turn.vocatives - {found.speaker}
            self._history.append(Said(number, speech.paragraph, found.speaker, vocatives, turn.cues.alone))

    def _labelled(self, speech: Speech) -> Attribution | None:
        if speech.label is None:
            return None
        for number in reversed(self._cues.within(max(0, speech.first - 30), speech.first)):
            if self._mentions[number].label:
                return Attribution(self._of_mention[number], number, 1.0, "The script names its speaker.")
        return None

    def _as_told(self, name: str | None, found: Attribution) -> Attribution:
        """A person said who speaks; whoever is not in the text (yet) is settled when the cast is made."""
        who = -1
        if name is not None:
            folded = name.casefold()
            bare = folded.removeprefix("the ")
            for entity in self._entities:
                if entity.surfaces[folded] or entity.surfaces[bare]:
                    who = entity.number
        return Attribution(who, -1, 1.0, "Somebody here said so.")

    def _turn(self, number: int, speech: Speech) -> Turn:
        cues = self._cue(number)
        turn = Turn(cues, history=self._history, narrator=self._narrator)
        turn.tag = self._who(cues.tag)
        turn.subject_before, turn.subject_after = self._who(cues.subject_before), self._who(cues.subject_after)
        turn.near_before, turn.near_after = self._who(cues.near_before), self._who(cues.near_after)
        turn.vocatives = frozenset(who for m in cues.vocatives if (who := self._guess(m)) >= 0)
        turn.inside = frozenset(who for m in cues.inside if (who := self._guess(m)) >= 0)
        turn.first_person_tag = cues.tag >= 0 and self._mentions[cues.tag].head == "i"
        for ahead in (1, 2):
            if number + ahead < len(self._words.speeches):
                following = self._words.speeches[number + ahead]
                gap = following.paragraph - speech.paragraph
                if gap <= 2 * ahead:
                    later = self._cue(number + ahead)
                    who = self._guess(later.tag) if later.strength >= 2 else -1
                    if following.label:
                        who = -1
                    if ahead == 1:
                        turn.next_tag, turn.next_gap = who, gap
                    elif following.paragraph != self._words.speeches[number + 1].paragraph:
                        turn.after_next_tag = who
        return turn

    def _who(self, mention: int) -> int:
        return self._of_mention[mention] if mention >= 0 else -1

    def _guess(self, mention: int) -> int:
        """Who a mention further on will be, where its name or its words say so already."""
        if mention < 0:
            return -1
        if self._of_mention[mention] >= 0:
            return self._of_mention[mention]
        found = self._mentions[mention]
        if found.identity >= 0:
            return self._of_identity.get(found.identity, -1)
        same = self._of_head.get(found.head) if found.kind == "NOM" else None
        return same[-1] if same else -1

    def _by_turn(self, number: int, speech: Speech, turn: Turn) -> Attribution:
        recent = list(self._told_recent)[-5:][::-1]
        options = [self._entities[who] for who in candidates(turn, recent)]
        if not options:
            return Attribution(-1, reason="Nobody is there yet who could say it.")
        by_place = sorted(options, key=lambda entity: -entity.last_word)
        ranks = {entity.number: rank for rank, entity in enumerate(by_place)}
        rows = [turn_row(self._words, speech, turn, entity, ranks[entity.number]) for entity in options]
        chosen, confidence = self._policy.choose_speaker(rows, options, number)
        if chosen >= len(options):
            return Attribution(-1, reason="Nobody near it can be told.")
        who = options[chosen].number
        why = reason(turn, self._words, self._mentions, who)
        mention = turn.cues.tag if who == turn.tag else self._latest(who)
        others = tuple(entity.number for entity in options if entity.number != who)[:3]
        return Attribution(who, mention, confidence, why, tuple((other, 0.0) for other in others))

    def _latest(self, who: int) -> int:
        mentions = self._entities[who].mentions
        return mentions[-1] if mentions else -1

    def _inside(self, number: int) -> None:
        """The mentions inside a quote, now that its speaker is known."""
        speech = self._words.speeches[number]
        speaker = self._attributions[number].speaker
        cues = self._cue(number)
        inside = self._cues.within(speech.first, speech.last)
        vocatives = {self._guess(m) for m in cues.vocatives} - {-1, speaker}
        talk = Talk(speaker, self._addressee(speech, speaker, vocatives), -1, frozenset(vocatives))
        talk.previous = next((said.speaker for said in reversed(self._history[:-1]) if said.speaker != speaker), -1)
        for mention_number in inside:
            mention = self._mentions[mention_number]
            if mention_number == cues.self_name and self._introduces(mention, speaker):
                self._give(mention_number, speaker)
                continue
            self._resolve(mention_number, talk)
            if mention_number in cues.vocatives and talk.addressee < 0:
                talk.addressee = self._of_mention[mention_number]

    def _introduces(self, mention: Found, speaker: int) -> bool:
        """ "My name is Osei": said by somebody who has no name yet, of a name nobody has yet."""
        return speaker >= 0 and self._entities[speaker].identity < 0 and mention.identity not in self._of_identity

    def _addressee(self, speech: Speech, speaker: int, vocatives: set[int]) -> int:
        if vocatives:
            return min(vocatives)
        for said in reversed(self._history[:-1]):
            if speech.paragraph - said.paragraph > 6:
                break
            if said.speaker != speaker:
                return said.speaker
        for number in list(self._told_recent)[:-5:-1]:
            if number != speaker and self._entities[number].kinds["PRON"] + self._entities[number].kinds["PROP"] > 0:
                return number
        return -1


def _kind(mention: Found) -> str:
    if mention.kind == "PROP":
        return "name"
    if mention.kind == "NOM":
        return "nom"
    pronoun = mention.pronoun
    return "he" if pronoun is None or pronoun.person == 3 else "you"


def _told_in(words: Words, mentions: list[Found]) -> dict[int | str, list[int]]:
    """The sentences that name each identity (by its number) and each description's head (by its word)."""
    found: dict[int | str, list[int]] = defaultdict(list)
    for mention in mentions:
        if mention.identity >= 0 or mention.kind == "NOM":
            key = mention.identity if mention.identity >= 0 else mention.head
            found[key].append(words.sentence[mention.core])
    return found
