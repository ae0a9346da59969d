"""``make_film``: a plan goes in, a file that fits comes out, and nothing is made twice."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from storycore.errors import FilmError, StorageError
from storycore.film.letters import lay_out_fonts
from storycore.film.model import FilmPlan, FilmProgress, FilmProgressCallback, FilmReport, Made, MadeCache
from storycore.film.program import Running, disk_full, program
from storycore.film.rungs import (
    LOWEST_STEP,
    Rung,
    audio_kbps,
    first_step,
    lower_step,
    possible,
    rung_at,
    too_long,
)
from storycore.film.segment import Segment, make_segment
from storycore.film.shots import Described, described, digests_of
from storycore.film.sound import write_sound
from storycore.film.timeline import Timeline, lay_out

log = logging.getLogger(__name__)

#: Two segments are drawn at once, each in a thread of its own; the third thread writes their subtitles.
_THREADS = 3
_MOST_TRIES = 4
_FOLDER = "film-"
_STALE_S = 24 * 3600
_TITLE_LENGTH = 200


async def make_film(
    plan: FilmPlan,
    out: Path,
    *,
    cache: MadeCache,
    work_dir: Path,
    on_progress: FilmProgressCallback | None = None,
) -> FilmReport:
    """Make the film of ``plan`` and put it at ``out``, whole or not at all.

    The file is H.264 High (yuv420p, BT.709) and AAC in MP4, ready to be played while it loads, and no larger than
    ``plan.max_bytes``. Segments come from ``cache`` where it has them. ``work_dir`` holds temporary files, which are
    gone at the end however it ends. ``on_progress`` is called on the event loop. If the awaiting task is cancelled, the
    programs are stopped and nothing stays behind.

    Raises ``FilmError`` (no scenes, an impossible size, a film that cannot be made to fit) and ``StorageError`` (the
    disk is full).
    """
    if not plan.scenes:
        raise FilmError("There is no scene to film.", "Hand in a script with at least one scene.")
    try:
        await asyncio.to_thread(work_dir.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(_sweep, work_dir)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=_FOLDER, dir=work_dir))
    except OSError as error:
        raise _storage(error) from error
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="film")
    try:
        return await _Maker(plan, out, cache, folder, executor, on_progress).make()
    except OSError as error:
        raise _storage(error) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


def _sweep(work_dir: Path) -> None:
    """Take away what films left behind whose process was killed: folders that nothing was written to for a day."""
    for folder in work_dir.glob(f"{_FOLDER}*"):
        with contextlib.suppress(FileNotFoundError):  # another film's end came first
            if time.time() - folder.stat().st_mtime > _STALE_S:
                shutil.rmtree(folder, ignore_errors=True)


def _storage(error: OSError) -> StorageError:
    log.error("the film could not be stored: %s", error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full()
    return StorageError("A file of the film could not be read or written.", "Ask for the film again.")


@dataclass(slots=True)
class _Parts:
    """The segments' files in order, and how many of them were made or found."""

    files: list[Path]
    made: int
    reused: int


class _Maker:
    """One film being made."""

    def __init__(
        self,
        plan: FilmPlan,
        out: Path,
        cache: MadeCache,
        folder: Path,
        executor: ThreadPoolExecutor,
        on_progress: FilmProgressCallback | None,
    ) -> None:
        self._plan = plan
        self._out = out
        self._cache = cache
        self._folder = folder
        self._executor = executor
        self._on_progress = on_progress
        self._env: dict[str, str] = {}
        self._made: set[str] = set()

    async def make(self) -> FilmReport:
        plan = self._plan
        self._env = await asyncio.to_thread(lay_out_fonts, self._folder)
        timeline = await asyncio.to_thread(lay_out, plan)
        sound = asyncio.create_task(self._sound(timeline))
        try:
            return await self._tried(timeline, sound)
        finally:
            sound.cancel()
            await asyncio.shield(asyncio.gather(sound, return_exceptions=True))

    async def _tried(self, timeline: Timeline, sound: asyncio.Task[Path]) -> FilmReport:
        """The film at the best rung that fits, a smaller one each time that the file turns out too large."""
        plan = self._plan
        digests = await asyncio.to_thread(digests_of, plan)
        step = None
        if plan.max_bytes is not None:
            best = first_step(timeline.seconds, len(timeline.shots), plan.max_bytes)
            step = await self._kept_step(best, timeline, digests)
        for attempt in range(_MOST_TRIES):
            rung = rung_at(step, plan.options.shape, plan.quality)
            film = await self._described(timeline, digests, rung)
            parts = await self._film(film.segments, rung, timeline)
            path = await self._joined(parts.files, await asyncio.shield(sound), timeline)
            size = (await asyncio.to_thread(path.stat)).st_size
            if plan.max_bytes is None or step is None or size <= plan.max_bytes:
                return await self._deliver(path, size, rung, timeline, parts, film.notes)
            if not possible(step - 1):
                break
            last = attempt == _MOST_TRIES - 2
            step = LOWEST_STEP if last else max(LOWEST_STEP, lower_step(step, size, plan.max_bytes))
            log.info("a film of %d bytes is over %d: again at step %d", size, plan.max_bytes, step)
        raise too_long(timeline.seconds, plan.max_bytes or 0)

    async def _sound(self, timeline: Timeline) -> Path:
        """The film's sound as AAC, made while the pictures are drawn."""
        await asyncio.to_thread(write_sound, timeline, self._folder / "sound.wav")
        rate = audio_kbps(timeline.seconds, self._plan.max_bytes)
        stream = ffmpeg.output(ffmpeg.input("sound.wav"), "sound.m4a", acodec="aac", audio_bitrate=f"{rate}k")
        await self._run(stream)
        return self._folder / "sound.m4a"

    async def _run(self, stream: Any) -> None:
        quiet = stream.global_args("-nostdin", "-hide_banner", "-nostats")
        args = ffmpeg.compile(quiet, cmd=await asyncio.to_thread(program), overwrite_output=True)
        async with Running(args, cwd=self._folder) as running:
            await running.finish()

    async def _kept_step(self, best: int, timeline: Timeline, digests: Sequence[str | None]) -> int:
        """``best``, or the step next to it if most segments are already there at that one.

        A line more or less must not tip the whole film over the edge of a step.
        """
        counts: dict[int, int] = {}
        for step in (best, best + 1, best - 1):
            if not possible(step):
                continue
            rung = rung_at(step, self._plan.options.shape, self._plan.quality)
            film = await self._described(timeline, digests, rung)
            counts[step] = sum([await self._cache.find(segment.key(rung)) is not None for segment in film.segments])
        fullest = max(counts, key=lambda step: (counts[step], step == best))
        return fullest if counts[fullest] > len(timeline.shots) / 2 else best

    async def _described(self, timeline: Timeline, digests: Sequence[str | None], rung: Rung) -> Described:
        return await asyncio.to_thread(described, self._plan, timeline, digests, rung)

    async def _film(self, segments: Sequence[Segment], rung: Rung, timeline: Timeline) -> _Parts:
        """Every segment's file, made or found, two at a time; the first that fails stops the others."""
        gate = asyncio.Semaphore(rung.at_once)
        drawn = 0

        def tell(frames: int) -> None:
            nonlocal drawn
            drawn += frames
            if self._on_progress is not None:
                self._on_progress(FilmProgress(min(drawn, timeline.frames) / rung.fps, timeline.seconds))

        async def one(index: int, segment: Segment) -> tuple[Path, bool]:
            key = segment.key(rung)
            found = await self._cache.find(key)
            if found is not None:
                tell(segment.frames)
                return found.path, key in self._made
            async with gate:
                made = await self._make(segment, rung, key, f"segment{index:04d}-{uuid.uuid4().hex[:8]}", tell)
            return made.path, True

        tasks = [asyncio.create_task(one(index, segment)) for index, segment in enumerate(segments)]
        try:
            results = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.shield(asyncio.gather(*tasks, return_exceptions=True))
        made = sum(fresh for _, fresh in results)
        return _Parts([path for path, _ in results], made, len(results) - made)

    async def _make(self, segment: Segment, rung: Rung, key: str, name: str, tell: Callable[[int], None]) -> Made:
        path = await make_segment(
            segment,
            rung,
            name,
            folder=self._folder,
            env=self._env,
            executor=self._executor,
            on_frames=tell,
        )
        made = await self._cache.keep(key, path, ".mp4", {"frames": segment.frames, "rung": [rung.width, rung.height]})
        self._made.add(key)
        return made

    async def _joined(self, files: Sequence[Path], sound: Path, timeline: Timeline) -> Path:
        """Segments copied end to end, with the sound beside them."""
        await asyncio.to_thread(self._list_parts, files, timeline)
        title = "".join(char if char.isprintable() else " " for char in self._plan.title)[:_TITLE_LENGTH]
        stream = ffmpeg.output(
            ffmpeg.input("parts.txt", format="concat", safe=0).video,
            ffmpeg.input(sound.name).audio,
            "film.mp4",
            format="mp4",
            codec="copy",
            movflags="+faststart",
            map_metadata=-1,
            **{"metadata": f"title={title}", "metadata:g": "comment=Made with Fireside"},
        )
        await self._run(stream)
        return self._folder / "film.mp4"

    def _list_parts(self, files: Sequence[Path], timeline: Timeline) -> None:
        lines = ["ffconcat version 1.0"]
        for index, (path, shot) in enumerate(zip(files, timeline.shots, strict=True)):
            link = self._folder / f"part{index:04d}.mp4"
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
            lines += [f"file {link.name}", f"duration {shot.seconds:.6f}"]
        (self._folder / "parts.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def _deliver(
        self, film: Path, size: int, rung: Rung, timeline: Timeline, parts: _Parts, notes: tuple[str, ...]
    ) -> FilmReport:
        await asyncio.to_thread(_moved, film, self._out)
        return FilmReport(
            path=self._out,
            seconds=timeline.seconds,
            bytes=size,
            width=rung.width,
            height=rung.height,
            fps=rung.fps,
            scenes=len(self._plan.scenes),
            made=parts.made,
            reused=parts.reused,
            notes=notes,
        )


def _moved(film: Path, out: Path) -> None:
    """``film`` at ``out`` in one step: a reader sees the old file or the new one, never half of either."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # another file system: copied beside it first
        film.replace(out)
        return
    with _beside(out) as temporary:
        shutil.copyfile(film, temporary)
        temporary.replace(out)


@contextlib.contextmanager
def _beside(out: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(prefix=".film-", suffix=".part", dir=out.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
