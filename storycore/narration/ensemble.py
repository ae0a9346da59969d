"""All engines of a house behind the narrator's one protocol: each voice is read by the engine it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from storycore.errors import VoiceError
from storycore.narration.base import Narrator, Speech, Voice
from storycore.narration.endpoint import SpeechEndpoint
from storycore.narration.espeak import EspeakNarrator
from storycore.narration.piper import PiperNarrator, piper_voices
from storycore.narration.voices import Catalogue, VoiceEntry, VoiceSettings, catalogue


class Ensemble:
    """Narrators by their names; the first one's name stands for all of them."""

    def __init__(self, narrators: Sequence[Narrator]) -> None:
        self._narrators = {narrator.name: narrator for narrator in narrators}
        self._name = narrators[0].name

    @property
    def name(self) -> str:
        return self._name

    def fingerprint(self, voice: Voice) -> str:
        """What, beside the text, decides the sound."""
        narrator = self._narrators.get(voice.engine)
        return f"none/{voice.engine}" if narrator is None else narrator.fingerprint(voice)

    async def speak(self, text: str, voice: Voice) -> Speech:
        """Read ``text`` aloud. Raises ``VoiceError``, also where the voice's engine is not set up."""
        narrator = self._narrators.get(voice.engine)
        if narrator is None:
            raise VoiceError("That voice is not set up any more.", "`/voice list` shows the voices there are.")
        return await narrator.speak(text, voice)

    async def close(self) -> None:
        """Stop them all."""
        await asyncio.gather(*(narrator.close() for narrator in self._narrators.values()))


def open_voices(settings: VoiceSettings) -> tuple[Narrator, Catalogue]:
    """The narrator and the voices as the settings name them. Raises ``SettingsError``.

    Reads the folder of Piper's voices: call it off the event loop, or before it runs.
    """
    narrators: list[Narrator] = []
    if settings.speech_url:
        narrators.append(SpeechEndpoint(settings.speech_url, key=settings.speech_key, model=settings.speech_model))
    piper: list[VoiceEntry] = []
    if settings.piper_dir is not None:
        piper = piper_voices(settings.piper_dir, settings.piper_voices)
        narrators.append(PiperNarrator(settings.piper_dir))
    voices = catalogue(settings.speech_voices if settings.speech_url else None, piper)
    return Ensemble([*narrators, EspeakNarrator()]), voices
