"""Voices behind one protocol."""

from storycore.narration.base import Narrator, Speech, Voice, WordTime
from storycore.narration.captions import caption_seconds
from storycore.narration.casting import Role, cast_voices, voice_for
from storycore.narration.espeak import EspeakNarrator
from storycore.narration.voices import NARRATOR, Catalogue, VoiceEntry, catalogue

__all__ = [
    "NARRATOR",
    "Catalogue",
    "EspeakNarrator",
    "Narrator",
    "Role",
    "Speech",
    "Voice",
    "VoiceEntry",
    "WordTime",
    "caption_seconds",
    "cast_voices",
    "catalogue",
    "voice_for",
]
