"""Films by address: an address holds for a day, for one file, and gives browsers the ranges they ask for."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from bot.addresses import Addresses, serving
from storycore.store.media import MediaFolder

DATA = bytes(range(256)) * 40


async def kept(folder: Path) -> tuple[MediaFolder, str]:
    media = MediaFolder(folder / "media")
    content_hash, _ = await media.add_bytes(DATA, ".mp4")
    return media, f"{content_hash}.mp4"


async def test_a_film_is_given_out_whole_and_in_ranges(tmp_path: Path) -> None:
    media, name = await kept(tmp_path)
    addresses = Addresses("https://films.example/", "secret")
    assert addresses.of(name).startswith(f"https://films.example/films/{name}?")
    async with serving(addresses, media, "127.0.0.1", 0) as port, aiohttp.ClientSession() as browser:
        url = addresses.of(name).replace("https://films.example", f"http://127.0.0.1:{port}")
        async with browser.get(url) as answer:
            assert (answer.status, answer.content_type, await answer.read()) == (200, "video/mp4", DATA)
            assert answer.headers["Accept-Ranges"] == "bytes"
        async with browser.get(url, headers={"Range": "bytes=100-199"}) as answer:
            assert (answer.status, await answer.read()) == (206, DATA[100:200])
            assert answer.headers["Content-Range"] == f"bytes 100-199/{len(DATA)}"
        async with browser.get(url, headers={"Range": "bytes=999999-"}) as answer:
            assert answer.status == 416


async def test_what_was_not_given_out_is_refused(tmp_path: Path) -> None:
    media, name = await kept(tmp_path)
    other, _ = await media.add_bytes(b"another film", ".mp4")
    picture, _ = await media.add_bytes(b"a picture", ".png")
    now = [1_000_000.0]
    addresses = Addresses("http://x", "secret", lambda: now[0])
    good = addresses.of(name).removeprefix("http://x")
    later = re.sub(r"until=(\d+)", lambda found: f"until={int(found[1]) + 1}", good)
    stranger = Addresses("http://x", "another secret", lambda: now[0]).of(name).removeprefix("http://x")
    gone = addresses.of(f"{'0' * 64}.mp4").removeprefix("http://x")
    wrong = [
        later,
        stranger,
        good.replace(name, f"{other}.mp4"),
        good.partition("?")[0],
        good.replace("signed=", "signed=%F0%9F%98%80"),
        re.sub(r"until=\d+", "until=١٢٣", good),
        addresses.of(f"{picture}.png").removeprefix("http://x"),
        addresses.of("..%2f..%2fstory.db").removeprefix("http://x"),
    ]
    async with serving(addresses, media, "127.0.0.1", 0) as port, aiohttp.ClientSession() as browser:

        async def status(path: str) -> int:
            async with browser.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status

        assert await status(good) == 200
        assert [await status(path) for path in wrong] == [403] * len(wrong)
        assert await status(gone) == 404
        now[0] += 24 * 3600 + 1
        assert await status(good) == 403


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    media, _ = await kept(tmp_path)
    addresses = Addresses("http://x", "secret")
    async with serving(addresses, media, "127.0.0.1", 0) as port:
        with pytest.raises(OSError):
            async with serving(addresses, media, "127.0.0.1", port):
                raise AssertionError("it must not begin")
