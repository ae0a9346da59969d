"""The film's sound: every voice at its time, all equally loud, written scene after scene so that memory stays small."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from storycore.film.music import Stereo
from storycore.film.rungs import FPS
from storycore.film.timeline import Shot, Timeline

#: 48 kHz holds a whole number of samples in each frame at 24 (2,000): sound and picture cannot drift apart.
SAMPLE_RATE = 48_000
_SAMPLES_A_FRAME = SAMPLE_RATE // FPS
#: Voices are brought to this level (RMS of what is loud enough to be speech): with a voice in the middle of both
#: channels, and the music beneath it, a film is then at about -14 LUFS.
_LEVEL = 10 ** (-16.2 / 20)
_CEILING = 10 ** (-4.0 / 20)
#: How much of what a syllable is louder than that is taken away, in dB.
_EVENED = 0.6
_MOST_GAIN = 8.0
_EDGE_S = 0.006
_PAD = 0.05

#: Music in relation to its own level, dB: alone, and beneath a voice (which is about 2 dB louder than that level).
_ALONE_DB, _UNDER_DB = -5.0, -17.0
#: How long it takes to go down before a voice, and to come back after one; pauses for which it stays down.
_DOWN_S, _UP_S, _SHORT_PAUSE_S = 0.3, 0.9, 1.6
_IN_S, _OUT_S = 0.6, 2.4
_STRETCH = SAMPLE_RATE * 10

Wave = npt.NDArray[np.float32]


def write_sound(timeline: Timeline, path: Path, music: Stereo | None = None) -> None:
    """Write the film's sound as stereo 16-bit WAV, exactly as long as its frames. Raises ``OSError``.

    ``music`` goes round and round beneath the voices, quieter while somebody speaks. Call it off the event loop.
    """
    gains = music_gains(timeline)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        at = 0
        for shot in timeline.shots:
            voices = _voices(shot)
            stretch = np.repeat(voices[:, None], 2, axis=1)
            if music is not None:
                for begin in range(0, len(stretch), _STRETCH):  # in stretches, so that memory stays small
                    end = min(begin + _STRETCH, len(stretch))
                    places = np.arange(at + begin, at + end)
                    gain = np.interp(places / SAMPLE_RATE, gains[0], gains[1])
                    levels = np.asarray(10 ** (gain / 20), np.float32)[:, None]
                    stretch[begin:end] += music[places % len(music)] * levels
            at += len(stretch)
            out.writeframes((np.clip(stretch, -1, 1) * 32767).astype("<i2").tobytes())


def _voices(shot: Shot) -> Wave:
    stretch = np.zeros(shot.frames * _SAMPLES_A_FRAME, np.float32)
    for heard in shot.lines:
        if heard.line.speech is None:
            continue
        clip = _clip(heard.line.speech)
        begin = round(heard.begin * SAMPLE_RATE)
        clip = clip[: max(0, len(stretch) - begin)]
        stretch[begin : begin + len(clip)] += clip
    return stretch


def music_gains(timeline: Timeline) -> tuple[list[float], list[float]]:
    """How loud the music is: moments of the film (seconds, rising) and its gain there (dB), straight lines between.

    It goes down a little before a voice begins and comes back after it, but not for a pause of a second. It fades in at
    the film's beginning and out at its end.
    """
    spoken: list[list[float]] = []
    for shot in timeline.shots:
        for heard in shot.lines:
            begin, end = shot.begin + heard.begin, shot.begin + heard.begin + heard.seconds
            if heard.line.speech is None:
                continue
            if spoken and begin - spoken[-1][1] < _SHORT_PAUSE_S:
                spoken[-1][1] = max(end, spoken[-1][1])
            else:
                spoken.append([begin, end])
    points = [(0.0, _ALONE_DB)]
    for begin, end in spoken:
        points += [(max(points[-1][0], begin - _DOWN_S), _ALONE_DB), (begin, _UNDER_DB)]
        points += [(end, _UNDER_DB), (end + _UP_S, _ALONE_DB)]
    total = timeline.seconds
    points.append((max(total, points[-1][0]), _ALONE_DB))
    times = np.array([time for time, _ in points])
    levels = np.array([level for _, level in points])
    grid = np.unique(np.clip([*times, 0.0, _IN_S / 2, _IN_S, total - _OUT_S, total - _OUT_S / 2, total], 0, total))
    faded = np.interp(grid, times, levels)
    faded += np.interp(grid, [0, _IN_S / 2, _IN_S], [-40.0, -9.0, 0.0])
    faded += np.interp(grid, [total - _OUT_S, total - _OUT_S / 2, total], [0.0, -9.0, -60.0])
    return grid.tolist(), faded.tolist()


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
    """``pcm`` at the film's level, its loud syllables nearer to its quiet ones; edges do not click.

    Peaks are bent round rather than cut: what is as loud as players want it must not have high ones.
    """
    if not len(pcm):
        return pcm
    levelled = _evened(pcm * _gain_for(pcm))
    levelled *= _gain_for(levelled)
    knee = _CEILING * 0.6
    over = np.abs(levelled) > knee
    room = _CEILING - knee
    levelled[over] = np.sign(levelled[over]) * (knee + room * np.tanh((np.abs(levelled[over]) - knee) / room))
    edge = min(len(levelled) // 2, round(SAMPLE_RATE * _EDGE_S))
    if edge:
        ramp = np.linspace(0, 1, edge, dtype=np.float32)
        levelled[:edge] *= ramp
        levelled[-edge:] *= ramp[::-1]
    return levelled.astype(np.float32)


def _gain_for(pcm: Wave) -> float:
    """What brings ``pcm`` to the film's level; pauses are not counted."""
    powers = _powers(pcm, SAMPLE_RATE // 20)
    speech = powers[powers > powers.max() * 0.01] if powers.max() > 0 else powers
    loudness = float(np.sqrt(speech.mean()))
    return min(_MOST_GAIN, _LEVEL / loudness) if loudness > 1e-6 else 1.0


def _evened(pcm: Wave) -> Wave:
    """Stretches of 20 ms that are louder than the level are brought nearer to it, gently from one to the next."""
    block = SAMPLE_RATE // 50
    powers = _powers(pcm, block)
    if len(powers) < 3:
        return pcm
    louder = np.maximum(0.0, 10 * np.log10(np.maximum(powers, 1e-12)) - 20 * np.log10(_LEVEL))
    eased = np.convolve(np.pad(louder, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    centres = (np.arange(len(powers)) + 0.5) * block
    gains = np.interp(np.arange(len(pcm)), centres, -_EVENED * eased)
    return np.asarray(pcm * 10 ** (gains / 20), np.float32)


def _powers(pcm: Wave, block: int) -> npt.NDArray[np.float32]:
    """The mean power of each whole block of ``pcm``; of all of it where it is shorter."""
    whole = len(pcm) // block * block
    squares = np.square(pcm)
    return np.asarray(
        squares[:whole].reshape(-1, block).mean(axis=1) if whole else squares.mean(keepdims=True), np.float32
    )
