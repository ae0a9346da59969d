"""From a scene to an image prompt: who is seen, what they do, where, in what light, in what style.

What is *said* stays out; the narrator's own clauses stay in, the ones that show most first. A scene of pronouns takes
over who and where from the scene before. Everything is deterministic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storycore.cast.model import CastMember
from storycore.prompts.clauses import Clause, told_clauses
from storycore.prompts.drawable import LIGHT, drawables, singular
from storycore.prompts.escape import escape
from storycore.prompts.looks import Look, find_looks, narration, pattern, present
from storycore.script.markup import plain
from storycore.script.model import LineKind, Scene, Script
from storycore.script.places import PLACES
from storycore.script.slugs import read_slug
from storycore.script.words import word_set

#: What every prompt ends with until a server chooses a style of its own.
DEFAULT_STYLE = "storybook illustration, painterly, richly detailed"
#: The most words of a prompt, style and all.
MAX_PROMPT_WORDS = 60
#: The most of the cast in one picture: more become a crowd.
MAX_WHO = 3

_ON = word_set(
    "bridge stairs roof beach hill mountain island road street stage deck path pier field battlefield shore coast cliff"
)
_BY = word_set("river sea lake pond gate harbor harbour")
_OUTDOORS = word_set("tree sky rain grass snow sun moon storm cloud star wind")


@dataclass(slots=True)
class _Carried:
    """What a scene hands on to the next: who was seen last, and where; from a heading, also in what light."""

    who: tuple[CastMember, ...] = ()
    subject: CastMember | None = None
    place: str = ""
    light: str = ""
    headed: bool = False


def write_prompt(scene: Scene, cast: Sequence[CastMember], *, style: str = DEFAULT_STYLE) -> str:
    """The prompt of one scene on its own; ``cast`` is the story's. At most ``MAX_PROMPT_WORDS`` words beside a longer
    style. Story text in it is never prompt grammar; ``style`` is taken as it is.
    """
    return _write(scene, cast, find_looks([scene], cast), _Carried(), style)


def write_prompts(script: Script, cast: Sequence[CastMember], *, style: str = DEFAULT_STYLE) -> list[str]:
    """The prompts of all scenes in order: who and where are carried on to scenes that only say "he" and "there"."""
    looks = find_looks(script.scenes, cast)
    carried = _Carried()
    return [_write(scene, cast, looks, carried, style) for scene in script.scenes]


def _write(scene: Scene, cast: Sequence[CastMember], looks: Mapping[str, Look], carried: _Carried, style: str) -> str:
    here = {member.name for member in (*present(scene, cast), *carried.who)}
    cast = [member for member in cast if member.name in here]
    clauses, subject = told_clauses(scene, cast, looks, carried.subject, carried.who)
    who = _who(scene, cast, clauses)
    heading_place, heading_time = _heading(scene)
    if heading_place:
        carried.place, carried.light, carried.headed = heading_place, heading_time, True
    people = _people(who or carried.who[:1], looks)
    told = " ".join(clause.text for clause in clauses)
    elsewhere = _places(told) or set(drawables(told)) & _OUTDOORS
    place = "" if elsewhere and not heading_place else carried.place
    room = MAX_PROMPT_WORDS - sum(len(part.split()) for part in (people, place, style)) - 3
    chosen = _choose(clauses, max(12, room))
    seen = ". ".join(_sentence(clause.text) for clause in chosen) or _fallback(scene, room)
    light = _light(scene, seen) or carried.light
    carried.who = who or carried.who
    carried.subject = subject
    if not carried.headed:
        carried.place = _last_place(told) or carried.place
    if set(_places(place)) & set(drawables(seen)):
        place = ""
    picture = ", ".join(part.rstrip(".,;") for part in (escape(seen), escape(place)) if part)
    mood = ", ".join(part for part in (escape(light), style) if part)
    return ". ".join(part.rstrip(".") for part in (_sentence(escape(people)), picture, mood) if part)


def _who(scene: Scene, cast: Sequence[CastMember], clauses: Sequence[Clause]) -> tuple[CastMember, ...]:
    """Who is seen: named by the narrator or speaking, the most present first, told in the cast's order."""
    told = narration([scene]) + " " + " ".join(clause.text for clause in clauses)
    presence: dict[str, int] = {}
    for member in cast:
        count = len(pattern(member).findall(told)) + sum(line.speaker == member.name for line in scene.lines)
        if count:
            presence[member.name] = count
    most = sorted(presence, key=lambda name: -presence[name])[:MAX_WHO]
    return tuple(member for member in cast if member.name in most)


def _people(who: Sequence[CastMember], looks: Mapping[str, Look]) -> str:
    """ "Siegfried, a young man, and Mime, an old smith"."""
    names = []
    for member in who:
        look = looks[member.name].words
        name = re.sub(r"^the ", "a ", member.name)
        name = re.sub(r"^a (?=[aeiou])", "an ", name)
        names.append(f"{name}, {look}" if look else name)
    if len(names) < 2:
        return "".join(names)
    comma = "," if any("," in name for name in names) else ""
    return f"{', '.join(names[:-1])}{comma} and {names[-1]}"


def _choose(clauses: Sequence[Clause], room: int) -> list[Clause]:
    """The clauses that show most for their length, in the order they are told."""
    seen: set[str] = set()
    chosen: list[int] = []
    left = room
    candidates = set(range(len(clauses)))
    while candidates:

        def worth(i: int) -> tuple[float, int]:
            fresh = len(set(clauses[i].nouns) - seen)
            return ((fresh + 0.5 * clauses[i].acted) * clauses[i].clarity / (4 + clauses[i].words), -i)

        best = max(candidates, key=worth)
        candidates.discard(best)
        shown = not chosen or (clauses[best].clarity and set(clauses[best].nouns) - seen)
        if clauses[best].words > left or not shown:
            continue
        chosen.append(best)
        left -= clauses[best].words
        seen.update(clauses[best].nouns)
    return [clauses[i] for i in sorted(chosen)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fallback(scene: Scene, room: int) -> str:
    """A scene without a narrator, or in words no list knows: the things that are spoken of, or its first words."""
    said = " ".join(line.text for line in scene.lines)
    things = [word for line in scene.lines if line.kind is LineKind.SPEECH for word in drawables(line.text)]
    if len(things) > 1 and not narration([scene]):
        return ", ".join(list(dict.fromkeys(things))[:6])
    return " ".join(said.split()[: min(room, 30)])[:300]


def _places(text: str) -> list[str]:
    return [word for word in drawables(text) if word in PLACES]


def _last_place(text: str) -> str:
    places = [singular(word) for word in re.findall(r"[a-z]+", text.lower()) if singular(word) in PLACES]
    if not places:
        return ""
    place = places[-1]
    return f"{'on' if place in _ON else 'by' if place in _BY else 'in'} the {place}"


def _heading(scene: Scene) -> tuple[str, str]:
    """Where and when, from a heading over the scene: EXT. LIGHTHOUSE - NIGHT."""
    head = scene.text[: scene.lines[0].start - scene.start].strip() if scene.lines else ""
    if not head:
        return "", ""
    slugs = [slug for row in head.splitlines() if (slug := read_slug(plain(row)))]
    if slugs:
        place, time = slugs[-1]
        return f"at the {place}" if place.islower() else f"at {place}", time
    shown = _places(scene.title) and len(scene.title.split()) <= 6
    title = scene.title[0].lower() + scene.title[1:]
    return ((f"at {title}" if title.startswith("the ") else title) if shown else ""), ""


def _light(scene: Scene, seen: str) -> str:
    """The light and weather that the narrator tells of, where the chosen clauses do not show it."""
    if any(word in LIGHT for word in re.findall(r"[a-z]+", seen.lower())):
        return ""
    words = re.findall(r"[a-z]+", narration([scene]).lower())
    return next((LIGHT[word] for word in words if word in LIGHT), "")
