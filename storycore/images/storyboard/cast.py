"""The subjects of a picture: people and beasts as paper cut-outs, with what they hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from storycore.images.storyboard.art import ink_box, silhouette, thinned, tinted
from storycore.images.storyboard.figure import FIGURE_HEIGHT, FUR_SIZE, figure, furry, is_upright
from storycore.images.storyboard.lexicon import Thing
from storycore.images.storyboard.people import Look
from storycore.images.storyboard.reading import Reading

_WINGED = frozenset({"1F409", "1F432"})
_EMPTY_HANDED = frozenset({"whole", "swaddle"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A cut-out: its SVG, the box that it fills there (x, y, width, height), and its height where a person is 1."""

    art: str
    box: tuple[float, float, float, float]
    height: float
    faces_left: bool
    flying: bool = False

    @property
    def aspect(self) -> float:
        return self.box[2] / max(self.box[3], 1.0)

    def drawn(self, x: float, feet: float, height: float, flipped: bool) -> str:
        """The cut-out standing on (``x``, ``feet``): a soft shadow behind it and a pale paper edge around it."""
        left, top, wide, tall = self.box
        scale = height / max(tall, 1.0)
        flip = "-" if flipped else ""
        place = f"scale({flip}{scale:.4f} {scale:.4f}) translate({-(left + wide / 2):.2f} {-(top + tall):.2f})"
        edge = silhouette(self.art, "#fffaf0", 2.6 / scale)
        return (
            f'<g transform="translate({x + 5:.1f} {feet + 4:.1f}) {place}" opacity="0.2">'
            f"{silhouette(self.art, '#1c1430', 2.6 / scale)}</g>"
            f'<g transform="translate({x:.1f} {feet:.1f}) {place}">{edge}{thinned(self.art, scale)}</g>'
        )


def subjects_of(reading: Reading, most: int) -> tuple[list[Subject], list[Thing]]:
    """Who stands in front, at most ``most``, and the things that nobody holds."""
    looks, loose = _handed(reading)
    people = [_person(look) for look in looks]
    beasts = [replace(_beast(thing), flying=reading.flying and thing.code in _WINGED) for thing in reading.beasts]
    mixed: list[Subject] = []
    for index in range(max(len(people), len(beasts))):
        mixed += people[index : index + 1] + beasts[index : index + 1]
    return mixed[:most], loose


def _handed(reading: Reading) -> tuple[list[Look], list[Thing]]:
    """Give each thing to whom the prompt gives it, one to a hand; it goes before what somebody's role brings."""
    looks = [actor.look for actor in reading.actors]
    busy: set[int] = set()
    loose = []
    for thing in reading.things:
        at = reading.hands.get(thing.code) if thing.kind == "hold" else None
        if at is None or at in busy or looks[at].garb in _EMPTY_HANDED:
            carried = any(look.holds == thing.code for look in looks)
            loose += [] if carried else [thing]
            continue
        busy.add(at)
        looks[at] = replace(looks[at], holds=thing.code)
    return looks, loose


def _person(look: Look) -> Subject:
    if look.garb == "whole":
        return Subject(figure(look), (0, 12, 72, FIGURE_HEIGHT - 12), look.size, faces_left=False)
    wide = 66.0 if look.holds else 56.0
    return Subject(
        figure(look),
        (36 - wide / 2 + (5 if look.holds else 0), 8, wide, FIGURE_HEIGHT - 8),
        look.size,
        faces_left=False,
    )


def _beast(thing: Thing) -> Subject:
    if thing.height < 0.5:  # true to life, a mouse beside a knight would be a speck
        thing = replace(thing, height=0.3 + 0.4 * thing.height)
    if thing.kind == "fur" and is_upright(thing.code):
        return Subject(furry(thing.code), (4, 8, 64, FIGURE_HEIGHT - 8), thing.height, faces_left=False)
    if thing.kind == "fur":
        return Subject(furry(thing.code), (0, 8, FUR_SIZE[0], FUR_SIZE[1] - 8 + 0), thing.height, faces_left=True)
    left, top, right, low = ink_box(thing.code)
    return Subject(tinted(thing.code, thing.tint), (left, top, right - left, low - top), thing.height, faces_left=True)
