"""For every test: a PATH without ffmpeg or espeak-ng, so that what the wheels bring is what is used."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from storycore.work.workshop import Workshop
from tests.support.workshops import clear_tables, small_workshop

os.environ["PATH"] = str(Path(sys.executable).parent)
for name in [name for name in os.environ if name.startswith("FIRESIDE_")]:
    del os.environ[name]


# The same examples in every run of the CI; elsewhere others each time, so that new ones are found where one reads.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
if os.environ.get("CI") == "true":
    hypothesis.settings.load_profile("ci")

#: What runs longest, and mostly waits for processes of its own: begun first, so that nobody waits for it at the end.
_FIRST = ("trust", "browser", "cli", "bot", "machine", "hosts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; else in the order of files."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)

    items.sort(key=place)


def pytest_sessionfinish() -> None:
    """Nothing of ours stays in the folder for temporary files."""
    clear_tables()


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own ``.env`` reaches a test."""
    monkeypatch.setattr("bot.settings.Settings.model_config", {**_settings_config(), "env_file": None})


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command that sets up the log writes to a stream of its test's; the next test's would find it closed."""
    loggers = [logging.getLogger(name) for name in ("", "dbos", "discord", "alembic")]
    before = [(logger, logger.level, logger.propagate, list(logger.handlers)) for logger in loggers]
    yield
    for logger, level, propagate, handlers in before:
        logger.setLevel(level)
        logger.propagate = propagate
        for handler in [handler for handler in logger.handlers if handler not in handlers]:
            logger.removeHandler(handler)


def _settings_config() -> dict[str, object]:
    from bot.settings import Settings

    return dict(Settings.model_config)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """A workshop at work on an empty database, with a painter that is done at once and a quick voice."""
    async with small_workshop(tmp_path) as opened:
        yield opened
