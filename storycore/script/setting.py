"""Where and when: the phrases in which a story tells its places and times, in its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storycore.script.places import GROUNDS
from storycore.script.words import word_set

#: Prepositions that put somebody somewhere, and those that take them there: a scene is where it arrives.
_AT = word_set("in at on inside near beside by under beneath behind outside within upon amid among across around along")
_TO = word_set("into to onto through towards toward up down over reached entered past")
#: "Deep in the forest stood a smithy."
_THERE = word_set("stood was lay rose")
_ARTICLES = "the|a|an|his|her|their|my|our|your|its|this|that|some|every|each|one|another"
#: No adjective of a place: a phrase that holds one is two phrases.
_STOPS = word_set(
    """and or but that which who where when while as of in at on to into from with for by he she it they we i you his
    her their was were is are had has said came went then there"""
)
_PLACE = re.compile(
    rf"\b(?P<prep>{'|'.join(sorted(_AT | _TO | _THERE, key=len, reverse=True))})[ \n]+"
    rf"(?:(?P<article>{_ARTICLES})[ \n]+)?"
    r"(?P<words>[^\W\d_][\w'’-]{0,30}(?:[ \n]+[^\W\d_][\w'’-]{0,30}){0,3})",
    re.IGNORECASE,
)
_OF = re.compile(
    r"[ \n]+of(?:[ \n]+(?:the|his|her|their|my|our|a|an))?[ \n]+[^\W\d_][\w'’-]{1,30}"
    r"(?:[ \n]+(?-i:[A-Z])[\w'’-]{1,30})?",
    re.IGNORECASE,
)
_BARE = word_set("bed home school church town court sea shore land prison jungle")

_PART = "(?:morning|evening|night|afternoon|day|dawn|dusk|noon|midnight|sunrise|sunset|midday|nightfall|daybreak|dark)"
_UNIT = "(?:moments?|minutes?|hours?|days?|nights?|weeks?|months?|years?|winters?|summers?)"
_SEASON = "(?:winter|spring|summer|autumn|fall|Christmas|Easter|Halloween|midsummer)"
_COUNT = "(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|many|some|several|a few|\\d{1,3})"
#: What moves a story on to another time …
_SHIFTS = (
    rf"\b(?:(?:on )?the (?:very )?(?:next|following) (?:{_PART}|{_UNIT}|{_SEASON})(?: (?:at|in the) {_PART})?"
    rf"|(?:early |late )?(?:next|the same|that same) {_PART}"
    rf"|{_COUNT}(?: \w{{2,12}})? {_UNIT} (?:later|afterwards?|after that|passed(?: by)?|went by|ago)"
    rf"|after {_COUNT} (?:\w{{2,12}} )?{_UNIT}|after a (?:while|time)"
    rf"|(?:one|that|each|every|all) (?:\w{{2,9}} )?(?:{_PART}|{_SEASON})(?: long)?"
    rf"|(?:early |late )?in the (?:\w{{2,9}} )?(?:morning|evening|afternoon|night)|in the middle of the night"
    rf"|(?:long )?(?:at|before|after|by|towards?|until|till) (?:\w{{2,6}} )?{_PART}\b(?! of)"
    rf"|in (?:the )?{_SEASON}|(?:on )?(?:a|one) (?:\w{{2,9}} ){{0,2}}{_PART}"
    r"|(?:when|as|before|after|until) the (?:sun|moon) (?:had )?\w{2,9}(?: (?:up|down|high))?"
    r"|when (?:morning|evening|night|day|spring|summer|autumn|winter) (?:came|fell|broke|dawned)"
    r"|(?:once upon a time|long,? long ago|long ago|not long ago|many years ago|tomorrow|tonight|yesterday|today"
    r"|meanwhile|in the meantime|some time later|soon after(?:wards)?|a little later|at midnight|at noon))\b"
)
_SHIFT = re.compile(_SHIFTS.replace(" ", "[ \\n]"), re.IGNORECASE)
#: … though these do so without saying when.
_VAGUE = word_set("meanwhile today tomorrow yesterday ago while time meantime later soon")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase: ``start`` … ``end`` in the text that was searched, ``text`` as it shows (white space folded).

    ``head`` is the noun of a place in small letters, "" for a time; ``weight`` 0 … 1 how much it says.
    """

    start: int
    end: int
    text: str
    head: str = ""
    weight: float = 1.0


def find_places(text: str) -> list[Phrase]:
    """The places that ``text`` puts somebody in, in order: "the old mill", "Hall of Mirrors"; without the preposition.

    Linear in the length of the text.
    """
    found: list[Phrase] = []
    at = 0
    while match := _PLACE.search(text, at):
        phrase = _place(text, match)
        at = match.end("prep") if phrase is None else phrase.end
        if phrase is not None:
            found.append(phrase)
    return found


def _place(text: str, match: re.Match[str]) -> Phrase | None:
    """The phrase up to the noun that can be a place; "near the old mill they" ends at "mill"."""
    head = ""
    end = at = match.start("words")
    named = False
    for word in re.finditer(r"[^\W\d_][\w'’-]*", match["words"]):
        lower = word.group().lower()
        if lower in _STOPS or (not match["article"] and at != match.start("words") and not named and not head):
            break
        named = named or word.group()[0].isupper()
        if noun := _ground(lower):
            head, end = noun, match.start("words") + word.end()
        elif head:
            break
        at = match.start("words") + word.end()
    if not head or (not match["article"] and not named and head not in _BARE and not _plural(text, end)):
        return None
    if following := _OF.match(text, end):
        end = following.end()
    begin = match.start("article") if match["article"] else match.start("words")
    weight = 1.0 if match["prep"].lower() in _AT else 0.9
    return Phrase(begin, end, " ".join(text[begin:end].split()), head, weight)


def _ground(word: str) -> str:
    """The singular of a word for a place, or ""."""
    for ending, instead in (("", ""), ("s", ""), ("es", ""), ("ies", "y")):
        if word.endswith(ending) and (noun := word[: len(word) - len(ending)] + instead) in GROUNDS:
            return noun
    return ""


def _plural(text: str, end: int) -> bool:
    return text[end - 1 : end].lower() == "s"


def find_times(text: str) -> list[Phrase]:
    """The times that ``text`` tells, in order: "at night", "a week later"; what says no hour or season weighs less."""
    found: list[Phrase] = []
    for match in _SHIFT.finditer(text):
        words = match.group().lower().split()
        vague = words[-1] in _VAGUE or words[0] in ("one", "once") or words[-1] in ("passed", "by", "later")
        found.append(Phrase(match.start(), match.end(), " ".join(match.group().split()), "", 0.5 if vague else 1.0))
    return found
