"""The film as a file: what players need, what the eye sees first, and sound that stays with its picture."""

from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from storycore.errors import FilmError, NotFoundError
from storycore.film import FilmLine, FilmOptions, FilmProgress, FilmReport, FilmScene, make_film, probe
from storycore.film.timeline import LEAD_S, SILENT_S, TITLE_S, lay_out
from tests.film.cache import FolderCache
from tests.film.making import draw_picture, plan


async def made(folder: Path, scenes: Any = 2, **options: Any) -> FilmReport:
    chosen = plan(folder, **options) if not isinstance(scenes, int) else plan(folder, scenes, **options)
    if not isinstance(scenes, int):
        chosen = dataclasses.replace(chosen, scenes=scenes)
    return await make_film(chosen, folder / "film.mp4", cache=FolderCache(folder / "cache"), work_dir=folder / "work")


def seconds_of(timed: Any) -> Fraction:
    return Fraction(timed.pts) * Fraction(timed.time_base)


def luma(frame: Any) -> Any:
    return frame.to_ndarray(format="gray")


async def test_a_film_is_what_every_player_takes(tmp_path: Path) -> None:
    report = await made(tmp_path)
    with av.open(str(report.path)) as film:
        video, sound = film.streams.video[0], film.streams.audio[0]
        context = video.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.color_range, context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1, 1)
        assert (context.width, context.height) == (report.width, report.height) == (214, 120)
        assert sound.codec_context.name == "aac"
        assert film.metadata["title"] == "A Test"
        times = [seconds_of(frame) for frame in film.decode(video)]
    assert len(times) == round(report.seconds * report.fps)
    assert times[0] == 0
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {times[1] - times[0]}
    assert float(times[1] - times[0]) == pytest.approx(1 / 24)
    start = report.path.read_bytes()
    assert start.index(b"moov") < start.index(b"mdat")
    assert report.bytes == len(start)


async def test_sound_and_picture_are_equally_long_and_the_voice_is_heard_on_time(tmp_path: Path) -> None:
    report = await made(tmp_path, scenes=3)
    with av.open(str(report.path)) as film:
        frames = sum(1 for _ in film.decode(video=0))
    with av.open(str(report.path)) as film:
        rate = film.streams.audio[0].rate
        heard = np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)])
    assert abs(len(heard) / rate - frames / report.fps) < 0.04
    loud = np.abs(heard) > 0.05
    onsets = [at / rate for at in np.flatnonzero(loud) if not loud[max(0, at - rate // 5) : at].any()]
    title = -(-TITLE_S * 24 // 1) / 24
    scene = (report.seconds - title - (2.35 * 24 + 0.6) // 1 / 24) / 3
    assert len(onsets) == 3
    for index, onset in enumerate(onsets):
        assert onset == pytest.approx(title + scene * index + LEAD_S, abs=0.04)


async def test_the_first_frame_is_bright_and_shows_the_title(tmp_path: Path) -> None:
    report = await made(tmp_path, quality=240)
    other = tmp_path / "other"
    other.mkdir()
    untitled = await made(other, quality=240, title=" ")
    first, plain = (luma(next(av.open(str(r.path)).decode(video=0))).astype(int) for r in (report, untitled))
    assert first.mean() > 40
    assert (np.abs(first - plain) > 100).mean() > 0.01


async def test_each_segment_begins_with_a_key_frame(tmp_path: Path) -> None:
    report = await made(tmp_path)
    with av.open(str(report.path)) as film:
        keys = {
            float(packet.pts * packet.time_base)
            for packet in film.demux(video=0)
            if packet.is_keyframe and packet.pts is not None
        }
    timeline = lay_out(plan(tmp_path))
    assert len(timeline.shots) == 4
    # A scene begins with its picture alone; before that it is seen in the overlap, which has a key frame of its own.
    for shot in timeline.shots:
        assert any(abs(key - shot.begin) < 0.5 for key in keys)
    assert len(keys) == 4 + 3
    assert 0.0 in keys


async def test_subtitles_are_seen_while_the_line_is_heard(tmp_path: Path) -> None:
    spoken = plan(tmp_path, 1, quality=240)
    scene = spoken.scenes[0]
    mute = dataclasses.replace(scene, lines=(dataclasses.replace(scene.lines[0], text="", speaker=None),))
    frames: list[Any] = []
    for name, scenes in (("shown", (scene,)), ("bare", (mute,))):
        report = await make_film(
            dataclasses.replace(spoken, scenes=scenes),
            tmp_path / f"{name}.mp4",
            cache=FolderCache(tmp_path / "cache"),
            work_dir=tmp_path / "work",
        )
        with av.open(str(report.path)) as film:
            at = round((TITLE_S + LEAD_S + 0.3) * 24) + 1
            frames.append(luma(next(itertools.islice(film.decode(video=0), at, None))).astype(int))
    changed = np.abs(frames[0] - frames[1]) > 60
    assert changed[: 240 // 2].mean() < 0.001
    assert changed[240 * 2 // 3 :].mean() > 0.01


async def test_a_scene_without_lines_lasts_three_seconds(tmp_path: Path) -> None:
    scene = FilmScene(1, "Quiet", draw_picture(tmp_path / "p.png"), ())
    report = await made(tmp_path, scenes=(scene,), credits=())
    assert report.seconds == pytest.approx(SILENT_S + TITLE_S, abs=0.05)
    assert (report.made, report.scenes) == (2, 1)


async def test_missing_and_broken_pictures_get_a_card_and_a_note(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(draw_picture(tmp_path / "whole.png").read_bytes()[:300])
    text = tmp_path / "text.png"
    text.write_text("no picture")
    scenes = [FilmScene(n, f"Lost {n}", p, ()) for n, p in enumerate((None, tmp_path / "gone.png", broken, text), 1)]
    report = await made(tmp_path, scenes=tuple(scenes))
    assert report.scenes == 4
    assert report.notes == ("4 scenes have no picture; a card stands in.",)
    with av.open(str(report.path)) as film:
        frame = next(itertools.islice(film.decode(video=0), round((TITLE_S + 1.5) * 24), None))
    assert luma(frame).max() > 180  # the heading is there


async def test_a_line_without_a_voice_is_still_shown(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.wav"
    damaged.write_bytes(b"RIFF nothing")
    lines = (
        FilmLine("Nobody reads this.", None, None, 0.5),
        FilmLine("Nor this.", "Bo", damaged, float("nan")),
        FilmLine("Nor that.", "Bo", tmp_path / "gone.wav", -3.0),
    )
    report = await made(tmp_path, scenes=(FilmScene(1, "One", draw_picture(tmp_path / "p.png"), lines),))
    assert report.notes == ("3 lines could not be read aloud; captions stand in.",)
    assert report.seconds > 5


async def test_letters_without_a_glyph_are_left_out_with_a_note(tmp_path: Path) -> None:
    scene = FilmScene(1, "One", draw_picture(tmp_path / "p.png"), (FilmLine("Hello ܫܠ world 🐉", None, None, 0.5),))
    report = await made(tmp_path, scenes=(scene,))
    assert "2 characters could not be shown: the font lacks them." in report.notes


@pytest.mark.parametrize("shape, size", [("9:16", (120, 214)), ("1:1", (120, 120))])
async def test_other_shapes(tmp_path: Path, shape: str, size: tuple[int, int]) -> None:
    report = await made(tmp_path, scenes=1, options=FilmOptions(shape=shape))
    seen = await probe(report.path)
    assert (seen.width, seen.height) == size == (report.width, report.height)


async def test_hostile_names_of_files_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "it's: a=b\\c [x],;% {y}"
    folder.mkdir()
    report = await make_film(
        plan(folder, 1, title="-i ;amovie=/etc/passwd\n\0'"),
        folder / "-out: '=\\.mp4",
        cache=FolderCache(folder / "ca'che: =\\"),
        work_dir=folder / "wo'rk: =\\",
    )
    seen = await probe(report.path)
    assert (seen.video, seen.sound, seen.bytes) == ("h264", "aac", report.bytes)
    assert not list((folder / "wo'rk: =\\").iterdir())


async def test_progress_reaches_the_whole(tmp_path: Path) -> None:
    heard: list[FilmProgress] = []
    report = await make_film(
        plan(tmp_path),
        tmp_path / "film.mp4",
        cache=FolderCache(tmp_path / "cache"),
        work_dir=tmp_path / "work",
        on_progress=heard.append,
    )
    assert heard[-1] == FilmProgress(report.seconds, report.seconds)
    assert [p.done for p in heard] == sorted(p.done for p in heard)
    assert len(heard) > 8


async def test_three_hundred_scenes(tmp_path: Path) -> None:
    picture = draw_picture(tmp_path / "p.png", size=(96, 54))
    line = FilmLine("One more.", None, None, 0.4)
    scenes = tuple(FilmScene(number, f"Scene {number}", picture, (line,)) for number in range(1, 301))
    report = await made(tmp_path, scenes=scenes, quality=48, options=FilmOptions(music="off", draft=True))
    assert report.scenes == 300
    with av.open(str(report.path)) as film:
        assert len(film.chapters()) == 300
        packets = [packet for packet in film.demux(video=0) if packet.pts is not None]
        assert len(packets) == round(report.seconds * 24)
        assert sum(packet.is_keyframe for packet in packets) >= 300
    assert report.parts[0].captions.count("One more.") == 300


async def test_what_cannot_be_filmed_is_said(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match="no scene"):
        await made(tmp_path, scenes=())
    assert not (tmp_path / "film.mp4").exists()


async def test_probe_says_what_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        await probe(tmp_path / "gone.mp4")
    (tmp_path / "text.mp4").write_text("hello")
    with pytest.raises(FilmError, match="not a film"):
        await probe(tmp_path / "text.mp4")


async def test_title_authors_and_a_chapter_for_each_scene(tmp_path: Path) -> None:
    base = plan(tmp_path, 3, title="A = B; #1 \\ two\nlines", authors=("Ada", "Bo; C"))
    odd = dataclasses.replace(base.scenes[1], title="[CHAPTER]\nSTART=0")
    film_plan = dataclasses.replace(base, scenes=(base.scenes[0], odd, base.scenes[2]))
    report = await make_film(
        film_plan, tmp_path / "film.mp4", cache=FolderCache(tmp_path / "cache"), work_dir=tmp_path / "work"
    )
    with av.open(str(report.path)) as film:
        assert film.metadata["title"] == "A = B; #1 \\ two lines"
        assert film.metadata["artist"] == "Ada, Bo; C"
        chapters = film.chapters()
    assert [chapter["metadata"]["title"] for chapter in chapters] == ["Scene 1", "[CHAPTER] START=0", "Scene 3"]
    begins = [float(chapter["start"] * Fraction(chapter["time_base"] or 1)) for chapter in chapters]
    scenes = lay_out(film_plan).scenes
    assert begins == [0.0, *(pytest.approx(shot.begin, abs=0.002) for shot in scenes[1:])]
    assert float(chapters[-1]["end"] * Fraction(chapters[-1]["time_base"] or 1)) == pytest.approx(
        report.seconds, abs=0.01
    )


async def test_without_title_and_credits_the_scenes_alone_are_shown(tmp_path: Path) -> None:
    report = await made(tmp_path, options=FilmOptions(title=False, credits=False))
    assert (report.made, report.scenes) == (2, 2)
    with av.open(str(report.path)) as film:
        assert luma(next(film.decode(video=0))).mean() > 40


async def test_a_draft_is_small_whatever_quality_was_asked_for(tmp_path: Path) -> None:
    report = await made(tmp_path, scenes=1, quality=1080, options=FilmOptions(draft=True))
    assert (report.width, report.height) == (640, 360)


async def test_a_second_picture_takes_over_half_way(tmp_path: Path) -> None:
    sizes = {"first": (250, 60, 60), "second": (60, 60, 250)}
    for name, colour in sizes.items():
        Image.new("RGB", (320, 180), colour).save(tmp_path / f"{name}.png")
    scene = FilmScene(1, "Two", tmp_path / "first.png", (), tmp_path / "second.png")
    report = await made(tmp_path, scenes=(scene,), options=FilmOptions(title=False, credits=False))
    with av.open(str(report.path)) as film:
        frames = [frame.to_ndarray(format="rgb24").mean(axis=(0, 1)) for frame in film.decode(video=0)]
    assert frames[6][0] > 200 > frames[6][2]
    assert frames[-20][2] > 200 > frames[-20][0]
    middle = frames[len(frames) // 2]
    assert 90 < middle[0] < 220 and 90 < middle[2] < 220
    gone = dataclasses.replace(scene, second=tmp_path / "gone.png")
    report = await made(tmp_path, scenes=(gone,), options=FilmOptions(title=False, credits=False))
    assert report.notes == ("1 second picture could not be read; the first one stays.",)
