"""``make_film``: a plan goes in, a file that fits comes out, and nothing is made twice."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from storycore.errors import FilmError, StorageError
from storycore.film import picture
from storycore.film.letters import lay_out_fonts
from storycore.film.model import FilmPlan, FilmProgress, FilmProgressCallback, FilmReport, Made, MadeCache
from storycore.film.picture import Look, Move, move_for
from storycore.film.program import Running, disk_full, program
from storycore.film.rungs import Rung, first_step, frame_size, lower_step, possible, rung_at, too_long
from storycore.film.segment import Segment, make_segment
from storycore.film.sound import write_sound
from storycore.film.subtitles import Written, credits_card, scene_card, scene_subtitles, title_card
from storycore.film.timeline import Shot, Timeline, lay_out

log = logging.getLogger(__name__)

#: Segments drawn at once. Each keeps about one core busy: half with drawing and text, half with encoding.
_AT_ONCE = 2
_MOST_TRIES = 4
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
    frame_size(plan.shape, 360)
    try:
        await asyncio.to_thread(work_dir.mkdir, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="film-", dir=work_dir))
    except OSError as error:
        raise _storage(error) from error
    executor = ThreadPoolExecutor(_AT_ONCE + 1, thread_name_prefix="film")
    try:
        return await _Maker(plan, out, cache, folder, executor, on_progress).make()
    except OSError as error:
        raise _storage(error) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


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
        self._notes: list[str] = []
        self._made: set[str] = set()

    async def make(self) -> FilmReport:
        plan = self._plan
        self._env = await asyncio.to_thread(lay_out_fonts, self._folder)
        timeline = await asyncio.to_thread(lay_out, plan)
        self._notes.extend(timeline.notes)
        digests = await asyncio.to_thread(_digests, plan)
        sound = self._folder / "sound.wav"
        writing = asyncio.create_task(asyncio.to_thread(write_sound, timeline, sound))
        try:
            step = None
            if plan.max_bytes is not None:
                step = await self._kept_step(
                    first_step(timeline.seconds, len(timeline.shots), plan.max_bytes), timeline, digests
                )
            for _ in range(_MOST_TRIES):
                rung = rung_at(step, plan.shape, plan.quality, timeline.seconds)
                segments = await self._segments(timeline, digests, rung)
                parts = await self._film(segments, rung, timeline)
                await asyncio.shield(writing)
                film = await self._joined(parts.files, sound, rung, timeline)
                size = film.stat().st_size
                if plan.max_bytes is None or step is None or size <= plan.max_bytes:
                    return await self._deliver(film, size, rung, timeline, parts)
                step = self._next_step(step, size, plan.max_bytes)
                log.info("film of %d bytes is over %d: again at step %d", size, plan.max_bytes, step)
        finally:
            await asyncio.shield(asyncio.gather(writing, return_exceptions=True))
        raise too_long(timeline.seconds, plan.max_bytes or 0)

    def _next_step(self, step: int, size: int, max_bytes: int) -> int:
        lower = lower_step(step, size, max_bytes)
        if not possible(step - 1):
            raise too_long(0.0, max_bytes)
        return max(lower, 1)

    async def _kept_step(self, best: int, timeline: Timeline, digests: Sequence[str | None]) -> int:
        """``best``, or the step next to it if most segments are already there at that one.

        A line more or less must not tip the whole film over the edge of a step.
        """
        counts: dict[int, int] = {}
        for step in (best, best + 1, best - 1):
            if not possible(step):
                continue
            rung = rung_at(step, self._plan.shape, self._plan.quality, timeline.seconds)
            segments = await self._segments(timeline, digests, rung)
            counts[step] = sum([await self._cache.find(segment.key(rung)) is not None for segment in segments])
        fullest = max(counts, key=lambda step: (counts[step], step == best))
        return fullest if counts[fullest] > len(timeline.shots) / 2 else best

    async def _segments(self, timeline: Timeline, digests: Sequence[str | None], rung: Rung) -> list[Segment]:
        segments, lost, shortened = await asyncio.to_thread(_described, self._plan, timeline, digests, rung)
        notes = list(timeline.notes)
        missing = sum(digest is None for digest in digests)
        if missing:
            notes.append(f"{missing} scene{'s have' if missing > 1 else ' has'} no picture; a card stands in.")
        if lost:
            notes.append(f"{lost} character{'s' if lost > 1 else ''} could not be shown: the font lacks them.")
        if shortened:
            notes.append(f"{shortened} word{'s' if shortened > 1 else ''} had to be shortened to fit the picture.")
        self._notes = notes
        return segments

    async def _film(self, segments: Sequence[Segment], rung: Rung, timeline: Timeline) -> _Parts:
        """Every segment's file, made or found, two at a time; the first that fails stops the others."""
        gate = asyncio.Semaphore(_AT_ONCE)
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

    async def _joined(self, files: Sequence[Path], sound: Path, rung: Rung, timeline: Timeline) -> Path:
        """Segments copied end to end, with the sound beside them."""
        await asyncio.to_thread(self._list_parts, files, timeline)
        pictures = ffmpeg.input("parts.txt", format="concat", safe=0)
        voices = ffmpeg.input(sound.name)
        title = "".join(char if char.isprintable() else " " for char in self._plan.title)[:_TITLE_LENGTH]
        stream = ffmpeg.output(
            pictures.video,
            voices.audio,
            "film.mp4",
            format="mp4",
            vcodec="copy",
            acodec="aac",
            audio_bitrate=f"{rung.audio_kbps}k",
            movflags="+faststart",
            map_metadata=-1,
            metadata=[f"title={title}", "comment=Made with Fireside"],
        ).global_args("-nostdin", "-hide_banner", "-nostats")
        args = await asyncio.to_thread(_compiled, stream)
        async with Running(args, cwd=self._folder) as running:
            await running.finish()
        return self._folder / "film.mp4"

    def _list_parts(self, files: Sequence[Path], timeline: Timeline) -> None:
        lines = ["ffconcat version 1.0"]
        for index, (path, shot) in enumerate(zip(files, timeline.shots, strict=True)):
            link = self._folder / f"part{index:04d}.mp4"
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
            lines += [f"file {link.name}", f"duration {shot.seconds:.6f}"]
        (self._folder / "parts.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def _deliver(self, film: Path, size: int, rung: Rung, timeline: Timeline, parts: _Parts) -> FilmReport:
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
            notes=tuple(self._notes),
        )


def _compiled(stream: object) -> list[str]:
    args: list[str] = ffmpeg.compile(stream, cmd=program(), overwrite_output=True)
    return args


def _digests(plan: FilmPlan) -> list[str | None]:
    """The pictures' content hashes; None where a picture is missing or broken."""
    return [
        picture.content_hash(scene.picture)
        if scene.picture is not None and picture.load(scene.picture) is not None
        else None
        for scene in plan.scenes
    ]


def _described(
    plan: FilmPlan, timeline: Timeline, digests: Sequence[str | None], rung: Rung
) -> tuple[list[Segment], int, int]:
    """Every segment's description, and how many characters were lost and words shortened in them."""
    written: list[Written] = []
    segments: list[Segment] = []
    size = (rung.width, rung.height)
    pictures = [(s.picture, d) for s, d in zip(plan.scenes, digests, strict=True) if d is not None]
    first, last = (pictures[0], pictures[-1]) if pictures else ((None, None), (None, None))

    written.append(title_card(plan.title, timeline.title.seconds, *size))
    segments.append(_segment(timeline.title, first, Look.SOFT, Move.PUSH_IN, written[-1], opens=True))
    for shot, scene, digest in zip(timeline.scenes, plan.scenes, digests, strict=True):
        text = scene_subtitles(shot.lines, shot.seconds, *size)
        if digest is None:
            text = scene_card(scene.title or f"Scene {scene.number}", text, shot.seconds, *size)
        written.append(text)
        segments.append(
            _segment(shot, (scene.picture, digest), Look.CLEAR, move_for(scene.number), text, seed=scene.number)
        )
    if timeline.credits is not None:
        written.append(credits_card(plan.title, plan.credits, timeline.credits.seconds, *size))
        segments.append(_segment(timeline.credits, last, Look.SOFT, Move.PULL_OUT, written[-1]))
    return segments, sum(text.lost for text in written), sum(text.shortened for text in written)


def _segment(
    shot: Shot,
    shown: tuple[Path | None, str | None],
    look: Look,
    move: Move,
    written: Written,
    *,
    seed: int = 0,
    opens: bool = False,
) -> Segment:
    path, digest = shown
    return Segment(path, digest, look, move, shot.frames, opens, written.ass, seed)


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
