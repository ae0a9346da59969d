"""What a message shows: its view and its files, with digests that say whether anything changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file of a message. ``light`` pictures are sent as a light copy; ``name`` is of our own making. ``data`` is what
    is sent where nothing lies on the disk (``path`` is not looked at then)."""

    name: str
    path: Path
    description: str | None = None
    light: bool = False
    data: bytes | None = None


@dataclass(slots=True)
class Sheet:
    """A message as it should be: the view, and the files it refers to as ``attachment://name``.

    ``offers`` is the round whose candidates it shows, 0 for none. ``passing``: it shows a state that changes by itself
    all the time (a bar, a preview), so it is edited more seldom.
    """

    view: discord.ui.LayoutView
    files: Sequence[SheetFile] = field(default_factory=tuple)
    offers: int = 0
    passing: bool = False

    @property
    def shown(self) -> str:
        """The digest of everything visible."""
        components: list[Any] = self.view.to_components()  # type: ignore[no-untyped-call]
        text = json.dumps([components, [file.name for file in self.files]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def files_digest(self) -> str:
        """The digest of the files alone: while it stays, an edit need not send them again."""
        return hashlib.sha256("\n".join(file.name for file in self.files).encode()).hexdigest()
