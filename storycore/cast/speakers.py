"""Who says which line: by its tag (“…,” said Mime), by what its paragraph is about, by turns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from storycore.cast.lexicon import PERSON_PRONOUNS, SPEECH_VERBS
from storycore.cast.members import Person
from storycore.cast.mentions import Mention, is_verb
from storycore.cast.tokens import Token
from storycore.script.model import Line, LineKind

#: How far back a pronoun looks for somebody, in words.
REACH = 120
#: Verbs at the beginning of a tag that speak only there: “Run!” went the bell; but "He went home." is none.
_WEAK = frozenset(
    ("went", "goes", "began", "begins", "thought", "returned", "tell", "nodded", "smiled", "called", "told")
)
_ADVERBS = frozenset(
    ("then", "only", "just", "also", "again", "now", "suddenly", "finally", "quietly", "softly", "at", "last")
)


#: Who "I" is: the narrator, who is nobody's index.
_NARRATOR = -1


@dataclass(slots=True)
class _Turn:
    """One quote's paragraph and who spoke it."""

    paragraph: int
    who: int


class Attribution:
    """Finds the speakers of a script's lines. Works through the lines in order, once, and remembers who talked."""

    def __init__(self, tokens: list[Token], people: list[Person]) -> None:
        self._tokens = tokens
        self._starts = [token.start for token in tokens]
        self._people = people
        found = [(m.first, m, who) for who, person in enumerate(people) for m in person.mentions]
        self._mentions = sorted(found, key=lambda item: item[0])
        self._firsts = [first for first, _, _ in self._mentions]
        self._by_first = {first: who for first, _, who in self._mentions}
        self._last_of = {first: m.last for first, m, _ in self._mentions}
        self._turns: list[_Turn] = []

    def note(self, paragraph: int, who: int) -> None:
        """Somebody known spoke (by label)."""
        self._turns.append(_Turn(paragraph, who))

    def paragraph(self, number: int, lines: list[Line]) -> list[int | None]:
        """The speakers of one paragraph's lines, as indexes of people; None for narration and the unknown."""
        who: list[int | None] = [None] * len(lines)
        quotes = [i for i, line in enumerate(lines) if line.kind is LineKind.SPEECH]
        for i in quotes:
            who[i] = self._tagged(lines, i)
        known = next((who[i] for i in quotes if who[i] is not None), None)
        if known is None and quotes:
            known = self._actor(lines, quotes[0])
            if known is None:
                known = self._by_turn(number, lines)
        for i in quotes:
            if who[i] is None:
                who[i] = known
            known = who[i]
        if quotes and known is not None:
            self._turns.append(_Turn(number, known))
        return [None if speaker == _NARRATOR else speaker for speaker in who]

    def _span(self, line: Line) -> range:
        return range(bisect_left(self._starts, line.start), bisect_left(self._starts, line.end))

    def _tagged(self, lines: list[Line], i: int) -> int | None:
        """The subject of the tag after the quote, or of the one before it."""
        if i + 1 < len(lines) and lines[i + 1].kind is LineKind.NARRATION:
            found = self._tag_after(self._span(lines[i + 1]), lines[i].text.rstrip()[-1:])
            if found is not None:
                return found
        if i and lines[i - 1].kind is LineKind.NARRATION and lines[i - 1].text.rstrip()[-1:] in (",", ":"):
            return self._tag_before(self._span(lines[i - 1]))
        return None

    def _tag_after(self, span: range, quote_end: str) -> int | None:
        if not span:
            return None
        at = span[0]
        first = self._tokens[at]
        tagged = first.lower in SPEECH_VERBS and (quote_end in ",!?…-—–" or first.lower not in _WEAK)
        if not first.capital and (tagged or (quote_end == "," and is_verb(first.lower))):
            for k in range(at + 1, min(at + 4, span.stop)):
                if (who := self._somebody(k)) is not None:
                    return who
                if not self._tokens[k].joined:
                    break
            return None
        who = self._somebody(at)
        if who is None:
            return None
        after = self._last_of.get(at, at) + 1
        while after < span.stop and (self._tokens[after].lower in _ADVERBS or self._tokens[after].lower.endswith("ly")):
            after += 1
        speaks = after < span.stop and self._tokens[after].lower in SPEECH_VERBS
        return who if speaks else None

    def _tag_before(self, span: range) -> int | None:
        """Siegfried raised his sword and said, “…”"""
        begin = span.start
        verb = next((k for k in reversed(span) if self._tokens[k].lower in SPEECH_VERBS), None)
        if verb is None:
            return None
        for k in range(verb, begin, -1):
            if self._tokens[k].starts:
                begin = k
                break
        subject = None
        for k in range(begin, verb):
            if (who := self._somebody(k)) is not None:
                subject = who
                if k == begin or self._tokens[k].lower in PERSON_PRONOUNS:
                    break
        return subject if subject is not None else self._after_verb(verb, span.stop)

    def _after_verb(self, verb: int, stop: int) -> int | None:
        return next((who for k in range(verb + 1, min(verb + 4, stop)) if (who := self._somebody(k)) is not None), None)

    def _somebody(self, at: int) -> int | None:
        """Who begins at this word: a mention, or the one a subject pronoun stands for."""
        if self._tokens[at].lower == "i":
            return _NARRATOR
        if at in self._by_first:
            return None if self._tokens[self._last_of[at]].possessive else self._by_first[at]
        word = self._tokens[at].lower
        return self._pronoun(at, PERSON_PRONOUNS[word]) if word in ("he", "she", "it") else None

    def _pronoun(self, at: int, gender: str) -> int | None:
        """The last somebody told of who fits: one who acted rather than one who was only there."""
        stop = bisect_left(self._firsts, at)
        fallback: int | None = None
        for first, mention, who in reversed(self._mentions[max(0, stop - 40) : stop]):
            if at - first > REACH:
                break
            if mention.speech or not self._fits(who, gender) or self._tokens[mention.last].possessive:
                continue
            if mention.acts or self._is_subject(mention):
                return who
            fallback = fallback if fallback is not None else who
        return fallback

    def _fits(self, who: int, gender: str) -> bool:
        own = self._people[who].gender
        return own == gender or (own == "" and gender != "n") or (own == "n" and gender == "m" and self._is_named(who))

    def _is_named(self, who: int) -> bool:
        return any(m.name for m in self._people[who].mentions)

    def _is_subject(self, mention: Mention) -> bool:
        return self._tokens[mention.first].starts

    def _actor(self, lines: list[Line], first_quote: int) -> int | None:
        """Siegfried laughed. “…”: whom the sentence beside the quote is about."""
        around = [lines[first_quote - 1]] if first_quote else []
        around += [line for line in lines[first_quote + 1 :] if line.kind is LineKind.NARRATION][:1]
        for line in around:
            span = self._span(line)
            subjects = [k for k in span if self._tokens[k].starts and self._somebody(k) is not None]
            if subjects:
                return self._somebody(subjects[-1] if line is around[0] and first_quote else subjects[0])
            acting = [who for first, m, who in self._within(span) if m.acts]
            if acting:
                return acting[-1]
        return None

    def _within(self, span: range) -> list[tuple[int, Mention, int]]:
        return self._mentions[bisect_left(self._firsts, span.start) : bisect_right(self._firsts, span.stop - 1)]

    def _by_turn(self, number: int, lines: list[Line]) -> int | None:
        """Two people talking take turns: whoever spoke before the last one, if their talk is still going on."""
        if not self._turns or number - self._turns[-1].paragraph > 1:
            return None
        last = self._turns[-1].who
        for turn in reversed(self._turns[-6:-1]):
            if turn.who != last:
                return turn.who if number - turn.paragraph <= 6 else None
        span = self._span(lines[0])
        nearby = {who for first, m, who in self._within(range(max(0, span.start - REACH), span.start)) if m.acts}
        nearby.discard(last)
        return nearby.pop() if len(nearby) == 1 else None
