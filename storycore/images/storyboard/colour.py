"""Colours as ``#rrggbb`` and the few things a painter does with them."""

from __future__ import annotations


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 … 255, of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """``share`` (0 … 1) of ``second`` mixed into ``first``."""
    parts = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def darker(colour: str, share: float = 0.25) -> str:
    """``colour`` with ``share`` of a warm night mixed in; pure black would look dirty."""
    return mix(colour, "#1c1430", share)


def lighter(colour: str, share: float = 0.25) -> str:
    """``colour`` with ``share`` of white mixed in."""
    return mix(colour, "#ffffff", share)
