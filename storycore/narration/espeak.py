"""The bundled voice: espeak-ng from a wheel, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import io
import json
import logging
import re
import subprocess
import sys
import threading
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storycore.errors import VoiceError
from storycore.narration import spoken
from storycore.narration.base import Speech, Voice, WordTime
from storycore.narration.spoken import SpokenWord, spoken_words

log = logging.getLogger(__name__)

_WORKER = Path(__file__).with_name("espeak_worker.py")
#: espeak-ng knows British English as plain "en"; "en-gb" alone is no name of a voice.
_ALIASES = {"en-gb": "en"}
_SILENCE_S = 0.4
_SAMPLE_RATE = 22050
_HINT = "The film can go on with timed captions; try again to hear the voice."


@dataclass(frozen=True, slots=True)
class _Answer:
    sample_rate: int
    pcm: bytes
    words: tuple[tuple[int, int], ...]


class EspeakNarrator:
    """espeak-ng behind the narrator's protocol. Use from any event loop; close it when done.

    Requests are served one after another (the engine reads hundreds of times faster than it speaks). A request that
    takes longer than ``time_limit`` seconds, or a voice process that dies, gives ``VoiceError``; the next request
    starts a new process.
    """

    def __init__(self, *, time_limit: float = 20.0, command: Sequence[str] | None = None) -> None:
        self._time_limit = time_limit
        self._command = list(command) if command is not None else [sys.executable, "-P", str(_WORKER)]
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="espeak")
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def name(self) -> str:
        return "espeak-ng"

    def fingerprint(self, voice: Voice) -> str:
        """What, beside the text, decides the sound."""
        version = importlib.metadata.version("espeakng-loader")
        return f"espeak-ng/{version}/{spoken.VERSION}/{voice.variant}/{voice.pitch}/{voice.rate}"

    async def speak(self, text: str, voice: Voice) -> Speech:
        """Read ``text`` aloud. Raises ``VoiceError``."""
        if self._closed:
            raise VoiceError("The voice has been closed.", "Start again to hear it.")
        words = spoken_words(text)
        if not words:
            return _silence()
        said = " ".join(word.text for word in words)
        request = {
            "text": said,
            "variant": _engine_name(voice.variant),
            "pitch": min(99, max(0, voice.pitch)),
            "rate": min(450, max(80, voice.rate)),
        }
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, request)
        except RuntimeError as error:  # closed while waiting for its turn
            raise VoiceError("The voice has been closed.", "Start again to hear it.") from error
        return await asyncio.to_thread(_speech, answer, words)

    async def close(self) -> None:
        """Stop the voice's process; a request under way fails with ``VoiceError``."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)
        self._stop()

    # What follows runs in the one thread.

    def _ask(self, request: dict[str, Any]) -> _Answer:
        try:
            process = self._running()
            timer = threading.Timer(self._time_limit, process.kill)
            timer.start()
            try:
                return _exchange(process, request)
            finally:
                timer.cancel()
        except (OSError, EOFError, ValueError) as error:
            self._stop()
            log.warning("the voice's process failed: %s", error)
            raise VoiceError("The voice stopped in the middle of a line.", _HINT) from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise OSError("closed")
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet written to a dead process
                    pipe.close()
        process.wait()


def _exchange(process: subprocess.Popen[bytes], request: dict[str, Any]) -> _Answer:
    if process.stdin is None or process.stdout is None:
        raise OSError("the voice's process has no pipes")
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise EOFError("no answer")
    answer = json.loads(line)
    if "error" in answer:
        raise VoiceError(f"The voice could not read a line: {answer['error']}.", _HINT)
    size = int(answer["bytes"])
    pcm = process.stdout.read(size)
    if len(pcm) != size:
        raise EOFError("broken off")
    return _Answer(int(answer["sample_rate"]), pcm, tuple((int(at), int(sample)) for at, sample in answer["words"]))


def _engine_name(variant: str) -> str:
    base, plus, rest = re.sub(r"[^\w+\-]", "", variant).partition("+")
    return f"{_ALIASES.get(base, base)}{plus}{rest}"


def _silence() -> Speech:
    pcm = bytes(2 * int(_SILENCE_S * _SAMPLE_RATE))
    return Speech(_wav(pcm, _SAMPLE_RATE), _SAMPLE_RATE, len(pcm) / 2 / _SAMPLE_RATE, ())


def _speech(answer: _Answer, words: list[SpokenWord]) -> Speech:
    seconds = len(answer.pcm) / 2 / answer.sample_rate
    events = [(at, sample / answer.sample_rate) for at, sample in answer.words]
    return Speech(_wav(answer.pcm, answer.sample_rate), answer.sample_rate, seconds, _timed(words, events, seconds))


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


def _wav(pcm: bytes, sample_rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(sample_rate)
        clip.writeframes(pcm)
    return out.getvalue()
