"""Pictures of any shape become canvases that fill the frame and are never squeezed."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storycore.film.picture import Framing, canvas, card, content_hash, load, placed, planes_of, softened


def disc(width: int, height: int) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.uint8)
    cv2.circle(picture, (width // 2, height // 2), min(width, height) // 4, (255, 255, 255), -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (200, 200), (240, 180), (900, 100), (3, 400), (1, 1)])
@pytest.mark.parametrize("frame", [(320, 180), (180, 320), (240, 240)])
def test_every_shape_fills_the_frame_and_stays_round(size: tuple[int, int], frame: tuple[int, int]) -> None:
    out = canvas(disc(*size), *frame)
    assert out.shape[0] >= frame[1] and out.shape[1] >= frame[0] and out.shape[0] % 2 == out.shape[1] % 2 == 0
    place = placed(*size, frame[0] / frame[1], Framing())
    assert out.shape[1] == pytest.approx(frame[0] * place.width, abs=2)
    assert out.shape[0] == pytest.approx(frame[1] * place.height, abs=2)
    if min(size) < 50 or max(size) / min(size) > 3:
        return
    rows, columns = np.nonzero(out[..., 0] > 200)
    across, down = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert across == pytest.approx(down, rel=0.06, abs=2)


def test_near_shapes_are_kept_whole_and_far_ones_stand_before_their_blurred_copy() -> None:
    near = np.full((300, 400, 3), 200, np.uint8)
    assert canvas(near, 320, 180).shape == (240, 320, 3), "the camera chooses what of it is seen"
    far = np.full((300, 300, 3), 200, np.uint8)
    shown = canvas(far, 320, 180)
    assert shown.shape == (250, 320, 3), "all of the picture is there; a window shows 0.72 of it"
    assert (shown[:, 40:280] == 200).all()
    assert shown[:, :30].max() < 140
    assert (canvas(far, 320, 180, Framing(roamed=True)) == 200).all(), "a camera that goes along it shows the rest"
    assert canvas(far, 320, 180, Framing(seen=1.0)).shape == (180, 320, 3), "a subject as tall as the picture"
    assert (canvas(far, 320, 180, whole=False) == 200).all()


def test_a_crop_behind_a_title_keeps_the_subject_in_view() -> None:
    wide = np.zeros((200, 1000, 3), np.uint8)
    wide[80:120, 880:920] = 255
    for focus, there in (((0.9, 0.5), True), ((0.1, 0.5), False)):
        assert bool(canvas(wide, 180, 320, Framing(focus), whole=False).max() > 250) is there
        seen = placed(1000, 200, 180 / 320, Framing(focus), whole=False).seen_at(0.9, 0.5)
        assert all(0 < place < 1 for place in seen) is there


@given(
    wide=st.integers(1, 4000),
    tall=st.integers(1, 4000),
    shape=st.sampled_from([16 / 9, 9 / 16, 1.0]),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    whole=st.booleans(),
    seen=st.floats(0.72, 1),
    roamed=st.booleans(),
)
def test_a_picture_lies_over_its_canvas_whatever_its_shape(
    wide: int, tall: int, shape: float, x: float, y: float, whole: bool, seen: float, roamed: bool
) -> None:
    place = placed(wide, tall, shape, Framing((x, y), seen, roamed), whole=whole)
    assert place.width >= 1 and place.height >= 1
    assert place.across / place.down == pytest.approx(wide / tall / shape)
    assert max(place.across / place.width, place.down / place.height) >= 1 - 1e-9
    there = place.seen_at(x, y)
    assert all(-1e-9 <= part <= 1 + 1e-9 for part in there)


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


def test_pictures_that_cannot_be_shown(tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    Image.new("1", (20_000, 4_000)).save(huge)
    text = tmp_path / "text.png"
    text.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    assert load(huge) is None
    assert load(text) is None
    assert load(tmp_path / "gone.png") is None
    assert load(tmp_path) is None
    tracemalloc.start()
    try:
        assert load(huge) is None
        assert tracemalloc.get_traced_memory()[1] < 20_000 * 4_000, "refused by its header, before it is unpacked"
    finally:
        tracemalloc.stop()
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
