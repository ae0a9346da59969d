"""Where a picture is and in what light: from a heading, from the narrator, or as in the scene before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from storycore.prompts.drawable import LIGHT, drawables
from storycore.prompts.looks import narration
from storycore.script.markup import plain
from storycore.script.model import Scene
from storycore.script.places import GROUNDS, PLACES
from storycore.script.setting import find_places
from storycore.script.slugs import read_slug
from storycore.script.words import word_set

_ON = word_set(
    "bridge stairs roof beach hill mountain island road street stage deck path pier field battlefield shore coast cliff"
    " hilltop hillside rooftop platform quay playground plain meadow"
)
_BY = word_set("river sea lake pond gate harbor harbour spring waterfall well brook stream door")
_OUTDOORS = word_set("tree sky rain grass snow sun moon storm cloud star wind")
_ARTICLE = re.compile(r"(?:the|a|an|his|her|their|my|our|your|its|this|that|some|every|each|one|another)\b", re.I)
_PREPOSITION = re.compile(r"(?:in|at|on|by|before|after|under|during|all|every|when|one|a|the|that|early|late)\b", re.I)
_SMALL = word_set("in at by the a light of")
_LIGHTS = {
    "night": "at night", "moonlight": "by moonlight", "starlight": "by starlight", "dawn": "at dawn",
    "sunrise": "at sunrise", "morning light": "in the morning light", "bright noon light": "in bright noon light",
    "sunset": "at sunset", "dusk": "at dusk", "twilight": "at twilight", "evening light": "in the evening light",
    "rain": "in the rain", "snow": "in the snow", "storm": "in a storm", "fog": "in fog", "mist": "in mist",
    "winter": "in winter", "autumn": "in autumn", "day": "by day", "morning": "in the morning",
    "evening": "in the evening", "afternoon": "in the afternoon", "noon": "at noon", "midnight": "at midnight",
    "summer": "in summer", "spring": "in spring",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """``place`` and ``light`` as a prompt says them ("in the old mill", "at night"), or ""; ``head`` is the place's
    noun. ``headed``: a heading said so, and it holds until the next one.
    """

    place: str = ""
    light: str = ""
    head: str = ""
    headed: bool = False
    light_headed: bool = False

    def unseen(self, seen: str) -> Iterator[str]:
        """The parts of it that ``seen`` does not show anyhow."""
        words = set(re.findall(r"[a-z]+", seen.lower()))
        elsewhere = not self.headed and bool((words & _OUTDOORS) or any(word in PLACES for word in drawables(seen)))
        if self.place and self.head not in drawables(seen) and self.head not in words and not elsewhere:
            yield self.place
        shown = words & (set(self.light.split()) if self.light_headed else LIGHT.keys())
        if self.light and not shown - _SMALL and self.light not in seen.lower():
            yield self.light

    def handed_on(self) -> Setting:
        """What of it the next scene begins with: a light that only the narrator told of is over."""
        return self if self.light_headed else replace(self, light="")


def set_scene(scene: Scene, before: Setting) -> Setting:
    """Where and in what light ``scene`` is, if ``before`` was the scene before."""
    if headed := _heading(scene):
        return headed
    light = before.light if before.light_headed else _light(scene)
    if before.headed:
        return replace(before, light=light)
    told = [phrase for phrase in find_places(narration([scene])) if phrase.head in PLACES or phrase.head in GROUNDS]
    if not told:
        return replace(before, light=light)
    return Setting(_placed(told[-1].text, told[-1].head), light, told[-1].head)


def _heading(scene: Scene) -> Setting | None:
    """From a heading over the scene: EXT. LIGHTHOUSE - NIGHT, or one that names a place."""
    head = scene.text[: scene.lines[0].start - scene.start].strip() if scene.lines else ""
    slugs = [slug for row in head.splitlines() if (slug := read_slug(plain(row)))]
    if slugs:
        place, time = slugs[-1]
        noun = next((word for word in reversed(drawables(place)) if word in PLACES), "")
        return Setting(_slugged(place, noun), _when(time), noun, headed=True, light_headed=bool(time))
    places = [word for word in drawables(scene.title) if word in PLACES] if head else []
    if places and len(scene.title.split()) <= 6:
        title = scene.title[0].lower() + scene.title[1:]
        return Setting(_headed(title) if _ARTICLE.match(title) else title, "", places[-1], headed=True)
    return None


def _headed(place: str) -> str:
    return f"at {place}" if _ARTICLE.match(place) or not place.islower() else f"at the {place}"


def _slugged(place: str, noun: str) -> str:
    """ "throne room" -> "in the throne room"; "castle, great hall" is "at the castle, great hall"."""
    if noun and place.lower().endswith(noun):
        return _placed(place if _ARTICLE.match(place) or not place.islower() else f"the {place}", noun)
    return _headed(place)


def _when(time: str) -> str:
    """ "night" as "at night"; "the next morning" as it is."""
    if time.lower() in _LIGHTS:
        return _LIGHTS[time.lower()]
    return time if not time or _PREPOSITION.match(time) else f"at {time}"


def _placed(phrase: str, head: str) -> str:
    return f"{'on' if head in _ON else 'by' if head in _BY else 'in'} {_small(phrase)}"


def _small(phrase: str) -> str:
    return phrase[0].lower() + phrase[1:] if _ARTICLE.match(phrase) else phrase


def _light(scene: Scene) -> str:
    """The light and weather that the narrator tells of."""
    words = re.findall(r"[a-z]+", narration([scene]).lower())
    light = next((LIGHT[word] for word in words if word in LIGHT), "")
    return _LIGHTS.get(light, light)
