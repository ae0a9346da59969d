"""For every test: a PATH without ffmpeg or espeak-ng, so that what the wheels bring is what is used."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storycore.work.workshop import Workshop
from tests.support.workshops import small_workshop

os.environ["PATH"] = str(Path(sys.executable).parent)
for name in [name for name in os.environ if name.startswith("FIRESIDE_")]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own ``.env`` reaches a test."""
    monkeypatch.setattr("bot.settings.Settings.model_config", {**_settings_config(), "env_file": None})


def _settings_config() -> dict[str, object]:
    from bot.settings import Settings

    return dict(Settings.model_config)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """A workshop at work on an empty database, with a painter that is done at once and a quick voice."""
    async with small_workshop(tmp_path) as opened:
        yield opened
