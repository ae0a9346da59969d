"""``fireside cast``: who is in a script, under which names, and who says what; as a table or as JSON."""

from __future__ import annotations

import json as formats
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from storycore.cast.model import Question, QuestionKind, Understanding
from storycore.errors import FiresideError, ScriptError

_STANDARD_INPUT = "-"
_UNDERSTANDER = "model"


def add_to(app: typer.Typer) -> None:
    """Register the subcommand of this file."""
    app.command("cast", short_help="Show who is in a script, and who speaks.")(cast)


def cast(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A script (.txt, .md, .fountain, .docx); - is standard input."),
    ] = None,
    gold: Annotated[
        Path | None, typer.Option("--gold", metavar="FILE.jsonl", help="Documents to score: one object a line.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a document.")] = False,
) -> None:
    """Show who is in a script: names, other names, scenes, lines, and what the reader is unsure of."""
    from storycore.cast.understand import understand

    if (file is None) == (gold is None):
        typer.echo("Name one script, or documents with --gold FILE.jsonl.", err=True)
        raise typer.Exit(2)
    path = file or gold
    if path is None or (str(path) != _STANDARD_INPUT and not path.is_file()):
        typer.echo(f"{path} is not there.", err=True)
        raise typer.Exit(2)
    try:
        for name, text in _gold(path) if gold else [_script(path)]:
            found = understand(text, _UNDERSTANDER)
            if json:
                typer.echo(formats.dumps(as_object(name, found), ensure_ascii=False))
            else:
                _print(name, found)
    except FiresideError as error:
        typer.echo(f"{path}: {error}", err=True)
        raise typer.Exit(1) from None


def _script(path: Path) -> tuple[str, str]:
    from storycore.project.story import read_file, read_input

    if str(path) == _STANDARD_INPUT:
        return _STANDARD_INPUT, read_input(sys.stdin.buffer)
    return path.name, read_file(path)


def _gold(path: Path) -> Iterator[tuple[str, str]]:
    """The id and the text, untouched, of each document. Raises ``ScriptError`` for what is none."""
    data = sys.stdin.buffer.read() if str(path) == _STANDARD_INPUT else path.read_bytes()
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise ScriptError("This file is not UTF-8.", "Save it as UTF-8, one JSON object a line.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = formats.loads(line)
        except ValueError:
            document = None
        if not (isinstance(document, dict) and {"id", "text"} <= document.keys() and isinstance(document["text"], str)):
            raise ScriptError(f"Line {number} is no document.", "Each line is a JSON object with “id” and “text”.")
        yield str(document["id"]), document["text"]


def as_object(name: str, found: Understanding) -> dict[str, Any]:
    """``{"id", "text", "mentions", "quotes", "cast"}`` in the format of the story benchmark's scorer; offsets are code
    points of ``text``, end excluded; clusters are numbers, those of the cast first."""
    quotes: list[dict[str, Any]] = []
    for quote in found.quotes:
        entry: dict[str, Any] = {"start": quote.start, "end": quote.end, "speaker_cluster": quote.speaker}
        if quote.speaker_start is not None:
            entry |= {"speaker_start": quote.speaker_start, "speaker_end": quote.speaker_end}
        quotes.append(entry)
    return {
        "id": name,
        "text": found.script.text,
        "mentions": [
            {"start": m.start, "end": m.end, "cluster": m.cluster, "type": m.kind.value} for m in found.mentions
        ],
        "quotes": quotes,
        "cast": [
            {
                "cluster": number if member.cluster is None else member.cluster,
                "name": member.name,
                "aliases": list(member.aliases),
                "scenes": list(member.scenes),
                "lines": member.lines,
            }
            for number, member in enumerate(found.cast)
        ],
    }


def _print(name: str, found: Understanding) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 160)
    for note in found.notes:
        typer.echo(note, err=True)
    table = Table(box=None, pad_edge=False, title=Text(_printable(name)), title_justify="left")
    for heading in ("who", "also", "pronoun"):
        table.add_column(heading, overflow="fold")
    for heading in ("scenes", "lines"):
        table.add_column(heading, justify="right")
    for member in found.cast:
        cells = (member.name, ", ".join(member.aliases), member.pronouns or "")
        numbers = (str(len(member.scenes)), str(member.lines))
        table.add_row(*(Text(_printable(cell)) for cell in (*cells, *numbers)))
    console.print(table)
    for question in found.questions:
        console.print(Text(_printable(f"? {_asked(question)}")))


def _asked(question: Question) -> str:
    match question.kind:
        case QuestionKind.SAME:
            return f"Is {question.about} the same as {question.other}?"
        case QuestionKind.CHARACTER:
            return f"Is {question.about} somebody in this story? {question.reason}"
        case QuestionKind.SPEAKER:
            return f"Who says “{question.about[:60]}”? {' / '.join(question.options)}"


def _printable(text: str) -> str:
    """Nothing in a story steers the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
