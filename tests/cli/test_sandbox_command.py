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


async def test_it_prints_a_link_that_works_and_ends_when_told(tmp_path: Path) -> None:
    process = await started(
        tmp_path, "--port", "0", "--keep", "--bot", f"{sys.executable} -c 'import time; time.sleep(99)'"
    )
    assert process.stdout is not None
    said = ""
    while not (found := re.search(r"http://\S+key=\S+", said)):
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "it ended"
        said += line.decode()
    async with aiohttp.ClientSession() as session, session.get(found[0]) as answer:
        assert answer.status == 200
        assert "<title>Sandbox</title>" in await answer.text()
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()
    assert (tmp_path / "sandbox-data" / "world.pickle").is_file()


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
