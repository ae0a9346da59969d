"""Sound files that others made, decoded by ffmpeg: whatever they are called, and bounded in every way.

Only containers that hold sound are opened: a playlist or a concat script named .wav could make ffmpeg read other files
or call other machines.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from storycore.errors import FilmError
from storycore.film.program import program, to_the_end

_FORMATS = "wav,w64,mp3,flac,ogg,aac,mov,matroska,aiff,caf,amr,asf,ac3,au,opus"
_NICENESS = 5


class NoSoundError(FilmError):
    """The file holds no sound that can be played."""


async def decoded(source: bytes | Path, *, rate: int, channels: int, seconds: float, time_limit: float = 60.0) -> bytes:
    """The sound of ``source`` (a file, or a file's bytes) as 16-bit PCM, ``rate`` Hz, ``channels`` interleaved.

    At most ``seconds`` of it are taken. Raises :class:`NoSoundError` where it holds none, or where that cannot be told
    within ``time_limit`` seconds.
    """
    name = "pipe:0" if isinstance(source, bytes) else f"file:{await asyncio.to_thread(source.resolve)}"
    exe = await asyncio.to_thread(program)
    args = [exe, *("-nostdin" if name != "pipe:0" else "-hide_banner",), "-v", "error"]
    args += ["-format_whitelist", _FORMATS, "-protocol_whitelist", "pipe" if name == "pipe:0" else "file"]
    args += ["-i", name, "-map", "0:a:0", "-t", f"{seconds:.3f}", "-ac", str(channels), "-ar", str(rate)]
    args += ["-f", "s16le", "pipe:1"]
    process = await asyncio.create_subprocess_exec(
        *args,
        stdin=asyncio.subprocess.PIPE if name == "pipe:0" else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        with contextlib.suppress(OSError):  # a wish, not a need
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        async with asyncio.timeout(time_limit):
            out, _ = await process.communicate(source if isinstance(source, bytes) else None)
    except TimeoutError as error:
        raise NoSoundError("That sound could not be read in time.", "Try a shorter file.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await to_the_end(asyncio.ensure_future(process.wait()))
    whole = len(out) // (2 * channels) * (2 * channels)
    if not whole:
        raise NoSoundError("There is no sound in that file.", "MP3, WAV, FLAC, OGG and M4A can be played.")
    return out[:whole]
