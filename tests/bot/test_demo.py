"""The demo itself, with the bot as a process of its own: a shorter story, smaller pictures, the same play."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from bot.demo import play
from storycore.film.program import probe
from tests.support.wire import needs_document
from tests.support.workshops import STORY


@pytest.mark.timeout(240)
async def test_the_demo_ends_with_a_film(tmp_path: Path) -> None:
    needs_document()
    script = tmp_path / "well.txt"
    script.write_text(STORY + "\n# The road\n\nAt dusk the miller and the frog walked home through the snow.\n")
    told = Console(file=io.StringIO(), width=120)
    small = {"FIRESIDE_PICTURE_SIZE": "256x144", "FIRESIDE_FILM_QUALITY": "360"}
    path = await play(told, tmp_path, script, small)
    assert isinstance(told.file, io.StringIO)
    account = told.file.getvalue()
    for expected in ("/story new", "Scene 3 of 3", "tally of scene 1", "Edit prompt", "new candidates", "/story film"):
        assert expected in account
    film = await probe(path)
    assert film.height == 360
    assert film.seconds > 5
    log = (tmp_path / "bot.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert " ERROR " not in log
