"""What a host is and has, as everybody else sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

#: So many names of one kind are kept of what a host says it has.
MOST_NAMES = 2000
_LONGEST_NAME = 300
_TAIL = re.compile(r"\s*\[[0-9a-fA-F]+\]\s*$|\.(?:safetensors|ckpt|pt|gguf)$", re.IGNORECASE)


class Flavour(StrEnum):
    """Which WebUI answers there."""

    A1111 = "a1111"
    FORGE = "forge"
    SDNEXT = "sdnext"

    @property
    def label(self) -> str:
        """Its name as people write it."""
        return {"a1111": "AUTOMATIC1111", "forge": "Forge", "sdnext": "SD.Next"}[self.value]


def plain_name(name: str) -> str:
    """A checkpoint's or LoRA's name without folder, hash and ending, in lower case, for comparison."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    for _ in range(2):
        plain = _TAIL.sub("", plain)
    return plain.lower()


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a host has: names as it gives them; ``controlnet_units`` and ``adetailer_units`` are 0 where it has none.

    ``knows_loras`` is False where the host does not say which LoRAs it has: then none is taken for missing.
    """

    checkpoints: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    samplers: tuple[str, ...] = ()
    upscalers: tuple[str, ...] = ()
    controlnet_models: tuple[str, ...] = ()
    controlnet_units: int = 0
    adetailer_units: int = 0
    knows_loras: bool = False
    #: SD.Next's own adapters for portraits.
    ip_adapters: tuple[str, ...] = ()
    #: It has the extension Regional Prompter.
    regional: bool = False
    #: It is a Forge: its ControlNet wants another form, and VAEs are among its modules.
    forge: bool = False
    #: It is an SD.Next: clip skip has a field of its own.
    sdnext: bool = False
    #: How steps are spread ("Karras"), and VAEs by their files.
    schedulers: tuple[str, ...] = ()
    vaes: tuple[str, ...] = ()
    #: Textual inversions, also those that do not fit the checkpoint loaded; and whether it says which it has.
    embeddings: tuple[str, ...] = ()
    knows_embeddings: bool = False

    def has_checkpoint(self, name: str) -> bool:
        """Whether it has this checkpoint; "" is any, and a host that lists none is believed to have it."""
        return not name or not self.checkpoints or plain_name(name) in {plain_name(own) for own in self.checkpoints}

    def missing_loras(self, names: Sequence[str]) -> list[str]:
        """Those of ``names`` that it does not have."""
        return _missing(names, self.loras) if self.knows_loras else []

    def missing_embeddings(self, names: Sequence[str]) -> list[str]:
        """Those of ``names`` that it does not have; none where it does not say."""
        return _missing(names, self.embeddings) if self.knows_embeddings else []

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a row."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Abilities:
        """From a row; what is missing or of another kind is as if it were not there."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            value = data.get(field.name)
            if isinstance(value, list):
                values[field.name] = names_of(value)
            elif isinstance(value, bool | int):
                values[field.name] = value
        return cls(**values)


def found_in(names: Sequence[str], wanted: str) -> str | None:
    """How the host calls what is ``wanted`` (file, title or plain name), None where it does not have it."""
    plain = plain_name(wanted)
    exact = next((name for name in names if name == wanted), None)
    return exact or next((name for name in names if plain_name(name) == plain), None)


def _missing(names: Sequence[str], own: Sequence[str]) -> list[str]:
    there = {plain_name(name) for name in own} if names else set()
    return [name for name in names if plain_name(name) not in there]


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that stand in ``text`` as words, as a host finds embeddings: without regard to case."""
    folded = text.casefold()
    return sorted(n for n in names if n.casefold() in folded and _as_word(n).search(folded))


def without_names(text: str, names: Iterable[str]) -> str:
    """``text`` without those words, for painters that would read them as such."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"{_as_word(name).pattern}(?:\s*,)?\s*", "", text, flags=re.IGNORECASE)
    return text


def _as_word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name.casefold())}(?![\w-])")


def names_of(values: Sequence[object]) -> tuple[str, ...]:
    """The printable names among ``values``, cut to a bearable length and number, each once."""
    names = (" ".join(v.split())[:_LONGEST_NAME] for v in values if isinstance(v, str) and v.strip())
    return tuple(dict.fromkeys(name for name in names if name.isprintable()))[:MOST_NAMES]


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a host found: it answers as ``flavour``, has ``checkpoint`` loaded, and can do ``abilities``."""

    flavour: Flavour
    checkpoint: str
    abilities: Abilities
