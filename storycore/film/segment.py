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
from dataclasses import asdict, dataclass
from pathlib import Path

import ffmpeg

from storycore.film import picture
from storycore.film.camera import CameraPath
from storycore.film.drawing import Drawing, Grounds
from storycore.film.options import Transition
from storycore.film.picture import CENTRED, Framing, Look, Pixels
from storycore.film.program import Running, disk_full, program, to_the_end
from storycore.film.rungs import Rung
from storycore.keys import recipe_key

#: Raised when equal recipes give another film: part of every segment's key.
VERSION = 4
PRESET = "veryfast"
_PIPE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Take:
    """One picture under one camera. ``digest`` is the picture's content hash; None: a card is drawn instead.

    ``begin`` counts from the segment's first frame and may lie before it; ``framing`` says how the frame is filled.
    """

    picture: Path | None
    digest: str | None
    look: Look
    path: CameraPath
    begin: int
    frames: int
    framing: Framing = CENTRED
    seed: int = 0

    def recipe(self) -> list[object]:
        """All that decides what is drawn, as JSON values."""
        ground = self.digest if self.digest is not None else self.seed
        return [ground, self.look, asdict(self.path), self.begin, self.frames, asdict(self.framing)]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of film that is drawn, encoded and kept on its own: one or two takes that may overlap, and text.

    ``blend`` says how the first gives way to the second; ``ends``: it falls to black at its end.
    """

    takes: tuple[Take, ...]
    frames: int
    ass: str = ""
    blend: Transition = Transition.CUT
    ends: bool = False

    @property
    def cut_at(self) -> int | None:
        """The frame at which its second take stands there at once; None where it does not."""
        if len(self.takes) < 2 or self.blend is not Transition.CUT:
            return None
        first, second = self.takes
        begin, end = max(second.begin, 0), min(first.begin + first.frames, self.frames)
        return begin + (end - begin) // 2

    def key(self, rung: Rung) -> str:
        """The segment's key at ``rung``: equal keys, equal files."""
        return recipe_key(
            "segment",
            version=[VERSION, picture.VERSION],
            takes=[take.recipe() for take in self.takes],
            blend=self.blend,
            ends=self.ends,
            frames=self.frames,
            ass=self.ass,
            rung=[rung.width, rung.height, rung.fps, rung.crf],
            preset=PRESET,
        )


def colour_options() -> dict[str, object]:
    """What a film says of its colours: BT.709, limited range."""
    return {
        "color_range": "tv",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "chroma_sample_location": "left",
    }


def encoder_options(rung: Rung) -> dict[str, object]:
    """x264's options for masters: H.264 High that every player takes, parameter sets alike in a whole film."""
    return {
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
        **colour_options(),
    }


def command(rung: Rung, ass: str, out: str, options: Mapping[str, object]) -> list[str]:
    """The run of ffmpeg that reads raw frames, draws the text of the file ``ass`` ("": none) and writes ``out``."""
    frames = ffmpeg.input(
        "pipe:0", format="rawvideo", pix_fmt="yuv420p", s=f"{rung.width}x{rung.height}", framerate=rung.fps
    )
    tagged = frames.filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    written = tagged.filter("ass", filename=ass, fontsdir="fonts") if ass else tagged
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
    grounds: Grounds,
    on_frames: Callable[[int], None],
    options: Mapping[str, object] | None = None,
) -> Path:
    """Draw and encode ``segment`` into ``folder``/``name``.mp4; ``on_frames`` hears how many frames are drawn.

    ``on_frames`` is called on the event loop; ``grounds`` are the canvases drawn so far. ``options`` replaces the
    encoder's options (the benchmark writes raw frames). If the awaiting task is cancelled, the program is killed and
    the drawing thread has ended when this returns. Raises ``FilmError`` and ``StorageError``.
    """
    loop = asyncio.get_running_loop()
    out = folder / f"{name}.mp4"
    if segment.ass:
        await loop.run_in_executor(executor, (folder / f"{name}.ass").write_text, segment.ass, "utf-8")
    reading, writing = os.pipe()
    stop = threading.Event()
    with contextlib.suppress(OSError, AttributeError):  # fewer, longer writes; Linux only
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    ass = f"{name}.ass" if segment.ass else ""
    chosen = dict(options or encoder_options(rung))
    if segment.cut_at is not None:
        chosen["force_key_frames"] = f"{segment.cut_at / rung.fps:.6f}"
    args = await asyncio.to_thread(command, rung, ass, out.name, chosen)

    def heard(frames: int) -> None:
        loop.call_soon_threadsafe(on_frames, frames)

    try:
        async with Running(args, cwd=folder, stdin=reading, env=env) as running:
            os.close(reading)
            reading = -1
            drawing = loop.run_in_executor(executor, _draw, segment, rung, grounds, writing, stop, heard)
            writing = -1  # the thread's now
            try:
                await asyncio.shield(drawing)
                await running.finish()
            finally:
                stop.set()
                running.kill()
                # The thread ends at its next write; until then its folder must not go.
                await to_the_end(asyncio.gather(drawing, return_exceptions=True))
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
    segment: Segment,
    rung: Rung,
    grounds: Grounds,
    descriptor: int,
    stop: threading.Event,
    on_frames: Callable[[int], None],
) -> None:
    """Draw every frame and write it to ``descriptor``, which is closed at the end. Runs in a thread."""
    try:
        drawing = Drawing(segment, rung.width, rung.height, grounds)
        reported = 0
        for index in range(segment.frames):
            if stop.is_set():
                return
            _write(descriptor, drawing.frame(index))
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
