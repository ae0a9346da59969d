"""How a setting's value is typed and read.

Typed values are text from chat: each kind reads its own and refuses the rest with a sentence that says what would do.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import time
from difflib import get_close_matches
from typing import Any

from storycore.characters.model import CharacterError, tidy_negative
from storycore.errors import StateError
from storycore.hosts.model import names_of
from storycore.prompts.words import WORD_LENGTH
from storycore.script.words import fold, has_words
from storycore.studio.settings_model import (
    EVERY,
    NEGATIVE_LENGTH,
    WORDS_LENGTH,
    Kind,
    QuietHours,
    ServerSettings,
    Setting,
    either,
)

_SHORTEST_BEGINNING = 3
_SMALLEST_SHARE = 0.01
_NAMES_LENGTH = 2000
_RESET = frozenset({"default", "reset", "none", "off", "no", "-", "everyone", "nobody"})
_BACK = frozenset({"default", "reset"})
_ON = frozenset({"on", "yes", "true", "1"})
_OFF = frozenset({"off", "no", "false", "0"})


def read_typed(setting: Setting, text: str) -> Any:
    """The value that ``text`` means (None: back to the default), as it is stored (JSON).

    Raises ``StateError`` that says what would do.
    """
    tidy = " ".join(text.split())
    if setting.kind is Kind.SWITCH:
        return _switch(setting, tidy)
    if tidy.lower() in _RESET or not tidy:
        return _emptied(setting, tidy.lower())
    return _READERS[setting.kind](setting, tidy)


def _emptied(setting: Setting, word: str) -> Any:
    """Nothing given: the default; but a quota that has a default is taken away by saying that there is none."""
    default = getattr(ServerSettings(), setting.field)
    if default and setting.kind in _EMPTIES and word not in _BACK:
        return _EMPTIES[setting.kind]
    if setting.kind is Kind.NUMBER and isinstance(default, int) and word in _RESET - _BACK:
        return 0
    return None


def _switch(setting: Setting, text: str) -> bool | None:
    word = text.lower()
    if word in _ON:
        return True
    if word in _OFF:
        return False
    if word in ("default", "reset", ""):
        return None
    raise StateError(f"**{setting.title}** is on or off.", "Write `on` or `off`.")


def _choice(setting: Setting, text: str) -> str:
    word = text.lower()
    found = next((key for key, said in setting.choices if word in (key, said)), None)
    if found is None:
        listed = either([f"`{key}` ({said})" for key, said in setting.choices])
        raise StateError(f"**{setting.title}** is one of these: {listed}.")
    return found


def _number(setting: Setting, text: str) -> int:
    plain = text.replace(",", "").replace("'", "")
    if re.fullmatch(r"\d{1,9}", plain, re.ASCII) and setting.low <= int(plain) <= setting.high:
        return int(plain)
    hint = "Write `none` for no limit." if setting.empty == "no limit" else "Write `default` to leave it open."
    raise StateError(f"**{setting.title}** is a whole number from {setting.low:,} to {setting.high:,}.", hint)


def _roles_typed(setting: Setting, text: str) -> list[int]:
    found = re.findall(r"<@&(\d{15,20})>|(?<![\w@])(\d{15,20})(?!\w)", text)
    rest = re.sub(r"<@&\d{15,20}>|\d{15,20}|[\s,;]+|\b(?:and|or)\b", "", text)
    ids = list(dict.fromkeys(int(mention or plain) for mention, plain in found))
    if rest or not ids:
        raise StateError(f"**{setting.title}** takes roles.", "Mention them: `@Role`, or choose them in the pop-up.")
    if len(ids) > setting.high:
        raise StateError(f"**{setting.title}** takes at most {setting.high} roles.")
    return ids


def _channel(setting: Setting, text: str) -> int:
    found = re.fullmatch(r"<#(\d{15,20})>|(\d{15,20})", text)
    if found is None:
        raise StateError(f"**{setting.title}** is a channel.", "Mention it: `#channel`, or choose it in the pop-up.")
    return int(found[1] or found[2])


def _clock(text: str) -> time | None:
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))?", text.strip(), re.ASCII)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))


def read_clock(text: str) -> time:
    """A time of day, such as ``01:00``. Raises ``StateError``."""
    found = _clock(text)
    if found is None:
        raise StateError("That is no time of day.", "Write it as `01:00` or `23:30`.")
    return found


def _hours(setting: Setting, text: str) -> str:
    pieces = re.split(r"\s*(?:-|–|—|to|until)\s*", text)
    times = [_clock(piece) for piece in pieces]
    if len(times) != 2 or times[0] is None or times[1] is None or times[0] == times[1]:
        raise StateError(f"**{setting.title}** go from one time of day to another.", "Write them as `18:00-23:00`.")
    return str(QuietHours(times[0], times[1]))


def _zone(setting: Setting, text: str) -> str:
    known = {name.lower(): name for name in zoneinfo.available_timezones()}
    tidy = text.lower().replace(" ", "_")
    if tidy in known:
        return known[tidy]
    cities = {name.rpartition("/")[2].lower(): name for name in sorted(known.values(), reverse=True)}
    if tidy in cities:
        return cities[tidy]
    near = get_close_matches(tidy, cities, 3, 0.6)
    hint = f"Did you mean {either([f'`{cities[n]}`' for n in near])}?" if near else "Write it as `Europe/Berlin`."
    raise StateError("I do not know that time zone.", hint)


def _names(setting: Setting, text: str) -> list[str]:
    names = list(names_of([name for name in text.split(",") if len(name.strip()) <= 100]))
    if not names or any(letter in text for letter in "<>:|"):
        raise StateError(f"**{setting.title}** are names with commas between.", "Or write `all`, or `none`.")
    if len(names) > setting.high or len(text) > _NAMES_LENGTH:
        raise StateError(f"**{setting.title}** are at most {setting.high} names.")
    return [EVERY] if EVERY in map(str.lower, names) else names


def _words(setting: Setting, text: str) -> list[str]:
    words = list(dict.fromkeys(word for part in re.split(r"[,;\n]", text) if (word := fold(part).casefold())))
    if len(words) > setting.high or len(text) > WORDS_LENGTH:
        raise StateError(f"**{setting.title}** are at most {setting.high} words, {WORDS_LENGTH:,} characters in all.")
    bad = next((word for word in words if len(word) > WORD_LENGTH or not has_words(word)), None)
    if bad is not None or not words:
        told = f"“{(bad or text)[:40]}” is no word" if bad is None or len(bad) <= WORD_LENGTH else "One is too long"
        raise StateError(f"{told}.", "Write words and phrases with commas between.")
    short = next((word for word in words if word.endswith("*") and len(word.rstrip("* ")) < _SHORTEST_BEGINNING), None)
    if short is not None:
        raise StateError(f"“{short}” would be the beginning of too many words.", "Write three letters or more.")
    return words


def _negative(setting: Setting, text: str) -> str:
    try:
        return tidy_negative(text, NEGATIVE_LENGTH)
    except CharacterError as error:
        raise StateError(error.message, error.hint) from None


#: What "none" is stored as, where the default is something.
_EMPTIES: dict[Kind, Any] = {Kind.NAMES: [], Kind.WORDS: [], Kind.NEGATIVE: ""}


def _share(setting: Setting, text: str) -> float:
    """A share of one, or of a hundred: ``0.25``, ``.25``, ``25 %``."""
    plain = text.replace(",", ".").replace(" ", "")
    found = re.fullmatch(r"(\d{0,3}(?:\.\d{0,6})?)(%?)", plain, re.ASCII)
    if found is not None and found[1].strip("."):
        share = float(found[1]) / (100 if found[2] else 1)
        if _SMALLEST_SHARE <= share <= 1:
            return round(share, 4)
    raise StateError(f"**{setting.title}** is a number from {_SMALLEST_SHARE:g} to 1.", "Write it as `0.25` or `25 %`.")


_READERS = {
    Kind.SHARE: _share,
    Kind.CHOICE: _choice,
    Kind.NAMES: _names,
    Kind.WORDS: _words,
    Kind.NEGATIVE: _negative,
    Kind.NUMBER: _number,
    Kind.ROLES: _roles_typed,
    Kind.CHANNEL: _channel,
    Kind.HOURS: _hours,
    Kind.ZONE: _zone,
}
