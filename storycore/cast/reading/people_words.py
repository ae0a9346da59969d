"""What single words say of people: pronouns, sexes, numbers, titles, nicknames, verbs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import srsly

from storycore.cast.lexicon import CREATURES, FEMALE, MALE, SPEECH_VERBS
from storycore.script.words import word_set


@dataclass(frozen=True, slots=True)
class Pronoun:
    """``person`` 1, 2 or 3; ``gender`` m, f, n or ""; whether it is plural, an owner ("his"), reflexive."""

    person: int
    gender: str
    plural: bool
    owner: bool = False
    reflexive: bool = False


def _pronouns() -> dict[str, Pronoun]:
    table: dict[str, Pronoun] = {}
    for person, gender, plural, plain, owners, reflexives in (
        (1, "", False, "i me im i'm", "my mine", "myself"),
        (1, "", True, "we us", "our ours", "ourselves"),
        (2, "", False, "you thou thee ye yeh u ya", "your yours thy thine yer ur", "yourself thyself yourselves"),
        (3, "m", False, "he him 'im", "his", "himself"),
        (3, "f", False, "she her", "hers", "herself"),
        (3, "n", False, "it", "its", "itself"),
        (3, "", True, "they them 'em em", "their theirs", "themselves themself"),
    ):
        for words, owner, reflexive in ((plain, False, False), (owners, True, False), (reflexives, False, True)):
            for word in words.split():
                table[word] = Pronoun(person, gender, plural, owner, reflexive)
    return table


PRONOUNS = _pronouns()

MALE_TITLES = word_set("mr mr. mister sir lord king prince duke count baron emperor father uncle brother monsieur herr")
FEMALE_TITLES = word_set(
    """mrs mrs. miss ms ms. lady queen princess duchess countess baroness empress mother aunt sister madame frau madam
    dame"""
)
OTHER_TITLES = word_set(
    """dr dr. doctor captain capt capt. professor prof prof. general colonel col major sergeant lieutenant st st. saint
    old young little poor dear big great master mistress grandma grandpa granny cousin detective inspector officer
    agent mayor president judge reverend rev rev. squire chief commander admiral don doña señor señora aunty auntie"""
)
NAME_TITLES = MALE_TITLES | FEMALE_TITLES | OTHER_TITLES
#: Titles of marriage and rank: "Mr Bennet" and "Mrs Bennet" are two, and so are "Sir Walter" and "Lady Walter".
SEXED_TITLES = MALE_TITLES | FEMALE_TITLES

_MORE_MALE = word_set(
    """papa pa pop pops dada daddy grandad granddad gentleman gentlemen men boys sons brothers kings princes lads lads
    fellow chap bloke dude bro husband friar curate vicar parson clergyman footman foreman seaman nobleman boatman
    policeman hussar widower bachelor schoolboy cowherd swineherd tsar czar king-father giant ogre troll suitor groom"""
)
_MORE_FEMALE = word_set(
    """mama mamma ma mum mummy mommy momma grandmamma women girls ladies daughters sisters wives queens witches madam
    ma'am lass damsel gentlewoman housewife landlady hostess governess spinster schoolgirl tsarina ogress giantess
    lioness tigress abbess actress authoress sultana housekeeper midwife ballerina seamstress"""
)
MALE_NOUNS = MALE | _MORE_MALE
FEMALE_NOUNS = FEMALE | _MORE_FEMALE
PLURAL_NOUNS = word_set(
    """men women children people folk folks gentlemen ladies boys girls family crowd couple pair others both parents
    twins brethren police company party band crew mice geese oxen wolves wives thieves elves dwarves everyone everybody
    all none some many few two three four five six seven"""
)
_NOT_PLURAL = word_set("omen specimen regimen abdomen acumen stamen semen")
KIN = word_set(
    """mother father brother sister son daughter wife husband uncle aunt cousin nephew niece grandmother grandfather
    stepmother stepfather stepsister stepbrother mama mamma papa mum mom dad mummy daddy granny grandma grandpa friend
    master mistress servant companion bride bridegroom lover parents children child boy girl guard neighbour"""
)

_NICKNAMES = """tom thomas tommy|liz elizabeth lizzy lizzie eliza beth bess betty|bill william will willie billy|bob
    robert rob robbie bobby|dick richard rick|jack john johnny|jim james jimmy jem|joe joseph joey|kate katherine
    catherine kitty katie kathy cathy|meg margaret maggie peggy madge|nell ellen nelly helen|ned edward ted eddie teddy|
    nick nicholas|peg margaret|polly mary molly|sally sarah sara|sam samuel sammy|tony anthony antony|
    ben benjamin benny|dan daniel danny|dave david davy|ed edmund|fred frederick freddie freddy|
    george georgie|harry henry hal|jenny jane
    janet jennie|jo josephine|susan sue susie susy|amy amelia|annie anne ann anna nan nancy|charlie charles charley|
    chris christopher kit|dolly dorothy dora dot|fanny frances|gus augustus|hetty henrietta|kit christopher|
    larry lawrence|laurie laurence|lottie charlotte|matt matthew|mike michael mick|nat nathaniel|pat patrick patricia|
    pete peter|phil philip|ralph rafe|ron ronald|steve stephen steven|tilly matilda|tim timothy timmy|vicky victoria|
    alex alexander alexandra|andy andrew|archie archibald|art arthur|bart bartholomew|becky rebecca|emma em emily|
    max maxwell maximilian|mel melanie|nora eleanor|rosie rose rosa|sid sidney|walt walter|zack zachary"""


def _nickname_table() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for group in _NICKNAMES.split("|"):
        names = frozenset(group.split())
        for name in names:
            table[name] = table.get(name, frozenset()) | names
    return table


NICKNAMES = _nickname_table()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What was counted in the novels: sexes of names ("m", "f"), common words, finite verbs, names of places."""

    sexes: dict[str, str]
    common: frozenset[str]
    verbs: frozenset[str]
    places: frozenset[str] = frozenset()

    def finite(self, word: str) -> bool:
        """Whether the word (in small letters) may be a finite verb."""
        return word in self.verbs or word in SPEECH_VERBS or (word.endswith("ed") and len(word) > 4)

    def name_gender(self, word: str) -> str:
        """The sex of a given name: m, f, or "" where nothing is known."""
        return self.sexes.get(word, "")


@cache
def read_lexicon(folder: Path) -> Lexicon:
    """The lexicon of a model's folder."""
    tables = srsly.read_json(folder / "lexicon.json")
    return Lexicon(
        dict(tables["sexes"]), frozenset(tables["common"]), frozenset(tables["verbs"]), frozenset(tables["places"])
    )


def noun_gender(word: str) -> str:
    """m, f, n (an animal or thing) or "" (anybody), from a noun in small letters."""
    if word in MALE_NOUNS or word.endswith(("man", "boy", "father", "brother")):
        return "m" if word not in CREATURES else ""
    if word in FEMALE_NOUNS or word.endswith(("woman", "girl", "mother", "sister", "maid", "ess")):
        return "f" if word not in CREATURES else ""
    return "n" if word in CREATURES else ""


def is_plural(word: str) -> bool:
    """Whether a noun in small letters speaks of several."""
    if word in PLURAL_NOUNS or (word.endswith(("children", "men", "people", "folk")) and word not in _NOT_PLURAL):
        return True
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s")) and len(word) > 3
