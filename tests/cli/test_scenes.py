"""``fireside scenes``: every form of script, as JSON whose offsets are true, or as a table."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

from bot.cli.app import app

SCREENPLAY = """INT. THRONE ROOM - NIGHT

Tomasz kneels before the empty throne.

QUEEN XOCHITL: Who let you into my hall?

TOMASZ: (without looking up) Nobody, my queen.

EXT. GARDEN - DAY

The guard sleeps under a tree.
"""


def word() -> bytes:
    document = docx.Document()
    document.add_heading("The Well", 1)
    document.add_paragraph("A frog sat in the old well at night.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def shown(*arguments: str, given: bytes | None = None) -> str:
    result = CliRunner().invoke(app, ["scenes", *arguments], input=given)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("name", "data", "titles"),
    [
        ("a.txt", SCREENPLAY.encode(), ["Throne room, night", "Garden, day"]),
        ("b.fountain", SCREENPLAY.encode(), ["Throne room, night", "Garden, day"]),
        ("c.md", b"# One\n\nA cat sat.\n\n# Two\n\nA dog ran.", ["One", "Two"]),
        ("d.docx", word(), ["The Well"]),
        ("docx.txt", word(), ["The Well"]),
    ],
)
def test_one_object_tells_the_scenes_of_any_form(tmp_path: Path, name: str, data: bytes, titles: list[str]) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = json.loads(shown(str(path), "--json"))
    assert list(found) == ["id", "text", "scenes"]
    assert found["id"] == name
    assert [scene["title"] for scene in found["scenes"]] == titles
    at = 0
    for scene in found["scenes"]:
        assert list(scene) == ["start", "end", "title", "place", "time", "present"]
        assert at <= scene["start"] < scene["end"] <= len(found["text"])
        assert all(isinstance(cluster, int) for cluster in scene["present"])
        at = scene["end"]


def test_who_is_there_where_and_when(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SCREENPLAY, encoding="utf-8")
    first, second = json.loads(shown(str(path), "--json"))["scenes"]
    assert (first["place"], first["time"]) == ("throne room", "night")
    assert len(first["present"]) == len(set(first["present"])) >= 2
    assert not set(first["present"]) <= set(second["present"])


def test_standard_input_is_called_by_a_dash() -> None:
    found = json.loads(shown("-", "--json", given=b"\xef\xbb\xbfA cat sat.\r\nA dog ran."))
    assert (found["id"], found["text"]) == ("-", "A cat sat.\nA dog ran.")


def test_the_table_is_for_people_and_steers_no_terminal() -> None:
    table = shown("-", given="# Hall \x1b[31m\u202e of kings\n\nKing Tom sat in the great hall at night.".encode())
    assert "the great hall" in table and "at night" in table and "Tom" in table
    assert "\x1b" not in table and "\u202e" not in table


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", 1, "This file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00", 1, "This is an image file"),
        (b"PK\x03\x04 broken", 1, "hand that in"),
        (None, 2, "is not there"),
    ],
)
def test_what_is_no_script_is_refused_with_a_sentence(tmp_path: Path, data: bytes | None, code: int, said: str) -> None:
    path = tmp_path / "a.txt"
    if data is not None:
        path.write_bytes(data)
    result = CliRunner().invoke(app, ["scenes", str(path), "--json"])
    assert result.exit_code == code
    assert result.stdout == ""
    assert said.lower().rstrip(".") in result.stderr.lower()
    assert "Traceback" not in result.stderr


def test_a_script_that_is_too_long_for_the_pipe_is_refused() -> None:
    result = CliRunner().invoke(app, ["scenes", "-"], input=b"x " * (5 << 20))
    assert result.exit_code == 1
    assert "1 MiB" in result.stderr
