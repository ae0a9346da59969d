"""Who is mentioned where: names by their capitals, descriptions ("the old smith") by a list of possible somebodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from storycore.cast.lexicon import (
    ANIMATE,
    DETERMINERS,
    NO_NAMES,
    PLACE_WORDS,
    PLAIN_TITLES,
    SPEECH_VERBS,
    STRONG_PLACE,
    TITLES,
    VERBS,
    WEAK_PLACE,
)
from storycore.cast.tokens import Token


@dataclass(slots=True)
class Mention:
    """Somebody mentioned: tokens ``first`` … ``last``. ``key`` is the name, or the head noun with ``name`` False.

    ``acts``: a verb follows or leads ("the dragon roared", "slept Fafnir"), so it is somebody, not scenery.
    """

    first: int
    last: int
    start: int
    end: int
    key: str
    name: bool
    acts: bool
    speaks: bool
    speech: bool
    title: str = ""
    place: bool = False
    aliases: list[str] = field(default_factory=list)


def is_verb(word: str) -> bool:
    """Whether a word looks like a verb that somebody does."""
    return word in VERBS or (word.endswith("ed") and len(word) > 3)


def find_names(tokens: list[Token], labels: set[str]) -> list[Mention]:
    """Mentions by name. ``labels`` (in small letters) are names for certain, however they are written."""
    known = _name_words(tokens) | {
        word for label in labels for word in label.split() if word not in TITLES | DETERMINERS
    }
    known -= {word for word in ANIMATE if word not in labels}
    mentions: list[Mention] = []
    i = 0
    while i < len(tokens):
        j = i
        while (
            j < len(tokens)
            and _is_name_word(tokens[j], known, labels)
            and (j == i or (tokens[j].joined and not tokens[j].starts))
        ):
            j += 1
        if j > i and any(tokens[k].lower in known for k in range(i, j)):
            mentions.append(_name(tokens, i, j - 1))
        i = max(j, i + 1)
    return [m for m in mentions if m.key]


def _is_name_word(token: Token, known: set[str], labels: set[str]) -> bool:
    if token.lower in known:
        return token.capital or token.lower in labels
    return token.capital and token.lower in TITLES and (token.lower not in PLAIN_TITLES or not token.starts)


def _name_words(tokens: list[Token]) -> set[str]:
    """Words that are names: capitals within sentences, more often than not, or at a start and doing something."""
    inner: Counter[str] = Counter()
    begin: Counter[str] = Counter()
    small: Counter[str] = Counter()
    doing: Counter[str] = Counter()
    for i, token in enumerate(tokens):
        if not token.capital:
            small[token.lower] += 1
        elif not (token.text.isupper() and len(token.text) > 1):
            (begin if token.starts else inner)[token.lower] += 1
            doing[token.lower] += token.starts and _does(tokens, i)
    return {
        word
        for word in inner.keys() | begin.keys()
        if word not in NO_NAMES
        and len(word) > 1
        and (
            (inner[word] and inner[word] + begin[word] > small[word])
            or (begin[word] > 1 and doing[word] and not small[word] and word not in VERBS)
        )
    }


def _does(tokens: list[Token], i: int) -> bool:
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    return following is not None and following.joined and not following.capital and is_verb(following.lower)


def _name(tokens: list[Token], first: int, last: int) -> Mention:
    words = [token.text for token in tokens[first : last + 1]]
    lowers = [token.lower for token in tokens[first : last + 1]]
    title = ""
    while len(words) > 1 and lowers[0] in PLAIN_TITLES:
        words, lowers = words[1:], lowers[1:]
    if len(words) > 1 and lowers[0] in TITLES:
        title = lowers[0]
    elif len(words) == 1 and lowers[0] in TITLES:
        words = []
    acts, speaks = _acting(tokens, first, last)
    before = tokens[first - 1].lower if first and not tokens[first].starts else ""
    place = any(word in PLACE_WORDS for word in lowers) or before in STRONG_PLACE
    mention = Mention(
        first,
        last,
        tokens[first].start,
        tokens[last].end,
        " ".join(words),
        True,
        acts,
        speaks,
        tokens[first].speech,
        title,
    )
    mention.place = place or (before in WEAK_PLACE and not acts)
    return mention


def _acting(tokens: list[Token], first: int, last: int) -> tuple[bool, bool]:
    """Whether somebody acts, and whether they speak: a verb right after them or, inverted, right before."""
    before = tokens[first - 1] if first and tokens[first].joined else None
    after = tokens[last + 1] if last + 1 < len(tokens) and tokens[last + 1].joined else None
    if tokens[last].possessive:
        return False, False
    if after and after.lower in ("only", "then", "also", "just", "never", "always", "slowly", "quickly", "suddenly"):
        after = tokens[last + 2] if last + 2 < len(tokens) and tokens[last + 2].joined else after
    led = before is not None and not before.capital and before.lower in SPEECH_VERBS
    follows = after is not None and not after.capital and is_verb(after.lower)
    inverted = before is not None and before.lower in (
        "stood",
        "sat",
        "lay",
        "slept",
        "came",
        "went",
        "lived",
        "ran",
        "flew",
    )
    speaks = led or (follows and after is not None and after.lower in SPEECH_VERBS)
    return led or follows or inverted, speaks


def find_descriptions(tokens: list[Token], taken: set[int]) -> list[Mention]:
    """Mentions by description: a determiner, up to three words, and a noun that can be somebody (or that speaks)."""
    return [mention for i in range(len(tokens)) if i not in taken for mention in _description(tokens, i, taken)]


def _description(tokens: list[Token], i: int, taken: set[int]) -> Iterator[Mention]:
    if tokens[i].lower not in DETERMINERS or tokens[i].possessive:
        return
    head = _head(tokens, i, taken)
    if head is None:
        return
    acts, speaks = _acting(tokens, i, head)
    key = tokens[head].lower
    if key not in ANIMATE and not (speaks and i and tokens[i - 1].lower in SPEECH_VERBS):
        return
    yield Mention(i, head, tokens[i].start, tokens[head].end, key, False, acts, speaks, tokens[i].speech)


def _head(tokens: list[Token], i: int, taken: set[int]) -> int | None:
    """The noun of the description that begins with the determiner ``i``: the last possible one within reach."""
    found: int | None = None
    said = bool(i) and tokens[i].joined and tokens[i - 1].lower in SPEECH_VERBS
    for j in range(i + 1, min(i + 5, len(tokens))):
        token = tokens[j]
        if (
            not token.joined
            or token.starts
            or j in taken
            or token.lower in DETERMINERS
            or (token.lower in VERBS and token.lower not in ANIMATE)
        ):
            break
        if token.lower in ANIMATE:
            found = j
        elif (found is not None and not tokens[found].possessive) or token.lower in (
            "of",
            "in",
            "on",
            "at",
            "with",
            "and",
            "to",
            "from",
            "by",
            "who",
            "that",
            "into",
            "as",
        ):
            break
        elif said and found is None and j == _last_joined(tokens, i) and not token.lower.endswith("ly"):
            found = j
    return found


def _last_joined(tokens: list[Token], i: int) -> int:
    """The last word of the clause right after a tag: “…” said the mountain."""
    j = i + 1
    while j + 1 < len(tokens) and tokens[j + 1].joined and not tokens[j + 1].starts and j < i + 3:
        if tokens[j + 1].lower in (
            "and",
            "in",
            "with",
            "to",
            "as",
            "from",
            "at",
            "on",
            "of",
            "softly",
            "quietly",
            "loudly",
        ):
            break
        j += 1
    return j
