"""Voices behind one protocol."""

from storycore.narration.base import Narrator, Speech, Voice, WordTime
from storycore.narration.captions import caption_seconds
from storycore.narration.espeak import EspeakNarrator
from storycore.narration.voices import voice_for, voices_for

__all__ = [
    "EspeakNarrator",
    "Narrator",
    "Speech",
    "Voice",
    "WordTime",
    "caption_seconds",
    "voice_for",
    "voices_for",
]
