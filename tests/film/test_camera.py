"""The camera moves by parts of a pixel, keeps its subject in view, and never shows what is beside the canvas."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storycore.film import FilmLine, FilmScene
from storycore.film.camera import Camera, CameraPath, Window
from storycore.film.drawing import Drawing, Grounds
from storycore.film.moves import Move, half_of, move_for, path_for, transition_for
from storycore.film.options import Motion, Transition
from storycore.film.picture import OVERSAMPLING, Look, planes_of
from storycore.film.segment import Segment, Take
from storycore.film.sight import Sight, look_at, subject

W, H = 320, 180
SIGHTS = st.builds(
    Sight,
    st.just("x"),
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
)
CANVAS = st.tuples(st.floats(1, 2.3), st.just(1.0)) | st.tuples(st.just(1.0), st.floats(1, 2.3))


def halves(window: Window, canvas: tuple[float, float]) -> tuple[float, float]:
    return 0.5 / (canvas[0] * window.zoom), 0.5 / (canvas[1] * window.zoom)


@given(
    move=st.sampled_from(Move),
    number=st.integers(1, 50),
    sight=st.none() | SIGHTS,
    canvas=CANVAS,
    seconds=st.floats(0.3, 600),
    part=st.floats(0, 1),
)
def test_the_window_stays_on_the_canvas_and_has_the_subject_in_it(
    move: Move, number: int, sight: Sight | None, canvas: tuple[float, float], seconds: float, part: float
) -> None:
    window = path_for(move, number, sight, canvas, seconds).at(part)
    across, down = halves(window, canvas)
    assert across - 1e-3 <= window.x <= 1 - across + 1e-3
    assert down - 1e-3 <= window.y <= 1 - down + 1e-3
    assert 1 - 1e-6 <= window.zoom <= OVERSAMPLING + 1e-6
    if sight is not None:
        assert abs(window.x - sight.x) <= across + 1e-3 or not across <= sight.x <= 1 - across
        assert abs(window.y - sight.y) <= down + 1e-3 or not down <= sight.y <= 1 - down


@pytest.mark.parametrize("move", [Move.PUSH, Move.PULL, Move.PAN])
def test_the_camera_does_not_tremble(move: Move) -> None:
    frames = 72
    wide, tall = (2 * round(side * OVERSAMPLING / 2) for side in (W, H))
    y, x = np.mgrid[0:tall, 0:wide]
    spot = np.exp(-((x - wide * 0.6) ** 2 + (y - tall * 0.5) ** 2) / 50) * 200
    planes = planes_of(np.repeat(spot[..., None], 3, axis=2).astype(np.uint8))
    camera = Camera(planes, W, H, path_for(move, 1, Sight("x", wide, tall, 0.4, 0.5, 0.2, 0.2), (1.0, 1.0), 3.0))
    places: list[float] = []
    for index in range(frames):
        luma = camera.draw(index / (frames - 1))[: W * H].reshape(H, W).astype(float) - 16
        places.append(float((luma.sum(axis=0) * np.arange(W)).sum() / luma.sum()))
    time = np.arange(len(places))
    smooth = np.polyval(np.polyfit(time, places, 5), time)
    assert float(np.sqrt(np.mean((np.array(places) - smooth) ** 2))) < 0.06
    assert abs(places[-1] - places[0]) > 1.0
    steps = np.abs(np.diff(places))
    assert steps[:6].mean() < steps[30:42].mean() and steps[-6:].mean() < steps[30:42].mean(), "eased at both ends"


def test_a_still_camera_draws_the_same_frame() -> None:
    planes = planes_of(np.random.default_rng(1).integers(0, 255, (208, 368, 3), np.uint8))
    window = Window(0.5, 0.5, 1.0)
    camera = Camera(planes, W, H, CameraPath(window, window))
    first = camera.draw(0.0).copy()
    assert (camera.draw(1.0) == first).all()


@given(motion=st.sampled_from(Motion), first=st.none() | SIGHTS, second=st.none() | SIGHTS, number=st.integers(1, 99))
def test_neighbours_do_not_move_alike(motion: Motion, first: Sight | None, second: Sight | None, number: int) -> None:
    here, after = move_for(number, first, motion), move_for(number + 1, second, motion)
    if motion is Motion.AUTO:
        assert here is not after or here is Move.PAN
    else:
        assert here is after
        assert here.value.split()[0] == motion.value


def test_what_is_longer_than_the_frame_is_gone_along() -> None:
    panorama, square = Sight("x", 1600, 600, 0.5, 0.5, 0.2, 0.2), Sight("x", 800, 800, 0.5, 0.5, 0.2, 0.2)
    assert {move_for(n, panorama, Motion.AUTO, 1.5) for n in range(1, 5)} == {Move.PAN}
    assert [move_for(n, square, Motion.AUTO, 1.78) for n in range(1, 5)] == [Move.PUSH, Move.PAN, Move.PAN, Move.PULL]
    for number in (1, 3):
        low = path_for(Move.PAN, number, square, (1.0, 1.78), 6.0)
        assert low.begin.x == low.end.x and abs(low.begin.y - low.end.y) == pytest.approx(0.045 * 6 / 1.78, abs=0.001)
        beside = path_for(Move.PAN, number, Sight("x", 1600, 600, 0.3, 0.5, 0.2, 0.2), (1.6, 1.0), 6.0)
        assert abs(beside.end.x - 0.3) < abs(beside.begin.x - 0.3), "it comes to its subject"


def test_neighbouring_pans_go_opposite_ways_where_both_are_views() -> None:
    view = Sight("x", 1600, 900, 0.5, 0.5, 0.9, 0.4)
    paths = [path_for(Move.PAN, n, view, (1.0, 1.0), 8.0) for n in (2, 3)]
    assert [move_for(n, view, Motion.AUTO) for n in (2, 3)] == [Move.PAN, Move.PAN]
    ways = [np.sign(path.end.x - path.begin.x) for path in paths]
    assert ways[0] == ways[1] != 0 or ways[0] == -ways[1] != 0


@pytest.mark.parametrize("x, y", [(0.2, 0.3), (0.8, 0.6), (0.5, 0.5)])
def test_the_subject_is_found(tmp_path: Path, x: float, y: float) -> None:
    picture = np.full((360, 640, 3), (90, 130, 170), np.uint8)
    picture[250:] = (70, 110, 60)
    cv2.circle(picture, (round(640 * x), round(360 * y)), 40, (220, 60, 40), -1, cv2.LINE_AA)
    found_x, found_y, across, down = subject(picture)
    assert found_x == pytest.approx(x, abs=0.13)
    assert found_y == pytest.approx(y, abs=0.17)
    assert 0 < across <= 1 and 0 < down <= 1
    Image.fromarray(picture).save(tmp_path / "p.png")
    sight = look_at(tmp_path / "p.png")
    assert sight is not None and (sight.width, sight.height, sight.x) == (640, 360, found_x)
    assert look_at(tmp_path / "gone.png") is None


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_a_plain_picture_has_its_subject_in_the_middle(colour: int) -> None:
    x, y, *_ = subject(np.full((90, 160, 3), colour, np.uint8))
    assert x == pytest.approx(0.5, abs=0.1) and y == pytest.approx(0.45, abs=0.1)


def two(folder: Path, blend: Transition, *, ends: bool = False) -> Drawing:
    takes: list[Take] = []
    for place, grey in enumerate((200, 60)):
        path = folder / f"{grey}.png"
        Image.new("RGB", (W, H), (grey,) * 3).save(path)
        takes.append(Take(path, str(grey), Look.CLEAR, CameraPath(), place * 20, 30))
    return Drawing(Segment(tuple(takes), 50, "", blend, ends), W, H, Grounds())


def brightness(drawing: Drawing) -> list[float]:
    return [float(drawing.frame(index)[: W * H].mean()) for index in range(50)]


def test_a_crossfade_passes_evenly_from_one_to_the_other(tmp_path: Path) -> None:
    seen = brightness(two(tmp_path, Transition.FADE))
    assert seen[0] == seen[19] > seen[30] == seen[49]
    between = seen[19:31]
    assert between == sorted(between, reverse=True)
    assert abs(between[6] - (seen[0] + seen[49]) / 2) < 15


def test_a_cut_comes_at_once(tmp_path: Path) -> None:
    drawing = two(tmp_path, Transition.CUT)
    seen = brightness(drawing)
    assert len(set(seen[:25])) == len(set(seen[25:])) == 1 and seen[24] > seen[25] + 100
    assert drawing.segment.cut_at == 25


def test_a_dip_goes_through_black(tmp_path: Path) -> None:
    seen = brightness(two(tmp_path, Transition.DIP))
    assert min(seen[23:27]) < 22
    assert seen[0] == seen[19] > 150 and seen[49] > 60
    assert seen[20:25] == sorted(seen[20:25], reverse=True) and seen[25:30] == sorted(seen[25:30])


def test_a_film_falls_to_black_at_its_end(tmp_path: Path) -> None:
    seen = brightness(two(tmp_path, Transition.FADE, ends=True))
    assert seen[49] == 16
    assert seen[35] > 60


def test_the_way_from_scene_to_scene() -> None:
    def scene(text: str, speaker: str | None = None) -> FilmScene:
        return FilmScene(1, "", None, (FilmLine(text, speaker, None, 1.0),))

    plain, talk, later = scene("He went in."), scene("Who is there?", "Ada"), scene("The next morning it rained.")
    assert transition_for(plain, plain, Transition.AUTO) is Transition.FADE
    assert transition_for(talk, talk, Transition.AUTO) is Transition.CUT
    assert transition_for(talk, later, Transition.AUTO) is Transition.DIP
    assert transition_for(None, plain, Transition.AUTO) is Transition.FADE
    assert transition_for(talk, later, Transition.CUT) is Transition.CUT
    assert (half_of(90), half_of(12), half_of(3)) == (7, 2, 0)
