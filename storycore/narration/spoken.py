"""From a line as it is written to the words a person would say, each with its place in the line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import emoji

from storycore.narration.numbers import Around, bare, read_aloud
from storycore.script.words import word_set

#: Raised when the cleaning changes what is heard: it is part of a clip's key.
VERSION = 2

#: A "word" longer than this is no word: a voice reads only its beginning.
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """``text`` is what is said for ``line[start:end]`` (code points)."""

    text: str
    start: int
    end: int


_MENTION = re.compile(r"<(?:@[!&]?|#|t:|id:)[\w:\-]*>|<a?:(?P<emoji>\w{2,32}):\d+>")
_LINK = re.compile(r"!?\[(?P<label>[^\[\]\n]*)\]\([^()\s]*\)")
_URL = re.compile(r"<?\b(?:https?://|www\.)(?P<host>[\w.\-]+)[^\s<>]*>?", re.IGNORECASE)
_MENTION_WORDS = {"@": "someone", "#": "a channel"}
#: What is read by its name, though nobody says it: markup, braces, bars.
_SILENT = frozenset("*_~`|#<>\\{}[]^=/")
#: After these a noun or a verb must come: an emoji there stands for a word ("the 🏰"); elsewhere it only decorates.
_WANTING = word_set(
    """a an the my your his her its our their this that these those of with to by in on at for from into and or i we you
    they he she some any no every one two three four five love loves like likes eat eats want wants is are"""
)
_EMOJI_NAMES = re.compile(r"_(?:(?:light|medium|medium-light|medium-dark|dark)_)?skin_tone|face_with_|_face$")
_MOST_EMOJI_WORDS = 4
_SAID = {"&": "and", "+": "plus", "@": "at", "=": "equals", "/": " ", "…": "...", "—": ", ", "–": ", ", "―": ", "}


def spoken_words(line: str) -> list[SpokenWord]:
    """The words of ``line`` as they are said, in order; [] where there is nothing to say.

    Markdown, links' addresses, mentions, emoji and control characters are not read out. Marks that only shape the
    melody (commas, full stops, question marks) stay with the word before them.
    """
    words: list[SpokenWord] = []
    for start, end, replacement in _stretches(line):
        if replacement is not None:
            words.extend(SpokenWord(word, start, end) for word in (_said(replacement),) if word)
            continue
        words.extend(_plain_words(line, start, end, words))
    return words if any(_speakable(word.text) for word in words) else []


def _plain_words(line: str, start: int, end: int, before: list[SpokenWord]) -> list[SpokenWord]:
    """The words of ``line[start:end]``, numbers and abbreviations as they are read, emoji by name where they stand for
    a word. ``before`` is what was said until then."""
    spans = [(start + match.start(), start + match.end()) for match in re.finditer(r"\S+", line[start:end])]
    cores = [bare(unicodedata.normalize("NFKC", line[first:last]).strip("*_~`")) for first, last in spans]
    words: list[SpokenWord] = []
    for place, (first, last) in enumerate(spans):
        around = Around(
            cores[place - 1] if place else "",
            cores[place + 1] if place + 1 < len(cores) else "",
            cores[place - 2] if place > 1 else "",
        )
        written = line[first:last]
        known = (before + words)[-1].text if before or words else ""
        said = _said(_with_numbers(_named_emoji(written, known, around.after), around))
        if said:
            words.append(SpokenWord(said, first, last))
    return words


def _with_numbers(word: str, around: Around) -> str:
    plain = word if any(char in "½⅓⅔¼¾⅕⅛⅜⅝⅞" for char in word) else unicodedata.normalize("NFKC", word)
    for mark in ("***", "**", "*", "__", "_", "~~", "`"):
        if plain.startswith(mark) and len(plain) > len(mark):
            plain = plain[len(mark) :].replace(mark, "", 1)
    said = read_aloud(plain, around)
    return word if said is None else said


def _named_emoji(word: str, before: str, after: str) -> str:
    """``word`` with its emoji by name where the sentence wants a word there, and without them elsewhere."""
    if word.isascii():
        return "love" if word == "<3" and bare(before).casefold() in _WANTING else word
    alone = not emoji.replace_emoji(word, "").strip(".,!?;:…\ufe0f")
    wanted = alone and bare(before).casefold() in _WANTING

    def name(chars: str, data: dict[str, str]) -> str:
        if not wanted:
            return " "
        short = _EMOJI_NAMES.sub("", data["en"].strip(":").replace("keycap_", ""))
        said = "love" if short.endswith("heart") and bare(before).casefold() in ("i", "we", "you", "they") else short
        said = " ".join(re.split(r"[_\-]+", said)[:_MOST_EMOJI_WORDS])
        return "" if after.casefold() == said.casefold() else f" {said} "

    return re.sub(r"\s+([.,!?;:…])", r"\1", " ".join(emoji.replace_emoji(word, name).split()))


def _stretches(line: str) -> list[tuple[int, int, str | None]]:
    """``line`` cut at links, addresses and mentions, each with the words said in its place."""
    found: list[tuple[int, int, str | None]] = []
    at = 0
    pattern = re.compile(f"(?P<mention>{_MENTION.pattern})|(?P<link>{_LINK.pattern})|(?P<url>{_URL.pattern})", re.I)
    for match in pattern.finditer(line):
        if match.start() > at:
            found.append((at, match.start(), None))
        if match.group("mention"):
            said = match.group("emoji") or _MENTION_WORDS.get(match.group()[1], "")
        elif match.group("link"):
            said = match.group("label")
        else:
            said = match.group("host").rstrip(".").removeprefix("www.").replace(".", " dot ")
        found.append((match.start(), match.end(), said.replace("_", " ")))
        at = match.end()
    if at < len(line):
        found.append((at, len(line), None))
    return found


def _said(word: str) -> str:
    """What is said for one written word: compatibility forms folded, marks that nobody reads taken out."""
    out: list[str] = []
    for char in unicodedata.normalize("NFKC", word):
        if char in _SILENT:
            out.append(" " if char in "/\\|_=" else "")
        elif char in _SAID:
            out.append(_SAID[char] if char in "…—–―" else f" {_SAID[char]} ")
        elif unicodedata.category(char) in {"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"} or 0xFE00 <= ord(char) <= 0xFE0F:
            continue
        elif char.isspace():
            out.append(" ")
        else:
            out.append(char)
    said = re.sub(r"([^\w\s])\1{2,}", r"\1\1\1", "".join(out))
    said = re.sub(r"([^\W\d_])\1{3,}", r"\1\1\1", said)  # "Nooooo": long, but not for ever
    return " ".join(part if len(part) <= LONGEST_WORD else part[:LONGEST_WORD] for part in said.split())


def _speakable(text: str) -> bool:
    return any(char.isalnum() for char in text)
