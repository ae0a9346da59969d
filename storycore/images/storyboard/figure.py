"""Paper dolls: an OpenMoji head on a body drawn to match it, so that people stand, wear things and hold things.

A figure's canvas is 72 wide and 124 high; the feet stand on y = 120 at x = 36.
"""

from __future__ import annotations

from functools import lru_cache

from storycore.images.storyboard.art import INK, SKIN, fragment, ink_box, recoloured
from storycore.images.storyboard.colour import darker, lighter
from storycore.images.storyboard.people import Look

FIGURE_HEIGHT = 120.0
_STEEL = "#b9c0cf"
_LINE = f'stroke="{INK}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"'
#: Fills of hair in OpenMoji's busts, and of the plain shirt.
_HAIRS = ("#f1b31c", "#f4aa41", "#a57939", "#e27022", "#6a462f", "#fcea2b")
_SHIRT, _SHIRT_DARK = "#92d3f5", "#61b2e4"
_NECKS = {"1F9DF": "#8fa82a", "1F921": "#fbf6ea"}
_NECKLESS = frozenset({"1F977", "1F9D1-200D-1F680", "1F385"})
_RIGHT_HAND = (64.0, 82.0)


@lru_cache(maxsize=256)
def figure(look: Look) -> str:
    """The SVG of a whole figure with what it wears and holds."""
    if look.garb == "whole":
        return _placed(look.head, 36, 120, 108)
    if look.garb == "swaddle":
        return _placed(look.head, 36, 120, 84)
    cloth = look.cloth or "#6c7a8a"
    parts = [
        _cape(look),
        _legs(look),
        _body(look, cloth),
        _arm(cloth if look.garb != "armour" else _STEEL, 22, (14, 86)),
        _neck(look),
        _bust(look),
        _headwear(look),
        _holding(look, cloth),
    ]
    return "".join(parts)


def _placed(code: str, centre: float, bottom: float, height: float, turn: float = 0.0) -> str:
    """A drawing with its ink's bottom centre at (``centre``, ``bottom``), ``height`` high, turned by "
    "``turn`` degrees."""
    left, top, right, low = ink_box(code)
    scale = height / max(low - top, 1)
    middle = (left + right) / 2
    move = f"translate({centre - middle * scale:.2f} {bottom - low * scale:.2f}) scale({scale:.4f})"
    spin = f"rotate({turn} {centre} {bottom - height / 2:.1f}) " if turn else ""
    return f'<g transform="{spin}{move}">{fragment(code)}</g>'


def _neck(look: Look) -> str:
    """OpenMoji's heads float above their shoulders; on a body that would look cut off."""
    if look.head in _NECKLESS:
        return ""
    path = "M30.5 41 V53 Q36 58 41.5 53 V41Z"
    return f'<path d="{path}" fill="{_NECKS.get(look.head, darker(SKIN, 0.08))}" {_LINE}/>'


def _bust(look: Look) -> str:
    colours: dict[str, str] = {}
    if look.hair:
        colours |= dict.fromkeys(_HAIRS[:3], look.hair)
    if look.head == "1F9D9-200D-2640-FE0F":
        colours["#d0cfce"] = look.hair  # grey locks beside the chin look like a beard
    if look.garb == "armour":
        colours |= {_SHIRT: _STEEL, _SHIRT_DARK: darker(_STEEL)}
    elif look.cloth:
        colours |= {_SHIRT: look.cloth, _SHIRT_DARK: darker(look.cloth)}
    art = recoloured(fragment(look.head), colours)
    collar = ""
    if look.garb == "king":
        collar = _ermine()
    return f'<g transform="translate(0 2)">{art}</g>{collar}'


def _ermine() -> str:
    spots = "".join(
        f'<circle cx="{x}" cy="{y}" r="1.1" fill="{INK}"/>' for x, y in ((22, 60), (30, 62), (42, 62), (50, 60))
    )
    return (
        '<path d="M17 62 Q17 52 27 50 Q36 58 45 50 Q55 52 55 62 Q46 68 36 68 Q26 68 17 62Z" fill="#fbf6ea" '
        f"{_LINE}/>{spots}"
    )


def _cape(look: Look) -> str:
    if look.garb in {"king", "armour"} or look.top in {"helm", "winged", "circlet"}:
        colour = look.accent
        return f'<path d="M20 54 Q6 88 8 114 Q22 110 36 112 Q50 110 64 114 Q66 88 52 54Z" fill="{colour}" {_LINE}/>'
    return ""


def _legs(look: Look) -> str:
    if look.garb in {"gown", "robe", "king"}:
        return _boots(30, 42, "#4a3a33")
    colour = "#8f97a8" if look.garb == "armour" else darker(look.accent, 0.35)
    boot = "#7a8194" if look.garb == "armour" else "#5b4033"
    legs = "".join(
        (
            f'<path d="M{x} 90 V114" stroke="{INK}" stroke-width="12"/><path d="M{x} 90 V114" stroke="{colour}" '
            'stroke-width="8"/>'
        )
        for x in (29, 43)
    )
    return legs + _boots(28, 44, boot)


def _boots(left: float, right: float, colour: str) -> str:
    return "".join(
        f'<path d="M{x - 6} 120 V113 Q{x} 107 {x + 6} 113 V120Z" fill="{colour}" {_LINE}/>' for x in (left, right)
    )


def _body(look: Look, cloth: str) -> str:
    dark = darker(cloth, 0.22)
    if look.garb in {"gown", "king"}:
        hem = lighter(cloth, 0.35) if look.garb == "gown" else "#fbf6ea"
        return (
            f'<path d="M22 56 Q26 78 12 116 Q36 124 60 116 Q46 78 50 56Z" fill="{cloth}" {_LINE}/>'
            f'<path d="M12.8 110 Q36 119 59.2 110 L60 116 Q36 124 12 116Z" fill="{hem}" {_LINE}/>'
            f'<path d="M25 76 Q36 81 47 76" fill="none" {_LINE}/><path d="M30 84 L26 110 M42 84 L46 110" fill="none" '
            f'stroke="{dark}" stroke-width="2" stroke-linecap="round"/>'
        )
    if look.garb == "robe":
        return (
            f'<path d="M21 56 Q20 86 16 115 Q36 121 56 115 Q52 86 51 56Z" fill="{cloth}" {_LINE}/>'
            f'<path d="M36 64 V117" stroke="{dark}" stroke-width="2"/>'
            f'<path d="M20 84 Q36 89 52 84" fill="none" stroke="{look.accent}" stroke-width="4"/>'
            f'<path d="M42 86 V101" stroke="{look.accent}" stroke-width="4" stroke-linecap="round"/>'
        )
    if look.garb == "armour":
        return (
            f'<path d="M22 56 Q23 76 20 95 Q36 100 52 95 Q49 76 50 56Z" fill="{_STEEL}" {_LINE}/>'
            f'<path d="M24 62 Q36 86 48 62 L48 74 Q36 90 24 74Z" fill="{lighter(_STEEL, 0.45)}"/>'
            f'<path d="M21 80 Q36 86 51 80" fill="none" stroke="{darker(look.accent, 0.3)}" stroke-width="5"/>'
            f'<path d="M29 84 L27 96 M36 86 V98 M43 84 L45 96" fill="none" stroke="#858da0" stroke-width="2"/>'
        )
    apron = ""
    if look.garb == "apron":
        apron = f'<path d="M27 62 H45 L48 97 Q36 101 24 97Z" fill="#8a5f3c" {_LINE}/>'
    belt = f'<path d="M22 80 Q36 84 50 80" fill="none" stroke="{INK}" stroke-width="6"/>'
    belt += '<path d="M22 80 Q36 84 50 80" fill="none" stroke="#7a5232" stroke-width="3"/>'
    return f'<path d="M22 56 Q23 78 18 97 Q36 102 54 97 Q49 78 50 56Z" fill="{cloth}" {_LINE}/>{apron}{belt}'


def _arm(colour: str, shoulder: float, hand: tuple[float, float]) -> str:
    path = f"M{shoulder} 63 Q{(shoulder + hand[0]) / 2} {hand[1] - 8} {hand[0]} {hand[1]}"
    return (
        f'<g fill="none" stroke-linecap="round"><path d="{path}" stroke="{INK}" stroke-width="12.5"/>'
        f'<path d="{path}" stroke="{colour}" stroke-width="8.5"/></g>'
        f'<circle cx="{hand[0]}" cy="{hand[1] + 3}" r="4.6" fill="{SKIN}" {_LINE}/>'
    )


def _holding(look: Look, cloth: str) -> str:
    colour = _STEEL if look.garb == "armour" else cloth
    if not look.holds:
        return _arm(colour, 50, (58, 86))
    hand = _RIGHT_HAND
    return _held(look.holds, hand[0] + 1, hand[1]) + _arm(colour, 50, hand)


def _held(code: str, x: float, y: float) -> str:
    if code in {"spear", "1F531"}:
        tip = f'<path d="M{x} {y - 62} l5 13 l-5 5 l-5 -5Z" fill="{_STEEL}" {_LINE}/>'
        return _pole(x, y, "#8a5f3c") + tip
    if code == "staff":
        return _pole(x, y, "#8a5f3c") + f'<circle cx="{x}" cy="{y - 48}" r="4" fill="#8a5f3c" {_LINE}/>'
    if code == "1F5E1":
        left, top, right, low = ink_box(code)
        return (
            f'<g transform="translate({x} {y + 4}) rotate(158) scale(1.02) translate(-52 -19)">{fragment(code)}</g>'
            if right > left and low > top
            else ""
        )
    if code in {
        "1F6E1",
        "1F4DC",
        "1F4D6",
        "2709",
        "1F34E",
        "1F377",
        "1F37A",
        "1F375",
        "1F52E",
        "1F9EA",
        "1FA99",
        "1F48D",
        "1F3EE",
        "1F9ED",
    }:
        return _placed(code, x, y + 13, 30)
    tilt = {"1F528": 12, "1FA93": 8, "26CF": 8, "1F525": 0, "1F56F": 0}.get(code, 0)
    return _placed(code, x + 1, y + 10, 42, tilt)


def _pole(x: float, y: float, colour: str) -> str:
    path = f"M{x} {y - 48} V{min(y + 38, 120)}"
    return (
        f'<g stroke-linecap="round"><path d="{path}" stroke="{INK}" stroke-width="6"/>'
        f'<path d="{path}" stroke="{colour}" stroke-width="3"/></g>'
    )


def _headwear(look: Look) -> str:
    return _HEADWEAR[look.top](look) if look.top in _HEADWEAR else ""


def _crown(look: Look) -> str:
    return _placed("1F451", 36, 21, 15)


def _circlet(look: Look) -> str:
    return (
        f'<path d="M23 22 Q36 16 49 22" fill="none" stroke="{INK}" stroke-width="5"/><path d="M23 22 Q36 16 49 '
        '22" fill="none" stroke="#f1c232" stroke-width="2.6"/><circle cx="36" cy="18.5" r="2.8" '
        f'fill="{look.accent}" {_LINE}/>'
    )


def _dome(fill: str) -> str:
    return f'<path d="M21 29 Q20 10 36 10 Q52 10 51 29 Q44 23 36 23 Q28 23 21 29Z" fill="{fill}" {_LINE}/>'


def _helm(look: Look) -> str:
    plume = f'<path d="M36 11 Q30 -4 46 -3 Q60 0 58 16 Q52 6 36 11Z" fill="{look.accent}" {_LINE}/>'
    guard = f'<path d="M21 28 Q20 40 26 44 L28 30Z M51 28 Q52 40 46 44 L44 30Z" fill="{_STEEL}" {_LINE}/>'
    return plume + guard + _dome(_STEEL) + f'<path d="M36 10 V23" {_LINE}/>'


def _cap(look: Look) -> str:
    return _dome("#9aa3b5" if look.garb == "armour" else darker(look.accent, 0.1))


def _winged(look: Look) -> str:
    wing = f'<path d="M{{0}} 22 Q{{1}} 14 {{2}} 2 Q{{3}} 8 {{4}} 20Z" fill="#fbf6ea" {_LINE}/>'
    return _dome(_STEEL) + wing.format(22, 14, 10, 24, 26) + wing.format(50, 58, 62, 48, 46)


def _hood(look: Look) -> str:
    colour = darker(look.cloth or "#6c7a8a", 0.18)
    return (
        '<path d="M18 56 Q12 8 36 8 Q60 8 54 56 Q50 48 48 40 Q52 22 36 20 Q20 22 24 40 Q22 48 18 56Z" '
        f'fill="{colour}" {_LINE}/>'
    )


def _feather(look: Look) -> str:
    hat = f'<path d="M18 24 Q36 14 54 24 L47 22 Q46 8 36 9 Q26 8 25 22Z" fill="{look.accent}" {_LINE}/>'
    return hat + f'<path d="M46 19 Q50 4 60 3 Q58 14 46 19Z" fill="#fbf6ea" {_LINE}/>'


def _jester(look: Look) -> str:
    bells = "".join(
        f'<circle cx="{x}" cy="{y}" r="3" fill="#f1c232" {_LINE}/>' for x, y in ((12, 14), (36, 0), (60, 14))
    )
    return (
        f'<path d="M21 27 L12 14 L28 15 L36 0 L44 15 L60 14 L51 27 Q36 17 21 27Z" fill="{look.accent}" {_LINE}/>{bells}'
    )


def _pointed(look: Look) -> str:
    return f'<path d="M20 27 Q36 20 52 27 Q44 8 34 -8 Q30 10 20 27Z" fill="{look.accent}" {_LINE}/>'


def _halo(look: Look) -> str:
    return (
        f'<ellipse cx="36" cy="6" rx="14" ry="4" fill="none" stroke="{INK}" stroke-width="5"/><ellipse cx="36" '
        'cy="6" rx="14" ry="4" fill="none" stroke="#f8d24a" stroke-width="2.6"/>'
    )


_HEADWEAR = {
    "crown": _crown,
    "circlet": _circlet,
    "helm": _helm,
    "cap": _cap,
    "winged": _winged,
    "hood": _hood,
    "feather": _feather,
    "jester": _jester,
    "pointed": _pointed,
    "halo": _halo,
}

_FUR = {
    "1F43A": "#8b8d98",
    "1F98A": "#e8843a",
    "1F43B": "#8a5a3a",
    "1F981": "#e8a84c",
    "1F984": "#f4f1f7",
    "1FACE": "#8a5f42",
    "1F430": "#4a4650",
    "1F438": "#b1cc33",
    "1F43C": "#3f3f46",
    "1F428": "#9b9b9a",
    "1F439": "#e8a84c",
    "1F414": "#f4f1f7",
    "1F436": "#e8a84c",
    "1F42F": "#e8954a",
    "1F916": "#b9c0cf",
    "1F47D": "#9b9b9a",
    "1F479": "#c8503f",
    "1F47A": "#c8503f",
    "1F47F": "#c8503f",
}
_UPRIGHT = frozenset({"1F916", "1F47D", "1F479", "1F47A", "1F47F", "1F438"})
#: Canvas of a four-legged body: 120 wide, 92 high, feet on y = 90.
FUR_SIZE = (120.0, 90.0)


def is_upright(code: str) -> bool:
    """Whether a head of kind ``fur`` stands on two legs."""
    return code in _UPRIGHT


@lru_cache(maxsize=64)
def furry(code: str) -> str:
    """A head that OpenMoji draws alone, on a body of its own colour: two legs (a figure's canvas) or four."""
    colour = _FUR.get(code, "#a57939")
    if code in _UPRIGHT:
        look = Look(code, "tunic", "", darker(colour, 0.15), colour)
        return (
            _legs(look)
            + _body(look, colour)
            + _arm(colour, 24, (16, 86))
            + _arm(colour, 48, (56, 86))
            + _placed(code, 36, 62, 54)
        )
    dark = darker(colour, 0.22)
    legs = "".join(
        (
            f'<path d="M{x} 58 V86" stroke="{INK}" stroke-width="15"/><path d="M{x} 58 V85" stroke="{fill}" '
            'stroke-width="11"/>'
        )
        for x, fill in ((56, dark), (92, dark), (48, colour), (100, colour))
    )
    tail = f'<path d="M104 48 Q122 46 117 20 Q108 30 98 38Z" fill="{colour}" {_LINE}/>'
    trunk = (
        '<path d="M40 52 Q42 32 66 34 Q100 30 108 46 Q110 66 100 70 Q76 76 52 72 Q38 68 40 52Z" '
        f'fill="{colour}" {_LINE}/>'
    )
    body = f'<g stroke-linecap="round">{legs}</g>{tail}{trunk}'
    return body + _placed(code, 32, 66, 54)
