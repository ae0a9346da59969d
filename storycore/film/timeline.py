"""When everything happens: scenes and lines laid out in time, frame by frame, before anything is drawn."""

from __future__ import annotations

import math
import wave
from dataclasses import dataclass
from pathlib import Path

from storycore.film.model import FilmLine, FilmPlan, FilmScene
from storycore.film.rungs import FPS
from storycore.film.subtitles import Heard, credit_pages
from storycore.narration.captions import caption_seconds

#: Pauses, seconds: before the first line of a scene, after its last, between lines, and where the speaker changes.
LEAD_S = 0.5
TAIL_S = 0.65
GAP_S = 0.18
TURN_S = 0.32
#: A scene without lines.
SILENT_S = 3.0
TITLE_S = 2.6
_CREDITS_BASE_S = 2.0
_CREDIT_S = 0.35
_LONGEST_LINE_S = 600.0
#: How much longer or shorter the pause after a line is, by its last mark; a voice pauses for a full stop by itself.
_ENDS = ((("...", "…"), 0.35), (("—", "–", "--"), -0.2), (("?", "!"), 0.08), ((",", ";", ":"), -0.06))
_SHORTEST_PAUSE_S = 0.06
_CLOSERS = "\"'”’»)]"


@dataclass(frozen=True, slots=True)
class Shot:
    """One segment's stretch: its first frame and how many follow, and the lines heard in it (segment seconds)."""

    first: int
    frames: int
    scene: FilmScene | None
    lines: tuple[Heard, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / FPS

    @property
    def begin(self) -> float:
        """When it begins, seconds of the film."""
        return self.first / FPS


@dataclass(frozen=True, slots=True)
class Timeline:
    """The film in time: the title and the credits (None without), the scenes in order; and what was amiss."""

    title: Shot | None
    scenes: tuple[Shot, ...]
    credits: Shot | None
    notes: tuple[str, ...]

    @property
    def shots(self) -> tuple[Shot, ...]:
        """All of it, in order."""
        cards = [() if card is None else (card,) for card in (self.title, self.credits)]
        return (*cards[0], *self.scenes, *cards[1])

    @property
    def frames(self) -> int:
        """Frames of the whole film."""
        return sum(shot.frames for shot in self.shots)

    @property
    def seconds(self) -> float:
        """How long the whole film is."""
        return self.frames / FPS


def lay_out(plan: FilmPlan) -> Timeline:
    """The film in time. A line with a clip lasts as long as the clip really is, whatever the plan says of it.

    Reads the clips' headers: call it off the event loop.
    """
    unheard = 0
    title = Shot(0, _frames(TITLE_S), None) if plan.options.title else None
    at = 0 if title is None else title.frames
    scenes: list[Shot] = []
    for scene in plan.scenes:
        now = LEAD_S
        heard: list[Heard] = []
        for line in scene.lines:
            if heard:
                now += pause_between(heard[-1].line, line)
            seconds = None if line.speech is None else _clip_seconds(line.speech)
            if seconds is None:
                unheard += 1
                line = FilmLine(line.text, line.speaker, None, _claimed(line), line.words)
                seconds = line.seconds
            heard.append(Heard(line, now, seconds))
            now += seconds
        shot = Shot(at, _frames(now + TAIL_S if heard else SILENT_S), scene, tuple(heard))
        scenes.append(shot)
        at += shot.frames
    end: Shot | None = None
    if plan.credits and plan.options.credits:
        pages = credit_pages(plan.credits)
        end = Shot(at, _frames(_CREDITS_BASE_S * pages + _CREDIT_S * len(plan.credits)), None)
    notes = (
        [f"{unheard} line{'s' if unheard > 1 else ''} could not be read aloud; captions stand in."] if unheard else []
    )
    return Timeline(title, tuple(scenes), end, (*plan.notes, *notes))


def pause_between(line: FilmLine, following: FilmLine) -> float:
    """How long it is quiet between two lines, seconds: longer where the speaker changes and where a line trails off,
    hardly at all where it breaks off."""
    pause = GAP_S if line.speaker == following.speaker else TURN_S
    ends = line.text.rstrip().rstrip(_CLOSERS).rstrip("*_~ ")
    for marks, change in _ENDS:
        if ends.endswith(marks):
            return max(_SHORTEST_PAUSE_S, pause + change)
    return pause


def _frames(seconds: float) -> int:
    return max(1, math.ceil(seconds * FPS - 1e-6))


def _claimed(line: FilmLine) -> float:
    if math.isfinite(line.seconds) and 0 < line.seconds <= _LONGEST_LINE_S:
        return line.seconds
    return caption_seconds(line.text)


def _clip_seconds(path: Path) -> float | None:
    """The clip's real length; None where it cannot be read or is not what a narrator makes."""
    try:
        with wave.open(str(path), "rb") as clip:
            if clip.getnchannels() != 1 or clip.getsampwidth() != 2 or clip.getframerate() < 4000:
                return None
            return min(_LONGEST_LINE_S, clip.getnframes() / clip.getframerate())
    except (OSError, wave.Error, EOFError):
        return None
