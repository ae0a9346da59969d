"""`fireside sandbox` from the outside: a process that prints a link and ends when told."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).resolve().parents[2]


async def started(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from bot.cli import main; main()", "sandbox", *arguments,
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def link_of(process: asyncio.subprocess.Process) -> str:
    """The link that it prints."""
    assert process.stdout is not None
    said = ""
    while not (found := re.search(r"http://\S+key=\S+", said)):
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "it ended"
        said += line.decode()
    return found[0]


SLEEPER = f"{sys.executable} -c 'import time; time.sleep(99)'"


async def test_it_prints_a_link_that_works_and_ends_when_told(tmp_path: Path) -> None:
    process = await started(tmp_path, "--port", "0", "--keep", "--bot", SLEEPER)
    link = await link_of(process)
    async with aiohttp.ClientSession() as session, session.get(link) as answer:
        assert answer.status == 200
        assert "<title>Sandbox</title>" in await answer.text()
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()
    assert (tmp_path / "sandbox-data" / "world.pickle").is_file()


def own_address() -> str:
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # asks for the way there; nothing is sent
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(asking.getsockname()[0])


async def test_another_address_lets_in_who_has_the_secret_and_nobody_else(tmp_path: Path) -> None:
    address = own_address()
    process = await started(tmp_path, "--port", "0", "--host", address, "--bot", SLEEPER)
    link = await link_of(process)
    page = link.partition("?")[0]
    assert page.startswith(f"http://{address}:")
    port = page.rsplit(":", 1)[1].strip("/")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession() as stranger, aiohttp.ClientSession(cookie_jar=jar) as guest:
        assert (await stranger.get(page)).status == 403
        assert (await stranger.get(link.replace("key=", "key=x"))).status == 403
        assert (await guest.get(link, headers={"Host": "evil.example"})).status == 421
        assert (await guest.get(link)).status == 200
        assert (await guest.get(page)).status == 200
        assert (
            await guest.post(f"{page}upload/a.txt", data=b"x", headers={"Origin": "http://a.example"})
        ).status == 403
        async with guest.ws_connect(f"{page}live", origin=page.rstrip("/")) as live:
            assert "tell" in await asyncio.wait_for(live.receive_json(), 10)
        with pytest.raises(aiohttp.ClientConnectionError):
            await stranger.get(f"http://127.0.0.1:{port}/")
    process.send_signal(signal.SIGINT)
    out, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()
    assert "whoever has the link" in " ".join(out.decode().split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "{taken}"], "address already in use"),
        (["--port", "0", "--bot", "no-such-program"], "no-such-program"),
        (["--port", "0", "--bot", "'unclosed"], "No closing quotation"),
        (["--port", "0", "--host", "203.0.113.9"], "203.0.113.9"),
    ],
)
async def test_what_cannot_start_says_why(tmp_path: Path, arguments: list[str], words: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await started(tmp_path, *(word.format(taken=taken.getsockname()[1]) for word in arguments))
        _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    said = " ".join(errors.decode().split())
    assert words in said
    assert "The sandbox cannot start" in said
    assert "Traceback" not in said
