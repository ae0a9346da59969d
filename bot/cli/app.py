"""The ``fireside`` command and its subcommands."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from bot.cli import cast, characters, films, prompt, scenes, serving, voices

app = typer.Typer(
    name="fireside",
    help="Turns stories into short films: in a Discord channel (`run`), or here (`paint` and `film`).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
cast.add_to(app)
characters.add_to(app)
films.add_to(app)
prompt.add_to(app)
scenes.add_to(app)
serving.add_to(app)
voices.add_to(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fireside {version('fireside')}")
        raise typer.Exit


@app.callback()
def _fireside(
    _version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """What stands before every subcommand."""
