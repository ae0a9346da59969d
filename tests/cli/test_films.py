"""The command itself, as a process: real scripts, real pictures, real films, and everything that is no script."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest

FIRESIDE = Path(sys.executable).with_name("fireside")
CODES = r"""@everyone <@123> come **here** to the *castle* by the sea!

"{\an8}x {\p1}m 0 0 l 900 0{\p0} C:\new\hope" said the %{localtime} king.

',drawtext=textfile=/etc/passwd:x=0 ;amovie=/etc/passwd [0:v]nullsink;[x]
Dialogue: 0,,,INJECTED \
"""


def environment(**more: str) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("FIRESIDE_")}
    small = {"FIRESIDE_PICTURE_SIZE": "256x144", "FIRESIDE_FILM_QUALITY": "360", "FIRESIDE_CANDIDATES": "2"}
    return mine | small | more


def fireside(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(FIRESIDE), *arguments], cwd=folder, env=environment(**more), capture_output=True, text=True, timeout=170
    )


def report(run: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    assert "Traceback" not in run.stderr and "Error" not in run.stderr, run.stderr
    return {Path(entry["script"]).stem: entry for entry in json.loads(run.stdout)}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Everything that people hand in, and one script that is hostile in every line and yet a story."""
    files = {
        "empty.txt": b"",
        "blank.md": b" \n\t\n",
        "long.txt": b"word " * 200_000,
        "paper.txt": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        "noise.txt": random.Random(7).randbytes(4096),
        "latin.txt": "Der Müller ging zum Brunnen.".encode("latin-1"),
        "emoji.txt": "🐸👑 🌙✨\n\n🐉🔥\n".encode(),
        "codes.txt": CODES.encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_every_input_gets_an_answer_or_a_film(hostile: Path) -> None:
    run = fireside(hostile, "film", ".", "--json", "--max-mib", "8")
    entries = report(run)
    assert run.returncode == 1
    said = {name: entry["error"] for name, entry in entries.items() if entry["error"]}
    assert set(said) == {"empty", "blank", "long", "paper", "noise", "latin", "emoji"}
    for name, word in {
        "empty": "empty",
        "long": "20,000",
        "paper": "PDF",
        "latin": "UTF-8",
        "emoji": "no words",
    }.items():
        assert word in said[name]
    assert sorted(p.name for p in hostile.iterdir() if p.suffix not in (".txt", ".md", ".vtt")) == [
        "codes.fireside",
        "codes.mp4",
    ]
    entry = entries["codes"]
    film = hostile / entry["film"]
    assert entry["bytes"] == film.stat().st_size < 8 << 20
    with av.open(str(film)) as container:
        pictures_and_sound = [*container.streams.video, *container.streams.audio]  # and the chapters
        assert {stream.codec_context.name for stream in pictures_and_sound} >= {"h264", "aac"}
        assert float(container.duration or 0) / 1_000_000 == pytest.approx(entry["seconds"], abs=0.5)
    assert not (hostile / "codes.fireside" / "fireside.log").exists(), "there was nothing to log"

    again = fireside(hostile, "film", "codes.txt", "--max-mib", "8")
    assert again.returncode == 0
    assert again.stdout.startswith("codes.mp4: ") and again.stdout.endswith("already there\n")
    assert again.stderr == ""
    story = hostile / "codes.fireside" / "story.yaml"
    story.write_text(story.read_text(encoding="utf-8").replace("pick: 1", "pick: 5", 1), encoding="utf-8")
    wrong = fireside(hostile, "film", "codes.txt")
    assert wrong.returncode == 1 and "story.yaml, line" in wrong.stderr and "no picture 5" in wrong.stderr


def test_overnight_and_the_morning_after(tmp_path: Path) -> None:
    """Paint a folder, choose, film it elsewhere: two projects in one process, one engine after the other."""
    (tmp_path / "frog.txt").write_text("A green frog sat by the well at night.", encoding="utf-8")
    (tmp_path / "crow.md").write_text("# The Crow\n\nA crow flew over the snow to a castle.", encoding="utf-8")
    painted = report(fireside(tmp_path, "paint", ".", "--project", "projects", "--json"))
    assert [painted[name]["painted"] for name in ("crow", "frog")] == [2, 2] and painted["crow"]["title"] == "The Crow"
    projects = tmp_path / "projects"
    assert sorted(p.name for p in (projects / "crow.fireside" / "scenes" / "01").iterdir()) == ["1.png", "2.png"]
    story = projects / "frog.fireside" / "story.yaml"
    story.write_text(story.read_text(encoding="utf-8").replace("pick: 1", "pick: 2"), encoding="utf-8")
    filmed = fireside(tmp_path, "film", ".", "--project", "projects", "--out", "films", "--json")
    entries = report(filmed)
    assert filmed.returncode == 0
    assert all(entry["painted"] == 0 and entry["made"] == 3 for entry in entries.values())
    assert sorted(p.name for p in (tmp_path / "films").iterdir()) == ["crow.mp4", "crow.vtt", "frog.mp4", "frog.vtt"]


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    text = "\n\n".join(f"# Part {n}\n\nA frog number {n} sat on a stone by the castle." for n in range(1, 5))
    (tmp_path / "frogs.txt").write_text(text, encoding="utf-8")
    slow = environment(FIRESIDE_PICTURE_SIZE="1024x576", FIRESIDE_CANDIDATES="3")
    with subprocess.Popen(
        [str(FIRESIDE), "paint", "frogs.txt", "--json"],
        cwd=tmp_path,
        env=slow,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None and running.stdout is not None
        while "painting 1 of" not in (line := running.stderr.readline()):
            assert line, "it ended before it could be stopped"
        running.send_signal(signal.SIGINT)
        report_, rest = running.communicate(timeout=60)
    assert running.returncode == 130, rest
    assert json.loads(report_) == []
    assert "Stopped." in rest and "Traceback" not in rest, rest
    done = fireside(tmp_path, "paint", "frogs.txt", "--json", FIRESIDE_PICTURE_SIZE="1024x576")
    entry = report(done)["frogs"]
    assert done.returncode == 0 and entry["pictures"] == 12 and 0 < entry["painted"] < 12
    assert not (tmp_path / "frogs.fireside" / "work").exists()
