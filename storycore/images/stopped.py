"""The answer of a painter whose work somebody stopped."""

from __future__ import annotations

from storycore.errors import PainterError


class PaintingStoppedError(PainterError):
    """``Painter.cancel`` stopped this task: nothing was painted, and nothing went wrong."""

    def __init__(self) -> None:
        super().__init__("This painting was stopped before it was done.", "Ask for it again to have it painted.")
