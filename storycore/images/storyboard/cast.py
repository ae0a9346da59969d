"""The subjects of a picture: people and beasts as paper cut-outs, with what they hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from storycore.images.storyboard.art import fragment, ink_box, silhouette, thinned
from storycore.images.storyboard.figure import FIGURE_HEIGHT, FUR_SIZE, figure, furry, is_upright
from storycore.images.storyboard.lexicon import Thing
from storycore.images.storyboard.people import Look
from storycore.images.storyboard.reading import Actor, Reading

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
    """Who stands in front, at most ``most``, and the things to hold for which no hand was free."""
    actors = list(reading.actors)
    holdable = [thing for thing in reading.things if thing.kind == "hold"]
    looks, left_over = _handed([actor.look for actor in actors], holdable)
    people = [_person(look) for look in looks]
    beasts = [replace(_beast(thing), flying=reading.flying and thing.code in _WINGED) for thing in reading.beasts]
    mixed: list[Subject] = []
    for index in range(max(len(people), len(beasts))):
        mixed += people[index : index + 1] + beasts[index : index + 1]
    return mixed[:most], left_over


def _handed(looks: list[Look], things: list[Thing]) -> tuple[list[Look], list[Thing]]:
    """Give each thing to the first person with a free hand; what the prompt names goes before what a role brings."""
    given: list[Look] = list(looks)
    busy: set[int] = set()
    left_over = []
    for thing in things:
        carrying = next((at for at, look in enumerate(given) if look.holds == thing.code and at not in busy), None)
        free = next((at for at, look in enumerate(given) if at not in busy and look.garb not in _EMPTY_HANDED), None)
        at = carrying if carrying is not None else free
        if at is None:
            left_over.append(thing)
            continue
        busy.add(at)
        given[at] = replace(given[at], holds=thing.code)
    return given, left_over


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
    if thing.kind == "fur" and is_upright(thing.code):
        return Subject(furry(thing.code), (4, 8, 64, FIGURE_HEIGHT - 8), thing.height, faces_left=False)
    if thing.kind == "fur":
        return Subject(furry(thing.code), (0, 8, FUR_SIZE[0], FUR_SIZE[1] - 8 + 0), thing.height, faces_left=True)
    left, top, right, low = ink_box(thing.code)
    return Subject(fragment(thing.code), (left, top, right - left, low - top), thing.height, faces_left=True)


__all__ = ["Actor", "Subject", "subjects_of"]
