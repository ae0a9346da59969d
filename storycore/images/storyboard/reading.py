"""A prompt read for a picture: who is in it, what is in it, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import emoji

from storycore.images.storyboard.lexicon import Thing, thing_of, typed
from storycore.images.storyboard.people import (
    CROWDS,
    PRONOUNS,
    Look,
    is_legend,
    look_of_name,
    look_of_role,
    role_of,
)
from storycore.images.storyboard.setting import Setting, is_setting_word, read_setting
from storycore.images.storyboard.words import (
    AMBIGUOUS,
    READ_LIMIT,
    Token,
    is_plural,
    is_thing_here,
    lemmas,
    listed,
    tokens_of,
)
from storycore.keys import derived_seed

#: More than this many would be a crowd of stamps, not a picture.
MOST_PEOPLE = 5
MOST_THINGS = 14

#: Capitalised words that open sentences and prompts and are no names.
_NO_NAMES = listed(
    """
    a an the and but or nor so yet for if when while as at by in on of to from with without into onto over under
    up down out off near far deep high low soon then there here now once one two three four five six seven eight
    nine ten this that these those it its he him his she her hers they them their we us our you your i me my
    mine who whom whose what which where why how all any both each every few many more most much no none not
    only other others another some such same very too just still even ever never always often again already also
    back away before after behind between through during until till since because though although however
    meanwhile suddenly finally perhaps maybe yes oh ah o let do does did done is are was were be been being am
    have has had will would shall should can could may might must old young little small big great tall short
    long brave proud poor rich dark bright light cold warm hot wild dead alive alone beautiful ugly good bad
    evil new first last next long-ago nothing something everything nobody everybody everyone somebody anyone
    wide close full medium portrait view scene style storybook illustration image picture painting photo
    cinematic epic dramatic detailed soft digital fantasy watercolor watercolour inside outside above below
    beside beneath around across along toward towards against among upon like unlike thus hence else than mr mrs
    ms miss sir dame lord lady saint st dr yesterday today tomorrow monday tuesday wednesday thursday friday
    saturday sunday january february march july august september october november december english german french
    spring summer autumn winter north south east west god lo hey well ok come go look see take give say said
    tell made make came went took gave saw heard red blue green black white golden silver grey gray brown
    """
)
_NO_NAME_ENDINGS = ("ly", "ing", "ed", "ness", "ful", "less", "ous", "ward", "wards")
_PLACE_BEFORE = frozenset({"in", "at", "near", "into", "through", "across", "along", "beyond", "throughout", "outside"})
_ARTICLES = frozenset({"a", "an", "the", "his", "her", "their", "my", "our", "your", "young", "old"})
_NUMBERS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "a": 3}
_BEINGS = frozenset({"beast", "fur", "sky", "water"})
_TINTS = {
    "white": "#f4f1ea", "black": "#4a4552", "grey": "#9a98a3", "gray": "#9a98a3", "red": "#d2503f", "blue": "#4f86c6",
    "green": "#6fae4a", "golden": "#f0c040", "gold": "#f0c040", "yellow": "#f2cf4a", "silver": "#c9cdd8",
    "brown": "#8f6240", "purple": "#8a5aa8", "pink": "#eba0b4", "orange": "#e8893a",
}  # fmt: skip
_FLIGHT = frozenset({"fly", "flies", "flew", "flown", "circle", "soar", "hover", "swoop", "glide"})
_LIVELY = ("bird", "butterfly", "deer", "rabbit", "owl", "squirrel", "swan", "fox", "raven", "hedgehog")
_STANDING = ("tree", "fir", "cottage", "flower", "log", "tower", "ruin", "mushroom", "balloon")
#: Words for anybody: somebody already named is meant, when there is one of that kind.
_ANYBODY = listed(
    """
    man woman boy girl lad child son daughter husband wife brother sister father mother hero heroine warrior
    youth champion maiden lady person someone friend stranger knight human lord son kid apprentice
    """
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the picture; ``name`` is "" for somebody unnamed, ``role`` the word used."""

    name: str
    role: str
    look: Look


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prompt asks to see. ``beasts`` and ``things`` are in order of mention, each at most once."""

    setting: Setting
    actors: tuple[Actor, ...]
    beasts: tuple[Thing, ...]
    things: tuple[Thing, ...]
    #: Codes of things to hold, and the index of the actor who holds them.
    hands: Mapping[str, int] = field(default_factory=dict)
    flying: bool = False


@dataclass(slots=True)
class _Finds:
    actors: dict[str, Actor] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    named_things: dict[str, Thing] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    spots: dict[str, int] = field(default_factory=dict)
    mentions: list[tuple[int, str]] = field(default_factory=list)
    old: set[str] = field(default_factory=set)
    pronoun: str = ""


def read_prompt(prompt: str) -> Reading:
    """Read ``prompt`` (any text at all) for a picture. Never fails; what it does not know it leaves out."""
    tokens = tokens_of(prompt)
    setting = read_setting(tokens, prompt)
    finds = _Finds()
    names = _names(tokens)
    taken = _read_names(tokens, names, finds)
    for index, token in enumerate(tokens):
        if index not in taken and index not in names:
            _read_word(tokens, index, token, finds, setting)
    for found in emoji.emoji_list(prompt[:READ_LIMIT])[:MOST_THINGS]:
        thing = typed(str(found["emoji"]))
        if thing is not None:
            finds.things.setdefault(thing.code, thing)
    flying = any(form in _FLIGHT for token in tokens for form in lemmas(token.low))
    reading = _reading(setting, finds)
    reading = replace(reading, hands=_hands(tokens, names, finds, reading.actors))
    if not (reading.actors or reading.beasts or reading.things):
        reading = replace(reading, things=_something(setting, prompt))
    return replace(reading, flying=flying)


def _hands(tokens: list[Token], names: set[int], finds: _Finds, actors: tuple[Actor, ...]) -> dict[str, int]:
    """Who holds what: whoever is mentioned before a thing in its sentence, or else first after it."""
    who = {actor.name or actor.role: at for at, actor in reversed(list(enumerate(actors)))}
    mentions = sorted([*finds.mentions, *((index, tokens[index].low) for index in names)])
    hands: dict[str, int] = {}
    for code, spot in finds.spots.items():
        begin = max((at for at in range(spot + 1) if tokens[at].opens), default=0)
        end = min((at for at in range(spot + 1, len(tokens)) if tokens[at].opens), default=len(tokens))
        before = _latest([(at, key) for at, key in mentions if at < spot], begin, who)
        after = [who[key] for at, key in mentions if spot < at < end and key in who]
        if before is not None:
            hands[code] = before
        elif after:
            hands[code] = after[0]
    return hands


def _latest(mentions: list[tuple[int, str]], begin: int, who: Mapping[str, int]) -> int | None:
    """The actor last mentioned at or after token ``begin``; a pronoun there stands for whoever was named before."""
    known = [(at, who[key]) for at, key in mentions if key in who]
    if known and (known[-1][0] >= begin or any(at >= begin and key in PRONOUNS for at, key in mentions)):
        return known[-1][1]
    return None


def _something(setting: Setting, prompt: str) -> tuple[Thing, ...]:
    """For a prompt that names nothing to see: something fitting, chosen by the prompt itself."""
    if setting.indoors:
        return ()
    chance = derived_seed("something", prompt)
    words = (_LIVELY[chance % len(_LIVELY)], _STANDING[chance // 31 % len(_STANDING)])
    return tuple(thing for word in words if (thing := thing_of(word)) is not None)


def _names(tokens: list[Token]) -> set[int]:
    """Which tokens are names of somebody: capitalised, and neither a known word nor a place."""
    lower_elsewhere = {token.low for token in tokens if not token.text[:1].isupper()}
    sure = {token.low for token in tokens if token.capital and not token.opens and not _is_word(token)}
    found = set()
    for index, token in enumerate(tokens):
        if not token.capital or len(token.low) < 2 or token.low in lower_elsewhere:
            continue
        before = tokens[index - 1].low if index else ""
        legend = is_legend(token.low)
        a_place = before == "the" or (before in _PLACE_BEFORE and not _owns(token))
        if not legend and (_is_word(token) or a_place or is_setting_word(token.low)):
            continue
        opens_oddly = token.opens and token.low.endswith(_NO_NAME_ENDINGS) and token.low not in sure
        if legend or not opens_oddly:
            found.add(index)
    return found


def _is_word(token: Token) -> bool:
    """Whether a token is a word that is known as something else than a name."""
    if token.low in _NO_NAMES:
        return True
    return thing_of(token.low) is not None or any(role_of(form) for form in lemmas(token.low))


def _read_names(tokens: list[Token], names: set[int], finds: _Finds) -> set[int]:
    """Put named people (and named beasts) into ``finds``; returns the tokens that described them."""
    taken: set[int] = set()
    described: dict[str, tuple[str, Thing | None, bool]] = {}
    order: list[str] = []
    for index in sorted(names):
        if index - 1 in names and not tokens[index].gap.strip():
            continue  # a family name: the person is known by the first
        name = tokens[index].low
        if name not in order:
            order.append(name)
        for at in _describing(tokens, index, names):
            if _owns(tokens[at]):
                continue  # somebody else's: "Lina, a baker's daughter"
            role = next((form for form in lemmas(tokens[at].low) if role_of(form)), "")
            thing = None if role else thing_of(tokens[at].low)
            if role or (thing is not None and thing.kind in _BEINGS):
                taken.add(at)
                described.setdefault(name, (role, thing, _is_old(tokens, at)))
                break
    for name in order:
        role, thing, old = described.get(name, ("", None, False))
        if thing is not None:
            finds.named_things.setdefault(thing.code, thing)
        else:
            finds.actors.setdefault(name, Actor(name, role, look_of_name(name, role_of(role), old)))
    return taken


def _describing(tokens: list[Token], index: int, names: set[int]) -> list[int]:
    """Where a description of a name may stand: "King NAME", "NAME the dragon", "NAME, a young knight"."""
    spots = []
    if index and not tokens[index].gap.strip() and index - 1 not in names:
        spots.append(index - 1)
    if index + 1 < len(tokens):
        follower = tokens[index + 1]
        opening = follower.gap.strip()
        if (opening in {"", ",", "(", ":", "–", "—", "-"} and follower.low in _ARTICLES) or opening == "(":
            for at in range(index + 1, min(index + 6, len(tokens))):
                if at > index + 1 and tokens[at].gap.strip() not in {"", "-"}:
                    break
                if at in names:
                    break
                spots.append(at)
    return spots


def _read_word(tokens: list[Token], index: int, token: Token, finds: _Finds, setting: Setting) -> None:
    low = token.low
    if low in PRONOUNS:
        finds.mentions.append((index, low))
        finds.pronoun = finds.pronoun or PRONOUNS[low]
        return
    role = next((form for form in lemmas(low) if role_of(form) and form not in PRONOUNS), "")
    owner = _owns(token)  # "the baker's daughter": no baker is to be seen
    if role and is_thing_here(tokens, index) and not owner and not (index and _is_being(tokens[index - 1])):
        finds.mentions.append((index, role))
        if _is_old(tokens, index):
            finds.old.add(role)
        many = role in CROWDS or (role != low and is_plural(low))
        count = _NUMBERS.get(tokens[index - 1].low, 3) if index and many else 1 + 2 * many
        finds.roles[role] = max(finds.roles.get(role, 1), count)
        return
    thing = thing_of(low)
    if token.capital and not token.opens and is_setting_word(low):
        return  # a town's name, whatever else the word may mean
    if index and _is_doing(tokens[index - 1], token):
        return
    if thing is not None and is_thing_here(tokens, index) and not (owner and thing.kind in _BEINGS):
        tint = _TINTS.get(tokens[index - 1].low, "") if index else ""
        known = finds.things.setdefault(thing.code, replace(thing, tint=tint))
        if tint and not known.tint:
            finds.things[thing.code] = replace(known, tint=tint)
        finds.spots.setdefault(thing.code, index)
        if is_plural(low):
            finds.counts[thing.code] = 2


def _owns(token: Token) -> bool:
    """Whether a word ends in the possessive 's."""
    return token.text.lower() != token.low


def _is_old(tokens: list[Token], index: int) -> bool:
    """Whether a person is called old, one or two words before."""
    return any(token.low in {"old", "elderly", "aged", "ancient"} for token in tokens[max(0, index - 2) : index])


def _is_doing(before: Token, token: Token) -> bool:
    """Whether a word that may be a verb follows the thing that does it: "the bell rings"."""
    if token.gap.strip() or before.low in _TINTS or not any(form in AMBIGUOUS for form in lemmas(token.low)):
        return False
    doer = thing_of(before.low)
    return doer is not None and doer.kind not in {"tree", "plant"}


def _is_being(token: Token) -> bool:
    """Whether a word names a person or a beast: what follows it directly is what they do ("a fox guards")."""
    thing = thing_of(token.low)
    return (thing is not None and thing.kind in _BEINGS) or role_of(token.low) is not None


def _reading(setting: Setting, finds: _Finds) -> Reading:
    actors = list(finds.actors.values())
    genders = {actor.look.garb == "gown" for actor in actors}
    named_roles = {actor.role for actor in actors}
    for role, count in finds.roles.items():
        if role in named_roles:
            continue
        look = look_of_role(role)
        meant = role in _ANYBODY and count == 1 and actors and (look.garb == "gown") in genders
        if not meant:
            actors += [Actor("", role, look_of_role(role, number, role in finds.old)) for number in range(count)]
    if (
        not actors
        and finds.pronoun
        and not finds.named_things
        and not any(thing.kind in {"beast", "fur"} for thing in finds.things.values())
    ):
        actors.append(Actor("", finds.pronoun, look_of_role(finds.pronoun)))
    things = {**finds.named_things, **finds.things}
    subjects = [
        thing
        for thing in things.values()
        if thing.kind in {"beast", "fur"}
        for _ in range(finds.counts.get(thing.code, 1))
    ]
    others = [thing for thing in things.values() if thing.kind not in {"beast", "fur"}]
    return Reading(setting, tuple(actors[:MOST_PEOPLE]), tuple(subjects[:4]), tuple(others[:MOST_THINGS]))
