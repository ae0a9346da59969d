"""The gateway gone, ffmpeg ended, the disk full, SIGTERM: the story ends as if nothing had happened."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trust.disasters import ffmpeg_killed, gateway_gone, lived_through, reached, told_to_stop_at
from tests.trust.life import Life
from tests.trust.moments import Measured
from tests.trust.seen import Seen, differences

_MOUNT = Path("/bin/mount"), Path("/bin/umount")


@pytest.mark.timeout(300)
async def test_the_gateway_is_lost_four_times_and_ffmpeg_killed_twice(
    reference: tuple[Seen, Measured], tmp_path: Path
) -> None:
    async def both(one: Life) -> None:
        await gateway_gone(one)
        await ffmpeg_killed(one)

    seen, log = await lived_through(tmp_path, both)
    assert differences(reference[0], seen) == []
    assert "Attempting a reconnect" in log or "session has been invalidated" in log
    assert "was stopped" in log


@pytest.mark.timeout(300)
async def test_sigterm_closes_within_ten_seconds(reference: tuple[Seen, Measured], tmp_path: Path) -> None:
    stopped: list[float] = []

    async def twice(one: Life) -> None:
        """While painting the bot alone, while filming all its processes."""
        await told_to_stop_at("the thread is there", filming=False, whole_group=False, stopped=stopped)(one)
        await told_to_stop_at("the film is asked for", filming=True, whole_group=True, stopped=stopped)(one)

    seen, log = await lived_through(tmp_path, twice)
    assert differences(reference[0], seen) == []
    assert len(stopped) == 2 and max(stopped) < 10
    # A connection that is given back while its work is interrupted is told of by SQLAlchemy, and by nobody else.
    assert [line for line in log.splitlines() if " ERROR " in line and "sqlalchemy.pool" not in line] == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB of our own, for the media. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = _MOUNT
    if os.geteuid() != 0 or not mount.exists():
        pytest.skip("only root can mount a small file system, as a disk that becomes full")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no small file system here: {made.stderr.strip()}")
    yield folder
    subprocess.run([umount, folder], check=True)


@pytest.mark.timeout(300)
async def test_the_disk_is_full_for_a_while(reference: tuple[Seen, Measured], tmp_path: Path, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    said: list[str] = []

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    async def full_twice(one: Life) -> None:
        await reached(one, "the thread is there")
        fill()
        await one.people.until(lambda: _saying(one, said), "a word about the full disk, while painting", 60)
        ballast.unlink()
        await reached(one, "the new votes are counted")
        fill()
        await reached(one, "the film is asked for")
        await one.people.until(lambda: _saying(one, said, film=True), "a word about the full disk, while filming", 60)
        ballast.unlink()

    seen, log = await lived_through(tmp_path, full_twice, {"FIRESIDE_MEDIA_DIR": str(small_disk / "media")})
    assert len(said) == 2
    wanted = differences(reference[0], seen)
    assert [line for line in wanted if "media file" not in line] == []
    assert "no room left" in log


def _saying(one: Life, said: list[str], *, film: bool = False) -> bool:
    """What people read in the chat while the disk is full."""
    messages = one.people.thread_messages if film else [*one.people.channel.messages, *one.people.thread_messages]
    found = next((m.text for m in messages if "no room left" in m.text.lower()), None)
    if found is None:
        return False
    said.append(found)
    return True
