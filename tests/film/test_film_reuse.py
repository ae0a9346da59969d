"""Nothing is made twice: what changed is made again, and only that."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from storycore.film import FilmOptions, FilmPlan, FilmReport, make_film
from storycore.film.options import Transition
from tests.film.cache import FolderCache
from tests.film.making import draw_picture, line, plan, write_tone


async def made(film: FilmPlan, folder: Path) -> FilmReport:
    return await make_film(film, folder / "film.mp4", cache=FolderCache(folder / "cache"), work_dir=folder / "work")


async def test_the_same_plan_makes_no_segment_again(tmp_path: Path) -> None:
    first = await made(plan(tmp_path), tmp_path)
    again = await made(plan(tmp_path), tmp_path)
    assert (first.made, first.reused) == (4, 0)
    assert (again.made, again.reused) == (0, 4)
    assert again.seconds == first.seconds


async def test_one_line_changed_is_one_segment_made(tmp_path: Path) -> None:
    for limit in (None, 200_000):
        before = plan(tmp_path, 4, max_bytes=limit)
        await made(before, tmp_path)
        scene = before.scenes[2]
        changed = dataclasses.replace(scene, lines=(line(tmp_path, f"Something else {limit}.", seconds=0.8),))
        after = dataclasses.replace(before, scenes=(*before.scenes[:2], changed, before.scenes[3]))
        report = await made(after, tmp_path)
        assert (report.made, report.reused) == (1, 5)


async def test_a_picture_is_known_by_its_content(tmp_path: Path) -> None:
    film = plan(tmp_path, 2)
    await made(film, tmp_path)
    other_name = dataclasses.replace(film.scenes[1], picture=draw_picture(tmp_path / "same.png", seed=2))
    report = await made(dataclasses.replace(film, scenes=(film.scenes[0], other_name)), tmp_path)
    assert (report.made, report.reused) == (0, 4)
    draw_picture(tmp_path / "same.png", seed=77)  # the last scene's picture stands behind the credits too
    report = await made(dataclasses.replace(film, scenes=(film.scenes[0], other_name)), tmp_path)
    assert (report.made, report.reused) == (2, 2)


async def test_another_voice_of_equal_length_makes_only_the_sound_again(tmp_path: Path) -> None:
    film = plan(tmp_path, 1)
    await made(film, tmp_path)
    before = (tmp_path / "film.mp4").read_bytes()
    write_tone(tmp_path / "tone600.wav", hertz=700.0)
    report = await made(film, tmp_path)
    assert (report.made, report.reused) == (0, 3)
    assert (tmp_path / "film.mp4").read_bytes() != before


async def test_another_title_makes_title_and_credits_again(tmp_path: Path) -> None:
    film = plan(tmp_path, 2)
    await made(film, tmp_path)
    report = await made(dataclasses.replace(film, title="Another"), tmp_path)
    assert (report.made, report.reused) == (2, 2)


async def test_another_transition_makes_no_scene_again(tmp_path: Path) -> None:
    film = plan(tmp_path, 2)
    await made(film, tmp_path)
    for transition in (Transition.CUT, Transition.DIP):
        report = await made(
            dataclasses.replace(film, options=FilmOptions(transition=transition, music="off")), tmp_path
        )
        assert (report.made, report.reused) == (0, 4)
