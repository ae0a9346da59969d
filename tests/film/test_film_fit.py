"""A film fits its place: the rung is predicted, the file is checked, and what cannot fit is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storycore.errors import FilmError
from storycore.film import FilmPlan, FilmReport, make, make_film
from storycore.film.options import SHAPES
from storycore.film.rungs import LOWEST_STEP, first_step, frame_size, lower_step, rung_at
from tests.film.cache import FolderCache
from tests.film.making import draw_noise, plan

MIB = 2**20


def noisy(folder: Path, max_bytes: int | None, quality: int = 240) -> FilmPlan:
    film = plan(folder, 2, quality=quality, max_bytes=max_bytes)
    scenes = tuple(
        dataclasses.replace(scene, picture=draw_noise(folder / f"noise{scene.number}.png", seed=scene.number))
        for scene in film.scenes
    )
    return dataclasses.replace(film, scenes=scenes)


async def made(film: FilmPlan, folder: Path) -> FilmReport:
    return await make_film(film, folder / "film.mp4", cache=FolderCache(folder / "cache"), work_dir=folder / "work")


@pytest.mark.parametrize(
    "minutes, mebibytes, sizes",
    [
        (50 / 60, 10, {1080, 720}),
        (0.4, 10, {1080}),
        (2, 10, {720}),
        (2, 100, {1080}),
        (10, 10, {360, 240}),
        (10, 50, {720}),
    ],
)
def test_the_size_is_chosen_before_anything_is_drawn(minutes: float, mebibytes: int, sizes: set[int]) -> None:
    assert rung_at(first_step(minutes * 60, 10, mebibytes * MIB), "16:9", 1080).short in sizes


@given(
    seconds=st.floats(5, 7200),
    segments=st.integers(1, 45),
    limit=st.integers(50_000, 100 * MIB),
    shape=st.sampled_from(list(SHAPES)),
)
def test_a_predicted_rate_stays_under_the_limit(seconds: float, segments: int, limit: int, shape: str) -> None:
    try:
        rung = rung_at(first_step(seconds, segments, limit), shape, 1080)
    except FilmError as error:
        assert "fit" in error.message
        return
    assert rung.kbps is not None
    assert rung.kbps * 125 * seconds < limit * 0.96
    assert rung.width % 2 == rung.height % 2 == 0


@given(step=st.integers(2, 80), over=st.floats(1.0, 50.0))
def test_the_next_try_is_lower(step: int, over: float) -> None:
    assert lower_step(step, int(MIB * over) + 1, MIB) < step


def test_frame_sizes() -> None:
    assert [frame_size(shape, 1080) for shape in ("16:9", "9:16", "1:1")] == [(1920, 1080), (1080, 1920), (1080, 1080)]
    with pytest.raises(FilmError):
        frame_size("2:1", 1080)


def test_the_quality_asked_for_is_not_exceeded() -> None:
    assert rung_at(None, "16:9", 540).short == 540
    assert rung_at(60, "16:9", 360).short == 360


async def test_noise_is_made_to_fit(tmp_path: Path) -> None:
    free = await made(noisy(tmp_path, None), tmp_path)
    limit = free.bytes // 4
    held = await made(noisy(tmp_path, limit), tmp_path)
    assert held.bytes <= limit
    assert held.bytes == (tmp_path / "film.mp4").stat().st_size
    assert held.bytes > limit * 0.5


async def test_a_film_that_came_out_too_large_is_made_again_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def hopeful(seconds: float, segments: int, max_bytes: int) -> int:
        tries.append(max_bytes)
        return 38

    monkeypatch.setattr(make, "first_step", hopeful)
    limit = 250_000
    report = await made(noisy(tmp_path, limit), tmp_path)
    assert tries == [limit]
    assert report.bytes <= limit
    kept = len(FolderCache(tmp_path / "cache").kept) or len(list((tmp_path / "cache").glob("*.mp4")))
    assert kept >= 8  # at least two rungs of four segments were drawn


async def test_what_cannot_fit_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match="does not fit") as caught:
        await made(noisy(tmp_path, 20_000), tmp_path)
    assert caught.value.hint
    assert not (tmp_path / "film.mp4").exists()
    assert not list((tmp_path / "work").iterdir())


async def test_not_even_the_lowest_rate_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "first_step", lambda *_: LOWEST_STEP)
    with pytest.raises(FilmError, match="does not fit"):
        await made(noisy(tmp_path, 20_000), tmp_path)
    assert not (tmp_path / "film.mp4").exists()
    assert not list((tmp_path / "work").iterdir())
