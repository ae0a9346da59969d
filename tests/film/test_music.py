"""Fireside's own music, and music that somebody hands in."""

from __future__ import annotations

import wave
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storycore.errors import FilmError
from storycore.film.model import FilmLine, FilmPlan, FilmScene
from storycore.film.moods import Mood, mood_of
from storycore.film.music import SAMPLE_RATE, Stereo, loop
from storycore.film.music_file import music_of, ring_of
from storycore.film.sound import music_gains
from storycore.film.timeline import lay_out
from tests.film.making import write_tone


@lru_cache
def loop_of(mood: Mood) -> Stereo:
    """A mood's loop, made once."""
    return loop(mood)


def steps(ring: Any) -> Any:
    """How far each sample is from the one before it, the first from the last."""
    return np.abs(ring - np.roll(ring, 1, axis=0)).max(axis=1)


@pytest.mark.parametrize("mood", Mood)
def test_a_loop_closes_without_a_click(mood: Mood) -> None:
    ring = loop_of(mood)
    assert 15 < len(ring) / SAMPLE_RATE < 40
    assert ring.shape[1] == 2
    assert np.isfinite(ring).all()
    assert np.abs(ring).max() < 0.81
    assert float(np.sqrt(np.mean(ring**2))) == pytest.approx(0.1, rel=0.15)
    jumps = steps(ring)
    assert jumps[:3].max() <= np.percentile(jumps, 99.9)
    # Bends betray a seam that steps hide.
    bends = np.abs(np.diff(np.concatenate([ring[-3:], ring[:3]]), n=2, axis=0)).max()
    assert bends <= np.percentile(np.abs(np.diff(ring, n=2, axis=0)), 99.9)
    left, right = ring[:, 0] - ring[:, 0].mean(), ring[:, 1] - ring[:, 1].mean()
    assert 0.3 < float((left * right).mean() / (left.std() * right.std())) < 0.98


def test_moods_sound_different_and_the_same_each_time() -> None:
    assert len({loop_of(mood).tobytes() for mood in Mood}) == len(Mood)
    np.testing.assert_array_equal(loop(Mood.TENSE), loop_of(Mood.TENSE))


@pytest.mark.parametrize(
    "text, mood",
    [
        ("They laughed and danced at the party, and ate cake and candy.", Mood.MERRY),
        ("She wept at the grave. He was dead, and she was alone and lonely.", Mood.SAD),
        ("A scream in the dark! The wolf crept out of the shadows, blood on its claws.", Mood.TENSE),
        ("The king led his army into battle, and the knights won glory for the crown.", Mood.GRAND),
        ("The cat slept by the hearth while the river murmured softly.", Mood.CALM),
        ("The committee met on the second floor to look at a form.", Mood.CALM),
        ("", Mood.CALM),
        ("王様は城にいる", Mood.CALM),
    ],
)
def test_the_mood_is_told_from_the_words(text: str, mood: Mood) -> None:
    assert mood_of([text]) is mood


def film(folder: Path, *lines: FilmLine) -> FilmPlan:
    return FilmPlan("T", (FilmScene(1, "", None, lines),))


def test_music_steps_back_while_somebody_speaks(tmp_path: Path) -> None:
    spoken = FilmLine("x", None, write_tone(tmp_path / "a.wav", seconds=2.0), 0.0)
    shown = FilmLine("y", None, None, 3.0)
    timeline = lay_out(film(tmp_path, shown, spoken, shown))
    moments, levels = music_gains(timeline)
    assert moments == sorted(moments)
    assert moments[-1] == pytest.approx(timeline.seconds)
    (scene,) = timeline.scenes
    silent, heard, _ = scene.lines

    def level(at: float) -> float:
        return float(np.interp(at, moments, levels))

    under = level(scene.begin + heard.begin + 1)
    alone = level(scene.begin + silent.begin + 1.5)
    assert under <= alone - 10
    assert level(scene.begin + heard.begin) == pytest.approx(under)
    assert level(0) < alone - 30
    assert level(timeline.seconds) < alone - 30
    assert np.abs(np.diff(levels) / np.maximum(np.diff(moments), 1e-9)).max() < 200  # dB a second: no step is heard


def test_a_story_without_speech_has_music_all_through(tmp_path: Path) -> None:
    timeline = lay_out(film(tmp_path))
    moments, levels = music_gains(timeline)
    middle = [level for at, level in zip(moments, levels, strict=True) if 1 < at < timeline.seconds - 2.5]
    assert len(set(middle)) <= 1


async def test_a_short_piece_goes_round_without_a_click(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "loop.wav", seconds=5.3, hertz=311.0, rate=44100, level=0.02)
    music = await music_of(path, 60.0)
    assert music.dtype == np.float32
    assert 3 * SAMPLE_RATE < len(music) < 5.3 * SAMPLE_RATE
    jumps = steps(music)
    assert jumps[:2].max() <= np.percentile(jumps, 99.99) * 1.05
    assert float(np.sqrt(np.mean(music**2))) == pytest.approx(0.1, rel=0.2)


def test_the_turn_of_a_ring_is_as_loud_as_the_rest() -> None:
    noise = np.random.default_rng(1).standard_normal((SAMPLE_RATE * 10, 2)).astype(np.float32)
    ring = ring_of(noise)
    turn = float(np.sqrt(np.mean(ring[: SAMPLE_RATE * 2] ** 2)))
    assert turn == pytest.approx(1.0, abs=0.02)


async def test_a_long_piece_is_cut_and_its_silence_goes(tmp_path: Path) -> None:
    path = tmp_path / "named.mp3"  # a WAV in truth
    tone = np.sin(np.arange(48_000 * 4) / 20) * 12000
    with wave.open(str(path), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(48_000)
        clip.writeframes(np.concatenate([np.zeros(48_000 * 2), tone]).astype("<i2").tobytes())
    music = await music_of(path, 3.0)
    assert len(music) == pytest.approx(48_000 * 4, abs=100)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not music at all" * 100,
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"\x89PNG\r\n\x1a\n" + bytes(400),
    ],
)
async def test_what_is_no_music_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "music.mp3"
    path.write_bytes(content)
    with pytest.raises(FilmError, match="no sound"):
        await music_of(path, 10.0)


async def test_silence_and_a_file_that_is_gone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match="silent"):
        await music_of(write_tone(tmp_path / "silent.wav", seconds=5.0, level=0.0), 10.0)
    with pytest.raises(FilmError, match="shorter than two"):
        await music_of(write_tone(tmp_path / "short.wav", seconds=0.5), 10.0)
    with pytest.raises(FilmError, match="not there"):
        await music_of(tmp_path / "gone.wav", 10.0)
