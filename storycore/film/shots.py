"""From the timeline to segments: which picture, which move, which words go into each, and what lies between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storycore.film import picture
from storycore.film.letters import wants_eastern
from storycore.film.model import FilmPlan, FilmScene
from storycore.film.moves import HALF, Move, half_of, move_for, path_for, transition_for
from storycore.film.options import SHAPES, Motion, Transition
from storycore.film.picture import CENTRED, Framing, Look
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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A shot with its takes (in frames from its first), and how many of its frames belong to the overlaps around it."""

    shot: Shot
    takes: tuple[Take, ...]
    blend: Transition  # between its own two pictures
    lead: int
    tail: int


def described(plan: FilmPlan, timeline: Timeline, seen: Sequence[Seen], rung: Rung, part: range) -> Described:
    """What the shots in ``part`` are made of at ``rung``. Reads fonts: call it off the event loop."""
    written: list[Written] = []
    pieces: list[Piece] = []
    before: _Drawn | None = None
    for index in part:
        last = index == part[-1]
        drawn = _drawn(plan, seen, timeline.shots[index], before is not None, not last)
        if before is not None and before.tail + drawn.lead:
            way = transition_for(before.shot.scene, drawn.shot.scene, plan.options.transition)
            pieces.append(Piece(_overlap(before, drawn, way), None))
        written.append(_text(plan, drawn, rung))
        pieces.append(Piece(_body(drawn, written[-1], ends=last), index))
        before = drawn
    return Described(tuple(pieces), _notes(timeline, seen, written, plan.text))


def _drawn(plan: FilmPlan, seen: Sequence[Seen], shot: Shot, led: bool, followed: bool) -> _Drawn:
    """A shot's takes. They reach into the overlaps on both sides, also where there is none, so that a camera's way is
    the same wherever its scene stands."""
    half = half_of(shot.frames)
    lead, tail = half if led else 0, half if followed else 0
    begin, frames = -HALF, shot.frames + 2 * HALF
    shape = SHAPES[plan.options.shape]
    if shot.scene is None:
        everything = [found for scene in seen for found in scene.pictures]
        opening = shot.first == 0
        path, sight = (everything[0 if opening else -1]) if everything else (None, None)
        motion = Motion.PUSH if opening else Motion.PULL
        take = _take(path, sight, Look.SOFT, (motion, 1), (begin, frames), shape, seed=0)
        return _Drawn(shot, (take,), Transition.CUT, lead, tail)
    number, motion = shot.scene.number, plan.options.motion
    found = seen[_index(plan, shot.scene)].pictures
    pictures: tuple[tuple[Path | None, Sight | None], ...] = found or ((None, None),)
    wanted = plan.options.transition
    blend = Transition.FADE if wanted is Transition.AUTO else wanted
    shared = 0 if blend is Transition.CUT else min(HALF, frames // 8)  # to each side of the middle
    half = frames // 2
    spans = ((begin, half + shared), (begin + half - shared, frames - half + shared))
    takes = tuple(
        _take(path, sight, Look.CLEAR, (motion, number + turn), span, shape, seed=number)
        for turn, ((path, sight), span) in enumerate(
            zip(pictures, spans if len(pictures) > 1 else ((begin, frames),), strict=True)
        )
    )
    return _Drawn(shot, takes, blend, lead, tail)


def _index(plan: FilmPlan, scene: FilmScene) -> int:
    return next(index for index, other in enumerate(plan.scenes) if other is scene)


def _take(
    path: Path | None,
    sight: Sight | None,
    look: Look,
    way: tuple[Motion, int],
    span: tuple[int, int],
    shape: tuple[int, int],
    *,
    seed: int,
) -> Take:
    motion, number = way
    begin, frames = span
    framing, size, longer = CENTRED, (1.0, 1.0), 1.0
    if sight is not None:
        relative = sight.width / sight.height * shape[1] / shape[0]
        longer = max(relative, 1 / relative)
    move = move_for(number, sight, motion, longer)
    if sight is not None:
        extent = sight.across if relative > 1 else sight.down
        framing = Framing((sight.x, sight.y), min(1.0, max(picture.SEEN, extent)), move is Move.PAN)
        place = picture.placed(sight.width, sight.height, shape[0] / shape[1], framing, whole=look is Look.CLEAR)
        size = (place.width, place.height)
        x, y = place.seen_at(sight.x, sight.y)
        sight = replace(sight, x=x, y=y, across=sight.across * place.across, down=sight.down * place.down)
    camera = path_for(move, number, sight, size, frames / FPS)
    return Take(path, None if sight is None else sight.digest, look, camera, begin, frames, framing, seed)


def _body(drawn: _Drawn, text: Written, *, ends: bool) -> Segment:
    """What of a shot belongs to it alone."""
    frames = drawn.shot.frames - drawn.lead - drawn.tail
    takes = tuple(replace(take, begin=take.begin - drawn.lead) for take in drawn.takes)
    return Segment(takes, frames, text.ass, drawn.blend if len(takes) > 1 else Transition.CUT, ends)


def _overlap(before: _Drawn, after: _Drawn, way: Transition) -> Segment:
    """The last frames of a shot and the first of the next, in which one gives way to the other."""
    first, second = before.takes[-1], after.takes[0]
    takes = (
        replace(first, begin=first.begin - (before.shot.frames - before.tail)),
        replace(second, begin=second.begin + before.tail),
    )
    return Segment(takes, before.tail + after.lead, "", way)


def _text(plan: FilmPlan, drawn: _Drawn, rung: Rung) -> Written:
    """The words over a shot's body; its times count from the body's first frame."""
    seconds = (drawn.shot.frames - drawn.lead - drawn.tail) / FPS
    size = (rung.width, rung.height)
    scene = drawn.shot.scene
    if scene is None and drawn.shot.first == 0:
        return title_card(plan.title, seconds, *size)
    if scene is None:
        return credits_card(plan.title, plan.credits, seconds, *size)
    lines = [Heard(heard.line, heard.begin - drawn.lead / FPS, heard.seconds) for heard in drawn.shot.lines]
    text = scene_subtitles(lines, seconds, *size, plan.options.subtitles)
    if drawn.takes[0].digest is None:
        return scene_card(scene.title or f"Scene {scene.number}", text, seconds, *size)
    return text


def _notes(timeline: Timeline, seen: Sequence[Seen], written: Sequence[Written], text: str) -> tuple[str, ...]:
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
        more = " Chinese, Japanese and Korean come with the extra fireside[cjk]." if wants_eastern(text) else ""
        notes.append(f"{lost} character{'s' if lost > 1 else ''} could not be shown: the font lacks them.{more}")
    if shortened:
        notes.append(f"{shortened} word{'s' if shortened > 1 else ''} had to be shortened to fit the picture.")
    return tuple(notes)
