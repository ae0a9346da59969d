"""The rooms of the house: who may know whom, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def files(room: str) -> list[Path]:
    found = sorted((ROOT / room).rglob("*.py"))
    assert found, f"{room}/ is empty"
    return found


def offenders(room: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(room)
        for name in imports(path)
        if name.split(".")[0] in forbidden
    ]


def test_the_core_knows_no_front_end() -> None:
    assert offenders("storycore", ("discord", "bot", "cogs", "sandbox", "tests")) == []


def test_the_sandbox_knows_no_fireside() -> None:
    assert offenders("sandbox", ("storycore", "bot", "cogs", "tests", "discord")) == []


def test_cogs_do_not_know_each_other() -> None:
    for path in files("cogs"):
        own = f"cogs.{path.stem}"
        others = [name for name in imports(path) if name.split(".")[0] == "cogs" and name != own]
        assert others == [], f"{path.name} imports {others}"


def test_cogs_go_through_the_studio() -> None:
    """A cog asks the studio; it never opens a session or enqueues work of its own."""
    for path in files("cogs"):
        reached = [
            name for name in imports(path) if name.startswith(("storycore.work.jobs", "storycore.store.database"))
        ]
        assert reached == [], f"{path.name} reaches past the studio: {reached}"


def test_discord_is_not_imported_by_the_command_line() -> None:
    """``fireside film`` must not pay for, or need, the chat's library."""
    for path in files("bot/cli"):
        if path.stem in ("run", "sandbox"):
            continue
        top = [
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert not [name for name in top if name and name.split(".")[0] in ("discord", "cogs", "sandbox")], path.name


@pytest.mark.parametrize("room", ["bot", "cogs", "storycore", "sandbox", "benchmarks"])
def test_files_stay_readable(room: str) -> None:
    long = [str(p) for p in files(room) if len(p.read_text(encoding="utf-8").splitlines()) > 450]
    assert long == []
