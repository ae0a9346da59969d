"""The bundled voice, and what happens when it falters."""

from __future__ import annotations

import asyncio
import io
import sys
import textwrap
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from storycore.errors import VoiceError
from storycore.narration import EspeakNarrator, Narrator, Voice, voice_for
from storycore.narration.voices import BUNDLED


@pytest.fixture
async def narrator() -> AsyncIterator[EspeakNarrator]:
    made = EspeakNarrator()
    yield made
    await made.close()


async def test_a_line_is_spoken(narrator: Narrator) -> None:
    text = "The man of the hill paid 1,234 crowns in the year 1999."
    speech = await narrator.speak(text, voice_for(None))
    with wave.open(io.BytesIO(speech.wav)) as clip:
        assert (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) == (1, 2, speech.sample_rate)
        assert clip.getnframes() / clip.getframerate() == pytest.approx(speech.seconds)
        pcm = np.frombuffer(clip.readframes(clip.getnframes()), "<i2")
    assert np.abs(pcm).max() > 5000
    assert 4 < speech.seconds < 8
    assert [text[word.start : word.end] for word in speech.words] == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "The man of the hill paid 1,234 crowns in 1999.",
        "**She** went to https://example.com/x <@12> & left — at 5 o’clock!",
        "Привет, мир",
        "你好 世界",
        "مرحبا بالعالم",
        "I do not know what it is that he is to be to us.",
    ],
)
async def test_word_times_are_in_order_and_within_the_clip(narrator: Narrator, text: str) -> None:
    speech = await narrator.speak(text, voice_for("Ada"))
    assert speech.words
    at = 0.0
    for word in speech.words:
        assert at <= word.begin_s <= word.end_s <= speech.seconds + 1e-9
        assert text[word.start : word.end].strip() == text[word.start : word.end] != ""
        at = word.end_s
    assert [word.start for word in speech.words] == sorted({word.start for word in speech.words})


@pytest.mark.parametrize("text", ["", "🐉", "...", "\0", "\u202e", "{}", "   "])
async def test_nothing_to_say_is_a_short_silence(narrator: Narrator, text: str) -> None:
    speech = await narrator.speak(text, voice_for(None))
    assert 0.1 < speech.seconds < 1
    assert speech.words == ()
    assert not any(speech.wav[44:])


async def test_hostile_text_is_read_not_obeyed(narrator: Narrator) -> None:
    for text in (
        "a" * 10_000,
        "<speak><break time='60s'/>x</speak>",
        "[[h@l'oU]] " * 5,
        "x\0y",
        "<mark name='a'/>",
        "é" * 500,
    ):
        speech = await narrator.speak(text, voice_for(None))
        assert speech.seconds < 25


async def test_a_long_line(narrator: Narrator) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 100
    speech = await narrator.speak(text, voice_for(None))
    assert len(speech.words) == 900
    assert speech.seconds > 200


async def test_speakers_sound_different(narrator: Narrator) -> None:
    line = "Once upon a time there lived a king."
    clips = {
        name: (await narrator.speak(line, voice)).wav
        for name, voice in [(entry.name, entry.voice) for entry in BUNDLED]
    }
    assert len({len(clip) for clip in clips.values()}) > 8
    slow, fast = [(await narrator.speak(line, Voice("en-gb", 50, rate))).seconds for rate in (100, 300)]
    assert slow > 1.7 * fast


async def test_many_at_once(narrator: Narrator) -> None:
    spoken = await asyncio.gather(*(narrator.speak("word " * count, voice_for(None)) for count in range(1, 21)))
    assert [len(speech.words) for speech in spoken] == list(range(1, 21))


async def test_a_voice_that_is_not_there(narrator: Narrator) -> None:
    with pytest.raises(VoiceError, match="no voice"):
        await narrator.speak("Hello", Voice("xx-nowhere"))
    assert (await narrator.speak("Hello", voice_for(None))).seconds > 0.2


async def test_a_voice_s_fingerprint_tells_voices_apart(narrator: Narrator) -> None:
    prints = {narrator.fingerprint(voice) for voice in (Voice(), Voice(pitch=51), Voice(rate=166), Voice("en-us"))}
    assert len(prints) == 4
    assert narrator.name == "espeak-ng"


def faltering(folder: Path, first: str) -> list[str]:
    """A voice process that does ``first`` when it is started the first time, and then is the real one."""
    from storycore.narration import espeak

    script = folder / "worker.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import os, pathlib, runpy, sys, time
            mark = pathlib.Path({str(folder / "mark")!r})
            if not mark.exists():
                mark.write_text("started")
                sys.stdin.readline()
                {first}
            runpy.run_path({str(espeak._WORKER)!r}, run_name="__main__")
            """
        )
    )
    return [sys.executable, "-P", str(script)]


@pytest.mark.parametrize(
    "first",
    [
        "os.abort()",
        "sys.exit(0)",
        "time.sleep(60)",
        "print('nonsense', flush=True); time.sleep(60)",
        """print('{"sample_rate": 22050, "bytes": 100, "words": []}', flush=True); sys.exit(0)""",
    ],
)
async def test_a_voice_that_dies_or_hangs_is_said_and_started_again(tmp_path: Path, first: str) -> None:
    narrator = EspeakNarrator(time_limit=1.5, command=faltering(tmp_path, first))
    try:
        with pytest.raises(VoiceError) as caught:
            await narrator.speak("Hello", voice_for(None))
        assert "captions" in caught.value.hint
        assert (await narrator.speak("Hello again", voice_for(None))).seconds > 0.3
    finally:
        await narrator.close()


async def test_no_voice_at_all(tmp_path: Path) -> None:
    narrator = EspeakNarrator(command=[str(tmp_path / "nowhere")])
    with pytest.raises(VoiceError):
        await narrator.speak("Hello", voice_for(None))
    await narrator.close()


async def test_cancelling_one_line_does_not_harm_the_next(narrator: EspeakNarrator) -> None:
    tasks = [asyncio.create_task(narrator.speak("many words " * 400, voice_for(None))) for _ in range(4)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len((await narrator.speak("One two three", voice_for(None))).words) == 3


async def test_a_closed_voice_says_so() -> None:
    narrator = EspeakNarrator()
    await narrator.speak("Hello", voice_for(None))
    await narrator.close()
    await narrator.close()
    with pytest.raises(VoiceError, match="closed"):
        await narrator.speak("Hello", voice_for(None))
