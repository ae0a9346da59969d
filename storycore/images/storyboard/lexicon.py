"""From a word to a drawing: a table of story words, with the emoji's own names behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import emoji

from storycore.images.storyboard.art import all_codes, code_of
from storycore.images.storyboard.setting import is_setting_word
from storycore.images.storyboard.words import lemmas, listed


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to draw: OpenMoji ``code``, how it is placed (``kind``), and its height where a person is 1."""

    code: str
    kind: str
    height: float
    word: str = ""
    tint: str = ""


#: Words that name no thing in a prompt: how it is to be painted, or too vague to draw.
_IGNORED = listed(
    """
    art artwork illustration illustrated storybook picture painting painted drawing sketch style cinematic film
    movie still frame shot scene detailed masterpiece quality best high resolution photo photograph photography
    lighting light dramatic soft color colour palette background foreground wide close closeup portrait view
    angle camera lens fantasy digital concept watercolor watercolour oil ink pencil render realistic epic
    beautiful ultra hd k new old back soon end top up down cool free on off ok right left one two three four
    five six seven eight nine ten man woman men women person people face eye eyes hand hands head heart finger
    foot arm leg ear nose mouth tongue tooth hole mark button sign symbol circle square red blue green black
    white yellow orange brown purple time watch clock hour hours day night mouse_trap way world name word anger
    sweat fog wind tornado sun moon star thought speech dash
    window door doorway gate wall table floor roof stairs stair step corner shadow
    hot cold medium dark heavy large small happy sad
    crying
    """
)

#: Drawings that look silly as scenery: signs, flags, clocks, faces, gestures, family groups and skin tones.
_UNSUITABLE = (
    (0x1F100, 0x1F2FF),
    (0x1F440, 0x1F450),
    (0x1F466, 0x1F487),
    (0x1F493, 0x1F4AF),
    (0x1F500, 0x1F524),
    (0x1F52F, 0x1F549),
    (0x1F54B, 0x1F567),
    (0x1F590, 0x1F5A4),
    (0x1F5E3, 0x1F5F3),
    (0x1F600, 0x1F64F),
    (0x1F6AB, 0x1F6C5),
    (0x1F6D0, 0x1F6D2),
    (0x1F6D7, 0x1F6DF),
    (0x1F7E0, 0x1F7FF),
    (0x1F90C, 0x1F93E),
    (0x1F970, 0x1F97A),
    (0x1F9B0, 0x1F9B9),
    (0x1F9CD, 0x1F9E1),
    (0x1FAC0, 0x1FAC6),
    (0x1FAE0, 0x1FAFF),
    (0x0000, 0x23FF),
    (0x24C2, 0x25FF),
    (0x2600, 0x26A9),
    (0x26B1, 0x26CE),
    (0x26D4, 0x26E8),
    (0x2700, 0x2FFF),
    (0x3000, 0x3300),
)
_ANIMALS = ((0x1F400, 0x1F43F), (0x1F980, 0x1F9AE), (0x1FAB0, 0x1FAB3), (0x1FACD, 0x1FACF))
_VEHICLES = ((0x1F680, 0x1F6AA), (0x1F6E9, 0x1F6FC), (0x1F3D7, 0x1F3F0))


@lru_cache(maxsize=1)
def _table() -> dict[str, Thing]:
    words: dict[str, Thing] = {}
    text = files(__package__).joinpath("things.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, names = line.partition(":")
        code, kind, height = head.split()
        if code not in all_codes():
            continue  # an older OpenMoji without this drawing: the word falls back to the emoji's names
        for name in names.split():
            words.setdefault(name, Thing(code, kind, float(height), name))
    return words


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Thing]:
    found: dict[str, Thing] = {}
    for thing in _table().values():
        found.setdefault(thing.code, thing)
    return found


def _within(code: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    point = int(code.split("-")[0], 16)
    return any(first <= point <= last for first, last in ranges)


@lru_cache(maxsize=1)
def _emoji_names() -> dict[str, str]:
    """Plain one-word names and aliases of suitable emoji, to their drawing's code."""
    names: dict[str, str] = {}
    for text, data in emoji.EMOJI_DATA.items():
        if data.get("status") != emoji.STATUS["fully_qualified"] or "‍" in text:
            continue
        code = code_of(text)
        if code is None or "-1F3F" in code or _within(code, _UNSUITABLE):
            continue
        for raw in (data["en"], *data.get("alias", ())):
            name = raw.strip(":").replace("_", "").lower()
            if re.fullmatch(r"[a-z]{3,}", name):
                names.setdefault(name, code)
    return names


def _of_code(code: str, word: str) -> Thing:
    known = _by_code().get(code)
    if known is not None:
        return Thing(known.code, known.kind, known.height, word)
    if _within(code, _ANIMALS):
        return Thing(code, "beast", 0.6, word)
    if _within(code, _VEHICLES):
        return Thing(code, "big", 1.3, word)
    return Thing(code, "prop", 0.4, word)


@lru_cache(maxsize=4096)
def thing_of(word: str) -> Thing | None:
    """The thing that a lower-case word names (plurals and simple forms too), or None."""
    table, names = _table(), _emoji_names()
    for form in lemmas(word):
        if form in _IGNORED:
            return None
        if form in table:
            return table[form]
    if is_setting_word(word):
        return None  # the setting shows it: no second mountain on the meadow
    for form in lemmas(word):
        if form in names:
            return _of_code(names[form], form)
    return None


def typed(emoji_text: str) -> Thing | None:
    """The thing for an emoji typed in the prompt: used as it is, whatever it shows."""
    code = code_of(emoji_text)
    return None if code is None else _of_code(code, emoji_text)
