"""One segment: a picture, its moves and its text, drawn here and encoded by one run of ffmpeg."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from storycore.film import picture
from storycore.film.picture import OVERSAMPLING, Camera, Look, Move, Pixels
from storycore.film.program import Running, disk_full, program
from storycore.film.rungs import Rung
from storycore.keys import derived_seed, recipe_key

#: Raised when equal recipes give another film: part of every segment's key.
VERSION = 2
PRESET = "veryfast"
_PIPE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """All that goes into a segment. ``digest`` is the picture's content hash; None: a card is drawn instead."""

    picture: Path | None
    digest: str | None
    look: Look
    move: Move
    frames: int
    opens: bool
    ass: str
    seed: int = 0

    def key(self, rung: Rung) -> str:
        """The segment's key at ``rung``: equal keys, equal files."""
        return recipe_key(
            "segment",
            version=[VERSION, picture.VERSION],
            picture=self.digest,
            seed=None if self.digest else self.seed,
            look=self.look,
            move=self.move,
            frames=self.frames,
            opens=self.opens,
            ass=self.ass,
            rung=[rung.width, rung.height, rung.fps, rung.crf, rung.kbps],
            preset=PRESET,
        )


def encoder_options(rung: Rung) -> dict[str, object]:
    """x264's options: H.264 High that every player takes, its parameter sets alike in all segments of a rung."""
    options: dict[str, object] = {
        "format": "mp4",
        "vcodec": "libx264",
        "preset": PRESET,
        "crf": rung.crf,
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        "r": rung.fps,
        "g": rung.fps * 10,
        "threads": 3 - rung.at_once,
        "bf": 5,  # drawn scenes: a tenth fewer bits for hardly more time
        "x264-params": "stitchable=1",
        "color_range": "tv",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "chroma_sample_location": "left",
    }
    if rung.kbps is not None:
        options |= {"maxrate": f"{rung.kbps}k", "bufsize": f"{rung.buffer_kbit}k"}
    return options


def command(rung: Rung, ass: str, out: str, options: Mapping[str, object]) -> list[str]:
    """The run of ffmpeg that reads raw frames, draws the text of the file ``ass`` and writes ``out``."""
    frames = ffmpeg.input(
        "pipe:0", format="rawvideo", pix_fmt="yuv420p", s=f"{rung.width}x{rung.height}", framerate=rung.fps
    )
    tagged = frames.filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    written = tagged.filter("ass", filename=ass, fontsdir="fonts")
    stream = ffmpeg.output(written, out, **options).global_args(
        "-nostdin", "-hide_banner", "-nostats", "-filter_threads", "1"
    )
    args: list[str] = ffmpeg.compile(stream, cmd=program(), overwrite_output=True)
    return args


async def make_segment(
    segment: Segment,
    rung: Rung,
    name: str,
    *,
    folder: Path,
    env: Mapping[str, str],
    executor: Executor,
    on_frames: Callable[[int], None],
    options: Mapping[str, object] | None = None,
) -> Path:
    """Draw and encode ``segment`` into ``folder``/``name``.mp4; ``on_frames`` hears how many frames are drawn.

    ``on_frames`` is called on the event loop. ``options`` replaces the encoder's options (the benchmark writes raw
    frames). If the awaiting task is cancelled, the program is killed and the drawing
    thread has ended when this returns. Raises ``FilmError`` and ``StorageError``.
    """
    loop = asyncio.get_running_loop()
    out = folder / f"{name}.mp4"
    await loop.run_in_executor(executor, (folder / f"{name}.ass").write_text, segment.ass, "utf-8")
    reading, writing = os.pipe()
    stop = threading.Event()
    with contextlib.suppress(OSError, AttributeError):  # fewer, longer writes; Linux only
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    args = await asyncio.to_thread(command, rung, f"{name}.ass", out.name, options or encoder_options(rung))

    def heard(frames: int) -> None:
        loop.call_soon_threadsafe(on_frames, frames)

    try:
        async with Running(args, cwd=folder, stdin=reading, env=env) as running:
            os.close(reading)
            reading = -1
            drawing = loop.run_in_executor(executor, _draw, segment, rung, writing, stop, heard)
            writing = -1  # the thread's now
            try:
                await asyncio.shield(drawing)
                await running.finish()
            finally:
                stop.set()
                running.kill()
                # The thread ends at its next write; until then its folder must not go.
                await asyncio.shield(asyncio.gather(drawing, return_exceptions=True))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full() from error
        raise
    finally:
        for descriptor in (reading, writing):
            if descriptor >= 0:
                os.close(descriptor)
    return out


def _draw(
    segment: Segment, rung: Rung, descriptor: int, stop: threading.Event, on_frames: Callable[[int], None]
) -> None:
    """Draw every frame and write it to ``descriptor``, which is closed at the end. Runs in a thread."""
    try:
        camera = Camera(
            picture.planes_of(_source(segment, rung)),
            rung.width,
            rung.height,
            segment.move,
            segment.frames / rung.fps,
            opens=segment.opens,
        )
        reported = 0
        for index in range(segment.frames):
            if stop.is_set():
                return
            _write(descriptor, camera.draw(index / rung.fps))
            if index - reported >= rung.fps // 2:
                on_frames(index - reported)
                reported = index
        on_frames(segment.frames - reported)
    except BrokenPipeError:
        return  # the program has ended: its own code and log say why
    finally:
        os.close(descriptor)


def _write(descriptor: int, frame: Pixels) -> None:
    rest = frame.data.cast("B")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _source(segment: Segment, rung: Rung) -> Pixels:
    width, height = (2 * round(side * OVERSAMPLING / 2) for side in (rung.width, rung.height))
    loaded = picture.load(segment.picture) if segment.picture is not None and segment.digest is not None else None
    if loaded is None:
        ground = picture.card(width, height, derived_seed("card", segment.seed))
    else:
        ground = picture.filled(loaded, width, height, whole=segment.look is Look.CLEAR)
    return picture.softened(ground) if segment.look is Look.SOFT else ground
