"""What every painter asks of a request before it begins."""

from __future__ import annotations

import re

from storycore.errors import PainterError
from storycore.images.base import PaintRequest

_TASK_ID = re.compile(r"[A-Za-z0-9-]{1,128}")


def check_request(request: PaintRequest) -> None:
    """Raise ``PainterError`` when ``request`` is outside what :class:`PaintRequest` promises."""
    if not _TASK_ID.fullmatch(request.task_id):
        raise PainterError("A painting needs a task id of letters, digits and hyphens.")
    if not 1 <= request.count <= 9:
        raise PainterError("A round has 1 to 9 candidates.", "Ask for a number in that range.")
    if not 0 <= request.seed < 2**32:
        raise PainterError("A seed is a whole number from 0 to 4294967295.")
    if (request.subseed is not None and not 0 <= request.subseed < 2**32) or not 0 <= request.strength <= 1:
        raise PainterError("A variation has a subseed from 0 to 4294967295 and a strength from 0 to 1.")
    for side in (request.width, request.height):
        if not 64 <= side <= 2048 or side % 8:
            raise PainterError("A picture's sides are multiples of 8, from 64 to 2048 pixels.", "Choose another size.")
