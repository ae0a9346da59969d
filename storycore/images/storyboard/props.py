"""Things around the subjects: behind them, at their feet, in the air, and what gives light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from storycore.images.storyboard.art import INK
from storycore.images.storyboard.canvas import Canvas, aspect, stamp, tree
from storycore.images.storyboard.cast import Subject
from storycore.images.storyboard.colour import lighter
from storycore.images.storyboard.furniture import anvil, sparks
from storycore.images.storyboard.lexicon import Thing

_WATERY = frozenset({"sea", "river", "lake", "ship", "deep", "swamp"})
_HEARTHS = frozenset({"smithy", "tavern", "house"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A subject at its place: feet on (``x``, ``feet``), ``height`` pixels tall."""

    subject: Subject
    x: float
    feet: float
    height: float
    flipped: bool

    def svg(self) -> str:
        return self.subject.drawn(self.x, self.feet, self.height, self.flipped)


@dataclass(frozen=True, slots=True)
class Things:
    """SVG of things: behind the subjects, in front of them, and the lights that shine over all."""

    behind: str
    front: str
    lights: str


@dataclass(slots=True)
class _Desk:
    """Where things are being laid out."""

    canvas: Canvas
    unit: float
    taken: list[float]
    behind: list[str] = field(default_factory=list)
    front: list[str] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    perch: tuple[float, float] | None = None
    props: int = 0

    def far_unit(self) -> float:
        """The height of a person standing near the horizon."""
        return min(self.unit, self.canvas.height * 0.34) * 0.72

    def gap(self) -> float:
        """A place along the picture's width away from what stands there already."""
        width = self.canvas.width
        spots = [width * (0.08 + 0.84 * at / 11) for at in range(12)]
        best = max(
            spots,
            key=lambda x: (
                min((abs(x - other) for other in self.taken), default=width)
                + self.canvas.chance.uniform(0, width * 0.09)
            ),
        )
        self.taken.append(best)
        return best

    def edge(self) -> float:
        """A place near the left or right side."""
        share = self.canvas.chance.choice((0.1, 0.16, 0.84, 0.9))
        if any(abs(self.canvas.width * share - other) < self.canvas.width * 0.12 for other in self.taken):
            share = 1 - share
        x = self.canvas.width * share
        self.taken.append(x)
        return x


def place_things(canvas: Canvas, things: Sequence[Thing], unit: float, taken: list[float]) -> Things:
    """Lay out ``things`` around subjects that stand at the x positions ``taken``."""
    desk = _Desk(canvas, unit, list(taken))
    order = sorted(things, key=lambda thing: thing.kind not in {"tree", "castle", "big", "float"})
    seen: set[str] = set()
    for thing in order:
        if thing.code in seen:
            continue
        seen.add(thing.code)
        _LAYOUTS.get(thing.kind, _prop)(desk, thing)
    return Things("".join(desk.behind), "".join(desk.front), "".join(desk.lights))


def _prop(desk: _Desk, thing: Thing) -> None:
    """A small thing on the ground in front."""
    if desk.props >= 6:
        return
    desk.props += 1
    canvas = desk.canvas
    size = min(desk.unit, canvas.height * 0.5) * thing.height
    size = min(size, canvas.width * 0.3 / max(aspect(thing.code), 0.3))
    x, feet = desk.gap(), canvas.height * canvas.chance.uniform(0.93, 0.975)
    desk.front.append(_ground_shadow(canvas, x, feet, size * aspect(thing.code)))
    desk.front.append(stamp(thing.code, x, feet, size, mirrored=canvas.chance.random() < 0.5, tint=thing.tint))


def _ground_shadow(canvas: Canvas, x: float, feet: float, wide: float) -> str:
    paint = canvas.gradient(((0, "#120b22", 0.38), (1, "#120b22", 0)), radial=True)
    return (
        f'<ellipse cx="{x:.1f}" cy="{feet - 1:.1f}" rx="{wide * 0.62:.1f}" ry="{max(4.0, wide * 0.1):.1f}" '
        f'fill="{paint}"/>'
    )


def _big(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    size = min(desk.far_unit() * thing.height, canvas.height * 0.5)
    desk.behind.append(stamp(thing.code, desk.edge(), canvas.horizon + canvas.height * 0.07, size))


def _castle(desk: _Desk, thing: Thing) -> None:
    if desk.canvas.setting.place != "castle":
        _big(desk, thing)


def _tree(desk: _Desk, thing: Thing) -> None:
    """One tree that matters, close by, tall enough to sit under."""
    canvas = desk.canvas
    if canvas.setting.indoors:
        return
    x, size = desk.edge(), min(max(desk.unit, canvas.height * 0.3) * thing.height * 0.85, canvas.height * 0.8)
    feet = canvas.horizon + (canvas.height - canvas.horizon) * 0.45
    desk.behind.append(_ground_shadow(canvas, x, feet, size * 0.5))
    desk.behind.append(tree(thing.code, x, feet, size))
    desk.perch = (x, feet - size * 0.86)


def _sky(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    size = min(max(desk.unit * 0.9, canvas.height * 0.34) * thing.height, canvas.height * 0.4)
    if desk.perch is not None and thing.height < 0.4:
        x, y = desk.perch
        desk.perch = None
        toward = -1 if x > canvas.width / 2 else 1
        desk.behind.append(
            stamp(thing.code, x + toward * size * 0.5, y + size * 0.2, size, mirrored=toward > 0, tint=thing.tint)
        )
        return
    x = canvas.width * canvas.chance.uniform(0.15, 0.85)
    y = canvas.height * canvas.chance.uniform(0.2, 0.36)
    desk.behind.append(
        stamp(thing.code, x, y, size, mirrored=x < canvas.width / 2, turn=canvas.chance.uniform(-8, 8), tint=thing.tint)
    )
    if thing.height < 0.5 and thing.word.endswith("s"):
        desk.behind.append(
            stamp(thing.code, x + size * 1.6, y - size * 0.5, size * 0.75, mirrored=x < canvas.width / 2)
        )


def _water(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    if canvas.setting.place not in _WATERY:
        _prop(desk, thing)
        return
    depth = canvas.height - canvas.horizon
    size = min(max(desk.far_unit(), canvas.height * 0.2) * thing.height, canvas.height * 0.4)
    y = canvas.horizon + depth * canvas.chance.uniform(0.22, 0.36)
    if canvas.setting.place == "deep":
        y = canvas.height * canvas.chance.uniform(0.2, 0.5)
    x = desk.gap()
    desk.behind.append(stamp(thing.code, x, y, size, mirrored=x < canvas.width / 2))


def _float(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    if canvas.setting.place == "ship":
        return
    size = min(max(desk.far_unit(), canvas.height * 0.18) * thing.height, canvas.height * 0.42)
    deep = 0.2 if canvas.setting.place in _WATERY else 0.1
    desk.behind.append(stamp(thing.code, desk.edge(), canvas.horizon + (canvas.height - canvas.horizon) * deep, size))


def _plant(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    size = min(desk.unit, canvas.height * 0.42) * thing.height
    for _ in range(5):
        x, feet = canvas.width * canvas.chance.uniform(0.03, 0.97), canvas.height * canvas.chance.uniform(0.86, 0.98)
        layer = desk.behind if feet < canvas.height * 0.92 else desk.front
        layer.append(
            stamp(thing.code, x, feet, size * canvas.chance.uniform(0.75, 1.15), mirrored=canvas.chance.random() < 0.5)
        )


def _leaf(desk: _Desk, thing: Thing) -> None:
    """Leaves drifting down; one of them large enough to matter."""
    canvas = desk.canvas
    size = canvas.height * 0.1
    for index in range(6):
        x, y = canvas.width * canvas.chance.uniform(0.05, 0.95), canvas.height * canvas.chance.uniform(0.16, 0.7)
        if any(abs(x - other) < canvas.width * 0.1 for other in desk.taken):
            y = canvas.height * canvas.chance.uniform(0.1, 0.2)
        grown = size * (1.5 if index == 0 else canvas.chance.uniform(0.45, 0.9))
        desk.front.append(stamp(thing.code, x, y, grown, turn=canvas.chance.uniform(-70, 70)))


def _fire(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    if canvas.setting.place in _HEARTHS:
        return
    size = min(desk.unit, canvas.height * 0.45) * thing.height
    x, feet = desk.gap(), canvas.height * 0.93
    desk.front.append(stamp("1FAB5", x, feet + 6, size * 0.32) + stamp(thing.code, x, feet - size * 0.08, size))
    desk.lights.append(
        canvas.glow(x, feet - size * 0.4, size * 2.6, "#ff9a3c", 0.5) + sparks(canvas, x, feet - size * 0.5, 26)
    )


def _hoard(desk: _Desk, thing: Thing) -> None:
    """A heap of gold with a few treasures in it."""
    canvas = desk.canvas
    x, feet, wide = desk.gap(), canvas.height * 0.965, canvas.width * 0.2
    coins = []
    for row in range(6):
        for _ in range(11 - row * 2):
            cx = x + canvas.chance.uniform(-1, 1) * wide * 0.5 * (1 - row / 6.5)
            cy = feet - row * 11 - canvas.chance.uniform(0, 5)
            tone = canvas.chance.choice(("#f6c945", "#ffdf7a", "#e5ab2e"))
            coins.append(
                f'<ellipse cx="{cx:.0f}" cy="{cy:.0f}" rx="12" ry="6" fill="{tone}" stroke="{INK}" stroke-width="1.6"/>'
            )
    prizes = (
        stamp("1F451", x - wide * 0.16, feet - 34, 40, turn=-14)
        + stamp("1F48E", x + wide * 0.2, feet - 22, 26)
        + stamp("1F3FA", x + wide * 0.02, feet - 48, 44, turn=12)
    )
    desk.front.append(_ground_shadow(canvas, x, feet, wide) + prizes + "".join(coins))
    desk.lights.append(canvas.glow(x, feet - 30, wide, "#ffe08a", 0.4) + stamp("2728", x + wide * 0.28, feet - 62, 30))


def _ring(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    x, feet, size = desk.gap(), canvas.height * 0.95, canvas.height * 0.09
    art = (
        f'<ellipse cx="{x:.0f}" cy="{feet - size / 2:.0f}" rx="{size * 0.5:.0f}" ry="{size * 0.42:.0f}" '
        f'fill="none" stroke="{INK}" stroke-width="13"/>'
    )
    gold = (
        f'<ellipse cx="{x:.0f}" cy="{feet - size / 2:.0f}" rx="{size * 0.5:.0f}" ry="{size * 0.42:.0f}" '
        'fill="none" stroke="#f6c945" stroke-width="9"/>'
    )
    desk.front.append(_ground_shadow(canvas, x, feet, size * 1.2) + art + gold)
    desk.lights.append(
        canvas.glow(x, feet - size / 2, size * 1.8, "#ffe08a", 0.6)
        + stamp("2728", x + size * 0.5, feet - size * 0.7, size * 0.5)
    )


def _blood(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    x, feet = desk.gap(), canvas.height * 0.94
    pool = "".join(
        (
            f'<ellipse cx="{x + dx:.0f}" cy="{feet + dy:.0f}" rx="{rx:.0f}" ry="{rx * 0.22:.0f}" fill="#b3202c" '
            'fill-opacity="0.85"/>'
        )
        for dx, dy, rx in ((0, 0, 74), (62, 7, 34), (-66, 6, 26))
    )
    shine = f'<ellipse cx="{x - 16:.0f}" cy="{feet - 4:.0f}" rx="26" ry="4" fill="#ffffff" fill-opacity="0.25"/>'
    desk.behind.append(pool + shine)


def _anvil(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    if canvas.setting.place == "smithy":
        return
    x, feet = desk.gap(), canvas.height * 0.94
    desk.front.append(_ground_shadow(canvas, x, feet, 90) + anvil(x, feet, min(desk.unit, canvas.height * 0.45) * 0.42))


def _rainbow(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    x, radius = canvas.width * canvas.chance.uniform(0.35, 0.65), canvas.width * 0.4
    bands = ("#e8604c", "#f0944a", "#f6d04d", "#7dbb5e", "#5aa0d8", "#8a6fc0")
    desk.behind.append(
        "".join(
            (
                f'<circle cx="{x:.0f}" cy="{canvas.horizon + radius * 0.35:.0f}" r="{radius - at * 11:.0f}" '
                f'fill="none" stroke="{band}" stroke-width="11" stroke-opacity="0.55"/>'
            )
            for at, band in enumerate(bands)
        )
    )


def _sparkle(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    x = desk.taken[0] if desk.taken else canvas.width / 2
    for _ in range(5):
        size = canvas.height * canvas.chance.uniform(0.05, 0.11)
        side = canvas.chance.choice((-1, 1)) * canvas.chance.uniform(0.09, 0.18)
        cx, cy = x + side * canvas.width, canvas.height * canvas.chance.uniform(0.3, 0.8)
        desk.lights.append(canvas.glow(cx, cy, size, "#fff1b0", 0.4) + stamp(thing.code, cx, cy + size / 2, size))


def _notes(desk: _Desk, thing: Thing) -> None:
    canvas = desk.canvas
    night = canvas.setting.time == "night" or canvas.setting.indoors
    colours = {INK: lighter("#ffe7b0", 0.1)} if night else {}
    for _ in range(4):
        desk.behind.append(
            stamp(
                thing.code,
                canvas.width * canvas.chance.uniform(0.15, 0.85),
                canvas.height * canvas.chance.uniform(0.2, 0.45),
                canvas.height * canvas.chance.uniform(0.06, 0.1),
                turn=canvas.chance.uniform(-18, 18),
                colours=colours,
            )
        )


def _lighthouse(desk: _Desk, thing: Thing) -> None:
    """A lighthouse with its lamp lit; OpenMoji has none."""
    canvas = desk.canvas
    if canvas.setting.indoors:
        return
    x, tall = desk.edge(), canvas.height * 0.46
    base = canvas.horizon + canvas.height * 0.06
    line = f'stroke="{INK}" stroke-width="3.5" stroke-linejoin="round"'
    foot, head, top = tall * 0.15, tall * 0.09, base - tall * 0.78
    bands = []
    for band in range(5):
        low, high = base - (base - top) * band / 5, base - (base - top) * (band + 1) / 5
        at_low, at_high = foot + (head - foot) * band / 5, foot + (head - foot) * (band + 1) / 5
        fill = "#d2503f" if band % 2 else "#fbf6ea"
        bands.append(
            f'<path d="M{x - at_low:.1f} {low:.1f} H{x + at_low:.1f} L{x + at_high:.1f} {high:.1f} '
            f'H{x - at_high:.1f}Z" fill="{fill}" {line}/>'
        )
    lamp = (
        f'<rect x="{x - head:.1f}" y="{top - tall * 0.12:.1f}" width="{head * 2:.1f}" height="{tall * 0.12:.1f}" '
        f'fill="#ffe08a" {line}/>'
        f'<path d="M{x - head * 1.3:.1f} {top - tall * 0.12:.1f} L{x:.1f} {top - tall * 0.22:.1f} '
        f'L{x + head * 1.3:.1f} {top - tall * 0.12:.1f}Z" fill="#8a3f3f" {line}/>'
    )
    desk.behind.append("".join(bands) + lamp)
    desk.lights.append(canvas.glow(x, top - tall * 0.06, tall * 0.55, "#ffe9a8", 0.75))


_LAYOUTS: dict[str, Callable[[_Desk, Thing], None]] = {
    "prop": _prop,
    "hold": _prop,
    "beast": _prop,
    "big": _big,
    "castle": _castle,
    "tree": _tree,
    "sky": _sky,
    "water": _water,
    "float": _float,
    "plant": _plant,
    "leaf": _leaf,
    "fire": _fire,
    "hoard": _hoard,
    "ring": _ring,
    "blood": _blood,
    "anvil": _anvil,
    "lighthouse": _lighthouse,
    "rainbow": _rainbow,
    "sparkle": _sparkle,
    "notes": _notes,
}
