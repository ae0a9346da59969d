"""The picture on a storyboard: scenes in their order, what is picked framed, what is not there yet said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from storycore.images.board import PAGE, WIDTH, Cell, board_picture, columns


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = []
    for name, colour in (("red", (200, 30, 30)), ("blue", (30, 30, 200))):
        made.append(tmp_path / f"{name}.png")
        Image.new("RGB", (160, 90), colour).save(made[-1])
    return made


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


async def test_scenes_stand_in_their_order(files: list[Path]) -> None:
    picture = opened(await board_picture([Cell(1, "The well", files[0]), Cell(2, "The crown", files[1])]))
    assert picture.width == WIDTH and columns(2) == 2
    left, right = picture.getpixel((270, 200)), picture.getpixel((770, 200))
    assert isinstance(left, tuple) and isinstance(right, tuple)
    assert left[0] > 150 > left[2] and right[2] > 150 > right[0]


async def test_a_second_picture_takes_the_right_half(files: list[Path]) -> None:
    picture = opened(await board_picture([Cell(1, "", files[0], files[1], picked=True)]))
    left, right = picture.getpixel((256, 300)), picture.getpixel((768, 300))
    assert isinstance(left, tuple) and isinstance(right, tuple)
    assert left[0] > 150 and right[2] > 150


async def test_what_is_decided_and_what_is_missing_look_different(files: list[Path], tmp_path: Path) -> None:
    plain = await board_picture([Cell(1, "A", files[0])])
    assert plain == await board_picture([Cell(1, "A", files[0])])
    gone = tmp_path / "gone.png"
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    cells = (
        Cell(1, "A", files[0], picked=True),
        Cell(1, "B", files[0]),
        Cell(2, "A", files[0]),
        Cell(1, "A", gone),
        Cell(1, "A", words="being painted"),
    )
    assert len({plain, *[await board_picture([cell]) for cell in cells]}) == 6
    assert await board_picture([Cell(1, "A", gone)]) == await board_picture([Cell(1, "A", broken)])


@pytest.mark.parametrize("aspect", [0.01, 1.0, 16 / 9, 99.0])
async def test_a_page_holds_twelve_and_stays_within_a_screen(files: list[Path], aspect: float) -> None:
    cells = [Cell(number, "A title that is far too long for its picture " * 3, files[0]) for number in range(990, 1010)]
    picture = opened(await board_picture(cells, aspect))
    assert picture == opened(await board_picture(cells[:PAGE], aspect))
    assert picture.width == WIDTH and picture.height < 3000


async def test_titles_hold_anything(files: list[Path]) -> None:
    for title in ("", "\x00\u202e\ud800", "🐸 👑", "カエル", "ملك", "x" * 500):
        assert opened(await board_picture([Cell(1, title.encode("utf-16", "replace").decode("utf-16"), files[0])]))
