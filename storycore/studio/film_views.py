"""What can be seen of a film."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from storycore.store.media import MediaFolder
from storycore.store.models import UNFINISHED, FilmRow, MediaRow, WorkState


@dataclass(frozen=True, slots=True)
class FilmView:
    """A film asked for; ``path`` once it is made."""

    id: int
    state: WorkState
    waits_for_pictures: bool
    progress: float
    problem: str
    asked_by_id: int | None
    asked_by_name: str
    seconds: float | None
    media: str | None
    path: Path | None
    bytes: int | None
    width: int | None
    height: int | None
    fps: int | None
    made: int | None
    reused: int | None
    notes: tuple[str, ...] = ()
    left_s: float | None = None
    more: tuple[Path, ...] = ()
    captions: tuple[Path, ...] = ()
    shows: str | None = None
    by_address: bool = False
    #: It shows a picture that moderators hid: it is not shown until they bring that back.
    withheld: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether the film is still on its way."""
        return self.state in UNFINISHED


def film_view(row: FilmRow, media: Mapping[str, MediaRow], folder: MediaFolder, hidden: Set[str]) -> FilmView:
    """A film's row as people see it; ``hidden`` are the media of the story's hidden pictures."""
    file = media.get(row.media) if row.media else None
    return FilmView(
        id=row.id,
        state=row.state,
        waits_for_pictures=row.waits_for_pictures,
        progress=row.progress,
        problem=row.problem,
        asked_by_id=row.asked_by,
        asked_by_name=row.asked_by_name,
        seconds=row.seconds,
        media=row.media,
        path=None if file is None else folder.path(file.hash, file.suffix),
        bytes=None if file is None else file.bytes,
        width=row.width,
        height=row.height,
        fps=row.fps,
        made=row.made,
        reused=row.reused,
        notes=tuple(row.notes),
        left_s=row.left_s,
        more=tuple(folder.path(media[part].hash, media[part].suffix) for part in row.more if part in media),
        captions=tuple(folder.path(media[part].hash, media[part].suffix) for part in row.captions if part in media),
        shows=row.shows,
        by_address=row.by_address,
        withheld=not hidden.isdisjoint(row.pictures),
    )
