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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from storycore.errors import FilmError, StorageError
from storycore.film.drawing import Grounds
from storycore.film.joining import Joined, Joiner, Stretch
from storycore.film.letters import lay_out_fonts
from storycore.film.model import FilmPart, FilmPlan, FilmProgress, FilmProgressCallback, FilmReport, Made, MadeCache
from storycore.film.options import SubtitleMode
from storycore.film.program import disk_full, to_the_end
from storycore.film.rungs import (
    DRAFT,
    FPS,
    LEAST_KBPS,
    LOWEST_KBPS,
    Rung,
    neighbours,
    parts_needed,
    rung_for,
    too_long,
    video_kbps,
)
from storycore.film.segment import Segment, make_segment
from storycore.film.shots import Piece, Seen, described, look_at_pictures
from storycore.film.soundtrack import Soundtrack
from storycore.film.timeline import Timeline, lay_out
from storycore.film.vtt import vtt_of

log = logging.getLogger(__name__)

#: Two segments are drawn at once, each in a thread of its own; the third thread writes their subtitles.
_THREADS = 3
_FOLDER = "film-"
_STALE_S = 24 * 3600


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
    ``plan.max_bytes``. Where that would leave less than 150 kb/s to the picture, there are several files, each within
    it: ``NAME-1.mp4``, ``NAME-2.mp4`` … beside ``out``.
    Segments come from ``cache`` where it has them. ``work_dir`` holds temporary files, which are
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
        return await _Maker(plan, out, cache, folder, executor, _Teller(on_progress)).make()
    except OSError as error:
        raise _storage(error) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        removing = asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        await to_the_end(asyncio.ensure_future(removing))


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


class _Teller:
    """Says how far the film is, and how long it still takes: by the pace of the frames that had to be drawn."""

    def __init__(self, on_progress: FilmProgressCallback | None) -> None:
        self._on_progress = on_progress
        self._total = self._done = self._to_draw = self._drawn = 0
        self._begun: float | None = None

    def begin(self, total: int, to_draw: int) -> None:
        """``to_draw`` of ``total`` frames are not there yet."""
        self._total, self._to_draw = total, to_draw
        self._begun = time.monotonic()
        self._done = total - to_draw
        if self._done or not to_draw:
            self._tell()

    def drawn(self, frames: int) -> None:
        """``frames`` more are drawn."""
        self._drawn += frames
        self._done = min(self._done + frames, self._total)
        self._tell()

    def _tell(self) -> None:
        if self._on_progress is None or self._begun is None:
            return
        spent = time.monotonic() - self._begun
        left = spent / self._drawn * max(0, self._to_draw - self._drawn) if self._drawn else None
        self._on_progress(FilmProgress(self._done / FPS, self._total / FPS, left))


@dataclass(slots=True)
class _Cut:
    """The film cut into files: which shots go into each, what those are made of, and at which size."""

    rung: Rung
    parts: list[range]
    pieces: list[tuple[Piece, ...]]
    notes: tuple[str, ...]

    @property
    def all(self) -> list[Piece]:
        """The pieces of all parts, in order."""
        return [piece for part in self.pieces for piece in part]


class _Maker:
    """One film being made."""

    def __init__(
        self,
        plan: FilmPlan,
        out: Path,
        cache: MadeCache,
        folder: Path,
        executor: ThreadPoolExecutor,
        teller: _Teller,
    ) -> None:
        self._plan = plan
        self._out = out
        self._cache = cache
        self._folder = folder
        self._executor = executor
        self._teller = teller
        self._env: dict[str, str] = {}
        self._grounds = Grounds()
        self._sound = Soundtrack(plan, folder, cache)

    async def make(self) -> FilmReport:
        self._env = await asyncio.to_thread(lay_out_fonts, self._folder, self._plan.text)
        timeline = await asyncio.to_thread(lay_out, self._plan)
        sound = asyncio.create_task(self._sound.prepare(timeline))
        try:
            seen = await asyncio.to_thread(look_at_pictures, self._plan)
            cut = await self._cut(timeline, seen)
            files, made = await self._film(cut)
            await asyncio.shield(sound)
            return await self._deliver(timeline, cut, await self._joined(timeline, cut, files), made)
        finally:
            sound.cancel()
            await to_the_end(asyncio.gather(sound, return_exceptions=True))

    async def _cut(self, timeline: Timeline, seen: Sequence[Seen]) -> _Cut:
        """What is drawn, and how large: predicted from the length and the limit, before anything is drawn."""
        plan = self._plan
        quality = min(plan.quality, DRAFT) if plan.options.draft else plan.quality
        parts, kbps = _parts(timeline, plan.max_bytes)
        best = rung_for(kbps, plan.options.shape, quality)
        cut = await self._cut_at(best, timeline, seen, parts)
        if await self._share_there(cut) < 0.5:
            for rung in neighbours(best, plan.options.shape, quality):
                # A line more or less must not tip the whole film over the edge of a size.
                other = await self._cut_at(rung, timeline, seen, parts)
                if await self._share_there(other) > 0.5:
                    return other
        return cut

    async def _cut_at(self, rung: Rung, timeline: Timeline, seen: Sequence[Seen], parts: list[range]) -> _Cut:
        told = [await asyncio.to_thread(described, self._plan, timeline, seen, rung, part) for part in parts]
        notes = dict.fromkeys(note for part in told for note in part.notes)
        return _Cut(rung, parts, [part.pieces for part in told], tuple(notes))

    async def _share_there(self, cut: _Cut) -> float:
        """How much of the film is kept already, 0 … 1."""
        there = [await self._cache.find(piece.segment.key(cut.rung)) is not None for piece in cut.all]
        return sum(there) / len(there)

    async def _film(self, cut: _Cut) -> tuple[dict[str, Path], int]:
        """Every segment's file by its key, and how many shots' had to be made; the first that fails stops the rest."""
        files: dict[str, Path] = {}
        missing: dict[str, Segment] = {}
        made = 0
        for piece in cut.all:
            key = piece.segment.key(cut.rung)
            found = None if key in missing else await self._cache.find(key)
            if found is not None:
                files[key] = found.path
            elif key not in missing:
                missing[key] = piece.segment
                made += piece.shot is not None
        total = sum(piece.segment.frames for piece in cut.all)
        self._teller.begin(total, sum(segment.frames for segment in missing.values()))
        gate = asyncio.Semaphore(cut.rung.at_once)

        async def one(key: str, segment: Segment) -> None:
            async with gate:
                files[key] = (await self._make(segment, cut.rung, key)).path

        tasks = [asyncio.create_task(one(key, segment)) for key, segment in missing.items()]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await to_the_end(asyncio.gather(*tasks, return_exceptions=True))
        return files, made

    async def _make(self, segment: Segment, rung: Rung, key: str) -> Made:
        path = await make_segment(
            segment,
            rung,
            f"segment-{uuid.uuid4().hex[:12]}",
            folder=self._folder,
            env=self._env,
            executor=self._executor,
            grounds=self._grounds,
            on_frames=self._teller.drawn,
        )
        shows = [take.digest for take in segment.takes if take.digest is not None]
        details = {"frames": segment.frames, "rung": [rung.width, rung.height], "pictures": shows}
        return await self._cache.keep(key, path, ".mp4", details)

    async def _joined(self, timeline: Timeline, cut: _Cut, files: dict[str, Path]) -> list[Joined]:
        joiner = Joiner(self._plan, self._folder)
        done: list[Joined] = []
        for place, (part, pieces) in enumerate(zip(cut.parts, cut.pieces, strict=True), start=1):
            shots = tuple(timeline.shots[index] for index in part)
            masters = tuple((files[piece.segment.key(cut.rung)], piece.segment.frames) for piece in pieces)
            seconds = sum(shot.frames for shot in shots) / FPS
            sound = await self._sound.part(shots[0].begin, seconds, f"sound{place}.m4a")
            done.append(await joiner.join(Stretch(shots, masters, sound), f"film{place}", cut.rung))
        return done

    async def _deliver(self, timeline: Timeline, cut: _Cut, joined: Sequence[Joined], made: int) -> FilmReport:
        parts: list[FilmPart] = []
        for place, (file, part) in enumerate(zip(joined, cut.parts, strict=True), start=1):
            out = self._out if len(joined) == 1 else self._out.with_name(f"{self._out.stem}-{place}{self._out.suffix}")
            await asyncio.to_thread(_moved, file.path, out)
            seconds = sum(timeline.shots[index].frames for index in part) / FPS
            parts.append(FilmPart(out, seconds, file.bytes, await self._captions(timeline, part)))
        smallest = min(joined, key=lambda file: file.width)
        return FilmReport(
            path=parts[0].path,
            seconds=timeline.seconds,
            bytes=sum(part.bytes for part in parts),
            width=smallest.width,
            height=smallest.height,
            fps=FPS,
            scenes=len(self._plan.scenes),
            made=made,
            reused=len(timeline.shots) - made,
            notes=(*cut.notes, *self._sound.notes),
            parts=tuple(parts),
            fitted=any(file.fitted for file in joined),
        )

    async def _captions(self, timeline: Timeline, part: range) -> str:
        """The subtitles of a part as a text of their own; none where the film has none."""
        if self._plan.options.subtitles is SubtitleMode.OFF:
            return ""
        text = await asyncio.to_thread(vtt_of, timeline, part)
        return text if "-->" in text else ""


def _parts(timeline: Timeline, max_bytes: int | None) -> tuple[list[range], float | None]:
    """The shots of each file, and what the limit leaves the picture of the longest, kb/s."""
    count = least = parts_needed(timeline.seconds, max_bytes)
    while True:
        parts = split(timeline, count)
        if max_bytes is None:
            return parts, None
        longest = max(sum(timeline.shots[index].frames for index in part) for part in parts) / FPS
        kbps = video_kbps(longest, max_bytes)
        if kbps >= LEAST_KBPS or len(parts) < count or count > least + 2:  # scenes are not cut through
            if kbps < LOWEST_KBPS:
                raise too_long(longest, max_bytes)
            return parts, kbps
        count += 1


def split(timeline: Timeline, count: int) -> list[range]:
    """The shots in at most ``count`` parts of much the same length, none cut through; title and credits stay with a
    scene. The longest part is as short as it can be."""
    lengths = [shot.frames for shot in timeline.scenes]
    lengths[0] += timeline.title.frames if timeline.title is not None else 0
    lengths[-1] += timeline.credits.frames if timeline.credits is not None else 0
    low, high = max(lengths), sum(lengths)
    while low < high:
        middle = (low + high) // 2
        if len(_packed(lengths, middle)) <= count:
            high = middle
        else:
            low = middle + 1
    parts = _packed(lengths, high)
    ahead = int(timeline.title is not None)
    shots = [range(part.start + ahead if part.start else 0, part.stop + ahead) for part in parts]
    return [*shots[:-1], range(shots[-1].start, len(timeline.shots))]


def _packed(lengths: Sequence[int], most: int) -> list[range]:
    parts: list[range] = []
    begin = held = 0
    for index, frames in enumerate(lengths):
        if held and held + frames > most:
            parts.append(range(begin, index))
            begin, held = index, 0
        held += frames
    return [*parts, range(begin, len(lengths))]


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
