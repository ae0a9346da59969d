"""Pictures of any shape become frames that fill, never squeeze, and move without trembling."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from storycore.film.picture import (
    OVERSAMPLING,
    Camera,
    Move,
    card,
    content_hash,
    filled,
    load,
    move_for,
    planes_of,
    softened,
)


def disc(width: int, height: int) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.uint8)
    cv2.circle(picture, (width // 2, height // 2), min(width, height) // 4, (255, 255, 255), -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (200, 200), (240, 180), (900, 100), (3, 400), (1, 1)])
@pytest.mark.parametrize("frame", [(320, 180), (180, 320), (240, 240)])
def test_every_shape_fills_the_frame_and_stays_round(size: tuple[int, int], frame: tuple[int, int]) -> None:
    out = filled(disc(*size), *frame)
    assert out.shape == (frame[1], frame[0], 3)
    if min(size) < 50:
        return
    rows, columns = np.nonzero(out[..., 0] > 200)
    across, down = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert across == pytest.approx(down, rel=0.05, abs=2)


def test_near_shapes_are_cropped_and_far_ones_stand_before_their_blurred_copy() -> None:
    near = np.full((300, 400, 3), 200, np.uint8)
    assert (filled(near, 320, 180) == 200).all()
    far = np.full((300, 300, 3), 200, np.uint8)
    shown = filled(far, 320, 180)
    assert (shown[:, 80:240] == 200).all()
    assert shown[:, :60].max() < 140
    assert (filled(far, 320, 180, whole=False) == 200).all()


def test_colours_follow_bt_709_in_the_limited_range() -> None:
    for rgb, expected in (
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ):
        planes = planes_of(np.full((4, 4, 3), rgb, np.uint8))
        assert (planes.y[0, 0], planes.u[0, 0], planes.v[0, 0]) == expected


@pytest.mark.parametrize("move", list(Move))
def test_the_camera_does_not_tremble(move: Move) -> None:
    width, height, frames = 320, 180, 48
    wide, tall = (2 * round(side * OVERSAMPLING / 2) for side in (width, height))
    y, x = np.mgrid[0:tall, 0:wide]
    spot = np.exp(-((x - wide * 0.6) ** 2 + (y - tall * 0.5) ** 2) / 50) * 200
    planes = planes_of(np.repeat(spot[..., None], 3, axis=2).astype(np.uint8))
    camera = Camera(planes, width, height, move, frames / 24, opens=True)
    places: list[float] = []
    for index in range(frames - 10):
        luma = camera.draw(index / 24)[: width * height].reshape(height, width).astype(float) - 16
        places.append(float((luma.sum(axis=0) * np.arange(width)).sum() / luma.sum()))
    time_ = np.arange(len(places))
    smooth = np.polyval(np.polyfit(time_, places, 3), time_)
    assert float(np.sqrt(np.mean((np.array(places) - smooth) ** 2))) < 0.08
    assert abs(places[-1] - places[0]) > 1.0


def test_scenes_take_turns() -> None:
    moves = [move_for(scene) for scene in range(1, 9)]
    assert all(here is not after for here, after in itertools.pairwise(moves))
    assert moves == [move_for(scene) for scene in range(1, 9)]


def test_light_rises_and_falls_but_a_film_opens_bright() -> None:
    planes = planes_of(np.full((208, 368, 3), 180, np.uint8))
    for opens in (False, True):
        camera = Camera(planes, 320, 180, Move.PUSH_IN, 3.0, opens=opens)
        first = camera.draw(0.0)[: 320 * 180].mean()
        assert first > 150 if opens else first == 16
        assert camera.draw(1.5)[: 320 * 180].mean() > 150
        assert camera.draw(3.0)[: 320 * 180].mean() == 16


def test_pictures_that_cannot_be_shown(tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    Image.new("1", (20_000, 4_000)).save(huge)
    text = tmp_path / "text.png"
    text.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    begun = time.monotonic()
    assert load(huge) is None
    assert load(text) is None
    assert load(tmp_path / "gone.png") is None
    assert load(tmp_path) is None
    assert time.monotonic() - begun < 30
    assert content_hash(tmp_path / "gone.png") is None


def test_transparent_grey_and_turned_pictures(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 20), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    Image.new("L", (40, 20), 77).save(tmp_path / "grey.png")
    turned = Image.new("RGB", (40, 20), (1, 2, 3))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    shapes = []
    for name in ("clear.png", "grey.png", "turned.jpg"):
        rgb = load(tmp_path / name)
        assert rgb is not None
        shapes.append(rgb.shape)
    assert shapes == [(20, 40, 3), (20, 40, 3), (40, 20, 3)]


def test_cards_and_soft_grounds_leave_room_for_white_letters() -> None:
    for seed in range(6):
        ground = card(320, 180, seed)
        assert ground.mean() < 110
        assert (ground == card(320, 180, seed)).all()
    assert softened(np.full((180, 320, 3), 255, np.uint8)).max() < 165
