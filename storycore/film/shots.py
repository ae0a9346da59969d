"""From the timeline to segments: which picture, which move, which words go into each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storycore.film import picture
from storycore.film.model import FilmPlan
from storycore.film.picture import Look, Move, move_for
from storycore.film.rungs import Rung
from storycore.film.segment import Segment
from storycore.film.subtitles import Written, credits_card, scene_card, scene_subtitles, title_card
from storycore.film.timeline import Shot, Timeline


@dataclass(frozen=True, slots=True)
class Described:
    """The film's segments in order, and what had to be left out of them (a sentence each, for the person)."""

    segments: tuple[Segment, ...]
    notes: tuple[str, ...]


def digests_of(plan: FilmPlan) -> list[str | None]:
    """The pictures' content hashes; None where a picture is missing or broken."""
    return [
        picture.content_hash(scene.picture)
        if scene.picture is not None and picture.load(scene.picture) is not None
        else None
        for scene in plan.scenes
    ]


def described(plan: FilmPlan, timeline: Timeline, digests: Sequence[str | None], rung: Rung) -> Described:
    """What every segment of the film is made of at ``rung``. Reads fonts: call it off the event loop."""
    written: list[Written] = []
    segments: list[Segment] = []
    size = (rung.width, rung.height)
    pictures = [(s.picture, d) for s, d in zip(plan.scenes, digests, strict=True) if d is not None]
    first, last = (pictures[0], pictures[-1]) if pictures else ((None, None), (None, None))

    written.append(title_card(plan.title, timeline.title.seconds, *size))
    segments.append(_segment(timeline.title, first, Look.SOFT, Move.PUSH_IN, written[-1], opens=True))
    for shot, scene, digest in zip(timeline.scenes, plan.scenes, digests, strict=True):
        text = scene_subtitles(shot.lines, shot.seconds, *size)
        if digest is None:
            text = scene_card(scene.title or f"Scene {scene.number}", text, shot.seconds, *size)
        written.append(text)
        segments.append(
            _segment(shot, (scene.picture, digest), Look.CLEAR, move_for(scene.number), text, seed=scene.number)
        )
    if timeline.credits is not None:
        written.append(credits_card(plan.title, plan.credits, timeline.credits.seconds, *size))
        segments.append(_segment(timeline.credits, last, Look.SOFT, Move.PULL_OUT, written[-1]))
    return Described(tuple(segments), _notes(timeline, digests, written))


def _notes(timeline: Timeline, digests: Sequence[str | None], written: Sequence[Written]) -> tuple[str, ...]:
    """What could not be shown or heard as it was wanted, a sentence each."""
    notes = list(timeline.notes)
    missing = sum(digest is None for digest in digests)
    lost = sum(text.lost for text in written)
    shortened = sum(text.shortened for text in written)
    if missing:
        notes.append(f"{missing} scene{'s have' if missing > 1 else ' has'} no picture; a card stands in.")
    if lost:
        notes.append(f"{lost} character{'s' if lost > 1 else ''} could not be shown: the font lacks them.")
    if shortened:
        notes.append(f"{shortened} word{'s' if shortened > 1 else ''} had to be shortened to fit the picture.")
    return tuple(notes)


def _segment(
    shot: Shot,
    shown: tuple[Path | None, str | None],
    look: Look,
    move: Move,
    written: Written,
    *,
    seed: int = 0,
    opens: bool = False,
) -> Segment:
    path, digest = shown
    return Segment(path, digest, look, move, shot.frames, opens, written.ass, seed)
