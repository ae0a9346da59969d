"""However it ends: no program is left behind, nothing half-made stays, and the reason is said in plain words."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import stat
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest

from storycore.errors import FilmError, StorageError
from storycore.film import FilmProgress, make, make_film, probe, soundtrack
from tests.film.cache import FolderCache
from tests.film.making import plan

ENCODER = Path(imageio_ffmpeg.get_ffmpeg_exe()).name


def encoders() -> list[int]:
    """Our children that encode."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and fields[0] != "Z" and ENCODER in (folder / "cmdline").read_text():
                found.append(int(folder.name))
    return found


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def nothing_stayed(folder: Path) -> bool:
    return not encoders() and not list((folder / "work").iterdir()) and not (folder / "film.mp4").exists()


async def begin(folder: Path) -> asyncio.Task[object]:
    """A film in the making whose frames are being drawn."""
    begun = asyncio.Event()

    def hear(progress: FilmProgress) -> None:
        begun.set()

    task: asyncio.Task[object] = asyncio.create_task(
        make_film(
            plan(folder, 3, quality=540),
            folder / "film.mp4",
            cache=FolderCache(folder / "cache"),
            work_dir=folder / "work",
            on_progress=hear,
        )
    )
    await asyncio.wait_for(begun.wait(), 30)
    return task


async def test_cancelling_stops_the_programs_and_leaves_nothing(tmp_path: Path) -> None:
    before = descriptors()
    task = await begin(tmp_path)
    assert encoders()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert nothing_stayed(tmp_path)
    assert descriptors() <= before + 2


async def test_a_cancelled_film_can_be_made_afterwards(tmp_path: Path) -> None:
    task = await begin(tmp_path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    report = await make_film(
        plan(tmp_path, 1), tmp_path / "film.mp4", cache=FolderCache(tmp_path / "cache"), work_dir=tmp_path / "work"
    )
    assert report.path.exists()


async def test_cancelling_at_any_moment(tmp_path: Path) -> None:
    for delay in (0.0, 0.02, 0.08, 0.15, 0.3, 0.45):
        task = asyncio.create_task(
            make_film(
                plan(tmp_path, 2),
                tmp_path / "film.mp4",
                cache=FolderCache(tmp_path / f"cache{delay}"),
                work_dir=tmp_path / "work",
            )
        )
        await asyncio.sleep(delay)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert not encoders()
        assert not (tmp_path / "work").exists() or not list((tmp_path / "work").iterdir())


async def test_being_cancelled_again_and_again_leaves_no_program(tmp_path: Path) -> None:
    task = await begin(tmp_path)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    assert nothing_stayed(tmp_path)


async def test_a_killed_program_is_said_and_leaves_the_old_film(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"the film of yesterday")
    task = await begin(tmp_path)
    for encoder in encoders():
        os.kill(encoder, signal.SIGKILL)
    with pytest.raises(FilmError, match="was stopped") as caught:
        await task
    assert caught.value.hint
    assert (tmp_path / "film.mp4").read_bytes() == b"the film of yesterday"
    assert not encoders()
    assert not list((tmp_path / "work").iterdir())


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A program that does ``body`` in ffmpeg's place."""
    script = folder / "pretender"
    script.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr("storycore.film.segment.program", lambda: str(script))
    monkeypatch.setattr("storycore.film.soundtrack.program", lambda: str(script))


async def test_a_film_goes_on_at_the_segment_where_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fourth encoder is killed in the middle of its work: two segments are whole by then."""
    film, out, work = plan(tmp_path, 3), tmp_path / "film.mp4", tmp_path / "work"
    real, begun = imageio_ffmpeg.get_ffmpeg_exe(), []
    script = tmp_path / "dying"
    dying = "import os, signal, sys\nsys.stdin.buffer.read(9999)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    script.write_text(f"#!{sys.executable}\n{dying}")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)

    def fourth_dies() -> str:
        begun.append(True)
        return str(script) if len(begun) == 4 else real

    monkeypatch.setattr("storycore.film.segment.program", fourth_dies)
    broken = FolderCache(tmp_path / "cache")
    with pytest.raises(FilmError, match="was stopped"):
        await make_film(film, out, cache=broken, work_dir=work)
    assert not out.exists() and len(broken.kept) >= 2
    cache = FolderCache(tmp_path / "cache")
    report = await make_film(film, out, cache=cache, work_dir=work)
    assert not set(broken.kept) & set(cache.kept), "what was drawn is not drawn again"
    assert len(broken.kept) + len(cache.kept) == 5 + 4  # title, scenes, credits, and what lies between them
    assert (await probe(out)).seconds == pytest.approx(report.seconds, abs=0.05)


async def attempt(folder: Path) -> None:
    await make_film(plan(folder, 1), folder / "film.mp4", cache=FolderCache(folder / "cache"), work_dir=folder / "work")


async def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(
        tmp_path,
        monkeypatch,
        "sys.stderr.write('av_interleaved_write_frame(): No space left on device')\nsys.exit(228)",
    )
    with pytest.raises(StorageError, match="no room left"):
        await attempt(tmp_path)
    assert nothing_stayed(tmp_path)


@pytest.mark.parametrize("place", ["the mix", "a segment", "the film"])
async def test_wherever_the_disk_is_full_nothing_half_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if place == "a segment":
        monkeypatch.setattr(FolderCache, "keep", full)
    else:
        monkeypatch.setattr(*{"the mix": (soundtrack, "write_sound"), "the film": (make, "_moved")}[place], full)
    (tmp_path / "film.mp4").write_bytes(b"the film of yesterday")
    with pytest.raises(StorageError, match="no room left") as caught:
        await attempt(tmp_path)
    assert caught.value.hint
    assert (tmp_path / "film.mp4").read_bytes() == b"the film of yesterday"
    assert not encoders() and not list((tmp_path / "work").iterdir())


async def test_a_program_that_fails_is_said_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, monkeypatch, "sys.stderr.write('Secret path /home/x')\nsys.exit(1)")
    with pytest.raises(FilmError, match="could not be put together") as caught:
        await attempt(tmp_path)
    assert "Secret" not in str(caught.value)
    assert nothing_stayed(tmp_path)


async def test_letters_that_were_not_drawn_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (
        "fontselect: failed to find any fallback with glyph 0x4F60",
        "fontselect: (Inter SemiBold, 400, 0) -> /usr/share/fonts/DejaVuSans.ttf, 0, DejaVuSans",
    ):
        pretend(tmp_path, monkeypatch, f"sys.stdin.buffer.read()\nsys.stderr.write({line!r} + chr(10))")
        with pytest.raises(FilmError, match="subtitles"):
            await attempt(tmp_path)


async def test_a_missing_program_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storycore.film.segment.program", lambda: str(tmp_path / "nowhere"))
    with pytest.raises(FilmError, match="could not be started"):
        await attempt(tmp_path)
    assert nothing_stayed(tmp_path)


async def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    film = plan(tmp_path, 1)
    cache = FolderCache(tmp_path / "cache")
    with pytest.raises(StorageError):
        await make_film(film, tmp_path / "film.mp4", cache=cache, work_dir=tmp_path / "file" / "work")
    with pytest.raises(StorageError):
        await make_film(film, tmp_path / "file" / "film.mp4", cache=cache, work_dir=tmp_path / "work")
    assert not list((tmp_path / "work").iterdir())


async def test_what_a_killed_process_left_is_taken_away_after_a_day(tmp_path: Path) -> None:
    old, young, other = (tmp_path / "work" / name for name in ("film-old", "film-young", "kept"))
    for folder in (old, young, other):
        folder.mkdir(parents=True)
        (folder / "sound.wav").write_bytes(b"half")
    for folder in (old, other):
        os.utime(folder, (0, 0))
    await attempt(tmp_path)
    assert sorted((tmp_path / "work").iterdir()) == [young, other]
