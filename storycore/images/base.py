"""The painters' protocol: a request goes in, candidates come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

#: Who paints on this machine: see ``storycore.images.factory``.
Backend = Literal["storyboard", "webui", "diffusers"]


@dataclass(frozen=True, slots=True)
class PaintRequest:
    """What to paint.

    ``task_id`` names the request on the host (letters, digits and hyphens; unique per attempt at a round). ``seed`` is
    0 … 2**32-1; candidate ``i`` (from 0) is painted with ``seed + i`` modulo 2**32. ``count`` is 1 … 9; ``width`` and
    ``height`` are pixels, multiples of 8, 64 … 2048.

    With a ``subseed`` (0 … 2**32-1) they are variations of one picture: all have ``seed``, the subseed counts up, and
    ``strength`` (0 … 1) is how much of its noise is mixed in.
    """

    task_id: str
    prompt: str
    seed: int
    count: int
    negative_prompt: str = ""
    width: int = 1024
    height: int = 576
    #: What the painter must use: a checkpoint ("": its own), and the LoRAs that the prompt names.
    checkpoint: str = ""
    loras: tuple[str, ...] = ()
    #: What else a host is asked for, in its own form: portraits, faces, regions (``storycore.images.webui.likeness``).
    additions: Mapping[str, Any] = field(default_factory=dict)
    #: How it is to be painted (``storycore.styles.model.Style.painting``), for a painter on this machine: what it
    #: cannot do is left out, and told in the picture's parameters as ``means``.
    style: Mapping[str, Any] = field(default_factory=dict)
    subseed: int | None = None
    strength: float = 0.0

    def seeds_of(self, index: int) -> tuple[int, int | None]:
        """Seed and subseed of candidate ``index`` (from 0); None: no variation."""
        if self.subseed is None:
            return (self.seed + index) % 2**32, None
        return self.seed, (self.subseed + index) % 2**32


@dataclass(frozen=True, slots=True)
class Painting:
    """One painted picture: the bytes as they came (PNG), never re-encoded, and how it was made.

    ``empty`` says that it shows one colour only, and ``likeness`` is the same for pictures that are the same ("" where
    the painter does not compare).
    """

    data: bytes
    media_type: str
    width: int
    height: int
    seed: int
    parameters: Mapping[str, object] = field(default_factory=dict)
    empty: bool = False
    likeness: str = ""


@dataclass(frozen=True, slots=True)
class PaintProgress:
    """How far a request is: ``fraction`` 0 … 1, ``seconds_left`` where the host says so, ``preview`` where it has a
    new one (the bytes of a small picture, as they came)."""

    fraction: float
    seconds_left: float | None = None
    preview: bytes | None = None


@dataclass(frozen=True, slots=True)
class PainterHealth:
    """Whether the painter answers; ``detail`` is one sentence for an admin, without secrets."""

    ok: bool
    detail: str


ProgressCallback = Callable[[PaintProgress], None]


class Painter(Protocol):
    """Somebody who paints. Every method is safe to call from the event loop: slow work happens elsewhere."""

    @property
    def name(self) -> str:
        """``storyboard``, ``webui`` or ``diffusers``."""
        ...

    @property
    def note(self) -> str:
        """One sentence for the storyboard message about what these pictures are ("" when nothing need be said)."""
        ...

    def fingerprint(self, checkpoint: str = "") -> str:
        """What, beside the request, decides the picture: part of the key that a candidate is stored under.

        ``checkpoint`` is the one that a job wants ("": the painter's own), for painters that have several.
        """
        ...

    async def generate(self, request: PaintRequest, on_progress: ProgressCallback | None = None) -> list[Painting]:
        """Paint ``request.count`` pictures, in order of their seeds.

        Raises ``PainterUnreachableError`` when it is worth trying again later, ``PainterError`` when not. If the
        awaiting task is cancelled, the host's work on *this* task is stopped too.
        """
        ...

    async def cancel(self, task_id: str) -> None:
        """Stop that task if it is running here; do nothing otherwise."""
        ...

    async def health(self) -> PainterHealth:
        """Ask the painter how it is; never raises."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...
