"""A voice that lives in a process of its own: one request after another, bounded in time, started anew when it dies.

The wire, both ways: a JSON object on a line of its own. An answer has ``error``, or ``sample_rate``, ``bytes`` (how
many bytes of 16-bit PCM follow the line) and ``words`` (pairs of a code point offset into the text, from 0, and the
sample at which that word begins; empty where the voice does not know).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from storycore.errors import VoiceError

log = logging.getLogger(__name__)

_HINT = "The film can go on with timed captions; try again to hear the voice."
_MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a voice's process answers."""

    sample_rate: int
    pcm: bytes
    words: tuple[tuple[int, int], ...]


class VoiceProcess:
    """The process ``command``, started with its first request. ``time_limit`` bounds a request, in seconds."""

    def __init__(self, name: str, command: Sequence[str], time_limit: float) -> None:
        self._command = list(command)
        self._time_limit = time_limit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def check(self) -> None:
        """Raises ``VoiceError`` once it is closed."""
        if self._closed:
            raise VoiceError("The voice has been closed.", "Start again to hear it.")

    async def ask(self, request: dict[str, Any]) -> Answer:
        """Send ``request`` and wait for the answer. Raises ``VoiceError``."""
        self.check()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, request)
        except RuntimeError as error:  # closed while waiting for its turn
            raise VoiceError("The voice has been closed.", "Start again to hear it.") from error

    async def close(self) -> None:
        """Stop the process; a request under way fails with ``VoiceError``."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)
        self._stop()

    # What follows runs in the one thread.

    def _ask(self, request: dict[str, Any]) -> Answer:
        try:
            process = self._running()
            timer = threading.Timer(self._time_limit, process.kill)
            timer.start()
            try:
                return _exchange(process, request)
            finally:
                timer.cancel()
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            self._stop()
            log.warning("the voice's process failed: %s", error)
            raise VoiceError("The voice stopped in the middle of a line.", _HINT) from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise OSError("closed")
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet written to a dead process
                    pipe.close()
        process.wait()


def _exchange(process: subprocess.Popen[bytes], request: dict[str, Any]) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise OSError("the voice's process has no pipes")
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise EOFError("no answer")
    answer = json.loads(line)
    if "error" in answer:
        raise VoiceError(f"The voice could not read a line: {str(answer['error'])[:200]}.", _HINT)
    size = int(answer["bytes"])
    if not 0 <= size <= _MOST_BYTES:
        raise ValueError("an answer too large")
    pcm = process.stdout.read(size)
    if len(pcm) != size:
        raise EOFError("broken off")
    return Answer(int(answer["sample_rate"]), pcm, tuple((int(at), int(sample)) for at, sample in answer["words"]))
