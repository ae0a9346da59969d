"""Who a person is in the pictures: the same name has the same hair, clothes and colour in every one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from storycore.images.storyboard.words import listed
from storycore.keys import derived_seed

_HAIR = ("#4a3a33", "#6b432b", "#8e4f2a", "#c9622b", "#e8a33a", "#f2cf72", "#34303a")
_GREY = "#d9d6dd"
_CLOTHES = (
    "#c8503f",
    "#3f7fb5",
    "#4f9a5d",
    "#8a5aa8",
    "#d98b35",
    "#2f8f93",
    "#b5476f",
    "#6c7a3a",
    "#4a5aa0",
    "#a8643c",
)
_BEARDED = "1F9D4"
_MEN = ("1F468", _BEARDED, "1F468-200D-1F9B1")
_WOMEN = ("1F469", "1F469-200D-1F9B1", "1F469-200D-1F9B0", "1F9D1")
#: Busts without a costume: a role does not exchange a named person's face for one of these.
_PLAIN_BUSTS = frozenset({*_MEN, *_WOMEN, "1F474", "1F475"})


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is drawn.

    ``head`` is an OpenMoji bust; ``hair`` and ``cloth`` recolour it ("" leaves it); ``garb`` names the body;
    ``top`` what is worn on the head; ``holds`` a drawing's code; ``size`` its height where a grown person is 1.
    """

    head: str
    garb: str = "tunic"
    hair: str = ""
    cloth: str = ""
    accent: str = "#c8503f"
    top: str = ""
    holds: str = ""
    size: float = 1.0
    beast: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """What a word such as "knight" makes of a figure; empty fields leave what the name gives."""

    gender: str = ""
    garb: str = ""
    top: str = ""
    holds: str = ""
    head: str = ""
    cloth: str = ""
    size: float = 1.0
    age: str = ""
    surely: bool = False


#: Roles that stand for several people even in the singular.
CROWDS = frozenset({"people", "crowd", "folk", "townsfolk", "they", "army", "burgundian"})
#: Pronouns: used only when a prompt has nobody else.
PRONOUNS = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she", "i": "i", "me": "i"}

#: Figures of well-known tales, so that they look their part even where a prompt says nothing of it.
_LEGENDS = dict(
    pair.split("=")
    for pair in listed(
        """
    siegfried=hero sigurd=hero sigfrid=hero regin=smith mime=smith wieland=smith hagen=warrior gunther=king
    gunnar=king etzel=king siegmund=king sigmund=king kriemhild=princess gudrun=princess brunhild=valkyrie
    brünhild=valkyrie brunhilde=valkyrie brynhild=valkyrie alberich=dwarf odin=wanderer wotan=wanderer
    merlin=wizard gandalf=wizard arthur=king lancelot=knight guinevere=queen beowulf=hero
    rapunzel=princess cinderella=princess robin=archer gretel=girl hansel=boy alice=girl pinocchio=boy
    redcap=redcap snowwhite=princess briarrose=princess dracula=vampire sherlock=detective thor=viking
    hercules=hero odysseus=hero aladdin=boy
        """
    )
)
_FEMALE = listed(
    """
    alice grace ruth mary elizabeth jane anne ann rose margaret helen karen susan sharon jennifer lily emily
    lucy ivy hazel agnes dorothy kate nell beth meg edith judith miriam rachel sarah deborah abigail carol joan
    june april may dawn eve iris doris phyllis gladys mabel isabel ethel muriel gail robyn bridget brigid astrid
    ingrid sigrid solveig freydis gerd inger kirsten karin birgit heidi gretchen elsbeth liesel guinevere
    kriemhild rapunzel brynhild gudrun ginny wendy molly polly sally betty nancy daisy penny amy zoe chloe
    phoebe penelope persephone ariel mabel
    """
)
_MALE = listed(
    """
    joshua luca ezra noah elisha isaiah jeremiah nikita ilya misha sasha bela attila dante
    """
)
_FEMALE_ENDINGS = tuple(
    sorted(listed("a hild hilde lind linde gard run trud ine ette elle ith yn borg wen dis gunde ise ose aine"))
)


@lru_cache(maxsize=1)
def _roles() -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for line in files(__package__).joinpath("roles.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        words, _, rest = line.partition(":")
        given = dict(part.split("=", 1) for part in rest.split())
        gender = given.pop("gender", "")
        size = float(given.pop("size", "1"))
        role = Role(gender=gender.rstrip("!"), size=size, surely=gender == "m!" or gender == "f", **given)
        roles |= dict.fromkeys(words.split(), role)
    return roles


def is_legend(word: str) -> bool:
    """Whether a lower-case word is the name of somebody from a well-known tale."""
    return word in _LEGENDS


def role_of(word: str) -> Role | None:
    """The role that a singular lower-case word names, or None."""
    return _roles().get(word)


def _gender(name: str) -> str:
    low = name.lower()
    if low in _FEMALE or (low.endswith(_FEMALE_ENDINGS) and low not in _MALE):
        return "f"
    return "m"


def look_of_name(name: str, role: Role | None = None, old: bool = False) -> Look:
    """The figure of a named person: face, hair and colours come from the name alone, so they are the same everywhere.

    ``role`` (what a prompt says the person is) changes clothes and what is held; a figure of a well-known tale keeps
    the clothes it is known for.
    """
    legend = _LEGENDS.get(name.lower())
    role = (_roles()[legend] if legend else role) or Role()
    gender = role.gender if role.gender and (legend or role.surely) else _gender(name)
    chance = derived_seed("look", name.lower())
    if not legend and role.head in _PLAIN_BUSTS:
        role = replace(role, head="")
    return _dressed(_aged(role, old), gender, chance)


def _aged(role: Role, old: bool) -> Role:
    return replace(role, age="old") if old and role.age != "child" else role


def look_of_role(word: str, number: int = 0, old: bool = False) -> Look:
    """The figure of somebody without a name: from the word (and a number among several)."""
    role = _roles()[word]
    chance = derived_seed("role", word, number)
    return _dressed(_aged(role, old), role.gender or "mf"[chance % 2], chance)


def _dressed(role: Role, gender: str, chance: int) -> Look:
    hair = _HAIR[chance // 5 % len(_HAIR)]
    cloth = _CLOTHES[chance // 37 % len(_CLOTHES)]
    accent = _CLOTHES[(chance // 37 + 3 + chance // 411 % 5) % len(_CLOTHES)]
    size = role.size
    pool = _WOMEN if gender == "f" else _MEN
    head = role.head or pool[chance % len(pool)]
    if role.age == "child":
        head, size = ("1F467" if gender == "f" else "1F466"), 0.68
    elif role.age == "youth":
        head, size = ("1F467" if gender == "f" else "1F468"), 0.88
    elif role.age == "old":
        hair = _GREY
        if gender == "f" and head in _PLAIN_BUSTS:
            head = "1F475"
        elif head in _PLAIN_BUSTS and head != _BEARDED:
            head = "1F474"
    garb = role.garb or ("gown" if gender == "f" else "tunic")
    return Look(head, garb, hair, role.cloth or cloth, accent, role.top, role.holds, size)
