"""``fireside voices``."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SPEECH_URL", "PIPER_DIR"):
        monkeypatch.delenv(f"FIRESIDE_{name}", raising=False)


def test_voices_are_listed_and_heard(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["voices"])
    assert listed.exit_code == 0
    assert "old-woman" in listed.output and "giant-hollow" in listed.output
    few = CliRunner().invoke(app, ["voices", "scottish"])
    assert len(few.output.strip().splitlines()) == 2
    heard = CliRunner().invoke(app, ["voices", "giant", "--say", "Fee fi fo fum", "--out", "giant.wav"])
    assert heard.exit_code == 0
    with wave.open(str(tmp_path / "giant.wav")) as clip:
        assert clip.getnframes() / clip.getframerate() > 0.5


def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for given, words in ((["xyzzy"], "No voice"), (["scottish", "--say", "x"], "2 voices match")):
        result = CliRunner().invoke(app, ["voices", *given])
        assert result.exit_code == 2
        assert words in result.output
    monkeypatch.setenv("FIRESIDE_PIPER_DIR", ".")
    result = CliRunner().invoke(app, ["voices"])
    assert result.exit_code == 2
    assert "Piper is not installed" in result.output
