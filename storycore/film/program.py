"""ffmpeg, the program: found in the wheel, run without a shell, stopped when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from imageio_ffmpeg import _utils

from storycore.errors import FilmError, FilmStoppedError, NotFoundError, StorageError
from storycore.film.letters import CHOSEN
from storycore.film.model import FilmProbe

log = logging.getLogger(__name__)

_TAIL_BYTES = 200_000
#: Less urgent than answering clicks: added to the program's niceness.
_NICENESS = 5
_DISK_FULL = re.compile(rb"No space left on device|Disk quota exceeded|File too large", re.IGNORECASE)
_SIGNALLED = re.compile(rb"received signal \d+")
_FONT_FAILED = re.compile(r"fontselect: failed|Glyph 0x[0-9A-F]+ not found")
_FONT_CHOSEN = re.compile(r"fontselect: \(.*\) -> .*, ([^,\n]+)$", re.MULTILINE)


def program() -> str:
    """The path of ffmpeg. Raises ``FilmStoppedError`` where the wheel brought none for this machine.

    It is found by running it (``-version``): that run too may have been ended, so that a second look is worth it.
    """
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        _utils._get_ffmpeg_exe.cache_clear()  # it would remember the failure for as long as Fireside runs
        raise FilmStoppedError(
            "The program that makes films is missing.", "Install imageio-ffmpeg again, or set IMAGEIO_FFMPEG_EXE."
        ) from error


class Running:
    """One run of ffmpeg. Use as an async context manager: whatever ends the block ends the program too.

    ``stdin`` is a file descriptor of ours that the program reads from (kept open here: close it after entering).
    Raises ``FilmError`` or ``StorageError`` from :meth:`finish`.
    """

    def __init__(
        self, args: Sequence[str], *, cwd: Path, stdin: int | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self._args = list(args)
        self._cwd = cwd
        self._stdin = stdin
        self._env = {**os.environ, **(env or {})}
        self._tail: asyncio.Task[bytes] | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Running:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._args,
                cwd=self._cwd,
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL if self._stdin is None else self._stdin,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise FilmError("The program that makes films could not be started.", "Install it again.") from error
        with contextlib.suppress(OSError):  # a wish, not a need
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICENESS)
        self._tail = asyncio.create_task(_last_bytes(self._process.stderr))
        return self

    async def __aexit__(self, *_: object) -> None:
        process, tail = self._process, self._tail
        if process is None or tail is None:
            return
        self.kill()
        # Nothing may cut this short: a program left behind would write on into a folder that is being removed.
        await to_the_end(asyncio.gather(process.wait(), tail, return_exceptions=True))

    def kill(self) -> None:
        """End the program at once, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def finish(self) -> str:
        """Wait until the program is done; its log. Raises ``FilmError``, ``StorageError`` where it failed."""
        if self._process is None or self._tail is None:
            raise RuntimeError("not started")
        tail = await asyncio.shield(self._tail)
        code = await self._process.wait()
        if code != 0:
            raise failure(code, tail)
        text = tail.decode(errors="replace")
        foreign = {name.strip() for name in _FONT_CHOSEN.findall(text)} - CHOSEN
        if foreign or _FONT_FAILED.search(text):  # ffmpeg itself is content with letters that are not drawn
            log.error("subtitles drawn with %s: %s", foreign or "letters missing", text[-2000:])
            raise FilmError("The subtitles could not be drawn.", "Install the fonts again: fontpkg-inter.")
        return text


async def to_the_end(ending: asyncio.Future[Any]) -> None:
    """Wait until ``ending`` is done, however often the awaiting task is cancelled meanwhile; that is raised then."""
    cancelled = False
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


async def _last_bytes(stream: asyncio.StreamReader | None) -> bytes:
    tail = b""
    while stream is not None:
        block = await stream.read(65536)
        if not block:
            break
        tail = (tail + block)[-_TAIL_BYTES:]
    return tail


def failure(code: int, tail: bytes) -> FilmError | StorageError:
    """What a run that ended with ``code`` means for the person who asked."""
    stopped = code < 0 or _SIGNALLED.search(tail) is not None  # service managers tell all processes to end
    level = logging.WARNING if stopped else logging.ERROR
    log.log(level, "ffmpeg ended with %s: %s", code, tail[-2000:].decode(errors="replace"))
    if _DISK_FULL.search(tail):
        return disk_full()
    if stopped:
        return FilmStoppedError("The program that makes films was stopped.", "Ask for the film again.")
    return FilmError("The film could not be put together.", "Ask for it again; an admin finds the reason in the log.")


def disk_full() -> StorageError:
    """The disk is full, in words for a person."""
    return StorageError("There is no room left on the disk for the film.", "Free some space and ask for it again.")


_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_VIDEO = re.compile(r"Video: (\w+)[^\n]*?, (yuv\w+|\w+)(?:\([^)]*\))?, (\d+)x(\d+)[^\n]*?, ([\d.]+) fps")
_AUDIO = re.compile(r"Audio: (\w+)")


async def probe(path: Path) -> FilmProbe:
    """What the film file ``path`` says of itself, read from ``ffmpeg -i`` (the wheel brings no ffprobe).

    Raises ``NotFoundError`` where there is no file, ``FilmError`` where it is no film.
    """
    try:
        path = await asyncio.to_thread(path.resolve)
        size = (await asyncio.to_thread(path.stat)).st_size
    except OSError as error:
        raise NotFoundError("There is no such film file.", "Make the film again.") from error
    exe = await asyncio.to_thread(program)
    args = [exe, "-nostdin", "-hide_banner", "-i", f"file:{path}"]
    process = await asyncio.create_subprocess_exec(
        *args, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = err.decode(errors="replace")
    duration, video, audio = _DURATION.search(text), _VIDEO.search(text), _AUDIO.search(text)
    if duration is None or video is None:
        raise FilmError("That file is not a film.", "Make the film again.")
    hours, minutes, seconds = duration.groups()
    return FilmProbe(
        seconds=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        bytes=size,
        width=int(video.group(3)),
        height=int(video.group(4)),
        fps=float(video.group(5)),
        video=video.group(1),
        pixels=video.group(2),
        sound=audio.group(1) if audio else None,
    )
