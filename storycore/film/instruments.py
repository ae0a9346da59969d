"""Instruments made of sines: what Fireside's own music is played on.

A note is a stretch of samples at :data:`RATE`, mono, about 1 at its loudest. All of it is deterministic.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

#: The music is soft: nothing in it is higher than half of this.
RATE = 24_000

Sound = npt.NDArray[np.float32]


#: A turn of a wave, in so many places that the straight lines between them are not heard.
_TURN = np.linspace(0, 1, 1025)


@lru_cache
def _period(harmonics: int, falling: float) -> npt.NDArray[np.float64]:
    """One turn of a wave whose harmonics get softer as ``1 / number ** falling``."""
    numbers = np.arange(1, harmonics + 1)[:, None]
    return np.asarray((np.sin(2 * np.pi * numbers * _TURN) / numbers**falling).sum(axis=0))


def hertz(note: int) -> float:
    """The pitch of a MIDI note number (69 is A4, 440 Hz)."""
    return float(440.0 * 2.0 ** ((note - 69) / 12))


def _time(seconds: float) -> npt.NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def _edges(length: int, attack_s: float, release_s: float) -> npt.NDArray[np.float64]:
    """Rises and falls like half a cosine: no corner, so no click."""
    shape = np.ones(length)
    for seconds, place in ((attack_s, slice(None)), (release_s, slice(None, None, -1))):
        edge = min(length // 2, round(seconds * RATE))
        ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / max(1, edge))
        shape[place][:edge] *= ramp
    return shape


def _as_sound(signal: npt.NDArray[np.float64]) -> Sound:
    return np.asarray(signal, np.float32)


def pad(pitch: float, seconds: float, brightness: float = 1.8) -> Sound:
    """Many strings at once: three of each, a little out of tune. Larger ``brightness`` is darker."""
    time = _time(seconds + 0.7)
    harmonics = min(6, int(RATE * 0.4 / pitch))
    total = np.zeros(len(time))
    for cents, phase in ((-5, 0.1), (0, 0.45), (6, 0.8)):
        turns = pitch * 2 ** (cents / 1200) * time + phase
        total += np.interp(turns - np.floor(turns), _TURN, _period(harmonics, brightness))
    return _as_sound(total / 4 * _edges(len(time), 0.55, 0.9))


def tremolo(pitch: float, seconds: float) -> Sound:
    """Strings that shiver."""
    sound = pad(pitch, seconds, 1.5)
    time = np.arange(len(sound)) / RATE
    return _as_sound(sound * (0.72 + 0.28 * np.sin(2 * np.pi * 6.2 * time)))


def brass(pitch: float, seconds: float) -> Sound:
    """Horns far away: they open as they grow louder."""
    time = _time(seconds + 0.35)
    swell = _edges(len(time), 0.28, 0.5)
    total = np.zeros(len(time))
    for harmonic in range(1, 10):
        if pitch * harmonic < RATE * 0.4:
            total += np.sin(2 * np.pi * pitch * harmonic * time) * swell ** (harmonic * 0.5) / harmonic**1.15
    return _as_sound(total / 2.2 * swell)


def pluck(pitch: float, seconds: float) -> Sound:
    """A harp's string: the high partials die first."""
    time = _time(min(seconds + 1.2, 3.0))
    total = np.zeros(len(time))
    for harmonic in range(1, 8):
        if pitch * harmonic < RATE * 0.4:
            decay = np.exp(-time * (1.6 + 1.1 * harmonic))
            total += np.sin(2 * np.pi * pitch * harmonic * time) * decay / harmonic**1.2
    return _as_sound(total / 1.8 * _edges(len(time), 0.006, 0.15))


def bell(pitch: float, seconds: float) -> Sound:
    """A glockenspiel: partials that are no multiples."""
    time = _time(min(seconds + 1.5, 2.6))
    total = np.zeros(len(time))
    for ratio, level, speed in ((1.0, 1.0, 2.4), (2.76, 0.35, 5.0), (5.4, 0.12, 9.0)):
        if pitch * ratio < RATE * 0.4:
            total += level * np.sin(2 * np.pi * pitch * ratio * time) * np.exp(-time * speed)
    return _as_sound(total / 1.4 * _edges(len(time), 0.003, 0.2))


def bass(pitch: float, seconds: float) -> Sound:
    """A soft low string, with enough of its octave to be heard from a phone."""
    time = _time(seconds + 0.2)
    body = np.sin(2 * np.pi * pitch * time) + 0.5 * np.sin(4 * np.pi * pitch * time)
    body += 0.2 * np.sin(6 * np.pi * pitch * time)
    return _as_sound(body / 1.6 * np.exp(-time * 0.9) * _edges(len(time), 0.02, 0.2))


def drum(pitch: float, seconds: float) -> Sound:
    """A kettledrum, its skin tight at first."""
    time = _time(max(0.9, seconds))
    bend = pitch * (time + 0.35 * (1 - np.exp(-time * 18)) / 18)
    total = np.sin(2 * np.pi * bend) + 0.4 * np.sin(2 * np.pi * bend * 1.5) * np.exp(-time * 6)
    return _as_sound(total / 1.4 * np.exp(-time * 4.0) * _edges(len(time), 0.004, 0.2))


@lru_cache(maxsize=512)
def played(instrument: Callable[[float, float], Sound], note: int, seconds: float) -> Sound:
    """A note, made once however often it is played."""
    return instrument(hertz(note), seconds)
