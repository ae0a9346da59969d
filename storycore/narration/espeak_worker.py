"""The voice's own process: reads requests on standard input, answers with sound and word events on standard output.

espeak-ng keeps its state in global variables and a fault in it ends the process, so it never runs inside Fireside:
:class:`storycore.narration.espeak.EspeakNarrator` starts this file by its path. It imports nothing of Fireside.

The wire, both ways: a JSON object on a line of its own. A request has ``text``, ``variant``, ``pitch`` and ``rate``; an
answer has ``error``, or ``sample_rate``, ``bytes`` (how many bytes of 16-bit PCM follow the line) and ``words`` (pairs
of a code point offset into ``text``, from 0, and the sample at which that word begins).
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import espeakng_loader

# Constants of espeak-ng 1.52, src/include/espeak-ng/speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_POS_CHARACTER = 1
_CHARS_UTF8 = 1  # espeakSSML (0x10) and espeakPHONEMES (0x100) stay off: text from chat is text
_ENDPAUSE = 0x1000
_RATE, _PITCH = 1, 3
_EVENT_END, _EVENT_WORD = 0, 1


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Engine:
    """espeak-ng in this process. Raises ``OSError`` where the library or its data cannot be loaded."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL(str(Path(espeakng_loader.get_library_path()).resolve()))
        # espeak-ng cuts the path of its data at 160 characters; "." from inside is never too long.
        os.chdir(Path(espeakng_loader.get_data_path()).resolve().parent)
        self.sample_rate: int = self._lib.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, b".", _INITIALIZE_DONT_EXIT)
        if self.sample_rate <= 0:
            raise OSError("espeak-ng found no voice data")
        self._pcm = bytearray()
        self._words: dict[int, int] = {}
        self._callback = _Callback(self._collect)  # kept: ctypes would free it
        self._lib.espeak_SetSynthCallback(self._callback)

    def _collect(self, wave: Any, samples: int, events: Any) -> int:
        if wave and samples > 0:
            self._pcm += ctypes.string_at(wave, samples * 2)
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_WORD:  # numbers and foreign scripts fire again: the first one counts
                self._words.setdefault(event.text_position - 1, max(0, event.sample))
            index += 1
        return 0

    def speak(self, text: str, variant: str, pitch: int, rate: int) -> tuple[bytes, list[tuple[int, int]]]:
        """Sound and words of ``text``. Raises ``ValueError`` for a voice that is not there or a synthesis refused."""
        self._pcm.clear()
        self._words.clear()
        if self._lib.espeak_SetVoiceByName(variant.encode()) != 0:
            raise ValueError(f"no voice {variant!r}")
        self._lib.espeak_SetParameter(_RATE, rate, 0)
        self._lib.espeak_SetParameter(_PITCH, pitch, 0)
        data = text.encode() + b"\0"
        if self._lib.espeak_Synth(data, len(data), 0, _POS_CHARACTER, 0, _CHARS_UTF8 | _ENDPAUSE, None, None) != 0:
            raise ValueError("espeak-ng refused the text")
        return bytes(self._pcm), sorted(self._words.items())


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the other side closes its end."""
    engine = Engine()
    for line in requests:
        request = json.loads(line)
        try:
            pcm, words = engine.speak(request["text"], request["variant"], request["pitch"], request["rate"])
        except ValueError as error:
            pcm, answer = b"", dict[str, Any](error=str(error))
        else:
            answer = {"sample_rate": engine.sample_rate, "bytes": len(pcm), "words": words}
        answers.write(json.dumps(answer).encode() + b"\n" + pcm)
        answers.flush()


def main() -> None:
    """Serve on the standard streams; whatever the library prints goes to standard error."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
