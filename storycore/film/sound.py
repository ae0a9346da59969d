"""The film's sound: every voice at its time, all equally loud, written scene after scene so that memory stays small."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from storycore.film.rungs import FPS
from storycore.film.timeline import Timeline

#: 48 kHz holds a whole number of samples in each frame at 24 (2,000): sound and picture cannot drift apart.
SAMPLE_RATE = 48_000
_SAMPLES_A_FRAME = SAMPLE_RATE // FPS
#: Voices are brought to this level (RMS of what is loud enough to be speech); about -16 LUFS for one voice.
_LEVEL = 10 ** (-18.5 / 20)
_CEILING = 10 ** (-1.5 / 20)
_MOST_GAIN = 8.0
_EDGE_S = 0.006
_PAD = 0.05

Wave = npt.NDArray[np.float32]


def write_sound(timeline: Timeline, path: Path) -> None:
    """Write the film's sound as mono 16-bit WAV, exactly as long as its frames. Raises ``OSError``.

    Call it off the event loop.
    """
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        for shot in timeline.shots:
            stretch = np.zeros(shot.frames * _SAMPLES_A_FRAME, np.float32)
            for heard in shot.lines:
                if heard.line.speech is None:
                    continue
                clip = _clip(heard.line.speech)
                begin = round(heard.begin * SAMPLE_RATE)
                clip = clip[: max(0, len(stretch) - begin)]
                stretch[begin : begin + len(clip)] += clip
            out.writeframes((np.clip(stretch, -1, 1) * 32767).astype("<i2").tobytes())


def _clip(path: Path) -> Wave:
    with wave.open(str(path), "rb") as clip:
        rate = clip.getframerate()
        samples = np.frombuffer(clip.readframes(min(clip.getnframes(), rate * 600)), "<i2")
    return _levelled(_resampled(np.asarray(samples / 32768, np.float32), rate))


def _resampled(pcm: Wave, rate: int) -> Wave:
    """``pcm`` at 48 kHz: the spectrum of the whole clip, padded with silence, cut or extended."""
    if rate == SAMPLE_RATE or not len(pcm):
        return pcm
    unit = np.gcd(rate, SAMPLE_RATE)
    block = int(rate // unit)
    padded_length = -(-(len(pcm) + int(rate * _PAD)) // block) * block
    spectrum = np.fft.rfft(pcm, padded_length)
    length = padded_length * SAMPLE_RATE // rate
    bins = length // 2 + 1
    wanted = np.zeros(bins, spectrum.dtype)
    common = min(bins, len(spectrum))
    wanted[:common] = spectrum[:common]
    resampled = np.fft.irfft(wanted, length) * (length / padded_length)
    return resampled[: len(pcm) * SAMPLE_RATE // rate].astype(np.float32)


def _levelled(pcm: Wave) -> Wave:
    """``pcm`` at the film's level: pauses are not counted, peaks are bent round rather than cut, edges do not click."""
    if not len(pcm):
        return pcm
    block = SAMPLE_RATE // 20
    whole = len(pcm) // block * block
    powers = np.square(pcm[:whole].reshape(-1, block)).mean(axis=1) if whole else np.square(pcm).mean(keepdims=True)
    speech = powers[powers > powers.max() * 0.01] if powers.max() > 0 else powers
    loudness = float(np.sqrt(speech.mean()))
    if loudness <= 1e-6:
        return pcm
    levelled = pcm * min(_MOST_GAIN, _LEVEL / loudness)
    knee = _CEILING * 0.7
    over = np.abs(levelled) > knee
    room = _CEILING - knee
    levelled[over] = np.sign(levelled[over]) * (knee + room * np.tanh((np.abs(levelled[over]) - knee) / room))
    edge = min(len(levelled) // 2, round(SAMPLE_RATE * _EDGE_S))
    if edge:
        ramp = np.linspace(0, 1, edge, dtype=np.float32)
        levelled[:edge] *= ramp
        levelled[-edge:] *= ramp[::-1]
    return levelled.astype(np.float32)
