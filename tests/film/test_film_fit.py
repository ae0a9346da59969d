"""A film fits its place: the rung is predicted, the file is checked, and what cannot fit is said."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storycore.errors import FilmError
from storycore.film import FilmPlan, FilmReport, FilmScene, joining, make, make_film
from storycore.film.options import SHAPES
from storycore.film.rungs import LEAST_KBPS, LOWEST_KBPS, frame_size, neighbours, parts_needed, rung_for, video_kbps
from storycore.film.timeline import Shot, Timeline, lay_out
from tests.film.cache import FolderCache
from tests.film.making import TINY, draw_noise, plan

MIB = 2**20


def noisy(folder: Path, max_bytes: int | None, quality: int = 240) -> FilmPlan:
    film = plan(folder, 2, quality=quality, max_bytes=max_bytes)
    scenes = tuple(
        dataclasses.replace(scene, picture=draw_noise(folder / f"noise{scene.number}.png", seed=scene.number))
        for scene in film.scenes
    )
    return dataclasses.replace(film, scenes=scenes)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the noisy film's segments are kept: it is drawn once, what differs is how it is fitted."""
    return tmp_path_factory.mktemp("drawn")


async def made(film: FilmPlan, folder: Path, cache: Path | None = None) -> FilmReport:
    kept = FolderCache(cache or folder / "cache")
    return await make_film(film, folder / "film.mp4", cache=kept, work_dir=folder / "work")


@pytest.mark.parametrize(
    "minutes, mebibytes, sizes",
    [
        (50 / 60, 10, {1080, 720}),
        (0.4, 10, {1080}),
        (2, 10, {720}),
        (2, 100, {1080}),
        (7, 10, {540, 360}),
        (10, 50, {720}),
    ],
)
def test_the_size_is_chosen_before_anything_is_drawn(minutes: float, mebibytes: int, sizes: set[int]) -> None:
    assert rung_for(video_kbps(minutes * 60, mebibytes * MIB), "16:9", 1080).short in sizes


@given(
    seconds=st.floats(5, 7200),
    limit=st.integers(50_000, 100 * MIB),
    shape=st.sampled_from(list(SHAPES)),
)
def test_every_part_leaves_its_picture_enough(seconds: float, limit: int, shape: str) -> None:
    try:
        count = parts_needed(seconds, limit)
    except FilmError as error:
        assert "fit" in error.message
        return
    kbps = video_kbps(seconds / count, limit)
    assert kbps >= LEAST_KBPS or (kbps >= LOWEST_KBPS and seconds / (count + 1) < 6)
    assert kbps * 125 * seconds / count < limit * 0.97
    assert count == 1 or video_kbps(seconds / (count - 1), limit) < LEAST_KBPS
    rung = rung_for(kbps, shape, 1080)
    assert rung.width % 2 == rung.height % 2 == 0


@given(frames=st.lists(st.integers(20, 400), min_size=1, max_size=40), count=st.integers(1, 8), cards=st.booleans())
def test_parts_are_much_the_same_length_and_keep_everything(frames: list[int], count: int, cards: bool) -> None:
    card = Shot(0, 60, None) if cards else None
    scenes = tuple(Shot(0, length, FilmScene(n, "", None, ())) for n, length in enumerate(frames, 1))
    timeline = Timeline(card, scenes, card, ())
    parts = make.split(timeline, count)
    assert [index for part in parts for index in part] == list(range(len(timeline.shots)))
    assert 1 <= len(parts) <= count
    assert all(any(timeline.shots[index].scene is not None for index in part) for part in parts)
    lengths = [sum(timeline.shots[index].frames for index in part) for part in parts]
    assert max(lengths) <= timeline.frames / count + max(frames) + 120


def test_frame_sizes() -> None:
    assert [frame_size(shape, 1080) for shape in ("16:9", "9:16", "1:1")] == [(1920, 1080), (1080, 1920), (1080, 1080)]
    with pytest.raises(FilmError):
        frame_size("2:1", 1080)


def test_the_quality_asked_for_is_not_exceeded() -> None:
    assert rung_for(None, "16:9", 540).short == 540
    assert rung_for(9000.0, "16:9", 360).short == 360


def test_the_neighbours_of_a_size() -> None:
    rung = rung_for(None, "9:16", 720)
    assert [near.short for near in neighbours(rung, "9:16", 1080)] == [1080, 540]
    assert [near.short for near in neighbours(rung, "9:16", 720)] == [540]
    assert {near.crf for near in neighbours(rung, "9:16", 1080)} == {rung.crf}


async def test_a_film_that_fits_is_copied_and_one_that_does_not_is_fitted(tmp_path: Path, drawn: Path) -> None:
    free = await made(noisy(tmp_path, None), tmp_path, drawn)
    assert not free.fitted
    roomy = await made(noisy(tmp_path, free.bytes + 5000), tmp_path, drawn)
    assert (roomy.fitted, roomy.made) == (False, 0)
    limit = free.bytes // 4
    held = await made(noisy(tmp_path, limit), tmp_path, drawn)
    assert (held.fitted, held.made) == (True, 0), "only the copy is encoded anew"
    assert limit * 0.9 < held.bytes <= limit
    assert held.bytes == (tmp_path / "film.mp4").stat().st_size
    assert held.seconds == free.seconds
    with av.open(str(held.path)) as film:
        assert sum(1 for _ in film.decode(video=0)) == round(held.seconds * held.fps)
        context = film.streams.video[0].codec_context
        assert (context.color_range, context.colorspace) == (1, 1)
        assert len(film.chapters()) == 2
    starts = [shot.begin for shot in lay_out(noisy(tmp_path, limit)).shots]
    with av.open(str(held.path)) as film:
        keys = {
            round(float(p.pts * p.time_base), 2) for p in film.demux(video=0) if p.is_keyframe and p.pts is not None
        }
    assert {round(start, 2) for start in starts} <= keys


async def test_a_longer_film_keeps_the_size_that_its_segments_have(tmp_path: Path, drawn: Path) -> None:
    at = rung_for(None, "16:9", 240)
    film = noisy(tmp_path, None)
    await made(film, tmp_path, drawn)
    kept = await made(dataclasses.replace(film, quality=360, max_bytes=300_000), tmp_path, drawn)
    assert (kept.made, kept.width) == (0, at.width)


async def test_a_film_with_too_little_room_comes_in_parts(tmp_path: Path) -> None:
    film = plan(tmp_path, 8, quality=TINY)
    seconds = lay_out(film).seconds
    limit = next(limit for limit in range(20_000, MIB, 2_000) if _parts(seconds, limit) == 2)
    report = await made(dataclasses.replace(film, max_bytes=limit), tmp_path)
    assert [part.path.name for part in report.parts] == [f"film-{n}.mp4" for n in range(1, len(report.parts) + 1)]
    assert 2 <= len(report.parts) <= 3
    assert report.path == report.parts[0].path
    assert sum(part.seconds for part in report.parts) == pytest.approx(report.seconds)
    assert report.seconds == pytest.approx(seconds)
    told = re.findall(r"This is scene\s+number \d", "".join(part.captions for part in report.parts))
    assert [line[-1] for line in told] == [str(number) for number in range(1, 9)], "each part has its own subtitles"
    for part in report.parts:
        assert part.captions.startswith("WEBVTT") and "-->" in part.captions
        assert part.bytes == part.path.stat().st_size <= limit
        with av.open(str(part.path)) as file:
            frames = sum(1 for _ in file.decode(video=0))
        assert frames / 24 == pytest.approx(part.seconds)
        with av.open(str(part.path)) as file:
            heard = sum(frame.samples for frame in file.decode(audio=0)) / file.streams.audio[0].rate
        assert abs(heard - part.seconds) < 0.04
    assert not (tmp_path / "film.mp4").exists()


def _parts(seconds: float, limit: int) -> int:
    try:
        return parts_needed(seconds, limit)
    except FilmError:
        return 0


async def test_what_cannot_fit_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match="does not fit") as caught:
        await made(noisy(tmp_path, 20_000), tmp_path)
    assert caught.value.hint
    assert not (tmp_path / "film.mp4").exists()
    assert not list((tmp_path / "work").iterdir())


async def test_a_copy_that_came_out_too_large_is_fitted_again(
    tmp_path: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def hopeful(seconds: float, max_bytes: int, audio_bytes: float | None = None) -> float:
        asked.append(seconds)
        return video_kbps(seconds, max_bytes, audio_bytes) * 1.4

    monkeypatch.setattr(joining, "video_kbps", hopeful)
    free = await made(noisy(tmp_path, None), tmp_path, drawn)
    report = await made(noisy(tmp_path, free.bytes // 3), tmp_path, drawn)
    assert len(asked) == 1
    assert report.bytes <= free.bytes // 3
