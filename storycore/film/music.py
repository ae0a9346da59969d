"""Fireside's own music: loops made of sines, one for each mood, free for anybody to use.

A loop is written on a ring: whatever rings on past its end rings on at its beginning, the room's echo too, so there is
no seam that could click.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from storycore.film.instruments import RATE, Sound, bass, bell, brass, drum, pad, played, pluck, tremolo
from storycore.film.moods import Mood

#: Raised when a mood sounds different: part of the key under which loops are kept.
VERSION = 2
#: Loops come at this rate, twice that at which they are made.
SAMPLE_RATE = 48_000
#: The loudness of what is played (RMS), and the most of a peak.
_LEVEL, _PEAK = 10 ** (-20 / 20), 0.8

#: Loops are multiples of a tenth of a second long, in samples at the rate they are made at.
_UNIT = RATE // 10

Stereo = npt.NDArray[np.float32]

# Chords are MIDI note numbers, the bass first.
_C, _G, _AM, _F, _EM, _DM = (
    (36, 60, 64, 67), (43, 59, 62, 67), (45, 60, 64, 69), (41, 60, 65, 69), (40, 59, 64, 67), (38, 62, 65, 69)
)  # fmt: skip
_CADD9, _AM7, _FMAJ7, _GSUS = (36, 60, 62, 67), (45, 60, 64, 67), (41, 60, 64, 69), (43, 60, 62, 67)


@dataclass(frozen=True, slots=True)
class _Part:
    """An instrument, and when it plays which of a bar's notes.

    ``pattern``: (beat, which note of the chord, octaves up, beats long). ``turns`` are the bars it plays in (by their
    number, modulo the length of ``turns``). ``pan`` -1 … 1.
    """

    instrument: Callable[[float, float], Sound]
    pattern: tuple[tuple[float, int, int, float], ...]
    level: float
    pan: float = 0.0
    turns: tuple[bool, ...] = (True,)


@dataclass(frozen=True, slots=True)
class _Score:
    beats_a_minute: float
    beats_a_bar: int
    chords: tuple[tuple[int, ...], ...]
    parts: tuple[_Part, ...]
    echo: float
    transpose: int = 0


def _held(instrument: Callable[[float, float], Sound], beats: int, level: float) -> list[_Part]:
    """The chord, held for the bar, its notes spread from left to right."""
    return [
        _Part(instrument, ((0.0, note, 0, float(beats)),), level, pan) for note, pan in ((1, -0.5), (2, 0.1), (3, 0.55))
    ]


_SCORES = {
    Mood.CALM: _Score(
        70, 4, (_CADD9, _AM7, _FMAJ7, _GSUS, _CADD9, _EM, _FMAJ7, _G),
        (
            *_held(pad, 4, 0.30),
            _Part(bass, ((0.0, 0, 0, 3.5),), 0.30),
            _Part(pluck, ((0.0, 1, 0, 1), (1.0, 2, 0, 1), (1.5, 3, 0, 1), (2.5, 2, 1, 1), (3.5, 1, 1, 1)), 0.20, -0.3),
            _Part(bell, ((0.0, 3, 1, 2), (2.0, 2, 1, 2)), 0.07, 0.4, (False, True, False, True)),
        ),
        0.34,
    ),
    Mood.MERRY: _Score(
        116, 4, (_C, _F, _C, _G, _AM, _F, _G, _C, _C, _EM, _F, _G, _AM, _DM, _G, _C),
        (
            _Part(bass, ((0.0, 0, 0, 0.8), (2.0, 0, 0, 0.8), (3.0, 0, 1, 0.5)), 0.36),
            _Part(pluck, ((0.5, 1, 0, 0.5), (1.0, 2, 0, 0.5), (1.5, 3, 0, 0.5), (2.5, 2, 0, 0.5), (3.0, 3, 0, 0.5),
                          (3.5, 1, 1, 0.5)), 0.24, -0.35),
            _Part(pluck, ((0.0, 3, 1, 1), (1.5, 2, 1, 0.5), (2.0, 1, 1, 1), (3.0, 2, 1, 1)), 0.20, 0.3,
                  (True, True, False, True)),
            _Part(bell, ((0.0, 1, 2, 1), (1.0, 2, 1, 0.5), (2.0, 3, 1, 1)), 0.09, 0.45, (False, False, True, True)),
            *_held(pad, 4, 0.12),
        ),
        0.18, 2,
    ),
    Mood.SAD: _Score(
        58, 4, (_AM, _F, _C, _G, _AM, _DM, _EM, _AM),
        (
            *_held(pad, 4, 0.30),
            _Part(bass, ((0.0, 0, 0, 4),), 0.28),
            _Part(pluck, ((0.0, 3, 0, 2), (1.5, 2, 0, 1), (2.0, 1, 1, 2), (3.5, 3, 0, 1)), 0.22, 0.2,
                  (True, True, True, False)),
            _Part(pluck, ((0.0, 1, 1, 3), (3.0, 2, 0, 1)), 0.20, -0.2, (False, False, False, True)),
        ),
        0.40, -2,
    ),
    Mood.TENSE: _Score(
        88, 4, ((38, 62, 65, 69), (38, 62, 65, 70), (34, 62, 65, 70), (33, 61, 64, 69), (38, 62, 65, 69),
                (39, 63, 67, 70), (38, 61, 64, 70), (33, 61, 64, 67)),
        (
            *_held(tremolo, 4, 0.22),
            _Part(bass, tuple((beat / 2, 0, 0, 0.35) for beat in range(8)), 0.30),
            _Part(drum, ((0.0, 0, 0, 1), (2.5, 0, 0, 1), (3.5, 0, 0, 1)), 0.30, 0.0, (True, False)),
            _Part(pluck, ((1.5, 3, 1, 0.5), (3.25, 2, 1, 0.5)), 0.08, 0.5, (False, True, True, False)),
        ),
        0.26,
    ),
    Mood.GRAND: _Score(
        84, 4, ((38, 62, 66, 69), (35, 59, 62, 66), (43, 59, 62, 67), (45, 61, 64, 69), (38, 62, 66, 69),
                (42, 61, 66, 69), (43, 62, 67, 71), (45, 61, 64, 69)),
        (
            *_held(brass, 4, 0.20),
            *_held(pad, 4, 0.18),
            _Part(bass, ((0.0, 0, 0, 1.5), (1.5, 0, 0, 0.5), (2.0, 0, 0, 2)), 0.30),
            _Part(drum, ((0.0, 0, 0, 1), (1.5, 0, 0, 1), (2.0, 0, 0, 1)), 0.32),
            _Part(brass, ((0.0, 3, 1, 1.5), (1.5, 2, 1, 0.5), (2.0, 1, 1, 2)), 0.13, 0.2, (True, True, True, False)),
        ),
        0.32,
    ),
}  # fmt: skip


def loop(mood: Mood) -> Stereo:
    """The loop of a mood: 16 to 34 seconds at 48 kHz, rows of left and right. The same on every machine but for the
    last bits of a sine. About a second of work: call it off the event loop.
    """
    score = _SCORES[mood]
    beats = score.beats_a_bar * len(score.chords)
    # A length of small factors, for the Fourier transforms; the tempo gives way by less than anybody hears.
    length = _UNIT * round(beats * 60 / score.beats_a_minute * RATE / _UNIT)
    beat_s = length / RATE / beats
    ring = np.zeros((2, length), np.float32)
    for number, chord in enumerate(score.chords):
        for part in score.parts:
            if part.turns[number % len(part.turns)]:
                _play(ring, part, chord, score, (number * score.beats_a_bar) * beat_s, beat_s)
    return _finished(ring, score.echo)


def _play(
    ring: npt.NDArray[np.float32], part: _Part, chord: Sequence[int], score: _Score, begin_s: float, beat_s: float
) -> None:
    length = ring.shape[1]
    angle = (part.pan + 1) * np.pi / 4
    gains = np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * part.level
    for beat, which, octaves, beats in part.pattern:
        note = chord[which] + 12 * octaves + score.transpose
        sound = played(part.instrument, note, round(beats * beat_s, 6))
        places = (round((begin_s + beat * beat_s) * RATE) + np.arange(len(sound))) % length
        ring[:, places] += gains * sound  # a note is shorter than the ring: no place comes twice


def _finished(ring: npt.NDArray[np.float32], echo: float) -> Stereo:
    """The room around it, a little less of what speech needs, brought to its level and to the film's rate."""
    length = ring.shape[1]
    spectrum = np.fft.rfft(ring, axis=1)
    room = np.random.default_rng(7).standard_normal((2, length)) * np.exp(-np.arange(length) / (0.55 * RATE))
    room[:, round(2.5 * RATE) :] = 0
    room_spectrum = np.fft.rfft(room, axis=1)
    room_spectrum /= np.sqrt(np.mean(np.abs(room_spectrum) ** 2))
    frequency = np.fft.rfftfreq(length, 1 / RATE)
    dull = 1 / (1 + (frequency / 2500) ** 2)
    spectrum *= 1 + echo * room_spectrum * dull
    speech_dip = 1 - 0.35 * np.exp(-(np.log2(np.maximum(frequency, 1) / 2200) ** 2) / 0.9)
    rumble = 1 / (1 + (32 / np.maximum(frequency, 1)) ** 4)
    spectrum *= speech_dip * rumble / (1 + (frequency / 7500) ** 6)
    wide = np.zeros((2, length + 1), spectrum.dtype)  # twice as many samples of the same ring
    wide[:, : spectrum.shape[1] - 1] = spectrum[:, :-1]
    made = np.fft.irfft(wide, 2 * length, axis=1) * 2
    made *= _LEVEL / np.sqrt(np.mean(made**2))
    knee = _PEAK * 0.6
    over = np.abs(made) > knee
    made[over] = np.sign(made[over]) * (knee + (_PEAK - knee) * np.tanh((np.abs(made[over]) - knee) / (_PEAK - knee)))
    return np.ascontiguousarray(made.T, np.float32)
