"""The film's sound: every voice equally loud, at its time, at its pitch."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storycore.film import FilmLine, FilmPlan, FilmScene
from storycore.film.sound import SAMPLE_RATE, write_sound
from storycore.film.timeline import lay_out
from tests.film.making import write_tone


def heard(folder: Path, lines: tuple[FilmLine, ...]) -> tuple[Any, list[tuple[int, int]]]:
    """The sound, and where each line lies in it (samples)."""
    timeline = lay_out(FilmPlan("T", (FilmScene(1, "", None, lines),)))
    write_sound(timeline, folder / "sound.wav")
    with wave.open(str(folder / "sound.wav"), "rb") as clip:
        assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (SAMPLE_RATE, 2, 2)
        assert clip.getnframes() == timeline.frames * 2000
        both = np.frombuffer(clip.readframes(clip.getnframes()), "<i2").reshape(-1, 2) / 32768
    assert (both[:, 0] == both[:, 1]).all()
    sound = both[:, 0]
    shot = timeline.scenes[0]
    places = [
        (round((shot.begin + h.begin) * SAMPLE_RATE), round((shot.begin + h.begin + h.seconds) * SAMPLE_RATE))
        for h in shot.lines
    ]
    return sound, places


def tone(folder: Path, **options: Any) -> FilmLine:
    path = write_tone(folder / f"{len(list(folder.iterdir()))}.wav", **options)
    return FilmLine("x", None, path, 0.0)


def test_loud_and_quiet_voices_come_out_alike(tmp_path: Path) -> None:
    lines = tuple(tone(tmp_path, level=level) for level in (0.9, 0.3, 0.05))
    sound, places = heard(tmp_path, lines)
    levels = [float(np.sqrt(np.mean(sound[begin:end] ** 2))) for begin, end in places]
    assert max(levels) / min(levels) < 1.1
    assert np.abs(sound).max() < 0.9


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000, 96000])
def test_pitch_and_length_survive_another_sample_rate(tmp_path: Path, rate: int) -> None:
    sound, ((begin, end),) = heard(tmp_path, (tone(tmp_path, rate=rate, hertz=1000.0, seconds=0.5),))
    assert (end - begin) / SAMPLE_RATE == pytest.approx(0.5, abs=0.001)
    stretch = sound[begin:end]
    spectrum = np.abs(np.fft.rfft(stretch * np.hanning(len(stretch))))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(stretch) == pytest.approx(1000, abs=4)
    assert np.abs(sound[:begin]).max() < 0.001
    assert np.abs(sound[end + 10 :]).max() < 0.001


def test_a_long_voice_and_a_silent_one(tmp_path: Path) -> None:
    lines = (tone(tmp_path, level=0.0), tone(tmp_path, seconds=0.001), tone(tmp_path, seconds=3.0))
    sound, places = heard(tmp_path, lines)
    assert np.abs(sound[places[0][0] : places[0][1]]).max() == 0
    assert np.isfinite(sound).all()


def test_edges_do_not_click(tmp_path: Path) -> None:
    sound, ((begin, end),) = heard(tmp_path, (tone(tmp_path, hertz=30.0, level=0.9),))
    assert np.abs(np.diff(sound[begin - 5 : begin + 20])).max() < 0.02
    assert np.abs(np.diff(sound[end - 20 : end + 5])).max() < 0.02
