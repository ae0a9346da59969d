"""Live previews: the newest small picture of each round that is being painted. Kept in memory, since they are of no
use a minute later."""

from __future__ import annotations

from dataclasses import dataclass

from storycore.errors import StorageError
from storycore.images.sheet import light_copy

_SIDE = 512
_MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Preview:
    """A small JPEG of a picture in the making; ``number`` counts up with every new one of a round."""

    number: int
    data: bytes


class Previews:
    """The newest preview of each round."""

    def __init__(self) -> None:
        self._kept: dict[int, Preview] = {}

    async def show(self, round_id: int, data: bytes) -> None:
        """Keep a new preview, made small and checked; what is no picture is left out."""
        if len(data) > _MOST_BYTES:
            return
        try:
            small = await light_copy(data, _SIDE, 80)
        except StorageError:
            return
        before = self._kept.get(round_id)
        if before is None or before.data != small:
            self._kept[round_id] = Preview(1 if before is None else before.number + 1, small)

    def of(self, round_id: int) -> Preview | None:
        """The newest preview of a round, None where there is none (any more)."""
        return self._kept.get(round_id)

    def drop(self, round_id: int) -> None:
        """The round is done, or was given up."""
        self._kept.pop(round_id, None)
