"""A story as ``story.yaml`` writes it: what was last applied (from the rows) and what is wanted (from the file)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from storycore.characters.model import Sheet
from storycore.film.options import DEFAULTS, FilmOptions
from storycore.project.people import NOBODY, People
from storycore.project.speakers import Speaks
from storycore.script.model import LineKind, Scene
from storycore.store.models import SceneRow
from storycore.styles.model import Style

#: The longest scene title and speaker's name, in characters: what a row holds.
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line. ``start`` and ``end`` are its offsets in the script, None where a person wrote it."""

    text: str
    kind: LineKind = LineKind.NARRATION
    speaker: str | None = None
    start: int | None = field(default=None, compare=False)
    end: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class WantedScene:
    """A scene. ``id`` None is a new one; a ``title`` or ``prompt`` that is "" is to be written; ``place`` is its index
    in ``story.yaml``; ``second`` is the pick that takes over half-way."""

    id: int | None
    title: str
    prompt: str
    pick: int
    lines: tuple[WantedLine, ...]
    place: int | None = field(default=None, compare=False)
    second: int | None = None
    start: int | None = field(default=None, compare=False)
    end: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A whole story. Two are equal when ``story.yaml`` would say the same of both."""

    title: str
    scenes: tuple[WantedScene, ...]
    film: FilmOptions = DEFAULTS
    people: People = NOBODY
    #: The voices that were chosen, in the order of the speakers' names.
    voices: tuple[Speaks, ...] = ()
    #: Who looks how, in every scene.
    characters: tuple[Sheet, ...] = ()
    #: How it is painted; None: as the painter does it by itself.
    style: Style | None = None

    def scene(self, scene_id: int) -> WantedScene:
        """The scene with that id. Raises ``KeyError``."""
        for scene in self.scenes:
            if scene.id == scene_id:
                return scene
        raise KeyError(scene_id)


NARRATOR = "narrator"


def folded(text: str) -> str:
    """``text`` on one line, white space folded: what YAML does to it as well."""
    return " ".join(text.split())


def line_of(text: str, kind: LineKind, speaker: str | None, start: int | None, end: int | None) -> WantedLine:
    """A line as the file knows it: speech is what has a speaker's name, or nobody's yet."""
    name = folded(speaker or "") or None
    if kind is LineKind.NARRATION or (name is not None and name.casefold() == NARRATOR):
        kind, name = LineKind.NARRATION, None
    return WantedLine(folded(text), kind, name, start, end)


def from_rows(
    title: str,
    scenes: Sequence[SceneRow],
    film: FilmOptions = DEFAULTS,
    people: People = NOBODY,
    voices: tuple[Speaks, ...] = (),
    characters: tuple[Sheet, ...] = (),
    style: Style | None = None,
) -> Wanted:
    """What the rows say, in the order the story is told; the lines of every row are loaded."""
    return Wanted(folded(title), tuple(_scene(row) for row in scenes), film, people, voices, characters, style)


def _scene(row: SceneRow) -> WantedScene:
    return WantedScene(
        id=row.id,
        title=folded(row.title),
        prompt=folded(row.prompt),
        pick=row.pick or 1,  # nobody votes here: without a pick it is the first
        lines=tuple(line_of(line.text, line.kind, line.speaker, line.start, line.end) for line in row.lines),
        start=row.start,
        end=row.end,
        second=row.second_pick,
    )


def from_script(scene: Scene, prompt: str) -> WantedScene:
    """A scene as it was understood, not a row yet."""
    return WantedScene(
        id=None,
        title=folded(scene.title)[:NAME_LENGTH],
        prompt=prompt,
        pick=1,
        lines=tuple(line_of(line.text, line.kind, line.speaker, line.start, line.end) for line in scene.lines),
        start=scene.start,
        end=scene.end,
    )
