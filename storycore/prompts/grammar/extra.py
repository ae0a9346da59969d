"""Extra networks: ``<lora:name:weight>`` tags, which the host takes out of the prompt and loads."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TAG = re.compile(r"<(\w+):([^>]+)>")


@dataclass(frozen=True, slots=True)
class NetworkTag:
    """One tag: ``kind`` ("lora", "hypernet"), its ``items`` between the colons, and its place in the prompt."""

    kind: str
    items: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Networks:
    """The prompt without its tags, and the tags' items by kind, in order."""

    remaining: str
    networks: dict[str, list[list[str]]]


def tags(prompt: str) -> list[NetworkTag]:
    """Every tag of ``prompt``, in order."""
    return [NetworkTag(m[1], tuple(m[2].split(":")), m.start(), m.end()) for m in _TAG.finditer(prompt)]


def networks(prompt: str) -> Networks:
    """Take the tags out of ``prompt``. After modules/extra_networks.py of the WebUI v1.10.1."""
    found: dict[str, list[list[str]]] = {}
    for tag in tags(prompt):
        found.setdefault(tag.kind, []).append(list(tag.items))
    return Networks(_TAG.sub("", prompt), found)
