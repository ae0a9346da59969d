"""A speech service that speaks OpenAI's ``POST /v1/audio/speech``: many servers do, on the net and at home.

What comes back is believed in nothing: its size and time are bounded, its kind is told from its bytes (some send MP3
where WAV was asked for, or an error page with status 200), and ffmpeg decodes it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time

import aiohttp

from storycore.errors import FilmError, SettingsError, VoiceError
from storycore.film.decode import decoded
from storycore.narration import spoken
from storycore.narration.base import SPEECH, Speech, Voice
from storycore.narration.pcm import silence, wav
from storycore.narration.spoken import SpokenWord, spoken_words
from storycore.narration.timing import estimated

log = logging.getLogger(__name__)

#: The longest text of one request: OpenAI takes 4096 characters.
MOST_CHARACTERS = 3500
_MOST_BYTES = 48 << 20
_LONGEST_S = 900.0
_RATE = 24_000
_PLAIN_RATE = 165
#: After so many failures in a row the service is left alone for a while: a film does not wait for each line.
_FAILURES = 2
_REST_S = 60.0
_TRIES = 2
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_WAIT_S = 8.0
_HINT = "Another voice reads meanwhile; an admin finds the reason in the log."


class SpeechEndpoint:
    """The speech service at ``url`` (with or without ``/v1`` and ``/audio/speech``). Close it when done.

    ``time_limit`` bounds a request, in seconds. Raises ``SettingsError`` for an address that is none.
    """

    def __init__(
        self, url: str, *, key: str = "", model: str = "tts-1", time_limit: float = 60.0, rest_s: float = _REST_S
    ) -> None:
        self._url = _speech_url(url)
        self._key = key
        self._model = model
        self._time_limit = time_limit
        self._rest_s = rest_s
        self._session: aiohttp.ClientSession | None = None
        self._failed = 0
        self._resting_until = 0.0
        self._one_at_a_time = asyncio.Semaphore(2)

    @property
    def name(self) -> str:
        return SPEECH

    def fingerprint(self, voice: Voice) -> str:
        """What, beside the text, decides the sound (the key does not, and is no part of it)."""
        return f"speech/{self._url}/{self._model}/{spoken.VERSION}/{voice.variant}/{voice.rate}"

    async def speak(self, text: str, voice: Voice) -> Speech:
        """Have ``text`` read aloud. Raises ``VoiceError``; at once while the service is left alone."""
        words = await asyncio.to_thread(spoken_words, text)
        if not words:
            return silence()
        async with self._one_at_a_time:
            if time.monotonic() < self._resting_until:
                raise VoiceError("The speech service did not answer a moment ago.", _HINT)
            pieces = [await self._piece(piece, voice) for piece in _pieces(words)]
        pcm = b"".join(pieces)
        times = await asyncio.to_thread(estimated, words, pcm, _RATE)
        return Speech(wav(pcm, _RATE), _RATE, len(pcm) / 2 / _RATE, times)

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()

    async def _piece(self, text: str, voice: Voice) -> bytes:
        """PCM of a piece; a service that is busy or stumbles is asked once more."""
        for attempt in range(_TRIES):
            try:
                data = await self._ask(text, voice)
                pcm = await decoded(data, rate=_RATE, channels=1, seconds=_LONGEST_S)
            except _BusyError as busy:
                if attempt + 1 < _TRIES:
                    await asyncio.sleep(min(_MOST_WAIT_S, busy.wait_s))
                    continue
                raise self._out_of_reach(str(busy)) from None
            except FilmError as error:
                raise self._out_of_reach("what came is no sound") from error
            self._failed = 0
            return pcm
        raise AssertionError  # the last try returned or raised

    def _out_of_reach(self, why: str) -> VoiceError:
        self._failed += 1
        if self._failed >= _FAILURES:
            self._resting_until = time.monotonic() + self._rest_s
        log.warning("the speech service failed: %s", why)
        return VoiceError("The speech service did not speak.", _HINT)

    async def _ask(self, text: str, voice: Voice) -> bytes:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        asked = {
            "model": self._model,
            "input": text,
            "voice": voice.variant,
            "response_format": "wav",
            "speed": round(min(4.0, max(0.25, voice.rate / _PLAIN_RATE)), 2),
        }
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(self._time_limit),
                self._session.post(self._url, json=asked, headers=headers, allow_redirects=False) as response,
            ):
                if response.status in _AGAIN:
                    raise _BusyError(f"status {response.status}", _wait(response.headers.get("Retry-After")))
                body = await _body(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _BusyError(type(error).__name__, 0.0) from error
        if response.status != 200:
            # One voice that it does not have is no reason to leave the whole service alone.
            log.warning("the speech service refused a line: status %d, %s", response.status, _complaint(body))
            raise VoiceError("The speech service refused a line.", _HINT)
        return body


class _BusyError(Exception):
    """Worth another try, ``wait_s`` later."""

    def __init__(self, why: str, wait_s: float) -> None:
        super().__init__(why)
        self.wait_s = wait_s


async def _body(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for block in response.content.iter_chunked(1 << 16):
        data += block
        if len(data) > _MOST_BYTES:
            raise _BusyError("more than anybody says", 0.0)
    return bytes(data)


def _complaint(body: bytes) -> str:
    """The reason in an error's body, for the log."""
    try:
        told = json.loads(body[:4096])
        reason = told.get("error", told) if isinstance(told, dict) else told
        return str(reason.get("message", "") if isinstance(reason, dict) else reason)[:200]
    except ValueError:
        return repr(body[:80])


def _wait(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and re.fullmatch(r"\d{1,4}(\.\d+)?", retry_after) else 1.0


def _pieces(words: list[SpokenWord]) -> list[str]:
    """The text in pieces that one request takes, cut at sentences where it can be."""
    pieces: list[list[str]] = [[]]
    length = 0
    for word in words:
        full = length + len(word.text) + 1
        ended = bool(pieces[-1]) and pieces[-1][-1].rstrip("\"'”’)").endswith((".", "!", "?", "…"))
        if pieces[-1] and (full > MOST_CHARACTERS or (ended and length > MOST_CHARACTERS * 0.7)):
            pieces.append([])
            full = len(word.text) + 1
        pieces[-1].append(word.text)
        length = full
    return [" ".join(piece) for piece in pieces]


def _speech_url(url: str) -> str:
    plain = url.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", plain):
        raise SettingsError("FIRESIDE_SPEECH_URL is no address.", "Write it as https://api.example.com/v1.")
    if plain.endswith("/audio/speech"):
        return plain
    return f"{plain}/audio/speech" if re.search(r"/v\d+$", plain) else f"{plain}/v1/audio/speech"
