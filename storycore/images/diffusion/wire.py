"""What the painter and its process say to each other. Everything can be pickled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Describe:
    """Say what these models are, without loading any."""

    models: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Paint:
    """Paint one picture for each of ``seeds``, with its subseed (None: no variation, else ``strength`` of its noise is
    mixed in). ``steps`` and ``guidance`` 0: as the family is asked best; ``sampler`` and ``scheduler`` "": the model's
    own; ``clip_skip`` up to 1 skips nothing."""

    name: str
    stages: tuple[str, ...]
    prompt: str
    negative_prompt: str
    seeds: tuple[tuple[int, int | None], ...]
    width: int
    height: int
    steps: int = 0
    guidance: float = 0.0
    sampler: str = ""
    scheduler: str = ""
    clip_skip: int = 0
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Described:
    """The answer to :class:`Describe`: where it computes, and a sentence for each model, or what is wrong with it."""

    device: str
    told: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the request is, 0 … 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished picture: the bytes of a PNG; ``empty`` shows one colour only (a filter's black, too); ``likeness``
    is equal where every pixel is."""

    seed: int
    png: bytes
    empty: bool
    likeness: str


@dataclass(frozen=True, slots=True)
class Done:
    """All pictures are sent; they were painted by ``family``, from ``prompt`` as the model read it. ``unused``: what of
    the order it has no use for, in a few words each."""

    family: str
    prompt: str
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """It was stopped, as asked."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done: two sentences for people, and a word for the record."""

    message: str
    hint: str
    case: str


Answer = Described | Progress | Picture | Done | Stopped | Failed
