"""Who sounds how: one voice for the narrator, one each for the speakers."""

from __future__ import annotations

from collections.abc import Sequence

from storycore.keys import derived_seed
from storycore.narration.base import Voice

#: The narrator: the engine's plain British voice, a little slower than its default.
NARRATOR = Voice(variant="en-gb", pitch=46, rate=160)

# Variants that differ to the ear (median pitch 85 … 250 Hz, measured over one sentence) and stay easy to understand;
# whispering, robotic and sung ones are left out. Neighbours in the table are unlike each other.
_PALETTE = (
    Voice("en-gb+m3", 50, 168),
    Voice("en-gb+f2", 52, 166),
    Voice("en-us+m7", 38, 160),
    Voice("en-gb+belinda", 55, 170),
    Voice("en-gb-scotland+m1", 34, 156),
    Voice("en-us+f4", 44, 164),
    Voice("en-gb+pablo", 60, 172),
    Voice("en-gb+Annie", 50, 162),
    Voice("en-gb-x-rp+Michael", 42, 158),
    Voice("en-gb+f5", 66, 174),
    Voice("en-us+Alex", 54, 170),
    Voice("en-gb+grandma", 36, 152),
    Voice("en-gb+Gene", 28, 154),
    Voice("en-us+linda", 62, 168),
    Voice("en-gb+ed", 46, 164),
    Voice("en-gb-scotland+f1", 48, 160),
)


def voice_for(speaker: str | None) -> Voice:
    """The voice of ``speaker`` (None: the narrator); the same name always gets the same voice."""
    if speaker is None:
        return NARRATOR
    return _PALETTE[_home(speaker)]


def voices_for(names: Sequence[str]) -> dict[str, Voice]:
    """A voice for each of ``names``, all different as long as the names differ.

    Earlier names choose first; each takes its own voice (:func:`voice_for`) or, where that is taken, the next free
    one. Past the end of the palette the voices come round again, a little higher.
    """
    voices: dict[str, Voice] = {}
    taken: set[int] = set()
    for name in names:
        if name in voices:
            continue
        place = _home(name)
        lap = len(taken) // len(_PALETTE) * len(_PALETTE)
        while place + lap in taken:
            place = (place + 1) % len(_PALETTE)
        taken.add(place + lap)
        plain = _PALETTE[place]
        laps = lap // len(_PALETTE)
        voices[name] = Voice(plain.variant, min(99, plain.pitch + 9 * laps), min(450, plain.rate + 5 * laps))
    return voices


def _home(speaker: str) -> int:
    return derived_seed("voice", " ".join(speaker.casefold().split())) % len(_PALETTE)
