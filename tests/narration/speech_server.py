"""A speech service as people run them: it speaks tones, and misbehaves on command."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from aiohttp import web

Answer = Callable[[dict[str, Any]], web.Response]


def tone(seconds: float, *, rate: int = 24_000, hertz: float = 200.0) -> bytes:
    """A WAV file with a tone in it."""
    file = io.BytesIO()
    samples = np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate) * 9000
    with wave.open(file, "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(rate)
        clip.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


class SpeechServer:
    """What was asked of it, and what it answers: a tenth of a second of tone for each word, unless told otherwise."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answer: Answer | None = None
        self.gate: asyncio.Event | None = None
        self.url = ""

    async def speak(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        if self.gate is not None:
            await self.gate.wait()
        if self.answer is not None:
            return self.answer(asked)
        return web.Response(body=tone(0.1 * len(asked["input"].split())), content_type="audio/wav")


@asynccontextmanager
async def speech_server() -> AsyncIterator[SpeechServer]:
    """A service on a free port of this machine."""
    server = SpeechServer()
    app = web.Application()
    app.router.add_post("/v1/audio/speech", server.speak)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        if server.gate is not None:
            server.gate.set()
        await runner.cleanup()
