"""Piper's own process: it imports nothing of Fireside, and is started by its path.

The wire is that of :mod:`storycore.narration.process`; a request has ``text``, ``model`` (a file), ``speaker`` (a
number or null) and ``length_scale`` (1 is plain, larger is slower). Piper tells no word times.
"""

from __future__ import annotations

import json
import os
import sys
from collections import OrderedDict
from typing import Any, BinaryIO

from piper import PiperVoice, SynthesisConfig

#: A model takes 60 to 120 MB of memory.
_MOST_MODELS = 3


class Voices:
    """The models in use, the latest few kept."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[str, Any] = OrderedDict()

    def _voice(self, model: str) -> Any:
        if model not in self._loaded:
            self._loaded[model] = PiperVoice.load(model)
            while len(self._loaded) > _MOST_MODELS:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(model)
        return self._loaded[model]

    def speak(self, text: str, model: str, speaker: int | None, length_scale: float) -> tuple[bytes, int]:
        """Sound and sample rate of ``text``. Raises what Piper raises."""
        config = SynthesisConfig(speaker_id=speaker, length_scale=length_scale)
        rate, sound = 22050, bytearray()
        for chunk in self._voice(model).synthesize(text, config):
            rate = chunk.sample_rate
            sound += chunk.audio_int16_bytes
        return bytes(sound), rate


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the other side closes its end."""
    voices = Voices()
    for line in requests:
        request = json.loads(line)
        try:
            pcm, rate = voices.speak(request["text"], request["model"], request["speaker"], request["length_scale"])
        except (OSError, RuntimeError, ValueError, KeyError, IndexError) as error:
            pcm, answer = b"", dict[str, Any](error=type(error).__name__)
        else:
            answer = {"sample_rate": rate, "bytes": len(pcm), "words": []}
        answers.write(json.dumps(answer).encode() + b"\n" + pcm)
        answers.flush()


if __name__ == "__main__":
    # What a library prints must not get between the answers.
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, wire)
