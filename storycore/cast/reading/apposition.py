"""Two mentions side by side that are one: "the old smith Mime", "his sister Esi", "Nune, the shepherd's daughter,"."""

from __future__ import annotations

from storycore.cast.lexicon import CREATURES
from storycore.cast.reading.mentions import Found
from storycore.cast.reading.missed import NAMED
from storycore.cast.reading.names import Identity
from storycore.cast.reading.people_words import KIN
from storycore.cast.reading.words import Words

#: What says of "I", "you" and "he" who they are.
_BE = {1: (["am"], ["'m"], ["’m"], ["was"]), 2: (["are"], ["'re"], ["’re"]), 3: (["is"], ["was"], ["'s"], ["’s"])}
#: "A robot. His name is Bolt."
_NAME_IS = (["name", "was"], ["name", "is"], ["name", "'s"], ["name", "’s"])
#: What the words of a title are as a description: St. Lawrence is "the saint".
_SPOKEN = {"st": "saint", "st.": "saint", "dr": "doctor", "dr.": "doctor", "capt": "captain", "capt.": "captain"}
_SPOKEN |= {"prof": "professor", "prof.": "professor", "sergeant": "sergeant", "sir": "knight", "rev": "reverend"}


def called(identity: Identity) -> set[str]:
    """Every word of somebody's names and titles, and what the titles are short for."""
    found = {word for name in identity.names for word in (*name.titles, *name.parts)}
    return found | {_SPOKEN[word] for word in found if word in _SPOKEN}


def apposed(words: Words, mentions: list[Found], number: int) -> int:
    """The mention beside ``number`` that is surely the same person, or -1."""
    mention = mentions[number]
    if mention.plural or mention.kind == "PRON":
        return -1
    if mention.kind == "NOM":
        following = number + 1
        if following < len(mentions) and _leads_to(mention, mentions[following], mention.last):
            return following
        if _says_more(words, mentions, number) or _is_said_to_be(words, mentions, number):
            return number - 1
        return _after_name(words, mentions, number)
    before = number - 1
    if before < 0 or mentions[before].kind == "PROP" or mentions[before].plural:
        return -1
    between = words.lower[mentions[before].last + 1 : mention.first]
    if (whose := mentions[before].pronoun) is not None:
        return before if whose.person == 3 and mentions[before].role == "owner" and between in _NAME_IS else -1
    if not between and _leads_to(mentions[before], mention, mentions[before].last):
        return before
    owned = between == [","] and (mentions[before].head in KIN | CREATURES) and bool(mentions[before].determiner)
    return before if between in NAMED or (owned and _closes(words, mention.last + 1)) else -1


def _leads_to(description: Found, name: Found, last: int) -> bool:
    """ "the dragon Fafnir": a description of one, and a name right after it."""
    alone = description.determiner or description.owner >= 0 or description.label
    return bool(alone) and name.kind == "PROP" and not name.plural and name.core == last + 1 and not name.label


def _says_more(words: Words, mentions: list[Found], number: int) -> bool:
    """ "A crocodile, a huge old one with moss on her back"."""
    mention = mentions[number]
    if number == 0 or mention.head != "one" or mention.determiner not in ("a", "an") or not mention.modifiers:
        return False
    before = mentions[number - 1]
    return before.kind == "NOM" and before.last == mention.first - 2 and words.words[mention.first - 1] == ","


def _is_said_to_be(words: Words, mentions: list[Found], number: int) -> bool:
    """ "I am the king of this well", "he was a poor tailor"."""
    mention, before = mentions[number], mentions[number - 1] if number else None
    if before is None or before.pronoun is None or before.pronoun.plural or before.role != "subject":
        return False
    between = words.lower[before.last + 1 : mention.first]
    return bool(mention.determiner) and between in _BE[before.pronoun.person]


def _after_name(words: Words, mentions: list[Found], number: int) -> int:
    """ "Nune, the shepherd's daughter, …": a name, a comma, a description, a mark."""
    mention = mentions[number]
    begin = mention.first
    if mention.determiner == "'s" and mention.owner >= 0:
        begin = mentions[mention.owner].first
    elif not mention.determiner:
        return -1
    if begin < 2 or words.words[begin - 1] != "," or not _closes(words, mention.last + 1):
        return -1
    for other in range(number - 1, max(-1, number - 4), -1):
        if mentions[other].last == begin - 2:
            is_one = mentions[other].kind == "PROP" and not mentions[other].plural
            return other if is_one and words.quote[begin] == words.quote[mentions[other].core] else -1
    return -1


def follows_name(words: Words, name: Found, mention: Found) -> bool:
    """Whether a description stands apposed right after a name: "Fafnir, the dragon, …"."""
    beside = mention.kind == "NOM" and not mention.plural and mention.first == name.last + 2
    return beside and words.words[name.last + 1] == "," and _closes(words, mention.last + 1)


def _closes(words: Words, at: int) -> bool:
    """Whether a mark ends the description, and no list goes on after it: not "Tom, the dog, and Anna"."""
    if at >= len(words):
        return True
    if words.words[at] not in (",", ".", ";", "—", "!", "?", ":"):
        return False
    return words.words[at] != "," or at + 1 >= len(words) or words.lower[at + 1] not in ("and", "or", "the", "a")
