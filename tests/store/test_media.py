"""Media: by content, atomically, once."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from storycore.errors import StorageError
from storycore.store.database import Database
from storycore.store.media import MadeStore, MediaFolder


async def store(folder: Path) -> tuple[Database, MadeStore]:
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'fireside.db'}")
    return database, MadeStore(database, MediaFolder(folder / "media"))


async def test_bytes_are_named_by_their_content(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    content_hash, path = await folder.add_bytes(b"a picture", ".png")
    assert content_hash == hashlib.sha256(b"a picture").hexdigest()
    assert path.read_bytes() == b"a picture"
    assert await folder.add_bytes(b"a picture", ".png") == (content_hash, path)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


async def test_what_a_killed_write_left_is_swept_once_it_is_old(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    _, whole = await folder.add_bytes(b"a picture", ".png")
    old, young = whole.parent / ".new-abc", whole.parent / ".new-def"
    for stray in (old, young):
        stray.write_bytes(b"half a pict")
    os.utime(old, (0, 0))
    os.utime(whole, (0, 0))
    assert await folder.sweep() == 1
    assert sorted(whole.parent.iterdir()) == sorted([whole, young])


async def test_names_are_never_built_from_input(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    for name, suffix in [("../../etc/passwd", ".png"), ("a" * 64, "/../x"), ("A" * 64, ".png"), ("a" * 64, "")]:
        with pytest.raises(ValueError, match="not a media name"):
            folder.path(name, suffix)


async def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError):
        await MediaFolder(tmp_path).add_bytes(b"too much", ".png")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


async def test_what_was_made_is_found_until_its_file_is_damaged(tmp_path: Path) -> None:
    database, made = await store(tmp_path)
    key = "k" * 64
    assert await made.find(key) is None
    kept = await made.keep_bytes(key, b"a clip", ".wav", {"seconds": 1.5})
    found = await made.find(key)
    assert found is not None
    assert found.path.read_bytes() == b"a clip"
    assert found.details == {"seconds": 1.5}
    kept.path.write_bytes(b"a c")
    assert await made.find(key) is None
    again = await made.keep_bytes(key, b"another clip", ".wav", {"seconds": 2.0})
    found = await made.find(key)
    assert found is not None
    assert (found.path, found.details) == (again.path, {"seconds": 2.0})
    await database.close()


async def test_a_file_is_moved_in(tmp_path: Path) -> None:
    database, made = await store(tmp_path)
    source = tmp_path / "film.mp4"
    source.write_bytes(b"a film")
    kept = await made.keep("f" * 64, source, ".mp4", {})
    assert not source.exists()
    assert kept.path.read_bytes() == b"a film"
    await database.close()


async def test_the_same_made_twice_at_once_is_one(tmp_path: Path) -> None:
    database, made = await store(tmp_path)
    kept = await asyncio.gather(*(made.keep_bytes("s" * 64, b"same", ".png", {"n": 1}) for _ in range(8)))
    assert len({k.path for k in kept}) == 1
    await database.close()
