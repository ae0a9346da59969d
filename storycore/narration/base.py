"""The voices' protocol: a line goes in, sound and word times come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

#: The engines: the bundled one, Piper (voice files that an operator downloads), an OpenAI-compatible speech service.
ESPEAK, PIPER, SPEECH = "espeak-ng", "piper", "speech"


@dataclass(frozen=True, slots=True)
class Voice:
    """How somebody sounds.

    ``variant`` is the engine's own voice name (``en-gb+f3``), ``pitch`` 0 … 99 (50 is plain; the bundled engine alone
    heeds it), ``rate`` words a minute (80 … 450), ``engine`` who speaks.
    """

    variant: str = "en-gb"
    pitch: int = 50
    rate: int = 165
    engine: str = ESPEAK


@dataclass(frozen=True, slots=True)
class WordTime:
    """When a word is heard: seconds from the clip's start; ``start`` and ``end`` are code points of the line's text."""

    begin_s: float
    end_s: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Speech:
    """One spoken line: a mono 16-bit PCM WAV file's bytes, its length in seconds, and its words in order."""

    wav: bytes
    sample_rate: int
    seconds: float
    words: tuple[WordTime, ...]


class Narrator(Protocol):
    """Somebody who reads aloud. Safe to call from the event loop: the synthesis runs in a process of its own."""

    @property
    def name(self) -> str: ...

    def fingerprint(self, voice: Voice) -> str:
        """What, beside the text, decides the sound (engine, version, voice): part of the clip's key."""
        ...

    async def speak(self, text: str, voice: Voice) -> Speech:
        """Read ``text`` aloud. Text without anything to say gives a short silence. Raises ``VoiceError``."""
        ...

    async def close(self) -> None:
        """Stop the voice's process."""
        ...
