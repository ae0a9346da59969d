"""``fireside film`` and ``fireside paint``: films without chat, each script in a project folder of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from storycore.film.options import Motion, SubtitleMode, Transition


class Backend(StrEnum):
    """Who paints."""

    STORYBOARD = "storyboard"
    WEBUI = "webui"
    DIFFUSERS = "diffusers"


class Shape(StrEnum):
    """The frame's shapes."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"


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
    shape: Annotated[Shape | None, typer.Option("--shape", help="The frame's shape.")] = None,
    motion: Annotated[Motion | None, typer.Option("--motion", help="How the camera moves.")] = None,
    transition: Annotated[
        Transition | None, typer.Option("--transition", help="How one scene gives way to the next.")
    ] = None,
    subtitles: Annotated[SubtitleMode | None, typer.Option("--subtitles", help="What is written below.")] = None,
    voice: Annotated[str | None, typer.Option("--voice", help="One voice for everybody; auto: one each.")] = None,
    music: Annotated[
        str | None, typer.Option("--music", metavar="off|auto|FILE", help="The music; a file lies beside the script.")
    ] = None,
    title: Annotated[bool | None, typer.Option("--title/--no-title", help="Begin with the title.")] = None,
    credits_: Annotated[bool | None, typer.Option("--credits/--no-credits", help="End with the credits.")] = None,
    draft: Annotated[bool | None, typer.Option("--draft/--no-draft", help="Quickly, at 360 pixels.")] = None,
) -> None:
    """Make films of scripts; what is there already (pictures, choices, segments) is not made again.

    What is said here holds for this film; what shall always hold goes below `film:` in the project's story.yaml.
    """
    from bot.cli import batch

    said = {"shape": shape, "motion": motion, "transition": transition, "subtitles": subtitles}
    options = {name: value.value for name, value in said.items() if value is not None}
    options |= {name: text for name, text in (("voice", voice), ("music", music)) if text is not None}
    flags = {"title": title, "credits": credits_, "draft": draft}
    options |= {name: "on" if flag else "off" for name, flag in flags.items() if flag is not None}
    settings = batch.settings_for(backend)
    orders = batch.orders(
        paths, project=project, film=True, out=out, candidates=candidates, max_mib=max_mib, options=options
    )
    batch.work(settings, orders, json)
