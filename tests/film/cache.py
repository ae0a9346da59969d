"""A store of made things in one folder, for tests and benchmarks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storycore.film.model import Made


class FolderCache:
    """``MadeCache`` in a folder; ``kept`` lists the keys in the order in which they were stored."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.kept: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    async def find(self, key: str) -> Made | None:
        note = self._folder / f"{key}.json"
        if not note.exists():
            return None
        stored = json.loads(note.read_text())
        return Made(self._folder / stored["file"], stored["details"])

    async def keep(self, key: str, source: Path, suffix: str, details: Mapping[str, Any]) -> Made:
        target = self._folder / f"{key}{suffix}"
        shutil.move(source, target)
        (self._folder / f"{key}.json").write_text(json.dumps({"file": target.name, "details": dict(details)}))
        self.kept.append(key)
        return Made(target, dict(details))
