"""``fireside scenes``: a script's scenes, as a table or as JSON."""

from __future__ import annotations

import json as formats
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from storycore.cast.model import Understanding
from storycore.errors import FiresideError

_STANDARD_INPUT = "-"


def add_to(app: typer.Typer) -> None:
    """Register the subcommand of this file."""
    app.command("scenes", short_help="Show how a script is cut into scenes.")(scenes)


def scenes(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A script (.txt, .md, .fountain, .docx); - is standard input.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Show how a script is cut into scenes: title, place, time, and who is there."""
    from storycore.cast.understand import understand
    from storycore.project.story import read_file, read_input

    try:
        if str(file) == _STANDARD_INPUT:
            text = read_input(sys.stdin.buffer)
        elif not file.is_file():
            typer.echo(f"{file} is not there.", err=True)
            raise typer.Exit(2)
        else:
            text = read_file(file)
        found = understand(text)
    except FiresideError as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from None
    name = _STANDARD_INPUT if str(file) == _STANDARD_INPUT else file.name
    if json:
        typer.echo(formats.dumps(as_object(name, found), ensure_ascii=False))
        return
    for note in found.notes:
        typer.echo(note, err=True)
    _print_table(found)


def as_object(name: str, found: Understanding) -> dict[str, Any]:
    """``{"id", "text", "scenes": [{"start", "end", "title", "place", "time", "present": [cluster, …]}]}``; offsets are
    code points of ``text``, ``present`` numbers the cast as ``fireside cast`` does, in order of appearance.
    """
    return {
        "id": name,
        "text": found.script.text,
        "scenes": [
            {
                "start": scene.start,
                "end": scene.end,
                "title": scene.title,
                "place": scene.place,
                "time": scene.time,
                "present": [cluster for cluster, _ in present(found, number)],
            }
            for number, scene in enumerate(found.script.scenes)
        ],
    }


def present(found: Understanding, scene: int) -> list[tuple[int, str]]:
    """Who is in a scene: cluster and name; members without a cluster are numbered by their place in the cast."""
    return [
        (number if member.cluster is None else member.cluster, member.name)
        for number, member in enumerate(found.cast)
        if scene in member.scenes
    ]


def _print_table(found: Understanding) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("#", justify="right")
    for heading in ("scene", "where", "when", "who"):
        table.add_column(heading, overflow="fold")
    table.add_column("words", justify="right")
    for number, scene in enumerate(found.script.scenes):
        who = ", ".join(name for _, name in present(found, number))
        cells = (str(number + 1), scene.title, scene.place, scene.time, who, str(len(scene.text.split())))
        table.add_row(*(Text(_printable(cell)) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _printable(text: str) -> str:
    """Nothing in a story steers the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
