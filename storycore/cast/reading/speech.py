"""What the words around a quote say of its speaker: “…,” said the fox; Tom answered, “…”; “Come, Tom!”

The patterns are those of Muzny, Fang, Chang and Jurafsky 2017, "A Two-stage Sieve Approach for Quote Attribution".
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from storycore.cast.lexicon import SPEECH_VERBS
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.people_words import Lexicon
from storycore.cast.reading.words import Speech, Words
from storycore.script.words import word_set

_SPEAKING = SPEECH_VERBS | word_set(
    """rejoined ejaculated returned remonstrated interposed put cut broke burst pursued resumed proceeded assented
    faltered pronounced enquired quavered sniffed shrieked squeaked snorted screeched lisped confessed confided
    reminded reassured scoffed jeered mocked taunted advised proposed predicted wrote texted typed yelled whimpered
    repeated echoed quoted swore vowed blurted spoke speaks say says sayin panted croaked gurgled cooed clucked quacked
    squawked mooed crooned boasted complained coughed sneezed yawned sobbed wailed howled squealed chirruped objected"""
)
#: Verbs that speak only right beside a quote's comma.
_WEAK = word_set("went goes thought returned nodded smiled laughed grinned put cut broke burst began continued told")
_OPEN_ENDED = frozenset((",", "—", "-", "?", "!", "…", "..."))
_I_AM = (["i", "am"], ["i", "'m"], ["i", "’m"], ["name", "'s"])
_BETWEEN = word_set("then also now again only just had has at last once quickly slowly softly quietly finally still")
_VOCATIVE_BEFORE = word_set("o oh my dear hey hello hi yes no well please thanks good ah sir so and you old little")


@dataclass(slots=True)
class Cues:
    """What is told around one quote, as indexes of mentions (-1: nothing). ``strength`` of the tag is 0 to 3."""

    tag: int = -1
    strength: int = 0
    kind: str = ""
    subject_before: int = -1
    subject_after: int = -1
    near_before: int = -1
    near_after: int = -1
    vocatives: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    alone: bool = True
    leads_in: bool = False
    self_name: int = -1


class CueFinder:
    """Finds the cues of quotes."""

    def __init__(self, words: Words, mentions: list[Found], lexicon: Lexicon) -> None:
        self._words = words
        self._mentions = mentions
        self._lexicon = lexicon
        self._cores = [mention.core for mention in mentions]
        self._begins: dict[int, int] = {}
        for number, mention in enumerate(mentions):
            if mention.role != "owner" or mention.kind != "PRON":
                self._begins.setdefault(mention.first, number)
        for number, mention in enumerate(mentions):
            if mention.first not in self._begins or mention.first == mention.core:
                self._begins.setdefault(mention.first, number)
            if mention.kind == "NOM" and mention.first != mention.core:
                self._begins[mention.first] = number
        self._paragraph_first: dict[int, int] = {}
        self._paragraph_end: dict[int, int] = {}
        for i, paragraph in enumerate(words.paragraph):
            self._paragraph_first.setdefault(paragraph, i)
            self._paragraph_end[paragraph] = i + 1

    def within(self, first: int, end: int) -> range:
        """The numbers of the mentions whose cores lie in words ``first`` … ``end`` (excluded)."""
        return range(bisect_left(self._cores, first), bisect_left(self._cores, end))

    def find(self, speech: Speech) -> Cues:
        words = self._words
        begin = self._paragraph_first[speech.paragraph]
        end = self._paragraph_end[speech.paragraph]
        after_end = self._edge(speech.last, end, 1)
        before_begin = self._edge(speech.first - 1, begin - 1, -1) + 1
        cues = Cues()
        cues.alone = after_end <= speech.last and before_begin >= speech.first
        self._tag_after(speech, after_end, cues)
        if cues.strength < 3:
            self._tag_before(speech, before_begin, cues)
        self._neighbours(speech, before_begin, after_end, cues)
        if cues.near_before < 0 and cues.tag < 0 and speech.first == begin:
            self._lead_in(speech, cues)
        self._inside(speech, cues)
        if cues.alone and before_begin > begin:
            cues.alone = words.quote[before_begin - 1] < 0
        return cues

    def _edge(self, at: int, stop: int, step: int) -> int:
        """From the quote to the next quote or the paragraph's end."""
        while at != stop and self._words.quote[at] < 0:
            at += step
        return at

    def _tag_after(self, speech: Speech, end: int, cues: Cues) -> None:
        words, at = self._words, speech.last
        while at < end and words.words[at] in (",", ".", "-", "—", "*"):
            at += 1
        if at >= end:
            return
        word = words.lower[at]
        comma = any(words.words[k] in _OPEN_ENDED for k in range(max(speech.first, speech.last - 2), speech.last))
        comma = comma or words.words[speech.last - 1] in (",", "—", "-")
        if at in self._begins:
            self._subject_first(at, end, comma, cues)
        elif (speaks := word in _SPEAKING and (comma or word not in _WEAK)) or (comma and self._lexicon.finite(word)):
            for k in range(at + 1, min(at + 4, end)):
                if k in self._begins and self._mentions[self._begins[k]].role != "owner":
                    cues.tag, cues.strength, cues.kind = self._begins[k], 3 if speaks else 2, "after"
                    return
                if not words.words[k].isalpha():
                    return

    def _subject_first(self, at: int, end: int, comma: bool, cues: Cues) -> None:
        """ "…" she said; "…" the old man quickly replied."""
        words, mention = self._words, self._begins[at]
        k = self._mentions[mention].last + 1
        stop = min(end, k + 4)
        while k < stop and (words.lower[k] in _BETWEEN or words.lower[k].endswith("ly")):
            k += 1
        if k < end and words.lower[k] in _SPEAKING and (comma or words.lower[k] not in _WEAK):
            cues.tag, cues.strength, cues.kind = mention, 3, "after"
            return
        later = range(k, min(k + 9, end))
        if any(words.lower[i] in _SPEAKING and words.sentence[i] == words.sentence[at] for i in later):
            cues.tag, cues.strength, cues.kind = mention, 2 if comma else 1, "after"

    def _tag_before(self, speech: Speech, begin: int, cues: Cues) -> None:
        words = self._words
        last = speech.first - 1
        if last < begin:
            return
        mark = words.words[last]
        leads = mark in (",", ":", "—", "-")
        sentence = words.sentence[last]
        low = last
        while low > begin and words.sentence[low - 1] == sentence and last - low < 40:
            low -= 1
        verb = next((k for k in range(last, low - 1, -1) if words.lower[k] in _SPEAKING), -1)
        if verb < 0 or (not leads and last - verb > 3):
            return
        subject = -1
        for number in self.within(low, verb):
            mention = self._mentions[number]
            if mention.role == "subject" and words.quote[mention.core] < 0:
                subject = number
        if subject < 0:
            for number in self.within(verb + 1, min(verb + 4, last + 1)):
                if self._mentions[number].role == "subject":
                    subject = number
                    break
        if subject < 0:
            options = [n for n in self.within(low, verb) if self._mentions[n].role != "owner"]
            subject = options[0] if options else -1
        strength = 3 if leads and last - verb <= 8 else 2
        if subject >= 0 and strength > cues.strength:
            cues.tag, cues.strength, cues.kind = subject, strength, "before"

    def _neighbours(self, speech: Speech, begin: int, end: int, cues: Cues) -> None:
        for number in self.within(begin, speech.first):
            mention = self._mentions[number]
            if mention.role != "owner":
                cues.near_before = number
            if mention.role == "subject":
                cues.subject_before = number
        for number in self.within(speech.last, end):
            mention = self._mentions[number]
            if cues.near_after < 0 and mention.role != "owner":
                cues.near_after = number
            if cues.subject_after < 0 and mention.role == "subject":
                cues.subject_after = number

    def _lead_in(self, speech: Speech, cues: Cues) -> None:
        """The paragraph before ends with a colon or a comma: it leads in to this one."""
        last = speech.first - 1
        if last < 0 or self._words.words[last] not in (":", ",") or self._words.quote[last] >= 0:
            return
        cues.leads_in = True
        begin = self._paragraph_first[self._words.paragraph[last]]
        self._tag_before(speech, max(begin, last - 60), cues)
        for number in self.within(max(begin, last - 60), speech.first):
            if self._mentions[number].role == "subject":
                cues.subject_before = number

    def _inside(self, speech: Speech, cues: Cues) -> None:
        words = self._words
        for number in self.within(speech.first, speech.last):
            mention = self._mentions[number]
            if mention.kind == "PRON":
                continue
            cues.inside.append(number)
            before = words.words[mention.first - 1] if mention.first > speech.first else '"'
            after = words.words[mention.last + 1] if mention.last + 1 < speech.last else '"'
            opened = before in (",", '"', "“", "”", "‘", "'", "!", "?", ".", "—", "…", "*") or (
                before.lower() in _VOCATIVE_BEFORE
            )
            closed = after in (",", '"', "”", "“", "’", "'", "!", "?", ".", "—", "…", "*", ";")
            bare = mention.kind == "PROP" or mention.determiner in ("", "my", "thou", "you")
            if opened and closed and bare:
                cues.vocatives.append(number)
            back = [words.lower[k] for k in range(max(speech.first, mention.first - 3), mention.first)]
            if mention.kind == "PROP" and (
                back[-3:] == ["my", "name", "is"]
                or back[-2:] in (["i", "am"], ["i", "'m"], ["i", "’m"], ["name", "'s"])
            ):
                cues.self_name = number
                if number in cues.vocatives:
                    cues.vocatives.remove(number)
