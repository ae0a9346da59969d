"""The film's sound from beginning to end: voices, music beneath them, loudness, and the AAC that goes into the file."""

from __future__ import annotations

import asyncio
import logging
import wave
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np

from storycore.errors import FilmError
from storycore.film import music
from storycore.film.loudness import encoded, mastered
from storycore.film.model import FilmPlan, MadeCache
from storycore.film.moods import Mood, mood_of
from storycore.film.music_file import music_of
from storycore.film.options import AUTO, OFF
from storycore.film.program import Running, program, to_the_end
from storycore.film.rungs import audio_kbps
from storycore.film.sound import write_sound
from storycore.film.timeline import Timeline
from storycore.keys import recipe_key

log = logging.getLogger(__name__)

_MIX, _WAV = "mix.wav", "sound.wav"
#: Below this the two channels are alike: the bits are needed for the voice.
_STEREO_KBPS = 64


class Soundtrack:
    """One film's sound, made in ``folder``: :meth:`prepare` first, then :meth:`part` for each of its files."""

    def __init__(self, plan: FilmPlan, folder: Path, cache: MadeCache) -> None:
        self._plan = plan
        self._folder = folder
        self._cache = cache
        self.notes: list[str] = []

    async def prepare(self, timeline: Timeline) -> None:
        """Mix the voices and the music, as loud as they shall be. Raises ``FilmError`` and ``OSError``."""
        loop = await self._music(timeline)
        if loop is not None and audio_kbps(timeline.seconds, self._plan.max_bytes) < _STEREO_KBPS:
            loop = np.repeat(loop.mean(axis=1, keepdims=True), 2, axis=1)
        writing = asyncio.create_task(asyncio.to_thread(write_sound, timeline, self._folder / _MIX, loop))
        try:
            await asyncio.shield(writing)
        finally:  # the thread cannot be stopped, and writes into a folder that may be about to go
            await to_the_end(asyncio.gather(writing, return_exceptions=True))
        # The fewer bits the encoder has, the more it lets peaks grow.
        kbps = audio_kbps(timeline.seconds, self._plan.max_bytes)
        await mastered(_MIX, _WAV, -1.8 if kbps >= _STEREO_KBPS else -2.5, self._run)

    async def part(self, begin: float, seconds: float, name: str) -> Path:
        """``seconds`` of it from ``begin`` as AAC in the file ``name``."""
        kbps = audio_kbps(seconds, self._plan.max_bytes)
        await encoded(_WAV, (begin, seconds), name, kbps, self._run)
        return self._folder / name

    async def _music(self, timeline: Timeline) -> music.Stereo | None:
        wanted = self._plan.options.music
        if wanted == OFF:
            return None
        if wanted == AUTO:
            texts = [line.text for scene in self._plan.scenes for line in scene.lines]
            return await self._loop(mood_of([self._plan.title, *texts]))
        try:
            if self._plan.music is None:
                raise FilmError("The file with the music is not there.")
            return await music_of(self._plan.music, timeline.seconds)
        except FilmError as error:
            log.warning("a film without its music: %s", error)
            self.notes.append(f"{error.message} The film has none.")
            return None

    async def _loop(self, mood: Mood) -> music.Stereo:
        """The mood's loop: kept once it was made."""
        key = recipe_key("music", version=music.VERSION, mood=mood.value)
        kept = await self._cache.find(key)
        if kept is None:
            path = self._folder / f"{mood.value}.wav"
            await asyncio.to_thread(_write, path, await asyncio.to_thread(music.loop, mood))
            kept = await self._cache.keep(key, path, ".wav", {"mood": mood.value})
        return await asyncio.to_thread(_read, kept.path)

    async def _run(self, stream: Any) -> str:
        quiet = stream.global_args("-nostdin", "-hide_banner", "-nostats")
        args = ffmpeg.compile(quiet, cmd=await asyncio.to_thread(program), overwrite_output=True)
        async with Running(args, cwd=self._folder) as running:
            return await running.finish()


def _write(path: Path, loop: music.Stereo) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(music.SAMPLE_RATE)
        out.writeframes((loop * 32767).astype("<i2").tobytes())


def _read(path: Path) -> music.Stereo:
    with wave.open(str(path), "rb") as kept:
        samples = np.frombuffer(kept.readframes(kept.getnframes()), "<i2")
    return np.asarray(samples.reshape(-1, 2).astype(np.float32) / np.float32(32768), np.float32)
