"""What goes wrong before any work: one sentence and exit code 2. What goes wrong in it: 1, and the rest goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.progress import display_for
from storycore.errors import FilmError
from storycore.project.model import House, Order, Outcome, Progress, Step, Tell


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "well.txt"
    path.write_text("A frog sat in the well.", encoding="utf-8")
    return path


def outcome(order: Order) -> Outcome:
    return Outcome(order.script, order.project, "T", 2, 4, 0, 3, 1, True, order.film, 61.4, 3 << 20, ("A note.",))


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["film", "nowhere.txt"], {}, "nowhere.txt is not there."),
        (["paint", "SCRIPT"], {"FIRESIDE_CANDIDATES": "12"}, "FIRESIDE_CANDIDATES is not right"),
        (["paint", "SCRIPT"], {"FIRESIDE_FILM_QUALITY": "900"}, "FIRESIDE_FILM_QUALITY is not right"),
        (["paint", "SCRIPT"], {"FIRESIDE_IMAGE_BACKEND": "webui"}, "names no host"),
        (["film", "SCRIPT", "--backend", "webui"], {}, "names no host"),
        (["film", "SCRIPT", "--backend", "dalle"], {}, "--backend"),
        (["paint", "SCRIPT", "--candidates", "0"], {}, "--candidates"),
        (["film", "SCRIPT", "--max-mib", "0"], {}, "--max-mib"),
        (["film", "SCRIPT", "--max-mib", "nan"], {}, "--max-mib"),
        (["film", "SCRIPT", "--out", "film.avi"], {}, "film.avi is no film's name"),
        (["film"], {}, "PATH"),
        (["draw"], {}, "draw"),
    ],
)
def test_a_mistake_ends_with_2_and_a_sentence(
    script: Path, arguments: list[str], environment: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, [str(script) if word == "SCRIPT" else word for word in arguments])
    assert result.exit_code == 2, result.output
    assert message in result.stderr and "Traceback" not in result.output and result.stdout == ""
    assert [path.name for path in script.parent.iterdir()] == ["well.txt"]


def test_version_and_help_need_nothing_else() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert shown.exit_code == 0 and shown.stdout.startswith("fireside 0.")
    helped = CliRunner().invoke(app, ["--help"])
    assert all(name in helped.stdout for name in ("film", "paint", "run", "sandbox"))


def test_one_that_fails_does_not_stop_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text("Once.", encoding="utf-8")

    async def pretended(order: Order, house: House, tell: Tell) -> Outcome:
        tell(Progress(Step.PAINTING, 1, 2))
        if order.script.stem == "a":
            raise FilmError("The film broke.", "Mend it.")
        if order.script.stem == "b":
            raise ZeroDivisionError("secret detail")
        return outcome(order)

    monkeypatch.setattr("bot.cli.batch.make", pretended)
    result = CliRunner().invoke(app, ["film", str(tmp_path), "--json"])
    assert result.exit_code == 1
    entries = json.loads(result.stdout)
    assert [entry["error"] is None for entry in entries] == [False, False, True]
    assert entries[0]["error"] == "The film broke. Mend it."
    assert "fireside.log" in entries[1]["error"] and "secret" not in result.output
    assert entries[2] | {"script": "", "project": ""} == {
        "script": "",
        "project": "",
        "title": "T",
        "film": str(tmp_path / "c.mp4"),
        "seconds": 61.4,
        "bytes": 3 << 20,
        "scenes": 2,
        "pictures": 4,
        "painted": 0,
        "made": 3,
        "reused": 1,
        "parts": [],
        "error": None,
        "notes": ["A note."],
    }
    lines = CliRunner().invoke(app, ["film", str(tmp_path)])
    assert lines.stdout == f"{tmp_path / 'c.mp4'}: 1:01 min, 3.0 MiB, 2 scenes, 3 segments made, 1 reused\n"
    assert "[1/3] a.txt: painting 1 of 2 scenes" in lines.stderr and "c.txt: A note." in lines.stderr


def test_plain_lines_say_each_thing_once(capsys: pytest.CaptureFixture[str]) -> None:
    with display_for("well.txt", 1, 1) as display:
        for progress in (
            Progress(Step.READING, 0, 1),
            Progress(Step.READING, 0, 1),
            Progress(Step.PAINTING, 0.4, 3),
            Progress(Step.PAINTING, 1.0, 3),
            Progress(Step.FILMING, 0.11, 1),
            Progress(Step.FILMING, 0.19, 1, left=130.0),
            Progress(Step.FILMING, 0.41, 1, left=130.0),
            Progress(Step.FILMING, 0.8, 1, left=17.0),
            Progress(Step.FILMING, 1, 1, left=0.0),
        ):
            display.tell(progress)
    assert capsys.readouterr().err.splitlines() == [
        "well.txt: reading",
        "well.txt: painting 0 of 3 scenes",
        "well.txt: painting 1 of 3 scenes",
        "well.txt: filming 10%",
        "well.txt: filming 40%, about 2 min left",
        "well.txt: filming 80%, about 20 s left",
        "well.txt: filming 100%",
    ]


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with display_for("[b]well[/b].txt", 2, 3) as display:
        display.tell(Progress(Step.READING, 0, 1))
        display.tell(Progress(Step.PAINTING, 1, 3))
        display.tell(Progress(Step.FILMING, 0.5, 1))
        display.tell(Progress(Step.FILMING, 0.6, 1, left=300.0))
    assert capsys.readouterr().out == ""


def test_the_films_options_become_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("A story.")
    taken: list[Order] = []

    async def pretended(order: Order, house: House, tell: Tell) -> Outcome:
        taken.append(order)
        raise FilmError("Not now.")

    monkeypatch.setattr("bot.cli.batch.make", pretended)
    options = ["--shape", "9:16", "--motion", "pan", "--transition", "dip", "--subtitles", "lines", "--voice", "auto"]
    flags = ["--music", "song.mp3", "--no-title", "--credits", "--draft"]
    CliRunner().invoke(app, ["film", str(tmp_path / "a.txt"), *options, *flags, "--max-mib", "8"])
    assert taken[0].options == {
        "shape": "9:16",
        "motion": "pan",
        "transition": "dip",
        "subtitles": "lines",
        "voice": "auto",
        "music": "song.mp3",
        "title": "off",
        "credits": "on",
        "draft": "on",
    }
    assert taken[0].max_bytes == 8 << 20
    CliRunner().invoke(app, ["film", str(tmp_path / "a.txt")])
    assert taken[1].options == {} and taken[1].max_bytes is None
    for wrong in (["--shape", "4:3"], ["--motion", "wild"], ["--voice", "x" * 300]):
        assert CliRunner().invoke(app, ["film", str(tmp_path / "a.txt"), *wrong]).exit_code == 2
