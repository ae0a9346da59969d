"""Numbers and abbreviations as a person reads them aloud (English): money, years, dates, times, ordinals, units.

A written word is looked at together with its neighbours; what is said for it stands in its place, so that the words
heard still belong to the words written. The number words are num2words'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from storycore.script.words import word_set

_MOST_DIGITS = 15
_DIGITS_READ = 24
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SHORT_MONTHS = {month[:3].casefold(): month for month in _MONTHS} | {"sept": "September"}
_MONTH_NAMES = frozenset(month.casefold() for month in _MONTHS)
_MONEY = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
}
_SCALES = {"hundred", "thousand", "million", "billion", "trillion", "dozen"}
_UNITS = {
    "km": ("kilometre", "kilometres"), "m": ("metre", "metres"), "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"), "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"), "l": ("litre", "litres"), "ml": ("millilitre", "millilitres"),
    "ft": ("foot", "feet"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "mph": ("mile an hour", "miles an hour"), "km/h": ("kilometre an hour", "kilometres an hour"),
    "kmh": ("kilometre an hour", "kilometres an hour"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"),
    "h": ("hour", "hours"), "min": ("minute", "minutes"), "mins": ("minute", "minutes"), "sec": ("second", "seconds"),
    "secs": ("second", "seconds"), "s": ("second", "seconds"), "°": ("degree", "degrees"),
    "°c": ("degree Celsius", "degrees Celsius"), "°f": ("degree Fahrenheit", "degrees Fahrenheit"),
    "%": ("percent", "percent"), "gb": ("gigabyte", "gigabytes"), "mb": ("megabyte", "megabytes"),
    "kb": ("kilobyte", "kilobytes"), "x": ("times", "times"), "mi": ("mile", "miles"),
    "yrs": ("year", "years"), "yr": ("year", "years"), "pm": ("p m", "p m"), "am": ("a m", "a m"),
    "bc": ("B C", "B C"), "ad": ("A D", "A D"), "k": ("thousand", "thousand"),
}  # fmt: skip
_ABBREVIATIONS = {
    "mr": "Mister", "mrs": "Missus", "ms": "Miz", "mx": "Mix", "dr": "Doctor", "prof": "Professor",
    "capt": "Captain", "sgt": "Sergeant", "lt": "Lieutenant", "col": "Colonel", "gen": "General", "rev": "Reverend",
    "hon": "Honourable", "jr": "Junior", "sr": "Senior", "mt": "Mount", "ave": "Avenue", "rd": "Road",
    "blvd": "Boulevard", "dept": "Department", "est": "established", "approx": "approximately", "etc": "et cetera",
    "vs": "versus", "e.g": "for example", "i.e": "that is", "a.m": "a m", "p.m": "p m", "b.c": "B C", "a.d": "A D",
    "vol": "volume", "pp": "pages", "mme": "Madame", "ph.d": "P H D", "cf": "compare", "ca": "about",
    "&c": "et cetera", "messrs": "Messers", "mlle": "Mademoiselle", "govt": "government", "n.b": "note",
    "p.s": "P S", "r.i.p": "R I P",
}  # fmt: skip
#: Abbreviations that are also words, or that people write without a full stop.
_WITHOUT_STOP = {"mr", "mrs", "ms", "mx", "dr", "vs", "etc", "sgt", "&c", "mme", "mlle", "messrs", "prof", "capt"}
_SLANG = {"w/": "with", "w/o": "without", "b/c": "because", "&": "and", "n/a": "not applicable", "24/7": "24 7"}
_NUMBERED = word_set(
    """chapter part act scene book volume vol war canto section episode type phase level class mark appendix figure
    table page room stage round season verse psalm article title"""
)
_YEAR_WORDS = _MONTH_NAMES | word_set(
    """in since year of from until till by around before after circa summer winter spring autumn fall early late mid
    during and to anno christmas"""
)
_FRACTIONS = {
    "½": "one half", "⅓": "one third", "⅔": "two thirds", "¼": "one quarter", "¾": "three quarters",
    "⅕": "one fifth", "⅛": "one eighth", "⅜": "three eighths", "⅝": "five eighths", "⅞": "seven eighths",
}  # fmt: skip
_PARTS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}

_CORE = re.compile(r"^(?P<lead>[\"'“‘(\[{¿¡«]*)(?P<core>.*?)(?P<trail>[\"'”’)\]}»,;:!?.…]*)$", re.DOTALL)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_PLAIN = re.compile(rf"(?P<sign>[-−+~]?)(?P<number>{_NUMBER})")
_CASH = re.compile(rf"(?P<sign>[-−]?)(?P<unit>[$£€¥₹])(?P<number>{_NUMBER})(?P<scale>[kKmM]|bn)?")
_CASH_AFTER = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>[$£€¥₹])")
_WITH_UNIT = re.compile(rf"(?P<sign>[-−]?)(?P<number>{_NUMBER})(?P<unit>[a-zA-Z°%][a-zA-Z/]{{0,4}})")
_ORDINAL = re.compile(r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,9})(?:st|nd|rd|th)", re.IGNORECASE)
_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-4])[:.h](?P<minute>[0-5]\d)(?P<half>\s?[aApP]\.?[mM]\.?)?")
_DECADE = re.compile(r"['’]?(?P<decade>(?:1[1-9]|20)?\d0)['’]?s")
_RANGE = re.compile(rf"(?P<low>{_NUMBER})[-–—](?P<high>{_NUMBER})")
_DIVIDED = re.compile(r"(?P<above>\d{1,3})/(?P<below>\d{1,3})")
_ISO_DATE = re.compile(r"(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])")
_MIXED = re.compile(rf"(?P<whole>\d*)(?P<part>[{''.join(_FRACTIONS)}])")
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){2,4}")
_PHONE = re.compile(r"\+?\d{2,4}(?:-\d{2,4}){1,4}")
_INITIALS = re.compile(r"(?:[A-Za-z]\.){2,6}[A-Za-z]?")


@dataclass(frozen=True, slots=True)
class Around:
    """The neighbours of a written word, without the marks around them; "" where there are none."""

    before: str = ""
    after: str = ""
    before_that: str = ""


def bare(word: str) -> str:
    """``word`` without the quotation marks, brackets and stops around it."""
    match = _CORE.match(word)
    return match["core"] if match else word


def read_aloud(word: str, around: Around) -> str | None:
    """What is said for ``word`` as it is written, marks around it kept; None where it is said as it stands."""
    match = _CORE.match(word)
    if match is None or not match["core"]:
        return None
    lead, core, trail = match.group("lead", "core", "trail")
    said = _abbreviation(core, trail, around)
    if said is not None:
        if trail.startswith(".") and (len(trail) > 1 or around.after):  # the stop belongs to the abbreviation
            trail = trail[1:]
        return f"{lead}{said}{trail}"
    said = _number(core, around)
    if said is None:
        said = _roman(core, around)
    return None if said is None else f"{lead}{said}{trail}"


def _abbreviation(core: str, trail: str, around: Around) -> str | None:
    low = core.casefold()
    stopped = trail.startswith(".")
    if low == "st" and stopped:
        return "Saint" if around.after[:1].isupper() and not around.before[:1].isupper() else "Street"
    if low in ("no", "nr", "nos") and trail == "." and around.after[:1].isdigit():
        return "numbers" if low == "nos" else "number"
    if (
        low in _SHORT_MONTHS
        and low not in _MONTH_NAMES
        and stopped
        and (around.before[:1].isdigit() or around.after[:1].isdigit())
    ):
        return _SHORT_MONTHS[low]
    if low in _ABBREVIATIONS and (stopped or low in _WITHOUT_STOP):
        return _ABBREVIATIONS[low]
    if low in _SLANG:
        return _SLANG[low]
    if _INITIALS.fullmatch(core + (trail[:1] if stopped else "")):
        return " ".join(core.replace(".", "").upper())
    if core.startswith("#") and core[1:].isdigit() and len(core) <= _MOST_DIGITS:
        return f"number {cardinal(core[1:])}"
    if low in _UNITS and _is_number(around.before) and low not in ("x", "k", "am", "ad"):
        return _unit(low, around.before)
    if low == "am" and _is_number(around.before):
        return "a m"
    scale = _CASH.fullmatch(around.before) if low in _SCALES else None
    return f"{core} {_MONEY[scale['unit']][1]}" if scale else None


def _number(core: str, around: Around) -> str | None:
    if not any(char.isdigit() or char in _FRACTIONS for char in core) or len(core) > 40:
        return None
    for pattern, say in _READERS:
        match = pattern.fullmatch(core)
        said = say(match, around) if match else None
        if said is not None:
            return said
    return None


def _money(match: re.Match[str], around: Around) -> str | None:
    one, many, small, smalls = _MONEY[match["unit"]]
    number = match["number"].replace(",", "")
    scale = {"k": " thousand", "m": " million", "bn": " billion"}.get((match.groupdict().get("scale") or "").lower())
    sign = "minus " if match.groupdict().get("sign") else ""
    if scale:
        return f"{sign}{cardinal(number)}{scale} {many}"
    if around.after.casefold() in _SCALES:  # "million" says the currency
        return f"{sign}{cardinal(number)}"
    whole, _, rest = number.partition(".")
    said = [] if whole.strip("0") == "" and rest.strip("0") else [f"{cardinal(whole)} {one if whole == '1' else many}"]
    if small and len(rest) == 2 and rest != "00":
        said.append(f"{cardinal(str(int(rest)))} {small if rest == '01' else smalls}")
    elif rest.strip("0"):
        said = [f"{cardinal(number)} {many}"]
    return sign + " and ".join(said)


def _clock(match: re.Match[str], around: Around) -> str | None:
    half = (match["half"] or "").strip().lower().replace(".", "")
    if "." in match[0][:3] and not half and around.after.casefold().replace(".", "") not in ("am", "pm"):
        return None  # 7.30 may be an amount
    if "h" in match[0]:
        return None
    hour, minute = int(match["hour"]), int(match["minute"])
    ending = f" {half[0]} m" if half else ""
    if minute == 0:
        after = around.after.casefold().replace(".", "")
        exact = (
            "" if ending or after in ("am", "pm", "o'clock", "o’clock") else " o'clock" if hour <= 12 else " hundred"
        )
        return f"{cardinal(str(hour))}{exact}{ending}"
    between = " oh " if minute < 10 else " "
    return f"{cardinal(str(hour))}{between}{cardinal(str(minute))}{ending}"


def _date(match: re.Match[str], _: Around) -> str:
    month = _MONTHS[int(match["month"]) - 1]
    return f"the {ordinal(match['day'])} of {month} {year(match['year'])}"


def _decade(match: re.Match[str], _: Around) -> str | None:
    said = year(match["decade"]) if len(match["decade"]) == 4 else cardinal(match["decade"])
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _ordinal_of(match: re.Match[str], _: Around) -> str:
    return ordinal(match["number"].replace(",", ""))


def _range(match: re.Match[str], around: Around) -> str | None:
    low, high = match["low"], match["high"]
    if len(low) >= 3 and len(high) >= 4 and not (_is_year(low) and _is_year(high)):
        return None  # a telephone's number
    if _is_year(low) and (_is_year(high) or len(high) == 2):
        return f"{year(low)} to {year(high) if len(high) == 4 else cardinal(high)}"
    return f"{cardinal(low.replace(',', ''))} to {cardinal(high.replace(',', ''))}"


def _divided(match: re.Match[str], _: Around) -> str | None:
    above, below = int(match["above"]), int(match["below"])
    if not 0 < above < below or below > 20:
        return f"{cardinal(match['above'])} {cardinal(match['below'])}" if below <= 99 else None
    one, many = _PARTS.get(below, (ordinal(str(below)), ordinal(str(below)) + "s"))
    return f"{cardinal(str(above))} {one if above == 1 else many}"


def _mixed(match: re.Match[str], _: Around) -> str:
    part = _FRACTIONS[match["part"]]
    return part if not match["whole"] else f"{cardinal(match['whole'])} and {part.replace('one ', 'a ', 1)}"


def _version(match: re.Match[str], _: Around) -> str:
    return " point ".join(cardinal(part) for part in match[0].split("."))


def _phone(match: re.Match[str], _: Around) -> str:
    return ", ".join(" ".join(_digit(char) for char in part) for part in match[0].lstrip("+").split("-"))


def _plain(match: re.Match[str], around: Around) -> str:
    number = match["number"]
    sign = {"": "", "+": "plus ", "~": "about "}.get(match["sign"], "minus ")
    if not sign and _is_year(number) and (int(number) < 2000 or int(number) > 2009 or _dated(around)):
        return year(number)
    if not sign and number.isdigit() and 1 <= int(number[:3]) <= 31 and len(number) <= 2 and _beside_month(around):
        return f"the {ordinal(number)}" + ("" if around.before.casefold() in _MONTH_NAMES else " of")
    return sign + cardinal(number.replace(",", ""))


def _with_unit(match: re.Match[str], _: Around) -> str | None:
    unit = match["unit"].casefold()
    if unit not in _UNITS:
        return None
    sign = "minus " if match["sign"] else ""
    return f"{sign}{cardinal(match['number'].replace(',', ''))} {_unit(unit, match['number'])}"


def _unit(unit: str, number: str) -> str:
    return _UNITS[unit][0 if number == "1" else 1]


def _dated(around: Around) -> bool:
    return around.before.casefold().rstrip(".") in _YEAR_WORDS


def _beside_month(around: Around) -> bool:
    """ "12 May", "May 12"; "may" and "march" are verbs as well, so the month must have a capital."""
    named = [word for word in (around.before, around.after) if word.casefold() in _MONTH_NAMES and word[:1].isupper()]
    return bool(named)


def _is_year(number: str) -> bool:
    return number.isdigit() and len(number) == 4 and 1100 <= int(number) <= 2099


def _is_number(word: str) -> bool:
    return bool(_PLAIN.fullmatch(word) or _MIXED.fullmatch(word) or _CLOCK.fullmatch(word))


def _roman(core: str, around: Around) -> str | None:
    before = around.before
    if not _ROMAN.fullmatch(core) or not before[:1].isalpha():
        return None
    numbered = before.casefold() in _NUMBERED
    if not numbered and (len(core) < 2 or not before[:1].isupper() or before.isupper() or core in _NO_ROMAN):
        return None
    total = 0
    for letter, following in zip(core, [*core[1:], "I"], strict=True):
        value = _ROMAN_VALUES[letter]
        total += -value if value < _ROMAN_VALUES[following] and following != letter else value
    return cardinal(str(total)) if numbered or before.casefold() == "war" else f"the {ordinal(str(total))}"


#: Words and short forms that could be numerals.
_NO_ROMAN = frozenset(
    {"MIX", "DIM", "MILD", "LIV", "CD", "DC", "MC", "MD", "DIV", "CIVIC", "MM", "CC", "CV", "DI", "LI"}
)


def cardinal(number: str) -> str:
    """ "1250.5" in words; more digits than anybody counts are read one by one, no more than two dozen of them."""
    whole, _, rest = number.partition(".")
    if len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole.startswith("0")):
        return " ".join(_digit(char) for char in whole[:_DIGITS_READ])
    said = _words(whole or "0", "cardinal")
    return f"{said} point {' '.join(_digit(char) for char in rest[:_DIGITS_READ])}" if rest else said


def ordinal(number: str) -> str:
    """ "21" -> "twenty-first"."""
    return _words(str(int(number)), "ordinal")


def year(number: str) -> str:
    """ "1984" -> "nineteen eighty-four"."""
    return _words(number, "year")


def _digit(char: str) -> str:
    return _words(char, "cardinal")


@lru_cache(maxsize=4096)
def _words(number: str, kind: str) -> str:
    from num2words import num2words  # brings sixty languages along: loaded when there is a number to read

    return str(num2words(Decimal(number) if kind == "cardinal" else int(number), to=kind, lang="en_GB")).replace(
        ",", ""
    )


_READERS = (
    (_CASH, _money),
    (_CASH_AFTER, _money),
    (_ORDINAL, _ordinal_of),
    (_CLOCK, _clock),
    (_ISO_DATE, _date),
    (_DECADE, _decade),
    (_RANGE, _range),
    (_DIVIDED, _divided),
    (_MIXED, _mixed),
    (_VERSION, _version),
    (_PHONE, _phone),
    (_PLAIN, _plain),
    (_WITH_UNIT, _with_unit),
)
