"""Sound as bytes: 16-bit mono PCM and the WAV files it is kept in."""

from __future__ import annotations

import io
import wave

from storycore.narration.base import Speech

_SILENCE_S = 0.4
_SAMPLE_RATE = 22050


def wav(pcm: bytes, sample_rate: int) -> bytes:
    """A WAV file of 16-bit mono ``pcm``."""
    out = io.BytesIO()
    with wave.open(out, "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(sample_rate)
        clip.writeframes(pcm)
    return out.getvalue()


def silence() -> Speech:
    """What is heard of a line without anything to say."""
    pcm = bytes(2 * int(_SILENCE_S * _SAMPLE_RATE))
    return Speech(wav(pcm, _SAMPLE_RATE), _SAMPLE_RATE, len(pcm) / 2 / _SAMPLE_RATE, ())
