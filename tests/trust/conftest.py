"""The undisturbed life that the others are compared with: lived once in a test run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.wire import needs_document
from tests.trust.moments import Measured, undisturbed
from tests.trust.seen import Seen


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, Measured]:
    """How the story ends when nothing happens, and what was counted on the way."""
    needs_document()
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    return asyncio.run(undisturbed(folder))
