"""From what was typed to orders: which scripts, which project folders, which files. All of it is checked first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from storycore.errors import SettingsError
from storycore.film.options import DEFAULTS, with_words
from storycore.project.folder import SUFFIX, ProjectFolder, disk
from storycore.project.model import Order

_SCRIPTS = (".txt", ".md", ".fountain", ".docx")
_ENDINGS = ", ".join(_SCRIPTS)
_FILM = ".mp4"
_MIB = 1 << 20


def find_scripts(paths: Sequence[Path]) -> tuple[list[Path], bool]:
    """The scripts that ``paths`` name, each once, and whether they are one script that was named itself.

    A folder gives its scripts by their endings, sorted; project folders among the paths are passed over. Raises
    ``SettingsError`` for what is not there.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        with disk(f"Reading {path}"):
            missing = not path.exists()
            inside = sorted(p for p in path.iterdir() if _is_script(p)) if path.is_dir() else []
        if missing:
            raise SettingsError(f"{path} is not there.", f"Name a script ({_ENDINGS}) or a folder of scripts.")
        if path.is_dir() and path.name.endswith(SUFFIX):
            continue
        if path.is_dir() and not inside:
            raise SettingsError(f"There is no script ({_ENDINGS}) in the folder {path}.", "Put one there.")
        if not path.is_dir() and not path.is_file():
            raise SettingsError(f"{path} is neither a file nor a folder.", f"Name a script ({_ENDINGS}).")
        for script in inside or [path]:
            found.setdefault(script.resolve(), script)
    if not found:
        raise SettingsError("A project folder is no script.", "Name the script beside it.")
    scripts = list(found.values())
    return scripts, len(scripts) == 1 and any(path.is_file() for path in paths)


def _is_script(path: Path) -> bool:
    return path.suffix.lower() in _SCRIPTS and not path.name.startswith(".") and path.is_file()


def make_orders(
    paths: Sequence[Path],
    *,
    project: Path | None = None,
    film: bool = False,
    out: Path | None = None,
    candidates: int | None = None,
    max_mib: float | None = None,
    options: Mapping[str, str] | None = None,
) -> list[Order]:
    """What is to be made, in order. Raises ``SettingsError`` (``FilmError`` for options that there are not) before
    anything is touched."""
    scripts, alone = find_scripts(paths)
    max_bytes = None if max_mib is None else int(max_mib * _MIB)
    with_words(DEFAULTS, options or {})
    orders = [
        Order(
            script=script,
            project=_project_of(script, project, alone),
            film=_film_of(script, out, alone) if film else None,
            candidates=candidates,
            max_bytes=max_bytes,
            options=options or {},
        )
        for script in scripts
    ]
    _check(orders)
    return orders


def _project_of(script: Path, project: Path | None, alone: bool) -> Path:
    name = f"{script.stem}{SUFFIX}"
    if project is None:
        return script.parent / name
    return project if alone else project / name


def _film_of(script: Path, out: Path | None, alone: bool) -> Path:
    name = f"{script.stem}{_FILM}"
    if out is None:
        return script.parent / name
    if out.is_dir():
        return out / name
    if alone:
        if out.suffix.lower() != _FILM:
            raise SettingsError(
                f"--out {out} is no film's name.", f"Name a file that ends in {_FILM}, or a folder that is there."
            )
        return out
    if out.exists() or out.suffix.lower() == _FILM:
        raise SettingsError(f"--out {out} is a file, and there are several films.", "Name a folder for them.")
    return out / name


def _check(orders: Sequence[Order]) -> None:
    """No two scripts may share a project or a film, and a project's folder must be one."""
    scripts: dict[Path, Path] = {}
    for order in orders:
        for place in (order.project, order.film):
            if place is None:
                continue
            other = scripts.setdefault(place.resolve(), order.script)
            if other is not order.script:
                raise SettingsError(
                    f"{other} and {order.script} would both be made in {place}.",
                    "Rename one of them, or make them one at a time with --project and --out.",
                )
        if order.film is not None and order.film.is_dir():
            raise SettingsError(f"{order.film} is a folder, not a film.", "Name another file with --out.")
        ProjectFolder(order.project).check()
