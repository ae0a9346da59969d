"""The film's sound as it is in the file: as loud as players expect, its peaks held, whatever goes into it."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import pytest

from storycore.film.loudness import Loudness, measured
from storycore.film.model import FilmLine, FilmPlan, FilmScene
from storycore.film.options import FilmOptions
from storycore.film.program import Running, program
from storycore.film.soundtrack import Soundtrack
from storycore.film.timeline import lay_out
from storycore.narration import EspeakNarrator, voice_for
from tests.film.cache import FolderCache
from tests.film.making import write_tone

LINES = (
    (None, "Long ago, in a small kingdom by the sea, there lived a king."),
    ("the old king", "My sons! Whoever brings me the golden bird shall have my crown!"),
    ("the witch", "Who is there? Come in, come in, my little one."),
)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[FilmLine, ...]:
    """A few lines, really read aloud."""
    folder = tmp_path_factory.mktemp("spoken")

    async def speak() -> tuple[FilmLine, ...]:
        narrator = EspeakNarrator(time_limit=120)
        lines: list[FilmLine] = []
        for number, (speaker, text) in enumerate(LINES):
            speech = await narrator.speak(text, voice_for(speaker))
            clip = folder / f"{number}.wav"
            clip.write_bytes(speech.wav)
            lines.append(FilmLine(text, speaker, clip, speech.seconds, speech.words))
        await narrator.close()
        return tuple(lines)

    return asyncio.run(speak())


async def sound_of(
    folder: Path,
    lines: tuple[FilmLine, ...],
    *,
    max_bytes: int | None = None,
    music: str = "auto",
    file: Path | None = None,
) -> tuple[Loudness, Soundtrack, float]:
    """What a film of ``lines`` sounds like, and how long it is."""
    scene = FilmScene(1, "", None, lines)
    plan = FilmPlan("T", (scene,), ("A test",), max_bytes, options=FilmOptions(music=music), music=file)
    timeline = lay_out(plan)
    track = Soundtrack(plan, folder, FolderCache(folder / "cache"))
    await track.prepare(timeline)
    await track.part(0.0, timeline.seconds, "sound.m4a")

    async def run(stream: Any) -> str:
        quiet = stream.global_args("-nostdin", "-hide_banner", "-nostats")
        async with Running(ffmpeg.compile(quiet, cmd=program(), overwrite_output=True), cwd=folder) as running:
            return await running.finish()

    return await measured("sound.m4a", run), track, timeline.seconds


@pytest.mark.parametrize("limit", [None, 4 << 20, 700 << 10])
@pytest.mark.parametrize("music", ["off", "auto"])
async def test_a_film_is_as_loud_as_players_expect(
    tmp_path: Path, spoken: tuple[FilmLine, ...], music: str, limit: int | None
) -> None:
    loudness, track, _ = await sound_of(tmp_path, spoken, max_bytes=limit, music=music)
    assert loudness.lufs == pytest.approx(-14, abs=1)
    assert loudness.peak_db <= -1.0
    assert track.notes == []


async def test_music_that_somebody_handed_in(tmp_path: Path, spoken: tuple[FilmLine, ...]) -> None:
    tune = write_tone(tmp_path / "tune.wav", seconds=4.0, hertz=660.0)
    loudness, track, seconds = await sound_of(tmp_path, spoken, music="tune.wav", file=tune)
    assert loudness.lufs == pytest.approx(-14, abs=1)
    assert loudness.peak_db <= -1.0
    assert track.notes == []
    with wave.open(str(tmp_path / "mix.wav")) as mix:
        samples = np.frombuffer(mix.readframes(mix.getnframes()), "<i2")[::2] / 32768
    ends = samples[round((seconds - 4) * 48_000) : round((seconds - 2.5) * 48_000)]  # the credits: music alone
    spectrum = np.abs(np.fft.rfft(ends * np.hanning(len(ends))))
    assert np.argmax(spectrum) * 48_000 / len(ends) == pytest.approx(660, abs=3)


async def test_music_that_is_none_leaves_a_note(tmp_path: Path, spoken: tuple[FilmLine, ...]) -> None:
    text = tmp_path / "music.mp3"
    text.write_text("la la la")
    for file in (text, None):
        loudness, track, _ = await sound_of(tmp_path, spoken, music="music.mp3", file=file)
        assert loudness.lufs == pytest.approx(-14, abs=1)
        assert len(track.notes) == 1
        assert "The film has none." in track.notes[0]


async def test_quiet_and_loud_clips_come_out_alike(tmp_path: Path) -> None:
    for level in (0.01, 0.9):
        folder = tmp_path / str(level)
        folder.mkdir()
        lines = tuple(FilmLine("x", None, write_tone(folder / "a.wav", seconds=3, level=level), 0) for _ in range(2))
        loudness, _, _ = await sound_of(folder, lines)
        assert loudness.lufs == pytest.approx(-14, abs=1)
        assert loudness.peak_db <= -1.0


async def test_no_voice_and_no_music(tmp_path: Path) -> None:
    loudness, track, _ = await sound_of(tmp_path, (), music="off")
    assert loudness.silent
    assert track.notes == []


async def test_the_loop_is_made_once(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path / "cache")
    plan = FilmPlan("T", (FilmScene(1, "", None, ()),))
    for _ in range(2):
        await Soundtrack(plan, tmp_path, cache).prepare(lay_out(plan))
    assert len(cache.kept) == 1
