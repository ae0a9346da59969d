"""Contact sheets and light copies."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from storycore.errors import StorageError
from storycore.images.sheet import SheetRow, contact_sheet, light_copy
from tests.images.webui_stand_in import bomb_png


def png(path: Path, colour: str, size: tuple[int, int] = (320, 180)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


async def test_a_sheet_shows_every_candidate_and_frames_the_pick(tmp_path: Path) -> None:
    files = tuple(png(tmp_path / f"{n}.png", colour) for n, colour in enumerate(("#ff0000", "#00ff00", "#0000ff")))
    picked = opened(await contact_sheet([SheetRow(1, "The cave", files, 1)]))
    plain = opened(await contact_sheet([SheetRow(1, "The cave", files)]))
    assert picked.size == plain.size and picked.format == "JPEG"
    colours = [picked.convert("RGB").getpixel((24 + 250 + at * (320 + 14) + 160, 24 + 90)) for at in range(3)]
    for at, colour in enumerate(colours):
        assert isinstance(colour, tuple) and colour.index(max(colour)) == at
    difference = [a != b for a, b in zip(picked.tobytes(), plain.tobytes(), strict=True)]
    assert any(difference)


async def test_missing_and_damaged_files_leave_a_frame(tmp_path: Path) -> None:
    broken, bomb = tmp_path / "broken.png", tmp_path / "bomb.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    bomb.write_bytes(bomb_png())
    rows = [
        SheetRow(1, "A\u202e\x00title " * 80, (tmp_path / "gone.png", broken, bomb, png(tmp_path / "a.png", "red")), 9)
    ]
    assert opened(await contact_sheet(rows)).height < 400


async def test_no_rows_and_very_many(tmp_path: Path) -> None:
    assert opened(await contact_sheet([])).width > 100
    file = png(tmp_path / "a.png", "red", (32, 18))
    many = await contact_sheet([SheetRow(n, f"Scene {n}", (file,), 0) for n in range(1, 901)])
    assert opened(many).height < 65_500


async def test_a_light_copy_is_smaller_and_never_larger_in_pixels(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.effect_noise((1600, 900), 60).convert("RGBA").save(out, "PNG")
    light = await light_copy(out.getvalue(), max_side=800)
    assert opened(light).size == (800, 450) and opened(light).format == "JPEG"
    assert len(light) < len(out.getvalue()) / 4
    small = png(tmp_path / "s.png", "blue", (64, 36)).read_bytes()
    assert opened(await light_copy(small)).size == (64, 36)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", bomb_png()])
async def test_what_is_no_picture_is_said(data: bytes) -> None:
    with pytest.raises(StorageError) as caught:
        await light_copy(data)
    assert caught.value.hint
