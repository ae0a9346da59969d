"""From the timeline to segments: which picture, which move, which words go into each, and what lies between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storycore.film import picture
from storycore.film.model import FilmPlan, FilmScene
from storycore.film.moves import Move, move_for, overlap_of, path_for, transition_for
from storycore.film.options import SHAPES, Transition
from storycore.film.picture import Look
from storycore.film.rungs import FPS, Rung
from storycore.film.segment import Segment, Take
from storycore.film.sight import Sight, look_at
from storycore.film.subtitles import Heard, Written, credits_card, scene_card, scene_subtitles, title_card
from storycore.film.timeline import Shot, Timeline


@dataclass(frozen=True, slots=True)
class Seen:
    """A scene's pictures as they were seen: none, one, or two."""

    pictures: tuple[tuple[Path, Sight], ...]
    lost: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment and the shot that it is the body of; None for an overlap of two."""

    segment: Segment
    shot: int | None


@dataclass(frozen=True, slots=True)
class Described:
    """A part of the film: its pieces in order, and what had to be left out of them (a sentence each)."""

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def look_at_pictures(plan: FilmPlan) -> list[Seen]:
    """The scenes' pictures. Reads them all: call it off the event loop."""
    seen: list[Seen] = []
    known: dict[Path, Sight | None] = {}
    for scene in plan.scenes:
        wanted = [path for path in (scene.picture, scene.second) if path is not None]
        for path in wanted:
            if path not in known:
                known[path] = look_at(path)
        found = [(path, sight) for path in wanted if (sight := known[path]) is not None]
        seen.append(Seen(tuple(found), len(wanted) - len(found)))
    return seen


@dataclass(slots=True)
class _Drawn:
    """A shot on its way to segments: its takes (times in frames from the shot's first), and the way to the next."""

    shot: Shot
    scene: FilmScene | None
    takes: list[Take]
    blend: Transition = Transition.CUT  # between its own two pictures
    after: Transition = Transition.CUT
    lead: int = 0  # frames of the overlap before it
    tail: int = 0  # and of the one after it


def described(plan: FilmPlan, timeline: Timeline, seen: Sequence[Seen], rung: Rung, part: range) -> Described:
    """What the shots in ``part`` are made of at ``rung``. Reads fonts: call it off the event loop."""
    shots = [timeline.shots[index] for index in part]
    lengths = _overlaps(plan, shots)
    written: list[Written] = []
    pieces: list[Piece] = []
    before: _Drawn | None = None
    for place, (index, shot) in enumerate(zip(part, shots, strict=True)):
        lead, tail = lengths[place][1], lengths[place + 1][1]
        drawn = _drawn(plan, seen, shot, lead, tail)
        if before is not None and lead:
            pieces.append(Piece(_overlap(before, drawn, lengths[place][0]), None))
        text = _text(plan, timeline, drawn, rung)
        written.append(text)
        pieces.append(Piece(_body(drawn, text, ends=place == len(shots) - 1), index))
        before = drawn
    return Described(tuple(pieces), _notes(timeline, seen, written))


def _overlaps(plan: FilmPlan, shots: Sequence[Shot]) -> list[tuple[Transition, int]]:
    """The transition before each shot and after the last, with its frames."""
    ways = [(Transition.CUT, 0)]
    for before, after in itertools.pairwise(shots):
        way = transition_for(before.scene, after.scene, plan.options.transition)
        ways.append((way, overlap_of(way, before.frames, after.frames)))
    return [*ways, (Transition.CUT, 0)]


def _drawn(plan: FilmPlan, seen: Sequence[Seen], shot: Shot, lead: int, tail: int) -> _Drawn:
    """The takes of a shot: they begin with the overlap before it and end with the one after it."""
    begin, frames = -(lead // 2), shot.frames + lead // 2 + tail // 2
    shape = SHAPES[plan.options.shape]
    if shot.scene is None:
        everything = [found for scene in seen for found in scene.pictures]
        opening = shot.first == 0
        path, sight = (everything[0 if opening else -1]) if everything else (None, None)
        move = Move.PUSH if opening else Move.PULL
        take = _take(path, sight, Look.SOFT, (move, 1), (begin, frames), shape, seed=0)
        return _Drawn(shot, None, [take], lead=lead, tail=tail)
    scene = shot.scene
    found = seen[_index(plan, scene)].pictures
    pictures: tuple[tuple[Path | None, Sight | None], ...] = found or ((None, None),)
    number, motion = scene.number, plan.options.motion
    if len(pictures) == 1:
        path, sight = pictures[0]
        way = (move_for(number, sight, motion), number)
        return _Drawn(
            shot,
            scene,
            [_take(path, sight, Look.CLEAR, way, (begin, frames), shape, seed=number)],
            lead=lead,
            tail=tail,
        )
    wanted = plan.options.transition
    blend = Transition.FADE if wanted is Transition.AUTO else wanted
    shared = overlap_of(blend, frames // 2, frames // 2)
    half = frames // 2
    spans = ((begin, half + shared // 2), (begin + half - shared // 2, frames - half + shared // 2))
    takes = [
        _take(
            path, sight, Look.CLEAR, (move_for(number + turn, sight, motion), number + turn), span, shape, seed=number
        )
        for turn, ((path, sight), span) in enumerate(zip(pictures, spans, strict=True))
    ]
    return _Drawn(shot, scene, takes, blend, lead=lead, tail=tail)


def _index(plan: FilmPlan, scene: FilmScene) -> int:
    return next(index for index, other in enumerate(plan.scenes) if other is scene)


def _take(
    path: Path | None,
    sight: Sight | None,
    look: Look,
    way: tuple[Move, int],
    span: tuple[int, int],
    shape: tuple[int, int],
    *,
    seed: int,
) -> Take:
    move, number = way
    begin, frames = span
    focus, size = (0.5, 0.45), (1.0, 1.0)
    if sight is not None:
        focus = (sight.x, sight.y)
        place = picture.placed(sight.width, sight.height, shape[0] / shape[1], focus, whole=look is Look.CLEAR)
        size = (place.width, place.height)
        x, y = place.seen_at(sight.x, sight.y)
        sight = replace(sight, x=x, y=y, across=sight.across * place.across, down=sight.down * place.down)
    camera = path_for(move, number, sight, size, frames / FPS)
    return Take(path, None if sight is None else sight.digest, look, camera, begin, frames, focus, seed)


def _body(drawn: _Drawn, text: Written, *, ends: bool) -> Segment:
    """What of a shot belongs to it alone."""
    first = drawn.lead - drawn.lead // 2
    frames = drawn.shot.frames - first - drawn.tail // 2
    takes = tuple(replace(take, begin=take.begin - first) for take in drawn.takes)
    blend = drawn.blend if len(takes) > 1 else Transition.CUT
    return Segment(takes, frames, text.ass, blend, ends)


def _overlap(before: _Drawn, after: _Drawn, way: Transition) -> Segment:
    """The frames in which two shots are seen: half of them are the first one's, half the second's."""
    frames = after.lead
    last, first = before.takes[-1], after.takes[0]
    takes = (replace(last, begin=frames - last.frames), replace(first, begin=0))
    return Segment(takes, frames, "", way)


def _text(plan: FilmPlan, timeline: Timeline, drawn: _Drawn, rung: Rung) -> Written:
    """The words over a shot's body; its times count from the body's first frame."""
    lead = drawn.lead - drawn.lead // 2
    seconds = (drawn.shot.frames - lead - drawn.tail // 2) / FPS
    size = (rung.width, rung.height)
    scene = drawn.scene
    if scene is None and drawn.shot.first == 0:
        return title_card(plan.title, seconds, *size)
    if scene is None:
        return credits_card(plan.title, plan.credits, seconds, *size)
    lines = [Heard(heard.line, heard.begin - lead / FPS, heard.seconds) for heard in drawn.shot.lines]
    text = scene_subtitles(lines, seconds, *size)
    if drawn.takes[0].digest is None:
        return scene_card(scene.title or f"Scene {scene.number}", text, seconds, *size)
    return text


def _notes(timeline: Timeline, seen: Sequence[Seen], written: Sequence[Written]) -> tuple[str, ...]:
    """What could not be shown or heard as it was wanted, a sentence each."""
    notes = list(timeline.notes)
    missing = sum(not scene.pictures for scene in seen)
    damaged = sum(scene.lost for scene in seen if scene.pictures)
    lost = sum(text.lost for text in written)
    shortened = sum(text.shortened for text in written)
    if missing:
        notes.append(f"{missing} scene{'s have' if missing > 1 else ' has'} no picture; a card stands in.")
    if damaged:
        notes.append(f"{damaged} second picture{'s' if damaged > 1 else ''} could not be read; the first one stays.")
    if lost:
        notes.append(f"{lost} character{'s' if lost > 1 else ''} could not be shown: the font lacks them.")
    if shortened:
        notes.append(f"{shortened} word{'s' if shortened > 1 else ''} had to be shortened to fit the picture.")
    return tuple(notes)
