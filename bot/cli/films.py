"""``fireside film`` and ``fireside paint``: films without chat, each script in a project folder of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Backend(StrEnum):
    """Who paints."""

    STORYBOARD = "storyboard"
    WEBUI = "webui"


Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...", help="A script (.txt, .md, .fountain, .docx), or a folder of scripts.", show_default=False
    ),
]
Project = Annotated[
    Path | None,
    typer.Option(
        "--project", help="The project folder (for several scripts: where they are), instead of NAME.fireside."
    ),
]
Candidates = Annotated[
    int | None,
    typer.Option(
        "--candidates", min=1, max=9, help="How many pictures every scene has at least; else FIRESIDE_CANDIDATES."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print a report as JSON on standard output.")]
Painter = Annotated[Backend | None, typer.Option("--backend", help="Who paints; else FIRESIDE_IMAGE_BACKEND.")]


def add_to(app: typer.Typer) -> None:
    """Register the subcommands of this file."""
    app.command("paint", short_help="Make pictures of scripts, to choose from.")(paint)
    app.command("film", short_help="Make films of scripts.")(film)


def paint(
    paths: Paths,
    candidates: Candidates = None,
    project: Project = None,
    json: Json = False,
    backend: Painter = None,
) -> None:
    """Understand and paint scripts: pictures to choose from in NAME.fireside, choices and texts in its story.yaml."""
    from bot.cli import batch

    settings = batch.settings_for(backend)
    batch.work(settings, batch.orders(paths, project=project, candidates=candidates), json)


def film(
    paths: Paths,
    out: Annotated[
        Path | None, typer.Option("--out", help="The film's file (for several scripts: a folder), instead of NAME.mp4.")
    ] = None,
    project: Project = None,
    candidates: Candidates = None,
    json: Json = False,
    max_mib: Annotated[
        float | None, typer.Option("--max-mib", min=0.1, max=100_000, help="The most a film may have, in MiB.")
    ] = None,
    backend: Painter = None,
) -> None:
    """Make films of scripts; what is there already (pictures, choices, segments) is not made again."""
    from bot.cli import batch

    settings = batch.settings_for(backend)
    orders = batch.orders(paths, project=project, film=True, out=out, candidates=candidates, max_mib=max_mib)
    batch.work(settings, orders, json)
