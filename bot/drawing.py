"""What the projector draws each message with, and how a place's refusal is told."""

from __future__ import annotations

import logging
from pathlib import Path

import discord

from bot.courier import ARCHIVED_THREAD, UNKNOWN_CHANNEL, Draw
from bot.ui.characters import preview_board
from bot.ui.film import film_sheet, progress_sheet
from bot.ui.moderation import case_sheet
from bot.ui.scene import scene_sheet
from bot.ui.storyboard import storyboard_sheet
from storycore.errors import StorageError
from storycore.hosts.previews import Preview
from storycore.studio.cases import CaseView
from storycore.studio.contact import contact_of
from storycore.studio.views import FilmView, SceneView, StoryView
from storycore.work.workshop import Workshop

_log = logging.getLogger(__name__)


class PlaceError(Exception):
    """The place refuses to show the story; ``words`` say why, for the people there."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class refusals:  # noqa: N801 - used like a function, in with statements
    """Turns what a place refuses into a ``PlaceError``. ``gone`` "": an unknown channel is left to the caller."""

    def __init__(self, forbidden: str, gone: str) -> None:
        self._forbidden, self._gone = forbidden, gone

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, discord.Forbidden) and error.code != ARCHIVED_THREAD:
            raise PlaceError(self._forbidden) from error
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_CHANNEL and self._gone:
            raise PlaceError(self._gone) from error


async def board_drawing(workshop: Workshop, view: StoryView) -> Draw:
    """The storyboard with its picture, or the board of a character's portraits."""
    if view.preview_of is not None:
        return lambda mark: preview_board(view, mark)
    note, contact = workshop.note_for(view.server_id), None
    try:
        contact = await contact_of(workshop, view)
    except StorageError as error:  # a storyboard without its picture is better than none
        _log.warning("story %d: its storyboard's picture could not be made: %s", view.id, error)
    return lambda mark: storyboard_sheet(view, note, mark, contact)


def scene_drawing(view: StoryView, scene: SceneView, preview: Preview | None, *, suggests: bool = False) -> Draw:
    """A scene's message."""
    return lambda mark: scene_sheet(view, scene, mark, preview, suggests=suggests)


def case_drawing(case: CaseView) -> Draw:
    """A reported picture's card."""
    return lambda mark: case_sheet(case, mark)


def progress_drawing(view: StoryView, film: FilmView) -> Draw:
    """How far a film is."""
    return lambda mark: progress_sheet(view, film, mark)


def film_drawing(view: StoryView, film: FilmView, part: int, path: Path) -> Draw:
    """The film itself, or one of its parts."""
    return lambda mark: film_sheet(view, film, path, mark, part)
