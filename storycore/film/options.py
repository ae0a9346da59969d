"""What a film shall be like: one set of options for the command line, ``story.yaml`` and the chat."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from storycore.errors import FilmError

#: The frame's shapes, width and height.
SHAPES = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
#: Music that is not a file's name.
OFF, AUTO = "off", "auto"
#: The longest name of a voice or of a file of music, in characters.
NAME_LENGTH = 200
#: The smallest and the largest film that can be asked for, MiB.
LEAST_MIB, MOST_MIB = 0.25, 4096.0
_SHOWN = 40
_YES = ("on", "yes", "true")
_NO = ("off", "no", "false")

E = TypeVar("E", bound=StrEnum)


class Motion(StrEnum):
    """How the camera moves; ``AUTO`` chooses for each scene by what its picture shows."""

    AUTO = "auto"
    STILL = "still"
    PUSH = "push"
    PULL = "pull"
    PAN = "pan"


class Transition(StrEnum):
    """How one scene gives way to the next; ``AUTO`` chooses for each pair of scenes."""

    AUTO = "auto"
    CUT = "cut"
    FADE = "fade"
    DIP = "dip"


class SubtitleMode(StrEnum):
    """What is written below: nothing, the lines, or the lines with each word coloured as it is heard."""

    OFF = "off"
    LINES = "lines"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class FilmOptions:
    """What a film shall be like. ``voice`` "" gives every speaker one of their own; else it names one voice for all.

    ``music`` is "off", "auto" (a loop that fits the story's mood) or the name of a file that was handed in.
    ``draft`` makes it quickly, with 360 pixels on the shorter side. ``max_mib`` None: no limit but the place's own.
    """

    shape: str = "16:9"
    motion: Motion = Motion.AUTO
    transition: Transition = Transition.AUTO
    subtitles: SubtitleMode = SubtitleMode.WORDS
    voice: str = ""
    music: str = AUTO
    title: bool = True
    credits: bool = True
    draft: bool = False
    max_mib: float | None = None

    def __post_init__(self) -> None:
        """Raises ``FilmError`` for a value that there is not."""
        if self.shape not in SHAPES:
            raise _no("shape", self.shape, SHAPES)
        for name in ("voice", "music"):
            value = getattr(self, name)
            if len(value) > NAME_LENGTH or not all(char.isprintable() for char in value):
                raise FilmError(f"That is no name of a {name}.", f"A name has at most {NAME_LENGTH} plain characters.")
        if not self.music:
            raise FilmError("A film's music has no name.", "Choose off, auto, or the name of a file.")
        if self.max_mib is not None and not LEAST_MIB <= self.max_mib <= MOST_MIB:
            raise FilmError(
                "A film cannot have that size.", f"Choose {LEAST_MIB} to {MOST_MIB:.0f} MiB, or leave it out."
            )

    @property
    def max_bytes(self) -> int | None:
        """The wished limit in bytes; None without one."""
        return None if self.max_mib is None else int(self.max_mib * 2**20)

    def to_json(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON values: what is kept with a story."""
        return {name: value for name, value in asdict(self).items() if value != getattr(DEFAULTS, name)}

    def words(self) -> dict[str, str]:
        """Every option as text, by its name in ``story.yaml`` and on the command line (``max-mib``)."""
        said = {
            name.replace("_", "-"): ("on" if value else "off") if isinstance(value, bool) else str(value)
            for name, value in asdict(self).items()
            if value is not None
        }
        return said | {"max-mib": "" if self.max_mib is None else f"{self.max_mib:g}"}


DEFAULTS = FilmOptions()
#: The options' names, as ``story.yaml`` and the command line have them.
OPTION_NAMES = tuple(field.name.replace("_", "-") for field in fields(FilmOptions))


def from_json(kept: Mapping[str, Any]) -> FilmOptions:
    """The options that :meth:`FilmOptions.to_json` wrote. Raises ``FilmError`` for anything else."""
    said: dict[str, str] = {}
    for name, value in kept.items():
        text = ("on" if value else "off") if isinstance(value, bool) else "" if value is None else str(value)
        said[name.replace("_", "-")] = text
    return with_words(DEFAULTS, said)


def with_words(options: FilmOptions, said: Mapping[str, str]) -> FilmOptions:
    """``options`` changed as ``said`` in words: names as in :data:`OPTION_NAMES`, values as a person writes them.

    An empty value is the default. Raises ``FilmError`` that names what is wrong and what there is.
    """
    values: dict[str, Any] = {}
    for name, text in said.items():
        if name not in OPTION_NAMES:
            raise _no("option", name, OPTION_NAMES)
        field = name.replace("-", "_")
        text = " ".join(text.split())
        values[field] = _READ[field](name, text) if text else getattr(DEFAULTS, field)
    return replace(options, **values)


def _one_of(kind: type[E]) -> Callable[[str, str], E]:
    def read(name: str, text: str) -> E:
        try:
            return kind(text.casefold())
        except ValueError:
            raise _no(name, text, [member.value for member in kind]) from None

    return read


def _flag(name: str, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise _no(name, text, ("on", "off"))


def _size(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise FilmError(f"“{text[:_SHOWN]}” is no size for a film.", f"“{name}” is a number of MiB, such as 10.")
    return value


def _music(name: str, text: str) -> str:
    if text.casefold() in _NO:
        return OFF
    return AUTO if text.casefold() in (AUTO, *_YES) else text


def _voice(name: str, text: str) -> str:
    return "" if text.casefold() == AUTO else text


def _as_it_is(name: str, text: str) -> str:
    return text


_READ: dict[str, Callable[[str, str], Any]] = {
    "shape": _as_it_is,
    "motion": _one_of(Motion),
    "transition": _one_of(Transition),
    "subtitles": _one_of(SubtitleMode),
    "voice": _voice,
    "music": _music,
    "title": _flag,
    "credits": _flag,
    "draft": _flag,
    "max_mib": _size,
}


def _no(name: str, value: str, there_are: Any) -> FilmError:
    return FilmError(f"“{value[:_SHOWN]}” is no {name} of a film.", f"Choose one of {', '.join(there_are)}.")
