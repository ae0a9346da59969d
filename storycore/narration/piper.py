"""Piper: voice files that the operator downloads, spoken by the package ``piper-tts`` in a process of its own.

Neither is part of Fireside (the package is under the GPL, each voice has terms of its own): ``pip install
fireside[piper]`` brings the one, ``python -m piper.download_voices`` the others.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import importlib.util
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from storycore.errors import SettingsError, VoiceError
from storycore.narration import spoken
from storycore.narration.base import PIPER, Speech, Voice
from storycore.narration.pcm import silence, wav
from storycore.narration.process import VoiceProcess
from storycore.narration.spoken import spoken_words
from storycore.narration.timing import estimated
from storycore.narration.voices import VoiceEntry, named_voices

_WORKER = Path(__file__).with_name("piper_worker.py")
_SPEAKER = re.compile(r"(?P<file>[\w.+\-]+?)(?:#(?P<speaker>\d{1,4}))?")
_PLAIN_RATE = 165
_MOST_VOICES = 100


def piper_voices(folder: Path, named: str = "") -> list[VoiceEntry]:
    """The voices in ``folder`` (NAME.onnx beside NAME.onnx.json). Reads the folder: call it before the event loop runs.

    ``named`` is what the settings say of them (``en_GB-alba-medium=woman, en_US-libritts-high#12=old man``); without it
    every file is a voice of which nothing is known. Raises ``SettingsError`` for a voice that is not there.
    """
    if importlib.util.find_spec("piper") is None:
        raise SettingsError("FIRESIDE_PIPER_DIR is set, but Piper is not installed.", "pip install fireside[piper]")
    files = sorted(path.stem for path in folder.glob("*.onnx") if path.with_suffix(".onnx.json").is_file())
    if not files:
        raise SettingsError(
            "FIRESIDE_PIPER_DIR holds no voices: NAME.onnx beside NAME.onnx.json.",
            "python -m piper.download_voices en_GB-alba-medium fetches one into the folder it is run in.",
        )
    entries = named_voices(PIPER, named or ",".join(name for name in files[:_MOST_VOICES] if _SPEAKER.fullmatch(name)))
    for entry in entries:
        match = _SPEAKER.fullmatch(entry.voice.variant)
        if match is None or match["file"] not in files:
            raise SettingsError(
                f"FIRESIDE_PIPER_VOICES names {entry.voice.variant}, which is not in FIRESIDE_PIPER_DIR.",
                f"There are {', '.join(files[:5])}.",
            )
    return entries


class PiperNarrator:
    """Piper behind the narrator's protocol. ``time_limit`` bounds a line, in seconds (the first one loads a model)."""

    def __init__(self, folder: Path, *, time_limit: float = 120.0, command: Sequence[str] | None = None) -> None:
        self._folder = folder
        arguments = list(command) if command is not None else [sys.executable, "-P", str(_WORKER)]
        self._process = VoiceProcess("piper", arguments, time_limit)
        self._digests: dict[str, str] = {}

    @property
    def name(self) -> str:
        return PIPER

    def fingerprint(self, voice: Voice) -> str:
        """What, beside the text, decides the sound: a voice file that is replaced is another voice."""
        version = importlib.metadata.version("piper-tts")
        return f"piper/{version}/{spoken.VERSION}/{voice.variant}/{self._digest(voice)}/{voice.rate}"

    async def speak(self, text: str, voice: Voice) -> Speech:
        """Read ``text`` aloud. Raises ``VoiceError``."""
        self._process.check()
        words = await asyncio.to_thread(spoken_words, text)
        if not words:
            return silence()
        match = _SPEAKER.fullmatch(voice.variant)
        if match is None:
            raise VoiceError("There is no such Piper voice.", "`/voice list` shows those that there are.")
        answer = await self._process.ask(
            {
                "text": " ".join(word.text for word in words),
                "model": str((self._folder / f"{match['file']}.onnx").resolve()),
                "speaker": None if match["speaker"] is None else int(match["speaker"]),
                "length_scale": round(_PLAIN_RATE / max(80, voice.rate), 3),
            }
        )
        times = await asyncio.to_thread(estimated, words, answer.pcm, answer.sample_rate)
        sound = wav(answer.pcm, answer.sample_rate)
        return Speech(sound, answer.sample_rate, len(answer.pcm) / 2 / answer.sample_rate, times)

    async def close(self) -> None:
        """Stop the voice's process."""
        await self._process.close()

    def _digest(self, voice: Voice) -> str:
        """Of the small file that describes the voice, and the model's size: cheap, and told apart well enough."""
        name = voice.variant.partition("#")[0]
        if name not in self._digests:
            model = self._folder / f"{name}.onnx"
            try:
                described = model.with_suffix(".onnx.json").read_bytes()
                size = model.stat().st_size
            except OSError:
                return "missing"
            self._digests[name] = hashlib.sha256(json.dumps([size]).encode() + described).hexdigest()[:16]
        return self._digests[name]
