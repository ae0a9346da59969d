"""A speech service, well and ill."""

from __future__ import annotations

import asyncio
import io
import subprocess
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from storycore.errors import SettingsError, VoiceError
from storycore.film.program import program
from storycore.narration import Voice
from storycore.narration.base import SPEECH
from storycore.narration.endpoint import MOST_CHARACTERS, SpeechEndpoint
from tests.narration.speech_server import SpeechServer, speech_server, tone

NOVA = Voice("nova", engine=SPEECH)


@pytest.fixture
async def server() -> AsyncIterator[SpeechServer]:
    async with speech_server() as running:
        yield running


@pytest.fixture
async def speaker(server: SpeechServer) -> AsyncIterator[SpeechEndpoint]:
    endpoint = SpeechEndpoint(server.url, key="secret", model="tts-9", time_limit=30)
    yield endpoint
    await endpoint.close()


def encoded(*options: str) -> bytes:
    """Half a second of tone as another kind of file."""
    args = [program(), "-v", "error", "-i", "pipe:0", *options, "pipe:1"]
    return subprocess.run(args, input=tone(0.5), capture_output=True, check=True).stdout


async def test_a_line_is_spoken_and_its_words_are_timed(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    line = "**Ada** paid $5, and left."
    speech = await speaker.speak(line, NOVA)
    assert server.asked == [
        {
            "model": "tts-9",
            "input": "Ada paid five dollars, and left.",
            "voice": "nova",
            "response_format": "wav",
            "speed": 1.0,
        }
    ]
    assert server.keys == ["Bearer secret"]
    assert speech.seconds == pytest.approx(0.6, abs=0.02)
    assert [line[word.start : word.end] for word in speech.words] == ["**Ada**", "paid", "$5,", "and", "left."]
    begins = [word.begin_s for word in speech.words]
    assert begins == sorted(begins)
    assert 0 <= begins[0] < begins[-1] < speech.words[-1].end_s <= speech.seconds
    with wave.open(io.BytesIO(speech.wav)) as clip:
        assert (clip.getnchannels(), clip.getsampwidth()) == (1, 2)


async def test_nothing_to_say_asks_nobody(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    assert (await speaker.speak("🐉 ...", NOVA)).words == ()
    assert server.asked == []


@pytest.mark.parametrize("options", [("-f", "mp3"), ("-f", "flac"), ("-f", "ogg", "-c:a", "flac"), ("-f", "adts")])
async def test_whatever_it_sends_is_told_by_its_bytes(
    server: SpeechServer, speaker: SpeechEndpoint, options: tuple[str, ...]
) -> None:
    body = encoded(*options)
    server.answer = lambda _: web.Response(body=body, content_type="audio/wav")
    assert (await speaker.speak("Hello", NOVA)).seconds == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Sign in</title>" * 30,
        b'{"error": {"message": "no credits"}}',
        b"",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n",
    ],
)
async def test_what_is_no_sound_is_a_voice_that_failed(
    server: SpeechServer, speaker: SpeechEndpoint, body: bytes
) -> None:
    server.answer = lambda _: web.Response(body=body, content_type="audio/wav")
    with pytest.raises(VoiceError):
        await speaker.speak("Hello", NOVA)


async def test_a_refused_voice_does_not_rest_the_service(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    def picky(asked: dict[str, Any]) -> web.Response:
        if asked["voice"] != "nova":
            return web.json_response({"error": {"message": "no such voice"}}, status=400)
        return web.Response(body=tone(0.2))

    server.answer = picky
    for _ in range(4):
        with pytest.raises(VoiceError):
            await speaker.speak("Hello", Voice("gone", engine=SPEECH))
    assert (await speaker.speak("Hello", NOVA)).seconds == pytest.approx(0.2, abs=0.02)


async def test_a_busy_service_is_asked_again(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    def once_busy(_: dict[str, Any]) -> web.Response:
        if len(server.asked) == 1:
            return web.Response(status=429, headers={"Retry-After": "0"})
        return web.Response(body=tone(0.2))

    server.answer = once_busy
    assert (await speaker.speak("Hello", NOVA)).seconds == pytest.approx(0.2, abs=0.02)
    assert len(server.asked) == 2


async def test_a_service_that_is_down_is_left_alone_for_a_while() -> None:
    async with speech_server() as gone:
        url = gone.url
    endpoint = SpeechEndpoint(url, rest_s=3600)
    try:
        for _ in range(2):
            with pytest.raises(VoiceError, match="did not speak"):
                await endpoint.speak("Hello", NOVA)
        with pytest.raises(VoiceError, match="a moment ago"):
            await endpoint.speak("Hello", NOVA)
    finally:
        await endpoint.close()


async def test_a_slow_service_is_not_waited_for(server: SpeechServer) -> None:
    server.gate = asyncio.Event()
    endpoint = SpeechEndpoint(server.url, time_limit=0.1)
    try:
        with pytest.raises(VoiceError, match="did not speak"):
            await endpoint.speak("Hello", NOVA)
    finally:
        await endpoint.close()


async def test_it_does_not_follow_where_it_is_sent(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    server.answer = lambda _: web.Response(status=307, headers={"Location": "http://127.0.0.1:1/"})
    with pytest.raises(VoiceError, match="refused"):
        await speaker.speak("Hello", NOVA)
    assert len(server.asked) == 1


async def test_a_long_line_goes_in_pieces(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    line = "The quick brown fox jumps over the lazy dog. " * 220
    speech = await speaker.speak(line, NOVA)
    assert len(server.asked) >= 3
    assert all(len(asked["input"]) <= MOST_CHARACTERS for asked in server.asked)
    assert all(asked["input"].endswith("dog.") for asked in server.asked)
    assert len(speech.words) == 1980
    assert speech.seconds == pytest.approx(198, abs=1)


async def test_a_word_of_ten_thousand_letters(server: SpeechServer, speaker: SpeechEndpoint) -> None:
    speech = await speaker.speak("ab" * 5000, NOVA)
    assert len(server.asked[0]["input"]) < 100
    assert (speech.words[0].start, speech.words[0].end) == (0, 10_000)


def test_addresses() -> None:
    there = "https://api.example.com/v1/audio/speech"
    for url in ("https://api.example.com", "https://api.example.com/v1/", there):
        assert there in SpeechEndpoint(url).fingerprint(NOVA)
    for url in ("api.example.com", "ftp://x/v1", "http://", "http:// x"):
        with pytest.raises(SettingsError):
            SpeechEndpoint(url)


def test_the_key_is_no_part_of_the_sound() -> None:
    assert SpeechEndpoint("http://x", key="a").fingerprint(NOVA) == SpeechEndpoint("http://x", key="b").fingerprint(
        NOVA
    )
    assert SpeechEndpoint("http://x", model="a").fingerprint(NOVA) != SpeechEndpoint("http://x").fingerprint(NOVA)
