"""The picture on a storyboard, made once for what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storycore.film.letters import text_letters
from storycore.images.board import PAGE, Cell, board_picture
from storycore.keys import recipe_key
from storycore.store.models import WorkState
from storycore.studio.views import SceneView, StoryView
from storycore.work.workshop import Workshop

#: Raised when the same pictures would give another sheet than before.
_RECIPE = 1
_DESCRIBED = 240
_TITLE = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """One page of a storyboard's picture: where it lies, the key of what it shows, ``page`` from 0 of ``pages``.

    ``titled`` says whether all titles could be written on it; ``described`` says what it shows, for those who cannot
    see it.
    """

    path: Path
    key: str
    page: int
    pages: int
    titled: bool
    described: str


async def contact_of(workshop: Workshop, story: StoryView, page: int = 0) -> Contact | None:
    """The picture of a story's scenes as they would be filmed now; None while no scene has pictures.

    Raises ``StorageError`` where it cannot be kept.
    """
    if not story.painted or story.preview_of is not None:
        return None
    pages = -(-len(story.scenes) // PAGE)
    page = min(max(page, 0), pages - 1)
    scenes = story.scenes[page * PAGE : (page + 1) * PAGE]
    cells, titled = await asyncio.to_thread(cells_of, scenes)
    first = next((scene.chosen for scene in story.scenes if scene.chosen is not None), None)
    aspect = 16 / 9 if first is None else first.width / first.height
    shown = [
        [cell.number, cell.title, _stem(cell.picture), _stem(cell.second), cell.words, cell.picked] for cell in cells
    ]
    key = recipe_key("board", recipe=_RECIPE, cells=shown, aspect=round(aspect, 3))
    kept = await workshop.made.find(key)
    if kept is None:
        kept = await workshop.made.keep_bytes(key, await board_picture(cells, aspect), ".jpg", {})
    return Contact(kept.path, key, page, pages, titled, described_by(scenes))


def _stem(path: Path | None) -> str:
    return "" if path is None else path.stem


def cells_of(scenes: Sequence[SceneView]) -> tuple[list[Cell], bool]:
    """A page's cells, and whether every title could be written with the letters there are."""
    letters = replace(text_letters(), others=())
    cells: list[Cell] = []
    lost = 0
    for scene in scenes:
        title, missing = letters.clean(scene.title[:_TITLE])
        lost += missing
        cells.append(
            Cell(
                scene.number,
                title,
                None if scene.chosen is None else scene.chosen.path,
                None if scene.pick is None or scene.second is None else scene.second.path,
                _words(scene),
                scene.pick is not None,
            )
        )
    return cells, not lost


def _words(scene: SceneView) -> str:
    """Why a scene has no picture yet; not how far it is: the sheet would be made anew with every step."""
    if scene.chosen is not None:
        return ""
    if scene.coming is not None:
        return "being painted" if scene.coming.state is WorkState.WORKING else "waits"
    return "no picture"


def described_by(scenes: Sequence[SceneView]) -> str:
    """What a page shows, for those who cannot see it."""
    told = "; ".join(f"{scene.number}: {' '.join(scene.title.split())}" for scene in scenes)
    said = f"The scenes in their order. {told}"
    return said if len(said) <= _DESCRIBED else said[: _DESCRIBED - 1] + "…"
