"""Who a person is in the pictures: the same name has the same hair, clothes and colour in every one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from storycore.keys import derived_seed

_HAIR = ("#4a3a33", "#6b432b", "#8e4f2a", "#c9622b", "#e8a33a", "#f2cf72", "#34303a")
_GREY = "#d9d6dd"
_CLOTHES = ("#c8503f", "#3f7fb5", "#4f9a5d", "#8a5aa8", "#d98b35", "#2f8f93", "#b5476f", "#6c7a3a", "#4a5aa0", "#a8643c")
_MEN = ("1F468", "1F9D4", "1F468-200D-1F9B1")
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
    hair: str = ""
    age: str = ""


_SWORD, _HAMMER, _BOW, _SPEAR, _STAFF, _LUTE = "1F5E1", "1F528", "1F3F9", "spear", "staff", "1FA95"
_ROLES: dict[str, Role] = {
    "man": Role("m"), "husband": Role("m"), "father": Role("m"), "brother": Role("m"), "son": Role("m"),
    "lad": Role("m", age="child"), "boy": Role("m", age="child"), "uncle": Role("m"), "he": Role("m"), "guy": Role("m"),
    "woman": Role("f", "gown"), "wife": Role("f", "gown"), "mother": Role("f", "gown"), "sister": Role("f", "gown"),
    "daughter": Role("f", "gown"), "maiden": Role("f", "gown"), "lady": Role("f", "gown"), "she": Role("f", "gown"),
    "girl": Role("f", "gown", age="child"), "aunt": Role("f", "gown"), "widow": Role("f", "gown", cloth="#4b4458"),
    "grandmother": Role("f", "gown", age="old"), "grandma": Role("f", "gown", age="old"),
    "crone": Role("f", "gown", "hood", age="old", cloth="#5f5570"),
    "grandfather": Role("m", age="old"), "grandpa": Role("m", age="old"), "elder": Role("m", "robe", age="old"),
    "child": Role(age="child"), "baby": Role(head="1F476", garb="swaddle", size=0.4), "kid": Role(age="child"),
    "infant": Role(head="1F476", garb="swaddle", size=0.4), "toddler": Role(age="child"),
    "king": Role("m", "king", "crown", head="1F9D4"), "emperor": Role("m", "king", "crown", head="1F9D4"),
    "queen": Role("f", "gown", "crown"), "empress": Role("f", "gown", "crown"), "lord": Role("m", "king"),
    "prince": Role("m", "tunic", "circlet", head="1F468"), "princess": Role("f", "gown", "circlet"),
    "knight": Role("m", "armour", "helm", _SWORD), "warrior": Role("m", "armour", "cap", _SWORD),
    "hero": Role("m", "armour", "", _SWORD, head="1F468"), "soldier": Role("m", "armour", "cap", _SPEAR),
    "guard": Role("m", "armour", "cap", _SPEAR), "champion": Role("m", "armour", "helm", _SWORD),
    "squire": Role("m", age="youth"), "captain": Role("m", "tunic", "cap"), "general": Role("m", "armour", "helm"),
    "valkyrie": Role("f", "armour", "winged", _SPEAR), "shieldmaiden": Role("f", "armour", "cap", _SPEAR),
    "viking": Role("m", "tunic", "cap", "1FA93", head="1F9D4"), "samurai": Role("m", "armour", "helm", _SWORD),
    "gladiator": Role("m", "armour", "helm", _SWORD), "archer": Role("m", "tunic", "hood", _BOW, cloth="#4f7f45"),
    "hunter": Role("m", "tunic", "hood", _BOW, cloth="#4f7f45"), "outlaw": Role("m", "tunic", "hood", _BOW, cloth="#4f7f45"),
    "smith": Role("m", "apron", "", _HAMMER, head="1F9D4"), "blacksmith": Role("m", "apron", "", _HAMMER, head="1F9D4"),
    "apprentice": Role("m", "apron", age="youth"), "carpenter": Role("m", "apron", "", "1FA9A"),
    "miller": Role("m", "apron", "cap"), "baker": Role("m", "apron", head="1F468-200D-1F373"),
    "cook": Role(head="1F9D1-200D-1F373", garb="tunic"), "chef": Role(head="1F9D1-200D-1F373", garb="tunic"),
    "innkeeper": Role("m", "apron", "", "1F37A"), "servant": Role("", "apron"), "maid": Role("f", "gown"),
    "farmer": Role(head="1F468-200D-1F33E", garb="tunic", cloth="#61b2e4"), "peasant": Role("", "tunic", cloth="#8a7350"),
    "shepherd": Role("m", "tunic", "hood", _STAFF, cloth="#9a8a62"), "fisherman": Role("m", "tunic", "cap", "1F3A3"),
    "woodcutter": Role("m", "tunic", "", "1FA93", head="1F9D4"), "lumberjack": Role("m", "tunic", "", "1FA93", head="1F9D4"),
    "merchant": Role("m", "robe"), "traveller": Role("", "tunic", "hood", _STAFF), "wanderer": Role("m", "robe", "hood", _STAFF),
    "traveler": Role("", "tunic", "hood", _STAFF), "pilgrim": Role("", "robe", "hood", _STAFF), "stranger": Role("", "robe", "hood"),
    "thief": Role("", "tunic", "hood", cloth="#4a4656"), "robber": Role("m", "tunic", "hood", cloth="#4a4656"),
    "bandit": Role("m", "tunic", "hood", cloth="#4a4656"), "assassin": Role("", "tunic", "hood", "1F5E1", cloth="#35313f"),
    "spy": Role(head="1F575", garb="robe", cloth="#8a6a45"), "detective": Role(head="1F575", garb="robe", cloth="#8a6a45"),
    "ninja": Role(head="1F977", garb="tunic", cloth="#3f3f3f", holds=_SWORD),
    "pirate": Role("m", "tunic", "cap", _SWORD, head="1F9D4"), "sailor": Role("m", "tunic", "cap"),
    "wizard": Role(head="1F9D9-200D-2642-FE0F", garb="robe", cloth="#4a6fb5"), "mage": Role(head="1F9D9-200D-2642-FE0F", garb="robe", cloth="#4a6fb5"),
    "sorcerer": Role(head="1F9D9-200D-2642-FE0F", garb="robe", cloth="#6a4f9a"), "magician": Role(head="1F9D9-200D-2642-FE0F", garb="robe", cloth="#6a4f9a"),
    "druid": Role(head="1F9D9-200D-2642-FE0F", garb="robe", cloth="#5d8a4f"), "warlock": Role(head="1F9D9-200D-2642-FE0F", garb="robe", cloth="#5a3f6f"),
    "witch": Role(head="1F9D9-200D-2640-FE0F", garb="robe", cloth="#5a4a7a"), "sorceress": Role(head="1F9D9-200D-2640-FE0F", garb="robe", cloth="#7a3f7a"),
    "enchantress": Role(head="1F9D9-200D-2640-FE0F", garb="robe", cloth="#7a3f7a"),
    "monk": Role("m", "robe", head="1F468-200D-1F9B2", cloth="#8a5f3c"), "priest": Role("m", "robe", head="1F474", cloth="#f0ead8"),
    "friar": Role("m", "robe", head="1F468-200D-1F9B2", cloth="#8a5f3c"), "nun": Role(head="1F9D5", garb="robe", cloth="#3f3f4c"),
    "bishop": Role("m", "robe", head="1F474", cloth="#8a4f9a"), "hermit": Role("m", "robe", "hood", _STAFF, age="old"),
    "bard": Role("m", "tunic", "feather", _LUTE), "minstrel": Role("m", "tunic", "feather", _LUTE), "singer": Role("", "gown", "", _LUTE),
    "musician": Role("", "tunic", "", "1F3BB"), "jester": Role("m", "tunic", "jester"), "fool": Role("m", "tunic", "jester"),
    "clown": Role(head="1F921", garb="tunic", cloth="#e07f3f"), "dancer": Role("f", "gown"),
    "dwarf": Role("m", "tunic", "cap", "1FA93", head="1F9D4", size=0.66), "gnome": Role("m", "tunic", "pointed", head="1F9D4", size=0.5),
    "elf": Role(head="1F9DD", garb="tunic", cloth="#5c9e31"), "fairy": Role(head="1F9DA-200D-2640-FE0F", garb="gown", cloth="#b1cc33", size=0.7),
    "nymph": Role(head="1F9DD-200D-2640-FE0F", garb="gown", cloth="#4fa5b0"), "rhinemaiden": Role(head="1F9DC-200D-2640-FE0F", garb="whole"),
    "mermaid": Role(head="1F9DC-200D-2640-FE0F", garb="whole"), "siren": Role(head="1F9DC-200D-2640-FE0F", garb="whole"),
    "vampire": Role(head="1F9DB", garb="robe", cloth="#3f3f3f"), "genie": Role(head="1F9DE", garb="whole"),
    "zombie": Role(head="1F9DF", garb="tunic", cloth="#d0cfce"), "giant": Role("m", "tunic", head="1F9D4", size=1.9),
    "giantess": Role("f", "gown", size=1.8), "angel": Role("", "robe", "halo", cloth="#f4efe2"), "god": Role("m", "robe", "halo", head="1F474", cloth="#f4efe2", size=1.2),
    "goddess": Role("f", "gown", "halo", cloth="#f4efe2", size=1.15), "doctor": Role(head="1F9D1-200D-2695-FE0F", garb="robe", cloth="#f4f4f4"),
    "nurse": Role(head="1F469-200D-2695-FE0F", garb="gown", cloth="#f4f4f4"), "teacher": Role("", "robe", "", "1F4D6"),
    "scientist": Role(head="1F9D1-200D-1F52C", garb="robe", cloth="#f4f4f4"), "astronaut": Role(head="1F9D1-200D-1F680", garb="armour", cloth="#c9ccd6"),
    "artist": Role(head="1F9D1-200D-1F3A8", garb="tunic"), "painter": Role(head="1F9D1-200D-1F3A8", garb="tunic"),
    "judge": Role(head="1F9D1-200D-2696-FE0F", garb="robe", cloth="#3f3f3f"), "pilot": Role(head="1F9D1-200D-2708-FE0F", garb="tunic", cloth="#4a5a80"),
    "firefighter": Role(head="1F9D1-200D-1F692", garb="tunic", cloth="#a57939"), "policeman": Role(head="1F46E", garb="tunic", cloth="#61b2e4"),
    "officer": Role(head="1F46E", garb="tunic", cloth="#61b2e4"), "mechanic": Role(head="1F9D1-200D-1F527", garb="tunic", cloth="#61b2e4"),
    "student": Role(age="youth"), "scholar": Role("", "robe", "", "1F4D6"), "scribe": Role("", "robe", "", "1FAB6"),
    "bride": Role(head="1F470-200D-2640-FE0F", garb="gown", cloth="#fdfaf3"), "groom": Role(head="1F935-200D-2642-FE0F", garb="tunic", cloth="#3f3f3f"),
    "santa": Role(head="1F385", garb="robe", cloth="#ea5a47"), "superhero": Role(head="1F9B8", garb="tunic", cloth="#d22f27"),
    "villain": Role(head="1F9B9", garb="robe", cloth="#3f3f3f"), "nobleman": Role("m", "king"), "noblewoman": Role("f", "gown"),
    "duke": Role("m", "king"), "duchess": Role("f", "gown", "circlet"), "person": Role(), "someone": Role(), "human": Role(),
    "villager": Role(), "townsfolk": Role(), "people": Role(), "crowd": Role(), "folk": Role(), "friend": Role(), "hunchback": Role("m", "robe", "hood"),
    "messenger": Role("m", "tunic", "feather", "1F4DC"), "rider": Role("m", "tunic", "hood"), "i": Role(), "me": Role(),
    "burgundian": Role("m", "armour", "cap", _SPEAR), "nibelung": Role("m", "tunic", "hood", size=0.7), "norn": Role("f", "robe", "hood"),
    "seer": Role("f", "robe", "hood", "1F52E"), "oracle": Role("f", "robe", "hood", "1F52E"), "explorer": Role("", "tunic", "cap", "1F9ED"),
}  # fmt: skip
#: Roles that stand for several people even in the singular.
CROWDS = frozenset({"people", "crowd", "folk", "townsfolk", "they", "army", "burgundian"})
#: Pronouns: used only when a prompt has nobody else.
PRONOUNS = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she", "i": "i", "me": "i"}

#: Figures of well-known tales, so that they look their part even where a prompt says nothing of it.
_LEGENDS = {
    "siegfried": "hero", "sigurd": "hero", "sigfrid": "hero", "regin": "smith", "mime": "smith", "wieland": "smith",
    "hagen": "warrior", "gunther": "king", "gunnar": "king", "etzel": "king", "siegmund": "king", "sigmund": "king",
    "kriemhild": "princess", "gudrun": "princess", "brunhild": "valkyrie", "brünhild": "valkyrie", "brunhilde": "valkyrie",
    "brynhild": "valkyrie", "alberich": "dwarf", "odin": "wanderer", "wotan": "wanderer", "merlin": "wizard", "gandalf": "wizard",
    "arthur": "king", "lancelot": "knight", "guinevere": "queen", "beowulf": "hero", "grendel": "troll", "rapunzel": "princess",
    "cinderella": "princess", "robin": "archer", "gretel": "girl", "hansel": "boy", "alice": "girl", "pinocchio": "boy",
    "dracula": "vampire", "sherlock": "detective", "thor": "viking", "hercules": "hero", "odysseus": "hero", "aladdin": "boy",
}  # fmt: skip
_FEMALE = frozenset(
    ["alice", "grace", "ruth", "mary", "elizabeth", "jane", "anne", "ann", "rose", "margaret", "helen", "karen", "susan", "sharon", "jennifer", "lily", "emily", "lucy", "ivy", "hazel", "agnes", "dorothy", "kate", "nell", "beth", "meg", "edith", "judith", "miriam", "rachel", "sarah", "deborah", "abigail", "carol", "joan", "june", "april", "may", "dawn", "eve", "iris", "doris", "phyllis", "gladys", "mabel", "isabel", "ethel", "muriel", "gail", "robyn", "bridget", "brigid", "astrid", "ingrid", "sigrid", "solveig", "freydis", "gerd", "inger", "kirsten", "karin", "birgit", "heidi", "gretchen", "elsbeth", "liesel", "guinevere", "kriemhild", "rapunzel", "brynhild", "gudrun", "ginny", "wendy", "molly", "polly", "sally", "betty", "nancy", "daisy", "penny", "amy", "zoe", "chloe", "phoebe", "penelope", "persephone", "ariel", "mabel"]
)
_MALE = frozenset(["joshua", "luca", "ezra", "noah", "elisha", "isaiah", "jeremiah", "nikita", "ilya", "misha", "sasha", "bela", "attila", "dante"])
_FEMALE_ENDINGS = ("a", "hild", "hilde", "lind", "linde", "gard", "run", "trud", "ine", "ette", "elle", "ia", "ea", "ith",
                   "yn", "issa", "borg", "wen", "dis", "gunde", "ise", "ose", "aine")  # fmt: skip


def is_legend(word: str) -> bool:
    """Whether a lower-case word is the name of somebody from a well-known tale."""
    return word in _LEGENDS


def role_of(word: str) -> Role | None:
    """The role that a singular lower-case word names, or None."""
    return _ROLES.get(word)


def _gender(name: str) -> str:
    low = name.lower()
    if low in _FEMALE or (low.endswith(_FEMALE_ENDINGS) and low not in _MALE):
        return "f"
    return "m"


def look_of_name(name: str, role: Role | None = None) -> Look:
    """The figure of a named person: face, hair and colours come from the name alone, so they are the same everywhere.

    ``role`` (what a prompt says the person is) changes clothes and what is held; a figure of a well-known tale keeps
    the clothes it is known for.
    """
    legend = _LEGENDS.get(name.lower())
    role = (_ROLES[legend] if legend else role) or Role()
    gender = role.gender if legend and role.gender else _gender(name)
    chance = derived_seed("look", name.lower())
    if not legend and role.head in _PLAIN_BUSTS:
        role = replace(role, head="")
    return _dressed(role, gender, chance)


def look_of_role(word: str, number: int = 0) -> Look:
    """The figure of somebody without a name: from the word (and a number among several)."""
    role = _ROLES[word]
    chance = derived_seed("role", word, number)
    return _dressed(role, role.gender or "mf"[chance % 2], chance)


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
        head, hair = ("1F475" if gender == "f" else "1F474"), _GREY
    garb = role.garb or ("gown" if gender == "f" else "tunic")
    return Look(head, garb, hair, role.cloth or cloth, accent, role.top, role.holds, size)
