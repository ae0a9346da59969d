"""The bundled voice: espeak-ng from a wheel, in a process of its own."""

from __future__ import annotations

import asyncio
import importlib.metadata
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from storycore.narration import spoken
from storycore.narration.base import Speech, Voice, WordTime
from storycore.narration.pcm import silence, wav
from storycore.narration.process import Answer, VoiceProcess
from storycore.narration.spoken import SpokenWord, spoken_words

_WORKER = Path(__file__).with_name("espeak_worker.py")
#: espeak-ng knows British English as plain "en"; "en-gb" alone is no name of a voice.
_ALIASES = {"en-gb": "en"}


class EspeakNarrator:
    """espeak-ng behind the narrator's protocol. Use from any event loop; close it when done.

    Requests are served one after another (the engine reads hundreds of times faster than it speaks). A request that
    takes longer than ``time_limit`` seconds, or a voice process that dies, gives ``VoiceError``; the next request
    starts a new process.
    """

    def __init__(self, *, time_limit: float = 20.0, command: Sequence[str] | None = None) -> None:
        arguments = list(command) if command is not None else [sys.executable, "-P", str(_WORKER)]
        self._process = VoiceProcess("espeak", arguments, time_limit)

    @property
    def name(self) -> str:
        return "espeak-ng"

    def fingerprint(self, voice: Voice) -> str:
        """What, beside the text, decides the sound."""
        version = importlib.metadata.version("espeakng-loader")
        return f"espeak-ng/{version}/{spoken.VERSION}/{voice.variant}/{voice.pitch}/{voice.rate}"

    async def speak(self, text: str, voice: Voice) -> Speech:
        """Read ``text`` aloud. Raises ``VoiceError``."""
        self._process.check()
        words = await asyncio.to_thread(spoken_words, text)
        if not words:
            return silence()
        answer = await self._process.ask(
            {
                "text": " ".join(word.text for word in words),
                "variant": _engine_name(voice.variant),
                "pitch": min(99, max(0, voice.pitch)),
                "rate": min(450, max(80, voice.rate)),
            }
        )
        return await asyncio.to_thread(_speech, answer, words)

    async def close(self) -> None:
        """Stop the voice's process; a request under way fails with ``VoiceError``."""
        await self._process.close()


def _engine_name(variant: str) -> str:
    base, plus, rest = re.sub(r"[^\w+\-]", "", variant).partition("+")
    return f"{_ALIASES.get(base, base)}{plus}{rest}"


def _speech(answer: Answer, words: list[SpokenWord]) -> Speech:
    seconds = len(answer.pcm) / 2 / answer.sample_rate
    events = [(at, sample / answer.sample_rate) for at, sample in answer.words]
    return Speech(wav(answer.pcm, answer.sample_rate), answer.sample_rate, seconds, _timed(words, events, seconds))


def _timed(words: list[SpokenWord], events: list[tuple[int, float]], seconds: float) -> tuple[WordTime, ...]:
    """Our words with the engine's times.

    The engine fires once for merged function words, and several times for numbers: the first event inside a word is
    its beginning; a word without one shares the time of the word before it, in proportion to the letters.
    """
    begins: list[float | None] = []
    at = 0
    for word in words:
        inside = [time for offset, time in events if at <= offset < at + len(word.text) + 1]
        begins.append(min(inside) if inside else None)
        at += len(word.text) + 1
    if begins[0] is None:
        begins[0] = 0.0
    times: list[WordTime] = []
    index = 0
    while index < len(words):
        end = index + 1
        while end < len(words) and begins[end] is None:
            end += 1
        begin = min(seconds, max(begins[index] or 0.0, times[-1].end_s if times else 0.0))
        following = begins[end] if end < len(words) else seconds
        until = max(begin, min(seconds, seconds if following is None else following))
        letters = sum(len(word.text) for word in words[index:end])
        for word in words[index:end]:
            stop = begin + (until - begin) * len(word.text) / letters
            times.append(WordTime(begin, stop, word.start, word.end))
            begin, letters = stop, letters - len(word.text)
        index = end
    return tuple(times)
