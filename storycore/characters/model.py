"""A character of a server's library: what people say of it, tidied and bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from storycore.cast.facts import KnownCharacter, folded
from storycore.errors import FiresideError
from storycore.names.model import Sex
from storycore.prompts.grammar import check, count_tokens
from storycore.prompts.grammar.extra import tags
from storycore.script.words import fold, has_words

NAME_LENGTH = 60
LOOK_LENGTH = 400
OUTFIT_LENGTH = 200
OUTFIT_NAME_LENGTH = 40
NEGATIVE_LENGTH = 300
NETWORK_LENGTH = 100
VOICE_LENGTH = 100
MAX_ALIASES = 20
MAX_EMBEDDINGS = 4
MAX_OUTFITS = 12
#: A look (with its mix and its outfit) has to end before a painter's seventy-fifth token.
MAX_LOOK_TOKENS = 60
LORA_WEIGHTS = (0.1, 1.5)
DEFAULT_WEIGHT = 0.8
PRONOUNS = ("she", "he", "they", "it")

_SEX_WORDS = {Sex.FEMALE: "woman", Sex.MALE: "man"}
_SEXED = re.compile(r"\b(?:woman|man|girl|boy|lady|lord|male|female|queen|king|princess|prince)\b", re.IGNORECASE)
_JOINERS = re.compile(r"\b(?:AND(?:_PERP|_SALT|_TOPK)?|BREAK|ADDBASE|ADDCOL|ADDROW|ADDCOMM)\b")
_NETWORK = re.compile(r"[^\x00-\x1f<>:,|\[\](){}\\]+")
_KNOWN_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")


class CharacterError(FiresideError):
    """Something said of a character cannot be kept; ``field`` is where it was said ("" for the whole)."""

    def __init__(self, message: str, hint: str = "", field_name: str = "") -> None:
        super().__init__(message, hint)
        self.field = field_name


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that people say of one character. Texts are on one line.

    ``look`` is drawn in every picture; ``outfits`` (name -> what is worn) by scene. ``mix`` are two names that painters
    know, ``sex`` what the look states beside them (None: by the pronouns). ``lora_weight`` is 0.1 … 1.5; ``voice`` the
    name of a voice, or "". ``embeddings`` (textual inversions) stand in the look, ``negative_embeddings`` in the
    negative prompt. ``same_seed``: a scene's picture is begun from the same noise whenever it is painted.
    """

    name: str
    aliases: tuple[str, ...] = ()
    pronouns: str | None = None
    look: str = ""
    outfits: Mapping[str, str] = field(default_factory=dict)
    negative: str = ""
    lora: str = ""
    lora_weight: float = DEFAULT_WEIGHT
    mix: tuple[str, str] | None = None
    voice: str = ""
    same_seed: bool = False
    embeddings: tuple[str, ...] = ()
    negative_embeddings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)

    @property
    def sex(self) -> Sex | None:
        """What the look states beside a name mix; None where nobody said."""
        return {"she": Sex.FEMALE, "he": Sex.MALE}.get(self.pronouns or "")

    @property
    def lora_tag(self) -> str:
        """The tag that loads its LoRA, "" without one."""
        return f"<lora:{self.lora}:{self.lora_weight:g}>" if self.lora else ""

    @property
    def unwanted(self) -> str:
        """The negative prompt with its embeddings."""
        return ", ".join(part for part in (self.negative, *self.negative_embeddings) if part)

    def described(self, outfit: str = "") -> str:
        """The look as a prompt carries it, without the name: mix, sex, embeddings, look, and what is worn."""
        mixed = f"[{self.mix[0]}|{self.mix[1]}]" if self.mix else ""
        sex = _SEX_WORDS[self.sex] if mixed and self.sex and not _SEXED.search(self.look) else ""
        worn = self.outfits.get(outfit, "")
        look = self.look.rstrip(" .,;") if worn else self.look
        return ", ".join(part for part in (mixed, sex, *self.embeddings, look, worn) if part)


@dataclass(frozen=True, slots=True)
class Character:
    """A character as it is kept: ``portrait`` is the hash of its reference portrait's file, or None."""

    id: int
    sheet: Sheet
    portrait: str | None = None
    removed: bool = False

    def known(self) -> KnownCharacter:
        """What the reader of stories is told of it."""
        return KnownCharacter(self.sheet.name, self.sheet.aliases, self.sheet.pronouns)


def tidy(sheet: Sheet, *, may_be_real: Callable[[str], list[str]] = lambda _: []) -> Sheet:
    """``sheet`` as it is kept. ``may_be_real`` gives the real people's names that stand alone in a text.

    Raises ``CharacterError`` for the first thing that cannot be kept. CPU-bound for texts made to be slow (some
    tenths of a second): call it off the event loop.
    """
    name = tidy_name(sheet.name)
    aliases = tidy_aliases(name, sheet.aliases)
    if sheet.pronouns is not None and sheet.pronouns not in PRONOUNS:
        raise CharacterError("Pronouns are she, he, they or it.", "Leave them empty if nobody knows.", "pronouns")
    look = _grammar("look", sheet.look, LOOK_LENGTH)
    outfits = _outfits(sheet.outfits)
    mix = tidy_mix(*sheet.mix) if sheet.mix else None
    for text in (name, look, *outfits.values()):
        if alone := may_be_real(text):
            raise CharacterError(
                f"“{alone[0]}” is a real person whom painters know, and would be painted.",
                "Use a mix of two names: `/character mix`.",
                "look",
            )
    kept = replace(
        sheet,
        name=name,
        aliases=aliases,
        look=look,
        outfits=outfits,
        negative=tidy_negative(sheet.negative),
        lora=tidy_network(sheet.lora),
        lora_weight=tidy_weight(sheet.lora_weight),
        embeddings=tidy_embeddings(sheet.embeddings, "embeddings"),
        negative_embeddings=tidy_embeddings(sheet.negative_embeddings, "negative_embeddings"),
        mix=mix,
        voice=_plain("voice", sheet.voice, VOICE_LENGTH),
    )
    _check_length(kept)
    return kept


def tidy_name(typed: str, field_name: str = "name") -> str:
    """A name as it is kept: printable, one line. Raises ``CharacterError``."""
    name = _plain(field_name, typed, NAME_LENGTH)
    if not has_words(name):
        raise CharacterError("That is no name.", "A name has letters.", field_name)
    if any(letter in name for letter in "<>[](){}|\\:"):
        raise CharacterError(
            f"“{name}” holds signs that painters read as commands.", "Take brackets, bars and colons out.", field_name
        )
    return name


def tidy_aliases(name: str, typed: Iterable[str]) -> tuple[str, ...]:
    """Other names, each once. Raises ``CharacterError``."""
    kept: dict[str, str] = {}
    for alias in typed:
        if alias.strip():
            tidied = tidy_name(alias, "aliases")
            kept.setdefault(folded(tidied), tidied)
    kept.pop(folded(name), None)
    if len(kept) > MAX_ALIASES:
        raise CharacterError(f"These are {len(kept)} other names.", f"At most {MAX_ALIASES} are possible.", "aliases")
    return tuple(kept.values())


def tidy_mix(first: str, second: str) -> tuple[str, str]:
    """Two names to be mixed. Raises ``CharacterError``."""
    names = [" ".join(fold(name).split()) for name in (first, second)]
    bad = next((name for name in names if len(name) > NAME_LENGTH or not _KNOWN_NAME.fullmatch(name)), None)
    if bad is not None:
        raise CharacterError(f"“{bad[:60]}” is no name to mix.", "A mix is two people's names: `Ada B|Cy D`.", "mix")
    if names[0].casefold() == names[1].casefold():
        raise CharacterError("A mix of one name is that person's face.", "Name two different people.", "mix")
    return names[0], names[1]


def tidy_network(typed: str) -> str:
    """A LoRA's name, "" for none. Raises ``CharacterError``."""
    name = _plain("LoRA", typed, NETWORK_LENGTH)
    if name and not _NETWORK.fullmatch(name):
        raise CharacterError(
            "That is no LoRA's name.", "Choose one from the list; its weight has a field of its own.", "lora"
        )
    return name


def tidy_embeddings(typed: Iterable[str], field_name: str) -> tuple[str, ...]:
    """Names of embeddings, each once. Raises ``CharacterError``."""
    names = list(dict.fromkeys(name for text in typed if (name := _plain("embedding", text, NETWORK_LENGTH))))
    bad = next((name for name in names if not _NETWORK.fullmatch(name) or not has_words(name)), None)
    if bad is not None:
        raise CharacterError(f"“{bad[:60]}” is no embedding's name.", "Choose one while you type.", field_name)
    if len(names) > MAX_EMBEDDINGS:
        most = f"At most {MAX_EMBEDDINGS} go together."
        raise CharacterError(f"These are {len(names)} embeddings.", most, field_name)
    return tuple(names)


def tidy_negative(typed: str, length: int = NEGATIVE_LENGTH) -> str:
    """A negative prompt: emphasis, and nothing that loads, joins or breaks. Raises ``CharacterError``."""
    return _grammar("negative prompt", typed, length)


def tidy_weight(weight: float) -> float:
    """A LoRA's weight. Raises ``CharacterError``."""
    low, high = LORA_WEIGHTS
    if not low <= weight <= high:
        raise CharacterError(
            f"A LoRA's weight is a number from {low} to {high}.", "0.6 to 0.9 is what most are made for.", "lora_weight"
        )
    return round(weight, 2)


def pair_key(mix: tuple[str, str] | None) -> str | None:
    """The pair of a mix, whichever name comes first: what is never used twice in a server."""
    return None if mix is None else "|".join(sorted(name.casefold() for name in mix))


def _plain(what: str, text: str, length: int) -> str:
    kept = " ".join(fold(text).split())
    if len(kept) > length:
        key = what.replace(" ", "_").lower()
        raise CharacterError(f"This {what} has {len(kept):,} characters.", f"At most {length} are possible.", key)
    return kept


def _grammar(what: str, text: str, length: int) -> str:
    """A text that may hold emphasis, and nothing that loads, joins or breaks."""
    kept = _plain(what, text, length)
    key = "negative" if what.startswith("negative") else "outfits" if what.startswith("outfit") else "look"
    if tags(kept) or "<" in kept or ">" in kept:
        raise CharacterError(f"A {what} loads nothing.", "A LoRA has a field of its own.", key)
    if _JOINERS.search(kept):
        raise CharacterError(f"AND and BREAK are no words for a {what}.", "Write them small.", key)
    problems = check(kept).problems if kept else ()
    if problems:
        raise CharacterError(f"In the {what}: {problems[0].what}", problems[0].hint, key)
    return kept


def _outfits(outfits: Mapping[str, str]) -> dict[str, str]:
    if len(outfits) > MAX_OUTFITS:
        raise CharacterError(f"These are {len(outfits)} outfits.", f"At most {MAX_OUTFITS} are possible.", "outfits")
    kept: dict[str, str] = {}
    for name, worn in outfits.items():
        short = _plain("outfit's name", name, OUTFIT_NAME_LENGTH)
        text = _grammar("outfit", worn, OUTFIT_LENGTH)
        if not has_words(short) or not text:
            raise CharacterError(
                "An outfit has a name and says what is worn.", "Write `armour: silver mail`.", "outfits"
            )
        if any(folded(short) == folded(known) for known in kept):
            raise CharacterError(f"There are two outfits “{short}”.", "Give each a name of its own.", "outfits")
        kept[short] = text
    return kept


def _check_length(sheet: Sheet) -> None:
    """Whatever is worn, the look ends before painters stop heeding."""
    for outfit in ("", *sheet.outfits):
        tokens = count_tokens(f"{sheet.name}, {sheet.described(outfit)}").tokens
        if tokens > MAX_LOOK_TOKENS:
            what = f"With the outfit “{outfit}” this look" if outfit else "This look"
            raise CharacterError(
                f"{what} is {tokens} tokens long, and painters heed the first 75 of everything.",
                f"At most {MAX_LOOK_TOKENS} are possible, about 45 words: keep what makes this one recognisable.",
                "outfits" if outfit else "look",
            )
